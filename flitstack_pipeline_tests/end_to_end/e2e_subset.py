"""A small export that hangs together: some customers of the example, and of every other file what belongs to them."""

import csv
import io
import json
import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2e_project import EXAMPLE

WHOLE = (
    "services.csv",
    "service_options.csv",
    "fieldworkers.xlsx",
    "custom_fields.csv",
    "automations.json",
    "portal_settings.json",
)


@dataclass(frozen=True)
class Table:
    """A file of separated values: how it is written."""

    file: str
    encoding: str = "utf-8"
    separator: str = ","
    newline: str = "\n"


CUSTOMERS = Table("customers.csv", "cp1252", newline="\r\n")
BOOKINGS = Table("bookings.csv", "utf-8-sig", newline="\r\n")
QUOTES = Table("quotes.csv")
INVOICES = Table("invoices.csv")
OF_A_BOOKING = (Table("booking_fieldworkers.csv"), Table("booking_services.csv"), Table("attachments.csv"))
QUOTE_ITEMS = Table("quote_items.csv", separator=";")
INVOICE_ITEMS = Table("invoice_items.csv", separator="|", newline="\r\n")
PAYMENTS = Table("payments.txt", "utf-16", "\t", "\r\n")

Row = dict[str, str]


class Export:
    """Rows of an export by file, to be picked from, changed and written again."""

    def __init__(self, folder: Path = EXAMPLE / "export") -> None:
        self.folder = folder

    def rows(self, table: Table) -> list[Row]:
        text = (self.folder / table.file).read_bytes().decode(table.encoding)
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=table.separator, strict=True))


def write_table(folder: Path, table: Table, rows: Sequence[Row], header: Sequence[str]) -> None:
    """Write rows in the table's own format."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, delimiter=table.separator, lineterminator=table.newline)
    writer.writeheader()
    writer.writerows(rows)
    (folder / table.file).write_bytes(text.getvalue().encode(table.encoding))


def header_of(table: Table) -> list[str]:
    """The columns of a table of the example."""
    text = (EXAMPLE / "export" / table.file).read_bytes().decode(table.encoding)
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=table.separator))


def write_subset(into: Path, *, customers: int = 60, also: Collection[str] = (), without: Collection[str] = ()) -> Path:
    """Write an export of the first `customers` customers and what hangs on them; returns `into`.

    `also`: further customers by id, `without`: customers whose row is left out though what belongs to them is not.
    Ancestors come along. Services, field workers and custom fields are whole.
    """
    example = Export()
    every = example.rows(CUSTOMERS)
    by_id = {row["Customer ID"]: row for row in every}
    wanted = {row["Customer ID"] for row in every[:customers]} | set(also)
    for name in list(wanted):
        while (name := by_id[name]["Parent Customer ID"]) in by_id:
            wanted.add(name)
    into.mkdir(parents=True, exist_ok=True)
    for name in WHOLE:
        shutil.copy(example.folder / name, into / name)

    def keep(table: Table, column: str, ids: Iterable[str]) -> list[Row]:
        ids = set(ids)
        kept = [row for row in example.rows(table) if row[column] in ids]
        write_table(into, table, kept, header_of(table))
        return kept

    keep(CUSTOMERS, "Customer ID", wanted - set(without))
    bookings = {row["Booking No"] for row in keep(BOOKINGS, "Customer ID", wanted)}
    for table in OF_A_BOOKING:
        for row in keep(table, "Booking No", bookings):
            if table.file == "attachments.csv" and (file := example.folder / row["Path"]).is_file():
                (into / row["Path"]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, into / row["Path"])
    quotes = {row["Quote No"] for row in keep(QUOTES, "Customer ID", wanted)}
    keep(QUOTE_ITEMS, "Quote No", quotes)
    invoices = {row["Invoice No"] for row in keep(INVOICES, "Customer ID", wanted)}
    keep(INVOICE_ITEMS, "Invoice No", invoices)
    keep(PAYMENTS, "Invoice No", invoices)
    notes = (example.folder / "booking_notes.jsonl").read_text("utf-8").splitlines()
    own = [line for line in notes if json.loads(line)["booking_no"] in bookings]
    (into / "booking_notes.jsonl").write_text("\n".join(own) + "\n", "utf-8")
    answers: list[dict[str, Any]] = json.loads((example.folder / "forms.json").read_text("utf-8"))
    kept = [answer for answer in answers if answer["booking_no"] in bookings]
    (into / "forms.json").write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
    return into


def write_customers(into: Path, rows: Sequence[Row]) -> Path:
    """Write an export that holds these customers and nothing else; columns that a row lacks are empty."""
    into.mkdir(parents=True, exist_ok=True)
    for name in WHOLE:
        shutil.copy(EXAMPLE / "export" / name, into / name)
    customer = {"Customer Type": "Business", "Country": "Australia", "Date Joined": "25/02/2024"}
    for table in (CUSTOMERS, BOOKINGS, INVOICES, INVOICE_ITEMS):
        header = header_of(table)
        own = [{**dict.fromkeys(header, ""), **customer, **row} for row in rows] if table is CUSTOMERS else []
        write_table(into, table, own, header)
    return into
