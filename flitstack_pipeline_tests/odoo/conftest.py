"""Fixtures of the tests against a real Odoo that need something sold in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from flitstack_pipeline.odoo.actions import ACTIONS, ActionResult
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET

NAMES = r"^(?P<prefix1>.*?)(?P<seq>\d{0,9})(?P<suffix>\D*?)$"


@dataclass(frozen=True)
class Shop:
    """A customer's Odoo with the journals that a migration makes."""

    odoo: OdooClient
    customer: int
    gst: int
    free: int
    income: int
    invoices: int
    payments: int
    numbers: Iterator[int]

    def line(
        self, price: float, *, quantity: float = 1, discount: float = 0, taxes: Sequence[int] | None = None
    ) -> list:
        tax_ids = [self.gst] if taxes is None else list(taxes)
        values = {
            "name": "Clean",
            "quantity": quantity,
            "price_unit": price,
            "discount": discount,
            "account_id": self.income,
        }
        return [0, 0, {**values, "tax_ids": [[6, 0, tax_ids]]}]

    def invoice(self, *lines: list, **values: Any) -> int:
        given = {
            "move_type": "out_invoice", "name": f"INV-24-{next(self.numbers)}", "journal_id": self.invoices,
            "partner_id": self.customer, "invoice_date": "2025-03-25", "invoice_date_due": "2025-04-24",
            "invoice_user_id": False, "invoice_line_ids": list(lines) or [self.line(100)],
        }  # fmt: skip
        return self.odoo.create("account.move", [{**given, **values}], context=QUIET)[0]

    def posted(self, *lines: list, **values: Any) -> int:
        made = self.invoice(*lines, **values)
        self.do("post", made)
        return made

    def payment(
        self, amount: float, invoice: int, *, date: str = "2025-04-01", out: bool = False, **values: Any
    ) -> int:
        given = {
            "payment_type": "outbound" if out else "inbound", "partner_type": "customer", "partner_id": self.customer,
            "amount": amount, "date": date, "journal_id": self.payments, "invoice_ids": [[6, 0, [invoice]]],
        }  # fmt: skip
        made = self.odoo.create("account.payment", [{**given, **values}], context=QUIET)[0]
        self.do("post_payment", made)
        return made

    def do(self, action: str, *ids: int, **params: Any) -> ActionResult:
        return ACTIONS[action].apply(self.odoo, ids, params)

    def owed(self, invoice: int) -> tuple[str, float]:
        row = self.odoo.read("account.move", [invoice], ["payment_state", "amount_residual"])[0]
        return row["payment_state"], row["amount_residual"]

    def matches(self, payment: int) -> set[tuple[int, float]]:
        """What a payment is matched with: ids of invoices and other payments, and the amounts."""
        move = self.odoo.read("account.payment", [payment], ["move_id"])[0]["move_id"][0]
        found: set[tuple[int, float]] = set()
        for own, other in (("debit_move_id", "credit_move_id"), ("credit_move_id", "debit_move_id")):
            for row in self.odoo.search_read(
                "account.partial.reconcile", [(f"{own}.move_id", "=", move)], [other, "amount"]
            ):
                line = self.odoo.read("account.move.line", [row[other][0]], ["move_id"])[0]
                entry = self.odoo.read("account.move", [line["move_id"][0]], ["origin_payment_id"])[0]
                found.add(((entry["origin_payment_id"] or line["move_id"])[0], row["amount"]))
        return found

    def state(self, model: str, *ids: int) -> list[str]:
        return [row["state"] for row in self.odoo.read(model, ids, ["state"])]


@pytest.fixture(scope="module")
def shop(odoo_access_module) -> Iterator[Shop]:
    with OdooClient.connect(odoo_access_module) as odoo:
        yield open_shop(odoo)


def open_shop(odoo: OdooClient) -> Shop:
    """Make what a migration makes before invoices and payments come: a customer, two journals, the methods."""

    def one(model: str, *domain: Any) -> int:
        (found,) = odoo.search(model, list(domain))
        return found

    sales = [("type_tax_use", "=", "sale"), ("amount_type", "=", "percent"), ("price_include", "=", False)]
    account = odoo.create(
        "account.account",
        [{"name": "OctopusPro clearing", "code": "OCTP1", "account_type": "asset_cash"}],
        context=QUIET,
    )[0]
    manual = {
        way: one("account.payment.method", ("code", "=", "manual"), ("payment_type", "=", way))
        for way in ("inbound", "outbound")
    }
    journals = odoo.create(
        "account.journal",
        [
            {"name": "OctopusPro invoices", "code": "OCTO", "type": "sale", "sequence_override_regex": NAMES},
            {
                "name": "OctopusPro payments",
                "code": "OCTP",
                "type": "bank",
                "default_account_id": account,
                **{
                    f"{way}_payment_method_line_ids": [
                        [0, 0, {"name": "Cash", "payment_method_id": method, "payment_account_id": account}]
                    ]
                    for way, method in manual.items()
                },
            },
        ],
        context=QUIET,
    )
    return Shop(
        odoo=odoo,
        customer=odoo.create("res.partner", [{"name": "Ada Lovelace"}], context=QUIET)[0],
        gst=one("account.tax", ("name", "=", "10% GST"), *sales),
        free=one("account.tax", ("name", "=", "0% F"), *sales),
        income=one("account.account", ("code", "=", "41110")),
        invoices=journals[0],
        payments=journals[1],
        numbers=count(31001),
    )
