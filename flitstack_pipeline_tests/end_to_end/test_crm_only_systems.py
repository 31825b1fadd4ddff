"""The other systems into an Odoo that has CRM and Contacts alone: fallbacks are taken and said; the rest is whole."""

import json
from pathlib import Path

import pytest
from e2e_dumps import changes, everything
from e2e_project import Project

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.sandbox import Sandbox

pytestmark = pytest.mark.odoo

# Objects that need an app which is not there, with the model that Odoo lacks.
ABSENT = {
    "connect_field_service": {"product": "product.product"},
    "function_365": {},
    "servecircle": {"invoice": "account.move", "quotation": "sale.order"},
    "the_service_program": {"work_order": "project.project", "invoice": "account.move"},
}
# Odoo stamps a record when a reference to it comes or goes, and a group and the digest when a user is made.
TOUCHED = ("res_partner", "res_groups", "res_users", "crm_team_member", "digest_digest")
STAMPED = {table: frozenset({"write_date", "write_uid"}) for table in TOUCHED}


@pytest.mark.parametrize("system", ABSENT)
def test_what_has_no_place_is_excluded_and_the_rest_is_whole(
    system: str, tmp_path: Path, odoo_access_crm_only: OdooAccess, sandbox: Sandbox
) -> None:
    database = odoo_access_crm_only.database
    with Project(tmp_path, odoo_access_crm_only, system=system, name="small", accepted=False) as project:
        before = everything(sandbox, database)
        results = {verb: project.verb(verb) for verb in ("inventory", "doctor", "plan", "approve", "load", "reconcile")}

        assert results["doctor"].ok, results["doctor"].problems
        said = json.dumps(results["doctor"].details["findings"])
        counts = results["load"].objects
        assert results["load"].ok, results["load"].problems
        for name, model in ABSENT[system].items():
            assert f"{model}: the app" in said, model
            assert counts[name].excluded == counts[name].extracted - counts[name].quarantined > 0, name
        assert sum(c.created for c in counts.values()) > 100
        assert all(c.balanced for c in counts.values())
        assert not [p for p in results["reconcile"].problems if "unexplained" in p], results["reconcile"].problems
        assert sum(f.differences for f in results["reconcile"].models.values()) == 0

        again = project.verb("load").objects
        assert sum(c.created + c.updated for c in again.values()) == 0

        assert project.verb("rollback").ok
        assert changes(before, everything(sandbox, database), ignoring=STAMPED) == {}
