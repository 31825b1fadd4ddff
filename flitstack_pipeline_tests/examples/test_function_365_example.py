"""The example of Function 365: the same bytes from every run, and an organization as messy as it says."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform import registry

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "function_365"
ORG = EXAMPLE / "org"
Row = dict[str, Any]


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, Row]]:
    found = {}
    for file in (ORG / "data").glob("*.jsonl"):
        key = json.loads((ORG / "entities" / f"{file.stem}.json").read_text("utf-8"))["primary_id"]
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        found[file.stem] = {row[key]: row for row in rows}
        assert len(found[file.stem]) == len(rows), f"{file.stem}: an id is there twice"
    return found


@pytest.fixture(scope="module")
def planted() -> list[Row]:
    return json.loads((EXAMPLE / "planted.json").read_text("utf-8"))


def test_every_run_writes_the_committed_bytes(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLE / "generate.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(EXAMPLE) for path in ORG.rglob("*") if path.is_file()}
    assert made == kept | {Path("planted.json"), Path("README.md")}
    assert [name for name in made if (tmp_path / name).read_bytes() != (EXAMPLE / name).read_bytes()] == []
    assert sum(path.stat().st_size for path in ORG.rglob("*") if path.is_file()) < 2_000_000


def test_references_that_lead_nowhere_are_planted(tables, planted) -> None:
    known = {row_id for rows in tables.values() for row_id in rows}
    lost = {
        row_id
        for rows in tables.values()
        for row_id, row in rows.items()
        for value in row.values()
        if isinstance(value, dict) and value["id"] not in known
    }
    assert lost
    assert lost <= {entry["source_id"] for entry in planted}


def test_planted_entries_name_rows_that_are_there(tables, planted) -> None:
    known = {row_id for rows in tables.values() for row_id in rows}
    assert [entry["id"] for entry in planted if entry["source_id"] not in known] == []
    assert len({entry["id"] for entry in planted}) == len(planted)
    outcomes = {entry["expected_outcome"] for entry in planted}
    assert {"quarantined", "held", "excluded", "skipped", "created", "flagged"} <= outcomes


def test_every_connection_is_there_from_both_ends(tables) -> None:
    rows = tables["connection"]
    for row_id, row in rows.items():
        other = rows[row["relatedconnectionid"]["id"]]
        assert other["relatedconnectionid"]["id"] == row_id
        assert (row["record1id"], row["ismaster"]) == (other["record2id"], not other["ismaster"])
    pairs = Counter((r["record1id"]["id"], r["record2id"]["id"]) for r in rows.values())
    assert max(pairs.values()) == 2


def test_only_the_planted_nhs_number_is_wrong(tables, planted) -> None:
    check = registry.resolve("nhs_number")
    wrong = set()
    written = Counter[str]()
    for row_id, row in tables["contact"].items():
        if number := row.get("hb_nhsnumber"):
            written["spaces" if " " in number else "zero" if number[0] == "0" else "plain"] += 1
            try:
                assert check(number) == number
            except RecordError:
                wrong.add(row_id)
    assert wrong == {e["source_id"] for e in planted if e["column"] == "hb_nhsnumber"}
    assert set(written) == {"spaces", "zero", "plain"}


def test_no_single_path_tells_the_order_of_the_stages(tables) -> None:
    paths = {w["traversedpath"] for w in tables["opportunitysalesprocess"].values()}
    assert any(len(p.split(",")) != len(set(p.split(","))) for p in paths), "nobody went back"
    assert list(tables["processstage"]) != sorted(tables["processstage"])


def test_files_are_as_long_as_their_rows_say(tables) -> None:
    for table, column in (("annotation", "documentbody"), ("activitymimeattachment", "body")):
        for folder in (ORG / "files" / table).iterdir():
            (body,) = (folder / column).iterdir()
            assert body.stat().st_size == tables[table][folder.name]["filesize"]


def test_people_are_invented(tables) -> None:
    mails = [
        v
        for rows in tables.values()
        for row in rows.values()
        for n, v in row.items()
        if isinstance(v, str) and ("emailaddress" in n or n in ("sender", "addressused"))
    ]
    hosts = {m.rpartition("@")[2].rstrip(";").lower() for m in mails}
    assert all(h.endswith(".example") or h == "example.com" for h in hosts), hosts


def test_the_demo_serves_this_organization() -> None:
    demo = YAML(typ="safe").load((ROOT / "mappings" / "migrations" / "function_365-demo.yaml").read_text("utf-8"))
    assert ROOT / demo["source"]["sandbox"] == ORG
