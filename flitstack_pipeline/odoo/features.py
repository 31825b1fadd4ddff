"""Optional features of Odoo's apps that a settings page switches on: each is a group that all internal users are given."""

from collections.abc import Iterable

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.odoo.client import OdooClient


def switch_on(client: OdooClient, features: Iterable[str]) -> None:
    """Give the groups with these XML IDs (`project.group_project_stages`) to every internal user; fine if they have them.

    Raises ConfigurationError for groups that this Odoo does not have, all at once.
    """
    names = list(dict.fromkeys(["base.group_user", *features]))
    found = {name: _group(client, name) for name in names}
    unknown = [
        Problem(f"target.sandbox.features: {name}", "is no group of this Odoo", "is its app installed?")
        for name, res_id in found.items()
        if res_id is None
    ]
    if unknown:
        raise ConfigurationError(unknown)
    everybody, *wanted = found.values()
    if wanted and everybody is not None:
        client.write("res.groups", [everybody], {"implied_ids": [[4, res_id] for res_id in wanted]})
        client.refresh()


def _group(client: OdooClient, name: str) -> int | None:
    module, _, xml_name = name.partition(".")
    domain = [("module", "=", module), ("name", "=", xml_name), ("model", "=", "res.groups")]
    rows = client.search_read("ir.model.data", domain, ["res_id"])
    return int(rows[0]["res_id"]) if rows else None
