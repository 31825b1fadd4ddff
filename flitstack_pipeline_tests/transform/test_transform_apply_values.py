"""One field: where its value comes from, and what it passes on the way."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from support.tables import Tables, rows, transform, values

from flitstack_pipeline.transform.files import FileContent
from flitstack_pipeline.transform.values import LiveRef, Many, Ref, Rejected, XmlId, text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("10.0000000000"), "10"),
        (Decimal("10.5000000000"), "10.5"),
        (Decimal("-0.0500000000"), "-0.05"),
        (Decimal("0E-10"), "0"),
        (Decimal("100"), "100"),
        (Decimal("1E+3"), "1000"),
        (7, "7"),
        (True, "True"),
        ("x", "x"),
    ],
)
def test_a_value_as_text(value, text):
    assert text_of(value) == text


# -- where a value comes from -----------------------------------------------------------------------------------------


def test_from_one_column():
    assert values("a", {"a": "x"}, {"a": None}) == ["x", None]


def test_from_several_columns():
    assert values({"from": ["a", "b"], "transform": "join_words"}, {"a": "x", "b": "y"}, {"a": None, "b": "y"}) == [
        "x y",
        "y",
    ]


@pytest.mark.parametrize("constant", ["x", 3, True, False, None, [1, 2]])
def test_a_constant(constant):
    assert values({"value": constant}, {"a": 1}) == [constant]


def test_a_constant_with_a_point_is_exact():
    (value,) = values({"value": 0.1}, {"a": 1})

    assert value == Decimal("0.1")
    assert type(value) is Decimal


def test_an_xml_id():
    assert values({"xmlid": "mail.mt_note"}, {"a": 1}) == [XmlId("mail.mt_note")]


def test_a_template_leaves_out_what_is_empty():
    given = ({"a": "x", "n": Decimal("1.50")}, {"a": None, "n": None})

    assert values({"template": "{a}: {n} {{kg}}"}, *given) == ["x: 1.5 {kg}", ":  {kg}"]
    assert values({"template": " {a} "}, *given) == ["x", None]


def test_a_column_that_the_extract_does_not_have_is_empty():
    assert values("b", {"a": 1}) == [None]


# -- what it passes ---------------------------------------------------------------------------------------------------


def test_transform_then_value_map_then_lookup_then_default():
    field = {
        "from": "a",
        "transform": "strip",
        "values": {"one": "1", "none": None},
        "lookup": {"records": "other"},
        "default": {"xmlid": "base.main"},
    }

    found = values(field, {"a": " One "}, {"a": "NONE"}, {"a": None})

    assert found == [Ref(("other",), "1", "hold"), XmlId("base.main"), XmlId("base.main")]


def test_transforms_do_not_see_empty_values():
    assert values({"from": "a", "transform": "strip"}, {"a": None}) == [None]


def test_transforms_are_given_the_migrations_context():
    (value,) = values(
        {"from": "d", "transform": "start_of_day"}, {"d": datetime(2024, 3, 1).date()}, timezone="Australia/Sydney"
    )

    assert value == datetime(2024, 2, 29, 13, tzinfo=UTC)


def test_a_value_map_compares_without_case_and_separators():
    field = {"from": "a", "values": {"In Progress": "doing", "done": None}}

    assert values(field, {"a": "in-progress"}, {"a": "DONE"}, {"a": None}) == ["doing", None, None]


@pytest.mark.parametrize(
    ("value", "key"),
    [(True, "true"), (False, "False"), (10, "10"), (Decimal("10.0000000000"), "10"), (Decimal("0.5000000000"), "0.5")],
)
def test_a_value_map_knows_numbers_and_truth_by_their_text(value, key):
    assert values({"from": "a", "values": {key: "yes"}}, {"a": value}) == ["yes"]


def test_a_value_map_of_a_list_maps_each_part():
    field = {"from": "a", "transform": {"split": {"separator": ";"}}, "values": {"A": "x", "B": None, "C": "y"}}

    assert values(field, {"a": "a;b;c"}, {"a": "b"}) == [["x", "y"], None]


def test_a_value_that_the_map_does_not_have_is_quarantined_with_what_it_has():
    (found,) = values({"from": "a", "values": {"A": "x", "B": "y"}}, {"a": "C"})

    assert (found.outcome, found.field) == ("quarantined", "f")
    assert found.reason == "the value 'C' is not in the value map; add it to the map (known: 'A', 'B')"


@pytest.mark.parametrize(("otherwise", "value"), [("keep", "C"), ("empty", None)])
def test_values_that_the_map_does_not_have_may_be_kept_or_left_empty(otherwise, value):
    assert values({"from": "a", "values": {"A": "x"}, "values_else": otherwise}, {"a": "C"}) == [value]


@pytest.mark.parametrize(
    ("default", "value"), [("x", "x"), (0, 0), (False, False), (0.1, Decimal("0.1")), ({"xmlid": "a.b"}, XmlId("a.b"))]
)
def test_defaults_stand_for_empty_values_only(default, value):
    field = {"from": "a", "default": default}

    (empty,) = values(field, {"a": None})
    assert (empty, type(empty)) == (value, type(value))
    assert values(field, {"a": ""}) == [value]
    assert values(field, {"a": 7}, {"a": 0}) == [7, 0]
    assert values(field, {"a": False}) == [False]


def test_a_required_value_that_is_empty_is_quarantined():
    one, of_several, fixed = (
        values({**field, "required": True}, {"a": None, "b": ""})[0]
        for field in ({"from": "a"}, {"from": ["a", "b"], "transform": "join_words"}, {"value": None})
    )

    assert (one.outcome, one.field, one.reason) == ("quarantined", "f", "is empty, and must not be (from a)")
    assert of_several.reason == "is empty, and must not be (from a and b)"
    assert fixed.reason == "is empty, and must not be (from the map)"


def test_a_required_value_may_come_by_default_and_may_be_false():
    assert values({"from": "a", "default": "x", "required": True}, {"a": None}) == ["x"]
    assert values({"from": "a", "required": True}, {"a": False}) == [False]


# -- lookups ----------------------------------------------------------------------------------------------------------


def test_lookup_in_record_sets():
    field = {"from": "a", "lookup": {"records": ["one", "two"], "missing": "empty"}}

    assert values(field, {"a": "7"}, {"a": None}) == [Ref(("one", "two"), "7", "empty"), None]


def test_lookup_by_a_key_of_several_columns():
    field = {"from": ["a", "b"], "lookup": {"records": "one", "key_prefix": "p|"}}

    assert values(field, {"a": "7", "b": 2}, {"a": "7", "b": None}) == [Ref(("one",), "p|7|2", "hold"), None]


def test_lookup_by_a_decimal_uses_its_plain_text():
    assert values({"from": "a", "lookup": {"records": "one"}}, {"a": Decimal("7.0000000000")}) == [
        Ref(("one",), "7", "hold")
    ]


def test_lookup_of_live_records():
    field = {
        "from": "a",
        "lookup": {"model": "res.users", "by": "login", "domain": [["active", "=", True]], "follow": "partner_id"},
    }

    (found, empty) = values(field, {"a": "jo"}, {"a": None})

    assert found == LiveRef("res.users", ("login",), ("jo",), (["active", "=", True],), "hold", "partner_id")
    assert empty is None


def test_lookup_by_several_fields_needs_as_many_values():
    both = {"value": ["manual", "inbound"], "lookup": {"model": "m", "by": ["code", "type"]}}
    one = {"value": ["manual"], "lookup": {"model": "m", "by": ["code", "type"]}}

    assert values(both, {"a": 1}) == [LiveRef("m", ("code", "type"), ("manual", "inbound"), (), "hold")]
    assert values(one, {"a": 1})[0].reason == "looks up m by 2 field(s), but 1 value(s) came"


def test_lookup_of_many():
    field = {"from": "a", "transform": {"split": {"separator": ";"}}, "lookup": {"records": "tag", "many": True}}

    found = values(field, {"a": "x; y"}, {"a": None})

    assert found == [Many((Ref(("tag",), "x", "hold"), Ref(("tag",), "y", "hold"))), None]


def test_lookup_of_many_takes_one_value_too():
    assert values({"from": "a", "lookup": {"records": "tag", "many": True}}, {"a": "x"}) == [
        Many((Ref(("tag",), "x", "hold"),))
    ]
    assert values({"value": [10], "lookup": {"model": "tax", "by": "amount", "many": True}}, {"a": 1}) == [
        Many((LiveRef("tax", ("amount",), (10,), (), "hold"),))
    ]


# -- duplicates -------------------------------------------------------------------------------------------------------


def test_duplicates_name_the_first_row_with_the_same_value():
    field = {"duplicate_of": {"column": "mail", "transform": "email_key"}}

    found = values(
        field, {"mail": "a@x.com"}, {"mail": "A@X.com"}, {"mail": None}, {"mail": "b@x.com"}, {"mail": "a@x.com "}
    )

    assert found == [None, "2", None, None, "2"]


def test_values_that_cannot_be_compared_are_nobodys_duplicates():
    found = values(
        {"duplicate_of": {"column": "mail", "transform": "email"}}, {"mail": "no"}, {"mail": "no"}, {"mail": "a@x.com"}
    )

    assert found == [None, None, None]


# -- files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_described(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"hello")

    (found,) = values({"from": "p", "transform": "file_bytes"}, {"p": "a.txt"}, base=tmp_path)

    assert isinstance(found, FileContent)
    assert (found.size, found.read()) == (5, b"hello")


def test_a_file_over_the_limit_leaves_its_record_behind(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"x" * 2_000_000)

    (found,) = values({"from": "p", "transform": "file_bytes"}, {"p": "a.bin"}, base=tmp_path, max_mb=Decimal(1))

    assert isinstance(found, Rejected)
    assert (found.outcome, found.field) == ("skipped", "f")
    assert found.reason == "the file a.bin has 1.9 MB, more than 1 MB"


# -- alternatives -----------------------------------------------------------------------------------------------------


def test_the_first_alternative_that_fits_is_taken():
    field = [
        {"when": {"kind": "b"}, "from": "b"},
        {"when": {"kind": ["a", "c"]}, "value": "x"},
        {"when": {"kind": {"filled": True}}, "from": "a"},
    ]

    found = values(field, {"kind": "b", "b": 1}, {"kind": "c", "b": 1}, {"kind": "z", "a": 3})

    assert found == [1, "x", 3]


def test_a_field_without_a_fitting_alternative_is_not_written():
    (found,) = transform(
        {"from": "thing", "fields": {"f": {"when": {"a": 1}, "value": "x"}, "g": "a"}}, Tables(thing=rows({"a": 2}))
    )

    assert found.values == {"g": 2}


def test_what_odoo_computes_is_expected_and_not_written():
    fields = {"f": [{"when": {"a": 1}, "from": "a", "write": False}, {"from": "a"}]}

    first, second = transform({"from": "thing", "fields": fields}, Tables(thing=rows({"a": 1}, {"a": 2})))

    assert (first.values, first.expected) == ({}, {"f": 1})
    assert (second.values, second.expected) == ({"f": 2}, {})
