"""Numbers: exactness, and what is no number."""

from decimal import Decimal

import pytest

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.registry import BadTransform, resolve


@pytest.mark.parametrize(
    ("spec", "value", "expected"),
    [
        ("decimal", "-0.10", "-0.10"),
        ("decimal", "−5", "-5"),
        ("decimal", " +.5", "0.5"),
        ("decimal", 0.1, "0.1"),
        (
            "decimal",
            "12345678901234567890123456789012345678.0123456789",
            "12345678901234567890123456789012345678.0123456789",
        ),
        ({"decimal": {"mark": ",", "thousands": " "}}, "1\u00a0234\u00a0567,89", "1234567.89"),
        ({"decimal": {"thousands": ","}}, "1,25,00,000.50", "12500000.50"),
        ({"decimal": {"thousands": ","}}, "999", "999"),
        ({"round": {"places": 2, "mode": "half_up"}}, Decimal("-0.005"), "-0.01"),
        ({"round": {"places": 0, "mode": "half_even"}}, Decimal("2.5"), "2"),
        ({"round": {"places": 1, "mode": "down"}}, Decimal("0.19"), "0.1"),
        ({"round": {"places": 1, "mode": "up"}}, Decimal("0.11"), "0.2"),
        ({"round": {"places": 2, "mode": "half_up"}}, 7, "7.00"),
        ({"multiply": "0.01"}, Decimal("12345678901234567890123456789012.1"), "123456789012345678901234567890.121"),
        ("minutes_to_hours", 60, "1"),
        ("minutes_to_hours", Decimal("45.0"), "0.75"),
        ("minutes_to_hours", 100, "1.6666666667"),
        ("minutes_to_hours", 600, "10"),
        ({"percent": "one"}, "0.5", "50.0"),
    ],
)
def test_decimals_digit_by_digit(spec: object, value: object, expected: str) -> None:
    result = resolve(spec)(value)
    assert isinstance(result, Decimal)
    assert str(result) == expected


@pytest.mark.parametrize(
    "text", ["", "1e5", "1 2", "--1", "1.2.3", "NaN", "Infinity", "٣", "0x10", "$5", "-", ".", "1,2", "(5)"]
)
def test_what_is_no_number(text: str) -> None:
    if text:
        with pytest.raises(RecordError, match="is not a number"):
            resolve("decimal")(text)


@pytest.mark.parametrize("text", ["1,2", "12,34", "1,2345", ",123", "1,,234", "1,234.5,6", "1234,567"])
def test_separators_in_the_wrong_place(text: str) -> None:
    with pytest.raises(RecordError, match="is not a number"):
        resolve({"decimal": {"thousands": ","}})(text)


def test_the_mark_is_not_the_separator() -> None:
    with pytest.raises(BadTransform, match="cannot be the same"):
        resolve({"decimal": {"mark": ",", "thousands": ","}})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")])
def test_numbers_that_are_none(value: object) -> None:
    with pytest.raises(RecordError, match="is not a number"):
        resolve("decimal")(value)


@pytest.mark.parametrize(("value", "expected"), [("007", 7), ("-3.00", -3), (Decimal("1E+3"), 1000)])
def test_whole_numbers(value: object, expected: int) -> None:
    assert resolve("integer")(value) == expected


@pytest.mark.parametrize("value", ["1.5", Decimal("0.1"), Decimal("NaN"), "12a"])
def test_fractions_are_not_cut(value: object) -> None:
    with pytest.raises(RecordError):
        resolve("integer")(value)


def test_signs() -> None:
    assert resolve("abs")(-5) == 5
    assert resolve("negate")(-5) == 5
    assert str(resolve("negate")(Decimal("0.00"))) == "0.00"  # no negative zero
    assert str(resolve("abs")(Decimal("-123456789012345678901234567890.12"))) == "123456789012345678901234567890.12"


def test_a_word_for_both_yes_and_no_is_refused() -> None:
    with pytest.raises(BadTransform, match="x cannot be both true and false"):
        resolve({"boolean": {"true": ["x"], "false": ["X"]}})


def test_yes_and_no_in_numbers() -> None:
    assert resolve("boolean")(1) is True
    assert resolve("boolean")(False) is False
    with pytest.raises(RecordError):
        resolve("boolean")(2)
