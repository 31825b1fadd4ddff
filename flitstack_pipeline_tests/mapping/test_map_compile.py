"""The map against a live Odoo and an extracted source: what is found, what is created, what is noted, what is refused."""

import copy
import json
from typing import Any

import pytest
from support.odoo import FakeOdoo, fields

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.mapping.compile import CompiledMap, compile_map
from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.mapping.target import KEY_FIELD, Note, TargetField

TARGET = {"database": "toy", "uuid": "uuid-1", "odoo": 19}
SOURCE = {"customer": {"name": "text", "credit": "decimal"}}

PARTNER = fields(
    name="char",
    email="char",
    comment="html",
    type={"type": "selection", "selection": [["contact", "Contact"], ["other", "Other"]]},
    parent_id={"type": "many2one", "relation": "res.partner"},
    category_id={"type": "many2many", "relation": "res.partner.category"},
    credit={"type": "float", "digits": [16, 2]},
)
LEAD = fields(
    name="char",
    partner_id={"type": "many2one", "relation": "res.partner"},
    user_id={"type": "many2one", "relation": "res.users"},
)
ORDER = fields(name="char", line_ids={"type": "one2many", "relation": "sale.order.line"})
LINE = fields(
    name="char", price={"type": "float", "digits": [16, 2]}, tax_ids={"type": "many2many", "relation": "account.tax"}
)


def odoo() -> FakeOdoo:
    return FakeOdoo(
        res__partner=PARTNER, crm__lead=LEAD, sale__order=ORDER, sale__order__line=LINE, res__users={}, account__tax={}
    )


def model(model: str, module: str = "", create: Any = None, **records: Any) -> dict[str, Any]:
    return {"model": model, "module": module, "records": records, **({"create": create} if create else {})}


def compiled(
    models: dict[str, Any], *, live: FakeOdoo | None = None, rows=None, values=None, target=TARGET, source=SOURCE
) -> CompiledMap:
    # The objects are not looked at while compiling: whether a column exists was found out when the map was read.
    system = SystemMap.model_validate(
        {"system": "toy", "title": "Toy", "reader": "exports", "objects": {}, "models": models}
    )
    return compile_map(
        system,
        live=live or odoo(),
        target=target,
        source_schema=source,
        rows_of=lambda name: (rows or {})[name],
        distinct=lambda name, column: (values or {})[name, column],
    )


def partner(**fields_: Any) -> dict[str, Any]:
    return {"partners": model("res.partner", customer={"from": "customer", "fields": fields_})}


def problems(models: dict[str, Any], **more: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        compiled(models, **more)
    return [str(problem) for problem in error.value.problems]


CHAR = {"type": "char", "label": "Text"}


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


# -- what this Odoo does not have -----------------------------------------------------------------------------------------


def with_employees(**more: Any) -> dict[str, Any]:
    employees = model("hr.employee", "hr", worker={"from": "worker", "fields": {"name": "name"}})
    leads = model("crm.lead", job={"from": "job", "fields": {"name": "title", **more}})
    return {"employees": employees, "leads": leads}


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
