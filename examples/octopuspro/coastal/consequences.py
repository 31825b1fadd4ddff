"""What follows from the planted problems, and the list of both as the export shows them."""

from __future__ import annotations

from typing import Any

from coastal.world import Row, World

# child object, its column, the parent object that the column names
LINKS = (
    ("customer", "Parent Customer ID", "customer"),
    ("booking", "Customer ID", "customer"),
    ("booking_fieldworker", "Booking No", "booking"),
    ("booking_service", "Booking No", "booking"),
    ("booking_note", "booking_no", "booking"),
    ("form_answer", "booking_no", "booking"),
    ("attachment", "Booking No", "booking"),
    ("quote", "Customer ID", "customer"),
    ("quote_item", "Quote No", "quote"),
    ("invoice", "Customer ID", "customer"),
    ("invoice_item", "Invoice No", "invoice"),
    ("payment", "Invoice No", "invoice"),
)
STOPPED = ("quarantined", "held")


def add_consequences(world: World) -> None:
    """Remark every row that is held because its parent is quarantined or held, parents before children."""
    stopped: dict[str, set[str]] = {name: set() for name in world.tables}
    for remark in world.remarks:
        if remark.outcome in STOPPED and remark.row is not None and _is_first(world, remark.object, remark.row):
            stopped[remark.object].add(world.tables[remark.object].source_id(remark.row))
    for child, column, parent in LINKS:
        table = world.tables[child]
        # A parent of the same object may stand behind its child: go on until nothing new is held.
        while found := [
            row for row in table.rows if row[column] in stopped[parent] and not _is_stopped(world, child, row)
        ]:
            for row in found:
                world.follow(child, row, column, problem=f"{parent} {row[column]} is not in Odoo")
                stopped[child].add(table.source_id(row))
    _forbid_half_stopped(world, stopped)


def _is_first(world: World, name: str, row: Row) -> bool:
    """Say whether the row is the one that others mean by its id: the later of two with one id is not."""
    table = world.tables[name]
    wanted = table.source_id(row)
    return next(other for other in table.rows if table.source_id(other) == wanted) is row


def _is_stopped(world: World, name: str, row: Row) -> bool:
    return any(remark.row is row and remark.outcome in STOPPED for remark in world.remarks if remark.object == name)


def _forbid_half_stopped(world: World, stopped: dict[str, set[str]]) -> None:
    """Raise where a document of a good customer names a stopped booking: what then is to happen is not agreed."""
    for name in ("invoice", "quote"):
        for row in world.rows(name):
            if row["Booking No"] in stopped["booking"] and not _is_stopped(world, name, row):
                raise ValueError(f"{name} of booking {row['Booking No']} would lose its booking only")


def listed(world: World, *, odd: bool = False) -> list[dict[str, Any]]:
    """Return the remarks as planted.json has them, by file and row; with `odd` those that must come through clean."""
    entries = []
    for remark in world.remarks:
        if (remark.kind == "odd") != odd:
            continue
        table = world.tables[remark.object]
        row = remark.row
        entries.append(
            {
                "kind": remark.kind,
                "file": table.file,
                "row": None if row is None else table.row_number(row),
                "object": remark.object,
                "source_id": remark.source_id if row is None else table.source_id(row),
                "column": remark.column,
                "problem": remark.problem,
                "expected_outcome": remark.outcome,
                "count": remark.count,
                "note": remark.note,
            }
        )
    order = list(world.tables)
    entries.sort(key=lambda entry: (order.index(entry["object"]), entry["row"] or 0, entry["column"]))
    return [{"id": f"{'O' if odd else 'P'}{number:03d}", **entry} for number, entry in enumerate(entries, start=1)]
