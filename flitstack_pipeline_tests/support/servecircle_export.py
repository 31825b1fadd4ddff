"""The ServeCircle example's files, read without the product: what a test compares Odoo with."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "servecircle"
EXPORT = EXAMPLE / "export"
PLANTED: list[dict[str, Any]] = json.loads((EXAMPLE / "planted.json").read_text("utf-8"))
ODD: list[dict[str, Any]] = json.loads((EXAMPLE / "oddities.json").read_text("utf-8"))
STOPPED = ("quarantined", "held")

# object: file, encoding, separator, rows above the header, key columns
FILES: dict[str, tuple[str, str, str, int, tuple[str, ...]]] = {
    "branch": ("branches.csv", "utf-8", ",", 0, ("Branch Code",)),
    "technician": ("technicians.csv", "utf-8-sig", ",", 0, ("Email",)),
    "service_account": ("service_accounts.csv", "utf-8-sig", ",", 0, ("Account No",)),
    "item": ("items.csv", "utf-8", ",", 0, ("Item Code",)),
    "custom_field": ("custom_fields.csv", "utf-8", ",", 0, ("Applies To", "Field")),
    "job_sheet": ("job_sheets.csv", "utf-8-sig", ",", 0, ("Job No",)),
    "job_attachment": ("job_attachments.csv", "utf-8", ",", 0, ("Job No", "File Name")),
    "quotation": ("quotations.csv", "utf-16", "\t", 0, ("Quotation No",)),
    "quotation_line": ("quotation_lines.csv", "utf-8", ",", 0, ("Quotation No", "Sr No")),
    "invoice": ("invoices.csv", "utf-8", ",", 2, ("Invoice No",)),
    "invoice_line": ("invoice_lines.csv", "utf-8", ";", 0, ("Invoice No", "Sr No")),
    "escalation_rule": ("escalation_rules.csv", "utf-8", ",", 0, ("Level", "Trigger")),
    "approval_rule": ("approval_rules.csv", "utf-8", ",", 0, ("Rule",)),
    "sms_alert": ("sms_alerts.csv", "utf-8", ",", 0, ("Event",)),
}


@dataclass(frozen=True)
class Record:
    """A row of a file: its id, the row number that a spreadsheet shows, its cells."""

    id: str
    row: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def records(name: str, export: Path = EXPORT) -> list[Record]:
    """All rows of an object, without titles and totals."""
    file, encoding, separator, above, key = FILES[name]
    lines = list(csv.reader(io.StringIO((export / file).read_text(encoding), newline=""), delimiter=separator))
    header, found = lines[above], []
    for number, line in enumerate(lines[above + 1 :], start=above + 2):
        if line[0].startswith("TOTAL ("):
            continue
        cells = dict(zip(header, line, strict=True))
        found.append(Record("|".join(cells[column] for column in key), number, cells))
    return found


def stopped(name: str) -> set[int]:
    """Rows of an object that planted.json says stay behind."""
    return {e["row"] for e in PLANTED if e["object"] == name and e["expected_outcome"] in STOPPED}


def arrived(name: str) -> dict[str, Record]:
    """What has to be in Odoo, by source id."""
    return {r.id: r for r in records(name) if r.row not in stopped(name)}


def amount(cell: str) -> Decimal:
    """₹ 1,23,456.00 as a number; nothing is 0."""
    return Decimal(cell.lstrip("₹ ").replace(",", "") or 0)


def day(cell: str) -> date:
    return datetime.strptime(cell.replace("/", "-"), "%d-%m-%Y").date()
