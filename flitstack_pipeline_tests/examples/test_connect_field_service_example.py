"""The Connect Field Service example: the same bytes from every run, what it is meant to hold, and a true list of problems."""

import json
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from support import lakeside_org as org


def test_every_run_writes_the_same_bytes(tmp_path: Path) -> None:
    script = org.EXAMPLE / "generate.py"
    subprocess.run([sys.executable, str(script), "--into", str(tmp_path)], check=True, capture_output=True, timeout=120)
    for name in ("README.md", "planted.json"):
        assert (tmp_path / name).read_bytes() == (org.EXAMPLE / name).read_bytes(), name
    assert _files(tmp_path / "org") == _files(org.ORG)


def _files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_it_is_of_the_size_that_an_example_may_have() -> None:
    rows = sum(len((p).read_text("utf-8").splitlines()) for p in (org.ORG / "data").glob("*.jsonl"))
    assert 1_000 <= rows <= 2_500
    assert sum(len(data) for data in _files(org.ORG).values()) < 2_000_000


def test_every_table_has_its_definition_and_its_columns() -> None:
    for file in (org.ORG / "data").glob("*.jsonl"):
        own = org.definition(file.stem)
        known = {own["primary_id"], "transactioncurrencyid", *(a["name"] for a in own["attributes"])}
        for row_id, row in org.rows(file.stem).items():
            assert set(row) <= known, (file.stem, row_id)


def test_lookups_lead_to_rows_except_for_those_that_are_planted() -> None:
    lost = {
        (table, row_id)
        for table in org.OBJECTS
        for row_id, row in org.rows(table).items()
        for value in row.values()
        if isinstance(value, dict) and value["id"] not in org.rows(value["table"])
    }
    gone = {(e["table"], e["source_id"]) for e in org.PLANTED if "not in the organization any more" in e["problem"]}
    assert lost == gone


def test_planted_rows_are_there_and_each_says_what_is_expected() -> None:
    words = {*org.STOPPED, "flagged", "archived", "changed", "kept", "with the company"}
    assert len({e["id"] for e in org.PLANTED}) == len(org.PLANTED) > 30
    for entry in org.PLANTED:
        assert entry["source_id"] in org.rows(entry["table"]), entry
        assert entry["expected_outcome"] in words
    assert {e["expected_outcome"] for e in org.PLANTED} == words


def test_accounts_have_a_circle_and_four_levels() -> None:
    parents = {i: org.target(r, "parentaccountid") for i, r in org.rows("account").items()}
    circle = set(org.planted("account", "quarantined"))
    assert {parents[i] for i in circle} == circle
    depths = Counter(_depth(parents, i) for i in set(parents) - circle - org.stopped("account"))
    assert set(depths) == {1, 2, 3, 4}


def _depth(parents: dict[str, str | None], at: str | None) -> int:
    return 0 if at is None else 1 + _depth(parents, parents[at])


def test_look_up_tables_have_values_that_no_work_order_uses() -> None:
    for table, lookup in (
        ("msdyn_workordersubstatus", "msdyn_substatus"),
        ("msdyn_workordertype", "msdyn_workordertype"),
    ):
        used = {org.target(row, lookup) for row in org.rows("msdyn_workorder").values()}
        states = {i: row["statecode"] for i, row in org.rows(table).items()}
        assert any(state == 0 and i not in used for i, state in states.items()), table
        assert any(state == 1 for state in states.values()), table


@pytest.mark.parametrize("column", ["msdyn_systemstatus", "new_equipmentclass"])
def test_choices_have_labels_in_two_languages(column: str) -> None:
    options = next(a for a in org.definition("msdyn_workorder")["attributes"] if a["name"] == column)["options"]
    assert all(set(option["labels"]) == {"1033", "1036"} for option in options)


def test_windows_fall_on_another_day_in_chicago_than_in_utc() -> None:
    starts = [
        row["msdyn_datewindowstart"] for row in org.rows("msdyn_workorder").values() if "msdyn_datewindowstart" in row
    ]
    days = Counter(org.local_day(start) == datetime.fromisoformat(start).date() for start in starts)
    assert days[False] > 20
    assert days[True] > 20


def test_files_are_those_that_rows_tell_of() -> None:
    folders = {p.parent.name for p in (org.ORG / "files" / "annotation").glob("*/documentbody")}
    told = {i for i, row in org.rows("annotation").items() if row["isdocument"]}
    missing = {e["source_id"] for e in org.PLANTED if e["records"] == "note_file" and "byte" not in e["problem"]}
    assert folders == told - missing
    for row_id in folders:
        assert len(org.body("annotation", row_id, "documentbody") or b"") == org.rows("annotation")[row_id]["filesize"]


def test_the_data_of_an_alert_is_json_of_its_device() -> None:
    for row in org.rows("msdyn_iotalert").values():
        assert json.loads(row["msdyn_alertdata"])["deviceId"] == row["msdyn_deviceid"]
