"""The doctor's round: every check, whatever the others find."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flitstack_pipeline.errors import FlitstackError, TransientError
from flitstack_pipeline.progress import current
from flitstack_pipeline.stages.doctor import (
    accounting,
    apps,
    automation,
    ledger,
    people,
    schema,
    server,
    source,
    user,
    values,
)
from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import BLOCKING, OK, WARNING, Check, Finding, look, warning
from flitstack_pipeline.stages.result import EXIT_DONE, EXIT_FAILED, VerbResult
from flitstack_pipeline.stages.run import MigrationRun

AT_HOME: tuple[tuple[str, Check[Examination]], ...] = (("source", source.check), ("ledger", ledger.check))
IN_ODOO: tuple[tuple[str, Check[Examination]], ...] = (
    ("odoo", server.check),
    ("user", user.check),
    ("apps", apps.check),
    ("schema", schema.check),
    ("accounting", accounting.check),
    ("automation", automation.check),
    ("values", values.check),
    ("people", people.check),
)


def doctor(run: MigrationRun, *, now: datetime | None = None) -> VerbResult:
    """Examine source, ledger and Odoo without changing any of them.

    The details hold the findings, each with level, check, text and todo. A blocking finding makes the result not ok.
    """
    findings = _examine(Examination(run, now or datetime.now(UTC)))
    by_level = {level: [f for f in findings if f.level == level] for level in (OK, WARNING, BLOCKING)}
    bad = by_level[BLOCKING]
    return VerbResult(
        migration=run.id,
        verb="doctor",
        run_id=run.run_id,
        ok=not bad,
        exit_code=EXIT_FAILED if bad else EXIT_DONE,
        problems=tuple(f.text for f in [*bad, *by_level[WARNING]]),
        summary=f"{len(findings)} findings: " + ", ".join(f"{len(of)} {level}" for level, of in by_level.items()),
        next_step=f"flitstack doctor {run.id}" if bad else f"flitstack inventory {run.id}",
        details={"findings": [f.as_dict() for f in findings]},
    )


def _examine(examination: Examination) -> list[Finding]:
    findings: list[Finding] = []
    for group, check in AT_HOME:
        findings += _look(group, check, examination)[0]
    found, broke = _look("odoo.connection", server.connection, examination)
    findings += found
    if broke or any(f.level == BLOCKING for f in found):
        return findings
    for number, (group, check) in enumerate(IN_ODOO):
        found, broke = _look(group, check, examination)
        findings += found
        if isinstance(broke, TransientError):
            return findings + _unchecked([name for name, _ in IN_ODOO[number + 1 :]])
    return findings


def _look(
    group: str, check: Check[Examination], examination: Examination
) -> tuple[list[Finding], FlitstackError | None]:
    progress = current()
    progress.start(f"doctor: {group}", 0)
    # Who is no administrator is told so once, as blocking; what he therefore may not see need not block again.
    found, broke = look(group, check, examination, forbidden=BLOCKING if examination.is_administrator else WARNING)
    bad = sum(f.level != OK for f in found)
    progress.finish(f"doctor: {group}", f"{len(found)} findings, {bad} of them not ok")
    return found, broke


def _unchecked(groups: Sequence[str]) -> list[Finding]:
    if not groups:
        return []
    text = f"the connection was lost, so these have not been checked: {', '.join(groups)}"
    return [warning("odoo.connection", text, "run the doctor again when Odoo answers")]
