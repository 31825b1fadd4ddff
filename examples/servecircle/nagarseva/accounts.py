"""Branches, technicians, and service accounts."""

from __future__ import annotations

from nagarseva.people import BRANCHES, DEVANAGARI, FAMILY, FIRMS, GIVEN, PLACES, gstin, mobile
from nagarseva.world import FIRST_DAY, Row, World, dashed

TECHNICIANS = (
    ("Ravi Sawant", "MUM", "Service Engineer"),
    ("Imran Shaikh", "MUM", "Service Engineer"),
    ("Priya Nair", "MUM", "Front Desk"),
    ("Sachin More", "PUN", "Service Engineer"),
    ("Neha Kale", "PUN", "Front Desk"),
    ("Girish Hegde", "BLR", "Service Engineer"),
    ("Lata Prabhu", "BLR", "Service Engineer"),
    ("Asif Khan", "BLR", "Field Engineer"),
)
ACCOUNTS = 180


def build_people(world: World) -> None:
    branch = world.table(
        "branch",
        "branches.csv",
        ("Branch Code", "Branch Name", "GSTIN", "Address", "City", "State", "Pincode", "Phone"),
        ("Branch Code",),
    )
    for code, name, place, street, pin, phone in BRANCHES:
        city, state, number, _ = PLACES[place]
        branch.add(code, name, gstin(world.dice, number), street, city, state, pin, phone)
    technician = world.table("technician", "technicians.csv", ("Name", "Email", "Mobile", "Role", "Branch"), ("Email",))
    for number, (name, code, role) in enumerate(TECHNICIANS):
        technician.add(name, name.lower().replace(" ", ".") + "@nagarseva.example", mobile(90100 + number), role, code)


def build_accounts(world: World) -> None:
    dice = world.dice
    table = world.table(
        "service_account",
        "service_accounts.csv",
        (
            "Account No",
            "Account Name",
            "Contact Person",
            "Mobile No",
            "Email",
            "GSTIN",
            "Address",
            "City",
            "State",
            "Pincode",
            "Branch",
            "Claim Account",
            "Created On",
        ),
        ("Account No",),
    )
    for number in range(1, ACCOUNTS + 1):
        firm = number % 4 == 0
        city, state, code, pin = PLACES[dice.whole(0, len(PLACES) - 1)]
        person = f"{GIVEN[number % len(GIVEN)]} {FAMILY[(number * 7) % len(FAMILY)]}"
        name = f"{FIRMS[(number // 4) % len(FIRMS)]} {city}" if firm else person
        email = (
            "" if dice.chance(0.12) else f"{name.lower().replace(' ', '.').replace(chr(39), '')}.{number}@example.com"
        )
        branch = "BLR" if state == "Karnataka" else "PUN" if city in ("Pune", "Nashik") else "MUM"
        row = table.add(
            f"SA{number:05d}",
            name,
            person if firm else "",
            mobile(number),
            email,
            gstin(dice, code) if firm else "",
            f"{dice.whole(1, 240)}, {dice.pick(('Gandhi Road', 'Station Road', 'Laxmi Nagar', 'Shivaji Chowk'))}",
            city,
            state,
            f"{pin}{dice.whole(1, 99):02d}",
            branch,
            f"WCA-{dice.whole(1000, 9999):06d}" if firm and dice.chance(0.6) else "",
            dashed(dice.day(FIRST_DAY, 180)),
        )
        if not email:
            world.plant(
                "service_account", row, "Email", "no e-mail address", "listed", "recognised by name and mobile number"
            )
    for place, name in enumerate(DEVANAGARI):
        row = table.rows[8 + place * 20]
        row["Account Name"] = name
        world.odd("service_account", row, "Account Name", "name in Devanagari", name)
    _plant(world, table.rows)


def _plant(world: World, rows: list[Row]) -> None:
    def plant(row: Row, column: str, value: str, problem: str, outcome: str, note: str = "") -> None:
        row[column] = value
        world.plant("service_account", row, column, problem, outcome, note)

    firms = [row for row in rows if row["GSTIN"]]
    wrong = firms[3]["GSTIN"]
    plant(
        firms[3],
        "GSTIN",
        wrong[:-1] + ("A" if wrong[-1] != "A" else "B"),
        "wrong check character",
        "flagged",
        "migrates without tax number; the text is kept beside it",
    )
    plant(firms[6], "GSTIN", firms[6]["GSTIN"][:-1], "GST number of 14 characters", "flagged", "the same")
    with_mail = [row for row in rows if row["Email"]]
    for first, second in ((with_mail[10], with_mail[40]), (with_mail[20], with_mail[60])):
        plant(
            second,
            "Email",
            first["Email"].upper(),
            "e-mail address shared with another account",
            "flagged",
            "both are created",
        )
        world.plant(
            "service_account",
            first,
            "Email",
            "e-mail address shared with another account",
            "flagged",
            "both are created",
        )
    plant(with_mail[75], "Email", "not known", "no e-mail address", "flagged", "the text is kept")
    for row in (rows[29], rows[101]):
        plant(row, "Mobile No", "9.19876E+11", "mobile number shortened by Excel", "quarantined", "its digits are lost")
    lost = next(row for row in rows[50:] if not row["Email"])
    plant(
        lost, "Mobile No", "", "neither e-mail nor mobile number", "held", "nothing to be recognised by: for a person"
    )
    plant(rows[111], "State", "Bombay", "no state of India", "quarantined")
    twin = dict(rows[60])
    twin["Account Name"] = "Somebody Else"
    rows.append(twin)
    world.plant(
        "service_account", twin, "Account No", "account number used before", "quarantined", "the first one migrates"
    )
    rows[70]["Mobile No"] = f'="{rows[70]["Mobile No"]}"'
    world.odd("service_account", rows[70], "Mobile No", '="…" of a spreadsheet around it', "the number")
    rows[71]["Pincode"] = f"'{rows[71]['Pincode']}"
    world.odd("service_account", rows[71], "Pincode", "apostrophe of a spreadsheet before it", "the pincode")
