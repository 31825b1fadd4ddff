"""What was paid on the invoices, and the Paid and Balance that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from coastal import invoices as special
from coastal.invoices import TODAY, Invoice
from coastal.world import Row, Table, World, day, dollars

COLUMNS = ("Payment ID", "Invoice No", "Date", "Method", "Reference", "Amount", "Type", "Status")


@dataclass(frozen=True)
class Payment:
    invoice: Invoice
    on: date
    cents: int
    type: str = "Payment"
    status: str = "Approved"

    @property
    def counted(self) -> int:
        """Return the cents that count as paid: refunds against, what is not approved not at all."""
        if self.status != "Approved":
            return 0
        return -self.cents if self.type == "Refund" else self.cents


def build_payments(world: World, invoices: list[Invoice]) -> None:
    """Fill payments, oldest first, and complete the invoices."""
    table = world.table(Table("payment", "payments.txt", COLUMNS, ("Payment ID",)))
    payments = [payment for invoice in invoices for payment in _of(world, invoice)]
    payments.sort(key=lambda payment: (payment.on, payment.invoice.row["Invoice No"]))
    for number, payment in enumerate(payments, start=7001):
        method = world.dice.pick(("Cash", "Credit card", "Credit card", "Bank transfer", "Bank transfer"))
        invoice_no = payment.invoice.row["Invoice No"]
        references = {
            "Cash": "",
            "Credit card": f"card {world.dice.whole(100000, 999999)}",
            "Bank transfer": invoice_no,
        }
        values = (
            f"PAY-{number}", invoice_no, day(payment.on), method, references[method],
            dollars(payment.cents).removeprefix("$"), payment.type, payment.status,
        )  # fmt: skip
        _remark(world, payment, table.add(values))
    for invoice in invoices:
        _complete(invoice, sum(payment.counted for payment in payments if payment.invoice is invoice))


def _of(world: World, invoice: Invoice) -> list[Payment]:
    dice = world.dice
    total = invoice.total
    first = invoice.issued + timedelta(days=dice.whole(1, 12))
    later = first + timedelta(days=dice.whole(6, 25))
    part = total * dice.pick((30, 40, 50, 60)) // 100
    match invoice.special:
        case special.OVERPAID:
            return [Payment(invoice, first, total + 30_00), Payment(invoice, later, 30_00, "Refund")]
        case special.REFUNDED:
            return [Payment(invoice, first, total), Payment(invoice, later, total, "Refund")]
        case special.DEPOSIT_THEN_REST:
            early = invoice.issued - timedelta(days=5)
            return [Payment(invoice, early, part, "Deposit"), Payment(invoice, first, total - part)]
        case special.DEPOSIT_ONLY:
            return [Payment(invoice, invoice.issued - timedelta(days=3), part, "Deposit")]
        case special.PENDING:
            return [Payment(invoice, TODAY - timedelta(days=1), total, status="Pending")]
        case special.FAILED:
            return [Payment(invoice, first, total, status="Failed")]
        case special.VOID_PAID:
            return [Payment(invoice, invoice.issued, part)]
        case special.UNKNOWN:
            return [Payment(invoice, first, part)]
        case special.THREE_PARTS:
            last = later + timedelta(days=9)
            return [
                Payment(invoice, first, part),
                Payment(invoice, later, (total - part) // 2),
                Payment(invoice, last, total - part - (total - part) // 2),
            ]
    if invoice.status == "Closed":
        if later <= TODAY and dice.chance(0.2):
            return [Payment(invoice, first, part), Payment(invoice, later, total - part)]
        return [Payment(invoice, min(first, TODAY - timedelta(days=1)), total)]
    if invoice.status in ("Open", "Overdue") and first < TODAY and dice.chance(0.35):
        return [Payment(invoice, first, part)]
    return []


def _complete(invoice: Invoice, counted: int) -> None:
    """Write Paid and Balance; a void invoice owes what it was made out for, as nothing on it counts any more."""
    paid = 0 if invoice.status == "Void" else counted
    balance = invoice.total - paid
    number = invoice.row["Invoice No"]
    if (balance == 0) != (invoice.status == "Closed"):
        raise ValueError(f"{number} is {invoice.status} with a balance of {balance} cents")
    invoice.row |= {"Paid": dollars(paid), "Balance": dollars(balance)}


def _remark(world: World, payment: Payment, row: Row) -> None:
    if payment.status != "Approved":
        problem = f"{payment.status.lower()} payment"
        world.plant(
            "payment", row, "Status", problem=problem, outcome="excluded", note="only approved payments migrate"
        )
    elif payment.invoice.status == "Void":
        world.plant("payment", row, "Invoice No", problem="payment on a void invoice", outcome="excluded",
                    note="not in the invoice's Paid either")  # fmt: skip
    elif payment.type == "Refund":
        outcome = {
            special.OVERPAID: "outbound payment against the 30.00 paid too much; the invoice stays paid",
            special.REFUNDED: "outbound payment; the invoice is owed in full again",
        }[payment.invoice.special]
        world.odd("payment", row, "Type", what=f"refund ({payment.invoice.special})", outcome=outcome)
    elif payment.type == "Deposit":
        world.odd("payment", row, "Type", what="deposit, dated before the invoice", outcome="payment on the invoice")
