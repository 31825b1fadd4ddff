"""Report assets: the inventory, the plan, the load's account and the reconciliation, each as HTML and JSON."""

from collections.abc import Callable, Iterable, Iterator

import dagster as dg

from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.mapping.walk import model_needs
from flitstack_pipeline.orchestration.checks import evaluations
from flitstack_pipeline.orchestration.columns import version_of
from flitstack_pipeline.orchestration.keys import job_name, odoo_key, report_key, source_key
from flitstack_pipeline.orchestration.partitions import partitions_of
from flitstack_pipeline.orchestration.resource import Engine, migration_of
from flitstack_pipeline.orchestration.verbs import concluded
from flitstack_pipeline.stages.conclude import conclude
from flitstack_pipeline.stages.inventory import inventory
from flitstack_pipeline.stages.load import finish_load
from flitstack_pipeline.stages.plan import plan
from flitstack_pipeline.stages.reconcile import reconcile
from flitstack_pipeline.stages.result import VerbResult
from flitstack_pipeline.stages.run import MigrationRun

Verb = Callable[[MigrationRun], VerbResult]


def report_assets(system: SystemMap) -> list[dg.AssetsDefinition]:
    """The four reports of a system. With the sources and models between them they are one chain, in the order of the stages."""
    name = system.system
    sources = [source_key(name, o) for o in system.objects]
    needed = {m for model in system.models for m in model_needs(system, model)[1]}
    last = [
        odoo_key(name, m) for m in system.models if m not in needed
    ]  # every other model is upstream of one of these
    return [
        _report(
            system,
            "inventory",
            "inventory",
            inventory,
            sources,
            "What the source holds, field by field, and what joins to nothing.",
        ),
        _report(
            system,
            "plan",
            "plan",
            plan,
            [report_key(name, "inventory")],
            "The map against the live Odoo, and a dry run. This is what a person approves.",
        ),
        _report(system, "load", "load", finish_load, last, "What became of every row."),
        _report(
            system,
            "reconciliation",
            "reconcile",
            reconcile,
            [report_key(name, "load")],
            "Whether both sides agree, value by value.",
        ),
    ]


def _report(
    system: SystemMap, name: str, verb: str, body: Verb, deps: Iterable[dg.AssetKey], description: str
) -> dg.AssetsDefinition:
    @dg.asset(
        key=report_key(system.system, name),
        deps=list(deps),
        partitions_def=partitions_of(system.system),
        group_name=f"{system.system}_report",
        kinds={"html"},
        description=f"{description} Made by the job `{job_name(system.system, verb)}`.",
        code_version=version_of(system),
    )
    def report(
        context: dg.AssetExecutionContext, engine: Engine
    ) -> Iterator[dg.AssetCheckEvaluation | dg.MaterializeResult]:
        with engine.run(migration_of(context), context.run.run_id, verb) as run:
            result = conclude(run, body(run))
            if verb == "reconcile":
                yield from evaluations(run)
        yield dg.MaterializeResult(metadata=concluded(result, system.system))

    return report
