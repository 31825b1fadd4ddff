"""What counts as a difference, how it is told, and what is counted."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from support.compiled import prepared, records

from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.transform.values import LineRows, LiveRef, Ref, Rejected, RowRef
from flitstack_pipeline.verify.diff import Difference, text_of

KINDS = {
    "name": "char",
    "amount": TargetField("amount", "float", digits=2, label="Amount"),
    "when": "datetime",
    "tags": "many2many",
    "active": "boolean",
    "partner": "many2one",
}
RECORDS = records(KINDS)


def test_equal_values_are_no_difference(comparing):
    expected = {
        "name": "Ann",
        "amount": Decimal("0.3"),
        "when": datetime(2024, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        "tags": (2, 1),
        "active": None,
        "partner": None,
    }
    actual = {
        "name": "Ann",
        "amount": 0.1 + 0.2,
        "when": "2024-01-02 03:04:05",
        "tags": [1, 2],
        "active": False,
        "partner": False,
    }

    assert comparing.one(RECORDS, expected, actual) == []
    assert (comparing.tally.records, comparing.tally.values_compared, comparing.tally.differences) == (1, 6, 0)


def test_a_difference_says_all_there_is_to_say(comparing):
    number = comparing.there("s", name="Bob")

    assert comparing.compare(RECORDS, prepared("s", name="Ann")) == [
        Difference("thing", "s", "things.csv", 2, "x.thing", number, "name", "Name", "Ann", "Bob", "")
    ]
    tally = comparing.tally.fields["name"]
    assert (tally.label, tally.type, tally.compared, tally.filled, tally.different, tally.unexplained) == (
        "Name",
        "char",
        1,
        1,
        1,
        1,
    )


@pytest.mark.parametrize(
    ("expected", "actual", "told"),
    [
        ({"name": "Ann"}, {"name": "ann"}, ("Ann", "ann")),
        ({"name": None}, {"name": "Ann"}, ("(empty)", "Ann")),
        ({"name": "Ann"}, {"name": False}, ("Ann", "(empty)")),
        ({"amount": Decimal("0.125")}, {"amount": 0.13}, ("0.125", "0.13")),
        ({"amount": Decimal("1000.0000000000")}, {"amount": 1000.01}, ("1000", "1000.01")),
        (
            {"when": datetime(2024, 1, 1, tzinfo=UTC)},
            {"when": "2024-01-01 11:00:00"},
            ("2024-01-01T00:00:00+00:00", "2024-01-01T11:00:00+00:00"),
        ),
        ({"tags": (1, 2)}, {"tags": [1]}, ("(1, 2)", "(1,)")),
        ({"tags": ()}, {"tags": [1]}, ("(empty)", "(1,)")),
        ({"active": True}, {"active": False}, ("True", "False")),
        ({"partner": 3}, {"partner": [4, "Bob"]}, ("3", "4")),
    ],
)
def test_values_that_differ(comparing, expected, actual, told):
    (found,) = comparing.one(RECORDS, expected, actual)

    assert (found.expected, found.actual) == told


def test_only_migrated_records_are_compared(comparing):
    comparing.there("s", name="Ann")
    rejected = Rejected(
        record_set="thing", source_id="r", rows=(RowRef("thing", "r", "f", 1),), outcome="quarantined", reason="x"
    )

    assert comparing.compare(RECORDS, prepared("s", name="Ann"), prepared("never", name="x"), rejected) == []
    assert comparing.tally.records == 1


def test_a_record_that_is_gone_is_a_difference(comparing):
    comparing.mapped("s", 99)
    comparing.there("t", name="Tom")

    (found,) = comparing.compare(RECORDS, prepared("s", name="Ann"), prepared("t", name="Tom"))

    assert (found.source_id, found.field, found.expected, found.actual) == (
        "s",
        "(record)",
        "there",
        "not in Odoo any more",
    )
    assert (comparing.tally.records, comparing.tally.differences) == (2, 1)


def test_what_odoo_computes_is_compared_too(comparing):
    comparing.there("s", name="Ann", amount=2.0)

    (found,) = comparing.compare(RECORDS, prepared("s", name="Ann", expected={"amount": Decimal(3)}))

    assert (found.field, found.expected, found.actual) == ("amount", "3", "2")


def test_fields_that_the_map_leaves_out_are_not_compared(comparing):
    uncompared = records(KINDS, fields={"name": {"from": "name", "compare": False}})

    assert comparing.one(uncompared, {"name": "Ann", "amount": 1}, {"name": "Bob", "amount": 1.0}) == []
    assert set(comparing.tally.fields) == {"amount"}


def test_a_reference_that_leads_nowhere_any_more_is_a_difference(comparing):
    """The record was migrated: that its expected value cannot be told now must not look like agreement."""
    comparing.odoo.add("tax", {"id": 1, "amount": 10.0}, {"id": 2, "amount": 10.0})
    comparing.there("s", name="Ann", partner=[1, "GST"])
    comparing.there("t", name="Tom", partner=[1, "GST"])
    ambiguous = LiveRef("tax", ("amount",), (10,), (), "quarantine")

    (one, two) = comparing.compare(
        RECORDS, prepared("s", partner=ambiguous), prepared("t", partner=Ref(("x",), "1", "hold"))
    )

    assert (one.field, one.expected, one.actual) == (
        "partner",
        "cannot be told: Odoo has 2 tax with amount 10",
        "not compared",
    )
    assert two.expected == "cannot be told: waits for x 1, which is not in Odoo"
    assert (comparing.tally.records, comparing.tally.unexplained) == (2, 2)


def test_the_source_row_of_a_reference_is_told(comparing):
    comparing.id_map.known["x"] = {"1": 7}

    assert comparing.one(RECORDS, {"partner": Ref(("x",), "1", "hold")}, {"partner": [7, "Ann"]}) == []


# -- lines ----------------------------------------------------------------------------------------------------------------

LINED = records(
    {"name": "char", "lines": TargetField("lines", "one2many", relation="x.line", label="Lines")},
    lines={"lines": {"text": "char", "price": TargetField("price", "float", digits=2, label="Unit price")}},
    fields={"lines": {"lines": {"from": "line", "parent": "no", "fields": {}}}},
)


def line_rows(*lines):
    return LineRows(tuple({"text": text, "price": Decimal(price)} for text, price in lines))


def with_lines(comparing, *lines):
    ids = [30 + number for number in range(len(lines))]
    comparing.odoo.add(
        "x.line", *({"id": i, "text": text, "price": price} for i, (text, price) in zip(ids, lines, strict=True))
    )
    comparing.there("s", name="Ann", lines=list(reversed(ids)))


def test_equal_lines(comparing):
    with_lines(comparing, ("a", 1.0), ("b", 2.5))

    assert comparing.compare(LINED, prepared("s", name="Ann", lines=line_rows(("a", 1), ("b", "2.50")))) == []
    assert comparing.tally.fields["lines.price"].compared == 2
    assert comparing.tally.values_compared == 5


def test_a_value_of_a_line(comparing):
    with_lines(comparing, ("a", 1.0), ("b", 2.5))

    (found,) = comparing.compare(LINED, prepared("s", lines=line_rows(("a", 1), ("b", 3))))

    assert (found.field, found.label, found.expected, found.actual) == ("lines[2].price", "Unit price", "3", "2.5")
    tally = comparing.tally.fields["lines.price"]
    assert (tally.label, tally.type, tally.compared, tally.different) == ("Unit price", "float", 2, 1)


def test_the_number_of_lines(comparing):
    with_lines(comparing, ("a", 1.0))

    (found,) = comparing.compare(LINED, prepared("s", lines=line_rows(("a", 1), ("b", 2))))

    assert (found.field, found.expected, found.actual) == ("lines.count", "2 lines", "1 lines")
    assert comparing.tally.fields["lines.count"].different == 1


@pytest.mark.parametrize(("expected", "actual"), [((), (("a", 1.0),)), ((("a", 1),), ())])
def test_lines_where_there_should_be_none_and_none_where_there_should_be_some(comparing, expected, actual):
    with_lines(comparing, *actual)

    (found,) = comparing.compare(LINED, prepared("s", lines=line_rows(*expected) if expected else None))

    assert found.field == "lines.count"


# -- records that Odoo had before -------------------------------------------------------------------------------------------

MATCHED = records({"name": "char", "email": "char", "partner": "many2one"}, match=[{"by": "email"}])


def test_of_linked_records_only_what_they_were_recognised_by_is_compared(comparing):
    expected = {"name": "Ann", "email": "Ann@X.com "}

    assert comparing.one(MATCHED, expected, {"name": "Anna", "email": "ann@x.com"}, origin="linked") == []
    assert set(comparing.tally.fields) == {"email"}


def test_a_linked_record_that_is_another_now_is_a_difference(comparing):
    (found,) = comparing.one(
        MATCHED, {"name": "Ann", "email": "ann@x.com"}, {"name": "Ann", "email": "bob@x.com"}, origin="linked"
    )

    assert found.field == "email"


def test_records_that_were_written_over_are_compared_in_full(comparing):
    (found,) = comparing.one(
        MATCHED, {"name": "Ann", "email": "a@x"}, {"name": "Anna", "email": "a@x"}, origin="updated"
    )

    assert found.field == "name"


def test_a_lost_reference_of_a_linked_record_is_not_ours(comparing):
    comparing.there("s", origin="linked", email="a@x")

    assert comparing.compare(MATCHED, prepared("s", email="a@x", partner=Ref(("x",), "1", "hold"))) == []
    assert comparing.tally.records == 1


# -- accepted differences ---------------------------------------------------------------------------------------------------


def test_an_accepted_difference_is_explained(comparing):
    accepted = comparing.accept("s", "name", "a typing error in the source")

    (found,) = comparing.one(RECORDS, {"name": "Ann"}, {"name": "Bob"})

    assert found.accepted == "a typing error in the source"
    assert (comparing.tally.differences, comparing.tally.unexplained) == (1, 0)
    assert comparing.tally.used == {accepted}


@pytest.mark.parametrize("field", ["lines[2].price", "lines.price"])
def test_a_line_may_be_accepted_alone_or_with_all_of_its_record(comparing, field):
    comparing.accept("s", field)
    with_lines(comparing, ("a", 1.0), ("b", 2.5))

    found = comparing.compare(LINED, prepared("s", lines=line_rows(("a", 9), ("b", 9))))

    assert [bool(difference.accepted) for difference in found] == [field == "lines.price", True]


def test_a_missing_record_may_be_accepted(comparing):
    comparing.accept("s", "(record)", "deleted on purpose")
    comparing.mapped("s", 99)

    (found,) = comparing.compare(RECORDS, prepared("s", name="Ann"))

    assert found.accepted == "deleted on purpose"


@pytest.mark.parametrize(
    ("source_id", "field", "of"), [("t", "name", "thing"), ("s", "amount", "thing"), ("s", "name", "other")]
)
def test_what_was_accepted_elsewhere_explains_nothing(comparing, source_id, field, of):
    comparing.accept(source_id, field, records=of)

    (found,) = comparing.one(RECORDS, {"name": "Ann"}, {"name": "Bob"})

    assert found.accepted == ""
    assert comparing.tally.used == set(), "and stays unused"


def test_an_acceptance_of_what_does_not_differ_stays_unused(comparing):
    comparing.accept("s", "name")

    assert comparing.one(RECORDS, {"name": "Ann"}, {"name": "Ann"}) == []
    assert comparing.tally.used == set()


# -- counting ---------------------------------------------------------------------------------------------------------------


def test_filled_values_are_counted(comparing):
    for source_id, name, amount in (("a", "Ann", 0.0), ("b", False, 2.0), ("c", "Cem", 3.0)):
        comparing.there(source_id, name=name, amount=amount)

    comparing.compare(
        RECORDS,
        prepared("a", name="Ann", amount=0),
        prepared("b", name=None, amount=2),
        prepared("c", name="Cem", amount=3),
    )

    assert {n: (t.compared, t.filled) for n, t in comparing.tally.fields.items()} == {"name": (3, 2), "amount": (3, 2)}


def test_batches_add_up(comparing):
    comparing.there("a", name="x")
    comparing.there("b", name="y")

    comparing.compare(RECORDS, prepared("a", name="x"))
    comparison = comparing.comparison
    list(comparison.compare([prepared("b", name="z")]))

    assert (comparison.tally.records, comparison.tally.fields["name"].compared, comparison.tally.differences) == (
        2,
        2,
        1,
    )
    assert comparison.frames == [("b", {"name": "y"})], "the schema check sees one batch at a time"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(empty)"),
        ((), "(empty)"),
        ("x", "x"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1.50"), "1.5"),
        (True, "True"),
        (datetime(2024, 1, 1, tzinfo=UTC), "2024-01-01T00:00:00+00:00"),
        ({"sha1": "abc", "size": 1234}, "1,234 bytes, SHA-1 abc"),
    ],
)
def test_values_in_words(value, text):
    assert text_of(value) == text
