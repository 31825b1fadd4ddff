"""Which Odoo is it, how is it spoken to, and how long will it stay?"""

import time
from datetime import UTC, datetime, timedelta

from flitstack_pipeline.errors import FlitstackError
from flitstack_pipeline.odoo.versions import JSON2_SINCE, OLDEST
from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import Findings, blocking, counted, listed, ok, warning

NEWEST = 19
RPC_ENDS = 22
SOON_DAYS = 30


def connection(examination: Examination) -> Findings:
    """Connect, or say why not and what to do."""
    run = examination.run
    started = time.monotonic()
    try:
        access, client = run.access, run.client
        examination.is_administrator = examination.may("ir.config_parameter", "read")
    except FlitstackError as error:
        what = f"no connection: {error.message}" if error.message else "no connection"
        yield blocking("odoo.connection", what, error.hint or _what_to_do(run.migration.target.url or ""))
        return
    took = time.monotonic() - started
    said = f"{access.url}, database {access.database}, user {client.uid}: connected in {took:.1f} s"
    yield ok("odoo.connection", said)


def check(examination: Examination) -> Findings:
    """TLS, version, edition, protocol, hosting, the database's and the key's lifetime, pending module updates."""
    yield from _wire(examination)
    yield from _version(examination)
    yield from _hosting(examination)
    yield from _key(examination)
    yield from _database(examination)
    yield from _modules(examination)


def _what_to_do(url: str) -> str:
    advice = "check address, database and key in the migration file's `target:`, and whether Odoo runs"
    if ".odoo.com" in url:
        advice += "; on Odoo's hosted offers the external API is part of the Custom plan only"
    return advice


def _wire(examination: Examination) -> Findings:
    access = examination.run.access
    if access.url.startswith("https:"):
        yield ok("odoo.tls", "the connection is encrypted and the server's certificate is valid")
    elif access.is_local:
        yield ok("odoo.tls", "not encrypted, and need not be: the traffic stays on this machine")
    else:
        yield blocking("odoo.tls", f"{access.url} is not encrypted: the key travels in the clear", "use https://")


def _version(examination: Examination) -> Findings:
    version, protocol = examination.client.version, examination.client.protocol
    text = f"Odoo {version.raw}, {version.edition}"
    if version.major < OLDEST:
        yield blocking("odoo.version", f"{text}: versions {OLDEST} to {NEWEST} are supported", "update Odoo first")
    elif version.major > NEWEST:
        todo = "make a trial migration into a copy of the database first, and read its reconcile report"
        yield warning(
            "odoo.version", f"{text} is newer than any that this version was made for ({OLDEST} to {NEWEST})", todo
        )
    else:
        yield ok("odoo.version", text)
    if protocol == "json2":
        yield ok("odoo.protocol", "JSON-2, by API key")
    elif version.major < JSON2_SINCE:
        yield ok("odoo.protocol", f"{protocol}: this version has no JSON-2")
    else:
        text = f"{protocol} is in use: announced for removal in Odoo {RPC_ENDS}, and several times slower than JSON-2"
        todo = "make an API key (Preferences → Security) and name its variable by `target: {api_key_env: …}`"
        yield warning("odoo.protocol", text, todo)


def _hosting(examination: Examination) -> Findings:
    host = examination.run.access.host
    if host.endswith(".dev.odoo.com"):
        text = f"{host} is a development or staging branch of Odoo.sh"
        yield warning("odoo.hosting", text, "right for a trial; for the real migration name the production database")
    elif host.endswith(".odoo.com") or examination.client.version.raw.startswith("saas~"):
        yield ok(
            "odoo.hosting", f"{host} is hosted by Odoo; its external API answers, and does so on the Custom plan only"
        )
    else:
        yield ok("odoo.hosting", f"{host}: no sign of one of Odoo's hosted offers")


def _key(examination: Examination) -> Findings:
    if not examination.run.access.api_key:
        yield ok("odoo.key", "a password is used, which does not expire by itself")
        return
    client = examination.client
    if not client.has_model("res.users.apikeys") or "expiration_date" not in examination.fields("res.users.apikeys"):
        yield ok("odoo.key", "API keys of this version do not expire")
        return
    keys = client.search_read("res.users.apikeys", [("user_id", "=", client.uid)], ["name", "expiration_date"])
    ends = [(end, str(key["name"])) for key in keys if (end := _moment(key["expiration_date"]))]
    if not ends:
        yield ok("odoo.key", "no API key of this user expires")
        return
    window = examination.run.migration.delta_window_hours
    # Odoo does not tell which of the user's keys is the one in use, so the first to expire counts.
    end, name = min(ends)
    which = "the API key" if len(keys) == 1 else f"of {counted(len(keys), 'API key')} of this user the first to expire,"
    text = f"{which} “{name}” ends on {end:%Y-%m-%d %H:%M} UTC; the delta window lasts {counted(window, 'hour')}"
    if end < examination.now + timedelta(hours=window):
        yield warning(
            "odoo.key", text, "make a key that lives longer, so that delta, reconcile and rollback can still use it"
        )
    else:
        yield ok("odoo.key", text)


def _database(examination: Examination) -> Findings:
    yield ok("odoo.database", f"the database's own mark is {examination.client.database_uuid or 'not set'}")
    parameters = examination.parameters
    if parameters.get("database.is_neutralized", "").lower() in ("true", "1"):
        text = "the database is a neutralized copy: no mail leaves it and no scheduled action runs"
        yield warning(
            "odoo.neutralized", text, "right for a trial; for the real migration name the production database"
        )
    else:
        yield ok("odoo.neutralized", "the database is not a neutralized copy")
    end = _moment(parameters.get("database.expiration_date", ""))
    if end is None:
        yield ok("odoo.expiration", "no date is set on which the database ends")
        return
    why = parameters.get("database.expiration_reason", "")
    text = f"the database ends on {end:%Y-%m-%d}" + (f" ({why})" if why else "")
    todo = "register or renew the subscription first: Odoo locks users out of a database that has ended"
    if end < examination.now + timedelta(hours=examination.run.migration.delta_window_hours):
        yield blocking("odoo.expiration", f"{text}, before the delta window is over", todo)
    elif why in ("trial", "demo") or end < examination.now + timedelta(days=SOON_DAYS):
        yield warning("odoo.expiration", text, todo)
    else:
        yield ok("odoo.expiration", text)


def _modules(examination: Examination) -> Findings:
    rows = examination.client.search_read(
        "ir.module.module", [("state", "in", ("to install", "to upgrade", "to remove"))], ["name", "state"]
    )
    if rows:
        names = listed(f"{row['name']} ({row['state']})" for row in rows)
        todo = "finish the update in Odoo (Apps → Apply Scheduled Upgrades) before anything is loaded"
        yield blocking(
            "odoo.modules", f"{counted(len(rows), 'app')} wait for an update that was not finished: {names}", todo
        )
    else:
        yield ok(
            "odoo.modules",
            f"{counted(len(examination.client.installed_modules()), 'module')} installed, no update pending",
        )


def _moment(text: str | None) -> datetime | None:
    """Odoo's date-time text, which is in UTC; None for none, and for what nobody can read as one."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        return None
