"""What changed since: by the change log, by modifiedon, by reading all; and an extract brought up to date by it."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from support.dataverse_server.toy import USER, account, guid

from flitstack_pipeline.errors import SourceError
from flitstack_pipeline.sources.base import iter_rows, read_extract

COLUMNS = {"name": "text", "revenue": "decimal"}


def names(extract) -> dict[str, str]:
    return {row["_id"]: row["name"] for batch in iter_rows(extract) for row in batch}


def edit(org) -> None:
    """Change one account, add one, delete one, and make one that is gone again."""
    org.control.update("account", account(2), {"name": "Changed"})
    org.control.create("account", {"name": "New"}, account(50))
    org.control.delete("account", account(3))
    org.control.create("account", {"name": "Short-lived"}, account(51))
    org.control.delete("account", account(51))


EXPECTED = {account(n): f"Account {n}" for n in (1, 4, 5, 6, 7)} | {account(2): "Changed", account(50): "New"}


def untrack(folder: Path, table: str, *, without: str = "") -> None:
    """Serve a table without change tracking (and without one of its columns)."""
    path = folder / "entities" / f"{table}.json"
    entity = json.loads(path.read_text())
    entity["change_tracking"] = False
    entity["attributes"] = [a for a in entity["attributes"] if a["name"] != without]
    path.write_text(json.dumps(entity))
    data = folder / "data" / f"{table}.jsonl"
    rows = [{k: v for k, v in json.loads(line).items() if k != without} for line in data.read_text().splitlines()]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(params=["tracking", "modifiedon", "full"])
def road(request, org_folder):
    if request.param != "tracking":
        untrack(org_folder, "account", without="modifiedon" if request.param == "full" else "")
    return request.param


def test_changes_of_each_kind_of_table(road, org):
    source = org.thing(COLUMNS)
    assert source.extract("thing", into=org.into).rows == 7
    edit(org)
    changes = source.changes("thing", into=org.into)
    assert changes.road == road
    assert changes.deleted == (account(3),), "the short-lived one was never seen here"
    found = names(changes.upserts)
    assert {k: v for k, v in found.items() if k in (account(2), account(50))} == {
        account(2): "Changed",
        account(50): "New",
    }
    assert account(3) not in found and changes.upserts.rejected == 0
    if road == "tracking":
        assert len(found) == 2, "and nothing else"
    assert names(read_extract(org.into, "thing"))[account(2)] == "Account 2", "the extract is as it was"


def test_an_extract_is_brought_up_to_date(road, org):
    source = org.thing(COLUMNS)
    source.extract("thing", into=org.into)
    edit(org)
    extract, changes = source.update("thing", into=org.into)
    assert changes.road == road
    assert names(extract) == EXPECTED and extract == read_extract(org.into, "thing")
    again, nothing = source.update("thing", into=org.into)
    assert nothing.deleted == () and names(again) == EXPECTED
    if road == "tracking":
        assert nothing.upserts.rows == 0


def test_changes_come_again_until_they_are_accepted(org):
    source = org.thing(COLUMNS)
    source.extract("thing", into=org.into)
    org.control.update("account", account(2), {"name": "Changed"})
    assert source.changes("thing", into=org.into).upserts.rows == 1
    org.control.update("account", account(4), {"name": "Changed too"})
    assert source.changes("thing", into=org.into).upserts.rows == 2
    assert source.accept("thing", into=org.into)
    assert not source.accept("thing", into=org.into)
    assert source.changes("thing", into=org.into).upserts.rows == 0


def test_many_changes_come_in_pages(org):
    source = org.thing(COLUMNS)
    source.extract("thing", into=org.into)
    for number in range(1, 8):
        org.control.update("account", account(number), {"name": f"Again {number}"})
    org.control.delete("account", account(7))
    extract, changes = source.update("thing", into=org.into)
    assert (changes.upserts.rows, changes.deleted) == (6, (account(7),))
    assert names(extract) == {account(n): f"Again {n}" for n in range(1, 7)}


def test_a_place_in_the_change_log_that_has_expired(org):
    source = org.thing(COLUMNS)
    source.extract("thing", into=org.into)
    edit(org)
    org.control.expire_deltas()
    extract, changes = source.update("thing", into=org.into)
    assert changes.road == "full" and changes.deleted == (account(3),)
    assert "the change log does not reach back to the last reading (0x80044352)" in changes.said[0]
    assert names(extract) == EXPECTED
    org.control.update("account", account(1), {"name": "Later"})
    assert source.changes("thing", into=org.into).road == "tracking", "the full reading began a new chain"


def test_other_columns_are_read_whole(org):
    org.thing(COLUMNS).extract("thing", into=org.into)
    edit(org)
    extract, changes = org.thing({**COLUMNS, "ownerid": "id"}).update("thing", into=org.into)
    assert changes.road == "full" and changes.deleted == (account(3),)
    assert names(extract) == EXPECTED
    assert {row["ownerid"] for batch in iter_rows(extract) for row in batch} >= {USER}


def test_a_changed_row_that_cannot_be_read_leaves_the_extract(org):
    for number in range(1, 8):
        org.control.update("account", account(number), {"name": str(number)})
    source = org.thing({"name": "integer"})
    source.extract("thing", into=org.into)
    org.control.update("account", account(2), {"name": "two"})
    extract, _ = source.update("thing", into=org.into)
    assert (extract.rows, extract.rejected) == (6, 1)
    org.control.update("account", account(2), {"name": "22"})
    extract, _ = source.update("thing", into=org.into)
    assert (extract.rows, extract.rejected) == (7, 0)


def test_files_of_deleted_rows_go(org):
    source = org.thing({"documentbody__path": "text"}, entity="annotation")
    source.extract("thing", into=org.into)
    folder = org.into / "files" / "thing" / guid(0xE, 1)
    assert folder.is_dir()
    org.control.delete("annotation", guid(0xE, 1))
    source.update("thing", into=org.into)
    assert not folder.exists()


def test_the_overlap_is_ten_minutes_of_the_servers_clock(org_folder, org):
    untrack(org_folder, "systemuser")
    source = org.thing({"fullname": "text"}, entity="systemuser")
    source.extract("thing", into=org.into)
    began = datetime.fromisoformat(json.loads((org.into / "state" / "thing.last.json").read_text())["began"])
    source.changes("thing", into=org.into)
    (path,) = [p for p in org.paths() if "filter" in p]
    assert "$filter=modifiedon%20ge%20" in path and path.endswith("$orderby=modifiedon,systemuserid")
    asked = datetime.fromisoformat(unquote(path.partition("ge%20")[2].partition("&")[0]))
    assert began - asked == timedelta(minutes=10)


def test_without_an_extraction_there_are_no_changes(org):
    with pytest.raises(SourceError, match="has not been extracted yet"):
        org.thing(COLUMNS).changes("thing", into=org.into)


def test_a_refused_change_log_is_said(org):
    org.control.fault("error", match="accounts", status=403, code="0x80040220", message="missing prvReadAccount")
    result = org.read(COLUMNS)
    assert result.extract.rows == 7
    assert "WARNING" in result.said and "rows may be missing" in result.said
