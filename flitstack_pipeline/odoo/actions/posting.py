"""Undoing a posting: back to draft, and the customer's rank back to what it was."""

from collections import Counter
from collections.abc import Sequence

from flitstack_pipeline.odoo.actions.base import EVERYTHING
from flitstack_pipeline.odoo.actions.states import DRAFT_INVOICE, DRAFT_PAYMENT
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET

Partners = dict[int, frozenset[int]]


def unpost_invoices(client: OdooClient, ids: Sequence[int]) -> None:
    """Set posted invoices back to draft, so that they can be deleted."""
    partners = _partners(
        client,
        "account.move",
        ids,
        [("state", "=", "posted"), ("move_type", "in", ("out_invoice", "out_refund", "out_receipt"))],
    )
    _take_rank_back(client, partners, DRAFT_INVOICE.release(client, ids))


def unpost_payments(client: OdooClient, ids: Sequence[int]) -> None:
    """Set posted payments back to draft; their journal entries go when the payments are deleted."""
    partners: Partners = {}
    if client.version.rule("payment.ranks"):
        domain = [("move_id.state", "=", "posted"), ("partner_type", "=", "customer")]
        partners = _partners(client, "account.payment", ids, domain)
    _take_rank_back(client, partners, DRAFT_PAYMENT.release(client, ids))


def _partners(client: OdooClient, model: str, ids: Sequence[int], domain: Sequence[tuple]) -> Partners:
    """The partners whose rank the posting of each record has raised: the one it names, and the company behind it."""
    rows = client.search_read(model, [("id", "in", list(ids)), *domain], ["partner_id"], context=EVERYTHING)
    named = {row["id"]: row["partner_id"][0] for row in rows if row["partner_id"]}
    companies = client.search_read(
        "res.partner", [("id", "in", sorted(set(named.values())))], ["commercial_partner_id"], context=EVERYTHING
    )
    behind = {row["id"]: row["commercial_partner_id"][0] for row in companies if row["commercial_partner_id"]}
    return {res_id: frozenset((partner, behind.get(partner, partner))) for res_id, partner in named.items()}


def _take_rank_back(client: OdooClient, partners: Partners, unposted: Sequence[int]) -> None:
    """Odoo counts up `customer_rank` with every posting and never down."""
    counts = Counter(partner for res_id in unposted for partner in partners.get(res_id, ()))
    rows = client.search_read("res.partner", [("id", "in", sorted(counts))], ["customer_rank"], context=EVERYTHING)
    by_rank: dict[int, list[int]] = {}
    for row in rows:
        by_rank.setdefault(max(0, row["customer_rank"] - counts[row["id"]]), []).append(row["id"])
    for rank, ids in by_rank.items():
        client.write("res.partner", ids, {"customer_rank": rank}, context=QUIET)
