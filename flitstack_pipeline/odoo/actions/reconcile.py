"""Match payments with their invoices, so that each invoice shows what is paid and what is still owed.

One rule covers deposits, part payments, over-payments and refunds: a refund takes back what was paid, so it is matched
with the payments of its invoice, the latest first; what is then left of the payments is matched with the invoice. A
refund of what was paid too much leaves the invoice paid; a refund of everything leaves it owed in full again.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flitstack_pipeline.mapping.target import KEY_FIELD
from flitstack_pipeline.odoo.actions.base import EVERYTHING, ActionFailure, ActionResult, Params, chunks, settled
from flitstack_pipeline.odoo.actions.states import GONE
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.errors import OdooRejected
from flitstack_pipeline.odoo.keys import QUIET
from flitstack_pipeline.odoo.versions import STAND_INS

log = logging.getLogger(__name__)
PARAMS: Params = {"invoice_field": "invoice_ids"}
POSTED = ("in_process", "paid", "posted")


@dataclass(frozen=True)
class _Payment:
    id: int
    name: str
    state: str
    inbound: bool
    date: str
    move: int | None
    invoices: tuple[int, ...]


@dataclass(frozen=True)
class _Line:
    """A line that can be matched. `residual` is signed: above zero is owed to the company."""

    id: int
    move: int
    account: int
    currency: int
    residual: Decimal


class _Books:
    """The payments of some invoices and their open lines, as Odoo has them now."""

    def __init__(self, client: OdooClient, invoice_field: str, payments: Sequence[int]) -> None:
        self._client = client
        self._field = invoice_field
        named = self._payments([("id", "in", list(payments))])
        invoices = sorted({i for p in named.values() for i in p.invoices})
        self.payments = {**self._siblings(invoices), **named}
        self.invoices = {
            r["id"]: r
            for r in client.search_read("account.move", [("id", "in", invoices)], ["name", "state"], context=EVERYTHING)
        }
        self._lines: dict[int, list[_Line]] = {}
        self.look()

    def look(self, moves: Iterable[int] | None = None) -> None:
        """Read the lines of all moves, or of some of them again."""
        wanted = sorted(
            moves if moves is not None else {*self.invoices, *(p.move for p in self.payments.values() if p.move)}
        )
        self._lines.update({m: [] for m in wanted})
        kind, owed = self._client.version.rule("account.owed")
        domain = [
            ("move_id", "in", wanted),
            (kind, "in", owed),
            ("parent_state", "=", "posted"),
        ]
        fields = ["move_id", "account_id", "currency_id", "amount_residual_currency"]
        for row in self._client.search_read("account.move.line", domain, fields, context=EVERYTHING):
            line = _Line(
                row["id"], row["move_id"][0], row["account_id"][0], row["currency_id"][0],
                Decimal(repr(row["amount_residual_currency"])).quantize(Decimal("0.000001")),
            )  # fmt: skip
            self._lines[line.move].append(line)

    def of(self, invoice: int) -> list[_Payment]:
        """The posted payments of an invoice, by date."""
        found = [p for p in self.payments.values() if invoice in p.invoices and p.state in POSTED and p.move]
        return sorted(found, key=lambda p: (p.date, p.id))

    def lines(self, *moves: int | None) -> list[_Line]:
        """All lines of these moves that can be matched, matched ones too."""
        return [line for move in moves if move for line in self._lines.get(move, ())]

    def open(self, *moves: int | None) -> list[_Line]:
        """The lines of these moves of which something is left."""
        return [line for line in self.lines(*moves) if line.residual]

    def _siblings(self, invoices: Sequence[int]) -> dict[int, _Payment]:
        """Other payments of the same invoices; where records carry our key, only those: a user's are the user's."""
        domain: list[Any] = [(self._field, "in", list(invoices)), ("state", "in", POSTED)]
        if KEY_FIELD in self._client.fields_get("account.payment"):
            domain.append((KEY_FIELD, "!=", False))
        return self._payments(domain) if invoices else {}

    def _payments(self, domain: Sequence[Any]) -> dict[int, _Payment]:
        fields = ["display_name", "state", "payment_type", "date", "move_id", self._field]
        rows = self._client.search_read("account.payment", domain, fields, context=EVERYTHING)
        return {
            row["id"]: _Payment(
                row["id"], row["display_name"], row["state"], row["payment_type"] == "inbound", row["date"] or "",
                row["move_id"][0] if row["move_id"] else None, _ids(row[self._field]),
            )
            for row in rows
        }  # fmt: skip


def reconcile(client: OdooClient, ids: Sequence[int], params: Params) -> ActionResult:
    """Match payments with the invoices in their field `invoice_field`, a many2one or many2many to account.move."""
    field = _invoice_field(client, str({**PARAMS, **params}["invoice_field"]))
    done: list[int] = []
    failures: list[ActionFailure] = []
    for part in chunks(ids):
        result = settled(lambda part=part: _reconcile(client, field, part), what="account.move.line.reconcile")
        done += result.done
        failures += result.failures
    return ActionResult(tuple(done), tuple(failures))


def _invoice_field(client: OdooClient, name: str) -> str:
    """The field that names a payment's invoices: in an older Odoo, one that the migration made in its place."""
    stand_in = STAND_INS.get(("account.payment", name))
    return stand_in.field if stand_in and name not in client.fields_get("account.payment") else name


def _reconcile(client: OdooClient, field: str, ids: Sequence[int]) -> ActionResult:
    books = _Books(client, field, ids)
    refused: dict[int, str] = {}
    for invoice in sorted({i for res_id in ids if res_id in books.payments for i in books.payments[res_id].invoices}):
        if books.invoices.get(invoice, {}).get("state") != "posted":
            continue
        try:
            _settle(client, books, invoice)
        except OdooRejected as error:
            refused.update({p.id: error.odoo_message or error.message for p in books.of(invoice)})
    reasons = {res_id: refused.get(res_id) or _left_open(books, res_id) for res_id in ids}
    failures = tuple(ActionFailure(res_id, reason) for res_id, reason in reasons.items() if reason)
    return ActionResult(tuple(res_id for res_id in ids if not reasons[res_id]), failures)


def _settle(client: OdooClient, books: _Books, invoice: int) -> None:
    """Bring the matches of one invoice to what they should be; nothing is called where they are so already."""
    payments = books.of(invoice)
    refunds = [p for p in payments if not p.inbound]
    received = [p for p in payments if p.inbound]
    for refund in refunds:
        if books.open(refund.move):
            _take_back(client, books, invoice, refund, received)
    owed = books.open(invoice)
    rest = [line for line in books.open(*(p.move for p in received)) if _matches(line, owed)]
    if rest:
        _match(client, books, [*(line for line in owed if _matches(line, rest)), *rest])


def _take_back(client: OdooClient, books: _Books, invoice: int, refund: _Payment, received: Sequence[_Payment]) -> None:
    """Match a refund with payments, the latest first; what they had paid of the invoice is owed again."""
    needed = sum(line.residual for line in books.open(refund.move))
    for payment in reversed(received):
        if needed <= 0:
            break
        free = -sum(line.residual for line in books.open(payment.move))
        if free < needed and _unmatch(client, books.lines(payment.move), books.lines(invoice)):
            books.look([m for m in (payment.move, invoice) if m])
        lines = [line for line in books.open(payment.move) if _matches(line, books.open(refund.move))]
        if lines:
            _match(client, books, [*books.open(refund.move), *lines])
            needed = sum(line.residual for line in books.open(refund.move))


def _match(client: OdooClient, books: _Books, lines: Sequence[_Line]) -> None:
    client.call("account.move.line", "reconcile", ids=sorted(line.id for line in lines), context=QUIET, retry=False)
    books.look(sorted({line.move for line in lines}))


def _unmatch(client: OdooClient, some: Sequence[_Line], others: Sequence[_Line]) -> bool:
    """Take the matches between two sets of lines apart; whether there were any."""
    one, two = [line.id for line in some], [line.id for line in others]
    domain = [
        "|",
        "&",
        ("debit_move_id", "in", one),
        ("credit_move_id", "in", two),
        "&",
        ("debit_move_id", "in", two),
        ("credit_move_id", "in", one),
    ]
    partials = client.search("account.partial.reconcile", domain)
    client.unlink("account.partial.reconcile", partials, context=QUIET)
    return bool(partials)


def _matches(line: _Line, others: Sequence[_Line]) -> bool:
    """There is an open line on the other side, of the same account and currency."""
    return any(
        line.account == o.account and line.currency == o.currency and line.residual * o.residual < 0 for o in others
    )


def _left_open(books: _Books, res_id: int) -> str:
    """Why a payment is not matched as it should be, or "". What was paid too much stays open and is no failure."""
    payment = books.payments.get(res_id)
    if payment is None:
        return GONE
    if payment.state not in POSTED or payment.move is None:
        return f"the payment is not posted (its state is {payment.state!r})"
    if not payment.invoices:
        return "the payment names no invoice"
    for invoice in payment.invoices:
        if books.invoices.get(invoice, {}).get("state") != "posted":
            found: Mapping[str, Any] = books.invoices.get(invoice, {"name": invoice, "state": "gone"})
            return f"invoice {found['name']} is not posted (its state is {found['state']!r}): the payment stays open"
    rest = books.open(payment.move)
    if not rest:
        return ""
    names = ", ".join(str(books.invoices[i]["name"]) for i in payment.invoices)
    if not payment.inbound:
        amount = abs(sum(line.residual for line in rest))
        return f"{amount:.2f} of the refund stay open: {names} has no payment to take them from"
    if books.open(*payment.invoices):
        return f"{names} is on another account or in another currency than the payment"
    return ""


def undo_reconcile(client: OdooClient, ids: Sequence[int]) -> None:
    """Take all matches of these payments apart; their invoices are owed again."""
    for part in chunks(ids):
        settled(lambda part=part: _undo(client, part), what="account.partial.reconcile.unlink")


def _undo(client: OdooClient, ids: Sequence[int]) -> None:
    rows = client.search_read(
        "account.payment", [("id", "in", list(ids)), ("move_id", "!=", False)], ["move_id"], context=EVERYTHING
    )
    moves = sorted(row["move_id"][0] for row in rows)
    domain = ["|", ("debit_move_id.move_id", "in", moves), ("credit_move_id.move_id", "in", moves)]
    partials = client.search("account.partial.reconcile", domain)
    try:
        client.unlink("account.partial.reconcile", partials, context=QUIET)
    except OdooRejected as error:
        log.warning("matches of %d payments stay: %s", len(ids), error.odoo_message)


def _ids(value: Any) -> tuple[int, ...]:
    """The ids in what `read` gave for a many2one ([id, name] or false) or a many2many field."""
    if not value:
        return ()
    return (value[0],) if len(value) == 2 and isinstance(value[1], str) else tuple(value)
