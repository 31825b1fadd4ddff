"""Names of assets: `<system>/source/<object>`, `<system>/odoo/<model>`, `<system>/report/<name>`; of jobs: `<system>_<verb>`."""

import dagster as dg

VERBS = ("doctor", "inventory", "plan", "approve", "load", "reconcile", "rollback")
"""Every verb that has a job, in the order of the stages."""

VERB_TAG = "flitstack/verb"
"""The run tag that says which verb a run carries out."""

LOCATION = "flitstack_pipeline"
"""The location's name in `workspace.yaml`."""


def source_key(system: str, name: str) -> dg.AssetKey:
    return dg.AssetKey([system, "source", name])


def odoo_key(system: str, name: str) -> dg.AssetKey:
    return dg.AssetKey([system, "odoo", name])


def report_key(system: str, name: str) -> dg.AssetKey:
    return dg.AssetKey([system, "report", name])


def job_name(system: str, verb: str) -> str:
    return f"{system}_{verb}"
