"""pandera schemas made from the map, and the file of differences."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pandera.errors import SchemaErrors
from support.compiled import records

from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.verify.diff import Difference, FieldTally, RecordSetDiff
from flitstack_pipeline.verify.differences_file import DifferencesFile, read_differences
from flitstack_pipeline.verify.schemas import (
    SchemaFailure,
    field_diff_schema,
    read_back_schema,
    schema_failures,
    tallies_frame,
)

KINDS = {
    "name": "char",
    "number": "integer",
    "amount": "float",
    "partner": "many2one",
    "tags": "many2many",
    "active": "boolean",
    "day": "date",
    "when": "datetime",
    "state": TargetField("state", "selection", selection=("draft", "posted")),
    "data": "binary",
    "lines": TargetField("lines", "one2many", relation="x.line"),
}
SCHEMA = read_back_schema(records(KINDS, lines={"lines": {}}, fields={"name": {"from": "name", "required": True}}))
GOOD = {
    "name": "Ann",
    "number": 0,
    "amount": Decimal("1.5"),
    "partner": 7,
    "tags": (1, 2),
    "active": False,
    "day": date(2024, 1, 1),
    "when": datetime(2024, 1, 1, tzinfo=UTC),
    "state": "draft",
    "data": {"sha1": "x", "size": 1},
    "lines": ({"a": 1},),
}
EMPTY = {
    "name": "x",
    "number": 0,
    "amount": Decimal(0),
    "partner": None,
    "tags": (),
    "active": False,
    "day": None,
    "when": None,
    "state": None,
    "data": None,
}


def failures(**wrong):
    found = schema_failures(SCHEMA, [("s", {**GOOD, **wrong})])
    return [(f.column, f.value, f.check) for f in found]


def test_what_the_map_asks_for_passes():
    assert schema_failures(SCHEMA, [("a", GOOD), ("b", EMPTY)]) == []


def test_nothing_read_is_nothing_wrong():
    assert schema_failures(SCHEMA, []) == []


def test_ids_beside_empty_values_stay_whole_numbers():
    """pandas would make floats of them, which are no ids."""
    rows = [("a", {"partner": None}), ("b", {"partner": 7}), ("c", {"partner": 8, "number": 3}), ("d", {})]

    assert schema_failures(SCHEMA, rows) == []


WRONG = {
    "text for a number": ({"number": "7"}, ("number", "7", "is a integer")),
    "float for a number": ({"number": 7.0}, ("number", "7.0", "is a integer")),
    "float for an amount": ({"amount": 1.5}, ("amount", "1.5", "is a float")),
    "number for a text": ({"name": 7}, ("name", "7", "is a char")),
    "name for a record": ({"partner": "Ann"}, ("partner", "Ann", "is a many2one")),
    "list for records": ({"tags": [1]}, ("tags", "[1]", "is a many2many")),
    "number for truth": ({"active": 1}, ("active", "1", "is a boolean")),
    "text for a day": ({"day": "2024-01-01"}, ("day", "2024-01-01", "is a date")),
    "text for a moment": ({"when": "2024-01-01"}, ("when", "2024-01-01", "is a datetime")),
    "day for a moment": ({"when": date(2024, 1, 1)}, ("when", "2024-01-01", "is a datetime")),
    "unknown state": ({"state": "zzz"}, ("state", "zzz", "is a value of the selection")),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_value_of_the_wrong_kind_fails(case):
    wrong, expected = WRONG[case]

    assert failures(**wrong) == [expected]


def test_a_required_value_that_is_empty_fails():
    ((column, _, check),) = failures(name=None)

    assert (column, check) == ("name", "not_nullable")


def test_a_field_is_required_if_all_of_its_alternatives_are():
    both = [{"when": {"name": "x"}, "value": 1, "required": True}, {"from": "name", "required": True}]
    one = [both[0], {"from": "name"}]

    for alternatives, number in ((both, 1), (one, 0)):
        schema = read_back_schema(records({"name": "char"}, fields={"name": alternatives}))
        assert len(schema_failures(schema, [("s", {"name": None})])) == number


def test_every_failure_names_its_record():
    rows = [("a", GOOD), ("b", {**GOOD, "state": "zzz"}), ("c", {**GOOD, "number": None, "amount": 1.0})]

    assert sorted(schema_failures(SCHEMA, rows), key=lambda f: f.source_id) == [
        SchemaFailure("b", "state", "zzz", "is a value of the selection"),
        SchemaFailure("c", "amount", "1.0", "is a float"),
    ]


def test_a_source_id_stands_for_one_record():
    found = schema_failures(SCHEMA, [("a", GOOD), ("a", GOOD)])

    assert {(f.source_id, f.column) for f in found} == {("a", "(source id)")}


def test_fields_that_the_map_does_not_have_are_not_looked_at():
    assert schema_failures(SCHEMA, [("a", {**GOOD, "other": object()})]) == []


# -- the diff as a frame ----------------------------------------------------------------------------------------------------


def diff_with(**tallies) -> RecordSetDiff:
    return RecordSetDiff("thing", "x.thing", 3, {n: FieldTally(n, "char", *numbers) for n, numbers in tallies.items()})


def test_a_clean_diff_passes():
    frame = tallies_frame([diff_with(name=(3, 2, 0, 0), email=(3, 3, 2, 2)), RecordSetDiff("other", "x.other")])

    field_diff_schema().validate(frame, lazy=True)
    assert frame.to_dict("records") == [
        {"field": "thing.name", "compared": 3, "different": 0, "accepted": 0, "unexplained": 0},
        {"field": "thing.email", "compared": 3, "different": 2, "accepted": 2, "unexplained": 0},
    ]


def test_no_record_at_all_passes():
    field_diff_schema().validate(tallies_frame([]), lazy=True)


def test_one_unexplained_difference_fails_and_names_its_field():
    frame = tallies_frame([diff_with(name=(3, 3, 0, 0), email=(3, 3, 2, 1))])

    with pytest.raises(SchemaErrors) as error:
        field_diff_schema().validate(frame, lazy=True)

    cases = error.value.failure_cases
    assert list(cases["check"]) == ["every difference is explained"]
    assert frame.at[int(cases["index"][0]), "field"] == "thing.email"


def test_the_frame_has_no_other_columns():
    with pytest.raises(SchemaErrors):
        field_diff_schema().validate(tallies_frame([]).assign(more=1), lazy=True)


# -- the file of differences --------------------------------------------------------------------------------------------------


def difference(number: int, **more) -> Difference:
    values = {"field": "name", "label": "Name", "expected": "a", "actual": "b"}
    return Difference(
        **{
            "record_set": "thing",
            "source_id": str(number),
            "file": "f.csv",
            "row": number,
            "model": "m",
            "res_id": number,
            **values,
            **more,
        }
    )


def test_differences_are_read_as_they_were_written(tmp_path):
    path = tmp_path / "diff" / "thing.parquet"
    given = [difference(1), difference(2, expected="ü\n", accepted="looked at it"), difference(3)]

    with DifferencesFile(path) as file:
        assert file.write(d for d in given[:2]) == given[:2]
        assert file.write([]) == []
        file.write(given[2:])

    assert read_differences(path) == given
    assert [p.name for p in path.parent.iterdir()] == ["thing.parquet"]


def test_no_difference_is_a_file_too(tmp_path):
    with DifferencesFile(tmp_path / "thing.parquet"):
        pass

    assert (tmp_path / "thing.parquet").is_file()
    assert read_differences(tmp_path / "thing.parquet") == []
    assert read_differences(tmp_path / "never.parquet") == []


def test_a_comparison_that_breaks_leaves_the_earlier_file_alone(tmp_path):
    path = tmp_path / "thing.parquet"
    with DifferencesFile(path) as file:
        file.write([difference(1)])

    with pytest.raises(RuntimeError), DifferencesFile(path) as file:
        file.write([difference(2), difference(3)])
        assert read_differences(path) == [difference(1)], "not before it is whole"
        raise RuntimeError

    assert read_differences(path) == [difference(1)]
    assert [p.name for p in tmp_path.iterdir()] == ["thing.parquet"]
