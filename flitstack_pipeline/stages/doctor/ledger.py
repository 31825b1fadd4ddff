"""Is the memory of all that was done at hand, and does it stand as it was left?"""

import shutil

from sqlalchemy import make_url

from flitstack_pipeline.ledger.store import LEDGER_FILE
from flitstack_pipeline.ledger.tables import SCHEMA_VERSION
from flitstack_pipeline.settings import ENV_POSTGRES
from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import Findings, blocking, counted, listed, ok, warning
from flitstack_pipeline.stages.run import MigrationRun

LITTLE_BYTES = 500_000_000


def check(examination: Examination) -> Findings:
    """Where it is, calls without a known result, audit chain, space."""
    run = examination.run
    intents = run.ledger.open_intents(run.id)
    mapped = run.ledger.count_mapped(run.id)
    yield ok(
        "ledger.reachable",
        f"{_place(run)}, layout {SCHEMA_VERSION}: {sum(mapped.values()):,} records of this migration",
    )
    if intents:
        calls = listed(f"{i.op} of {len(i.keys)} in {i.model} on {i.opened_at:%Y-%m-%d %H:%M} UTC" for i in intents)
        text = f"{counted(len(intents), 'call')} to Odoo without a known result, of a killed or running run: {calls}"
        yield warning(
            "ledger.open_calls",
            text,
            "nothing by hand: the next load looks in Odoo what came of them, before it writes",
        )
    else:
        yield ok("ledger.open_calls", "no call to Odoo has an unknown result")
    if broken := run.ledger.verify_chain(run.id):
        todo = "somebody changed the ledger's tables: restore a backup, and find out who did"
        yield blocking("ledger.audit", f"the audit log does not hold at entry {broken.seq}: {broken.what}", todo)
    else:
        yield ok("ledger.audit", "the audit log's chain holds")
    yield from _space(run)


def _place(run: MigrationRun) -> str:
    if run.settings.postgres_url:
        return f"PostgreSQL {make_url(run.settings.postgres_url).render_as_string(hide_password=True)} ({ENV_POSTGRES})"
    return f"SQLite {run.settings.home / LEDGER_FILE}"


def _space(run: MigrationRun) -> Findings:
    if run.settings.postgres_url:
        return
    free = shutil.disk_usage(run.settings.home).free
    text = f"{free / 1e9:,.1f} GB free in {run.settings.home}"
    if free < LITTLE_BYTES:
        yield warning(
            "ledger.disk", text, f"make room, put FLITSTACK_HOME on another disk, or use PostgreSQL by {ENV_POSTGRES}"
        )
    else:
        yield ok("ledger.disk", text)
