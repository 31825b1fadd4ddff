"""Inline, distinct and exploded objects."""

from decimal import Decimal

import pytest

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.sources.base import iter_rejects, iter_rows


def rows(extract):
    return [row for batch in iter_rows(extract) for row in batch]


def test_inline_rows(export):
    spec = {
        "rows": [{"key": "new", "name": "New", "weight": 1.5}, {"key": "won"}],
        "key": "key",
        "columns": {"weight": {"type": "decimal"}},
    }
    extract = export.source({"stage": spec}).extract("stage", into=export.into)
    assert rows(extract) == [
        {"_id": "new", "_file": "map", "_row": 1, "weight": Decimal("1.5"), "key": "new", "name": "New"},
        {"_id": "won", "_file": "map", "_row": 2, "weight": None, "key": "won", "name": None},
    ]


def test_distinct_keeps_the_first_place(export):
    export.file("things.csv", "id,group,n\n1,A,1\n2,B,x\n3,,1\n4,A,1\n5,C,1\n")
    objects = {
        "thing": {"files": "things", "key": "id", "columns": {"n": {"type": "integer"}}},
        "group": {"distinct": {"from": "thing", "columns": "group"}, "key": "group"},
    }
    extract = export.source(objects).extract("group", into=export.into)
    assert [(r["_id"], r["_file"], r["_row"]) for r in rows(extract)] == [
        ("A", "things.csv", 2),
        ("C", "things.csv", 6),
    ]
    assert (export.into / "thing.parquet").is_file(), "the origin is extracted on the way"


def test_distinct_over_several_columns_and_blocks(export):
    export.file("things.csv", "id,a,b\n" + "".join(f"{i},{i % 3},{i % 2}\n" for i in range(11_000)))
    objects = {
        "thing": {"files": "things", "key": "id"},
        "pair": {"distinct": {"from": "thing", "columns": ["a", "b"]}, "key": ["a", "b"]},
    }
    extract = export.source(objects).extract("pair", into=export.into)
    assert [r["_id"] for r in rows(extract)] == ["0|0", "1|1", "2|0", "0|1", "1|0", "2|1"]


def test_explode_names_the_part_after_the_new_key_column(export):
    export.file(
        "fields.csv",
        'object,field,options\nbooking,pets,"Dog; Cat;;Bird "\nbooking,gate,\nbooking,json,"[""a;b"", ""c""]"\n',
    )
    objects = {
        "custom_field": {"files": "fields", "key": ["object", "field"]},
        "option": {"explode": {"from": "custom_field", "column": "options"}, "key": ["object", "field", "option"]},
    }
    extract = export.source(objects).extract("option", into=export.into)
    assert [(r["_id"], r["option"], r["position"], r["_row"]) for r in rows(extract)] == [
        ("booking|pets|Dog", "Dog", 1, 2),
        ("booking|pets|Cat", "Cat", 2, 2),
        ("booking|pets|Bird", "Bird", 3, 2),
        ("booking|json|a;b", "a;b", 1, 4),
        ("booking|json|c", "c", 2, 4),
    ]


def test_explode_rejects_a_part_that_comes_twice(export):
    export.file("fields.csv", "field,options\npets,Dog; Dog\n")
    objects = {
        "field": {"files": "fields", "key": "field"},
        "option": {"explode": {"from": "field", "column": "options"}, "key": ["field", "options"]},
    }
    extract = export.source(objects).extract("option", into=export.into)
    (reject,) = iter_rejects(extract)
    assert (reject.source_id, reject.reason) == ("pets|Dog", "is the same id as one of row 2 of fields.csv")


def test_derived_object_that_asks_for_a_missing_column(export):
    export.file("things.csv", "id\n1\n")
    objects = {
        "thing": {"files": "things", "key": "id"},
        "g": {"distinct": {"from": "thing", "columns": "grp"}, "key": "grp"},
    }
    with pytest.raises(ConfigurationError, match=r"objects\.g: needs grp, but there is only id"):
        export.source(objects).extract("g", into=export.into)
