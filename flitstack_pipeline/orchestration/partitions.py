"""One dynamic partition per migration file; each source system has partitions of its own, so that the UI offers only what fits."""

import dagster as dg

from flitstack_pipeline.mapping.loading import migration_ids
from flitstack_pipeline.settings import Settings


def partitions_of(system: str) -> dg.DynamicPartitionsDefinition:
    """The partitions definition of a source system."""
    return dg.DynamicPartitionsDefinition(name=f"{system}_migrations")


def register_partitions(instance: dg.DagsterInstance, settings: Settings, system: str) -> list[str]:
    """Register every migration file of a system as a partition; returns the new ones. Removed files keep theirs."""
    definition = f"{system}_migrations"
    known = set(instance.get_dynamic_partitions(definition))
    new = [m for m in migration_ids(settings, system) if m not in known]
    if new:
        instance.add_dynamic_partitions(definition, new)
    return new
