"""Every source object is an asset: its rows as Parquet, its content's hash as data version."""

import dagster as dg

from flitstack_pipeline.mapping.custom import definition_objects
from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.orchestration.columns import version_of
from flitstack_pipeline.orchestration.keys import source_key
from flitstack_pipeline.orchestration.metadata import of_extract
from flitstack_pipeline.orchestration.partitions import partitions_of
from flitstack_pipeline.orchestration.resource import Engine, migration_of, verb_of
from flitstack_pipeline.stages.inventory import extract_object


def source_assets(system: SystemMap) -> list[dg.AssetsDefinition]:
    """One asset per object of a system's map."""
    return [_source_asset(system, name) for name in system.objects]


def _source_asset(system: SystemMap, name: str) -> dg.AssetsDefinition:
    obj = system.objects[name]
    origin = [obj.derived_from] if obj.derived_from else []
    definitions = [rule.from_ for rule in definition_objects(system).get(name, [])]

    @dg.asset(
        key=source_key(system.system, name),
        deps=[source_key(system.system, o) for o in dict.fromkeys([*origin, *definitions])],
        partitions_def=partitions_of(system.system),
        group_name=f"{system.system}_source",
        kinds={"parquet"},
        description=_description(system, name),
        tags={"flitstack/migrates": "yes" if obj.migrates else "no"},
        code_version=version_of(obj),
    )
    def source(context: dg.AssetExecutionContext, engine: Engine) -> dg.MaterializeResult:
        with engine.run(
            migration_of(context), context.run.run_id, verb_of(context.run.job_name, system.system, "inventory")
        ) as run:
            if name not in run.system.objects:
                return dg.MaterializeResult(metadata={"state": run.not_here}, data_version=dg.DataVersion("none"))
            extract = extract_object(run, name)
        return dg.MaterializeResult(metadata=of_extract(extract), data_version=dg.DataVersion(extract.sha256))

    return source


def _description(system: SystemMap, name: str) -> str:
    obj = system.objects[name]
    origin = f"from the rows of `{obj.derived_from}`" if obj.derived_from else ""
    if obj.entity:
        origin = f"from the table `{obj.entity[0]}` of Dataverse"
    elif obj.metadata:
        origin = f"from the {obj.metadata} that the metadata of Dataverse lists"
    elif obj.files:
        origin = f"from the export's {' or '.join(f'`{f}`' for f in obj.files)}"
    elif obj.rows:
        origin = "from the map itself"
    lines = [f"{system.title} {obj.title or name}, {origin}."]
    if not obj.migrates:
        lines.append(
            f"Does not migrate: {obj.reason}." + (f" To rebuild in Odoo: {obj.rebuild}." if obj.rebuild else "")
        )
    return "\n\n".join(lines)
