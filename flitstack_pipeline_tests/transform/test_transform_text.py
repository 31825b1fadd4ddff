"""Text, lists, JSON, identifiers."""

import json
from datetime import date
from decimal import Decimal

import pytest

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.registry import resolve


@pytest.mark.parametrize(
    ("spec", "value", "expected"),
    [
        ("strip", "\u00a0\t a b \n", "a b"),
        ("collapse_spaces", "a \r\n\t b\u2003c", "a\nb c"),
        ("title_case", "anne-marie d'arcy", "Anne-Marie D'Arcy"),
        ("title_case", "JOB 12B", "Job 12B"),
        ({"replace": {"old": "a"}}, "banana", "bnn"),
        ({"regex_extract": {"pattern": r"(\d+)", "otherwise": "keep"}}, "none", "none"),
        (
            {"join": {"separator": "; "}},
            ["a", "", "  ", None, 3, Decimal("1.50"), date(2024, 3, 25)],
            "a; 3; 1.5; 2024-03-25",
        ),
        ("join", [None, ""], None),
        ("join", [Decimal("120.0000000000")], "120"),
        ("join", [Decimal("0E-10"), Decimal("1E+3")], "0, 1000"),
        ("first", [None, " ", "b"], "b"),
        ("first", [0, 1], 0),
        ("last", [1, None], 1),
        ({"unique": {"ignore_case": True}}, ["A", " a", "b", 1, True], ["A", "b", 1, True]),
        ("unique", [{"a": 1}, {"a": 1}], [{"a": 1}]),
        ({"split": "|"}, "a||b | ", ["a", "b"]),
        ("lines", "\n\n", []),
        ("digits", "+61 ४०५ x", "61405"),
        ("identifier", "\t 007 \u00a0 8 ", "007 \u00a0 8"),
        ("unwrap_excel", '= "a ""b"""', 'a "b"'),
        ("unwrap_excel", '="a"&"b"', '="a"&"b"'),
        (
            "key_value_text",
            [["Pets", ["dog", "cat"]], ["Stairs", True], ["Note", "a\n b"]],
            "Pets: dog, cat\nStairs: yes\nNote: a / b",
        ),
        ({"key_value_text": " = "}, {"Rate": Decimal("10.50")}, "Rate = 10.5"),
        ({"checksum": "sha1"}, b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ],
)
def test_values(spec: object, value: object, expected: object) -> None:
    result = resolve(spec)(value)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("spec", "value", "words"),
    [
        ("join", [True], "no single form as text"),
        ("join", [["a"]], "no single form as text"),
        ({"template": "{a}"}, {"a": {"b": 1}}, "no single form as text"),
        ("json_text", '{"a": 1, "a": 2}', "a key stands twice"),
        ("json_text", "NaN", "no JSON number"),
        ("json_text", "[" * 100_000, "is not JSON"),
        ("json_text", {"a": b"x"}, "cannot be written as JSON"),
        ("json_text", {1: "x"}, "a name in JSON is text"),
        ("key_value_text", ["a"], "is no pair"),
        ("gstin", "27AAPFU0939F1Z", "two digits, a PAN"),
        ("nhs_number", "943 476 591", "ten digits"),
    ],
)
def test_refusals(spec: object, value: object, words: str) -> None:
    with pytest.raises(RecordError, match=words):
        resolve(spec)(value)


def test_json_is_the_same_whatever_the_order_and_keeps_every_digit() -> None:
    one = resolve("json_text")({"b": [Decimal("0.10"), None, True], "a": {"ü": 12345678901234567890}})
    assert one == '{"a": {"ü": 12345678901234567890}, "b": [0.10, null, true]}'
    assert resolve("json_text")('{"b":[0.10,null,true],"a":{"\\u00fc":12345678901234567890}}') == one
    assert json.loads(resolve({"json_text": 2})({"a": [], "b": [1, {}]})) == {"a": [], "b": [1, {}]}


def test_json_in_levels_is_the_form_that_the_json_module_writes() -> None:
    value = {"a": [1, {"c": None}], "b": {}}
    assert resolve({"json_text": 2})(value) == json.dumps(value, indent=2)


@pytest.mark.parametrize("number", ["07AAGFF2194N1Z1", "29AAGCB7383J1Z4", " 27aapfu0939f1zv "])
def test_gst_numbers_are_kept_as_they_are(number: str) -> None:
    assert resolve("gstin")(number) == number.strip()


def test_a_swapped_digit_of_a_gst_number_is_found() -> None:
    with pytest.raises(RecordError, match="check character"):
        resolve("gstin")("29AAGCB7338J1Z4")


@pytest.mark.parametrize("number", ["9434765919", "943 476 5919", "943-476-5919", " 401 023 2137 ", "987 654 3210"])
def test_nhs_numbers_keep_every_character(number: str) -> None:
    assert resolve("nhs_number")(number) == number
