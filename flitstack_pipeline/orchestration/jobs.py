"""Jobs: one per verb and system, `<system>_<verb>`. Those that are not about assets are ops with at most a few config fields."""

from collections.abc import Callable
from typing import Any

import dagster as dg
from pydantic import Field

from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.orchestration.keys import odoo_key, report_key, source_key
from flitstack_pipeline.orchestration.metadata import of_result
from flitstack_pipeline.orchestration.odoo_assets import SCHEMA
from flitstack_pipeline.orchestration.partitions import partitions_of
from flitstack_pipeline.orchestration.resource import Engine
from flitstack_pipeline.stages.approve import approve
from flitstack_pipeline.stages.conclude import conclude
from flitstack_pipeline.stages.doctor import doctor
from flitstack_pipeline.stages.result import EXIT_FAILED, VerbResult
from flitstack_pipeline.stages.rollback import rollback
from flitstack_pipeline.stages.run import MigrationRun

VERBS = ("doctor", "inventory", "plan", "approve", "load", "reconcile", "rollback")


class ApproveConfig(dg.Config):
    """Who approves the plan that was last shown."""

    who: str = Field(description="Your name. It is recorded with the plan's hash.")
    comment: str = ""


class RollbackConfig(dg.Config):
    """Nothing has to be filled in: one click."""

    keep_changed: bool = Field(default=True, description="Keep records that a person changed since the load.")


def asset_jobs(system: SystemMap) -> list[Any]:
    """inventory, plan, load and reconcile."""
    name = system.system
    sources = dg.AssetSelection.assets(*(source_key(name, o) for o in system.objects))
    models = dg.AssetSelection.assets(odoo_key(name, SCHEMA), *(odoo_key(name, m) for m in system.models))
    checks = dg.AssetSelection.checks_for_assets(*(odoo_key(name, m) for m in system.models))

    def report(report_name: str) -> dg.AssetSelection:
        return dg.AssetSelection.assets(report_key(name, report_name))

    return [
        dg.define_asset_job(
            f"{name}_inventory", sources | report("inventory"), description="Extract and profile every source object."
        ),
        dg.define_asset_job(
            f"{name}_plan", report("plan"), description="Validate the map against the live Odoo; dry run."
        ),
        dg.define_asset_job(
            f"{name}_load",
            models.without_checks() | report("load"),
            description="The full load, in dependency order. Needs an approval.",
        ),
        dg.define_asset_job(
            f"{name}_reconcile",
            checks | report("reconciliation"),
            description="Read back and compare every mapped field of every record.",
        ),
    ]


def op_jobs(system: SystemMap) -> list[dg.JobDefinition]:
    """doctor, approve and rollback."""
    return [
        _op_job(
            system,
            "doctor",
            None,
            lambda run, config: doctor(run),
            "Check source and target before anything else. Changes nothing.",
        ),
        _op_job(
            system,
            "approve",
            ApproveConfig,
            lambda run, config: approve(run, who=config.who, comment=config.comment),
            "Approve exactly the plan that was last shown.",
        ),
        _op_job(
            system,
            "rollback",
            RollbackConfig,
            lambda run, config: rollback(run, keep_changed=config.keep_changed),
            "Return Odoo to its state before the migration, and prove it.",
        ),
    ]


def _op_job(
    system: SystemMap,
    verb: str,
    config_type: type[dg.Config] | None,
    body: Callable[[MigrationRun, Any], VerbResult],
    description: str,
) -> dg.JobDefinition:
    def execute(context: dg.OpExecutionContext, engine: Engine, config: Any) -> None:
        with engine.run(context.partition_key, context.run_id, verb) as run:
            result = conclude(run, body(run, config))
        context.add_output_metadata(of_result(result))
        if result.exit_code == EXIT_FAILED:
            raise dg.Failure(result.summary, metadata=of_result(result), allow_retries=False)

    if config_type is None:

        @dg.op(name=f"{system.system}_{verb}_op", out=dg.Out(dg.Nothing), description=description)
        def plain_op(context: dg.OpExecutionContext, engine: Engine) -> None:
            execute(context, engine, None)

        op = plain_op
    else:

        @dg.op(name=f"{system.system}_{verb}_op", out=dg.Out(dg.Nothing), description=description)
        def config_op(context: dg.OpExecutionContext, config: config_type, engine: Engine) -> None:  # type: ignore[valid-type]  # one op per config class
            execute(context, engine, config)

        op = config_op

    @dg.job(name=f"{system.system}_{verb}", partitions_def=partitions_of(system.system), description=description)
    def job() -> None:
        op()

    return job
