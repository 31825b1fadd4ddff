"""What the office keeps: invoices as QuickBooks has them, estimates, and what stays behind."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from gardenstate.people import place_for
from gardenstate.world import COMPANY, Report, Row, World, dollars

RATES = {"NJ": Decimal("6.625"), "PA": Decimal("6"), "NY": Decimal("8.875")}
_RULES = (
    ("R1", "Dispatch rule", "New HVAC work order in Hudson county", "Assign to Dwayne Carter, else to who is on call"),
    ("R2", "Reminder", "Day before the scheduled date, 4 pm", "Text the customer the arrival window"),
    ("R3", "Status rule", "All lines are done", "Set the work order to Completed and tell the office"),
    ("R4", "Invoice rule", "Work order becomes Completed", "Make the invoice and send it to QuickBooks"),
    ("R5", "Escalation", "High priority, open for more than 4 hours", "Mail the service manager"),
    ("R6", "Schedule rule", "First of the month", "Make work orders from recurring schedules for 30 days"),
)
_SETTINGS = (
    ("company_file", "GardenState.QBW"), ("sync_direction", "TSP to QuickBooks"), ("sync_invoices", "on completion"),
    ("sync_customers", "both ways"), ("default_income_account", "Service Income"), ("qb_version", "Desktop Enterprise 2022"),
)  # fmt: skip


def build_office(world: World) -> None:
    _invoices(world)
    _estimates(world)
    _left_behind(world)


def _invoices(world: World) -> None:
    columns = (
        "InvoiceNo", "WorkOrderNo", "CustomerID", "InvoiceDate", "DueDate", "TaxItem", "TaxRate", "SubTotal", "Tax", "Total",
        "AmountPaid", "LastPaid", "Balance", "QBTxnID", "QBRefNumber",
    )  # fmt: skip
    titles = (COMPANY, "Invoice Register (QuickBooks)", "Invoice date from 01/01/2025 to 10/31/2026")
    report = Report(
        "Invoice Register.csv", titles=titles, page=60, sums=("SubTotal", "Tax", "Total", "AmountPaid", "Balance")
    )
    register = world.table("invoice", report, columns, ("InvoiceNo",))
    titles = (COMPANY, "Invoice Detail by Invoice")
    detail = ("InvoiceNo", "LineNo", "ItemCode", "Description", "Qty", "Rate", "Amount", "Taxable")
    lines = world.table(
        "invoice_line",
        Report("Invoice Detail.xlsx", titles=titles, group="InvoiceNo", sums=("Amount",)),
        detail,
        ("InvoiceNo", "LineNo"),
    )
    places = {row["LocationID"]: row for row in world.rows("service_location")}
    by_order: dict[str, list[Row]] = {}
    for line in world.rows("work_order_line"):
        by_order.setdefault(line["WorkOrderNo"], []).append(line)
    for order in world.rows("work_order"):
        place = places.get(order["LocationID"])
        if order["Status"] != "Invoiced" or not isinstance(order["DateClosed"], datetime) or place is None:
            continue
        number = f"{len(register.rows) + 10441}"
        order["InvoiceNo"] = number
        billed = by_order[order["WorkOrderNo"]]
        for index, line in enumerate(billed, 1):
            lines.add(
                number,
                index,
                line["ItemCode"],
                line["Description"],
                line["Qty"],
                line["Rate"],
                line["Amount"],
                line["Taxable"],
            )
        _register(world, order, number, state=place["State"], billed=billed)
    _odd_invoices(world, register.rows, lines.rows)


def _register(world: World, order: Row, number: str, *, state: str, billed: list[Row]) -> None:
    rate = RATES[state]
    net = sum(_cents(line["Amount"]) for line in billed)
    taxable = sum(_cents(line["Amount"]) for line in billed if line["Taxable"] == "Yes")
    tax = int((Decimal(taxable) * rate / 100).quantize(Decimal(1), ROUND_HALF_UP))
    issued = order["DateClosed"].date() + timedelta(days=1)
    total = net + tax
    chance = world.dice.whole(1, 10)
    paid = total if chance <= 7 else total // 2 if chance == 8 else 0
    when = issued + timedelta(days=world.dice.whole(2, 40)) if paid else None
    world.tables["invoice"].add(
        number, order["WorkOrderNo"], order["CustomerID"], issued, issued + timedelta(days=30), f"{place_for(state)[1]} sales tax",
        f"{rate:f}%", dollars(net), dollars(tax), dollars(total), dollars(paid), when, dollars(total - paid),
        f"{0x1A00 + int(number):X}-{1700000000 + int(number)}", f"QB{int(number) + 3000:06d}",
    )  # fmt: skip


def _cents(value: float) -> int:
    return round(value * 100)


def _odd_invoices(world: World, rows: list[Row], lines: list[Row]) -> None:
    order_of = {row["WorkOrderNo"]: row for row in world.rows("work_order")}
    good = [
        r for r in rows if (o := order_of[r["WorkOrderNo"]])["Status"] == "Invoiced" and o["CustomerID"] != "888888"
    ]
    first = next(line for line in lines if line["InvoiceNo"] == good[20]["InvoiceNo"])
    first["Qty"] = "two"
    world.plant("invoice_line", first, "Qty", "a quantity in words", "quarantined")
    world.plant("invoice", good[20], "InvoiceNo", "one of its lines cannot be read", "quarantined", kind="follows")
    wrong = good[25]
    wrong["Total"] = dollars(_printed_cents(wrong["Total"]) + 5)
    wrong["Balance"] = dollars(_printed_cents(wrong["Balance"]) + 5)
    world.plant("invoice", wrong, "Total", "0.05 above the sum of its lines", "difference")
    world.plant("invoice", wrong, "Balance", "0.05 above the sum of its lines less what was paid", "difference")
    gone = good[28]
    gone["WorkOrderNo"] = "WO-23015"
    world.plant(
        "invoice",
        gone,
        "WorkOrderNo",
        "its work order is not in the export any more",
        "listed",
        "migrates without the link",
    )
    for row in rows:
        if row["CustomerID"] == "888888":
            world.plant("invoice", row, "CustomerID", "customer 888888 is not in the export", "held")
    lost = world.tables["invoice"].add(
        "10900", "", "777777", date(2025, 4, 2), date(2025, 5, 2), "NJ sales tax", "6.625%", "$96.00", "$0.00", "$96.00",
        "$0.00", None, "$96.00", "8A00-1700010900", "QB013900",
    )  # fmt: skip
    world.tables["invoice_line"].add("10900", 1, "LAB-POOL", "Labor: pump room", 1.0, 96.0, 96.0, "No")
    world.plant("invoice", lost, "CustomerID", "customer 777777 is not in the export", "held")


def _printed_cents(text: str) -> int:
    return int(Decimal(text.replace("$", "").replace(",", "")) * 100)


def _estimates(world: World) -> None:
    columns = (
        "EstimateNo", "CustomerID", "ProspectName", "ContactName", "Phone", "Email", "City", "State", "EstDate", "Amount", "Status",
        "Description", "WorkOrderNo",
    )  # fmt: skip
    table = world.table("estimate", Report("Estimates.csv", separator=";"), columns, ("EstimateNo",))
    dice = world.dice
    customers = [row for row in world.rows("customer")[:60] if row["CustomerType"] != "Prospect"]
    for number in range(1, 41):
        status = ("Sent", "Sent", "Accepted", "Declined")[number % 4]
        known = dice.pick(customers) if dice.chance(0.4) or status == "Accepted" else None
        name = (
            known["CustomerName"]
            if known
            else f"Prospect {dice.pick(('Diner', 'Condo Assoc.', 'Family', 'Marina'))} {number}"
        )
        row = table.add(
            f"E-{number + 5000}", known["CustomerID"] if known else "", name, f"Pat Lead {number}",
            f"(856) 555-{dice.whole(100, 199):04d}", f"lead{number}@example.net", dice.pick(("Camden", "Toms River")), "NJ",
            dice.day(), dollars(dice.whole(30000, 900000)), status, dice.pick(("Pool resurfacing", "New heat pump", "Drip zone")),
            dice.pick(world.rows("work_order")[60:])["WorkOrderNo"] if status == "Accepted" else "",
        )  # fmt: skip
        if status == "Accepted":
            world.plant(
                "estimate", row, "Status", "an accepted estimate", "excluded", "its work order is what migrates"
            )


def _left_behind(world: World) -> None:
    rules = world.table(
        "dispatch_rule",
        Report("Dispatch and Schedule Rules.csv"),
        ("RuleID", "Kind", "When", "Action", "Active"),
        ("RuleID",),
    )
    for rule in _RULES:
        rules.add(*rule, "Yes")
    settings = world.table(
        "quickbooks_setting", Report("QuickBooks Sync Settings.csv"), ("Setting", "Value"), ("Setting",)
    )
    for setting in _SETTINGS:
        settings.add(*setting)
    messages = world.table(
        "sms", Report("SMS Log.csv"), ("MessageID", "CustomerID", "SentAt", "Direction", "Text"), ("MessageID",)
    )
    customers = world.rows("customer")
    for number in range(60):
        when = datetime(2026, 3, 2, 8, 0) + timedelta(hours=19 * number)
        who = world.dice.pick(customers)["CustomerID"]
        messages.add(
            f"S{number:04d}",
            who,
            when,
            world.dice.pick(("out", "in")),
            world.dice.pick(("On our way", "OK", "Running late")),
        )
