"""What a migration's choices leave of a map."""

import pytest
from support.compiling import compiled

from flitstack_pipeline.mapping.choices import apply_choices, chosen_problems
from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.mapping.validate import map_problems

CHOICES = {"tools": {"title": "tools become", "default": "lots", "options": {"lots": "lots", "products": "products"}}}


def _map(**more) -> SystemMap:
    objects = {
        "tool": {"files": "tools", "key": "id", "columns": {"id": {"type": "id"}, "name": {}}},
        "model": {"distinct": {"from": "tool", "columns": "name"}, "key": "name"},
        "job": {"files": "jobs", "key": "id", "columns": {"id": {"type": "id"}, "tool": {"type": "id"}}},
    }
    lots = {
        "tool_model": {"from": "model", "choice": {"tools": "lots"}, "fields": {"name": "name"}},
        "tool": {"from": "tool", "choice": {"tools": "lots"}, "fields": {"name": "name"}},
    }
    products = {"tool_product": {"from": "tool", "choice": {"tools": "products"}, "fields": {"name": "name"}}}
    new = {"type": "many2one", "label": "Tool", "relation": "@tool"}
    job = {
        "name": [
            {"from": "tool", "choice": {"tools": "lots"}},
            {"value": "job", "choice": {"tools": ["products", "lots"]}},
        ],
        "both_id": {"from": "tool", "lookup": {"records": ["tool", "tool_product"]}},
        "x_tool_id": {"from": "tool", "lookup": {"records": "tool"}, "create": new},
    }
    models = {
        "lots": {"model": "stock.lot", "records": lots},
        "products": {"model": "product.product", "records": products},
        "jobs": {"model": "crm.lead", "after": "lots", "records": {"job": {"from": "job", "fields": job}}},
    }
    data = {
        "system": "toy",
        "title": "Toy",
        "reader": "exports",
        "choices": CHOICES,
        "objects": objects,
        "models": models,
    }
    return SystemMap.model_validate(data | more)


def test_the_default_is_taken_without_a_word():
    left = apply_choices(_map(), {})

    assert set(left.record_sets()) == {"tool_model", "tool", "job"}
    assert "products" not in left.models
    assert not map_problems(left)


def test_look_ups_relations_and_orders_go_with_what_was_not_chosen():
    left = apply_choices(_map(), {"tools": "products"})

    job = left.models["jobs"].records["job"].fields
    assert set(left.record_sets()) == {"tool_product", "job"}
    assert left.models["jobs"].after == ()
    assert set(job) == {"name", "both_id"}, "the field that would refer to what was not chosen is not made"
    assert job["both_id"][0].lookup.records == ("tool_product",)
    assert [f.value for f in job["name"]] == ["job"]
    assert not map_problems(left)


def test_objects_that_feed_nothing_any_more_are_said_to_stay_behind():
    left = apply_choices(_map(), {"tools": "products"})

    assert (left.objects["tool"].migrates, left.objects["model"].migrates) == (True, False)
    assert left.objects["model"].reason == "not chosen for this migration (tools become products)"


def test_unknown_options_are_named():
    with_typo = _map(choices={})

    assert next(loc for loc, _, _ in map_problems(with_typo)) == (
        "models",
        "lots",
        "records",
        "tool_model",
        "choice",
        "tools",
    )
    assert list(chosen_problems(_map(), {"tols": "lots", "tools": "lot"})) == [
        (("choices", "tols"), "is no choice of this map", "did you mean tools?"),
        (("choices", "tools"), "'lot' is none of its options", "did you mean lots?"),
    ]


def test_a_default_is_one_of_the_options():
    with pytest.raises(ValueError, match="the default 'lost' is none of the options: lots, products"):
        _map(choices={"tools": {**CHOICES["tools"], "default": "lost"}})


@pytest.mark.parametrize(("there", "absent"), [("crm.lead", True), ("hr.employee", False)])
def test_a_stand_in_is_used_only_where_odoo_lacks_the_model(there, absent):
    from support.compiling import with_employees

    data = with_employees()
    data["leads"]["only_without"] = there
    made = compiled(data)

    assert bool(made.model("leads").absent) is absent
