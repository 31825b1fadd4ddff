"""Intent before act, and the journal."""

from decimal import Decimal

import pytest

from flitstack_pipeline.errors import TerminalError
from flitstack_pipeline.ledger.records import MappedRecord, NewJournalEntry, RowOutcome
from flitstack_pipeline.ledger.store import Ledger

CREATED = NewJournalEntry("res.partner", 7, "create", "customer", "C1", after={"name": "A"})
MAPPED = MappedRecord("customer", "C1", "res.partner", 7, "created", {"name": "A"}, "f", run_id="run-1")
OUTCOME = RowOutcome("customer", "C1", "created", record_set="customer")

# A process that announces a call, makes it, and is killed while it writes the result down.
DIES_WHILE_CLOSING = """
import os, signal, sys
from flitstack_pipeline.ledger import store
from flitstack_pipeline.ledger.records import MappedRecord, NewJournalEntry, RowOutcome

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

store.save_outcomes = die
ledger = store.Ledger(sys.argv[1])
intent = ledger.open_intent("acme", "run-1", model="res.partner", record_set="customer", op="write",
                            keys=["acme/customer/C1"], before=[{"name": "Old"}])
ledger.close_intent(
    intent,
    journal=[NewJournalEntry("res.partner", 7, "write", "customer", "C1", {"name": "Old"}, {"name": "A"})],
    mapped=[MappedRecord("customer", "C1", "res.partner", 7, "updated", {"name": "A"}, "f")],
    outcomes=[RowOutcome("customer", "C1", "updated")],
)
"""


def open_one(ledger, **changes) -> int:
    plain = {"model": "res.partner", "record_set": "customer", "op": "create", "keys": ["acme/customer/C1"]}
    return ledger.open_intent("acme", "run-1", **{**plain, **changes})


def test_an_intent_is_on_disk_when_open_intent_returns(url, ledger):
    before = [{"name": "Old", "rate": Decimal("1.50")}, {"name": "Older", "rate": None}]
    keys = ["acme/customer/C1", "acme/customer/C2"]
    intent_id = open_one(ledger, op="write", keys=keys, before=before)
    with Ledger(url) as another:
        (found,) = another.open_intents("acme")
    assert found.id == intent_id
    assert found.keys == tuple(keys)
    assert found.before == tuple(before)
    assert (found.model, found.record_set, found.op, found.run_id) == ("res.partner", "customer", "write", "run-1")


def test_a_create_has_no_before_images(ledger):
    open_one(ledger)
    assert ledger.open_intents("acme")[0].before is None
    assert ledger.open_intents("other") == []


def test_before_images_that_do_not_match_the_keys_are_refused(ledger):
    with pytest.raises(ValueError, match="1 keys, but 2"):
        open_one(ledger, before=[{}, {}])


def test_closing_writes_everything_down(ledger):
    intent_id = open_one(ledger)
    ledger.close_intent(intent_id, journal=[CREATED], mapped=[MAPPED], outcomes=[OUTCOME])
    assert ledger.open_intents("acme") == []
    assert ledger.mapped("acme", "customer", ["C1"]) == {"C1": MAPPED}
    assert ledger.count_outcomes("acme") == {"customer": {"created": 1}}
    (entry,) = ledger.journal_backwards("acme")
    assert entry.after == {"name": "A"}
    assert (entry.intent_id, entry.run_id, entry.before, entry.undone) == (intent_id, "run-1", None, False)


def test_closing_writes_nothing_down_when_a_part_of_it_is_refused(ledger):
    intent_id = open_one(ledger)
    with pytest.raises(ValueError, match="failed"):
        ledger.close_intent(
            intent_id, journal=[CREATED], mapped=[MAPPED], outcomes=[RowOutcome("customer", "C1", "failed")]
        )
    assert [intent.id for intent in ledger.open_intents("acme")] == [intent_id]
    assert list(ledger.journal_backwards("acme")) == []
    assert ledger.count_mapped("acme") == {}


def test_a_process_killed_while_closing_leaves_the_intent_and_nothing_else(url, ledger, start_python):
    process = start_python(DIES_WHILE_CLOSING, url)
    process.communicate(timeout=60)
    assert process.returncode == -9
    (intent,) = ledger.open_intents("acme")
    assert intent.keys == ("acme/customer/C1",)
    assert intent.before == ({"name": "Old"},)
    assert list(ledger.journal_backwards("acme")) == []
    assert ledger.count_mapped("acme") == {}
    assert ledger.count_outcomes("acme") == {}
    # The dead process holds no lock, and the intent can be recovered.
    ledger.close_intent(intent.id, journal=[CREATED], mapped=[MAPPED], outcomes=[OUTCOME])
    assert ledger.open_intents("acme") == []


def test_an_intent_is_closed_once(ledger):
    intent_id = open_one(ledger)
    ledger.close_intent(intent_id, "failed", outcomes=[OUTCOME])
    with pytest.raises(TerminalError, match="closed as failed"):
        ledger.close_intent(intent_id, journal=[CREATED])
    assert list(ledger.journal_backwards("acme")) == []
    with pytest.raises(TerminalError, match="there is none"):
        ledger.close_intent(intent_id + 1)


def test_a_failed_call_cannot_have_changed_anything(ledger):
    intent_id = open_one(ledger)
    with pytest.raises(ValueError, match="changed nothing"):
        ledger.close_intent(intent_id, "failed", journal=[CREATED])
    with pytest.raises(ValueError, match="open"):
        ledger.close_intent(intent_id, "open")
    assert len(ledger.open_intents("acme")) == 1


def test_ids_of_intents_are_never_used_twice(ledger):
    first = open_one(ledger)
    ledger.close_intent(first)
    ledger.reset_migration("acme")
    assert open_one(ledger) > first


@pytest.mark.parametrize("number", [0, 1, 6, 7])
def test_the_journal_is_read_backwards_without_what_is_undone(ledger, number):
    ledger.add_journal("other", "run-1", [CREATED])
    entries = [NewJournalEntry("res.partner", index, "create", "customer", f"C{index}") for index in range(number)]
    ledger.add_journal("acme", "run-1", entries)
    met = []
    for entry in ledger.journal_backwards("acme", batch=3):
        met.append(entry.res_id)
        ledger.mark_undone([entry.id])
    assert met == list(reversed(range(number)))
    assert list(ledger.journal_backwards("acme")) == []
    assert len(list(ledger.journal_backwards("other"))) == 1
    if number:
        assert ledger.where("acme", "customer", "C0").journal[0].undone


def test_entries_written_while_undoing_are_not_met(ledger):
    ledger.add_journal("acme", "run-1", [CREATED, CREATED])
    met = 0
    for _ in ledger.journal_backwards("acme", batch=1):
        met += 1
        ledger.add_journal("acme", "undo", [CREATED])
    assert met == 2


def test_many_entries_are_marked_at_once(ledger):
    ledger.add_journal("acme", "run-1", [CREATED] * 1203)
    ids = [entry.id for entry in ledger.journal_backwards("acme")]
    assert len(ids) == 1203
    ledger.mark_undone([*ids, *range(10**6, 10**6 + 40_000)])
    assert list(ledger.journal_backwards("acme")) == []
