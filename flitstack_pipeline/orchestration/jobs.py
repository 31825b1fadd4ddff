"""Jobs: one per verb and system, `<system>_<verb>`. Those that are not about assets are ops with at most a few config fields."""

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
from pydantic import Field

from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.orchestration.keys import VERB_TAG, VERBS, job_name, odoo_key, report_key, source_key
from flitstack_pipeline.orchestration.odoo_assets import SCHEMA
from flitstack_pipeline.orchestration.partitions import partitions_of
from flitstack_pipeline.orchestration.resource import Engine, migration_of
from flitstack_pipeline.orchestration.verbs import concluded
from flitstack_pipeline.stages.approve import approve
from flitstack_pipeline.stages.conclude import conclude
from flitstack_pipeline.stages.doctor import doctor
from flitstack_pipeline.stages.result import VerbResult
from flitstack_pipeline.stages.rollback import rollback
from flitstack_pipeline.stages.run import MigrationRun

__all__ = ["DESCRIPTIONS", "VERBS", "ApproveConfig", "RollbackConfig", "asset_jobs", "op_jobs"]

Events = Iterator[dg.AssetMaterialization | dg.Output[None]]

DESCRIPTIONS = {
    "doctor": "Step 1. Check source and target before anything else; changes nothing.",
    "inventory": "Step 2. Extract and profile every source object; changes nothing in Odoo.",
    "plan": "Step 3. Validate the map against the live Odoo and run it dry; changes nothing in Odoo.",
    "approve": "Step 4. A person approves exactly the plan that was last shown: in the launchpad's config, fill in `who`.",
    "load": "Step 5. The full load, in dependency order. Refuses without an approval of exactly this plan.",
    "reconcile": "Step 6. Read back and compare every mapped field of every record; changes nothing.",
    "rollback": "Return Odoo to its state before the migration, and prove it. One click: nothing has to be filled in.",
}


class ApproveConfig(dg.Config):
    """Who approves the plan that was last shown."""

    who: str = Field(description="Your name. It is recorded together with the plan's hash.", examples=["Jo Doe"])
    comment: str = Field(default="", description="Why, or on what condition. May stay empty.")


class RollbackConfig(dg.Config):
    """Nothing has to be filled in: one click."""

    keep_changed: bool = Field(default=True, description="Keep records that a person changed since the load.")


def asset_jobs(system: SystemMap) -> list[Any]:
    """inventory, plan, load and reconcile."""
    name = system.system
    sources = dg.AssetSelection.assets(*(source_key(name, o) for o in system.objects))
    models = dg.AssetSelection.assets(odoo_key(name, SCHEMA), *(odoo_key(name, m) for m in system.models))

    def report(report_name: str) -> dg.AssetSelection:
        return dg.AssetSelection.assets(report_key(name, report_name))

    def job(verb: str, selection: dg.AssetSelection) -> Any:
        return dg.define_asset_job(
            job_name(name, verb), selection, description=DESCRIPTIONS[verb], tags={VERB_TAG: verb}
        )

    return [
        job("inventory", sources | report("inventory")),
        job("plan", report("plan")),
        job("load", models.without_checks() | report("load")),
        job("reconcile", report("reconciliation")),
    ]


def op_jobs(system: SystemMap) -> list[dg.JobDefinition]:
    """doctor, approve and rollback."""
    return [
        _op_job(system, "doctor", None, lambda run, config: doctor(run)),
        _op_job(
            system, "approve", ApproveConfig, lambda run, config: approve(run, who=config.who, comment=config.comment)
        ),
        _op_job(
            system, "rollback", RollbackConfig, lambda run, config: rollback(run, keep_changed=config.keep_changed)
        ),
    ]


def _op_job(
    system: SystemMap,
    verb: str,
    config_type: type[dg.Config] | None,
    body: Callable[[MigrationRun, Any], VerbResult],
) -> dg.JobDefinition:
    description = DESCRIPTIONS[verb]

    def execute(context: dg.OpExecutionContext, engine: Engine, config: Any) -> Events:
        migration = migration_of(context)
        with engine.run(migration, context.run.run_id, verb) as run:
            result = conclude(run, body(run, config))
            if verb == "rollback":
                yield from _as_before(run, migration)
        yield dg.Output(None, metadata=concluded(result, system.system))

    if config_type is None:

        @dg.op(name=f"{system.system}_{verb}_op", out=dg.Out(dg.Nothing), description=description)
        def plain_op(context: dg.OpExecutionContext, engine: Engine) -> Events:
            yield from execute(context, engine, None)

        op = plain_op
    else:

        @dg.op(name=f"{system.system}_{verb}_op", out=dg.Out(dg.Nothing), description=description)
        def config_op(
            context: dg.OpExecutionContext,
            config: config_type,  # type: ignore[valid-type]  # one op per config class
            engine: Engine,
        ) -> Events:
            yield from execute(context, engine, config)

        op = config_op

    @dg.job(
        name=job_name(system.system, verb),
        partitions_def=partitions_of(system.system),
        description=description,
        tags={VERB_TAG: verb},
    )
    def job() -> None:
        op()

    return job


def _as_before(run: MigrationRun, migration: str) -> Iterator[dg.AssetMaterialization]:
    """Tell the asset catalogue what a rollback left of each model, which would show the load for ever otherwise."""
    left = run.ledger.count_mapped(run.id)
    for name, model in run.system.models.items():
        kept = sum(left.get(record_set, 0) for record_set in model.records)
        yield dg.AssetMaterialization(
            odoo_key(run.system.system, name),
            partition=migration,
            description="rolled back",
            metadata={
                "dagster/row_count": kept,
                "state": "rolled back" + (f"; {kept} records were kept" if kept else ""),
            },
        )
