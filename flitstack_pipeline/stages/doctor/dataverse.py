"""Can the organization be read as the map asks? Findings for the doctor.

Costs three to five calls for each table that the map reads; what was read of the metadata is kept.
"""

from collections.abc import Iterator
from urllib.parse import quote

from flitstack_pipeline.errors import ConfigurationError, SourceError
from flitstack_pipeline.sources.dataverse.definitions import is_microsofts
from flitstack_pipeline.sources.dataverse.errors import DataverseAway, DataverseError, Subject
from flitstack_pipeline.sources.dataverse.metadata import TRACKING_DAYS
from flitstack_pipeline.sources.dataverse.schema import Entity
from flitstack_pipeline.sources.dataverse.source import DataverseSource
from flitstack_pipeline.stages.doctor.findings import Finding, blocking, counted, listed, ok, warning

SHORT_TRACKING_DAYS = 3
_AGAIN = "mend what it says, then run the doctor again"


def examine(source: DataverseSource) -> list[Finding]:
    """Everything that can be seen without reading rows. What keeps the rest from being looked at ends the list."""
    try:
        found = [*_connection(source)]
        if any(f.level == "blocking" for f in found):
            return found
        return [*found, *_organization(source), *_tables(source)]
    except ConfigurationError as error:
        return [blocking("source.connection", f"{p.where}: {p.what}", p.hint or _AGAIN) for p in error.problems]
    except DataverseError as error:
        return [_refused("source.connection", error)]


def _connection(source: DataverseSource) -> Iterator[Finding]:
    try:
        reply = source.client.get_json("WhoAmI", subject=Subject(doing="asking who we are"))
    except DataverseError as error:
        yield _refused("source.connection", error)
        return
    user = reply.get("UserId", "")
    yield ok("source.connection", f"{source.access.url} answers; the application user is {user}")
    limit = source.access.calls_per_minute
    yield ok("source.limit", f"at most {counted(limit, 'call')} a minute, {source.access.page_size:,} rows to a page")


def _organization(source: DataverseSource) -> Iterator[Finding]:
    metadata = source.metadata
    if not metadata.organization:
        text = "the application user may not read the organization's settings: base language and change log are unknown"
        todo = "give its security role Read of Organization; labels come in the user's own language until then"
        yield warning("source.organization", text, todo)
        return
    if metadata.language is None:
        todo = "labels come in the application user's language"
        yield warning("source.language", "the organization does not tell its base language", todo)
    else:
        yield from _language(source, metadata.language)
    days = metadata.organization.get(TRACKING_DAYS)
    if isinstance(days, int):
        text = f"the change log reaches back {counted(days, 'day')}; a later reading reads everything again"
        todo = "read changes more often than that, or raise expirechangetrackingindays of the organization"
        yield warning("source.tracking", text, todo) if days < SHORT_TRACKING_DAYS else ok("source.tracking", text)


def _language(source: DataverseSource, base: int) -> Iterator[Finding]:
    """Labels are taken from the metadata in the base language; only what is no option any more comes in the user's."""
    yield ok("source.language", f"labels are those of the base language {base}")
    options = {c for spec in source.objects.values() for c in spec.columns if c.endswith(("__label", "__labels"))}
    if not options:
        return
    user = source.client.get_json("WhoAmI", subject=Subject(doing="asking who we are")).get("UserId", "")
    condition = quote(f"systemuserid eq {user}")
    url = f"usersettingscollection?$select=uilanguageid&$filter={condition}"
    try:
        rows = source.client.get_json(url, subject=Subject("usersettings", doing="reading its language")).get("value")
    except DataverseAway:
        raise
    except DataverseError as error:  # not everybody may read it, and little hangs on it
        yield ok(
            "source.user_language", f"the application user's own language is not known ({error.code or error.status})"
        )
        return
    if rows and rows[0].get("uilanguageid") not in (None, 0, base):
        text = f"the application user's language is {rows[0]['uilanguageid']}, the base language {base}"
        todo = "set the user's language to the base language, so that labels of removed options match too"
        yield warning("source.user_language", text, todo)


def _tables(source: DataverseSource) -> Iterator[Finding]:
    known = source.metadata.entities
    read: dict[str, Entity] = {}
    missing, empty = [], []
    for name, spec in source.objects.items():
        if not spec.entity:
            continue
        entity = next((known[n] for n in map(str.casefold, spec.entity) if n in known), None)
        if entity is None or entity.is_virtual:
            said = f"{name} ({' or '.join(spec.entity)}{', virtual' if entity else ''})"
            (empty if spec.optional else missing).append(said)
            continue
        read.setdefault(entity.name, entity)
        yield from _columns(source, name, entity)
    if missing:
        todo = "correct `entity` in the map, or set `optional: true` for objects that may be empty"
        yield blocking("source.objects", f"the organization cannot give {listed(missing)}", todo)
    else:
        without = f"; optional and not there: {listed(empty)}" if empty else ""
        yield ok("source.objects", f"{counted(len(read), 'table')} to read{without}")
    yield from _readable(source, read)
    yield from _volume(source, read)
    untracked = [e.name for e in read.values() if not e.change_tracking]
    if untracked:
        text = f"{counted(len(untracked), 'table')} without change tracking: {listed(untracked)}"
        todo = "switch on “Track changes” of these tables, or accept that all their ids are read to find deletions"
        yield warning("source.untracked", text, todo)
    unread = [n for n, e in known.items() if e.custom and not is_microsofts(n) and n not in read]
    if unread:
        text = f"{counted(len(unread), 'table')} of the organization's own are not in the map: {listed(unread)}"
        yield warning("source.unknown_tables", text, "add objects for those that hold data to be kept, by `changes:`")


def _columns(source: DataverseSource, name: str, entity: Entity) -> Iterator[Finding]:
    try:
        source.layout(name, source.objects[name], entity)
    except DataverseError:
        raise
    except SourceError as error:
        for problem in error.problems:
            yield blocking("source.columns", f"{problem.where}: {problem.what}", problem.hint or _AGAIN)


def _readable(source: DataverseSource, read: dict[str, Entity]) -> Iterator[Finding]:
    """Read one id of each table: a missing privilege shows by nothing else."""
    refused = 0
    for entity in read.values():
        url = f"{quote(entity.set_name)}?$select={entity.primary_id}&$top=1"
        try:
            source.client.get_json(url, subject=Subject(entity.name, doing="trying to read it"))
        except DataverseAway:
            raise
        except DataverseError as error:
            refused += 1
            yield _refused("source.privileges", error)
    if not refused:
        yield ok("source.privileges", f"the application user may read {counted(len(read), 'table')}")


def _volume(source: DataverseSource, read: dict[str, Entity]) -> Iterator[Finding]:
    """About how many rows there are: Dataverse counts once a day."""
    if not read:
        return
    names = ",".join(f"'{n}'" for n in read)
    url = f"RetrieveTotalRecordCount(EntityNames=@names)?@names={quote(f'[{names}]')}"
    try:
        reply = source.client.get_json(url, subject=Subject(doing="counting rows"))
    except DataverseAway:
        raise
    except DataverseError as error:  # an estimate only, and refused where one of the tables cannot be counted
        yield ok("source.volume", f"how many rows there are is not told ({error.code or error.status}: {error.said})")
        return
    counts = (reply.get("EntityRecordCountCollection") or {}).get("Values") or []
    pages = sum(-(-int(c) // source.access.page_size) or 1 for c in counts)
    minutes = -(-pages // source.access.calls_per_minute)
    text = f"about {sum(map(int, counts)):,} rows, {pages:,} pages: {counted(minutes, 'minute')} or more without files"
    yield ok("source.volume", text)


def _refused(check: str, error: DataverseError) -> Finding:
    problem = error.problems[0]
    return blocking(check, f"{problem.where}: {problem.what}", problem.hint or _AGAIN)
