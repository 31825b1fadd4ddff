"""Joined rows by another column than the id, and rows of which only the first makes a record."""

from support.tables import Tables, rows, transform

from flitstack_pipeline.mapping.spec import RecordSetSpec
from flitstack_pipeline.transform.apply import RecordSetTransform
from flitstack_pipeline.transform.values import Rejected

COMPANIES = rows(
    {"id": "c1", "name": "North-Gate  Foods", "state": 0},
    {"id": "c2", "name": "Twice Ltd", "state": 0},
    {"id": "c3", "name": "TWICE ltd", "state": 1},
    {"id": "c4", "name": None, "state": 0},
)
LEADS = rows(
    {"id": "a", "company": "NORTH GATE foods"},
    {"id": "b", "company": "Twice Ltd"},
    {"id": "c", "company": "Nobody"},
    {"id": "d", "company": None},
)


def found(**join) -> list:
    spec = {
        "from": "lead",
        "joins": {"known": {"object": "company", "on": "company", "by": "name", **join}},
        "fields": {"company": {"from": "known._id"}},
    }
    return [item.values["company"] for item in transform(spec, Tables(lead=LEADS, company=COMPANIES))]


def test_a_join_by_another_column_compares_as_conditions_do_and_never_guesses():
    assert found() == ["c1", None, None, None]


def test_rows_that_fail_where_are_not_looked_at():
    assert found(where={"state": 0}) == ["c1", "c2", None, None]


def test_of_rows_that_are_alike_the_first_makes_a_record():
    pairs = rows(
        {"id": "1", "one": "A", "two": "B", "role": "x", "active": True},
        {"id": "2", "one": "A", "two": "B", "role": "y", "active": True},
        {"id": "0", "one": "A", "two": "C", "role": "x", "active": False},
        {"id": "3", "one": "A", "two": "C", "role": "z", "active": True},
    )
    spec = {"from": "pair", "where": {"active": True}, "once": ["one", "two"], "fields": {"role": "role"}}

    made = transform(spec, Tables(pair=pairs))

    assert [(i.source_id, isinstance(i, Rejected)) for i in made] == [
        ("1", False),
        ("2", True),
        ("0", True),
        ("3", False),
    ]
    assert made[1].outcome == "excluded"
    assert made[1].reason == "the same one and two as pair 1, which stands for both"


def test_which_one_is_first_does_not_hang_on_where_a_batch_begins():
    pairs = rows({"id": "1", "one": "A"}, {"id": "2", "one": "a"})
    spec = RecordSetSpec.model_validate({"from": "pair", "once": "one", "fields": {"one": "one"}})
    made = RecordSetTransform("things", spec, read=Tables(pair=pairs), context={}, rejected_children=lambda *_: {})

    (again,) = made.prepare(pairs[1:])

    assert isinstance(again, Rejected)
