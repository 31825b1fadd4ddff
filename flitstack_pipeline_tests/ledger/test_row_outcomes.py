"""Outcomes of source rows: the latest, and the story."""

import pytest

from flitstack_pipeline.ledger.database import CHUNK
from flitstack_pipeline.ledger.outcomes import row_key
from flitstack_pipeline.ledger.records import MappedRecord, NewJournalEntry, RowOutcome
from flitstack_pipeline.outcomes import Counts, Outcome
from flitstack_pipeline.redact import register_secret


def outcome(source_id: str, word: str = "created", reason: str = "", **more) -> RowOutcome:
    return RowOutcome(object=more.pop("object", "customer"), source_id=source_id, outcome=word, reason=reason, **more)


def story(trace):
    return [(past.run_id, str(past.outcome), past.reason) for past in trace.history]


def test_the_latest_outcome_of_a_row_stands(ledger):
    ledger.save_outcomes("acme", "run-1", [outcome("C1", "held", "no account A9", file="c.csv", row=4)])
    ledger.save_outcomes("acme", "run-2", [outcome("C1", "created", file="c.csv", row=5)])
    (latest,) = ledger.outcomes("acme")
    assert latest.outcome is Outcome.CREATED
    assert (latest.reason, latest.file, latest.row) == ("", "c.csv", 5)
    assert latest.run_id == "run-2"
    assert ledger.count_outcomes("acme") == {"customer": {"created": 1}}


def test_the_story_has_an_entry_for_each_change_and_none_for_a_repetition(ledger):
    for run, word, reason in [
        ("run-1", "held", "no account A9"),
        ("run-2", "held", "no account A9"),
        ("run-3", "held", "no owner"),
        ("run-4", "created", ""),
        ("run-5", "unchanged", ""),
        ("run-6", "unchanged", ""),
    ]:
        ledger.save_outcomes("acme", run, [outcome("C1", word, reason), outcome("C2")])
    trace = ledger.where("acme", "customer", "C1")
    assert story(trace) == [
        ("run-1", "held", "no account A9"),
        ("run-3", "held", "no owner"),
        ("run-4", "created", ""),
        ("run-5", "unchanged", ""),
    ]
    assert trace.outcome is not None
    assert trace.outcome.run_id == "run-6"
    assert len(ledger.where("acme", "customer", "C2").history) == 1


def test_a_reason_with_signs_that_a_database_refuses_is_no_change_when_repeated(ledger):
    register_secret("swordfish-12")
    for run in ("run-1", "run-2"):
        ledger.save_outcomes("acme", run, [outcome("C1", "quarantined", "not a date: \x00\ud800 swordfish-12")])
    trace = ledger.where("acme", "customer", "C1")
    assert story(trace) == [("run-1", "quarantined", "not a date: \u2400? ***")]


def test_counts_by_object_balance_with_what_was_extracted(ledger):
    rows = [outcome(f"C{index}", word) for index, word in enumerate(Outcome)]
    ledger.save_outcomes("acme", "run-1", [*rows, outcome("C0", "excluded", object="invoice")])
    ledger.save_outcomes("other", "run-1", [outcome("C99")])
    counts = ledger.count_outcomes("acme")
    assert counts == {"customer": dict.fromkeys(map(str, Outcome), 1), "invoice": {"excluded": 1}}
    assert Counts.of(7, counts["customer"]).balanced


def test_outcomes_are_filtered_limited_and_ordered(ledger):
    number = CHUNK + 20
    ledger.save_outcomes(
        "acme",
        "run-1",
        [outcome(f"C{index:05d}", "held" if index % 2 else "created") for index in reversed(range(number))],
    )
    ledger.save_outcomes("acme", "run-1", [outcome("A", object="account"), outcome("I", "held", object="invoice")])
    ledger.save_outcomes("other", "run-1", [outcome("X")])
    keys = [(found.object, found.source_id) for found in ledger.outcomes("acme")]
    assert keys == sorted(keys)
    assert len(keys) == number + 2
    held = [found.source_id for found in ledger.outcomes("acme", "customer", outcome="held")]
    assert held == [f"C{index:05d}" for index in range(1, number, 2)]
    assert [found.source_id for found in ledger.outcomes("acme", outcome="held", limit=3)] == held[:3]
    assert len(list(ledger.outcomes("acme", limit=CHUNK + 3))) == CHUNK + 3
    assert list(ledger.outcomes("acme", limit=0)) == []


def test_cleared_rows_are_not_counted_and_their_story_goes_on_without_a_repetition(ledger):
    ledger.save_outcomes("acme", "run-1", [outcome("C1"), outcome("C2"), outcome("I1", object="invoice")])
    ledger.clear_outcomes("acme", "customer")
    assert ledger.count_outcomes("acme") == {"invoice": {"created": 1}}
    assert [found.source_id for found in ledger.outcomes("acme")] == ["I1"]
    assert ledger.where("acme", "customer", "C1").outcome is None
    ledger.save_outcomes("acme", "run-2", [outcome("C1")])
    assert ledger.count_outcomes("acme") == {"customer": {"created": 1}, "invoice": {"created": 1}}
    assert len(ledger.where("acme", "customer", "C1").history) == 1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([outcome("C1", "failed")], "failed"),
        ([outcome("", file="c.csv", row=3)], "customer .*c.csv row 3"),
        ([outcome("C1"), outcome("C1", "held")], "customer/C1"),
    ],
)
def test_outcomes_that_would_spoil_the_sum_are_refused_and_nothing_is_saved(ledger, rows, message):
    with pytest.raises(ValueError, match=message):
        ledger.save_outcomes("acme", "run-1", [outcome("C0"), *rows])
    assert ledger.count_outcomes("acme") == {}


def test_rows_without_an_id_of_their_own_are_called_after_their_place():
    assert row_key("1042", file="c.csv", row=17) == "1042"
    assert row_key(None, file="c.csv", row=17) == "c.csv#17"
    assert row_key("", file="c.csv", row=17, repeated=True) == "c.csv#17"
    assert row_key("1042", file="c.csv", row=17, repeated=True) == "1042 (c.csv#17)"


def test_where_tells_everything_of_one_row_and_nothing_of_others(ledger):
    partner = MappedRecord("customer", "1", "res.partner", 7, "created", {"name": "A"}, "f", run_id="run-1")
    address = MappedRecord("customer_address", "1", "res.partner", 8, "created", {"name": "B"}, "f", run_id="run-1")
    invoice = MappedRecord("invoice", "1", "account.move", 9, "created", {"name": "C"}, "f", run_id="run-1")
    ledger.save_mapped("acme", [partner, address, invoice])
    ledger.save_outcomes("acme", "run-1", [outcome("1"), outcome("1", object="invoice")])
    ledger.add_journal(
        "acme",
        "run-1",
        [
            NewJournalEntry("res.partner", 7, "create", "customer", "1", after={"name": "A"}),
            NewJournalEntry("account.move", 9, "create", "invoice", "1"),
            NewJournalEntry("res.partner", 8, "create", "customer_address", "1"),
            NewJournalEntry("res.partner", 7, "write", "customer", "1", {"name": "A"}, {"name": "B"}),
        ],
    )
    trace = ledger.where("acme", "customer", "1")
    assert trace.mapped == (partner,)
    assert [(entry.op, entry.res_id) for entry in trace.journal] == [("create", 7), ("write", 7)]
    wide = ledger.where("acme", "customer", "1", record_sets=["customer", "customer_address"])
    assert wide.mapped == (partner, address)
    assert [entry.res_id for entry in wide.journal] == [7, 8, 7]


def test_where_follows_the_record_set_that_the_outcome_names(ledger):
    address = MappedRecord("site", "1", "res.partner", 8, "created", {}, "f", run_id="run-1")
    ledger.save_mapped("acme", [address])
    ledger.save_outcomes("acme", "run-1", [outcome("1", record_set="site")])
    assert ledger.where("acme", "customer", "1").mapped == (address,)


def test_where_knows_nothing_of_an_unknown_row(ledger):
    trace = ledger.where("acme", "customer", "nobody")
    assert (trace.outcome, trace.mapped, trace.journal, trace.history) == (None, (), (), ())


def test_a_row_in_several_record_sets_counts_once_by_what_needs_a_person(ledger):
    for record_set, first, second, why in [
        ("employee", "created", "created", ""),
        ("user", "excluded", "held", "no login"),
    ]:
        rows = [outcome("C1", first, record_set=record_set), outcome("C2", second, why, record_set=record_set)]
        ledger.save_outcomes("acme", "run-1", rows)
    assert ledger.count_outcomes("acme") == {"customer": {"created": 1, "held": 1}}
    assert ledger.where("acme", "customer", "C2").outcome.reason == "no login"
    assert ledger.where("acme", "customer", "C1").outcome.outcome == "created"
