"""The code location: every system in `mappings/systems`, put together. Nothing here asks a network."""

import dagster as dg

from flitstack_pipeline.mapping.loading import load_system_of_all
from flitstack_pipeline.orchestration.factory import system_definitions
from flitstack_pipeline.orchestration.resource import Engine
from flitstack_pipeline.settings import load_settings

_settings = load_settings()
_systems = [load_system_of_all(_settings, path.stem) for path in sorted(_settings.systems_dir.glob("*.yaml"))]

defs = dg.Definitions.merge(
    *(system_definitions(system) for system in _systems),
    # A process per step costs more than the step: runs are parallel, and within a run Odoo is the limit.
    dg.Definitions(resources={"engine": Engine()}, executor=dg.in_process_executor),
)
