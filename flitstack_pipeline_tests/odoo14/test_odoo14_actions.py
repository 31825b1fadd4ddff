"""Actions against a real Odoo 14, which has other states, other accounts and no field for a payment's invoices."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from flitstack_pipeline.odoo.actions import ACTIONS, ActionResult, release
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET
from flitstack_pipeline.odoo.versions import STAND_INS, XML_IDS

pytestmark = pytest.mark.odoo14

INVOICES = STAND_INS["account.payment", "invoice_ids"]
NAMES = r"^(?P<prefix1>.*?)(?P<seq>\d{0,9})(?P<suffix>\D*?)$"
NUMBERS = count(31001)


@dataclass(frozen=True)
class Shop:
    """An Odoo 14 with the journals and the field that a migration makes."""

    odoo: OdooClient
    customer: int
    gst: int
    income: int
    invoices: int
    payments: int

    def invoice(self, *prices: float, **values: Any) -> int:
        lines = [
            [0, 0, {"name": "Clean", "price_unit": price, "account_id": self.income, "tax_ids": [[6, 0, [self.gst]]]}]
            for price in prices or (100,)
        ]
        given = {
            "move_type": "out_invoice", "name": f"INV-24-{next(NUMBERS)}", "journal_id": self.invoices,
            "partner_id": self.customer, "invoice_date": "2025-03-25", "invoice_date_due": "2025-04-24",
            "invoice_user_id": False, "invoice_line_ids": lines,
        }  # fmt: skip
        return self.odoo.create("account.move", [{**given, **values}], context=QUIET)[0]

    def posted(self, *prices: float) -> int:
        made = self.invoice(*prices)
        assert self.do("post", made) == ActionResult(done=(made,))
        return made

    def payment(self, amount: float, invoice: int, *, out: bool = False) -> int:
        given = {
            "payment_type": "outbound" if out else "inbound", "partner_type": "customer", "partner_id": self.customer,
            "amount": amount, "date": "2025-04-01", "journal_id": self.payments, INVOICES.field: [[6, 0, [invoice]]],
        }  # fmt: skip
        (made,) = self.odoo.create("account.payment", [given], context=QUIET)
        assert self.do("post_payment", made) == ActionResult(done=(made,))
        return made

    def do(self, action: str, *ids: int) -> ActionResult:
        return ACTIONS[action].apply(self.odoo, ids, {})

    def owed(self, invoice: int) -> tuple[str, float]:
        (row,) = self.odoo.read("account.move", [invoice], ["payment_state", "amount_residual"])
        return row["payment_state"], row["amount_residual"]

    def state(self, model: str, *ids: int) -> list[str]:
        return [row["state"] for row in self.odoo.read(model, ids, ["state"])]

    def rank(self) -> int:
        return self.odoo.read("res.partner", [self.customer], ["customer_rank"])[0]["customer_rank"]


@pytest.fixture(params=["jsonrpc", "xmlrpc"], scope="module")
def shop(request: pytest.FixtureRequest, fresh14: Callable[..., Any]) -> Iterator[Shop]:
    with fresh14() as access, OdooClient.connect(replace(access, protocol=request.param)) as odoo:
        yield _open_shop(odoo)


def _open_shop(odoo: OdooClient) -> Shop:
    module, _, name = XML_IDS["account.account", "account_type"]["asset_cash"].partition(".")
    (kind,) = odoo.search_read("ir.model.data", [("module", "=", module), ("name", "=", name)], ["res_id"])
    account = odoo.create(
        "account.account", [{"name": "Clearing", "code": "OCTP1", "user_type_id": kind["res_id"]}], context=QUIET
    )[0]
    outstanding = {"payment_debit_account_id": account, "payment_credit_account_id": account}
    journals = odoo.create(
        "account.journal",
        [
            {
                "name": "Invoices", "code": "OCTO", "type": "sale", "sequence_override_regex": NAMES,
                "edi_format_ids": [[6, 0, []]],
            },
            {"name": "Payments", "code": "OCTP", "type": "bank", "default_account_id": account, **outstanding},
        ],
        context=QUIET,
    )  # fmt: skip
    (model,) = odoo.search("ir.model", [("model", "=", "account.payment")])
    new = {"model_id": model, "name": INVOICES.field, "ttype": INVOICES.type, "relation": INVOICES.relation}
    odoo.create("ir.model.fields", [{**new, "field_description": INVOICES.label, "state": "manual"}])
    odoo.refresh()
    return Shop(
        odoo=odoo,
        customer=odoo.create("res.partner", [{"name": "Ada"}], context=QUIET)[0],
        gst=odoo.search("account.tax", [("name", "=", "Sale (10%)"), ("type_tax_use", "=", "sale")])[0],
        income=odoo.search("account.account", [("code", "=", "41110")])[0],
        invoices=journals[0],
        payments=journals[1],
    )


def test_a_posted_invoice_keeps_its_number_and_totals(shop: Shop) -> None:
    invoice = shop.invoice(100, 33.33, name="INV-2019-0007")
    assert shop.do("post", invoice) == ActionResult(done=(invoice,))
    fields = ["name", "state", "invoice_date", "date", "amount_untaxed", "amount_tax", "amount_total", "payment_state"]
    (row,) = shop.odoo.read("account.move", [invoice], fields)
    assert row == {
        "id": invoice, "name": "INV-2019-0007", "state": "posted", "invoice_date": "2025-03-25", "date": "2025-03-25",
        "amount_untaxed": 133.33, "amount_tax": 13.33, "amount_total": 146.66, "payment_state": "not_paid",
    }  # fmt: skip


def test_nobody_is_told_of_old_invoices(shop: Shop) -> None:
    """Without the trait for journals Odoo 14 attaches an electronic invoice to each, which a deletion leaves behind."""
    before = shop.odoo.search_count("ir.attachment", [])
    shop.posted()
    assert shop.odoo.search_count("ir.attachment", []) == before


def test_part_payment_then_the_rest(shop: Shop) -> None:
    invoice = shop.posted(100)
    first = shop.payment(30, invoice)
    assert shop.state("account.payment", first) == ["posted"]
    assert shop.do("reconcile", first) == ActionResult(done=(first,))
    assert shop.owed(invoice) == ("partial", 80.0)
    rest = shop.payment(80, invoice)
    assert shop.do("reconcile", first, rest) == ActionResult(done=(first, rest))
    assert shop.owed(invoice) == ("paid", 0.0)
    assert shop.do("reconcile", first, rest) == ActionResult(done=(first, rest))  # again: nothing to do


def test_a_refund_takes_back_what_was_paid(shop: Shop) -> None:
    invoice = shop.posted(100)
    payment, refund = shop.payment(110, invoice), shop.payment(40, invoice, out=True)
    assert shop.do("reconcile", payment, refund) == ActionResult(done=(payment, refund))
    assert shop.owed(invoice) == ("partial", 40.0)


def test_what_was_paid_too_much_stays_open(shop: Shop) -> None:
    invoice = shop.posted(100)
    payment = shop.payment(150, invoice)
    assert shop.do("reconcile", payment) == ActionResult(done=(payment,))
    assert shop.owed(invoice) == ("paid", 0.0)


def test_a_void_invoice_is_cancelled(shop: Shop) -> None:
    draft, posted = shop.invoice(), shop.posted()
    assert shop.do("cancel", draft, posted).done == (draft, posted)
    assert shop.state("account.move", draft, posted) == ["cancel", "cancel"]


def test_all_of_it_is_undone(shop: Shop) -> None:
    """A payment does not count in a customer's rank here, and a draft that was posted needs to be forced away."""
    rank = shop.rank()
    invoice = shop.posted(100)
    payment = shop.payment(110, invoice)
    shop.do("reconcile", payment)
    assert shop.rank() == rank + 1

    ACTIONS["reconcile"].undo(shop.odoo, [payment])
    assert shop.owed(invoice) == ("not_paid", 110.0)
    release(shop.odoo, "account.payment", [payment])
    assert shop.rank() == rank + 1
    shop.odoo.unlink("account.payment", [payment], context=QUIET)
    release(shop.odoo, "account.move", [invoice])
    assert shop.state("account.move", invoice) == ["draft"]
    forced = shop.odoo.version.rule("unlink.context")["account.move"]
    shop.odoo.unlink("account.move", [invoice], context={**QUIET, **forced})

    assert shop.rank() == rank
    assert shop.odoo.existing("account.move", [invoice]) == []


def test_quotations_and_products(shop: Shop) -> None:
    (order,) = shop.odoo.create(
        "sale.order", [{"partner_id": shop.customer, "name": f"QU-{next(NUMBERS)}"}], context=QUIET
    )
    assert shop.do("mark_sent", order).done == (order,)
    assert shop.state("sale.order", order) == ["sent"]
    assert shop.do("cancel_order", order).done == (order,)
    (product,) = shop.odoo.create("product.product", [{"name": "Mop", **shop.odoo.version.rule("product.service")}])
    assert shop.do("archive", product).done == (product,)
    (row,) = shop.odoo.search_read("product.template", [("name", "=", "Mop"), ("active", "=", False)], ["type"])
    assert row["type"] == "service"
    release(shop.odoo, "sale.order", [order])
    shop.odoo.unlink("sale.order", [order], context=QUIET)
