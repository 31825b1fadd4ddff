"""The source that is a Dataverse organization."""

import contextlib
import difflib
import fcntl
import os
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx

from flitstack_pipeline.errors import ConfigurationError, Problem, SourceError
from flitstack_pipeline.sources.base import FileFinding, ObjectExtract, extract_paths, read_extract
from flitstack_pipeline.sources.dataverse.access import DataverseAccess
from flitstack_pipeline.sources.dataverse.bodies import BodyFetcher
from flitstack_pipeline.sources.dataverse.changes import ChangeReader, ObjectChanges
from flitstack_pipeline.sources.dataverse.columns import Layout, lay_out
from flitstack_pipeline.sources.dataverse.definitions import is_microsofts, write_definitions
from flitstack_pipeline.sources.dataverse.errors import DataverseAway, DataverseError, MetadataChanged, Subject
from flitstack_pipeline.sources.dataverse.extract import FORMAT, Typing, typing_for, write_empty, write_extract
from flitstack_pipeline.sources.dataverse.http import DataverseClient
from flitstack_pipeline.sources.dataverse.limiter import CallLimiter
from flitstack_pipeline.sources.dataverse.memory import accept, differences, drop_pending, memory_of, recall, remember
from flitstack_pipeline.sources.dataverse.merging import forget_files, merge, prune_files
from flitstack_pipeline.sources.dataverse.metadata import Metadata
from flitstack_pipeline.sources.dataverse.pages import preferences
from flitstack_pipeline.sources.dataverse.patience import Patience
from flitstack_pipeline.sources.dataverse.reading import Query, Reader, Reading
from flitstack_pipeline.sources.dataverse.schema import Entity, Table
from flitstack_pipeline.sources.dataverse.secretive import secretive
from flitstack_pipeline.sources.exports.derived import derive
from flitstack_pipeline.sources.exports.extract import Extraction
from flitstack_pipeline.sources.exports.extract import Reading as CellReading
from flitstack_pipeline.sources.exports.records import array_sheet
from flitstack_pipeline.sources.exports.source import INLINE_FILE

_MB = 1024 * 1024  # as Odoo and the file transforms count them


class DataverseSource:
    """Extracts objects from the tables and the metadata of an organization, inline rows, or other objects.

    `objects`: name to spec, as in `mapping.spec.ObjectSpec`; with custom columns added, if there are any. `mapped`: the
    objects as the map has them, for the list of what it does not name; the same as `objects` where nothing is added.
    `timezone`: whose days a UTC moment is cut into where a column is declared `date`. `cache`: folder for metadata and
    for the call limit, which all who read the organization share. `max_file_mb`: larger files are listed, not fetched.

    Connections are opened when they are needed; `close` (or the end of a `with`) closes them. `transport` and
    `patience` are for tests.
    """

    def __init__(
        self,
        access: DataverseAccess,
        objects: Mapping[str, Any],
        *,
        timezone: str | None,
        cache: Path,
        mapped: Mapping[str, Any] | None = None,
        max_file_mb: float | Decimal | None = None,
        transport: httpx.BaseTransport | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.access = access
        self.objects = objects
        self._mapped = objects if mapped is None else mapped
        self._timezone = timezone
        self._zone = _zone(timezone)
        self._cache = cache / access.key
        self._max_bytes = None if max_file_mb is None else int(Decimal(str(max_file_mb)) * _MB)
        self._transport = transport
        self._patience = patience
        self._findings: dict[str, tuple[FileFinding, ...]] = {}
        self._finalizers: list[weakref.finalize] = []

    # -- connection ---------------------------------------------------------------------------------------------------

    @cached_property
    def client(self) -> DataverseClient:
        limiter = CallLimiter(self._cache / "calls", self.access.calls_per_minute)
        client = DataverseClient(self.access, limiter=limiter, patience=self._patience, transport=self._transport)
        self._finalizers.append(weakref.finalize(self, client.close))
        return client

    @cached_property
    def metadata(self) -> Metadata:
        return Metadata(self.client, self._cache / "metadata")

    def close(self) -> None:
        """Close the connections."""
        for finalizer in self._finalizers:
            finalizer()
        self._finalizers.clear()
        self.__dict__.pop("client", None)
        self.__dict__.pop("metadata", None)

    def __enter__(self) -> "DataverseSource":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # -- source -------------------------------------------------------------------------------------------------------

    def files(self) -> tuple[FileFinding, ...]:
        """List the tables that objects are read from; and the organization's own tables that no object is read from.

        Rows are counted by `extract` only.
        """
        found: list[FileFinding] = []
        used: set[str] = set()
        for name, spec in self.objects.items():
            if not spec.entity:
                continue
            entity = self._entity(spec)
            used.update([entity.name] if entity else [])
            if name in self._findings:
                found.extend(self._findings[name])
            else:
                said = () if entity else ("the organization has no such table",)
                found.append(_finding(entity.name if entity else spec.entity[0], name, said))
        for entity in self.metadata.entities.values():
            if entity.custom and not is_microsofts(entity.name) and entity.name not in used:
                found.append(
                    _finding(entity.name, None, ("a table of the organization's own that no object is read from",))
                )
        return tuple(sorted(found, key=lambda f: f.file))

    def extract(self, name: str, *, into: Path) -> ObjectExtract:
        """Write the object's rows, rejects and findings into `into`, and the rows as received beside them.

        Raises SourceError where the organization lacks what the map asks for, DataverseError where it refuses, and
        DataverseAway (a TransientError) where it does not answer: what was read until then is kept, and the next
        `extract` goes on from there.
        """
        spec = self._spec(name)
        if origin := spec.distinct or spec.explode:
            return derive(name, spec, self._origin(origin.from_, into), into=into)
        if spec.rows:
            return self._inline(name, spec, into)
        if spec.metadata:
            return write_definitions(name, spec, self.metadata, self._tables(), into=into)
        with claimed(into, name):
            try:
                extract = self._from_table(name, spec, into)
            except MetadataChanged:
                # The metadata was read before the organization changed it: once more, with what it says now.
                self.metadata.forget()
                extract = self._from_table(name, spec, into)
        self._findings[name] = extract.files
        return extract

    def _from_table(self, name: str, spec: Any, into: Path) -> ObjectExtract:
        entity = self._entity(spec)
        if entity is None or entity.is_virtual:
            return self._without_table(name, spec, entity, into)
        layout = self.layout(name, spec, entity)
        reader, reading, notes = self.read_all(name, layout, into=into)
        memory = memory_of(self.metadata, layout, delta=reading.delta, began=reading.began)
        notes += differences(recall(into, name), memory, layout)
        try:
            extract = write_extract(name, self.typing(name, layout, into), reading, into=into, notes=notes)
        except DataverseAway:
            raise
        except SourceError:
            reader.done()
            raise
        prune_files(extract, into=into)
        drop_pending(into, name)
        remember(into, name, memory)
        reader.done()
        return extract

    def read_all(self, name: str, layout: Layout, *, into: Path) -> tuple[Reader, Reading, list[str]]:
        """Read all rows of a table, from the change log's point of view where it has one. Returns what is to be said."""
        entity = layout.table.entity
        subject = Subject(entity.name, doing="reading its rows")
        notes: list[str] = []
        query = self.query(name, layout, tracked=entity.change_tracking)
        reader = Reader(self.client, query, into=into)
        try:
            reading = reader.run()
        except DataverseError as error:
            refused = error.status in (400, 403) and not isinstance(error, MetadataChanged | DataverseAway)
            if not query.tracked or not refused:
                raise
            reader = Reader(self.client, self.query(name, layout, tracked=False), into=into)
            reading = reader.run()
            notes.append(
                f"WARNING: {subject}: the change log is refused ({error.code or error.status}: {error.said}); it needs Read "
                "for the whole organization, so rows may be missing that the application user may not see"
            )
        if reading.resumed_at:
            notes.append(f"an earlier reading was gone on with after {reading.resumed_at:,} rows")
        notes.append(f"{reading.pages:,} pages, SHA-256 {reading.sha256}")
        if entity.is_elastic:
            notes.append("an elastic table: a row in a partition of its own has the partition in its id")
        return reader, reading, notes

    def query(self, name: str, layout: Layout, *, tracked: bool) -> Query:
        entity = layout.table.entity
        # The change log allows no order; an elastic table cannot order by its key.
        order = "" if tracked or entity.is_elastic else f"&$orderby={entity.primary_id}"
        return Query(
            object=name,
            url=f"{quote(entity.set_name)}?$select={','.join(layout.select)}{order}",
            prefer=preferences(self.access.page_size, tracked=tracked),
            tracked=tracked,
            entity=entity,
            subject=Subject(entity.name, doing="reading its rows"),
            secretive=secretive(layout.select),
        )

    def layout(self, name: str, spec: Any, entity: Entity) -> Layout:
        """The columns of an object. Raises SourceError with every one that the table lacks or that cannot be so typed."""
        layout, problems = lay_out(self.metadata, self.metadata.table(entity.name), spec, where=f"objects.{name}")
        if problems and self.metadata.version is not None:
            # What was kept may be older than a column that was just added.
            self.metadata.forget()
            layout, problems = lay_out(self.metadata, self.metadata.table(entity.name), spec, where=f"objects.{name}")
        days = [c for c in layout.columns if c.kind == "moment" and c.type == "date" and not c.part]
        if days and self._zone is None:
            what = f"is a moment in UTC ({', '.join(c.name for c in days)}), and no zone says whose day it falls on"
            problems.append(Problem(f"objects.{name}", what, "add `timezone:` to `source` of the migration file"))
        if problems:
            raise SourceError(problems)
        return layout

    def typing(self, name: str, layout: Layout, into: Path) -> Typing:
        bodies = None
        if layout.file_attributes:
            limit = self._max_bytes
            bodies = BodyFetcher(self.client, layout.table, object_name=name, into=into, max_bytes=limit)
        return typing_for(self.metadata, layout, zone=self._zone, bodies=bodies)

    # -- changes ------------------------------------------------------------------------------------------------------

    def changes(self, name: str, *, into: Path) -> ObjectChanges:
        """Find what changed in a table since it was last extracted into `into`, or since changes were last accepted.

        The changed rows are written to `changes/` below `into`. Nothing counts as read before `accept` (or `update`).
        """
        spec = self._spec(name)
        entity = self._entity(spec) if spec.entity else None
        if entity is None or entity.is_virtual:
            raise SourceError(f"“{name}” is read from no table, so it has no changes", hint="extract it again")
        with claimed(into, name):
            return ChangeReader(self, name, self.layout(name, spec, entity), into=into).run()

    def accept(self, name: str, *, into: Path) -> bool:
        """Let the next `changes` begin where the last one ended; False if there was none."""
        return accept(into, name)

    def update(self, name: str, *, into: Path) -> tuple[ObjectExtract, ObjectChanges]:
        """Bring the object's extract up to date by its changes, and accept them."""
        changes = self.changes(name, into=into)
        with claimed(into, name):
            extract = merge(read_extract(into, name), changes, into=into)
            forget_files(changes, into=into)
            accept(into, name)
        self._findings[name] = extract.files
        return extract, changes

    # -- parts --------------------------------------------------------------------------------------------------------

    def _spec(self, name: str) -> Any:
        if name not in self.objects:
            near = difflib.get_close_matches(name, self.objects, 3)
            hint = f"did you mean {', '.join(near)}?" if near else ""
            raise ConfigurationError(f"there is no object “{name}”", hint=hint)
        return self.objects[name]

    def _entity(self, spec: Any) -> Entity | None:
        """The first of the spec's names that the organization has."""
        known = self.metadata.entities
        return next((known[n] for n in map(str.casefold, spec.entity) if n in known), None)

    def _without_table(self, name: str, spec: Any, entity: Entity | None, into: Path) -> ObjectExtract:
        if entity is not None:
            what = f"{entity.name} is a virtual table: its rows are in another system, and at most 1,000 come at a time"
            hint = "extract them there; `optional: true` leaves the object empty"
        else:
            near = difflib.get_close_matches(spec.entity[0], self.metadata.entities, 4, 0.6)
            what = f"the organization has no table {' or '.join(spec.entity)}"
            hint = (f"did you mean {', '.join(near)}? " if near else "") + "`optional: true` leaves the object empty"
        if not spec.optional:
            raise SourceError([Problem(f"objects.{name}", what, hint)])
        return write_empty(name, spec.columns, into=into, why=what)

    def _inline(self, name: str, spec: Any, into: Path) -> ObjectExtract:
        sheet = replace(array_sheet(INLINE_FILE, [dict(r) for r in spec.rows]), format="rows of the map")
        reading = CellReading(timezone=self._timezone, date_order={}, decimal_mark={})
        return Extraction(name, spec, [sheet], reading=reading).run(into=into)

    def _origin(self, name: str, into: Path) -> ObjectExtract:
        if all(path.is_file() for path in extract_paths(into, name)):
            return read_extract(into, name)
        return self.extract(name, into=into)

    def _tables(self) -> Mapping[str, list[tuple[Table, Any]]]:
        """Every table that the map reads, with the objects that it is read for."""
        found: dict[str, list[tuple[Table, Any]]] = {}
        for spec in self._mapped.values():
            if spec.entity and (entity := self._entity(spec)) and not entity.is_virtual:
                found.setdefault(entity.name, []).append((self.metadata.table(entity.name), spec))
        return found


@contextlib.contextmanager
def claimed(into: Path, name: str) -> Iterator[None]:
    """Keep other processes from extracting the same object into the same folder; ends with the process at the latest."""
    path = into / "state" / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            what = f"another run is extracting “{name}” into the same folder"
            raise DataverseAway(what, subject=Subject(), hint="wait until it has ended") from error
        yield
    finally:
        os.close(file)


def _finding(file: str, name: str | None, said: tuple[str, ...]) -> FileFinding:
    return FileFinding(
        file=file, object=name, format=FORMAT, encoding="", separator="", header_row=0, rows=0, skipped=said
    )


def _zone(timezone: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(timezone) if timezone else None
    except (KeyError, ValueError, OSError) as error:
        hint = "use a name of the time zone database, such as Europe/London"
        raise ConfigurationError([Problem("source.timezone", f"“{timezone}” is no time zone", hint)]) from error
