"""Job sheets, their custom fields and their files."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from datetime import timedelta
from decimal import Decimal

from nagarseva.accounts import TECHNICIANS
from nagarseva.world import FIRST_DAY, Row, World, dashed, lakh, rupees

JOBS = 380
SERVICE_TYPES = (
    "Mobile Repair",
    "Mobile repair",
    "mobile reparing",
    "Mobile - Screen",
    "Computer Repair",
    "Laptop Repair",
    "Warranty Service",
    "Warranty (In)",
    "Home Appliance Repair",
    "Installation",
    "AMC",
    "AMC Visit",
)
DEVICES = (
    ("Mobile", "Samsung", "Galaxy M34"),
    ("Mobile", "Redmi", "Note 12 Pro+"),
    ("Mobile", "OnePlus", "Nord CE 3"),
    ("Laptop", "HP", "15s-fq5"),
    ("Laptop", "Lenovo", "IdeaPad Slim 3"),
    ("Printer", "Canon", "G3010"),
    ("Refrigerator", "LG", "GL-B201"),
    ("TV", "Sony", "KD-43X74"),
)
STATUSES = (
    "Registered",
    "In-Progress",
    "in-progress",
    "Inprogress",
    "On-Hold",
    "ON HOLD",
    "Completed",
    "Delivered",
    "Delivered",
)
LEVELS = ("", "0", "0", "1", "2", "3", "L1", "L2", "L3")
PROBLEMS = (
    "Screen broken, touch not working",
    "Does not start",
    "Battery drains <2 hours",
    "Paper jam & noise",
    "पानी में गिरा, चार्ज नहीं हो रहा",
)


def build_jobs(world: World) -> None:
    dice = world.dice
    custom = world.table(
        "custom_field",
        "custom_fields.csv",
        ("Applies To", "Field", "Type", "Options", "Column"),
        ("Applies To", "Field"),
    )
    for field, kind, options in (
        ("Bay No", "Text", ""),
        ("Accessories Received", "Long Text", ""),
        ("Advance Paid", "Number", ""),
        ("Purchase Date", "Date", ""),
        ("Received Through", "Dropdown", "Walk-in;Pickup;Courier"),
        ("Customer Sign", "Signature", ""),
    ):
        custom.add("Job Sheet", field, kind, options, f"CF: {field}")
    world.plant(
        "custom_field", custom.rows[-1], "Type", "field of type Signature", "listed", "no field of Odoo does this"
    )
    jobs = world.table(
        "job_sheet",
        "job_sheets.csv",
        (
            "Job No",
            "Job Date",
            "Branch",
            "Account No",
            "Customer Name",
            "Mobile No",
            "Email",
            "Service Type",
            "Product",
            "Brand",
            "Device Model",
            "Serial/IMEI",
            "Warranty",
            "Problem Reported",
            "Technician Email",
            "Status",
            "Escalation Level",
            "Estimated Cost",
            "Expected Delivery",
            "Delivered On",
            "Remarks",
            "Modified On",
            *(row["Column"] for row in custom.rows),
        ),
        ("Job No",),
    )
    accounts = world.tables["service_account"].rows[:-1]
    running: Counter[str] = Counter()
    for number in range(JOBS):
        account = accounts[dice.whole(0, len(accounts) - 1)]
        branch = account["Branch"]
        running[branch] += 1
        day = dice.day(FIRST_DAY, 330)
        product, brand, model = dice.pick(DEVICES)
        status = dice.pick(STATUSES)
        done = day + timedelta(days=dice.whole(2, 20)) if status == "Delivered" else None
        cost = (
            Decimal(dice.whole(3, 180)) * 100
            if number % 23
            else Decimal(dice.whole(1100, 2900)) * 100 + Decimal("0.50")
        )
        staff = [name for name, code, role in TECHNICIANS if code == branch and role != "Front Desk"]
        mail = dice.pick(staff).lower().replace(" ", ".") + "@nagarseva.example"
        hour = f"{dice.whole(9, 19):02d}:{dice.whole(0, 59):02d}"
        jobs.add(
            f"JS-{branch}-{running[branch]:05d}",
            dashed(day),
            branch,
            account["Account No"],
            account["Account Name"],
            "" if "E+" in account["Mobile No"] else account["Mobile No"],
            "",
            dice.pick(SERVICE_TYPES),
            product,
            brand,
            model,
            f"{dice.whole(350000000000000, 359999999999999)}"
            if product == "Mobile"
            else f"SN{dice.whole(10000, 99999):08d}",
            dice.pick(("In Warranty", "Out of Warranty", "")),
            dice.pick(PROBLEMS),
            mail,
            status,
            dice.pick(LEVELS),
            rupees(cost) if number % 3 else lakh(cost),
            dashed(day + timedelta(days=5)),
            dashed(done),
            dice.pick(("", "", "Data backup asked for", "Customer called twice")),
            f"{dashed(done or day)} {hour}",
            f"B{dice.whole(1, 20):02d}",
            dice.pick(("Charger", "SIM tray\nBack cover", "")),
            "" if dice.chance(0.6) else lakh(Decimal(dice.whole(2, 30)) * 100),
            dashed(day - timedelta(days=dice.whole(30, 700))),
            dice.pick(("Walk-in", "Pickup", "Courier")),
            "signed" if dice.chance(0.3) else "",
        )
    _plant(world, jobs.rows)
    _files(world, jobs.rows)


def _plant(world: World, rows: list[Row]) -> None:
    held = {
        r.row["Account No"]
        for r in world.remarks
        if r.object == "service_account" and r.row and r.outcome in ("held", "quarantined")
    }
    names = Counter(row["Account Name"] for row in world.tables["service_account"].rows)
    plain = [row for row in rows if row["Account No"] not in held and row["Mobile No"].isdigit()]
    accounts = {row["Account No"]: row for row in world.tables["service_account"].rows[:-1]}
    mails = Counter(row["Email"].lower() for row in accounts.values() if row["Email"])
    simple = iter(
        [
            r
            for r in plain
            if names[r["Customer Name"]] == 1
            and mails[accounts[r["Account No"]]["Email"].lower()] == 1
            and "@" in accounts[r["Account No"]]["Email"]
        ]
    )

    def plant(row: Row, column: str, value: str, problem: str, outcome: str, note: str = "") -> None:
        row[column] = value
        world.plant("job_sheet", row, column, problem, outcome, note)

    for _ in range(2):
        plant(
            next(simple),
            "Service Type",
            "Laptop formating",
            "service type that nobody has mapped",
            "quarantined",
            "drains when a person maps it",
        )
    plant(next(simple), "Status", "Scrapped", "status that is not in the map", "quarantined")
    plant(next(simple), "Escalation Level", "L4", "level that is not in the map", "quarantined")
    plant(next(simple), "Serial/IMEI", "3.56938E+14", "IMEI shortened by Excel", "quarantined", "its digits are lost")
    plant(next(simple), "Job Date", "31-02-2026", "no such day", "quarantined")
    plant(next(simple), "Estimated Cost", "As per actual", "no number", "quarantined")
    for _ in range(2):
        plant(
            next(simple),
            "Technician Email",
            "left.long.ago@nagarseva.example",
            "technician that is not in the export",
            "held",
            "until the user is there, or a person says who takes over",
        )
    plant(next(simple), "Technician Email", "", "no technician", "listed", "nobody is responsible")
    plant(next(simple), "Account No", "SA99999", "account that is not in the export", "held")
    for _ in range(2):
        row = next(simple)
        row["Email"] = accounts[row["Account No"]]["Email"].title()
        plant(row, "Account No", "", "no account number", "flagged", f"matched by e-mail with {row['Account No']}")
    for _ in range(2):
        row = next(simple)
        plant(
            row,
            "Account No",
            "",
            "no account number",
            "flagged",
            f"matched by name and mobile with {row['Account No']}",
        )
    row = next(simple)
    row["Mobile No"] = "9000099999"
    plant(row, "Account No", "", "no account number, and a mobile number that no account has", "held", "never guessed")
    row = next(simple)
    row["Technician Email"] = row["Technician Email"].upper()
    world.odd("job_sheet", row, "Technician Email", "address in capitals", "the same user")
    spelt: set[str] = set()
    for row in rows:
        if row["Status"] not in spelt and row["Status"] in ("in-progress", "Inprogress", "ON HOLD"):
            spelt.add(row["Status"])
            world.odd("job_sheet", row, "Status", f"status spelt {row['Status']}", "the same stage")
    big = next(row for row in rows if len(row["Estimated Cost"].lstrip("₹ ")) > 9)
    world.odd("job_sheet", big, "Estimated Cost", "lakh grouping", big["Estimated Cost"].lstrip("₹ ").replace(",", ""))


def _files(world: World, rows: list[Row]) -> None:
    table = world.table(
        "job_attachment", "job_attachments.csv", ("Job No", "File Name", "Path"), ("Job No", "File Name")
    )
    for number in range(24):
        row = rows[number * 15 + 3]
        name = ("photo before.png", "बिल.txt", "estimate.txt")[number % 3]
        content = _png(number) if name.endswith("png") else f"{row['Job No']}: {row['Problem Reported']}\r\n".encode()
        path = f"attachments/{row['Job No']}/{name}"
        world.files[path] = content
        table.add(row["Job No"], name, path)
    lost = table.add(rows[10]["Job No"], "missing.png", f"attachments/{rows[10]['Job No']}/missing.png")
    world.plant("job_attachment", lost, "Path", "its file is not in the export", "quarantined")


def _png(number: int) -> bytes:
    """A small picture of one colour. Level 0 stores the pixels: compressed bytes would differ between zlib builds."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    colour = bytes((number * 9 % 256, 120, 255 - number * 7 % 256))
    lines = b"".join(b"\0" + colour * 24 for _ in range(16))
    header = struct.pack(">IIBBBBB", 24, 16, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines, 0)) + chunk(b"IEND", b"")
