"""What this Odoo does not have, and the fields that the source's own users defined."""

from typing import Any

import pytest
from support.compiling import CHAR, compiled, model, odoo, partner, with_employees
from support.odoo import fields

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.mapping.compile import CompiledMap
from flitstack_pipeline.mapping.target import Note
from flitstack_pipeline.transform.conditions import holds

# -- what this Odoo does not have -----------------------------------------------------------------------------------------


def test_a_model_that_is_not_there_is_noted_and_not_created():
    made = compiled(with_employees())

    assert made.model("employees").absent == "Odoo has no hr.employee: the app hr is not installed"
    assert made.model("leads").absent == ""
    assert made.notes == (Note("absent", "employees", "Odoo has no hr.employee: the app hr is not installed"),)
    assert {f.model for f in made.schema.fields} == {"crm.lead"}
    assert made.model("employees").records[0].spec.from_ == "worker", "its rows are still to be accounted for"


def test_a_lookup_to_what_is_not_there_is_left_empty_and_noted():
    made = compiled(with_employees(user_id={"from": "w", "lookup": {"records": "worker"}, "required": True}))

    (field,) = made.record_sets()["job"].spec.fields["user_id"]
    assert (field.value, field.lookup, field.required) == (None, None, False)
    assert (
        Note("absent", "job.user_id", "left empty: Odoo has no hr.employee: the app hr is not installed") in made.notes
    )


def test_a_lookup_keeps_the_record_sets_that_are_there():
    made = compiled(with_employees(partner_id={"from": "w", "lookup": {"records": ["worker", "job"]}}))

    assert made.record_sets()["job"].spec.fields["partner_id"][0].lookup.records == ("job",)
    assert [note.where for note in made.notes] == ["employees"]


def test_a_lookup_in_a_model_that_is_not_there_is_left_empty_and_noted():
    made = compiled(with_employees(user_id={"from": "w", "lookup": {"model": "hr.job", "by": "name"}}))

    assert made.record_sets()["job"].spec.fields["user_id"][0].value is None
    assert Note("absent", "job.user_id", "left empty: Odoo has no hr.job") in made.notes


def test_the_alternatives_after_one_that_is_left_empty_still_count():
    first = {"when": {"kind": "w"}, "from": "w", "lookup": {"records": "worker"}, "write": False}
    second = {"from": "c", "lookup": {"records": "job"}}

    (empty, kept) = compiled(with_employees(partner_id=[first, second])).record_sets()["job"].spec.fields["partner_id"]

    assert empty.when.columns_used() == {"kind"}
    assert empty.write is False
    assert kept.lookup.records == ("job",)


@pytest.mark.parametrize("relation", ["hr.employee", "@worker"])
def test_a_new_field_that_would_refer_to_what_is_not_there_is_left_out(relation):
    new = {
        "from": "w",
        "lookup": {"records": "worker"},
        "create": {"type": "many2one", "label": "W", "relation": relation},
    }

    made = compiled(with_employees(x_worker=new))

    assert set(made.record_sets()["job"].targets) == {"name"}
    assert Note("absent", "job.x_worker", "left out: Odoo has no hr.employee") in made.notes
    assert "x_worker" not in [f.name for f in made.schema.fields]


# -- custom fields of the source ------------------------------------------------------------------------------------------

CUSTOM = {
    "from": "definition",
    "where": {"object": "Customer"},
    "name": "key",
    "label": "label",
    "type": "type",
    "options": "options",
    "column": "column",
    "prefix": "x_c_",
    "types": {"text": "char", "number": "float", "list": "selection", "multi": "many2many", "signature": None},
    "option_records": "option",
    "option_key": ["object", "key"],
}


def definition(number: int, **columns: Any) -> dict[str, Any]:
    row = {"object": "Customer", "key": f"key {number}", "label": f"Label {number}", "column": f"Column {number}"}
    return {"_id": str(number), "_file": "d.csv", "_row": number, **row, **columns}


def customer_with(*definitions: dict[str, Any], **more: Any) -> CompiledMap:
    options = model(
        "x_option",
        create={"label": "Options"},
        option={"from": "opt", "fields": {"x_name": {"from": "n", "create": CHAR}}},
    )
    given = {"options": options, **partner(name="name")}
    given["partners"]["records"]["customer"]["custom_fields"] = CUSTOM
    return compiled(given, rows={"definition": list(definitions)}, **more)


def test_custom_fields_become_fields():
    made = customer_with(
        definition(1, type="Text"), definition(2, type="number"), definition(3, type="text", object="Booking")
    )

    found = made.record_sets()["customer"]
    assert set(found.targets) == {"name", "x_c_key_1", "x_c_key_2"}
    assert found.spec.fields["x_c_key_2"][0].from_ == ("Column 2",)
    assert (found.targets["x_c_key_2"].type, found.targets["x_c_key_2"].label) == ("float", "Label 2")
    assert made.definitions == {"1": "res.partner.x_c_key_1", "2": "res.partner.x_c_key_2"}


def test_custom_selections_take_only_their_options():
    made = customer_with(
        definition(1, type="list", options="Red; Green ;"),
        definition(2, type="list"),
        values={("customer", "Column 2"): ["x"]},
    )

    (listed,), (free,) = (made.record_sets()["customer"].spec.fields[f"x_c_key_{n}"] for n in (1, 2))
    assert (listed.values, listed.values_else) == ({"Red": "Red", "Green": "Green"}, "quarantine")
    assert (free.values, free.values_else) == ({}, "keep")
    assert made.record_sets()["customer"].targets["x_c_key_2"].selection == ("x",)


def test_custom_lists_refer_to_their_options():
    made = customer_with(definition(1, type="multi", options="A;B"))

    (field,) = made.record_sets()["customer"].spec.fields["x_c_key_1"]
    assert field.lookup.model_dump(include={"records", "key_prefix", "many", "missing"}) == {
        "records": ("option",),
        "key_prefix": "Customer|key 1|",
        "many": True,
        "missing": "quarantine",
    }
    assert made.record_sets()["customer"].targets["x_c_key_1"].relation == "x_option"


def test_custom_fields_without_an_equivalent_are_noted():
    made = customer_with(definition(1, type="signature"), definition(2, type="hologram"))

    assert made.definitions == {}
    assert made.notes == (
        Note(
            "no_equivalent",
            "definition 1 (Label 1)",
            "a custom field of type signature: no equivalent in Odoo; to be rebuilt or kept by hand",
            "1",
        ),
        Note(
            "no_equivalent",
            "definition 2 (Label 2)",
            "a custom field of type hologram: no type of that name in the map; to be rebuilt or kept by hand",
            "2",
        ),
    )


def test_custom_fields_of_one_name_are_refused():
    with pytest.raises(
        ConfigurationError, match=r"customer\.x_c_a_b: the custom field 2 would have the name of another field"
    ):
        customer_with(definition(1, key="A b", type="text"), definition(2, key="a-B!", type="text"))


# -- what stands beside records that cannot be ---------------------------------------------------------------------------


def _files(*homes: Any) -> dict[str, Any]:
    models = with_employees()
    models["files"] = model("ir.attachment", file={"from": "f", "fields": {"name": "n", "res_id": list(homes)}})
    return models


def _attachments():
    live = odoo()
    live.schema["ir.attachment"] = dict(fields(name="char", res_id="many2one_reference"))
    return live


def test_a_file_of_a_record_that_cannot_be_is_left_out_and_no_orphan():
    of_worker = {"when": {"kind": "worker"}, "from": "worker", "lookup": {"records": "worker"}}
    of_job = {"from": "job", "lookup": {"records": "job"}}

    made = compiled(_files(of_worker, of_job), live=_attachments()).record_sets()["file"].spec
    other = compiled(_files(of_job, of_worker), live=_attachments()).record_sets()["file"].spec

    (left_out,) = made.exclude
    assert left_out.reason == "belongs to a record that cannot be: Odoo has no hr.employee: the app hr is not installed"
    assert holds(left_out.when, {"kind": "worker"})
    assert not holds(left_out.when, {"kind": "job"})
    assert not any(holds(e.when, {"kind": "worker"}) for e in other.exclude), "the first alternative takes every row"


def test_a_lookup_that_can_still_find_one_leaves_nothing_out():
    either = {"from": "x", "lookup": {"records": ["worker", "job"]}}

    assert compiled(_files(either), live=_attachments()).record_sets()["file"].spec.exclude == ()
