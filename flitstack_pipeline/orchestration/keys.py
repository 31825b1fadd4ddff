"""Names of assets: `<system>/source/<object>`, `<system>/odoo/<model>`, `<system>/report/<name>`."""

import dagster as dg


def source_key(system: str, name: str) -> dg.AssetKey:
    return dg.AssetKey([system, "source", name])


def odoo_key(system: str, name: str) -> dg.AssetKey:
    return dg.AssetKey([system, "odoo", name])


def report_key(system: str, name: str) -> dg.AssetKey:
    return dg.AssetKey([system, "report", name])
