"""The map's fields against those of a live Odoo: what is taken, what is created, what is refused."""

import pytest
from support.compiling import CHAR, PARTNER, compiled, model, odoo, partner, problems
from support.odoo import fields

from flitstack_pipeline.mapping.target import KEY_FIELD, Note, TargetField

# -- fields that are there ------------------------------------------------------------------------------------------------


def test_fields_that_odoo_has_are_taken_as_it_has_them():
    found = compiled(partner(name="name", credit="credit", type={"value": "other"})).record_sets()["customer"]

    assert found.targets == {
        "name": TargetField("name", "char", label="Name"),
        "credit": TargetField("credit", "float", digits=2, label="Credit"),
        "type": TargetField("type", "selection", selection=("contact", "other"), label="Type"),
    }
    assert found.compared == ("name", "credit", "type")


def test_fields_may_be_left_out_of_the_comparison():
    found = compiled(partner(name={"from": "name", "compare": False}, email="email")).record_sets()["customer"]

    assert found.compared == ("email",)


def test_every_model_gets_the_key_and_nothing_else_is_created():
    plan = compiled(
        partner(name="name") | {"leads": model("crm.lead", job={"from": "job", "fields": {"name": "name"}})}
    ).schema

    assert plan.models == ()
    assert [(f.model, f.name, f.new.type, f.new.index) for f in plan.fields] == [
        ("res.partner", KEY_FIELD, "char", True),
        ("crm.lead", KEY_FIELD, "char", True),
    ]


def test_lines_are_compiled_with_the_model_of_the_lines():
    lines = {"from": "line", "parent": "no", "fields": {"name": "name", "x_ref": {"from": "ref", "create": CHAR}}}
    made = compiled(
        {"orders": model("sale.order", order={"from": "order", "fields": {"name": "no", "line_ids": {"lines": lines}}})}
    )

    found = made.record_sets()["order"]
    assert found.lines["line_ids"] == {
        "name": TargetField("name", "char", label="Name"),
        "x_ref": TargetField("x_ref", "char", label="Text"),
    }
    assert ("sale.order.line", "x_ref") in [(f.model, f.name) for f in made.schema.fields]


def test_alternatives_with_different_lines_are_all_compiled():
    one = {"when": {"kind": "a"}, "lines": {"from": "line", "parent": "no", "fields": {"name": "name"}}}
    other = {"lines": {"from": "item", "parent": "no", "fields": {"price": "price"}}}

    found = compiled(
        {"orders": model("sale.order", order={"from": "order", "fields": {"line_ids": [one, other]}})}
    ).record_sets()["order"]

    assert set(found.lines["line_ids"]) == {"name", "price"}
    assert [set(alt.lines.fields) for alt in found.spec.fields["line_ids"]] == [{"name"}, {"price"}]


MISTAKES = {
    "unknown field, near match": (
        {"nmae": "name"},
        "customer.nmae: res.partner has no field nmae (did you mean name?)",
    ),
    "unknown field, nothing near": (
        {"zzz": "name"},
        "customer.zzz: res.partner has no field zzz (give it `create:` (x_ fields) or a `fallback:`)",
    ),
    "fallback that is not there either": (
        {"mobile": {"from": "mobile", "fallback": {"field": "emial"}}},
        "customer.mobile: res.partner has no field emial (did you mean email?)",
    ),
    "constant that is not in the selection": (
        {"type": {"value": "company"}},
        "customer.type: 'company' is not a value of type (there are: contact, other)",
    ),
    "value map that is not in the selection": (
        {"type": {"from": "kind", "values": {"a": "other", "b": "site", "c": None}}},
        "customer.type: 'site' is not a value of type (there are: contact, other)",
    ),
    "default that is not in the selection": (
        {"type": {"from": "kind", "default": "Contact"}},
        "customer.type: 'Contact' is not a value of type (there are: contact, other)",
    ),
    "many2one without a lookup": (
        {"parent_id": "parent"},
        "customer.parent_id: parent_id refers to res.partner (say which record: add a `lookup:`)",
    ),
    "many2many without a lookup": (
        {"category_id": {"collect": {"from": "tag", "parent": "c", "column": "t"}}},
        "customer.category_id: category_id refers to res.partner.category (say which record: add a `lookup:`)",
    ),
    "lookup into a text": (
        {"name": {"from": "name", "lookup": {"records": "customer"}}},
        "customer.name: name is char and cannot hold a reference (drop the lookup)",
    ),
    "lines in a text": (
        {"comment": {"lines": {"from": "line", "parent": "no", "fields": {"name": "name"}}}},
        "customer.comment: comment is html and cannot hold lines (use `bundle:` or `merge:`)",
    ),
    "two fields that end in one": (
        {"comment": "notes", "mobile": {"from": "mobile", "fallback": {"field": "comment"}}},
        "customer.mobile: its value goes to comment, which another field of the map fills (give its `fallback:` another field)",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_what_this_odoo_cannot_take_is_refused(case):
    given, expected = MISTAKES[case]

    assert problems(partner(**given)) == [expected]


def test_a_mistake_in_lines_is_named_with_both_fields():
    lines = {"from": "line", "parent": "no", "fields": {"nam": "name", "tax_ids": "tax"}}

    assert problems(
        {"orders": model("sale.order", order={"from": "order", "fields": {"line_ids": {"lines": lines}}})}
    ) == [
        "order.line_ids.nam: sale.order.line has no field nam (did you mean name?)",
        "order.line_ids.tax_ids: tax_ids refers to account.tax (say which record: add a `lookup:`)",
    ]


def test_all_problems_come_at_once():
    assert len(problems(partner(nmae="name", parent_id="p", type={"value": "zzz"}))) == 3


def test_a_constant_id_or_an_xml_id_needs_no_lookup():
    found = compiled(partner(parent_id={"xmlid": "base.main_partner"}, category_id={"value": []}))

    assert set(found.record_sets()["customer"].targets) == {"parent_id", "category_id"}


def test_a_reference_by_number_may_be_looked_up():
    live = odoo()
    live.schema["mail.message"] = fields(res_id="many2one_reference", model="char")

    made = compiled(
        {
            "notes": model(
                "mail.message",
                note={"from": "n", "fields": {"res_id": {"from": "no", "lookup": {"model": "crm.lead", "by": "name"}}}},
            )
        },
        live=live,
    )

    assert made.record_sets()["note"].targets["res_id"].type == "many2one_reference"


# -- fields that are not there --------------------------------------------------------------------------------------------


def test_new_fields_are_planned():
    made = compiled(
        partner(
            x_ref={
                "from": "ref",
                "create": {"type": "many2one", "label": "Lead", "relation": "crm.lead"},
                "lookup": {"model": "crm.lead", "by": "name"},
            }
        )
    )

    plan = made.schema.as_dict()["fields"][1]
    assert (plan["model"], plan["name"], plan["type"], plan["relation"], plan["label"]) == (
        "res.partner",
        "x_ref",
        "many2one",
        "crm.lead",
        "Lead",
    )
    assert made.record_sets()["customer"].targets["x_ref"] == TargetField(
        "x_ref", "many2one", relation="crm.lead", label="Lead"
    )


def test_a_fallback_is_taken_where_the_field_is_not_there_and_noted():
    given = partner(
        mobile={"from": "mobile", "fallback": {"field": "x_mobile", "create": {"type": "char", "label": "Mobile"}}}
    )
    given["partners"]["records"]["customer"]["match"] = [{"by": ["mobile"]}]

    made = compiled(given)

    found = made.record_sets()["customer"]
    assert set(found.targets) == {"x_mobile"}
    assert found.spec.match[0].by == ("x_mobile",), "the field to match by moves with its value"
    assert made.notes == (
        Note("fallback", "customer.mobile", "res.partner has no field mobile here; the value goes to x_mobile"),
    )
    assert "x_mobile" in [f.name for f in made.schema.fields]


def test_a_fallback_may_be_a_field_that_is_there():
    made = compiled(partner(mobile={"from": "mobile", "fallback": {"field": "comment"}}))

    assert made.record_sets()["customer"].targets["comment"].type == "html"
    assert [note.kind for note in made.notes] == ["fallback"]


def test_a_fallback_is_not_needed_where_the_field_is_there():
    live = odoo()
    live.schema["res.partner"] = PARTNER | fields(mobile="char")

    made = compiled(partner(mobile={"from": "mobile", "fallback": {"field": "x_mobile", "create": CHAR}}), live=live)

    assert set(made.record_sets()["customer"].targets) == {"mobile"}
    assert made.notes == ()
    assert [f.name for f in made.schema.fields] == [KEY_FIELD]


def test_a_new_field_is_not_what_is_there_under_its_name():
    live = odoo()
    live.schema["res.partner"] = PARTNER | fields(x_ref="integer", x_lead={"type": "many2one", "relation": "crm.stage"})
    lead = {
        "from": "l",
        "lookup": {"model": "crm.lead", "by": "name"},
        "create": {"type": "many2one", "label": "L", "relation": "crm.lead"},
    }

    assert problems(partner(x_ref={"from": "ref", "create": CHAR}, x_lead=lead), live=live) == [
        "customer.x_ref: res.partner.x_ref is there already as integer, not char (rename one of them)",
        "customer.x_lead: res.partner.x_lead is there already and refers to crm.stage, not crm.lead (rename one of them)",
    ]


def test_two_record_sets_ask_for_one_field_alike_or_not_at_all():
    def both(other):
        return {
            "partners": model(
                "res.partner",
                one={"from": "a", "fields": {"x_ref": {"from": "r", "create": CHAR}}},
                two={"from": "b", "fields": {"x_ref": {"from": "r", "create": other}}},
            )
        }

    assert [f.name for f in compiled(both(CHAR)).schema.fields] == [KEY_FIELD, "x_ref"]
    assert problems(both({"type": "text", "label": "T"})) == [
        "two.x_ref: res.partner.x_ref is asked for as char and as text (give one of them another name)"
    ]


def test_selections_that_two_record_sets_ask_for_are_joined():
    def selection(**values):
        return {"x_kind": {"from": "k", "create": {"type": "selection", "label": "Kind", "selection": values}}}

    made = compiled(
        {
            "partners": model(
                "res.partner",
                one={"from": "a", "fields": selection(a="A", b="B")},
                two={"from": "b", "fields": selection(b="B", c="C")},
            )
        }
    )

    assert made.schema.fields[-1].new.selection == (("a", "A"), ("b", "B"), ("c", "C"))


def test_a_selection_may_have_the_values_that_the_source_has():
    field = [
        {"when": {"a": 1}, "from": "kind"},
        {"from": "sort", "create": {"type": "selection", "label": "Kind", "selection": "distinct"}},
    ]

    made = compiled(
        partner(x_kind=field), values={("customer", "kind"): ["Big", "Small"], ("customer", "sort"): ["Small", "Tiny"]}
    )

    assert made.record_sets()["customer"].targets["x_kind"].selection == ("Big", "Small", "Tiny")
    assert made.schema.fields[-1].new.selection == (("Big", "Big"), ("Small", "Small"), ("Tiny", "Tiny"))


def test_a_new_model_is_planned_and_can_be_referred_to():
    models = {
        "options": model(
            "x_option",
            create={"label": "Options"},
            option={"from": "opt", "fields": {"x_name": {"from": "n", "create": CHAR}}},
        ),
        **partner(
            x_opt={
                "from": "o",
                "lookup": {"records": "option"},
                "create": {"type": "many2one", "label": "O", "relation": "@option"},
            }
        ),
    }

    made = compiled(models)

    assert [(m.model, m.label) for m in made.schema.models] == [("x_option", "Options")]
    assert {f.model for f in made.schema.fields} == {"x_option", "res.partner"}
    assert made.record_sets()["customer"].targets["x_opt"].relation == "x_option"
    assert made.notes == ()
