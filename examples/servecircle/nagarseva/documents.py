"""Services and spare parts, quotations and invoices with their lines: GST as the law has it, rounded line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from nagarseva.people import BRANCHES, PLACES
from nagarseva.world import Row, World, half_up, lakh, rupees, slashed

ITEMS = (
    ("SRV-SCR", "Screen replacement", "Service", "998713", 18, "1850.00"),
    ("SRV-BAT", "Battery replacement", "Service", "998713", 18, "650.00"),
    ("SRV-DIA", "Diagnosis", "Service", "998713", 18, "299.00"),
    ("SRV-OS", "Operating system reinstall", "Service", "998713", 18, "749.50"),
    ("SRV-AMC", "Annual maintenance", "Service", "998719", 18, "12500.00"),
    ("SRV-VIS", "Home visit", "Service", "998715", 18, "350.00"),
    ("SP-SCR-M34", "Screen Galaxy M34", "Spare", "8517", 18, "4231.00"),
    ("SP-BAT-N12", "Battery Note 12", "Spare", "8507", 18, "1120.25"),
    ("SP-SSD-512", "SSD 512 GB", "Spare", "8523", 18, "3890.00"),
    ("SP-RAM-8", "RAM 8 GB", "Spare", "8473", 18, "1975.75"),
    ("SP-INK", "Ink set", "Spare", "3215", 18, "1499.00"),
    ("SP-COMP", "Compressor", "Spare", "8414", 28, "6480.00"),
    ("SP-BOOK", "User guide (printed)", "Spare", "4901", 0, "120.00"),
    ("SP-PAN", "Display panel 43 inch", "Spare", "8529", 28, "118500.00"),
)
QUOTATIONS, INVOICES = 80, 150


@dataclass(frozen=True)
class Sums:
    taxable: Decimal
    half: Decimal
    igst: Decimal

    @property
    def total(self) -> Decimal:
        return self.taxable + 2 * self.half + self.igst


def build_items(world: World) -> None:
    table = world.table(
        "item", "items.csv", ("Item Code", "Item Name", "Type", "HSN/SAC", "GST %", "Rate"), ("Item Code",)
    )
    for code, name, kind, hsn, gst, rate in ITEMS:
        table.add(code, name, kind, hsn, f"{gst}%", lakh(Decimal(rate)))


def build_documents(world: World) -> None:
    _quotations(world)
    _invoices(world)


def _lines(world: World, table: str, number: str, *, between_states: bool) -> Sums:
    """Add lines to a document and sum them up; every line's tax is rounded by itself."""
    dice = world.dice
    taxable, half, igst = Decimal(0), Decimal(0), Decimal(0)
    for line in range(1, dice.whole(1, 3) + 1):
        code, name, kind, hsn, gst, rate = ITEMS[dice.whole(0, len(ITEMS) - 1)]
        quantity = Decimal(dice.whole(1, 3)) if kind == "Spare" else Decimal(1)
        discount = Decimal(dice.pick((0, 0, 0, 5, 10)))
        net = half_up(quantity * Decimal(rate) * (100 - discount) / 100)
        share = half_up(net * gst / 200)
        whole = half_up(net * gst / 100)
        taxable += net
        half += Decimal(0) if between_states else share
        igst += whole if between_states else Decimal(0)
        world.tables[table].add(
            number,
            line,
            code,
            name,
            hsn,
            quantity,
            lakh(Decimal(rate)),
            f"{discount}",
            lakh(net),
            f"{gst}",
            lakh(net + (whole if between_states else 2 * share)),
        )
    return Sums(taxable, half, igst)


def _line_columns(parent: str) -> tuple[str, ...]:
    return (parent, "Sr No", "Item Code", "Item", "HSN/SAC", "Qty", "Rate", "Discount %", "Taxable", "GST %", "Amount")


def _place(world: World, account_no: str, branch: str) -> tuple[str, bool]:
    """Where a supply to an account takes place, as GST writes it, and whether that is another state than the branch's."""
    account = next(row for row in world.tables["service_account"].rows if row["Account No"] == account_no)
    number, state = next((code, state) for _, state, code, _ in PLACES if state == account["State"])
    home = next(PLACES[place][1] for code, _, place, *_ in BRANCHES if code == branch)
    return f"{number}-{state}", state != home


def _jobs(world: World) -> Sequence[Row]:
    """Job sheets that documents may be made for: none that stays behind, but some that are held with their account."""
    stopped = {
        r.row["Job No"]
        for r in world.remarks
        if r.object == "job_sheet" and r.row and r.outcome in ("quarantined", "held")
    }
    states = {state for _, state, _, _ in PLACES}
    good = {row["Account No"] for row in world.tables["service_account"].rows[:-1] if row["State"] in states}
    return [row for row in world.tables["job_sheet"].rows if row["Job No"] not in stopped and row["Account No"] in good]


def _quotations(world: World) -> None:
    dice, jobs = world.dice, _jobs(world)
    table = world.table(
        "quotation",
        "quotations.csv",
        (
            "Quotation No",
            "Date",
            "Job No",
            "Account No",
            "Branch",
            "Valid Until",
            "Place of Supply",
            "Taxable Value",
            "CGST",
            "SGST",
            "IGST",
            "Grand Total",
            "Approval Status",
        ),
        ("Quotation No",),
    )
    world.table("quotation_line", "quotation_lines.csv", _line_columns("Quotation No"), ("Quotation No", "Sr No"))
    for number in range(1, QUOTATIONS + 1):
        job = jobs[(number * 4) % len(jobs)]
        name = f"QT/{job['Branch']}/{number:04d}"
        day = _after(job, dice.whole(0, 2))
        place, between = _place(world, job["Account No"], job["Branch"])
        sums = _lines(world, "quotation_line", name, between_states=between)
        table.add(
            name,
            slashed(day),
            job["Job No"],
            job["Account No"],
            job["Branch"],
            slashed(day + timedelta(days=15)),
            place,
            lakh(sums.taxable),
            *_taxes(sums),
            rupees(sums.total),
            dice.pick(("Approval Pending", "Approved", "Rejected")),
        )


def _invoices(world: World) -> None:
    dice, jobs = world.dice, _jobs(world)
    table = world.table(
        "invoice",
        "invoices.csv",
        (
            "Invoice No",
            "Date",
            "Due Date",
            "Job No",
            "Account No",
            "Branch",
            "Place of Supply",
            "Taxable Value",
            "CGST",
            "SGST",
            "IGST",
            "Round Off",
            "Grand Total",
            "Payment Status",
        ),
        ("Invoice No",),
        first_row=4,
    )
    lines = world.table("invoice_line", "invoice_lines.csv", _line_columns("Invoice No"), ("Invoice No", "Sr No"))
    for number in range(1, INVOICES + 1):
        job = jobs[(number * 2 + 1) % len(jobs)]
        name = f"{job['Branch']}/25-26/{number:04d}"
        day = _after(job, dice.whole(3, 12))
        place, between = _place(world, job["Account No"], job["Branch"])
        sums = _lines(world, "invoice_line", name, between_states=between)
        due = half_up(sums.total, Decimal(1))
        table.add(
            name,
            slashed(day),
            slashed(day + timedelta(days=7)),
            job["Job No"],
            job["Account No"],
            job["Branch"],
            place,
            lakh(sums.taxable),
            *_taxes(sums),
            f"{due - sums.total:.2f}",
            rupees(due),
            "Pending" if number % 4 == 0 else "Confirmed",
        )
    _plant(world, table.rows, lines.rows)


def _taxes(sums: Sums) -> tuple[str, str, str]:
    return ("", "", lakh(sums.igst)) if sums.igst else (lakh(sums.half), lakh(sums.half), "")


def _after(job: Row, days: int) -> date:
    return datetime.strptime(job["Job Date"], "%d-%m-%Y").date() + timedelta(days=days)


def _plant(world: World, rows: list[Row], lines: list[Row]) -> None:
    held = {
        r.row["Account No"]
        for r in world.remarks
        if r.object == "service_account" and r.row and r.outcome in ("held", "quarantined")
    }
    good = [row for row in rows if row["Account No"] not in held and row["Payment Status"] == "Confirmed"]
    both = next(row for row in good if row["CGST"] not in ("", "0.00"))
    both["IGST"] = both["CGST"]
    world.plant("invoice", both, "IGST", "both CGST/SGST and IGST", "quarantined", "only one of them can be due")
    bare = good[20]
    lines[:] = [line for line in lines if line["Invoice No"] != bare["Invoice No"]]
    world.plant(
        "invoice",
        bare,
        "Invoice No",
        "no lines in the export",
        "quarantined",
        "an invoice without a line cannot be posted",
    )
    off = good[30]
    off["Grand Total"] = rupees(Decimal(off["Grand Total"].lstrip("₹ ").replace(",", "")) + 10)
    world.plant("invoice", off, "Grand Total", "10.00 above its lines", "difference", "the reconciliation shows it")
    stray = dict(lines[5])
    stray["Invoice No"] = "MUM/25-26/9999"
    lines.append(stray)
    world.plant("invoice_line", stray, "Invoice No", "invoice that is not in the export", "held")
    big = next(row for row in rows if len(row["Grand Total"].lstrip("₹ ")) > 9)
    world.odd("invoice", big, "Grand Total", "lakh grouping", big["Grand Total"].lstrip("₹ ").replace(",", ""))
