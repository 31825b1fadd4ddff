"""What follows from the planted problems, and the files of the example."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from nagarseva.world import Table, World

# child object, its column, the parent object that the column names
LINKS = (
    ("job_sheet", "Account No", "service_account"),
    ("job_attachment", "Job No", "job_sheet"),
    ("quotation", "Account No", "service_account"),
    ("quotation", "Job No", "job_sheet"),
    ("quotation_line", "Quotation No", "quotation"),
    ("invoice", "Account No", "service_account"),
    ("invoice", "Job No", "job_sheet"),
    ("invoice_line", "Invoice No", "invoice"),
)
# A line shares the fate of its document, also that of being in quarantine.
LINES = ("quotation_line", "invoice_line")
STOPPED = ("quarantined", "held")
ENCODINGS = {
    "technicians.csv": ("utf-8-sig", ",", "\r\n"),
    "service_accounts.csv": ("utf-8-sig", ",", "\r\n"),
    "job_sheets.csv": ("utf-8-sig", ",", "\r\n"),
    "invoice_lines.csv": ("utf-8", ";", "\n"),
    "quotations.csv": ("utf-16-le", "\t", "\r\n"),
}


def add_consequences(world: World) -> None:
    """Remark every row that is held, or set aside with its document, because of another, parents before children."""
    fate: dict[str, dict[str, str]] = {name: {} for name in world.tables}
    for remark in world.remarks:
        if remark.outcome in STOPPED and remark.row is not None:
            table = world.tables[remark.object]
            first = next(row for row in table.rows if table.source_id(row) == table.source_id(remark.row))
            if first is remark.row:
                fate[remark.object][table.source_id(first)] = remark.outcome
    for child, column, parent in LINKS:
        table = world.tables[child]
        for row in table.rows:
            outcome = fate[parent].get(row[column])
            if outcome is None or table.source_id(row) in fate[child]:
                continue
            fate[child][table.source_id(row)] = outcome if child in LINES else "held"
            world.follow(
                child, row, column, f"{parent} {row[column]} is not in Odoo", fate[child][table.source_id(row)]
            )


def listed(world: World, *, odd: bool = False) -> list[dict[str, Any]]:
    """The remarks as planted.json has them, by file and row; with `odd` those that come through clean."""
    order = list(world.tables)
    found = []
    for remark in world.remarks:
        if (remark.kind == "odd") != odd:
            continue
        table, row = world.tables[remark.object], remark.row
        found.append(
            {
                "kind": remark.kind,
                "file": table.file,
                "row": None if row is None else table.row_number(row),
                "object": remark.object,
                "source_id": "*" if row is None else table.source_id(row),
                "column": remark.column,
                "problem": remark.problem,
                "expected_outcome": remark.outcome,
                "count": 1 if row is not None else len(table.rows),
                "note": remark.note,
            }
        )
    found.sort(key=lambda e: (order.index(e["object"]), e["row"] or 0, e["column"]))
    return [{"id": f"{'O' if odd else 'P'}{number:03d}", **entry} for number, entry in enumerate(found, start=1)]


def write_export(world: World, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for table in world.tables.values():
        (folder / table.file).write_bytes(_bytes(table))
    for name, content in world.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _bytes(table: Table) -> bytes:
    encoding, separator, end = ENCODINGS.get(table.file, ("utf-8", ",", "\n"))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    if table.object == "invoice":  # the register of invoices is a report: a title above it and a total below
        writer.writerow(["Invoice Register", *[""] * (len(table.columns) - 1)])
        writer.writerow(["01/04/2025 to 31/03/2026", *[""] * (len(table.columns) - 1)])
    writer.writerow(table.columns)
    writer.writerows([row[column] for column in table.columns] for row in table.rows)
    if table.object == "invoice":
        writer.writerow([f"TOTAL ({len(table.rows)})", *[""] * (len(table.columns) - 1)])
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    return mark + text.getvalue().encode(encoding)


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def readme(world: World, planted: list[dict[str, Any]], odd: list[dict[str, Any]]) -> str:
    total = sum(len(table.rows) for table in world.tables.values())
    lines = [
        "# Example export: Nagar Seva Electronics (ServeCircle)",
        "",
        "A made-up repair business with branches in Mumbai, Pune and Bengaluru, as its lists come out of ServeCircle:",
        f"{total:,} records in {len(world.tables)} files, with the formats and mistakes of real exports. All people, firms and GST",
        "numbers are invented; e-mail addresses end in `.example` or `example.com`; India keeps no telephone numbers for fiction,",
        "so they are a running number behind 90000. Dates are DD-MM-YYYY or DD/MM/YYYY on Kolkata's clock, money is INR in lakh",
        "grouping, GST is rounded line by line, invoices are rounded to the rupee.",
        "",
        "`generate.py` writes everything here from one fixed seed, this page too: `python examples/servecircle/generate.py`.",
        "",
        "| object | file | rows |",
        "| --- | --- | --- |",
        *(f"| `{table.object}` | `{table.file}` | {len(table.rows)} |" for table in world.tables.values()),
        "",
        "## What was planted",
        "",
        "`planted.json` lists every row that does not come through clean; the demo's migration file maps all service types",
        "but one. **quarantined**: it cannot be read or mapped; **held**: it waits for another row or for a person;",
        "**flagged** and **listed**: it migrates and is on the review list; **difference**: the reconciliation shows it;",
        "**excluded**: left behind by a rule. *follows*: only because of another row.",
        "",
        *_rows(planted, "expected_outcome"),
        "",
        "## Odd, but clean",
        "",
        *_rows(odd, "expected_outcome"),
        "",
    ]
    return "\n".join(lines)


def _rows(entries: list[dict[str, Any]], outcome: str) -> list[str]:
    head = [
        "| id | file | row | record | column | problem | expected | note |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    body = []
    for e in entries:
        where = f"all {e['count']}" if e["row"] is None else e["row"]
        record = e["source_id"].replace("|", "\\|")
        follows = "follows: " if e["kind"] == "follows" else ""
        cells = [
            e["id"], f"`{e['file']}`", where, f"`{record}`", e["column"], follows + e["problem"], e[outcome], e["note"],
        ]  # fmt: skip
        body.append(f"| {' | '.join(map(str, cells))} |")
    return [*head, *body]
