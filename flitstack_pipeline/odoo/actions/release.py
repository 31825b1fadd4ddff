"""What Odoo wants done before it lets records be deleted, or before it forgets what it has counted by them."""

import logging
from collections.abc import Callable, Sequence

from flitstack_pipeline.odoo.actions import states
from flitstack_pipeline.odoo.actions.base import EVERYTHING, chunks, halved
from flitstack_pipeline.odoo.actions.posting import unpost_invoices, unpost_payments
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET

log = logging.getLogger(__name__)


def release(client: OdooClient, model: str, ids: Sequence[int]) -> None:
    """Prepare records of a model for deletion, whatever state they are in; most models need nothing.

    What Odoo refuses here is logged and left: it will refuse the deletion too, and that is told record by record.
    """
    if (prepare := RELEASES.get(model)) and ids:
        prepare(client, ids)


def _cancel_orders(client: OdooClient, ids: Sequence[int]) -> None:
    # Odoo deletes drafts and cancelled orders only; a draft need not be cancelled first.
    sent = client.search("sale.order", [("id", "in", list(ids)), ("state", "not in", ("draft", "cancel"))])
    states.CANCEL_ORDER.release(client, sent)


def _reopen_leads(client: OdooClient, ids: Sequence[int]) -> None:
    """Odoo counts won and lost leads to predict others; it counts back when they are reopened, not when deleted."""
    if "won_status" not in client.fields_get("crm.lead"):
        return
    stages = client.search("crm.stage", [("is_won", "=", False)], order="sequence, id", limit=1)
    if not stages:
        return
    for part in chunks(ids, 500):
        rows = client.search_read(
            "crm.lead",
            [("id", "in", list(part)), ("won_status", "in", ("won", "lost"))],
            ["won_status"],
            context=EVERYTHING,
        )
        for status, values in (
            ("won", {"stage_id": stages[0], "probability": 50.0}),
            ("lost", {"active": True, "probability": 50.0}),
        ):
            _, refused = halved(
                lambda some, values=values: client.write("crm.lead", some, values, context=QUIET),
                [row["id"] for row in rows if row["won_status"] == status],
            )
            for failure in refused:
                log.warning("crm.lead %d could not be reopened: %s", failure.res_id, failure.reason)


def _forget_costs(client: OdooClient, ids: Sequence[int]) -> None:
    """The history of a product's cost, which `stock_account` begins for every product, stays behind without it."""
    if client.has_model("product.value"):
        client.unlink("product.value", client.search("product.value", [("product_id", "in", list(ids))]), context=QUIET)


def _switch_off_recurring_tasks(client: OdooClient, ids: Sequence[int]) -> None:
    """Odoo shows recurring tasks to everybody while some project has them; it looks again when one is written, not when it goes."""
    if "allow_recurring_tasks" not in client.fields_get("project.project"):
        return
    domain = [("id", "in", list(ids)), ("allow_recurring_tasks", "=", True)]
    on = client.search("project.project", domain, context=EVERYTHING)
    _, refused = halved(
        lambda some: client.write("project.project", some, {"allow_recurring_tasks": False}, context=QUIET), on
    )
    for failure in refused:
        log.warning("project.project %d keeps its recurring tasks: %s", failure.res_id, failure.reason)


def _release_companies(client: OdooClient, ids: Sequence[int]) -> None:
    """Take the fiscal positions away that a localization made for a company, then its users: it cannot go before them.

    Whoever has several companies is shown their choice; Odoo hides it again only when the user himself is written to. The
    fiscal positions come first: without the company we could no longer see them.
    """
    if client.has_model("account.fiscal.position"):
        found = client.search("account.fiscal.position", [("company_id", "in", list(ids))], context=EVERYTHING)
        client.unlink("account.fiscal.position", found, context=QUIET)
    for company in ids:
        users = client.search("res.users", [("company_ids", "in", [company])], context=EVERYTHING)
        own = client.search("res.users", [("company_id", "=", company)], context=EVERYTHING)
        client.write("res.users", [u for u in users if u not in own], {"company_ids": [[3, company]]}, context=QUIET)


def _remove_rules(client: OdooClient, ids: Sequence[int]) -> None:
    """The rules of a warehouse hold its operation types, which hold the warehouse."""
    found = client.search("stock.rule", [("warehouse_id", "in", list(ids))], context=EVERYTHING)
    client.unlink("stock.rule", found, context=QUIET)


RELEASES: dict[str, Callable[[OdooClient, Sequence[int]], None]] = {
    "account.move": unpost_invoices,
    "account.payment": unpost_payments,
    "crm.lead": _reopen_leads,
    "product.product": _forget_costs,
    "res.company": _release_companies,
    "project.project": _switch_off_recurring_tasks,
    "sale.order": _cancel_orders,
    "stock.warehouse": _remove_rules,
}
