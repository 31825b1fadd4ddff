"""Screens of custom models: views that Odoo takes, a search that finds by text fields, nothing left after a rollback."""

import ast

import pytest
from defusedxml import ElementTree

from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.spec import NewField
from flitstack_pipeline.mapping.target import FieldPlan, ModelPlan, SchemaPlan
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.model_views import form_view, list_view, search_view, show_models
from flitstack_pipeline.odoo.schema import create_schema
from flitstack_pipeline.odoo.undo import undo_migration

MODEL = "x_machine"


def _field(name: str, kind: str, **more: object) -> FieldPlan:
    return FieldPlan(MODEL, name, NewField.model_validate({"type": kind, "label": f"The {name[2:]} & more", **more}))


FIELDS = (
    _field("x_serial", "char", index=True),
    _field("x_owner_id", "many2one", relation="res.partner"),
    _field("x_state", "selection", selection={"ok": "Fine", "down": "Down"}),
    _field("x_since", "date"),
    _field("x_story", "text"),
)
PLAN = SchemaPlan((ModelPlan(MODEL, "Machines", chatter=True),), FIELDS)


def test_the_search_box_looks_in_the_name_and_all_short_texts() -> None:
    first = ElementTree.fromstring(search_view(FIELDS)).find("field")
    domain = ast.literal_eval(first.get("filter_domain").replace("self", "'7'"))
    assert domain == ["|", ("x_name", "ilike", "7"), ("x_serial", "ilike", "7")]


def test_it_groups_by_what_records_refer_to() -> None:
    groups = ElementTree.fromstring(search_view(FIELDS)).find("group")
    assert [ast.literal_eval(f.get("context"))["group_by"] for f in groups] == ["x_owner_id", "x_state", "x_since"]
    assert groups[0].get("string") == "The owner_id & more"


def test_a_model_with_a_name_alone_has_views_too() -> None:
    assert ElementTree.fromstring(search_view(())).find("group") is None
    assert ast.literal_eval(ElementTree.fromstring(search_view(()))[0].get("filter_domain").replace("self", "1")) == [
        ("x_name", "ilike", 1)
    ]


def test_long_texts_are_not_in_lists() -> None:
    names = [f.get("name") for f in ElementTree.fromstring(list_view(FIELDS, version=19))]
    assert names == ["x_name", "x_serial", "x_owner_id", "x_state", "x_since"]


def test_older_versions_have_trees_and_another_chatter() -> None:
    assert ElementTree.fromstring(list_view(FIELDS, version=17)).tag == "tree"
    old = ElementTree.fromstring(form_view(FIELDS, chatter=True, version=17))
    assert old.find("div[@class='oe_chatter']") is not None
    assert ElementTree.fromstring(form_view(FIELDS, chatter=False, version=19)).find("chatter") is None


@pytest.mark.odoo
def test_odoo_shows_them_and_a_rollback_removes_them(odoo_access, tmp_path) -> None:
    with OdooClient.connect(odoo_access) as client, Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        views, names = client.search_count("ir.ui.view", []), client.search_count("ir.model.data", [])
        create_schema(client, ledger, PLAN, migration="toy", run_id="1")
        made = show_models(client, ledger, PLAN, migration="toy", run_id="1")
        assert made == [f"flitstack.toy.{MODEL}.{kind}" for kind in ("list", "form", "search")]
        assert show_models(client, ledger, PLAN, migration="toy", run_id="2") == []
        shown = client.call(
            MODEL, "get_views", retry=True, views=[[False, kind] for kind in ("list", "form", "search")]
        )
        assert "x_serial" in shown["views"]["list"]["arch"]
        assert "<chatter" in shown["views"]["form"]["arch"]
        assert "filter_domain" in shown["views"]["search"]["arch"]
        undo_migration(client, ledger, "toy", run_id="3", keep_changed=True, on_step=lambda *_: None)
        assert not client.has_model(MODEL)
        assert (client.search_count("ir.ui.view", []), client.search_count("ir.model.data", [])) == (views, names)
