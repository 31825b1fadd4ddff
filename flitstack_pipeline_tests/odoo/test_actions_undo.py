"""Undoing actions and deleting what was made leaves a real Odoo as it was, table by table."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from flitstack_pipeline.odoo.actions import ACTIONS, release
from flitstack_pipeline.odoo.keys import QUIET
from flitstack_pipeline.odoo.traits import RESIDUE, SIDE_RECORDS

pytestmark = pytest.mark.odoo

ACCOUNTING = (
    "account_move", "account_move_line", "account_payment", "account_partial_reconcile", "account_full_reconcile",
    "account_move__account_payment", "account_move_line_account_tax_rel", "account_account_tag_account_move_line_rel",
    "mail_message", "mail_tracking_value", "mail_followers", "ir_attachment", "account_journal",
)  # fmt: skip


@pytest.fixture
def dumped(sandbox, odoo_access_module) -> Callable[[Sequence[str]], dict[str, list[str]]]:
    return lambda tables: sandbox.dump(odoo_access_module.database, tables)


def test_undo_and_deletion_leave_accounting_as_it_was(shop, dumped):
    friend = shop.odoo.create("res.partner", [{"name": "Was there before", "is_company": True}], context=QUIET)[0]
    theirs = shop.invoice(partner_id=friend)
    shop.do("post", theirs)
    ranks = shop.odoo.read("res.partner", [friend, shop.customer], ["customer_rank"])
    before = dumped(ACCOUNTING)

    invoices = [shop.posted(partner_id=friend) for _ in range(3)]
    payments = [shop.payment(140, invoices[0], partner_id=friend), shop.payment(110, invoices[1], partner_id=friend)]
    payments += [
        shop.payment(30, invoices[0], out=True, partner_id=friend),
        shop.payment(110, invoices[1], out=True, partner_id=friend),
    ]
    assert shop.do("reconcile", *payments).failures == ()
    assert dumped(ACCOUNTING) != before

    for name, ids in (("reconcile", payments), ("post_payment", payments), ("post", invoices)):
        for _ in range(2):
            ACTIONS[name].undo(shop.odoo, ids)
    assert shop.state("account.payment", *payments) == ["draft"] * 4
    shop.odoo.unlink("account.payment", payments, context=QUIET)
    shop.odoo.unlink("account.move", invoices, context=QUIET)

    assert dumped(ACCOUNTING) == before
    assert shop.odoo.read("res.partner", [friend, shop.customer], ["customer_rank"]) == ranks


def test_every_kind_of_record_is_released_and_leaves_nothing(sandbox, shop, odoo_access_module):
    odoo, database = shop.odoo, odoo_access_module.database
    (won,) = odoo.search("crm.stage", [("is_won", "=", True)])
    theirs = {"name": "was there before", "type": "opportunity", "partner_id": shop.customer, "team_id": False}
    odoo.create("crm.lead", [{**theirs, "stage_id": won}, {**theirs, "active": False, "probability": 0}], context=QUIET)
    counted = sandbox.dump(database, ["crm_lead_scoring_frequency"])["crm_lead_scoring_frequency"]
    tables = [t for t in sandbox.tables(database) if t not in RESIDUE]
    before = sandbox.dump(database, tables)

    made: list[tuple[str, list[int]]] = []

    def create(model: str, *values: dict[str, Any]) -> list[int]:
        ids = odoo.create(model, values, context=QUIET)
        made.append((model, ids))
        return ids

    (customer,) = create("res.partner", {"name": "Grace"})
    lead, _ = create(
        "crm.lead",
        {
            "name": "won",
            "type": "opportunity",
            "stage_id": won,
            "probability": 100,
            "partner_id": customer,
            "team_id": False,
        },
        {
            "name": "lost",
            "type": "opportunity",
            "active": False,
            "probability": 0,
            "partner_id": customer,
            "team_id": False,
        },
    )
    create("mail.message", {"model": "crm.lead", "res_id": lead, "body": "<p>a note</p>", "message_type": "comment"})
    create("hr.employee", {"name": "Mia", "work_email": "mia@example.com"})
    side = odoo.read("hr.employee", made[-1][1], list(SIDE_RECORDS["hr.employee"]))[0]
    products = create(
        "product.product", {"name": "Clean", "type": "service", "standard_price": 7, "taxes_id": [[6, 0, []]]}
    )
    line = [0, 0, {"product_id": products[0], "name": "x", "price_unit": 5, "tax_ids": [[6, 0, [shop.gst]]]}]
    create(
        "sale.order", *({"partner_id": customer, "state": s, "order_line": [line]} for s in ("draft", "sent", "cancel"))
    )
    create(
        "account.move",
        *({"move_type": "out_invoice", "partner_id": customer, "invoice_line_ids": [shop.line(5)]} for _ in range(3)),
    )
    invoices = made[-1][1]
    shop.do("post", *invoices[:2])
    shop.do("cancel", invoices[1])
    payments = [
        shop.payment(5.5, invoices[0], partner_id=customer),
        shop.payment(5.5, invoices[1], partner_id=customer),
    ]
    shop.do("reconcile", *payments)
    made.append(("account.payment", payments))

    for model, ids in reversed(made):
        for _ in range(2):
            release(odoo, model, ids)
        odoo.unlink(model, ids, context=QUIET)
    for field, model in SIDE_RECORDS["hr.employee"].items():
        if side[field]:
            odoo.unlink(model, [side[field][0]], context=QUIET)

    after = sandbox.dump(database, tables)
    assert {t for t in tables if after[t] != before[t]} == set()
    columns = ("id", "variable", "value", "team_id", "won_count", "lost_count")
    assert _columns(counted, columns) <= _columns(
        sandbox.dump(database, RESIDUE)["crm_lead_scoring_frequency"], columns
    )


def _columns(rows: Sequence[str], columns: Sequence[str]) -> set[tuple]:
    return {tuple(json.loads(row)[c] for c in columns) for row in rows}
