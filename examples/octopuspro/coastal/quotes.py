"""Fifty quotes and their lines."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from coastal.billing import RECOVERED, Line, lines_of_booking, service_line, sums
from coastal.bookings import DEPOT
from coastal.catalogue import SERVICE
from coastal.world import EXPORTED_AT, FIRST_DAY, Row, Table, World, day, money

COLUMNS = ("Quote No", "Customer ID", "Booking No", "Status", "Created", "Valid Until", "Subtotal", "GST", "Total")
LINE_COLUMNS = ("Quote No", "Line", "Service ID", "Option", "Description", "Qty", "Unit Price", "GST", "Amount")
PLAN = (("Draft", 8), ("Sent", 12), ("Accepted", 15), ("Rejected", 8), ("Expired", 6))
CHOICES = ("SV-02", "SV-03", "SV-05", "SV-07", "SV-10", "SV-11", "SV-13")


def build_quotes(world: World) -> None:
    """Fill quotes and quote lines, oldest first."""
    quotes = world.table(Table("quote", "quotes.csv", COLUMNS, ("Quote No",)))
    items = world.table(Table("quote_item", "quote_items.csv", LINE_COLUMNS, ("Quote No", "Line")))
    untouched = _untouched_bookings(world)
    drafts = [_draft(world, status, untouched) for status, count in PLAN for _ in range(count)]
    depot = next(row for row in world.rows("customer") if row["Business Name"] == DEPOT)
    booking = next(row for row in world.rows("booking") if row["Customer ID"] == depot["Customer ID"])
    drafts.append(_of_booking(world, "Accepted", booking))
    drafts.sort(key=lambda draft: draft[1])
    permit = Line("", "", "Council skip permit, at cost", 88_00, gst_percent=0, account=RECOVERED)
    drafts[21][2].append(permit)
    for number, (row, created, lines) in enumerate(drafts, start=1001):
        total = sums(lines)
        row |= {
            "Quote No": f"QU-{number}",
            "Created": day(created),
            "Subtotal": money(total.subtotal),
            "GST": money(total.gst),
            "Total": money(total.total),
        }
        quotes.rows.append({column: row[column] for column in COLUMNS})
        for place, line in enumerate(lines, start=1):
            values = (
                row["Quote No"], place, line.service, line.option, line.description, line.quantity, money(line.price),
                f"{line.gst_percent}%", money(line.amount),
            )  # fmt: skip
            item = items.add(values)
            if line is permit:
                world.odd("quote_item", item, "GST", what="a line without GST", outcome="GST-free tax")


Draft = tuple[Row, date, list[Line]]


def _draft(world: World, status: str, untouched: dict[str, list[Row]]) -> Draft:
    dice = world.dice
    if status == "Sent":
        return _of_booking(world, status, untouched["Quoted"].pop())
    if status == "Accepted":
        return _of_booking(world, status, untouched["Done"].pop(dice.whole(0, len(untouched["Done"]) - 1)))
    if status == "Draft":
        created = EXPORTED_AT.date() - timedelta(days=dice.whole(1, 20))
    else:
        created = FIRST_DAY + timedelta(days=dice.whole(0, 650))
    customer = dice.pick([row for row in untouched["Customers"] if _joined(row) <= created])
    lines = []
    for name in dice.take(CHOICES, dice.pick((1, 1, 2, 2, 3))):
        options = [option for _, option, _ in SERVICE[name].options]
        lines.append(service_line(name, dice.pick(options) if options else ""))
    row = {"Customer ID": customer["Customer ID"], "Booking No": "", "Status": status}
    return row | {"Valid Until": day(created + timedelta(days=30))}, created, lines


def _of_booking(world: World, status: str, booking: Row) -> Draft:
    created = booking["_created"].date()
    lines = lines_of_booking(booking)
    if booking["Service ID"] != "SV-12" and world.dice.chance(0.4) and "SV-12" not in booking.get("_extras", ()):
        lines.append(service_line("SV-12"))
    row = {"Customer ID": booking["Customer ID"], "Booking No": booking["Booking No"], "Status": status}
    return row | {"Valid Until": day(created + timedelta(days=30))}, created, lines


def _joined(customer: Row) -> date:
    return datetime.strptime(customer["Date Joined"], "%d/%m/%Y").date()


def _untouched_bookings(world: World) -> dict[str, list[Row]]:
    """Return bookings and customers in which nothing is planted, by what a quote may do with them."""
    planted = {remark.row["Booking No"] for remark in world.remarks if remark.object == "booking" and remark.row}
    odd_customers = {id(remark.row) for remark in world.remarks if remark.object == "customer"}
    bookings = [row for row in world.rows("booking") if row["Booking No"] not in planted]
    depot = next(row for row in world.rows("customer") if row["Business Name"] == DEPOT)["Customer ID"]
    return {
        "Quoted": [row for row in bookings if row["Status"] == "Quoted"],
        "Done": [row for row in bookings if row["Status"] == "Invoiced" and row["Customer ID"] != depot],
        "Customers": [
            row
            for row in world.rows("customer")
            if id(row) not in odd_customers and not row["Business Name"].startswith("Currawong")
        ],
    }
