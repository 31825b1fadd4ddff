"""What a person approves, and what does not change it."""

import copy
import json
from typing import Any

import pytest
from support.compiling import CHAR, SOURCE, TARGET, compiled, model, odoo, partner, with_employees
from support.odoo import FakeOdoo, fields

# -- the hash -------------------------------------------------------------------------------------------------------------


def full() -> dict[str, Any]:
    lines = {"from": "line", "parent": "no", "fields": {"name": "name", "price": "price"}}
    return {
        "options": model(
            "x_option",
            create={"label": "Options"},
            option={"from": "opt", "fields": {"x_name": {"from": "n", "create": CHAR}}},
        ),
        **partner(
            name="name",
            credit={"from": "credit", "default": 0},
            x_kind={"from": "kind", "create": {"type": "selection", "label": "Kind", "selection": "distinct"}},
            x_rate={"from": "rate", "create": {"type": "float", "label": "Rate"}},
            x_opt={
                "from": "o",
                "lookup": {"records": "option"},
                "create": {"type": "many2one", "label": "O", "relation": "@option"},
            },
            mobile={"from": "mobile", "fallback": {"field": "x_mobile", "create": CHAR}},
        ),
        "orders": model("sale.order", order={"from": "order", "fields": {"line_ids": {"lines": lines}}}),
        **with_employees(
            x_worker={
                "from": "w",
                "lookup": {"records": "worker"},
                "create": {"type": "many2one", "label": "W", "relation": "hr.employee"},
            }
        ),
    }


VALUES = {("customer", "kind"): ["A", "B"]}


def hash_of(models=None, **more: Any) -> str:
    return compiled(models or full(), **{"values": VALUES, **more}).hash


def test_the_hash_is_the_same_for_the_same_plan():
    assert hash_of() == hash_of(copy.deepcopy(full()))
    assert len(hash_of()) == 64


def test_what_a_load_creates_does_not_change_the_hash():
    live = odoo()
    before = compiled(full(), live=live, values=VALUES)
    for new in before.schema.models:
        live.schema[new.model] = fields(x_name="char", id="integer", display_name="char")
    for plan in before.schema.fields:
        info = {"type": plan.new.type, "string": plan.new.label, "relation": plan.new.relation}
        if plan.new.type == "selection":
            info["selection"] = [list(value) for value in plan.new.selection]
        live.schema[plan.model] = {**live.schema[plan.model], plan.name: info}

    after = compiled(full(), live=live, values=VALUES)

    assert after.hash == before.hash
    assert after.schema == before.schema


def changed_rule(path: str, value: Any) -> dict[str, Any]:
    given = full()
    *parts, last = path.split(".")
    at = given
    for part in parts:
        at = at[part]
    at[last] = value
    return given


def live_with(model_name: str, **changed: Any) -> FakeOdoo:
    live = odoo()
    live.schema[model_name] = {**live.schema[model_name], **fields(**changed)}
    return live


CHANGES = {
    "a rule": {"models": changed_rule("partners.records.customer.fields.credit", {"from": "credit", "default": 1})},
    "a reason": {"models": changed_rule("partners.records.customer.where_not_reason", "because")},
    "a rule of lines": {"models": changed_rule("orders.records.order.fields.line_ids.lines.fields.name", "text")},
    "a new field's type": {"models": changed_rule("partners.records.customer.fields.x_rate.create.type", "integer")},
    "a new model's label": {"models": changed_rule("options.create.label", "Choices")},
    "a record set": {"models": changed_rule("partners.records.more", {"from": "more", "fields": {"name": "name"}})},
    "a column's type": {"source": {"customer": {"name": "text", "credit": "integer"}}},
    "a new column": {"source": {"customer": {**SOURCE["customer"], "new": "text"}}},
    "the target's identity": {"target": {**TARGET, "uuid": "uuid-2"}},
    "the target's version": {"target": {**TARGET, "odoo": 18}},
    "a live field's type": {"live": live_with("res.partner", name="text")},
    "a live field's digits": {"live": live_with("res.partner", credit={"type": "float", "digits": [16, 4]})},
    "a line's live field's type": {"live": live_with("sale.order.line", name="text")},
    "an app": {"live": None},
    "the values of the source that a selection is made of": {"values": {("customer", "kind"): ["A", "B", "C"]}},
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_a_person_approves_changes_the_hash(case):
    changes = dict(CHANGES[case])
    if case == "an app":
        changes["live"] = odoo()
        changes["live"].schema["hr.employee"] = fields(name="char")

    assert hash_of(**changes) != hash_of()


def test_the_document_can_be_kept_as_json():
    assert json.loads(json.dumps(compiled(full(), values=VALUES).document))["target"] == TARGET
