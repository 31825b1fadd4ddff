"""The OctopusPro example: the same bytes from every run, and a list of planted problems that is true and complete."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "octopuspro"
EXPORT = EXAMPLE / "export"
LARGE = "site-walkthrough.mp4"
SYDNEY = ZoneInfo("Australia/Sydney")
CENT = Decimal("0.01")
MOMENT = "%d/%m/%Y %I:%M %p"

# object: file, encoding, separator, key columns
DELIMITED = {
    "customer": ("customers.csv", "cp1252", ",", ("Customer ID",)),
    "service": ("services.csv", "utf-8-sig", ";", ("Service ID",)),
    "service_option": ("service_options.csv", "utf-8", ",", ("Service ID", "Option Group", "Option")),
    "custom_field": ("custom_fields.csv", "utf-8", ",", ("Object", "Key")),
    "booking": ("bookings.csv", "utf-8-sig", ",", ("Booking No",)),
    "booking_fieldworker": ("booking_fieldworkers.csv", "utf-8", ",", ("Booking No", "Worker ID")),
    "booking_service": ("booking_services.csv", "utf-8", ",", ("Booking No", "Service ID")),
    "attachment": ("attachments.csv", "utf-8", ",", ("Attachment ID",)),
    "quote": ("quotes.csv", "utf-8", ",", ("Quote No",)),
    "quote_item": ("quote_items.csv", "utf-8", ";", ("Quote No", "Line")),
    "invoice": ("invoices.csv", "utf-8", ",", ("Invoice No",)),
    "invoice_item": ("invoice_items.csv", "utf-8", "|", ("Invoice No", "Line")),
    "payment": ("payments.txt", "utf-16", "\t", ("Payment ID",)),
}
KEYS = {
    "fieldworker": ("Worker ID",),
    "booking_note": ("note_id",),
    "form_answer": ("response_id", "position"),
    "automation": ("id",),
    "portal_setting": ("key",),
    "gps_point": ("worker", "time"),
} | {name: spec[3] for name, spec in DELIMITED.items()}

# child, its column, the parent that it names; an empty cell names none
LINKS = (
    ("customer", "Parent Customer ID", "customer"),
    ("booking", "Customer ID", "customer"),
    ("booking", "Service ID", "service"),
    ("booking_fieldworker", "Booking No", "booking"),
    ("booking_fieldworker", "Worker ID", "fieldworker"),
    ("booking_service", "Booking No", "booking"),
    ("booking_service", "Service ID", "service"),
    ("booking_note", "booking_no", "booking"),
    ("form_answer", "booking_no", "booking"),
    ("attachment", "Booking No", "booking"),
    ("service_option", "Service ID", "service"),
    ("quote", "Customer ID", "customer"),
    ("quote", "Booking No", "booking"),
    ("quote_item", "Quote No", "quote"),
    ("quote_item", "Service ID", "service"),
    ("invoice", "Customer ID", "customer"),
    ("invoice", "Booking No", "booking"),
    ("invoice_item", "Invoice No", "invoice"),
    ("invoice_item", "Service ID", "service"),
    ("payment", "Invoice No", "invoice"),
)

Rows = list[tuple[int, dict[str, Any]]]
Tables = dict[str, Rows]


def _delimited(content: bytes, encoding: str, separator: str) -> Rows:
    text = io.StringIO(content.decode(encoding), newline="")
    return list(enumerate(csv.DictReader(text, delimiter=separator, strict=True), start=2))


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Every object's rows with the number that a spreadsheet shows, read without the generator."""
    read = {
        name: _delimited((EXPORT / file).read_bytes(), encoding, separator)
        for name, (file, encoding, separator, _) in DELIMITED.items()
    }
    total = read["invoice"].pop()[1]
    assert total["Invoice No"] == "Total"
    sheet = CalamineWorkbook.from_path(str(EXPORT / "fieldworkers.xlsx")).get_sheet_by_index(0).to_python()
    assert sheet[-1][0] == "Total (12)"
    rows = [dict(zip(map(str, sheet[2]), cells, strict=True)) for cells in sheet[3:-1]]
    read["fieldworker"] = list(enumerate(rows, start=4))
    for name, file in (("form_answer", "forms"), ("automation", "automations"), ("portal_setting", "portal_settings")):
        read[name] = list(enumerate(json.loads((EXPORT / f"{file}.json").read_text("utf-8")), start=1))
    notes = (EXPORT / "booking_notes.jsonl").read_text("utf-8").split("\n")[:-1]
    read["booking_note"] = list(enumerate(map(json.loads, notes), start=1))
    with zipfile.ZipFile(EXPORT / "gps_history.zip") as archive:
        read["gps_point"] = _delimited(archive.read("gps_history.csv"), "utf-8", ",")
    return read


@pytest.fixture(scope="module")
def planted() -> list[dict[str, Any]]:
    return json.loads((EXAMPLE / "planted.json").read_text("utf-8"))


def _id(name: str, row: dict[str, Any]) -> str:
    return "|".join(str(row[column]) for column in KEYS[name])


def _said(planted: list[dict[str, Any]], name: str, outcome: str, column: str = "", kind: str = "planted") -> list[int]:
    """Return the rows of which planted.json says this, in order."""
    return sorted(
        entry["row"]
        for entry in planted
        if (entry["kind"], entry["object"], entry["expected_outcome"]) == (kind, name, outcome)
        and entry["row"] is not None
        and column in ("", entry["column"])
    )


def _money(text: str) -> Decimal:
    return Decimal(text.replace("$", "").replace(",", ""))


def test_every_run_writes_the_committed_bytes(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLE / "generate.py"), "--large", "--into", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "next:" in done.stdout

    large = next((tmp_path / "export").rglob(LARGE))
    assert large.stat().st_size == 26 * 1024 * 1024
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file() and path.name != LARGE}
    kept = {path.relative_to(EXAMPLE) for path in EXPORT.rglob("*") if path.is_file() and path.name != LARGE}
    assert made == kept | {Path("planted.json"), Path("oddities.json"), Path("README.md")}
    different = [name for name in made if (tmp_path / name).read_bytes() != (EXAMPLE / name).read_bytes()]
    assert different == []


def test_small_enough_to_keep() -> None:
    sizes = [path.stat().st_size for path in EXAMPLE.rglob("*") if path.is_file() and path.name != LARGE]
    assert sum(sizes) < 3_000_000


def test_counts_agree_with_the_manifest(tables: Tables) -> None:
    manifest = json.loads((EXPORT / "manifest.json").read_text("utf-8"))
    assert {entry["object"]: entry["rows"] for entry in manifest["files"]} == {
        name: len(rows) for name, rows in tables.items()
    }
    assert len(tables["customer"]) == 260
    assert len(tables["booking"]) == 329
    assert len(tables["invoice"]) == 170
    assert len(tables["gps_point"]) == 300
    assert 2_000 <= sum(map(len, tables.values())) <= 2_500


def test_encodings_are_what_they_seem() -> None:
    customers = (EXPORT / "customers.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        customers.decode("utf-8")
    assert b"\x92" in customers, "the curly apostrophe tells cp1252 from latin-1"
    assert (EXPORT / "payments.txt").read_bytes()[:2] == b"\xff\xfe"
    for name in ("bookings.csv", "services.csv"):
        assert (EXPORT / name).read_bytes().startswith(b"\xef\xbb\xbf")


def test_listed_rows_are_the_rows_that_they_name(tables: Tables, planted: list[dict[str, Any]]) -> None:
    odd = json.loads((EXAMPLE / "oddities.json").read_text("utf-8"))
    page = (EXAMPLE / "README.md").read_text("utf-8")
    for entry in [*planted, *odd]:
        rows = dict(tables[entry["object"]])
        if entry["row"] is None:
            assert entry["source_id"] == "*"
            assert entry["count"] == len(rows)
        else:
            assert _id(entry["object"], rows[entry["row"]]) == entry["source_id"], entry
        assert not entry["column"] or entry["column"] in next(iter(rows.values())), entry
    assert len({entry["id"] for entry in planted}) == len(planted)
    assert all(f"| {entry['id']} | `{entry['file']}` |" in page for entry in planted)


def test_emails(tables: Tables, planted: list[dict[str, Any]]) -> None:
    by_email = defaultdict(list)
    unclear = []
    for number, row in tables["customer"]:
        email = row["Email"].strip().casefold()
        if not re.fullmatch(r"[^@\s;]+@example\.(com|net|org)", email):
            if email:
                unclear.append(number)
        else:
            by_email[email].append(number)
    shared = [number for numbers in by_email.values() if len(numbers) > 1 for number in numbers]
    assert _said(planted, "customer", "flagged") == sorted(shared + unclear)
    assert len(unclear) == 2
    assert len(by_email["info@example.org"]) == 3
    missing = [number for number, row in tables["customer"] if not row["Email"]]
    assert _said(planted, "customer", "listed") == missing
    assert len(missing) == 20
    assert _said(planted, "fieldworker", "flagged") == [
        number for number, row in tables["fieldworker"] if not row["Email"]
    ]


def test_people_can_be_nobody_real(tables: Tables) -> None:
    for _, row in tables["customer"]:
        digits = re.sub(r"\D", "", row["Mobile"])
        assert re.fullmatch(r"(0|61)?49157\d{4}", digits), row["Mobile"]
        assert not row["Phone"] or re.fullmatch(r"\(0[2378]\) 5550 \d{4}", row["Phone"])
        assert row["Password"] == f"not-a-password-{row['Customer ID']}"
    text = (EXPORT / "booking_notes.jsonl").read_text("utf-8")
    assert set(re.findall(r"@([\w.]+)", text)) <= {"example.com", "example.net", "example.org"}


def _local_times(tables: Tables) -> Iterator[tuple[str, int, str, str]]:
    columns = {"booking": ("Start", "End", "Created", "Modified"), "attachment": ("Uploaded",)}
    for name, cells in columns.items():
        for number, row in tables[name]:
            yield from ((name, number, column, row[column]) for column in cells)


def test_bad_cells_and_repeated_numbers_are_quarantined(tables: Tables, planted: list[dict[str, Any]]) -> None:
    bad = defaultdict(set)
    for name, number, column, text in _local_times(tables):
        try:
            local = datetime.strptime(text, MOMENT).replace(tzinfo=SYDNEY)
        except ValueError:
            bad[name].add((number, column))
            continue
        exists = local.astimezone(UTC).astimezone(SYDNEY).replace(tzinfo=None) == local.replace(tzinfo=None)
        if not exists:
            bad[name].add((number, column))
        elif local.utcoffset() != local.replace(fold=1).utcoffset():
            pytest.fail(f"{name} row {number}: {text} happened twice, and nothing says which is meant")
    bad["booking"] |= {
        (number, "Total") for number, row in tables["booking"] if not re.fullmatch(r"\d+\.\d\d", row["Total"])
    }
    for name, rows in tables.items():
        seen: set[str] = set()
        for number, row in rows:
            if _id(name, row) in seen:
                bad[name].add((number, KEYS[name][0]))
            seen.add(_id(name, row))
    said = {
        (entry["object"], entry["row"], entry["column"])
        for entry in planted
        if entry["expected_outcome"] == "quarantined" and entry["object"] != "attachment"
    }
    assert said == {(name, *place) for name, places in bad.items() for place in places}
    assert {(column, dict(tables["booking"])[row][column]) for _, row, column in said} >= {
        ("Start", "31/02/2025 10:00 AM"),
        ("Start", "05/10/2025 02:30 AM"),
        ("Total", "abc"),
    }


def test_dates_of_payments_can_only_be_day_first(tables: Tables) -> None:
    days = [datetime.strptime(row["Date"], "%d/%m/%Y") for _, row in tables["payment"]]
    assert any(day.day > 12 for day in days)
    assert max(days) < datetime(2026, 11, 1)


def test_held_rows_are_those_without_a_parent_and_all_below_them(tables: Tables, planted: list[dict[str, Any]]) -> None:
    quarantined = {name: set(_said(planted, name, "quarantined")) for name in tables}
    arrives = {
        name: {_id(name, row) for number, row in rows if number not in quarantined[name]}
        for name, rows in tables.items()
    }
    everything = {name: {_id(name, row) for _, row in rows} for name, rows in tables.items()}
    direct: set[tuple[str, int]] = set()
    held: set[tuple[str, int]] = set()
    while True:
        found = {
            (child, number, column, parent, row[column])
            for child, column, parent in LINKS
            for number, row in tables[child]
            if row[column] and row[column] not in arrives[parent]
            if number not in quarantined[child] and (child, number) not in held
        }
        if not found:
            break
        for child, number, _, parent, wanted in found:
            held.add((child, number))
            arrives[child].discard(_id(child, dict(tables[child])[number]))
            if wanted not in everything[parent]:
                direct.add((child, number))
    said = {
        kind: {
            (entry["object"], entry["row"])
            for entry in planted
            if (entry["kind"], entry["expected_outcome"]) == (kind, "held")
        }
        for kind in ("planted", "follows")
    }
    assert said["planted"] == direct
    assert said["follows"] == held - direct
    assert len(direct) == 3
    assert {name for name, _ in said["follows"]} >= {"customer", "quote", "invoice", "invoice_item", "payment"}


def test_bookings_without_a_customer_are_listed(tables: Tables, planted: list[dict[str, Any]]) -> None:
    assert _said(planted, "booking", "listed") == [
        number for number, row in tables["booking"] if not row["Customer ID"]
    ]


def test_business_hierarchy_is_three_deep_and_out_of_order(tables: Tables) -> None:
    place = {row["Customer ID"]: number for number, row in tables["customer"]}
    parent = {row["Customer ID"]: row["Parent Customer ID"] for _, row in tables["customer"]}
    deep = [name for name in parent if parent.get(parent.get(parent[name], ""), "missing") == ""]
    assert len(deep) == 24
    assert any(place[name] < place[parent[name]] for name in deep)


def test_prices_with_more_decimals_than_are_shown_are_odd_but_clean(tables: Tables) -> None:
    long = [number for number, row in tables["service"] if _money(row["Price"]) % CENT]
    odd = json.loads((EXAMPLE / "oddities.json").read_text("utf-8"))
    assert [e["row"] for e in odd if (e["object"], e["column"]) == ("service", "Price")] == long
    assert len(long) == 1


def _net(row: dict[str, Any]) -> Decimal:
    discount = Decimal(row.get("Discount %", "0"))
    return Decimal(row["Qty"]) * _money(row["Unit Price"]) * (100 - discount) / 100


@pytest.mark.parametrize(
    ("document", "item", "key", "rate"),
    [("invoice", "invoice_item", "Invoice No", "GST %"), ("quote", "quote_item", "Quote No", "GST")],
)
def test_totals_are_those_of_the_lines_but_where_planted(
    tables: Tables, planted: list[dict[str, Any]], document: str, item: str, key: str, rate: str
) -> None:
    lines = defaultdict(list)
    for _, row in tables[item]:
        assert _net(row) == _money(row["Amount"]), row
        lines[row[key]].append((_net(row), Decimal(row[rate].removesuffix("%")) / 100))
    differs: dict[int, set[str]] = defaultdict(set)
    for number, row in tables[document]:
        own = lines[row[key]]
        subtotal = sum((net for net, _ in own), Decimal(0))
        per_line = sum(((net * gst).quantize(CENT, ROUND_HALF_UP) for net, gst in own), Decimal(0))
        at_once = sum((net * gst for net, gst in own), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
        expected = {"Subtotal": {subtotal}, "GST": {per_line, at_once}}
        expected["Total"] = {subtotal + gst for gst in expected["GST"]}
        differs[number] |= {column for column, values in expected.items() if {_money(row[column])} != values}
        if not own:
            differs[number].add("Balance")
    said: dict[int, set[str]] = defaultdict(set)
    for entry in planted:
        if (entry["object"], entry["expected_outcome"]) == (document, "difference"):
            said[entry["row"]].add(entry["column"])
    assert said == {number: columns for number, columns in differs.items() if columns}
    if document == "invoice":
        assert sorted(map(sorted, said.values())) == [
            ["Balance", "GST", "Subtotal", "Total"],
            ["GST", "Total"],
            ["Total"],
        ]


def test_paid_balance_and_status_agree_with_the_payments(tables: Tables, planted: list[dict[str, Any]]) -> None:
    status = {row["Invoice No"]: row["Status"] for _, row in tables["invoice"]}
    paid: dict[str, Decimal] = defaultdict(Decimal)
    left_out = []
    for number, row in tables["payment"]:
        if row["Status"] != "Approved" or status[row["Invoice No"]] == "Void":
            left_out.append(number)
        else:
            paid[row["Invoice No"]] += _money(row["Amount"]) * (-1 if row["Type"] == "Refund" else 1)
    for _, row in tables["invoice"]:
        assert _money(row["Paid"]) == paid[row["Invoice No"]], row
        assert _money(row["Balance"]) == _money(row["Total"]) - _money(row["Paid"]), row
        assert (_money(row["Balance"]) == 0) == (row["Status"] == "Closed"), row
    assert _said(planted, "payment", "excluded") == left_out
    assert len(left_out) == 3
    assert Counter(row["Type"] for _, row in tables["payment"])["Refund"] == 2
    assert max(Counter(row["Invoice No"] for _, row in tables["payment"]).values()) == 3


def test_attachments_that_cannot_be_carried_over(tables: Tables, planted: list[dict[str, Any]]) -> None:
    gone = [
        number
        for number, row in tables["attachment"]
        if row["Path"].endswith(LARGE) or not (EXPORT / row["Path"]).is_file()
    ]
    assert _said(planted, "attachment", "quarantined") == gone
    assert len(gone) == 2
    starts = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".pdf": b"%PDF-"}
    kept = [EXPORT / row["Path"] for number, row in tables["attachment"] if number not in gone]
    assert {path.suffix for path in kept} == set(starts)
    assert all(path.read_bytes().startswith(starts[path.suffix]) for path in kept)


def test_fields_without_a_counterpart_and_options(tables: Tables, planted: list[dict[str, Any]]) -> None:
    strange = [number for number, row in tables["custom_field"] if row["Type"] in ("signature", "formula")]
    assert _said(planted, "custom_field", "listed") == strange
    owners = {"Customer": "customer", "Booking": "booking"}
    for _, field in tables["custom_field"]:
        values = [row[field["Column"]] for _, row in tables[owners[field["Object"]]]]
        assert any(values)
        if field["Required"] == "Yes":
            assert all(values)
        if field["Type"] in ("selection", "multi-select"):
            used = {part for value in values if value for part in value.split("; ")}
            assert used <= set(field["Options"].split(";"))
    options = defaultdict(set)
    for _, row in tables["service_option"]:
        options[row["Service ID"]].add(row["Option"])
    assert len(options) == 4
    for name in ("booking", "booking_service", "quote_item", "invoice_item"):
        for _, row in tables[name]:
            assert row["Option"] in options.get(row["Service ID"], {""}), row


def test_authors_of_notes_that_nobody_knows(tables: Tables, planted: list[dict[str, Any]]) -> None:
    known = {row["Email"] for _, row in tables["fieldworker"] if row["Has Login"] == "Yes"}
    unknown = [number for number, row in tables["booking_note"] if row["author_email"] not in known]
    assert _said(planted, "booking_note", "listed") == unknown
    assert len(unknown) < 0.05 * len(tables["booking_note"])
    offsets = {row["created"][-6:] for _, row in tables["booking_note"]}
    assert offsets == {"+10:00", "+11:00"}


def test_what_is_left_behind_as_a_whole(planted: list[dict[str, Any]]) -> None:
    whole = {(entry["kind"], entry["object"], entry["expected_outcome"]) for entry in planted if entry["row"] is None}
    assert whole == {
        ("column", "customer", "excluded"),
        ("planted", "automation", "excluded"),
        ("planted", "portal_setting", "excluded"),
        ("planted", "gps_point", "excluded"),
    }
