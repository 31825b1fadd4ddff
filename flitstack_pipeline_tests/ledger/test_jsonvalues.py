"""JSON that keeps exact types."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flitstack_pipeline.ledger.jsonvalues import canonical, dumps, fingerprint, loads

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(), max_size=8)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=10))]))
)
KEYS = st.text(max_size=4) | st.sampled_from(["$decimal", "$dict", "$"]) | st.integers() | st.dates()
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=12,
)


def _types(value):
    """The value with the type of each part beside it, because 1 == True == Decimal(1) and 1.50 == 1.5."""
    if isinstance(value, dict):
        return dict, {(type(key), key): _types(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [_types(item) for item in value]
    return type(value), str(value) if isinstance(value, Decimal) else value


@given(VALUES)
def test_values_come_back_equal_and_of_the_same_types(value):
    assert _types(loads(dumps(value))) == _types(value)


@given(VALUES)
def test_the_fingerprint_survives_a_round_trip(value):
    assert fingerprint(loads(dumps(value))) == fingerprint(value)
    assert canonical(loads(canonical(value))) == canonical(value)


@given(VALUES)
def test_the_text_is_plain_json_in_ascii(value):
    text = dumps(value)
    assert text.isascii()
    json.loads(text)


def test_decimals_keep_every_digit():
    value = Decimal("12345678901234567890123456789.0123456780")
    assert str(loads(dumps(value))) == str(value)


def test_date_times_come_back_as_the_same_moment_in_utc():
    sydney = datetime(2024, 3, 31, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=11)))
    back = loads(dumps(sydney))
    assert back == sydney
    assert back.tzinfo is UTC


def test_bytes_are_kept_as_checksum_and_size_only():
    content = b"photo"
    kept = {"sha1": hashlib.sha1(content).hexdigest(), "size": 5}
    assert loads(dumps({"image": content, "empty": bytearray()})) == {
        "image": kept,
        "empty": {"sha1": hashlib.sha1(b"").hexdigest(), "size": 0},
    }
    assert fingerprint({"image": content}) == fingerprint({"image": kept})


def test_a_dictionary_that_looks_like_a_tag_stays_a_dictionary():
    for value in ({"$decimal": "1"}, {"$date": "2024-01-01"}, {"$dict": [[1, 2]]}, {"$other": 1}, {1: "a", "1": "b"}):
        assert loads(dumps(value)) == value


def test_enum_members_count_as_what_they_hold():
    class Word(StrEnum):
        HELD = "held"

    class Number(IntEnum):
        TWO = 2

    assert _types(loads(dumps([Word.HELD, Number.TWO]))) == _types(["held", 2])


def test_keys_are_sorted():
    assert dumps({"b": 1, "a": {"d": 1, "c": 2}}) == '{"a":{"c":2,"d":1},"b":1}'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1.50"), Decimal("1.5")),
        (Decimal("100"), Decimal("1E2")),
        (Decimal("0.00"), Decimal("-0")),
        (Decimal("1.5000000000"), Decimal("1.5")),
        ((1, 2), [1, 2]),
        (-0.0, 0.0),
        (datetime(2024, 1, 1, 10, tzinfo=timezone(timedelta(hours=10))), datetime(2024, 1, 1, tzinfo=UTC)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ],
)
def test_what_means_the_same_has_one_fingerprint(one, other):
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, None),
        ("", None),
        (1, "1"),
        (1, Decimal(1)),
        ("2024-01-01", date(2024, 1, 1)),
        (Decimal("10000000000000000000000000000000000001"), Decimal("10000000000000000000000000000000000002")),
        (Decimal("1.5"), Decimal("-1.5")),
        (Decimal("15"), Decimal("150")),
        ([1, 2], [2, 1]),
        ({"a": None}, {}),
        ([[], []], [[]]),
    ],
)
def test_what_differs_has_another_fingerprint(one, other):
    assert fingerprint(one) != fingerprint(other)


def test_the_fingerprint_is_the_same_in_every_process():
    # Written down once: a change of it would make every approval and every unchanged record of existing ledgers drift.
    value = {"name": "Zoë", "rate": Decimal("12.50"), "since": date(2024, 2, 29), "tags": ("a", None)}
    assert canonical(value) == (
        '{"name":"Zo\\u00eb","rate":{"$decimal":"125E-1"},"since":{"$date":"2024-02-29"},"tags":["a",null]}'
    )
    assert fingerprint(value) == hashlib.sha256(canonical(value).encode()).hexdigest()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [1, float("nan")]}, r"a\[1\]: nan"),
        ({"a": float("inf")}, "a: inf"),
        ({"rate": Decimal("NaN")}, "rate: NaN"),
        ({"when": datetime(2024, 1, 1)}, "when: .* time zone"),
        ({"a": {"b": {1, 2}}}, r"a\.b: .*set"),
        (object(), "value: .*object"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(value, message):
    with pytest.raises(ValueError, match=message):
        dumps(value)
