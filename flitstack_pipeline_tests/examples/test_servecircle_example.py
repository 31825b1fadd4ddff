"""The ServeCircle example: the same bytes from every run, and a list of planted problems that is true and complete."""

import re
import subprocess
import sys
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from support import servecircle_export as sc

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.identifiers import gstin

PAISA = Decimal("0.01")


def _planted(name: str, column: str = "") -> set[int]:
    return {e["row"] for e in sc.PLANTED if e["object"] == name and column in ("", e["column"])}


def test_the_generator_gives_the_committed_bytes(tmp_path: Path) -> None:
    command = [sys.executable, str(sc.EXAMPLE / "generate.py"), "--into", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    made = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    kept = {
        p.relative_to(sc.EXAMPLE): p.read_bytes()
        for p in sc.EXAMPLE.rglob("*")
        if p.is_file() and p.suffix != ".pyc" and p.suffix != ".py"
    }
    assert made == kept


def test_it_is_small_and_has_every_object() -> None:
    assert all(sc.records(name) for name in sc.FILES)
    assert 1000 <= sum(len(sc.records(name)) for name in sc.FILES) <= 2500
    assert sum(p.stat().st_size for p in sc.EXAMPLE.rglob("*") if p.suffix != ".pyc" and p.is_file()) < 2_000_000


def test_planted_entries_point_to_their_rows() -> None:
    for entry in [*sc.PLANTED, *sc.ODD]:
        if entry["row"] is None:
            assert entry["count"] == len(sc.records(entry["object"]))
            continue
        row = next(r for r in sc.records(entry["object"]) if r.row == entry["row"])
        assert row.id == entry["source_id"]
        assert entry["column"] in row.cells, entry


def test_gst_numbers_are_right_but_for_the_planted_ones() -> None:
    wrong = set()
    for name in ("branch", "service_account"):
        for row in sc.records(name):
            try:
                assert not row["GSTIN"] or gstin(row["GSTIN"])
            except RecordError:
                wrong.add(row.row)
    assert wrong == _planted("service_account", "GSTIN")
    assert len(wrong) == 2


@pytest.mark.parametrize(
    "name", ["job_sheet", "quotation", "invoice", "quotation_line", "invoice_line", "job_attachment"]
)
def test_every_reference_leads_to_a_row_or_is_planted(name: str) -> None:
    targets = {
        "Account No": "service_account", "Job No": "job_sheet", "Branch": "branch", "Quotation No": "quotation",
        "Invoice No": "invoice", "Item Code": "item", "Technician Email": "technician",
    }  # fmt: skip
    ids = {parent: {r.id for r in sc.records(parent)} for parent in targets.values()}
    own = sc.FILES[name][4]
    for row in sc.records(name):
        for column, parent in targets.items():
            if not row.cells.get(column) or own == (column,):
                continue
            if row[column] not in ids[parent] and row[column].lower() not in ids[parent]:
                assert row.row in _planted(name, column), (row.id, column)


@pytest.mark.parametrize(("name", "lines"), [("quotation", "quotation_line"), ("invoice", "invoice_line")])
def test_documents_add_up(name: str, lines: str) -> None:
    wrong = set()
    for row in sc.records(name):
        mine = [r for r in sc.records(lines) if r.id.startswith(f"{row.id}|")]
        taxable = sum((sc.amount(r["Taxable"]) for r in mine), Decimal(0))
        halves = sum(
            ((sc.amount(r["Taxable"]) * sc.amount(r["GST %"]) / 200).quantize(PAISA, ROUND_HALF_UP) for r in mine),
            Decimal(0),
        )
        whole = sum(
            ((sc.amount(r["Taxable"]) * sc.amount(r["GST %"]) / 100).quantize(PAISA, ROUND_HALF_UP) for r in mine),
            Decimal(0),
        )
        between = bool(sc.amount(row["IGST"]))
        tax = [sc.amount(row[c]) for c in ("CGST", "SGST", "IGST")]
        right = tax == ([0, 0, whole] if between else [halves, halves, 0])
        total = taxable + sum(tax) + sc.amount(row.cells.get("Round Off", ""))
        if (
            not mine
            or not right
            or taxable != sc.amount(row["Taxable Value"])
            or total != sc.amount(row["Grand Total"])
        ):
            wrong.add(row.row)
        if name == "invoice" and row.row not in wrong:
            assert total == total.to_integral_value()
    assert wrong == {e["row"] for e in sc.PLANTED if e["object"] == name and e["kind"] == "planted"}


def test_indian_formats_are_there() -> None:
    jobs = sc.records("job_sheet")
    assert any(
        re.fullmatch(r"₹ \d{1,2},\d{2},\d{3}\.\d{2}", r["Estimated Cost"]) for r in sc.records("job_sheet")
    ) or any(re.search(r"\d,\d{2},\d{3}\.", r["Grand Total"]) for r in sc.records("invoice"))
    assert all(re.fullmatch(r"\d{2}-\d{2}-\d{4}", r["Job Date"]) for r in jobs)
    assert all(re.fullmatch(r"\d{2}/\d{2}/\d{4}", r["Date"]) for r in sc.records("invoice"))
    assert {"in-progress", "Inprogress", "On-Hold"} <= {r["Status"] for r in jobs}
    assert any(re.search("[\u0900-\u097f]", r["Account Name"]) for r in sc.records("service_account"))
    assert Counter(r["Mobile No"] for r in sc.records("service_account"))["9.19876E+11"] == 2
    assert {"0", "1", "2", "3", "L1", "L2", "L3"} <= {r["Escalation Level"] for r in jobs}
