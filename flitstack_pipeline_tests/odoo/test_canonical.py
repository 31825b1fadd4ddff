"""One form for every value: of the map, as Odoo takes it, and as Odoo gives it back."""

import base64
import hashlib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.odoo.canonical import canonical, canonical_to_odoo, from_odoo, to_odoo
from flitstack_pipeline.transform.files import describe_file
from flitstack_pipeline.transform.values import LineRows

UTC_TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


def field(kind: str, **more) -> TargetField:
    return TargetField("f", kind, **more)


# what the map says, its canonical form, what Odoo is sent, what Odoo gives back
BOTH_WAYS = {
    "char": (field("char"), " x ", " x ", " x ", " x "),
    "char, empty": (field("char"), None, None, False, False),
    "char, empty text": (field("char"), "", None, False, ""),
    "char of a number": (field("char"), 7, "7", "7", "7"),
    "char of a decimal": (field("char"), Decimal("10.5000000000"), "10.5", "10.5", "10.5"),
    "text": (field("text"), "a\nb", "a\nb", "a\nb", "a\nb"),
    "selection": (field("selection", selection=("a", "b")), "a", "a", "a", "a"),
    "selection, empty": (field("selection", selection=("a", "b")), None, None, False, False),
    "html": (field("html"), "<p>a &amp; b</p>", "<p>a &amp; b</p>", "<p>a &amp; b</p>", "<p>a &amp; b</p>"),
    "html, empty": (field("html"), None, None, False, False),
    "integer": (field("integer"), 7, 7, 7, 7),
    "integer of a decimal": (field("integer"), Decimal("7.0000000000"), 7, 7, 7),
    "integer of text": (field("integer"), "7", 7, 7, 7),
    "integer, empty": (field("integer"), None, 0, 0, 0),
    "many2one_reference": (field("many2one_reference"), 7, 7, 7, 7),
    "float": (field("float"), Decimal("0.1"), Decimal("0.1"), 0.1, 0.1),
    "float, computed by Odoo": (field("float", digits=2), Decimal("0.3"), Decimal("0.3"), 0.3, 0.1 + 0.2),
    "float of an integer": (field("float"), 7, Decimal(7), 7.0, 7.0),
    "float, empty": (field("float"), None, Decimal(0), 0.0, 0.0),
    "monetary": (field("monetary", digits=2), Decimal("12.34"), Decimal("12.34"), 12.34, 12.34),
    "boolean": (field("boolean"), True, True, True, True),
    "boolean, empty": (field("boolean"), None, False, False, False),
    "date": (field("date"), date(2024, 2, 29), date(2024, 2, 29), "2024-02-29", "2024-02-29"),
    "date, empty": (field("date"), None, None, False, False),
    "datetime": (
        field("datetime"),
        datetime(2024, 2, 29, 1, 2, 3, 999_999, tzinfo=timezone(timedelta(hours=11))),
        datetime(2024, 2, 28, 14, 2, 3, tzinfo=UTC),
        "2024-02-28 14:02:03",
        "2024-02-28 14:02:03",
    ),
    "datetime, empty": (field("datetime"), None, None, False, False),
    "many2one": (field("many2one"), 7, 7, 7, [7, "Name"]),
    "many2one, bare": (field("many2one"), 7, 7, 7, 7),
    "many2one, empty": (field("many2one"), None, None, False, False),
    "many2many": (field("many2many"), (9, 7, 9), (7, 9), [[6, 0, [7, 9]]], [9, 7]),
    "many2many, empty": (field("many2many"), None, (), [[6, 0, []]], []),
}


@pytest.mark.parametrize("case", BOTH_WAYS)
def test_a_value_goes_both_ways(case):
    target, value, expected, sent, read = BOTH_WAYS[case]

    found = canonical(value, target)

    assert (found, type(found)) == (expected, type(expected))
    assert to_odoo(value, target) == sent
    assert type(to_odoo(value, target)) is type(sent)
    assert from_odoo(read, target) == expected
    assert canonical_to_odoo(found, target) == sent


REFUSED = {
    "list in a char field": (field("char"), ["a"], "holds several values; join them with a transform"),
    "unknown selection": (
        field("selection", selection=("a", "b")),
        "c",
        "'c' is not a value of the selection (there are: a, b)",
    ),
    "half an integer": (field("integer"), Decimal("1.5000000000"), "1.5 is not a whole number"),
    "text in an integer field": (field("integer"), "seven", "'seven' is not a number"),
    "truth in an integer field": (field("integer"), True, "True is not a number"),
    "infinity in an integer field": (field("integer"), Decimal("Infinity"), "is not a number"),
    "text in a float field": (field("float"), "1,5", "'1,5' is not a number"),
    "no number in a float field": (field("float"), Decimal("NaN"), "is not a number"),
    "text in a boolean field": (field("boolean"), "yes", "'yes' is neither true nor false; map it by `values:`"),
    "number in a boolean field": (field("boolean"), 1, "1 is neither true nor false"),
    "date-time in a date field": (
        field("date"),
        datetime(2024, 1, 1, tzinfo=UTC),
        "use the transform date_only with a zone",
    ),
    "text in a date field": (field("date"), "2024-01-01", "'2024-01-01' is not a date"),
    "date in a date-time field": (field("datetime"), date(2024, 1, 1), "is not a date-time"),
    "date-time without a zone": (field("datetime"), datetime(2024, 1, 1), "2024-01-01 00:00:00 has no zone"),
    "a field that no map can write": (
        field("properties"),
        "x",
        "a field of type properties cannot be written by a map",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_value_that_the_field_cannot_hold_is_refused(case):
    target, value, reason = REFUSED[case]

    with pytest.raises(RecordError) as error:
        canonical(value, target)
    assert reason in error.value.reason

    with pytest.raises(RecordError):
        to_odoo(value, target)


def test_a_selection_without_known_values_takes_any():
    assert canonical("x", field("selection")) == "x"


def test_the_map_is_never_rounded():
    """A value with more places than the field has is a difference, and not made to fit."""
    target = field("float", digits=2)

    assert canonical(Decimal("0.125"), target) == Decimal("0.125")
    assert from_odoo(0.13, target) == Decimal("0.13")


@pytest.mark.parametrize(
    ("raw", "digits", "value"),
    [
        (0.1 + 0.2, 2, Decimal("0.3")),
        (0.1 + 0.2, None, Decimal("0.3")),
        (1e20, None, Decimal("1e20")),
        (1e300, 2, Decimal("1e300")),
        (-0.0, 2, Decimal(0)),
        (False, 2, Decimal(0)),
        (3, 2, Decimal(3)),
        (2.675, 2, Decimal("2.68")),
        (1e-7, None, Decimal("0.0000001")),
    ],
)
def test_floats_are_read_exactly(raw, digits, value):
    assert from_odoo(raw, field("float", digits=digits)) == value


def test_html_is_compared_by_what_it_says():
    target = field("html")

    assert canonical("<p>a<br>b</p>", target) == from_odoo("<p>a<br/>b</p>\n", target)
    assert canonical("<p>a</p>", target) != from_odoo("<p>b</p>", target)
    assert canonical("", target) is None


def test_files_are_compared_by_digest(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"hello")
    content = describe_file("a.txt", tmp_path)
    digest = {"sha1": hashlib.sha1(b"hello").hexdigest(), "size": 5}
    sent = to_odoo(content, field("binary"))

    assert canonical(content, field("binary")) == digest
    assert base64.b64decode(sent) == b"hello"
    assert from_odoo(sent, field("binary")) == digest
    assert (canonical(None, field("binary")), to_odoo(None, field("binary")), from_odoo(False, field("binary"))) == (
        None,
        False,
        None,
    )


LINES = {"name": field("char"), "price": field("float", digits=2), "tax": field("many2many")}


def test_lines_are_compared_in_order_and_created_together():
    target = field("one2many", relation="line")
    value = LineRows(({"name": "a", "price": Decimal("1.50"), "tax": (2, 1)}, {"name": None, "price": None}))

    assert canonical(value, target, LINES) == (
        {"name": "a", "price": Decimal("1.50"), "tax": (1, 2)},
        {"name": None, "price": Decimal(0)},
    )
    assert to_odoo(value, target, LINES) == [
        [0, 0, {"name": "a", "price": 1.5, "tax": [[6, 0, [1, 2]]]}],
        [0, 0, {"name": False, "price": 0.0}],
    ]
    assert (canonical(None, target, LINES), to_odoo(None, target, LINES)) == ((), [])


def test_a_wrong_line_is_named():
    with pytest.raises(RecordError) as error:
        canonical(LineRows(({"name": "a"}, {"name": "b", "price": "x"})), field("one2many"), LINES)

    assert (error.value.field, error.value.reason) == ("price", "line 2: 'x' is not a number")


# -- round trips: what Odoo would give back of what it was sent ---------------------------------------------------------


def read_again(sent, kind: str):
    """What `read` gives of a stored value."""
    if kind == "many2many":
        return list(reversed(sent[0][2]))
    return [sent, "Name"] if kind == "many2one" and sent else sent


@given(TEXTS)
def test_texts_come_back(text):
    assert from_odoo(to_odoo(text, field("text")), field("text")) == canonical(text, field("text"))


@given(st.integers(-(2**31), 2**31 - 1) | st.none())
def test_integers_come_back(number):
    assert from_odoo(to_odoo(number, field("integer")), field("integer")) == canonical(number, field("integer"))


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from([2, 4, None]))
def test_amounts_come_back_to_the_cent(amount, digits):
    target = field("monetary", digits=digits)

    assert from_odoo(to_odoo(amount, target), target) == canonical(amount, target)


@given(st.booleans() | st.none())
def test_truth_comes_back(value):
    assert from_odoo(to_odoo(value, field("boolean")), field("boolean")) is canonical(value, field("boolean"))


@given(st.dates() | st.none())
def test_dates_come_back(value):
    assert from_odoo(to_odoo(value, field("date")), field("date")) == canonical(value, field("date"))


@given(UTC_TIMES | st.none(), st.integers(-14 * 60, 14 * 60))
def test_moments_come_back_whatever_their_zone(value, minutes):
    there = value and value.astimezone(timezone(timedelta(minutes=minutes)))

    found = from_odoo(to_odoo(there, field("datetime")), field("datetime"))

    assert found == canonical(value, field("datetime"))
    assert found is None or (found.microsecond, found.tzinfo) == (0, UTC)


@given(st.sets(st.integers(1, 99)))
def test_many_records_come_back(ids):
    target = field("many2many")

    assert from_odoo(read_again(to_odoo(tuple(ids), target), "many2many"), target) == canonical(tuple(ids), target)


@given(st.integers(1, 99) | st.none())
def test_one_record_comes_back(number):
    target = field("many2one")

    assert from_odoo(read_again(to_odoo(number, target), "many2one"), target) == canonical(number, target)
