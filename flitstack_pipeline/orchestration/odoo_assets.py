"""Every Odoo model is an asset, downstream of the objects it is made of and of the models it refers to."""

import dagster as dg

from flitstack_pipeline.mapping.graph import model_order
from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.mapping.walk import model_needs
from flitstack_pipeline.orchestration.columns import model_columns, model_description, version_of
from flitstack_pipeline.orchestration.keys import odoo_key, report_key, source_key
from flitstack_pipeline.orchestration.metadata import listing, of_model_load
from flitstack_pipeline.orchestration.partitions import partitions_of
from flitstack_pipeline.orchestration.resource import Engine, migration_of, verb_of
from flitstack_pipeline.reports.views.common import RecordLinks
from flitstack_pipeline.stages.load import begin_load, load_model
from flitstack_pipeline.stages.run import MigrationRun

# A second net only: calls are retried where that is safe, and a step can be repeated because no record is made twice.
RETRY = dg.RetryPolicy(max_retries=2, delay=10, backoff=dg.Backoff.EXPONENTIAL)
SCHEMA = "schema"
EXAMPLES = 5


def odoo_assets(system: SystemMap) -> list[dg.AssetsDefinition]:
    """The schema asset, then one asset per model in dependency order."""
    return [_schema_asset(system), *(_model_asset(system, name) for name in model_order(system))]


def _schema_asset(system: SystemMap) -> dg.AssetsDefinition:
    @dg.asset(
        key=odoo_key(system.system, SCHEMA),
        deps=[report_key(system.system, "plan")],
        partitions_def=partitions_of(system.system),
        group_name=f"{system.system}_odoo",
        kinds={"odoo"},
        retry_policy=RETRY,
        description="Custom models, fields and selection values, created before any data. Refuses without the approval of "
        "exactly the plan that it carries out.",
    )
    def schema(context: dg.AssetExecutionContext, engine: Engine) -> dg.MaterializeResult:
        with engine.run(
            migration_of(context), context.run.run_id, verb_of(context.run.job_name, system.system, "load")
        ) as run:
            gap = begin_load(run)
        return dg.MaterializeResult(
            metadata={"created": len(gap.names()), **listing("names", [{"name": n} for n in gap.names()])}
        )

    return schema


def _model_asset(system: SystemMap, name: str) -> dg.AssetsDefinition:
    objects, models = model_needs(system, name)
    model = system.models[name]

    @dg.asset(
        key=odoo_key(system.system, name),
        deps=[
            # The others come after one of these, so the graph shows what refers to what instead of a star around the schema.
            *([] if models else [odoo_key(system.system, SCHEMA)]),
            *(source_key(system.system, o) for o in sorted(objects)),
            *(odoo_key(system.system, m) for m in sorted(models)),
        ],
        partitions_def=partitions_of(system.system),
        group_name=f"{system.system}_odoo",
        kinds={"odoo"},
        retry_policy=RETRY,
        description=model_description(system, name),
        metadata={"dagster/column_schema": model_columns(system, name)},
        tags={"flitstack/odoo_model": model.model},
        code_version=version_of(model),
    )
    def odoo_model(context: dg.AssetExecutionContext, engine: Engine) -> dg.MaterializeResult:
        with engine.run(
            migration_of(context), context.run.run_id, verb_of(context.run.job_name, system.system, "load")
        ) as run:
            load = load_model(run, name)
            examples = _examples(run, name)
        return dg.MaterializeResult(metadata={**of_model_load(load), **examples})

    return odoo_model


def _examples(run: MigrationRun, name: str) -> dict[str, dg.MarkdownMetadataValue]:
    """A few records as links to Odoo's own screens."""
    if name not in run.system.models:
        return {}
    links = RecordLinks(run.access.url, run.access.database, run.client.version.major)
    lines = [
        f"- {record_set} `{record.source_id}`: [{record.model} {record.res_id}]({links.to(record.model, record.res_id)})"
        for record_set in run.system.models[name].records
        for record in next(iter(run.ledger.iter_mapped(run.id, record_set, EXAMPLES)), [])
    ]
    return {"in Odoo": dg.MetadataValue.md("\n".join(lines))} if lines else {}
