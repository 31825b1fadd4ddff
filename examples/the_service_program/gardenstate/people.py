"""Technicians, customers and their service locations."""

from __future__ import annotations

from datetime import datetime, timedelta

from gardenstate.world import COMPANY, FIRST_DAY, Report, Row, World

TECHNICIANS = (
    # id, name, e-mail, certifications, active
    ("T01", "Marisol Vega", "marisol.vega@example.com", "EPA 608 Universal; CPO; OSHA 10", "Yes"),
    ("T02", "Dwayne Carter", "dwayne.carter@example.com", "EPA 608 Type II; NATE", "Yes"),
    ("T03", "Priya Raman", "priya.raman@example.com", "CPO; Backflow Tester", "Yes"),
    ("T04", "Sean O'Malley", "sean.omalley@example.com", "NJ Irrigation Contractor", "Yes"),
    ("T05", "Bartosz Kowalski", "bartosz.kowalski@example.com", "EPA 608 Universal; NATE; OSHA 30", "Yes"),
    ("T06", "Lucía Fernández", "lucia.fernandez@example.com", "CPO", "Yes"),
    ("T07", "Hank Brody", "hank.brody@example.com", "EPA 608 Type I", "No"),
    ("T08", "Grace Okafor", "", "", "Yes"),
)
_FIRST = ("Angela", "Robert", "Wei", "Tamika", "José", "Karen", "Dmitri", "Fatima", "Michael", "Renée", "Anil", "Beth")
_LAST = (
    "Moretti",
    "Washington",
    "Chen",
    "Johnson",
    "Núñez",
    "Schwartz",
    "Ivanov",
    "Haddad",
    "O'Brien",
    "Dubois",
    "Patel",
    "Kim",
)
_TRADES = ("Property Management", "HOA", "Swim Club", "Dental Group", "Diner", "Fitness", "Motor Lodge", "Day School")
_PLACES = (
    ("Hoboken", "NJ", "07030"), ("Jersey City", "NJ", "07302"), ("Princeton", "NJ", "08540"), ("Cherry Hill", "NJ", "08002"),
    ("Morristown", "NJ", "07960"), ("Bayonne", "NJ", "07002"), ("Easton", "PA", "18042"), ("Nyack", "NY", "10960"),
)  # fmt: skip
_STREETS = ("Ocean Ave", "Maple St", "Route 9 N", "Washington Blvd", "Old Mill Rd", "Harbor Dr", "Cedar Ln", "Grove St")


def build_people(world: World) -> None:
    _technicians(world)
    _customers(world)
    _locations(world)


def place_for(state: str) -> tuple[str, str, str]:
    return next(place for place in _PLACES if place[1] == state)


def _technicians(world: World) -> None:
    columns = ("TechID", "TechName", "Phone", "Email", "Certifications", "HireDate", "Active")
    table = world.table("technician", Report("Technicians.csv", encoding="utf-8-sig"), columns, ("TechID",))
    for number, (tech, name, email, certificates, active) in enumerate(TECHNICIANS):
        hired = FIRST_DAY - timedelta(days=400 + 97 * number)
        phone = f"(201) 555-01{number + 10:02d}"
        table.add(tech, name, phone, email, certificates, hired, active)
    world.plant(
        "technician", table.rows[-1], "Email", "no e-mail", "flagged", "becomes an employee; no user can be found"
    )


def _customers(world: World) -> None:
    columns = (
        "CustomerID", "CustomerName", "Company", "ContactName", "Phone", "AltPhone", "Email", "BillAddr1", "BillAddr2",
        "BillCity", "BillState", "BillZip", "CustomerType", "Terms", "Balance", "QBCustomerID", "QBFullName", "Active",
        "DateCreated", "DateModified", "Notes",
    )  # fmt: skip
    titles = (COMPANY, "Customer List", "All customers    Printed 11/02/2026 6:05 PM")
    report = Report("Customer List.xls", titles=titles, page=45, sums=("Balance",))
    table = world.table("customer", report, columns, ("CustomerID",))
    dice = world.dice
    for number in range(1, 121):
        business = number % 3 == 0
        first, last = dice.pick(_FIRST), dice.pick(_LAST)
        contact = f"{first} {last}"
        company = f"{dice.pick(_LAST)} {dice.pick(_TRADES)}" if business else ""
        name = company or f"{last}, {first}"
        city, state, zip_code = dice.pick(_PLACES)
        kind = dice.pick(("Commercial", "Property Manager")) if business else "Residential"
        if number > 112:
            kind = "Prospect"
        made = datetime(2023, 1, 9, 8, 30) + timedelta(days=dice.whole(0, 700), minutes=dice.whole(0, 500))
        mail = f"{first[0]}{last}{number}@example.com".lower().translate(str.maketrans("éñú'", "enu-"))
        balance = 0.0 if dice.chance(0.8) else dice.whole(2000, 90000) / 100
        table.add(
            f"{number * 7 + 400:06d}", name, company, contact,
            f"({dice.pick(('201', '609', '732'))}) 555-{dice.whole(100, 199):04d}",
            f"(908) 555-{dice.whole(100, 199):04d}" if dice.chance(0.3) else "", mail if dice.chance(0.93) else "",
            f"{dice.whole(1, 990)} {dice.pick(_STREETS)}", f"Suite {dice.whole(1, 40)}" if business else "", city, state, zip_code,
            kind, dice.pick(("Net 30", "Net 15", "Due on receipt")), balance,
            "" if kind == "Prospect" else f"{number + 37:05d}", "" if kind == "Prospect" else (company or contact),
            "No" if dice.chance(0.04) else "Yes", made, made + timedelta(days=dice.whole(0, 300), minutes=7),
            dice.pick(("", "", "", "Gate code 4471", "Dog in yard.\nCall first.", "Prefers mornings & texts <after 4 pm")),
        )  # fmt: skip
    _odd_customers(world, table.rows)


def _odd_customers(world: World, rows: list[Row]) -> None:
    same = rows[8]
    twin = {**same, "CustomerName": same["CustomerName"] + " (dup)"}
    rows.insert(64, twin)
    world.plant("customer", twin, "CustomerID", "a CustomerID that stands in an earlier row", "quarantined")
    rows[20]["BillState"] = "ZZ"
    world.plant("customer", rows[20], "BillState", "a state that does not exist", "quarantined")
    rows[30]["Email"] = rows[31]["Email"] = "office@example.org"
    for row in rows:
        if row is twin:
            continue
        if row["Email"] == "office@example.org":
            world.plant("customer", row, "Email", "an e-mail address of two customers", "flagged")
        elif not row["Email"] and row["CustomerType"] != "Prospect":
            world.plant("customer", row, "Email", "no e-mail", "flagged")


def _locations(world: World) -> None:
    columns = (
        "LocationID",
        "CustomerID",
        "LocationName",
        "Addr1",
        "City",
        "State",
        "Zip",
        "ContactName",
        "Phone",
        "Directions",
    )
    table = world.table(
        "service_location", Report("Service Locations.csv", encoding="cp1252"), columns, ("LocationID",)
    )
    dice = world.dice
    seen: set[str] = set()
    for customer in world.rows("customer"):
        if customer["CustomerType"] == "Prospect" or customer["CustomerID"] in seen:
            continue
        seen.add(customer["CustomerID"])
        for number in range(dice.whole(2, 4) if customer["Company"] else 1):
            city, state, zip_code = dice.pick(_PLACES)
            table.add(
                f"L{len(table.rows) + 2001}", customer["CustomerID"],
                dice.pick(("Main pool", "Clubhouse", "Building A", "Pump room", "Residence", "North lawn")) + f" {number + 1}",
                f"{dice.whole(1, 990)} {dice.pick(_STREETS)}", city, state, zip_code,
                f"{dice.pick(_FIRST)} {dice.pick(_LAST)}", f"(732) 555-{dice.whole(100, 199):04d}",
                dice.pick(("", "", "Behind the café, blue gate", "Park on the street", "Key under the planter\r\nAlarm 0042")),
            )  # fmt: skip
    lost = table.add("L2900", "999999", "Old marina", "1 Harbor Dr", "Bayonne", "NJ", "07002", "", "", "")
    world.plant("service_location", lost, "CustomerID", "customer 999999 is not in the export", "held")
