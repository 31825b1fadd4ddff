"""Tables of other kinds, rows of odd kinds, and what must not be kept."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.dataverse_mock import URL, one_table
from support.dataverse_org import Result

from flitstack_pipeline.errors import SourceError
from flitstack_pipeline.mapping.objects import ObjectSpec
from flitstack_pipeline.sources.dataverse import DataverseAccess, DataverseSource

ACCESS = DataverseAccess(url=URL, tenant="t", client_id="c", client_secret="unguessable-4411", calls_per_minute=8000)


def read(
    folder: Path, rows: list[dict[str, Any]], types: dict[str, str], columns: dict[str, str], **settings: Any
) -> Result:
    optional = settings.pop("optional", False)
    named = {n: {"type": t} for n, t in columns.items()}
    spec = ObjectSpec.model_validate({"entity": "account", "columns": named, "optional": optional})
    transport = one_table(types, lambda _: (rows, False), **settings)
    with DataverseSource(ACCESS, {"a": spec}, timezone=None, cache=folder / "c", transport=transport) as source:
        return Result(source.extract("a", into=folder / "into"))


def test_a_virtual_table_is_an_error_and_empty_if_optional(tmp_path):
    virtual = {"DataProviderId": "1d9bde74-9ebd-4da9-8ff5-aa74945b9f74"}
    with pytest.raises(SourceError, match="is a virtual table"):
        read(tmp_path, [], {"name": "String"}, {"name": "text"}, **virtual)
    result = read(tmp_path, [], {"name": "String"}, {"name": "text"}, optional=True, **virtual)
    assert result.rows == [] and "virtual table" in result.said


def test_an_elastic_table_has_partitions_in_its_ids(tmp_path):
    rows = [
        {"accountid": "A1", "partitionid": "a1"},
        {"accountid": "a1", "partitionid": "device-7"},
        {"accountid": "a2", "partitionid": None},
        {"accountid": "a1", "partitionid": "device-8"},
    ]
    result = read(tmp_path, rows, {"partitionid": "String"}, {"partitionid": "text"}, TableType="Elastic")
    assert sorted(result.column("_id")) == ["a1", "a1|device-7", "a1|device-8", "a2"]


def test_secrets_in_definitions_are_masked_before_anything_is_kept(tmp_path):
    inner = {"parameters": {"client_secret": "hunter2-hunter2", "size": 1.5}, "url": "https://u:hunter3hunter@h/"}
    rows = [
        {"accountid": "1", "clientdata": json.dumps(inner), "amount": 1.5},
        {"accountid": "2", "clientdata": "password=hunter4hunter and text"},
        {"accountid": "3", "clientdata": json.dumps({"plain": "text"})},
    ]
    types = {"clientdata": "Memo", "amount": "Decimal"}
    result = read(tmp_path, rows, types, {"clientdata": "text", "amount": "decimal"})
    kept = result.column("clientdata")
    assert json.loads(kept[0])["parameters"] == {"client_secret": "***", "size": 1.5}
    assert result.rows[0]["amount"] == Decimal("1.5") and kept[2] == json.dumps({"plain": "text"})
    for path in (tmp_path / "into").rglob("*"):
        assert path.is_dir() or b"hunter" not in path.read_bytes()


def test_odd_values(tmp_path):
    rows = [
        {"accountid": "1", "amount": 1e2, "text": "half \ud83d here", "flag": True},
        {"accountid": "2", "amount": "12", "text": "x"},
        {"accountid": "3", "amount": 0.12345678901234, "text": 5},
        {"accountid": "4", "amount": 10**40},
        {"text": "no id"},
        {"accountid": "6", "flag": 1},
        {"accountid": "7", "amount": 0, "text": ""},
    ]
    types = {"amount": "Double", "text": "String", "flag": "Boolean"}
    result = read(tmp_path, rows, types, {"amount": "decimal", "text": "text", "flag": "boolean"})
    by_id = {row["_id"]: row for row in result.rows}
    assert by_id["1"]["amount"] == 100 and by_id["1"]["text"] == "half \ufffd here"
    assert by_id["3"]["amount"] == Decimal("0.1234567890") and by_id["3"]["text"] == "5"
    assert by_id["7"]["amount"] == 0 and by_id["7"]["text"] is None
    assert {(r.source_id, r.column, r.reason) for r in result.rejects} == {
        ("2", "amount", "is no number"),
        ("4", "amount", "has more than 28 digits before the point"),
        (None, "accountid", "is empty, and a row is known by it"),
        ("6", "flag", "is neither true nor false"),
    }
    stated = result.stated("amount")
    assert "1 numbers with more than 10 decimal places" in stated
    assert "1 texts with half characters" in result.stated("text")
