"""Fields that an Odoo has and does not show, because the feature that they belong to is off in its settings."""

import re

from flitstack_pipeline.errors import Problem
from flitstack_pipeline.odoo.client import OdooClient

_LACKS = re.compile(r"^(?P<model>[\w.]+) has no field (?P<field>\w+)$")
_SETTINGS = {("project.project", "stage_id"): "Project → Configuration → Settings → Project Stages"}


def hidden_hint(client: OdooClient, problem: Problem) -> str:
    """What to switch on for a field that a map problem says is missing; "" if it really is."""
    if not (match := _LACKS.match(problem.what)):
        return ""
    model, field = match["model"], match["field"]
    if not client.search_count("ir.model.fields", [("model", "=", model), ("name", "=", field)]):
        return ""
    where = _SETTINGS.get((model, field), "the settings of its app")
    return f"the field is there, but its feature is off and so nobody sees it: switch it on ({where}), then run doctor again"
