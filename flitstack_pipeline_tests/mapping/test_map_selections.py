"""Selections whose values are rows of a look-up table or the options of a choice."""

import pytest
from support.compiling import CHAR, compiled, model, odoo, partner
from support.odoo import FakeOdoo

from flitstack_pipeline.mapping.spec import NewField

ROWS = [
    {"_id": "1", "name": "Waiting", "state": 0, "code": 10},
    {"_id": "2", "name": "Parked", "state": 1, "code": 20},
    {"_id": "3", "name": None, "state": 0, "code": 30},
    {"_id": "4", "name": "Unused", "state": 0, "code": 40},
]


def _selection(**more):
    of = {"object": "grade", "label": "name", **more.pop("of", {})}
    new = {"type": "selection", "label": "Grade", "selection_of": of, **more}
    made = compiled(
        partner(x_grade={"from": "grade", "create": new}),
        rows={"grade": ROWS},
        values={("customer", "grade"): ["Parked", "Waiting", "Lost since"]},
    )
    (field,) = (f for f in made.schema.fields if f.name == "x_grade")
    return field.new.selection, made


def test_every_row_is_a_value_used_or_not():
    found, made = _selection(of={"where": {"state": 0}})

    assert found == (("Waiting", "Waiting"), ("Unused", "Unused"))
    assert made.record_sets()["customer"].targets["x_grade"].selection == ("Waiting", "Unused")


def test_the_value_may_be_another_column():
    assert _selection(of={"value": "code", "where": {"state": 0}})[0] == (("10", "Waiting"), ("40", "Unused"))


def test_values_that_rows_still_have_are_added():
    found, _ = _selection(of={"where": {"state": 0}}, selection="distinct")

    assert [v for v, _ in found] == ["Waiting", "Unused", "Parked", "Lost since"]


def test_the_hash_covers_the_values():
    before = _selection(of={"where": {"state": 0}})[1].hash
    assert _selection(of={"where": {"state": [0, 1]}})[1].hash != before


def test_a_selection_without_any_source_of_values_is_refused():
    with pytest.raises(ValueError, match="selection_of"):
        NewField.model_validate({"type": "selection", "label": "Grade"})


def test_options_with_the_same_label_are_one_value_of_a_custom_field():
    definition = {
        "_id": "d", "key": "size", "label": "Size", "type": "pick", "column": "size__label", "options": "S\nM\nS",
    }  # fmt: skip
    custom = {
        "from": "definition", "name": "key", "label": "label", "type": "type", "column": "column", "options": "options",
        "options_separator": "\n", "types": {"pick": "selection"},
    }  # fmt: skip
    made = compiled(
        {"leads": model("crm.lead", job={"from": "job", "fields": {"name": "title"}, "custom_fields": custom})},
        rows={"definition": [definition]},
    )
    (field,) = (f for f in made.schema.fields if f.name == "x_size")
    assert field.new.selection == (("S", "S"), ("M", "M"))


def test_values_of_a_row_may_be_parted_otherwise_than_the_options():
    definition = {
        "_id": "d",
        "key": "skills",
        "label": "Skills",
        "type": "multi",
        "column": "skills__labels",
        "options": "A\nB",
    }
    custom = {
        "from": "definition", "name": "key", "label": "label", "type": "type", "column": "column", "options": "options",
        "options_separator": "\n", "value_separator": "; ", "types": {"multi": "many2many"}, "option_records": "option",
        "option_key": ["key"],
    }  # fmt: skip
    options = model(
        "x_option",
        create={"label": "Options"},
        option={"from": "option", "fields": {"x_name": {"from": "name", "create": CHAR}}},
    )
    live: FakeOdoo = odoo()
    made = compiled(
        {
            "options": options,
            "leads": model("crm.lead", job={"from": "job", "fields": {"name": "title"}, "custom_fields": custom}),
        },
        rows={"definition": [definition]},
        live=live,
    )
    (field,) = made.record_sets()["job"].spec.fields["x_skills"]
    assert field.transform == ({"split": {"separator": "; "}},)
