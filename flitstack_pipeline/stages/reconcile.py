"""Do both sides agree? The verdict over all models and objects."""

from collections.abc import Mapping
from dataclasses import asdict

from flitstack_pipeline.outcomes import Counts
from flitstack_pipeline.stages.accounts import counts
from flitstack_pipeline.stages.load import left_over
from flitstack_pipeline.stages.result import EXIT_DONE, EXIT_FAILED, EXIT_TOLERANCE, VerbResult
from flitstack_pipeline.stages.run import MigrationRun, odoo_place
from flitstack_pipeline.stages.verification import ModelVerification, verify_once

SHOWN = 50


def reconcile(run: MigrationRun) -> VerbResult:
    """Verify every model (those that this run's checks have verified are not read twice) and sum up."""
    found = {m.name: verify_once(run, m.name) for m in run.compiled.models}
    objects = counts(run)
    hard = _hard(objects, found)
    differences = sum(v.figures.differences for v in found.values())
    tolerated = run.migration.tolerance.differences
    beyond = [f"{differences} unexplained differences, {tolerated} are tolerated"] if differences > tolerated else []
    compared = sum(v.figures.values_compared for v in found.values())
    accepted = sum(v.figures.accepted for v in found.values())
    figures = {"values compared": compared, "unexplained differences": differences, "accepted differences": accepted}
    run.ledger.append(run.id, run.run_id, "reconciled", figures)
    balanced = all(c.balanced for c in objects.values())
    return VerbResult(
        migration=run.id,
        verb="reconcile",
        run_id=run.run_id,
        ok=not hard and not beyond,
        exit_code=EXIT_FAILED if hard else EXIT_TOLERANCE if beyond else EXIT_DONE,
        objects=objects,
        models={name: v.figures for name, v in found.items()},
        problems=(*hard, *beyond, *_stale(run, found)),
        summary=f"{compared:,} values of {sum(v.figures.records for v in found.values()):,} records compared: "
        f"{differences:,} unexplained differences, {accepted:,} accepted; "
        f"{'every row is accounted for' if balanced else 'rows are missing from the account'}",
        next_step=f"flitstack status {run.id}"
        if not (hard or beyond)
        else "open the report and look at each difference",
        details={
            "fields": {name: v.fields for name, v in found.items()},
            "differences": {name: [asdict(d) for d in v.differences()] for name, v in found.items()},
            "identities": [asdict(i) for v in found.values() for i in v.identities],
            "left_over": left_over(run),
            "notes": [asdict(n) for n in run.compiled.notes],
            **odoo_place(run),
        },
    )


def _hard(objects: Mapping[str, Counts], found: Mapping[str, ModelVerification]) -> list[str]:
    """What no tolerance covers: rows without an outcome, records lost or doubled, values of the wrong kind."""
    hard = [
        f"{name}: {c.extracted} rows were extracted but {c.accounted} are accounted for"
        for name, c in objects.items()
        if not c.balanced
    ]
    hard += [
        f"{i.record_set}: the ledger has {i.in_ledger} records, Odoo has {i.in_odoo} under its keys"
        for v in found.values()
        for i in v.identities
        if not i.agrees
    ]
    hard += [f"{f.column} of {f.source_id}: {f.value} ({f.check})" for v in found.values() for f in v.failures[:SHOWN]]
    return hard


def _stale(run: MigrationRun, found: Mapping[str, ModelVerification]) -> list[str]:
    used = {(u["records"], u["id"], u["field"]) for v in found.values() for u in v.used}
    return [
        f"the accepted difference {a.records} {a.id} {a.field} does not occur (any more); take it out of the migration's file"
        for a in run.migration.accepted_differences
        if (a.records, a.id, a.field) not in used
    ]
