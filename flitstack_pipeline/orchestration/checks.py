"""Asset checks of every Odoo model: schema and field_diff (pandera), identity, conservation.

One reading of Odoo serves all of a model's checks. They are partitioned, so one migration's pass cannot hide another's failure.
"""

from collections.abc import Iterator

import dagster as dg
from pandera.errors import SchemaErrors

from flitstack_pipeline.mapping.graph import model_order
from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.orchestration.keys import odoo_key
from flitstack_pipeline.orchestration.metadata import table
from flitstack_pipeline.orchestration.partitions import partitions_of
from flitstack_pipeline.orchestration.resource import Engine, verb_of
from flitstack_pipeline.stages.accounts import counts
from flitstack_pipeline.stages.verification import ModelVerification, verify_once
from flitstack_pipeline.verify.schemas import field_diff_schema

CHECKS = {
    "schema": "Every record read back has the types, selections and filled fields that the map asks for (pandera).",
    "field_diff": "Every mapped field of every migrated record holds what the map says it should (pandera over the diff).",
    "identity": "Odoo has exactly the records that the ledger knows: none lost, none doubled.",
    "conservation": "Per object: extracted = created + updated + unchanged + skipped + held + quarantined + excluded.",
}


def model_checks(system: SystemMap) -> list[dg.AssetChecksDefinition]:
    """One multi-check per model."""
    order = model_order(system)
    last: dict[str, str] = {}
    for name in order:
        last.update({records.from_: name for records in system.models[name].records.values()})
    return [_checks(system, name, [o for o, model in last.items() if model == name]) for name in order]


def _checks(system: SystemMap, name: str, objects: list[str]) -> dg.AssetChecksDefinition:
    key = odoo_key(system.system, name)
    partitions = partitions_of(system.system)

    @dg.multi_asset_check(
        name=f"{system.system}_verify_{name}",
        specs=[dg.AssetCheckSpec(n, asset=key, description=d, partitions_def=partitions) for n, d in CHECKS.items()],
        can_subset=True,
    )
    def verify(context: dg.AssetCheckExecutionContext, engine: Engine) -> Iterator[dg.AssetCheckResult]:
        selected = {k.name for k in context.selected_asset_check_keys}
        migration = context.run.tags["dagster/partition"]
        with engine.run(
            migration, context.run.run_id, verb_of(context.run.job_name, system.system, "reconcile")
        ) as run:
            verification = verify_once(run, name)
            by_object = {o: c for o, c in counts(run).items() if o in objects}
        results = {
            "schema": lambda: _schema_result(verification),
            "field_diff": lambda: _diff_result(verification),
            "identity": lambda: _identity_result(verification),
            "conservation": lambda: (
                all(c.balanced for c in by_object.values()),
                {
                    "objects": table(
                        [{"object": n, "balanced": c.balanced, **c.as_dict()} for n, c in by_object.items()]
                    )
                },
            ),
        }
        for check in CHECKS:
            if check in selected:
                passed, metadata = results[check]()
                yield dg.AssetCheckResult(asset_key=key, check_name=check, passed=passed, metadata=metadata)

    return verify


def _schema_result(verification: ModelVerification) -> tuple[bool, dict]:
    rows = [
        {"record": f.source_id, "field": f.column, "value": f.value, "expected": f.check} for f in verification.failures
    ]
    return not rows, {
        "records": verification.figures.records,
        "failures": len(rows),
        "first failures": table(rows[:20]),
    }


def _diff_result(verification: ModelVerification) -> tuple[bool, dict]:
    frame = verification.tallies
    try:
        field_diff_schema().validate(frame, lazy=True)
        passed = True
    except SchemaErrors:
        passed = False
    figures = verification.figures
    return passed, {
        "values compared": figures.values_compared,
        "unexplained differences": figures.differences,
        "accepted differences": figures.accepted,
        "fields": table(frame.to_dict("records")),
        "differences": table([d.__dict__ for d in verification.differences(20)]),
        "parquet": dg.MetadataValue.path(str(verification.differences_path)),
    }


def _identity_result(verification: ModelVerification) -> tuple[bool, dict]:
    rows = [
        {"record set": i.record_set, "in ledger": i.in_ledger, "in Odoo": i.in_odoo} for i in verification.identities
    ]
    return all(i.agrees for i in verification.identities), {"record sets": table(rows)}
