"""The example of The Service Program: the same bytes from every run, and a list of planted problems that is true and complete."""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from support import tsp_export as tsp

# child, its columns with the parent's key, the parent; an empty cell names none
LINKS = (
    ("service_location", ("CustomerID",), "customer"),
    ("work_order", ("CustomerID",), "customer"),
    ("work_order", ("LocationID",), "service_location"),
    ("work_order_line", ("WorkOrderNo",), "work_order"),
    ("work_order_line", ("Technician",), "technician"),
    ("note", ("WorkOrderNo",), "work_order"),
    ("note", ("WorkOrderNo", "LineNo"), "work_order_line"),
    ("time_log", ("WorkOrderNo",), "work_order"),
    ("time_log", ("TechID",), "technician"),
    ("equipment", ("LocationID",), "service_location"),
    ("recurring", ("CustomerID",), "customer"),
    ("recurring", ("LocationID",), "service_location"),
    ("recurring", ("Technician",), "technician"),
    ("invoice", ("CustomerID",), "customer"),
    ("invoice_line", ("InvoiceNo",), "invoice"),
    ("estimate", ("CustomerID",), "customer"),
)
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def tables() -> dict[str, list[tsp.Record]]:
    return {name: tsp.records(name) for name in tsp.FILES}


@pytest.fixture(scope="module")
def planted() -> list[dict[str, Any]]:
    return json.loads((tsp.EXAMPLE / "planted.json").read_text("utf-8"))


def _rows(planted: list[dict[str, Any]], *outcomes: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for entry in planted:
        if entry["expected_outcome"] in outcomes:
            found[entry["object"]].add(entry["row"])
    return found


def test_every_run_writes_the_committed_bytes(tmp_path: Path) -> None:
    command = [sys.executable, str(tsp.EXAMPLE / "generate.py"), "--into", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(tsp.EXAMPLE) for path in tsp.EXPORT.rglob("*") if path.is_file()}
    assert made == kept | {Path("planted.json"), Path("README.md")}
    assert [name for name in made if (tmp_path / name).read_bytes() != (tsp.EXAMPLE / name).read_bytes()] == []
    assert sum(path.stat().st_size for path in tsp.EXAMPLE.rglob("*") if path.is_file()) < 1_000_000


def test_the_files_are_what_their_names_say() -> None:
    starts = {".xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xlsx": b"PK\x03\x04"}
    kinds = Counter(path.suffix for path in tsp.EXPORT.iterdir())
    assert kinds == {".csv": 11, ".xls": 2, ".xlsx": 3}
    for path in tsp.EXPORT.iterdir():
        if path.suffix in starts:
            assert path.read_bytes().startswith(starts[path.suffix]), path.name


def test_reports_have_what_report_writers_print() -> None:
    printed = {name: [str(row[0]) if row else "" for row in tsp.sheet(name)] for name in tsp.FILES}
    for name in ("customer", "work_order", "work_order_line", "invoice"):
        assert printed[name][0] == "Garden State Pool & Comfort LLC"
    assert sum(cell == "CustomerID" for cell in printed["customer"]) == 3
    assert any(cell.startswith("Page 1 of") for cell in printed["work_order"])
    lines = tsp.records("work_order_line")
    groups = len({line["WorkOrderNo"] for line in lines})
    assert sum(cell.startswith("Subtotal for ") for cell in printed["work_order_line"]) == groups > 100
    assert sum(cell.startswith("WO-") for cell in printed["work_order_line"]) == groups < len(lines)
    assert printed["invoice_line"][-1] == "Grand Total"


def test_sizes(tables: dict[str, list[tsp.Record]]) -> None:
    assert 1_000 <= sum(map(len, tables.values())) <= 2_500
    assert min(map(len, tables.values())) >= 6


def test_listed_rows_are_the_rows_that_they_name(
    tables: dict[str, list[tsp.Record]], planted: list[dict[str, Any]]
) -> None:
    page = (tsp.EXAMPLE / "README.md").read_text("utf-8")
    for entry in planted:
        record = next(r for r in tables[entry["object"]] if r.row == entry["row"])
        assert record.id == entry["source_id"], entry
        assert entry["file"] == tsp.FILES[entry["object"]].name
        assert entry["column"] in record.cells, entry
        assert entry["kind"] != "planted" or f"| {entry['id']} | `{entry['file']}` |" in page
    assert len({entry["id"] for entry in planted}) == len(planted)


def test_held_rows_are_those_that_join_to_nothing_and_all_below_them(
    tables: dict[str, list[tsp.Record]], planted: list[dict[str, Any]]
) -> None:
    stopped = _rows(planted, "quarantined")
    rejected = {name: set(rows) for name, rows in stopped.items()}
    held: dict[str, set[int]] = defaultdict(set)
    accepted = {r.row for r in tables["estimate"] if r["Status"] == "Accepted"}
    moved = True
    while moved:
        moved = False
        for child, columns, parent in LINKS:
            there = {r.id for r in tables[parent] if r.row not in rejected.get(parent, set()) | held[parent]}
            for record in tables[child]:
                if record.row in rejected.get(child, set()) | held[child] or (
                    child == "estimate" and record.row in accepted
                ):
                    continue
                wanted = _wanted(child, columns, record, tables)
                if wanted and wanted not in there:
                    held[child].add(record.row)
                    moved = True
    # A line of a quarantined invoice shares its fate and does not wait.
    assert {name: rows for name, rows in held.items() if rows} == _rows(planted, "held")


def _wanted(child: str, columns: tuple[str, ...], record: tsp.Record, tables: dict[str, list[tsp.Record]]) -> str:
    values = [record[c] for c in columns]
    if columns == ("WorkOrderNo", "LineNo") and values[1] == "":
        has_lines = any(line["WorkOrderNo"] == values[0] for line in tables["work_order_line"])
        return f"{values[0]}|1" if has_lines else ""
    return "" if "" in values else "|".join(tsp.key_text(v) for v in values)


def test_flagged_rows(tables: dict[str, list[tsp.Record]], planted: list[dict[str, Any]]) -> None:
    flagged = _rows(planted, "flagged")
    rejected = _rows(planted, "quarantined")
    customers = [r for r in tables["customer"] if r["CustomerType"] != "Prospect" and r.row not in rejected["customer"]]
    emails = Counter(r["Email"].casefold() for r in customers if r["Email"])
    assert flagged["customer"] == {r.row for r in customers if not r["Email"] or emails[r["Email"].casefold()] > 1}
    assert flagged["technician"] == {r.row for r in tables["technician"] if not r["Email"]}
    assert flagged["equipment"] == {r.row for r in tables["equipment"] if not r["SerialNo"]}


def test_identifiers_keep_their_zeros(tables: dict[str, list[tsp.Record]]) -> None:
    customers = [r for r in tables["customer"] if r["CustomerType"] != "Prospect"]
    assert all(isinstance(r["QBCustomerID"], str) and len(r["QBCustomerID"]) == 5 for r in customers)
    assert sum(r["QBCustomerID"].startswith("0") for r in customers) == len(customers)
    assert any(r["Zip"].startswith("0") for r in tables["service_location"])


def test_invoice_totals_are_those_of_the_lines_but_where_planted(
    tables: dict[str, list[tsp.Record]], planted: list[dict[str, Any]]
) -> None:
    lines = defaultdict(list)
    for line in tables["invoice_line"]:
        if line["Qty"] != "two":
            assert Decimal(str(line["Qty"])) * Decimal(str(line["Rate"])) == Decimal(str(line["Amount"]))
        lines[line["InvoiceNo"]].append(line)
    differs: dict[int, set[str]] = defaultdict(set)
    for invoice in tables["invoice"]:
        own = lines[invoice["InvoiceNo"]]
        net = sum(Decimal(str(line["Amount"])) for line in own)
        taxable = sum((Decimal(str(line["Amount"])) for line in own if line["Taxable"] == "Yes"), Decimal(0))
        rate = Decimal(invoice["TaxRate"].removesuffix("%"))
        tax = (taxable * rate / 100).quantize(CENT, ROUND_HALF_UP)
        paid = tsp.money(invoice["AmountPaid"])
        assert bool(paid) == bool(invoice["LastPaid"])
        expected = {"SubTotal": net, "Tax": tax, "Total": net + tax, "Balance": net + tax - paid}
        if columns := {c for c, value in expected.items() if tsp.money(invoice[c]) != value}:
            differs[invoice.row] = columns
    said: dict[int, set[str]] = defaultdict(set)
    for entry in planted:
        if entry["expected_outcome"] == "difference":
            said[entry["row"]].add(entry["column"])
    assert differs == said
    assert list(said.values()) == [{"Total", "Balance"}]


def test_people_can_be_nobody_real(tables: dict[str, list[tsp.Record]]) -> None:
    for name, column in (("customer", "Email"), ("technician", "Email"), ("estimate", "Email")):
        domains = {r[column].partition("@")[2] for r in tables[name] if r[column]}
        assert domains <= {"example.com", "example.net", "example.org"}
    for name in ("customer", "service_location", "technician", "estimate"):
        assert all("555-01" in r["Phone"] for r in tables[name] if r["Phone"])
