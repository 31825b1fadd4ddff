"""Conditions on source rows, and the folding that makes spellings alike."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flitstack_pipeline.mapping.spec import Condition
from flitstack_pipeline.transform.conditions import fold, holds


def meets(condition, **row) -> bool:
    return holds(Condition.model_validate(condition), row)


@given(st.text())
@example("ß\N{COMBINING ACUTE ACCENT}")
@example("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}\N{COMBINING GRAVE ACCENT BELOW}")
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abC -_\t", max_size=12))
def test_spellings_are_alike(text):
    assert fold(text.upper().replace("_", " - ")) == fold(text.lower())


@pytest.mark.parametrize("value", [None, True, 3, Decimal("1.5"), date(2024, 1, 1)])
def test_what_is_no_text_stays_as_it_is(value):
    assert fold(value) is value


def test_no_condition_is_met_by_every_row():
    assert holds(None, {})
    assert meets({}, a=None)


@pytest.mark.parametrize(
    ("value", "wanted", "same"),
    [
        ("In Progress", "in-progress", True),
        ("café", "cafe\N{COMBINING ACUTE ACCENT}", True),
        ("done ", "Done", True),
        ("done", "undone", False),
        (None, "done", False),
        (None, None, True),
        (True, True, True),
        (False, True, False),
        (False, 0, False),
        (True, "true", False),
        (None, False, False),
        ("7", 7, True),
        (7, 7, True),
        (Decimal("10.0000000000"), 10, True),
        (Decimal("0.1000000000"), 0.1, True),
        (Decimal("0E-10"), 0, True),
        (date(2024, 1, 2), date(2024, 1, 2), True),
    ],
)
def test_is_and_not_are_opposites(value, wanted, same):
    assert meets({"a": {"is": wanted}}, a=value) is same
    assert meets({"a": {"not": wanted}}, a=value) is not same
    assert meets({"a": {"in": ["zzz", wanted]}}, a=value) is same
    assert meets({"a": {"not_in": ["zzz", wanted]}}, a=value) is not same


def test_a_column_that_is_not_there_is_empty():
    assert meets({"b": {"filled": False}}, a=1)
    assert not meets({"b": 1}, a=1)


@pytest.mark.parametrize(
    ("value", "filled"), [(None, False), ("", False), (" - ", False), ("x", True), (0, True), (False, True)]
)
def test_filled(value, filled):
    assert meets({"a": {"filled": True}}, a=value) is filled
    assert meets({"a": {"filled": False}}, a=value) is not filled


def test_all_tests_of_a_column_count():
    assert meets({"a": {"filled": True, "not": "x", "not_in": ["y"]}}, a="z")
    assert not meets({"a": {"filled": True, "not": "x", "not_in": ["y"]}}, a="y")
    assert not meets({"a": {"filled": True, "not": "x", "not_in": ["y"]}}, a="x")


def test_all_columns_any_and_none():
    condition = {"a": 1, "any": [{"b": 1}, {"b": 2, "c": 1}], "none": [{"d": 1}, {"e": 1}]}

    assert meets(condition, a=1, b=1)
    assert meets(condition, a=1, b=2, c=1)
    assert not meets(condition, a=2, b=1)
    assert not meets(condition, a=1, b=2)
    assert not meets(condition, a=1, b=1, d=1)
    assert not meets(condition, a=1, b=1, e=1)


def test_groups_may_stand_in_groups():
    condition = {"none": [{"any": [{"a": 1}, {"a": 2}], "none": [{"b": 1}]}]}

    assert meets(condition, a=3)
    assert meets(condition, a=1, b=1)
    assert not meets(condition, a=1, b=2)


def test_the_columns_that_a_condition_looks_at():
    condition = Condition.model_validate({"a": 1, "any": [{"b": 1, "none": [{"c": 1}]}], "none": [{"x.d": 1}]})

    assert condition.columns_used() == {"a", "b", "c", "x.d"}
