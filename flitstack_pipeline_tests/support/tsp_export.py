"""The example export of The Service Program, read without the project: rows by object, with their row numbers."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from python_calamine import CalamineWorkbook

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "the_service_program"
EXPORT = EXAMPLE / "export"
ZONE = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class File:
    """`first`: the header's first cell. `group`: the column that is printed on the first row of a group only."""

    name: str
    first: str
    key: tuple[str, ...]
    encoding: str = "utf-8"
    separator: str = ","
    group: str = ""


FILES = {
    "technician": File("Technicians.csv", "TechID", ("TechID",), "utf-8-sig"),
    "customer": File("Customer List.xls", "CustomerID", ("CustomerID",)),
    "service_location": File("Service Locations.csv", "LocationID", ("LocationID",), "cp1252"),
    "custom_field": File("Custom Field Definitions.csv", "WOType", ("Level", "FieldName")),
    "work_order": File("Work Orders.xlsx", "WorkOrderNo", ("WorkOrderNo",)),
    "work_order_line": File("Work Order Detail.xls", "WorkOrderNo", ("WorkOrderNo", "LineNo"), group="WorkOrderNo"),
    "note": File("Work Order Notes.csv", "NoteID", ("NoteID",), "utf-8-sig"),
    "time_log": File("Time Logs.csv", "LogID", ("LogID",)),
    "equipment": File("Equipment.xlsx", "EquipmentID", ("EquipmentID",)),
    "recurring": File("Recurring Schedules.csv", "ScheduleID", ("ScheduleID",), separator="\t"),
    "invoice": File("Invoice Register.csv", "InvoiceNo", ("InvoiceNo",)),
    "invoice_line": File("Invoice Detail.xlsx", "InvoiceNo", ("InvoiceNo", "LineNo"), group="InvoiceNo"),
    "estimate": File("Estimates.csv", "EstimateNo", ("EstimateNo",), separator=";"),
    "dispatch_rule": File("Dispatch and Schedule Rules.csv", "RuleID", ("RuleID",)),
    "quickbooks_setting": File("QuickBooks Sync Settings.csv", "Setting", ("Setting",)),
    "sms": File("SMS Log.csv", "MessageID", ("MessageID",)),
}
_NO_RECORDS = ("Subtotal", "Grand Total", "Page ")


@dataclass(frozen=True)
class Record:
    """One record of a report. `row`: as a spreadsheet counts. `id`: the key, parts joined with |."""

    row: int
    id: str
    cells: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.cells[column]


def sheet(name: str) -> list[list[Any]]:
    """All rows of an object's file."""
    file = FILES[name]
    path = EXPORT / file.name
    if path.suffix == ".csv":
        text = io.StringIO(path.read_bytes().decode(file.encoding), newline="")
        return list(csv.reader(text, delimiter=file.separator, strict=True))
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def records(name: str) -> list[Record]:
    """The records of an object: without titles, repeated headers, subtotals, totals and page footers."""
    file, found = FILES[name], []
    header: list[str] = []
    above: Any = ""
    for number, cells in enumerate(sheet(name), 1):
        if cells and cells[0] == file.first:
            header = [str(c) for c in cells]
            continue
        if not header or not any(c != "" for c in cells) or str(cells[0]).startswith(_NO_RECORDS):
            continue
        row = dict(zip(header, cells, strict=False))
        if file.group:
            above = row[file.group] = row[file.group] or above
        found.append(Record(number, "|".join(key_text(row[c]) for c in file.key), row))
    return found


def by_id(name: str) -> dict[str, Record]:
    """The same by id; the first where an id stands twice."""
    found: dict[str, Record] = {}
    for record in records(name):
        found.setdefault(record.id, record)
    return found


def key_text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def money(text: Any) -> Decimal:
    return Decimal(str(text).replace("$", "").replace(",", ""))


def day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return datetime.strptime(value, "%m/%d/%Y").date() if value else None


def moment(value: Any) -> str:
    """An instant as Odoo writes it, in UTC."""
    local = value if isinstance(value, datetime) else datetime.strptime(value, "%m/%d/%Y %I:%M %p")
    if local.microsecond >= 500_000:  # a workbook counts in fractions of a day
        local = local.fromtimestamp(round(local.timestamp()))
    utc = local.replace(tzinfo=ZONE, microsecond=0).astimezone(ZoneInfo("UTC"))
    return utc.strftime("%Y-%m-%d %H:%M:%S")
