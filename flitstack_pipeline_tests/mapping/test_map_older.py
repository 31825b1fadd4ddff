"""A map of Odoo 19's names, compiled against what an older Odoo has."""

from typing import Any

from support.compiling import compiled, model, problems
from support.odoo import FakeOdoo, fields

from flitstack_pipeline.mapping.compile import CompiledMap

ACCOUNTS = fields(code="char", user_type_id={"type": "many2one", "relation": "account.account.type"})
PAYMENTS = fields(
    ref="char",
    state={"type": "selection", "selection": [["draft", "Draft"], ["posted", "Posted"], ["cancel", "Cancelled"]]},
)
JOURNALS = fields(
    code="char",
    default_account_id={"type": "many2one", "relation": "account.account"},
    payment_debit_account_id={"type": "many2one", "relation": "account.account"},
)
PARTNERS = fields(name="char", comment="text")
EMPLOYEES = fields(work_email="char", user_partner_id={"type": "many2one", "relation": "res.partner"})
LOTS = fields(name="char")
NOTES = fields(model="char", author_id={"type": "many2one", "relation": "res.partner"})


def odoo14() -> FakeOdoo:
    return FakeOdoo(
        account__account=ACCOUNTS, account__payment=PAYMENTS, account__journal=JOURNALS, res__partner=PARTNERS,
        hr__employee=EMPLOYEES, stock__production__lot=LOTS, account__move={}, mail__message=NOTES,
    )  # fmt: skip


def one(name: str, /, **fields_: Any) -> CompiledMap:
    return compiled({"it": model(name, it={"from": "customer", "fields": fields_})}, live=odoo14())


def spec(plan: CompiledMap, field: str) -> Any:
    (alternative,) = plan.record_sets()["it"].spec.fields[field]
    return alternative


def test_a_selection_that_was_a_reference_is_given_by_xml_id() -> None:
    plan = one("account.account", account_type={"value": "asset_cash"})
    assert spec(plan, "user_type_id").xmlid == "account.data_account_type_liquidity"
    assert plan.record_sets()["it"].targets["user_type_id"].type == "many2one"


def test_what_has_no_field_gets_one_of_ours() -> None:
    lookup = {"model": "account.move", "by": "name", "many": True}
    plan = one("account.payment", invoice_ids={"from": "name", "lookup": lookup}, memo="name")
    created = {f.name: (f.new.type, f.new.relation) for f in plan.schema.fields}
    assert created["x_flitstack_invoice_ids"] == ("many2many", "account.move")
    assert spec(plan, "x_flitstack_invoice_ids").lookup.model == "account.move"
    assert "ref" in plan.record_sets()["it"].targets


def test_the_plan_is_the_same_once_the_field_is_there() -> None:
    """Else what a person has approved would change by being loaded."""
    it = {"it": model("account.payment", it={"from": "customer", "fields": {"invoice_ids": {"value": None}}})}
    later = odoo14()
    new = {"type": "many2many", "relation": "account.move"}
    later.schema["account.payment"] = {**PAYMENTS, **fields(x_flitstack_invoice_ids=new)}
    assert compiled(it, live=odoo14()).hash == compiled(it, live=later).hash


def test_a_reference_to_what_is_not_there_becomes_the_sources_text() -> None:
    lookup = {"model": "account.payment.method.line", "by": "name"}
    plan = one("account.payment", payment_method_line_id={"from": "name", "lookup": lookup})
    assert spec(plan, "x_flitstack_payment_method").lookup is None
    assert spec(plan, "x_flitstack_payment_method").from_ == ("name",)


def test_a_map_that_says_itself_where_a_value_goes_is_left_alone() -> None:
    fallback = {"field": "x_mine", "create": {"type": "char", "label": "Mine"}}
    plan = one("account.payment", payment_method_line_id={"from": "name", "fallback": fallback})
    assert [f.name for f in plan.schema.fields] == ["x_flitstack_key", "x_mine"]


def test_values_of_a_selection_are_renamed() -> None:
    plan = one("account.payment", state={"from": "name", "values": {"Done": "paid", "New": "draft"}, "write": False})
    assert spec(plan, "state").values == {"Done": "posted", "New": "draft"}


def test_a_field_takes_its_companions_along() -> None:
    plan = one(
        "account.journal", default_account_id={"from": "name", "lookup": {"model": "account.account", "by": "code"}}
    )
    assert spec(plan, "payment_debit_account_id") == spec(plan, "default_account_id")
    assert set(plan.record_sets()["it"].targets) == {"default_account_id", "payment_debit_account_id"}


def test_plain_text_stays_plain() -> None:
    assert spec(one("res.partner", comment={"from": "name", "transform": "text_to_html"}), "comment").transform == ()
    cleaned = one("res.partner", comment={"from": "name", "transform": "html_clean"})
    assert spec(cleaned, "comment").transform == ("plain_text",)
    assert [n.text for n in cleaned.notes] == ["holds plain text in this version of Odoo, so no HTML is made of it"]


def test_models_and_lookups_go_by_their_older_names() -> None:
    plan = one("stock.lot", name="name")
    assert plan.record_sets()["it"].model == "stock.production.lot"
    lookup = {"model": "hr.employee", "by": "work_email", "follow": "work_contact_id"}
    message = one("mail.message", model={"value": "stock.lot"}, author_id={"from": "name", "lookup": lookup})
    assert spec(message, "author_id").lookup.follow == "user_partner_id"
    assert spec(message, "model").value == "stock.production.lot"


def test_what_no_table_knows_is_still_a_problem() -> None:
    (problem,) = problems(
        {"it": model("res.partner", it={"from": "customer", "fields": {"nope": "name"}})}, live=odoo14()
    )
    assert "res.partner has no field nope" in problem
