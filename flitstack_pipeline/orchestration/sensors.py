"""The sensor that registers migration files as partitions, so that a new file shows up in the UI by itself."""

import dagster as dg

from flitstack_pipeline.mapping.loading import migration_ids
from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.orchestration.partitions import partitions_of
from flitstack_pipeline.orchestration.runs import report_dead_runs
from flitstack_pipeline.settings import load_settings


def register_sensor(system: SystemMap) -> dg.SensorDefinition:
    """Adds a partition for every migration file of a system that has none."""
    definition = partitions_of(system.system)

    @dg.sensor(
        name=f"{system.system}_register_migrations",
        minimum_interval_seconds=15,
        default_status=dg.DefaultSensorStatus.RUNNING,
        asset_selection=dg.AssetSelection.groups(f"{system.system}_source"),
        description="Registers every file in mappings/migrations as a partition. It starts no runs.",
    )
    def register(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        report_dead_runs(context.instance)
        known = set(context.instance.get_dynamic_partitions(str(definition.name)))
        new = [m for m in migration_ids(load_settings(), system.system) if m not in known]
        if not new:
            return dg.SensorResult(skip_reason="every migration file is registered")
        return dg.SensorResult(
            skip_reason=f"registered: {', '.join(new)}", dynamic_partitions_requests=[definition.build_add_request(new)]
        )

    return register
