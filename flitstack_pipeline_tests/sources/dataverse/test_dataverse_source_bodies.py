"""Files come whole, in blocks or ranges, and never more of them than is wanted."""

import hashlib
import json

import pytest
from support.dataverse_server.toy import BIG_BODY, CONTRACT, PICTURE, account, guid

from flitstack_pipeline.sources.dataverse.bodies import MAX_NAME, _safe

NOTE = {"documentbody__path": "text", "documentbody__size": "integer"}


def by_id(result) -> dict:
    return {row["_id"]: row for row in result.rows}


def test_notes_small_and_large(org):
    rows = by_id(org.read(NOTE, entity="annotation"))
    small, none, large = (rows[guid(0xE, n)] for n in (1, 2, 3))
    assert (org.into / small["documentbody__path"]).read_bytes() == b"hello world"
    assert small["documentbody__path"] == f"files/thing/{guid(0xE, 1)}/documentbody/terms.txt"
    assert none["documentbody__path"] is None and none["documentbody__size"] is None
    assert (org.into / large["documentbody__path"]).read_bytes() == BIG_BODY
    assert large["documentbody__size"] == len(BIG_BODY)
    record = json.loads((org.into / "files" / "thing" / guid(0xE, 3) / ".documentbody.json").read_text())
    assert record["sha256"] == hashlib.sha256(BIG_BODY).hexdigest()
    listed = [p for p in org.paths() if p.startswith("annotations?")]
    assert all("documentbody" not in p for p in listed), "bodies never come with the list"
    assert sum(p == "DownloadBlock" for p in org.paths()) == 3


def test_too_large_files_are_listed_and_not_fetched(org):
    result = org.read(NOTE, entity="annotation", max_file_mb=5)
    large = by_id(result)[guid(0xE, 3)]
    assert large["documentbody__path"] is None and large["documentbody__size"] == len(BIG_BODY)
    assert "1 files are larger than the 5,242,880 bytes" in result.said
    assert not any("Block" in p for p in org.paths())


def test_a_size_that_is_known_only_when_the_file_is_begun(org):
    org.control.update("annotation", guid(0xE, 3), {"filesize": None})
    large = by_id(org.read(NOTE, entity="annotation", max_file_mb=5))[guid(0xE, 3)]
    assert large["documentbody__path"] is None and large["documentbody__size"] == len(BIG_BODY)
    assert "DownloadBlock" not in org.paths()


@pytest.mark.parametrize("number", [1, 3])
def test_a_row_that_tells_of_a_file_that_is_not_there(org_folder, org, number):
    for path in (org_folder / "files" / "annotation" / guid(0xE, number)).rglob("*.*"):
        path.unlink()
    result = org.read(NOTE, entity="annotation")
    assert by_id(result)[guid(0xE, number)]["documentbody__path"] is None
    assert "1 rows told of a file that is not there" in result.said


def test_file_and_image_columns(org):
    columns = {"new_contract__path": "text", "new_contract__size": "integer", "entityimage__path": "text"}
    rows = by_id(org.read(columns))
    first = rows[account(1)]
    assert (org.into / first["new_contract__path"]).read_bytes() == CONTRACT
    assert first["new_contract__path"].endswith("/new_contract/contract é.pdf")
    assert first["new_contract__size"] == len(CONTRACT)
    assert (org.into / first["entityimage__path"]).read_bytes() == PICTURE
    assert rows[account(2)]["new_contract__path"] is None and rows[account(2)]["entityimage__path"] is None
    assert any("entityimage/$value?size=full" in p for p in org.paths())


def test_a_file_column_that_is_too_large(org):
    columns = {"new_contract__path": "text", "new_contract__size": "integer"}
    row = by_id(org.read(columns, max_file_mb=0.005))[account(1)]
    assert row["new_contract__path"] is None and row["new_contract__size"] == len(CONTRACT)


@pytest.mark.parametrize("size", [1, 9 * 1024 * 1024 + 1])
def test_file_columns_where_ranges_are_refused(org_folder, org, size):
    path = org_folder / "files" / "account" / account(1) / "new_contract"
    (path / "contract é.pdf").write_bytes(b"x" * size)
    org.control.switch(chunking=False)
    row = by_id(org.read({"new_contract__path": "text"}))[account(1)]
    assert (org.into / row["new_contract__path"]).stat().st_size == size


def test_ranges_of_a_large_file(org_folder, org):
    path = org_folder / "files" / "account" / account(1) / "new_contract"
    (path / "contract é.pdf").write_bytes(BIG_BODY)
    org.control.fault("cut", match="new_contract/", after=1, times=1)
    row = by_id(org.read({"new_contract__path": "text"}))[account(1)]
    assert (org.into / row["new_contract__path"]).read_bytes() == BIG_BODY


def test_a_changed_row_has_its_file_fetched_again(org):
    org.read(NOTE, entity="annotation")
    org.control.clear_requests()
    org.read(NOTE, entity="annotation")
    assert not any("$value" in p or "Block" in p for p in org.paths())
    org.control.update("annotation", guid(0xE, 1), {"subject": "New terms"})
    org.read(NOTE, entity="annotation")
    assert sum("$value" in p for p in org.paths()) == 1


def test_files_of_rows_that_are_gone_go_too(org):
    org.read(NOTE, entity="annotation")
    org.control.delete("annotation", guid(0xE, 1))
    org.read(NOTE, entity="annotation")
    assert {p.name for p in (org.into / "files" / "thing").iterdir()} == {guid(0xE, 3)}


def test_names_of_files():
    assert _safe("a/b\\c:d*?.txt") == "a_b_c_d__.txt"
    assert _safe("../../etc/passwd") == "_.._etc_passwd"
    assert _safe("..") == "" and _safe("\x00") == "_"
    long = _safe("ä" * 300 + ".pdf")
    assert long.endswith(".pdf") and len(long.encode()) <= MAX_NAME
