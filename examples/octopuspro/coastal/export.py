"""Write the tables as the export: a format, an encoding and a separator for every file, mixed as in real life."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coastal.catalogue import TITLE_ROWS
from coastal.visits import LARGE_MEGABYTES
from coastal.world import EXPORTED_AT, Table, World, dollars
from coastal.writing import Dialect, table_bytes, write_json, write_json_lines, write_table, write_workbook, write_zip

DIALECTS = {
    "customer": Dialect("cp1252", ",", "\r\n"),
    "service": Dialect("utf-8-sig", ";", "\n"),
    "service_option": Dialect(),
    "custom_field": Dialect(),
    "booking": Dialect("utf-8-sig", ",", "\r\n"),
    "booking_fieldworker": Dialect(),
    "booking_service": Dialect(),
    "attachment": Dialect(),
    "quote": Dialect(),
    "quote_item": Dialect("utf-8", ";", "\n"),
    "invoice": Dialect(),
    "invoice_item": Dialect("utf-8", "|", "\r\n"),
    "payment": Dialect("utf-16-le", "\t", "\r\n"),
}
_NAMES = {"cp1252": "Windows-1252", "utf-8": "UTF-8", "utf-8-sig": "UTF-8 with BOM", "utf-16-le": "UTF-16LE with BOM"}
_SEPARATORS = {",": "comma", ";": "semicolon", "|": "pipe", "\t": "tab"}


def write_export(world: World, folder: Path) -> None:
    """Write all files into the folder, over those of an earlier run."""
    folder.mkdir(parents=True, exist_ok=True)
    _drop_private_keys(world)
    for name, dialect in DIALECTS.items():
        table = world.tables[name]
        last = _invoice_totals(table) if name == "invoice" else None
        write_table(folder / table.file, table, dialect, last=last)
    for name in ("form_answer", "automation", "portal_setting"):
        write_json(folder / world.tables[name].file, world.rows(name))
    write_json_lines(folder / world.tables["booking_note"].file, world.rows("booking_note"))
    points = world.tables["gps_point"]
    archive, member = points.file.split("!")
    write_zip(folder / archive, {member: table_bytes(points, Dialect())})
    _write_workers(folder, world.tables["fieldworker"])
    for path, content in world.binaries.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    write_json(folder / "manifest.json", _manifest(world))


def write_large_file(world: World, folder: Path) -> Path:
    """Write the attachment that is over every limit: zeros, as a sparse file where the disk can do that."""
    path = folder / large_path(world)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(LARGE_MEGABYTES * 1024 * 1024)
    return path


def large_path(world: World) -> str:
    return next(row["Path"] for row in world.rows("attachment") if row["File Name"].endswith(".mp4"))


def described(table: Table) -> str:
    """Return the format of a table's file in words."""
    if table.object in DIALECTS:
        dialect = DIALECTS[table.object]
        ends = "CRLF" if dialect.line_end == "\r\n" else "LF"
        return f"{_SEPARATORS[dialect.separator]}, {_NAMES[dialect.encoding]}, {ends}"
    if table.object == "fieldworker":
        return "workbook: two title rows, header in row 3, totals row"
    if table.object == "gps_point":
        return "comma, UTF-8, in an archive"
    return "JSON lines, UTF-8" if table.file.endswith(".jsonl") else "JSON list, UTF-8"


def _drop_private_keys(world: World) -> None:
    for table in world.tables.values():
        for row in table.rows:
            for name in [name for name in row if name.startswith("_")]:
                del row[name]


def _invoice_totals(table: Table) -> dict[str, str]:
    """Return the last row that the invoice list prints: sums over rows, no invoice."""

    def total(column: str) -> str:
        cents = sum(int(row[column].replace("$", "").replace(",", "").replace(".", "")) for row in table.rows)
        return dollars(cents)

    return {"Invoice No": "Total"} | {name: total(name) for name in ("Subtotal", "GST", "Total", "Paid", "Balance")}


def _write_workers(folder: Path, table: Table) -> None:
    cells: list[list[Any]] = [*TITLE_ROWS, list(table.columns)]
    cells += [[row[column] for column in table.columns] for row in table.rows]
    rates = round(sum(row["Pay Rate"] for row in table.rows), 2)
    cells.append([f"Total ({len(table.rows)})", "", "", "", rates])
    write_workbook(folder / table.file, "Field workers", cells)


def _manifest(world: World) -> dict[str, Any]:
    return {
        "system": "OctopusPro",
        "company": "Coastal Cleaning Co",
        "exported_at": EXPORTED_AT.isoformat(),
        "timezone": "Australia/Sydney",
        "locale": "en-AU",
        "currency": "AUD",
        "files": [
            {"file": table.file.replace("!", "/"), "object": table.object, "rows": len(table.rows)}
            for table in world.tables.values()
        ],
    }
