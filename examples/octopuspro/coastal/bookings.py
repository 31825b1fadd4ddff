"""The bookings with their workers and extra services."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from coastal import people
from coastal.catalogue import LEFT_ON, SERVICE, SERVICES, WORKERS, options_of
from coastal.world import EXPORTED_AT, FIRST_DAY, Row, Table, World, half_up, moment, money

COLUMNS = (
    "Booking No", "Customer ID", "Title", "Service ID", "Option", "Status", "Start", "End", "Street", "Suburb", "State",
    "Postcode", "Total", "Description", "Cancel Reason", "Created", "Modified", "Extras", "Access Method", "Area m²",
    "Follow-up Date", "Parking", "Customer Sign-off", "Margin %",
)  # fmt: skip
UNKNOWN_CUSTOMER = "9998"
DEPOT = "Currawong Facilities – Depot 9"

# status, how many, days from FIRST_DAY (from, to) in which they start
PLAN = (
    ("Invoiced", 132, 0, 690),
    ("Invoiced", 22, 701, 722),
    ("Completed", 46, 30, 724),
    ("Cancelled", 28, 20, 720),
    ("Failed", 10, 60, 700),
    ("In Progress", 8, 725, 726),
    ("Confirmed", 30, 729, 742),
    ("Pending", 20, 729, 756),
    ("Quoted", 26, 729, 756),
)
CANCEL_REASONS = ("Customer moved away", "Price", "Rescheduled too often", "Weather", "Booked elsewhere")
FAIL_REASONS = ("Nobody home", "No access: wrong gate code")
EXTRA_SERVICES = ("SV-05", "SV-06", "SV-09", "SV-12")
DESCRIPTIONS = (
    "Please vacuum under the beds.\nLaundry door sticks.",
    "Two bathrooms.\r\nNo bleach on the stone bench.",
    "Front windows only, second floor needs the long pole",
    "Ring the bell; the intercom is broken.",
)


def build_bookings(world: World) -> None:
    """Fill bookings, booking workers and booking services, oldest creation first."""
    bookings = world.table(Table("booking", "bookings.csv", COLUMNS, ("Booking No",)))
    drafts = [
        _draft(world, status, FIRST_DAY + timedelta(days=world.dice.whole(first, last)))
        for status, count, first, last in PLAN
        for _ in range(count)
    ]
    drafts += [
        plant(world) for plant in (_no_customer, _unknown_customer, _impossible_date, _bad_total, _gap, _of_depot)
    ]
    drafts.sort(key=lambda row: row["_created"])
    for number, row in enumerate(drafts, start=20001):
        row["Booking No"] = f"BK-{number}"
    bookings.rows = drafts
    _plant_same_number(world, bookings)
    _note_oddities(world, bookings)
    _build_workers(world, bookings)
    _build_services(world, bookings)
    for row in bookings.rows:
        _finish(world, row)


def _draft(world: World, status: str, on: date, **given: str) -> Row:
    """Return one booking; keys beginning with "_" are for the generator and leave before the file is written."""
    dice = world.dice
    service = dice.pick([service for service in SERVICES if service.active or on < date(2025, 9, 1)])
    service = SERVICE[given.pop("service", service.id)]
    option = dice.pick([name for _, name, _ in service.options]) if service.options else ""
    start = datetime(on.year, on.month, on.day, dice.whole(7, 15), dice.pick((0, 15, 30, 45)))
    created = min(start - timedelta(days=dice.whole(2, 24)), EXPORTED_AT - timedelta(days=dice.whole(3, 9)))
    created = created.replace(hour=dice.whole(8, 17), minute=dice.whole(0, 59))
    end = start + timedelta(minutes=service.minutes)
    changed = end + timedelta(minutes=dice.whole(5, 90))
    if end > EXPORTED_AT - timedelta(days=1):
        changed = created + timedelta(minutes=dice.whole(3, 45))
    suburb, state, postcode, _ = dice.pick(people.WORK_PLACES)
    reasons = {"Cancelled": CANCEL_REASONS, "Failed": FAIL_REASONS}
    customer = _customer_since(world, created)
    row = dict.fromkeys(COLUMNS, "") | {
        "Customer ID": customer["Customer ID"],
        "Title": f"{service.name} – {suburb}",
        "Service ID": service.id,
        "Option": option,
        "Status": status,
        "Start": moment(start),
        "End": moment(end),
        "Street": f"{dice.whole(1, 220)} {dice.pick(people.STREETS)}",
        "Suburb": suburb,
        "State": state,
        "Postcode": postcode,
        "Description": dice.pick(DESCRIPTIONS) if dice.chance(0.35) else "",
        "Cancel Reason": dice.pick(reasons[status]) if status in reasons else "",
        "Created": moment(created),
        "Modified": moment(changed),
        "Extras": "; ".join(dice.take(options_of("Booking", "Extras"), dice.pick((0, 0, 0, 1, 2)))),
        "Access Method": dice.pick(options_of("Booking", "Access Method")),
        "Area m²": dice.pick(("", "", "85", "120.5", "240", "62.25")),
        "Parking": dice.pick(("", "", "", "Street, 2 h limit", "Visitor bay 4", "Driveway")),
        "Margin %": f"{dice.whole(180, 520) / 10}",
        "_created": created,
        "_start": start,
        "_end": end,
    }
    return row | given


def _customer_since(world: World, when: datetime) -> Row:
    """Return a customer who had joined by then and is none of the planted special cases."""
    planted = {id(remark.row) for remark in world.remarks if remark.outcome in ("held", "flagged")}
    usable = [
        row
        for row in world.rows("customer")
        if id(row) not in planted
        and not row["Business Name"].startswith("Currawong")
        and datetime.strptime(row["Date Joined"], "%d/%m/%Y") <= when
    ]
    return world.dice.pick(usable)


def _no_customer(world: World) -> Row:
    row = _draft(world, "Pending", date(2026, 11, 12), **{"Customer ID": ""})
    note = "migrates as an opportunity without a customer"
    world.plant("booking", row, "Customer ID", problem="no customer", outcome="listed", note=note)
    return row


def _unknown_customer(world: World) -> Row:
    row = _draft(world, "Confirmed", date(2026, 11, 10), **{"Customer ID": UNKNOWN_CUSTOMER})
    problem = f"customer {UNKNOWN_CUSTOMER} is not in customers.csv"
    world.plant("booking", row, "Customer ID", problem=problem, outcome="held", note="with its workers and notes")
    return row


def _impossible_date(world: World) -> Row:
    row = _draft(world, "Completed", date(2025, 3, 3), Start="31/02/2025 10:00 AM", End="03/03/2025 12:00 PM")
    world.plant("booking", row, "Start", problem="31/02/2025 is no date", outcome="quarantined")
    return row


def _bad_total(world: World) -> Row:
    row = _draft(world, "Completed", date(2025, 8, 19), Total="abc")
    world.plant("booking", row, "Total", problem="a total that is no number", outcome="quarantined")
    return row


def _gap(world: World) -> Row:
    when = {"Start": "05/10/2025 02:30 AM", "End": "05/10/2025 05:00 AM"}
    title = "After-hours flood clean-up – Manly"
    row = _draft(world, "Completed", date(2025, 10, 5), service="SV-07", Title=title, Suburb="Manly", **when)
    world.plant(
        "booking",
        row,
        "Start",
        problem="02:30 did not exist in Sydney on 05/10/2025",
        outcome="quarantined",
        note="clocks went from 02:00 to 03:00; a person says which hour was meant",
    )
    return row


def _of_depot(world: World) -> Row:
    depot = next(row for row in world.rows("customer") if row["Business Name"] == DEPOT)
    return _draft(world, "Invoiced", date(2026, 8, 17), service="SV-13", **{"Customer ID": depot["Customer ID"]})


def _plant_same_number(world: World, bookings: Table) -> None:
    """Give one booking a second time, later in the file, with another title."""
    first = next(row for row in bookings.rows[150:] if row["Status"] == "Completed" and row["_start"].year == 2026)
    again = first | {"Title": f"{first['Title']} (copy)", "Modified": "30/10/2026 04:41 PM"}
    bookings.rows.append(again)
    world.plant(
        "booking",
        again,
        "Booking No",
        problem="booking number used before",
        outcome="quarantined",
        note=f"the first row with {first['Booking No']} migrates, with its workers and notes",
    )


def _note_oddities(world: World, bookings: Table) -> None:
    started = next(row for row in bookings.rows if row["Status"] == "In Progress")
    started["Status"] = "in-progress"
    world.odd("booking", started, "Status", what="status spelt in-progress", outcome="In Progress")
    html = next(row for row in bookings.rows[60:] if row["Status"] == "Invoiced")
    html["Description"] = (
        "<p>Stairs are <b>slippery</b> &amp; steep.</p>\r\n<ul><li>Use the mat</li><li>Tools < 5 kg</li></ul>"
    )
    world.odd("booking", html, "Description", what="HTML, one bare < in it", outcome="the same text, safe markup")
    old = next(row for row in bookings.rows if row["Service ID"] == "SV-14")
    world.odd("booking", old, "Service ID", what="service no longer sold", outcome="linked to the archived product")


def _build_workers(world: World, bookings: Table) -> None:
    table = world.table(
        Table(
            "booking_fieldworker",
            "booking_fieldworkers.csv",
            ("Booking No", "Worker ID", "Role"),
            ("Booking No", "Worker ID"),
        )
    )
    field_staff = [worker[0] for worker in WORKERS if worker[0] != "FW-01"]
    for row in _first_rows(bookings):
        if row["Status"] in ("Quoted", "Pending", "Cancelled"):
            continue
        there = [name for name in field_staff if name not in LEFT_ON or row["_start"].date() <= LEFT_ON[name]]
        chosen = world.dice.take(there, world.dice.pick((1, 1, 1, 2)))
        for worker, role in zip(chosen, ("Lead", "Assistant"), strict=False):
            table.rows.append({"Booking No": row["Booking No"], "Worker ID": worker, "Role": role})


def _build_services(world: World, bookings: Table) -> None:
    table = world.table(
        Table(
            "booking_service",
            "booking_services.csv",
            ("Booking No", "Service ID", "Option", "Qty", "Unit Price"),
            ("Booking No", "Service ID"),
        )
    )
    for row in _first_rows(bookings):
        others = [name for name in EXTRA_SERVICES if name != row["Service ID"]]
        row["_extras"] = world.dice.take(others, world.dice.pick((0, 0, 0, 0, 0, 0, 0, 1, 1, 2)))
        for name in row["_extras"]:
            # Labour is sold by the half hour; everything else once.
            half_hours = world.dice.pick((2, 3, 4)) if name == "SV-09" else 2
            quantity = f"{half_hours / 2:g}"
            table.rows.append(
                {"Booking No": row["Booking No"], "Service ID": name, "Option": "", "Qty": quantity,
                 "Unit Price": money(SERVICE[name].price)}
            )  # fmt: skip
            row.setdefault("_halves", {})[name] = half_hours


def _first_rows(bookings: Table) -> list[Row]:
    return list({row["Booking No"]: row for row in reversed(bookings.rows)}.values())[::-1]


def _finish(world: World, row: Row) -> None:
    """Give a booking its total with GST, and what a finished visit leaves behind."""
    net = SERVICE[row["Service ID"]].price_of(row["Option"])
    for name in row.get("_extras", ()):
        net += SERVICE[name].price * row["_halves"][name] // 2
    row["Total"] = row["Total"] or money(net + half_up(net, 10))
    if row["Status"] in ("Completed", "Invoiced") and world.dice.chance(0.25):
        row["Follow-up Date"] = (row["_end"] + timedelta(days=world.dice.whole(20, 90))).strftime("%d/%m/%Y")
    if row["Status"] in ("Completed", "Invoiced") and world.dice.chance(0.08):
        row["Customer Sign-off"] = f"signature_{row['Booking No']}.png"
