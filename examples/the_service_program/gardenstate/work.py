"""Work orders with their lines, notes and time logs, and the custom fields that the office defined for them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from gardenstate.people import TECHNICIANS
from gardenstate.world import COMPANY, Report, Row, World

FIELDS = (
    # work-order type(s), level, name, label, type, choices, column
    ("Pool Service", "Work Order", "pool_gallons", "Pool volume (gallons)", "Number", "", "UDF_PoolGallons"),
    ("Pool Service", "Work Order", "sanitizer", "Sanitizer", "List", "Chlorine; Salt; Bromine", "UDF_Sanitizer"),
    ("HVAC", "Work Order", "refrigerant", "Refrigerant", "List", "R-22; R-410A; R-32", "UDF_Refrigerant"),
    ("HVAC", "Work Order", "warranty_claim", "Warranty claim no.", "Text", "", "UDF_WarrantyClaim"),
    ("Irrigation", "Work Order", "backflow_due", "Backflow test due", "Date", "", "UDF_BackflowDue"),
    ("HVAC; Pool Service", "Line", "reading", "Meter reading", "Number", "", "UDF_Reading"),
    ("Irrigation", "Line", "zone", "Zone", "Text", "", "UDF_Zone"),
    ("HVAC", "Work Order", "site_photo", "Site photo", "Image", "", "UDF_SitePhoto"),
)
_JOBS: dict[str, tuple[tuple[str, str, str, int], ...]] = {
    # line type, item, description, rate in cents (what quarters of an hour keep whole)
    "Pool Service": (
        ("Service", "POOL-CLEAN", "Vacuum, brush and balance the pool", 14500),
        ("Labor", "LAB-POOL", "Labor: pump room", 9600),
        ("Material", "CHEM-TRI", 'Trichlor tablets 3", 25 lb', 11999),
        ("Material", "FLT-CART", "Filter cartridge 120 sq ft", 8950),
    ),
    "HVAC": (
        ("Service", "HVAC-TUNE", "Seasonal tune-up, one system", 18900),
        ("Labor", "LAB-HVAC", "Labor: diagnosis and repair", 12800),
        ("Material", "CAP-45", "Run capacitor 45/5 µF", 3475),
        ("Material", "R410A", "Refrigerant R-410A, per lb", 6200),
    ),
    "Irrigation": (
        ("Service", "IRR-OPEN", "Spring opening, up to 8 zones", 16500),
        ("Labor", "LAB-IRR", "Labor: line repair", 8800),
        ("Material", "HEAD-4", 'Pop-up head 4"', 1825),
    ),
}
_STATUS = ("Open", "Scheduled", "Completed", "Invoiced", "Invoiced", "Invoiced")
_LINE = {
    "Open": ("Pending",),
    "Scheduled": ("Pending", "In Progress"),
    "Completed": ("Done", "Done", "Cancelled"),
    "Invoiced": ("Done",),
}
_TEXTS = (
    "Customer says the pump is loud at night.", "Left a door tag; nobody home.", "Pressure 22 psi -> 14 psi after backwash.",
    "Needs a follow-up quote for the heater", "Used last cartridge from truck 4.\r\nReorder!", "Paid the tech $20 cash <refunded>",
)  # fmt: skip


def build_work(world: World) -> None:
    _definitions(world)
    _orders(world)
    _notes(world)
    _time_logs(world)


def _definitions(world: World) -> None:
    columns = ("WOType", "Level", "FieldName", "Label", "Type", "Choices", "Column")
    table = world.table("custom_field", Report("Custom Field Definitions.csv"), columns, ("Level", "FieldName"))
    for definition in FIELDS:
        row = table.add(*definition)
        if definition[4] == "Image":
            world.plant(
                "custom_field",
                row,
                "Type",
                "field of type Image",
                "listed",
                "no field of Odoo is filled from a file name",
            )


def _orders(world: World) -> None:
    columns = (
        "WorkOrderNo", "CustomerID", "LocationID", "WOType", "Status", "Priority", "Description", "ScheduledDate", "ScheduledTime",
        "DateCreated", "DateClosed", "DateModified", "InvoiceNo", "PONumber",
        *(f[6] for f in FIELDS if f[1] == "Work Order"),
    )  # fmt: skip
    titles = (COMPANY, "Work Orders", "Date range: 01/01/2025 - 10/31/2026    All technicians, all types")
    orders = world.table("work_order", Report("Work Orders.xlsx", titles=titles, page=50), columns, ("WorkOrderNo",))
    detail = (
        "WorkOrderNo", "LineNo", "LineType", "ItemCode", "Description", "Qty", "Rate", "Amount", "Taxable", "Technician", "Hours",
        "LineStatus", *(f[6] for f in FIELDS if f[1] == "Line"),
    )  # fmt: skip
    titles = (COMPANY, "Work Order Detail by Work Order", "Date range: 01/01/2025 - 10/31/2026")
    report = Report("Work Order Detail.xls", titles=titles, group="WorkOrderNo", sums=("Qty", "Amount"))
    lines = world.table("work_order_line", report, detail, ("WorkOrderNo", "LineNo"))
    dice = world.dice
    places = [row for row in world.rows("service_location") if row["LocationID"] != "L2900"]
    for number in range(150):
        place, kind = dice.pick(places), dice.pick(tuple(_JOBS))
        status = dice.pick(_STATUS)
        made = datetime.combine(dice.day(), datetime.min.time()) + timedelta(hours=8, minutes=dice.whole(0, 540))
        scheduled = made.date() + timedelta(days=dice.whole(1, 12)) if status != "Open" else None
        closed = None
        if status in ("Completed", "Invoiced") and scheduled:
            closed = datetime.combine(scheduled, datetime.min.time()) + timedelta(hours=15, minutes=dice.whole(0, 119))
        custom = _order_fields(world, kind, made.date())
        row = orders.add(
            f"WO-{25001 + number}", place["CustomerID"], place["LocationID"], kind, status,
            dice.pick(("Normal", "Normal", "High", "Low")),
            dice.pick(("Weekly service", "No cooling", "Leak at the skid", "Opening", "Annual maintenance")),
            scheduled, dice.pick(("", "8:00 AM", "10:30 AM", "1:00 PM")) if scheduled else "",
            made, closed, closed or made, "", f"PO {dice.whole(1000, 9999)}" if dice.chance(0.2) else "", *custom,
        )  # fmt: skip
        _lines(world, row, kind)
    _odd_orders(world, orders.rows, lines.rows)


def _order_fields(world: World, kind: str, made: date) -> list[Any]:
    dice = world.dice
    values: dict[str, Any] = {
        "UDF_PoolGallons": dice.whole(80, 400) * 100, "UDF_Sanitizer": dice.pick(("Chlorine", "Salt", "Bromine")),
        "UDF_Refrigerant": dice.pick(("R-22", "R-410A", "R-32")), "UDF_WarrantyClaim": f"0{dice.whole(10000, 99999)}",
        "UDF_BackflowDue": made + timedelta(days=dice.whole(100, 400)), "UDF_SitePhoto": f"IMG_{dice.whole(1000, 9999)}.JPG",
    }  # fmt: skip
    kept = dice.chance(0.8)
    return [values[f[6]] if kind in f[0] and kept else "" for f in FIELDS if f[1] == "Work Order"]


def _lines(world: World, order: Row, kind: str) -> None:
    dice, table = world.dice, world.tables["work_order_line"]
    jobs = _JOBS[kind]
    for number in range(1, dice.whole(2, 4)):
        line_type, item, text, rate = jobs[0] if number == 1 else dice.pick(jobs[1:])
        quarters = dice.whole(2, 18) if line_type == "Labor" else 4 * dice.whole(1, 3) if line_type == "Material" else 4
        # The technicians with an e-mail address and still there do most of the work.
        technician = "" if line_type == "Material" and dice.chance(0.5) else dice.pick(TECHNICIANS)[0]
        reading = dice.whole(100, 9999) / 10 if kind in FIELDS[5][0] and dice.chance(0.4) else ""
        zone = f"Z{dice.whole(1, 8)}" if kind == "Irrigation" and dice.chance(0.7) else ""
        table.add(
            order["WorkOrderNo"], number, line_type, item, text, quarters / 4, rate / 100, quarters * rate / 400,
            "Yes" if line_type == "Material" else "No", technician, quarters / 4 if line_type == "Labor" else "",
            dice.pick(_LINE[order["Status"]]), reading, zone,
        )  # fmt: skip


def _odd_orders(world: World, orders: list[Row], lines: list[Row]) -> None:
    blank = dict.fromkeys(FIELDS[5][6:] + FIELDS[6][6:], "")
    orders[11]["Status"] = "On Hold"
    world.plant("work_order", orders[11], "Status", "a status that the map does not know", "quarantined")
    orders[12]["CustomerID"] = "888888"
    world.plant("work_order", orders[12], "CustomerID", "customer 888888 is not in the export", "held")
    orders[13]["LocationID"] = "L2999"
    world.plant("work_order", orders[13], "LocationID", "location L2999 is not in the export", "held")
    orders[14]["DateCreated"] = "13/45/2025"
    world.plant("work_order", orders[14], "DateCreated", "a date that does not exist", "quarantined")
    orders[15]["Status"] = "in-progress"
    orders[15]["Status"] = "COMPLETED"  # spelt otherwise, but the same
    first = next(line for line in lines if line["WorkOrderNo"] == orders[30]["WorkOrderNo"])
    first["Technician"] = "T99"
    world.plant("work_order_line", first, "Technician", "technician T99 is not in the export", "held")
    first = next(line for line in lines if line["WorkOrderNo"] == orders[32]["WorkOrderNo"])
    first["LineStatus"] = "Waiting on parts"
    world.plant("work_order_line", first, "LineStatus", "a line status that the map does not know", "quarantined")
    lost = world.tables["work_order_line"].add(
        "WO-24990",
        1,
        "Labor",
        "LAB-POOL",
        "Labor: pump room",
        1.0,
        96.0,
        96.0,
        "No",
        "T01",
        1.0,
        "Done",
        *blank.values(),
    )
    world.plant("work_order_line", lost, "WorkOrderNo", "work order WO-24990 is not in the export", "held")
    bare = {
        **orders[40],
        "WorkOrderNo": "WO-25900",
        "Description": "Call back, nothing entered yet",
        "Status": "Open",
        "DateClosed": None,
    }
    bare["ScheduledDate"], bare["ScheduledTime"], bare["InvoiceNo"] = None, "", ""
    world.rows("work_order").append(bare)


def _notes(world: World) -> None:
    columns = ("NoteID", "WorkOrderNo", "LineNo", "NoteDate", "Author", "Note")
    table = world.table("note", Report("Work Order Notes.csv", encoding="utf-8-sig"), columns, ("NoteID",))
    dice = world.dice
    orders = world.rows("work_order")
    counts: dict[str, int] = {}
    for line in world.rows("work_order_line"):
        counts[line["WorkOrderNo"]] = max(counts.get(line["WorkOrderNo"], 0), line["LineNo"])
    for number in range(1, 141):
        order = orders[-1] if number == 140 else dice.pick(orders[:-1])
        made = order["DateCreated"] if isinstance(order["DateCreated"], datetime) else datetime(2025, 5, 5, 9, 0)
        when = made + timedelta(days=dice.whole(0, 6), minutes=dice.whole(1, 400))
        author = dice.pick([name for _, name, *_ in TECHNICIANS])
        last = counts.get(order["WorkOrderNo"], 0)
        line = dice.whole(1, last) if last and dice.chance(0.5) else ""
        row = table.add(f"N{number:04d}", order["WorkOrderNo"], line, when, author, dice.pick(_TEXTS))
        if number % 35 == 0:
            row["Author"] = "Front desk"
            world.plant(
                "note", row, "Author", "an author who is no technician", "listed", "kept as text; no contact is linked"
            )
    lost = table.add("N0990", "WO-24991", "", datetime(2025, 3, 14, 16, 20), "Priya Raman", "Archived order")
    world.plant("note", lost, "WorkOrderNo", "work order WO-24991 is not in the export", "held")


def _time_logs(world: World) -> None:
    columns = ("LogID", "TechID", "WorkOrderNo", "TimeIn", "TimeOut", "Hours")
    report = Report("Time Logs.csv", titles=(COMPANY, "Technician Time Logs"), sums=("Hours",))
    table = world.table("time_log", report, columns, ("LogID",))
    dice = world.dice
    orders = {row["WorkOrderNo"]: row for row in world.rows("work_order")}
    for line in world.rows("work_order_line"):
        order = orders.get(line["WorkOrderNo"])
        if line["LineType"] != "Labor" or not line["Technician"] or order is None or not order["ScheduledDate"]:
            continue
        start = datetime.combine(order["ScheduledDate"], datetime.min.time()) + timedelta(
            hours=8, minutes=15 * dice.whole(0, 16)
        )
        end = start + timedelta(hours=line["Hours"])
        table.add(
            f"{len(table.rows) + 70001}", line["Technician"], order["WorkOrderNo"], start, end, f"{line['Hours']:.2f}"
        )
    lost = table.add(
        "79999",
        "T98",
        world.rows("work_order")[2]["WorkOrderNo"],
        datetime(2025, 6, 3, 9),
        datetime(2025, 6, 3, 10),
        "1.00",
    )
    world.plant("time_log", lost, "TechID", "technician T98 is not in the export", "held")
