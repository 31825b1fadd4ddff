"""The invoices with their lines. What was paid on them is in `payments`, which also fills Paid and Balance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from coastal.billing import RECOVERED, Line, Sums, lines_of_booking, service_line, sums
from coastal.bookings import DEPOT
from coastal.world import EXPORTED_AT, Row, Table, World, day, dollars, money

COLUMNS = (
    "Invoice No", "Booking No", "Customer ID", "Issue Date", "Due Date", "Status", "Subtotal", "GST", "Total", "Paid",
    "Balance",
)  # fmt: skip
LINE_COLUMNS = (
    "Invoice No", "Line", "Service ID", "Option", "Description", "Qty", "Unit Price", "Discount %", "GST %", "Amount",
    "Account",
)  # fmt: skip
UNKNOWN_CUSTOMER = "9997"
TODAY = EXPORTED_AT.date()

# What is special about some invoices; `payments` acts on the same words.
OFF_BY_FIVE = "off by five cents"
NO_LINES = "no lines"
UNKNOWN = "unknown customer"
ROUNDING = "rounding"
HALF_CENT = "half a cent"
GST_FREE = "GST-free line"
OVERPAID = "overpaid, refunded"
REFUNDED = "refunded in full"
DEPOSIT_THEN_REST = "deposit, then the rest"
DEPOSIT_ONLY = "deposit only"
FAILED = "failed payment"
PENDING = "pending payment"
VOID_PAID = "payment on a void invoice"
THREE_PARTS = "paid in three parts"


@dataclass
class Invoice:
    """One invoice while it is made; `row` and `number` are given once all are sorted by date."""

    customer: str
    booking: Row | None
    issued: date
    due: date
    status: str
    lines: list[Line]
    special: str = ""
    header: Sums | None = None
    row: Row = field(default_factory=dict)

    @property
    def sums(self) -> Sums:
        return self.header or sums(self.lines)

    @property
    def total(self) -> int:
        """Return the cents that the export shows as Total."""
        return self.sums.total + (5 if self.special == OFF_BY_FIVE else 0)


def build_invoices(world: World) -> list[Invoice]:
    """Fill invoices and their lines, and return the invoices for the payments to be made on them."""
    table = world.table(Table("invoice", "invoices.csv", COLUMNS, ("Invoice No",)))
    items = world.table(Table("invoice_item", "invoice_items.csv", LINE_COLUMNS, ("Invoice No", "Line")))
    planted = {remark.row["Booking No"] for remark in world.remarks if remark.object == "booking" and remark.row}
    clean = [row for row in world.rows("booking") if row["Booking No"] not in planted or row["Status"] == "Invoiced"]
    invoices = [_of_booking(world, row) for row in clean if row["Status"] == "Invoiced"]
    invoices += _drafts_and_voids(world, clean) + _without_booking(world)
    depot = next(row for row in world.rows("customer") if row["Business Name"] == DEPOT)["Customer ID"]
    _make_special(invoices, depot)
    invoices.sort(key=lambda invoice: (invoice.issued, invoice.customer))
    for number, invoice in enumerate(invoices, start=31001):
        invoice.row |= {
            "Invoice No": f"INV-{number}",
            "Booking No": invoice.booking["Booking No"] if invoice.booking else "",
            "Customer ID": invoice.customer,
            "Issue Date": day(invoice.issued),
            "Due Date": day(invoice.due),
            "Status": invoice.status,
            "Subtotal": dollars(invoice.sums.subtotal),
            "GST": dollars(invoice.sums.gst),
            "Total": dollars(invoice.total),
        }
        table.rows.append(invoice.row)
        for place, line in enumerate(invoice.lines, start=1):
            values = (
                f"INV-{number}", place, line.service, line.option, line.description, line.quantity, money(line.price),
                line.discount, line.gst_percent, money(line.amount), line.account,
            )  # fmt: skip
            _remark_line(world, line, items.add(values))
        _remark(world, invoice)
    return invoices


def _of_booking(world: World, booking: Row) -> Invoice:
    dice = world.dice
    lines = lines_of_booking(booking, discount=dice.pick((0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 10)))
    if "SV-09" not in (line.service for line in lines) and dice.chance(0.4):
        lines.append(service_line("SV-09", halves=dice.pick((2, 3, 3, 5))))
    issued = booking["_end"].date() + timedelta(days=dice.whole(0, 2))
    due = issued + timedelta(days=dice.pick((14, 14, 30)))
    if due >= TODAY:
        status = "Open" if dice.chance(0.85) else "Closed"
    elif issued >= date(2026, 5, 1):
        status = "Overdue" if dice.chance(0.42) else "Closed"
    else:
        status = "Closed"
    return Invoice(booking["Customer ID"], booking, issued, due, status, lines)


def _drafts_and_voids(world: World, clean: list[Row]) -> list[Invoice]:
    done = [row for row in clean if row["Status"] == "Completed"]
    recent = sorted(done, key=lambda row: row["_end"])[-6:]
    cancelled = [row for row in clean if row["Status"] == "Cancelled"]
    invoices = []
    for booking in [*recent, *world.dice.take(cancelled, 4)]:
        issued = booking["_end"].date()
        status = "Draft" if booking in recent else "Void"
        lines = lines_of_booking(booking)
        invoices.append(Invoice(booking["Customer ID"], booking, issued, issued + timedelta(days=14), status, lines))
    return invoices


def _without_booking(world: World) -> list[Invoice]:
    """Return one invoice for each of four hotels, and one for a customer who does not exist."""
    sites = [row for row in world.rows("customer") if row["Business Name"].endswith("(Moonwrack Hotels)")]
    customers = [row["Customer ID"] for row in sites[:4]] + [UNKNOWN_CUSTOMER]
    invoices = []
    for number, customer in enumerate(customers):
        issued = date(2026, 5 + number, 28)
        lines = [service_line("SV-08", halves=4), service_line("SV-13", halves=8, discount=5)]
        status = "Closed" if number < 4 else "Overdue"
        invoices.append(Invoice(customer, None, issued, issued + timedelta(days=30), status, lines))
    invoices[-1].special = UNKNOWN
    return invoices


def _make_special(invoices: list[Invoice], depot: str) -> None:
    """Choose ordinary invoices, far apart, and give each its peculiarity."""

    def free(status: str) -> list[Invoice]:
        return [
            other
            for other in sorted(invoices, key=lambda invoice: invoice.issued)
            if other.status == status and not other.special and other.booking and other.customer != depot
        ]

    wanted = (OFF_BY_FIVE, ROUNDING, HALF_CENT, GST_FREE, OVERPAID, REFUNDED, DEPOSIT_THEN_REST, THREE_PARTS)
    closed = free("Closed")
    for place, special in enumerate(wanted, start=1):
        closed[place * 11].special = special
    for special, status in ((DEPOSIT_ONLY, "Open"), (PENDING, "Open"), (FAILED, "Overdue"), (NO_LINES, "Draft")):
        free(status)[1].special = special
    free("Void")[0].special = VOID_PAID
    for invoice in invoices:
        if invoice.special == NO_LINES:
            invoice.lines, invoice.header = [], Sums(100_00, 10_00)
        if invoice.special == REFUNDED:
            invoice.status = "Overdue"
        invoice.lines += _added_lines(invoice.special)


def _added_lines(special: str) -> list[Line]:
    refill = Line("", "", "Hand soap refill", 44_95, odd_cents=True)
    if special == HALF_CENT:
        return [refill]
    if special == ROUNDING:
        return [refill, Line("", "", "Bin liners", 24_95, odd_cents=True)]
    if special == GST_FREE:
        return [Line("", "", "Council tip fee, at cost", 61_30, gst_percent=0, account=RECOVERED)]
    return []


def _remark_line(world: World, line: Line, row: Row) -> None:
    if line.gst_percent == 0:
        world.odd("invoice_item", row, "GST %", what="a line without GST", outcome="GST-free tax")
    if line.halves == 3 and not any(remark.column == "Qty" for remark in world.remarks):
        world.odd("invoice_item", row, "Qty", what="the first of many half hours", outcome="1.5")


def _remark(world: World, invoice: Invoice) -> None:
    row = invoice.row
    if invoice.special == OFF_BY_FIVE:
        note = f"the lines come to {dollars(invoice.sums.total)}; it was paid as shown, so 0.05 stay with the customer"
        world.plant("invoice", row, "Total", problem="total 0.05 above its lines", outcome="difference", note=note)
    if invoice.special == ROUNDING:
        note = "0.01 less in Odoo where GST is rounded once per tax (Odoo 19's default); none where per line"
        for column in ("GST", "Total"):
            problem = "GST rounded line by line"
            world.plant("invoice", row, column, problem=problem, outcome="difference", note=note)
    if invoice.special == NO_LINES:
        for column in ("Subtotal", "GST", "Total", "Balance"):
            note = "a draft: it becomes a draft of 0.00"
            world.plant("invoice", row, column, problem="no lines", outcome="difference", note=note)
    if invoice.special == UNKNOWN:
        problem = f"customer {UNKNOWN_CUSTOMER} is not in customers.csv"
        world.plant("invoice", row, "Customer ID", problem=problem, outcome="held", note="with its lines and payment")
    if invoice.special == HALF_CENT:
        world.odd("invoice", row, "GST", what="GST of half a cent on one line", outcome="rounded up, both ways alike")
