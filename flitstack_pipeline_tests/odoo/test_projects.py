"""What Odoo does by itself with projects and tasks, and how a migration puts it right."""

import pytest

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.actions import ACTIONS, release
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.features import switch_on
from flitstack_pipeline.odoo.keys import QUIET

pytestmark = pytest.mark.odoo


def test_the_migrations_user_follows_no_task_and_others_still_do(odoo_access: OdooAccess) -> None:
    with OdooClient.connect(odoo_access) as odoo:
        (project,) = odoo.create("project.project", [{"name": "WO-1"}], context=QUIET)
        (other,) = odoo.create("res.partner", [{"name": "Ana", "email": "ana@example.com"}], context=QUIET)
        tasks = odoo.create("project.task", [{"name": n, "project_id": project} for n in ("one", "two")], context=QUIET)
        me = odoo.read("res.users", [odoo.uid], ["partner_id"])[0]["partner_id"][0]
        odoo.call("project.task", "message_subscribe", ids=tasks[:1], partner_ids=[other], retry=True)
        assert [set(t["message_partner_ids"]) for t in odoo.read("project.task", tasks, ["message_partner_ids"])] == [
            {me, other},
            {me},
        ]
        for _ in range(2):
            result = ACTIONS["unfollow"].apply(odoo, tasks, {})
            assert (result.done, result.failures) == (tuple(tasks), ())
            assert [t["message_partner_ids"] for t in odoo.read("project.task", tasks, ["message_partner_ids"])] == [
                [other],
                [],
            ]


def test_recurring_tasks_are_switched_off_again_with_the_last_project_that_has_them(odoo_access: OdooAccess) -> None:
    with OdooClient.connect(odoo_access) as odoo:
        before = _features_of_everybody(odoo)
        projects = odoo.create(
            "project.project", [{"name": n, "allow_recurring_tasks": True} for n in ("a", "b")], context=QUIET
        )
        assert _features_of_everybody(odoo) > before
        release(odoo, "project.project", projects[:1])
        odoo.unlink("project.project", projects[:1], context=QUIET)
        assert _features_of_everybody(odoo) > before
        release(odoo, "project.project", projects[1:])
        odoo.unlink("project.project", projects[1:], context=QUIET)
        assert _features_of_everybody(odoo) == before


def test_a_feature_is_given_to_everybody_and_shows_its_fields(odoo_access: OdooAccess) -> None:
    with OdooClient.connect(odoo_access) as odoo:
        assert "stage_id" not in odoo.fields_get("project.project")
        before = _features_of_everybody(odoo)
        for _ in range(2):
            switch_on(odoo, ["project.group_project_stages"])
            assert "stage_id" in odoo.fields_get("project.project")
            assert len(_features_of_everybody(odoo) - before) == 1


def _features_of_everybody(odoo: OdooClient) -> set[int]:
    rows = odoo.search_read("ir.model.data", [["module", "=", "base"], ["name", "=", "group_user"]], ["res_id"])
    return set(odoo.read("res.groups", [rows[0]["res_id"]], ["implied_ids"])[0]["implied_ids"])
