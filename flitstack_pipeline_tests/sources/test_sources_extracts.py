"""What an extract leaves on disk, and that it is all or nothing."""

import datetime as dt
import json
import os
import subprocess
import sys
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from flitstack_pipeline.errors import SourceError
from flitstack_pipeline.sources.base import BATCH_ROWS, iter_rows, read_extract, source_schema

COLUMNS = {"n": "integer", "d": "decimal", "day": "date", "at": "datetime", "ok": "boolean", "j": "json"}
CONTENT = 'id,n,d,day,at,ok,j,Other\n1,5,1.50,25/03/2024,2024-03-25T10:00:00Z,yes,"[1]",x\n2,bad,,,,,,\n'


def test_types_and_files(export):
    result = export.csv(CONTENT, COLUMNS)
    assert sorted(p.name for p in export.into.iterdir()) == ["thing.json", "thing.parquet", "thing.rejects.parquet"]
    assert {f.name: str(f.type) for f in pq.read_schema(result.extract.path)} == {
        "_id": "string",
        "_file": "string",
        "_row": "int64",
        "n": "int64",
        "d": "decimal128(38, 10)",
        "day": "date32[day]",
        "at": "timestamp[us, tz=UTC]",
        "ok": "bool",
        "j": "string",
        "id": "string",
        "Other": "string",
    }
    row = result.rows[0]
    assert row["d"] == Decimal("1.5")
    assert row["at"] == dt.datetime(2024, 3, 25, 10, tzinfo=dt.UTC)


def test_findings_come_back_as_they_were(export):
    result = export.csv(CONTENT, COLUMNS)
    assert read_extract(export.into, "thing") == result.extract
    assert str(export.folder) not in (export.into / "thing.json").read_text()


def test_extracts_can_be_moved(export, tmp_path):
    export.csv(CONTENT, COLUMNS)
    moved = export.into.rename(tmp_path / "moved")
    assert next(iter(iter_rows(read_extract(moved, "thing"))))[0]["_id"] == "1"


def test_extract_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match="“thing” has not been extracted yet"):
        read_extract(tmp_path, "thing")


def test_iter_rows_in_batches_and_columns(export):
    result = export.csv("id,n\n" + "".join(f"{i},{i}\n" for i in range(1_200)), {"n": "integer"})
    batches = list(iter_rows(result.extract, batch_size=500, columns=["_id", "n"]))
    assert [len(b) for b in batches] == [500, 500, 200]
    assert batches[0][3] == {"_id": "3", "n": 3}


def test_row_groups_are_small(export):
    result = export.csv("id\n" + "".join(f"{i}\n" for i in range(11_000)))
    metadata = pq.read_metadata(result.extract.path)
    assert max(metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)) <= BATCH_ROWS


def test_a_refused_extract_leaves_nothing_new_behind(export):
    before = export.csv("id,day\n1,25/03/2024\n", {"day": "date"}).extract
    with pytest.raises(SourceError):
        export.csv("id,day\n1,03/04/2024\n", {"day": "date"})
    assert sorted(p.name for p in export.into.iterdir()) == ["thing.json", "thing.parquet", "thing.rejects.parquet"]
    assert read_extract(export.into, "thing") == before


def test_hash_is_of_the_content(export):
    plain = export.csv("id,n,t\n1,5,a\n2,,b\n", {"n": "integer"}).extract.sha256
    titled = export.csv("Report,,\nid;n;t\n1;5;a\n2;;b\nTotal;5;\n", {"n": "integer"}).extract.sha256
    (export.folder / "things.csv").unlink()
    export.file("things 2024.json", json.dumps([{"id": 1, "n": 5, "t": "a"}, {"id": 2, "t": "b"}]))
    assert plain == titled == export.read({"n": "integer"}).extract.sha256


def test_hash_does_not_depend_on_blocks(export):
    lines = "".join(f"{i},{i % 3 or ''}\n" for i in range(9_000))
    whole = export.csv("id,n\n" + lines, {"n": "integer"}).extract.sha256
    shifted = export.csv("Title\n\n\nid,n\n" + lines, {"n": "integer"}).extract.sha256
    assert whole == shifted


@pytest.mark.parametrize(
    "other",
    [
        "id,n,t\n1,5,a\n2,,c\n",
        "id,n,t\n1,5,a\n2,0,b\n",
        "id,n,t\n1,5,ab\n2,,\n",
        "id,n,t\n2,,b\n1,5,a\n",
        "id,n,u\n1,5,a\n2,,b\n",
        "id,n,t\n1,5,a\n2,,b\n3,x,\n",
    ],
)
def test_hash_changes_with_the_content(export, other):
    first = export.csv("id,n,t\n1,5,a\n2,,b\n", {"n": "integer"}).extract.sha256
    assert export.csv(other, {"n": "integer"}).extract.sha256 != first


def test_hash_is_the_same_in_every_process(export):
    here = export.csv("id,n\n1,5\n1,6\n2,x\n", {"n": "integer"}).extract.sha256
    code = (
        "import sys; from pathlib import Path; from flitstack_pipeline.mapping.spec import ObjectSpec as O;"
        "from flitstack_pipeline.sources.exports import ExportSource as S;"
        "o={'thing': O(files='things', key='id', columns={'n': {'type': 'integer'}})};"
        "s=S(Path(sys.argv[1]), o, timezone=None, date_order={}, decimal_mark={});"
        "print(s.extract('thing', into=Path(sys.argv[2])).sha256)"
    )
    for seed in ("1", "2"):
        command = [sys.executable, "-c", code, str(export.folder), str(export.folder / "again")]
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
        done = subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, cwd=root, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == here


def test_source_schema_is_sorted_and_says_types(export):
    extract = export.csv(CONTENT, COLUMNS).extract
    assert source_schema([extract]) == {
        "thing": {
            "Other": "text",
            "at": "datetime",
            "d": "decimal",
            "day": "date",
            "id": "id",
            "j": "json",
            "n": "integer",
            "ok": "boolean",
        }
    }


def test_memory_stays_flat(export):
    """Three times the rows must not need three times the memory; measured as the peak of a process of its own."""
    line = (
        '{0:08d},Customer {1},user{1}@example.com,25/03/2024,"$1,{2:03d}.50",some notes that are not short at all {0}\n'
    )
    code = (
        "import sys, resource; from pathlib import Path; from flitstack_pipeline.mapping.spec import ObjectSpec as O;"
        "from flitstack_pipeline.sources.exports import ExportSource as S;"
        "o={'thing': O(files='things', key='id', columns={'paid': {'type': 'date'}, 'amount': {'type': 'decimal'}})};"
        "base=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "s=S(Path(sys.argv[1]), o, timezone=None, date_order={}, decimal_mark={});"
        "n=s.extract('thing', into=Path(sys.argv[2])).rows;"
        "print(n, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss-base)//1024)"
    )
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
    grown = {}
    for rows in (100_000, 300_000):
        lines = "".join(line.format(i, i % 5_000, i % 1_000) for i in range(rows))
        export.file("things.csv", "id,name,email,paid,amount,notes\n" + lines)
        command = [sys.executable, "-c", code, str(export.folder), str(export.into)]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
        count, megabytes = map(int, done.stdout.split())
        assert count == rows
        grown[rows] = megabytes
    assert grown[300_000] < grown[100_000] + 60, grown
