"""Rows that stay behind only because what they belong to does: found by walking the references."""

from __future__ import annotations

from gardenstate.world import Row, World

# child, its columns with the parent's key, the parent
LINKS = (
    ("service_location", ("CustomerID",), "customer"),
    ("work_order", ("CustomerID",), "customer"),
    ("work_order", ("LocationID",), "service_location"),
    ("work_order_line", ("WorkOrderNo",), "work_order"),
    ("note", ("WorkOrderNo",), "work_order"),
    ("note", ("WorkOrderNo", "LineNo"), "work_order_line"),
    ("time_log", ("WorkOrderNo",), "work_order"),
    ("equipment", ("LocationID",), "service_location"),
    ("recurring", ("CustomerID",), "customer"),
    ("recurring", ("LocationID",), "service_location"),
    ("invoice", ("CustomerID",), "customer"),
    ("invoice_line", ("InvoiceNo",), "invoice"),
    ("estimate", ("CustomerID",), "customer"),
)
_STOPPED = ("quarantined", "held")
_WHOLE = ("dispatch_rule", "quickbooks_setting", "sms")


def add_consequences(world: World) -> None:
    """Add an entry for every row that waits for one that is stopped, however far off, and for all that stays behind by rule."""
    stopped = {(p.table, id(p.row)): p.expected for p in world.planted if p.expected in _STOPPED}
    ids = {name: _ids(world, name) for name in world.tables}
    for child, columns, parent in LINKS:
        for row in world.rows(child):
            if child == "estimate" and row["Status"] == "Accepted":
                continue
            reference = "|".join(str(row[c]) for c in columns)
            if "" in [row[c] for c in columns] or (child, id(row)) in stopped:
                if child != "note" or row["LineNo"] != "" or columns != ("WorkOrderNo", "LineNo"):
                    continue
                # A note on the order as a whole stands on the task of its first line.
                reference = f"{row['WorkOrderNo']}|1"
            owner = ids[parent].get(reference)
            if owner is None or (child, id(row)) in stopped or (parent, id(owner)) not in stopped:
                continue
            expected = "held"
            if (child, parent) == ("invoice_line", "invoice"):
                expected = stopped[parent, id(owner)]
            stopped[child, id(row)] = expected
            what = f"{parent} {reference} stays behind"
            world.plant(child, row, columns[-1], what, expected, kind="follows")
    for name in _WHOLE:
        for row in world.rows(name):
            world.plant(name, row, world.tables[name].key[0], "does not migrate", "excluded", kind="rule")


def _ids(world: World, name: str) -> dict[str, Row]:
    """The row of each source id: the first, if there are two."""
    found: dict[str, Row] = {}
    for row in world.rows(name):
        found.setdefault(world.tables[name].source_id(row), row)
    return found
