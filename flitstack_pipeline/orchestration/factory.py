"""One source system as Dagster definitions, made from its map."""

import dagster as dg

from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.orchestration.checks import model_checks
from flitstack_pipeline.orchestration.jobs import asset_jobs, op_jobs
from flitstack_pipeline.orchestration.odoo_assets import odoo_assets
from flitstack_pipeline.orchestration.reports import report_assets
from flitstack_pipeline.orchestration.sensors import register_sensor
from flitstack_pipeline.orchestration.source_assets import source_assets


def system_definitions(system: SystemMap) -> dg.Definitions:
    """All assets, checks, jobs and the sensor of a system."""
    return dg.Definitions(
        assets=[*source_assets(system), *odoo_assets(system), *report_assets(system)],
        asset_checks=model_checks(system),
        jobs=[*asset_jobs(system), *op_jobs(system)],
        sensors=[register_sensor(system)],
    )
