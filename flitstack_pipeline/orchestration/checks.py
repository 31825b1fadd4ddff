"""Asset checks of every Odoo model: schema and field_diff (pandera), identity, conservation.

One reading of Odoo serves all of a model's checks. They are partitioned, so one migration's pass cannot hide another's failure.
"""

import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import dagster as dg
from pandera.errors import SchemaErrors

from flitstack_pipeline.mapping.graph import model_order
from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.orchestration.keys import job_name, odoo_key
from flitstack_pipeline.orchestration.metadata import listing, table, tallies
from flitstack_pipeline.orchestration.partitions import partitions_of
from flitstack_pipeline.orchestration.resource import Engine, migration_of, verb_of
from flitstack_pipeline.orchestration.verbs import difference
from flitstack_pipeline.outcomes import Counts
from flitstack_pipeline.reports.text import amount
from flitstack_pipeline.stages.accounts import counts
from flitstack_pipeline.stages.run import MigrationRun
from flitstack_pipeline.stages.verification import ModelVerification, verify_once
from flitstack_pipeline.verify.schemas import field_diff_schema

DIFFERENCES_SHOWN = 20

Finding = tuple[bool, str, dict[str, Any]]
"""Whether a check passed, what it found in one line, and its metadata."""

CHECKS = {
    "schema": "Every record read back has the types, selections and filled fields that the map asks for (pandera).",
    "field_diff": "Every mapped field of every migrated record holds what the map says it should (pandera over the diff).",
    "identity": "Odoo has exactly the records that the ledger knows: none lost, none doubled.",
    "conservation": "Per object: extracted = created + updated + unchanged + skipped + held + quarantined + excluded.",
}


def model_checks(system: SystemMap) -> list[dg.AssetChecksDefinition]:
    """One multi-check per model. Materialising a model runs them; so does the job `<system>_reconcile`, for all models."""
    return [_checks(system, name) for name in model_order(system)]


def evaluations(run: MigrationRun) -> Iterator[dg.AssetCheckEvaluation]:
    """The checks of every model, for a step that is none of theirs.

    The UI launches a job with the checks of the job's own assets alone, so the step of the reconciliation says what it found
    about each model, which it reads anyway.
    """
    for model in run.compiled.models:
        key = odoo_key(run.system.system, model.name)
        for result in _results(run, key, model.name, set(CHECKS)):
            yield dg.AssetCheckEvaluation(
                asset_key=key,
                check_name=str(result.check_name),
                passed=result.passed,
                metadata=result.metadata,
                severity=result.severity,
                description=result.description,
                blocking=False,
                partition=run.id,
            )


def _checks(system: SystemMap, name: str) -> dg.AssetChecksDefinition:
    key = odoo_key(system.system, name)
    partitions = partitions_of(system.system)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)  # partitioned checks: chosen knowingly, and covered by tests
        specs = [dg.AssetCheckSpec(n, asset=key, description=d, partitions_def=partitions) for n, d in CHECKS.items()]

    @dg.multi_asset_check(name=f"{system.system}_verify_{name}", specs=specs, can_subset=True)
    def verify(context: dg.AssetCheckExecutionContext, engine: Engine) -> Iterator[dg.AssetCheckResult]:
        selected = {k.name for k in context.selected_asset_check_keys}
        verb = verb_of(context.run.job_name, system.system, "reconcile")
        migration = migration_of(context, f"launch the job {job_name(system.system, 'reconcile')}, which asks for one")
        with engine.run(migration, context.run.run_id, verb) as run:
            results = _results(run, key, name, selected)
        yield from results

    return verify


def _results(run: MigrationRun, key: dg.AssetKey, name: str, selected: Collection[str]) -> list[dg.AssetCheckResult]:
    if name not in run.system.models:
        return [
            dg.AssetCheckResult(asset_key=key, check_name=check, passed=True, description=run.not_here)
            for check in CHECKS
            if check in selected
        ]
    verification = verify_once(run, name)
    objects = _objects(run.system, name)
    by_object = {o: c for o, c in counts(run).items() if o in objects}
    within = 0 < verification.figures.differences <= run.migration.tolerance.differences
    findings = {
        "schema": lambda: _schema_result(verification),
        "field_diff": lambda: _diff_result(verification),
        "identity": lambda: _identity_result(verification),
        "conservation": lambda: _conservation_result(by_object),
    }
    results = []
    for check in CHECKS:
        if check in selected:
            passed, said, metadata = findings[check]()
            warn = check == "field_diff" and within
            results.append(
                dg.AssetCheckResult(
                    asset_key=key,
                    check_name=check,
                    passed=passed,
                    description=said,
                    severity=dg.AssetCheckSeverity.WARN if warn else dg.AssetCheckSeverity.ERROR,
                    metadata=metadata,
                )
            )
    return results


def _objects(system: SystemMap, name: str) -> set[str]:
    """The objects whose rows are all accounted for once this model is loaded: it is the last one made of them."""
    last: dict[str, str] = {}
    for model in model_order(system):
        last.update({records.from_: model for records in system.models[model].records.values()})
    return {obj for obj, model in last.items() if model == name}


def _schema_result(verification: ModelVerification) -> Finding:
    rows = [
        {"record": f.source_id, "field": f.column, "value": f.value, "expected": f.check} for f in verification.failures
    ]
    records = verification.figures.records
    said = f"{amount(records, 'record')} read back, {amount(len(rows), 'value')} of the wrong kind"
    return not rows, said, {"records": records, "failures": len(rows), **listing("first failures", rows)}


def _diff_result(verification: ModelVerification) -> Finding:
    frame = verification.tallies
    try:
        field_diff_schema().validate(frame, lazy=True)
        passed = True
    except SchemaErrors:
        passed = False
    figures = verification.figures
    said = f"{amount(figures.values_compared, 'value')} of {amount(figures.records, 'record')} compared: "
    said += f"{figures.differences:,} unexplained, {figures.accepted:,} accepted"
    worst = frame.sort_values(["unexplained", "different"], ascending=False, kind="stable")
    metadata = {
        "values compared": figures.values_compared,
        "unexplained differences": figures.differences,
        "accepted differences": figures.accepted,
        "by field": table(worst.to_dict("records")),
        **listing("differences", [difference(asdict(d)) for d in verification.differences(DIFFERENCES_SHOWN)]),
        "parquet": dg.MetadataValue.path(str(verification.differences_path)),
    }
    return passed, said, metadata


def _identity_result(verification: ModelVerification) -> Finding:
    rows = [
        {"record set": i.record_set, "in ledger": i.in_ledger, "in Odoo": i.in_odoo} for i in verification.identities
    ]
    said = f"{sum(i.in_ledger for i in verification.identities):,} in the ledger, "
    said += f"{sum(i.in_odoo for i in verification.identities):,} in Odoo under their keys"
    return all(i.agrees for i in verification.identities), said, {"record sets": table(rows)}


def _conservation_result(by_object: Mapping[str, Counts]) -> Finding:
    if not by_object:
        return True, "no object ends in this model", {}
    total = sum(by_object.values(), Counts())
    metadata = {"objects": tallies("object", {n: c.as_dict() for n, c in by_object.items()}, always=["extracted"])}
    wrong = [n for n, c in by_object.items() if not c.balanced]
    said = f"{total.accounted:,} of {amount(total.extracted, 'row')} accounted for"
    return not wrong, said + (f"; not balanced: {', '.join(wrong)}" if wrong else ""), metadata
