"""What differs between the versions of Odoo, as data.

Maps are written with the names of Odoo 19. The live database is asked first: `field_name` and `model_name` look for what is
there, under the names that versions 14 to 19 and later have used. Where an older Odoo has the thing in another form,
`XML_IDS`, `SELECTIONS`, `STAND_INS` and `COMPANIONS` say which (`mapping.older` applies them to a map, again only where the live
database lacks what Odoo 19 has). `RULES` is for what asking cannot tell.

Measured on Odoo 14 and 19; at which version between them a name changed has not been tried.
"""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

OLDEST = 14
JSON2_SINCE = 19

# Name in Odoo 19 -> names that other versions use for the same thing, the newer first.
MODELS: Mapping[str, tuple[str, ...]] = {
    "stock.lot": ("stock.production.lot",),  # up to 15
}
FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "account.account": {"company_ids": ("company_id",), "account_type": ("user_type_id",)},
    "account.payment": {"memo": ("ref", "communication")},
    "account.tax": {"price_include_override": ("price_include",)},
    "crm.lead": {"lost_reason_id": ("lost_reason",), "expected_revenue": ("planned_revenue",)},
    "crm.stage": {"team_ids": ("team_id",)},
    # Up to 15 an employee has no contact of its own, only that of its user.
    "hr.employee": {"hourly_cost": ("timesheet_cost",), "work_contact_id": ("user_partner_id",)},
    "product.product": {"type": ("detailed_type",)},
    "product.template": {"type": ("detailed_type",)},
    "project.task": {"user_ids": ("user_id",), "allocated_hours": ("planned_hours",)},
    "res.company": {"chart_template": ("chart_template_id",)},
    "res.groups": {"user_ids": ("users",)},
    "res.users": {"group_ids": ("groups_id",)},
    "sale.order.line": {"tax_ids": ("tax_id",), "product_uom_id": ("product_uom",)},
}
# What is gone without a successor of the same meaning, and what to do with its values.
GONE: Mapping[tuple[str, str], str] = {
    ("res.partner", "mobile"): "Odoo 19 keeps one number, `phone`; a second one needs a field of its own (x_mobile)",
    ("crm.lead", "mobile"): "Odoo 19 keeps one number, `phone`; a second one needs a field of its own (x_mobile)",
    ("res.partner", "title"): "Odoo 19 has no titles; keep the text in a field of its own (x_title)",
    ("crm.lead", "title"): "Odoo 19 has no titles; keep the text in a field of its own (x_title)",
    ("uom.uom", "category_id"): "Odoo 19 has no categories of units; `relative_uom_id` says what a unit is made of",
    ("project.task", "kanban_state"): "Odoo 17 and later have `state` instead, with other values",
}

# A selection of Odoo 19 that older versions keep as a reference: its field there, and the XML ID for each value. Up to 15.
XML_IDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("account.account", "account_type"): {
        "asset_receivable": "account.data_account_type_receivable",
        "asset_cash": "account.data_account_type_liquidity",
        "asset_current": "account.data_account_type_current_assets",
        "asset_non_current": "account.data_account_type_non_current_assets",
        "asset_prepayments": "account.data_account_type_prepayments",
        "asset_fixed": "account.data_account_type_fixed_assets",
        "liability_payable": "account.data_account_type_payable",
        "liability_credit_card": "account.data_account_type_credit_card",
        "liability_current": "account.data_account_type_current_liabilities",
        "liability_non_current": "account.data_account_type_non_current_liabilities",
        "equity": "account.data_account_type_equity",
        "equity_unaffected": "account.data_unaffected_earnings",
        "income": "account.data_account_type_revenue",
        "income_other": "account.data_account_type_other_income",
        "expense": "account.data_account_type_expenses",
        "expense_depreciation": "account.data_account_type_depreciation",
        "expense_direct_cost": "account.data_account_type_direct_costs",
        "off_balance": "account.data_account_off_sheet",
    }
}
# Values of Odoo 19 and what older versions call them, used where the live field does not have the former but has the latter.
SELECTIONS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("account.payment", "state"): {"in_process": "posted", "paid": "posted", "canceled": "cancel"},
}


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A field of ours for what an older Odoo has no field for. `plain`: it takes the source's text, not a reference."""

    field: str
    type: str
    label: str
    relation: str = ""
    plain: bool = False


STAND_INS: Mapping[tuple[str, str], StandIn] = {
    # Up to 16 a payment does not say which invoices it is for before it is matched with them.
    ("account.payment", "invoice_ids"): StandIn(
        field="x_flitstack_invoice_ids", type="many2many", label="Pays the invoices", relation="account.move"
    ),
    # A journal's payment methods with names of their own came in 15.
    ("account.payment", "payment_method_line_id"): StandIn(
        field="x_flitstack_payment_method", type="char", label="Payment method at the source", plain=True
    ),
}
# Fields that older versions have beside one of Odoo 19's and that take the same value. In 14 the outstanding accounts are the
# journal's, and left out Odoo makes accounts that a rollback would leave behind; later they are its payment methods'.
COMPANIONS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("account.journal", "default_account_id"): ("payment_debit_account_id", "payment_credit_account_id"),
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A value that holds from one major version on, until a later rule of the same name."""

    name: str
    since: int
    value: Any


RULES: tuple[Rule, ...] = (
    # States of a payment that counts: a plain "posted" became two with the outstanding account's end.
    Rule(name="payment.posted", since=14, value=("posted",)),
    Rule(name="payment.posted", since=18, value=("in_process", "paid")),
    # Over JSON-RPC a server with several databases says what it refuses. Up to 15 it answers HTTP 500 and nothing else.
    Rule(name="jsonrpc.errors", since=14, value=False),
    Rule(name="jsonrpc.errors", since=16, value=True),
    # Most new fields of one call. Up to 15 each reloads the registry, 0.3 s and more, and a server ends calls that take minutes.
    Rule(name="fields.batch", since=14, value=40),
    Rule(name="fields.batch", since=16, value=1000),
    # Where a journal entry's line says whether it is owed, and the values that do.
    Rule(name="account.owed", since=14, value=("account_id.internal_type", ("receivable", "payable"))),
    Rule(name="account.owed", since=16, value=("account_id.account_type", ("asset_receivable", "liability_payable"))),
    # Posting a payment counts up its customer's rank, as posting an invoice does in every version.
    Rule(name="payment.ranks", since=14, value=False),
    Rule(name="payment.ranks", since=17, value=True),
    # What has to be said in the context of a deletion, by model. 14 refuses to delete a draft that was ever posted.
    Rule(name="unlink.context", since=14, value={"account.move": {"force_delete": True}}),
    Rule(name="unlink.context", since=15, value={}),
    # The kind of view that shows records line by line.
    Rule(name="view.list", since=14, value="tree"),
    Rule(name="view.list", since=18, value="list"),
    # Field values that make a product of each kind.
    Rule(name="product.service", since=14, value={"type": "service"}),
    Rule(name="product.service", since=15, value={"detailed_type": "service"}),
    Rule(name="product.service", since=18, value={"type": "service"}),
    Rule(name="product.goods", since=14, value={"type": "consu"}),
    Rule(name="product.goods", since=15, value={"detailed_type": "consu"}),
    Rule(name="product.goods", since=18, value={"type": "consu"}),
    Rule(name="product.stored", since=14, value={"type": "product"}),
    Rule(name="product.stored", since=15, value={"detailed_type": "product"}),
    Rule(name="product.stored", since=18, value={"type": "consu", "is_storable": True}),
)


@dataclass(frozen=True, kw_only=True)
class OdooVersion:
    """`raw` as the server says it ("19.0", "saas~18.2+e"); `edition` "community" or "enterprise"."""

    major: int
    minor: int
    edition: str
    raw: str

    @classmethod
    def parse(cls, raw: str, info: Sequence[Any]) -> "OdooVersion":
        """Read Odoo's own `version_info`: [19, 0, 0, "final", 0, ""], online versions ["saas~18", 2, …, "e"]."""
        major = re.search(r"\d+", str(info[0]))
        minor = re.search(r"\d+", str(info[1])) if len(info) > 1 else None
        if major is None:
            raise ValueError(f"no version: {raw!r}")
        enterprise = (len(info) > 5 and info[5] == "e") or "+e" in raw
        return cls(
            major=int(major.group()),
            minor=int(minor.group()) if minor else 0,
            edition="enterprise" if enterprise else "community",
            raw=str(raw),
        )

    def of_edition(self, edition: str) -> "OdooVersion":
        return replace(self, edition=edition)

    def rule(self, name: str) -> Any:
        """The value that holds for this version. KeyError if there is no such rule."""
        known = [rule for rule in RULES if rule.name == name]
        if not known:
            raise KeyError(name)
        fitting = [rule for rule in known if rule.since <= self.major] or known[:1]
        return max(fitting, key=lambda rule: rule.since).value


def field_name(model: str, name: str, present: Container[str]) -> str | None:
    """The name under which a live model (`present`: its fields) has what Odoo 19 calls `name`; None if it has not."""
    for candidate in (name, *FIELDS.get(model, {}).get(name, ())):
        if candidate in present:
            return candidate
    return None


def model_name(name: str, has_model: Callable[[str], bool]) -> str | None:
    """The name under which a live database has the model that Odoo 19 calls `name`; None if it has not."""
    for candidate in (name, *MODELS.get(name, ())):
        if has_model(candidate):
            return candidate
    return None
