"""JSON in its three forms."""

import json
from decimal import Decimal

import pytest

from flitstack_pipeline.errors import SourceError

ROWS = [
    {"id": "007", "amount": 1.10, "ok": True, "tags": ["a", "b"]},
    {"id": "8", "extra": {"x": 1.10}, "amount": None},
]
COLUMNS = {"amount": "decimal", "ok": "boolean", "tags": "json"}


@pytest.mark.parametrize(
    ("content", "format_"),
    [
        (json.dumps(ROWS), "JSON"),
        (json.dumps(ROWS, indent=2), "JSON"),
        (json.dumps({"count": 2, "data": ROWS}), "JSON"),
        ("\n".join(map(json.dumps, ROWS)), "JSON lines"),
        ("\ufeff" + "\r\n\r\n".join(map(json.dumps, ROWS)), "JSON lines"),
    ],
)
def test_all_forms(export, content, format_):
    export.file("things.json", content)
    result = export.read(COLUMNS)
    assert result.column("id") == ["007", "8"]
    assert result.column("amount") == [Decimal("1.1"), None]
    assert result.column("ok") == [True, None]
    assert result.column("tags") == ['["a", "b"]', None]
    assert result.column("extra") == [None, '{"x": 1.1}']
    assert result.file.format == format_
    assert result.file.header_row == 0


def test_numbers_keep_every_digit(export):
    export.file(
        "things.json", '[{"id": 358240051111110123456, "amount": 12345678901234567.1234567890, "small": 1.5E-5}]'
    )
    row = export.read({"id": "id", "amount": "decimal", "small": "decimal"}).rows[0]
    assert row["id"] == "358240051111110123456"
    assert row["amount"] == Decimal("12345678901234567.1234567890")
    assert row["small"] == Decimal("0.000015")


def test_text_that_looks_like_a_mark_is_text(export):
    export.file("things.json", json.dumps([{"id": "1", "name": "\ufdd05"}]))
    assert export.read().column("name") == ["5"]


def test_broken_line_rejects_its_row_only(export):
    export.file("things.jsonl", '{"id": 1}\n{"id": 2,\n[3]\n{"id": 4}\n')
    result = export.read()
    assert [(r["_id"], r["_row"]) for r in result.rows] == [("1", 1), ("4", 4)]
    assert [(r.row, r.value) for r in result.rejects] == [(2, '{"id": 2,'), (3, "[3]")]
    assert result.rejects[0].reason.startswith("is no JSON: ")


def test_nan_is_rejected(export):
    export.file("things.json", '[{"id": 1, "amount": NaN}]')
    assert export.read(COLUMNS).rejects[0].reason == "is no number"


def test_broken_array_is_an_error_with_its_place(export):
    export.file("things.json", '[{"id": 1},\n {"id": }]')
    with pytest.raises(SourceError, match=r"things\.json: is no JSON: Expecting value: line 2 column 9"):
        export.read()


def test_several_arrays_are_an_error(export):
    export.file("things.json", '{"a": [{"id": 1}], "b": [{"id": 2}]}')
    with pytest.raises(SourceError, match=r"is an object with several arrays \(a, b\) \(give one array of objects"):
        export.read()


def test_secret_keys_are_never_kept(export):
    export.file("things.jsonl", '{"id": 1, "password": "hunter2"}\n{"id": 2, "password": "hunter2\n')
    result = export.read()
    assert "hunter2" not in str(result.rows) + str(result.rejects)
