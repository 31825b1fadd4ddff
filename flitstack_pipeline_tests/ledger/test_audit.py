"""The audit log's hash chain."""

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError

from flitstack_pipeline.ledger.database import CHUNK
from flitstack_pipeline.ledger.tables import audit, audit_heads
from flitstack_pipeline.redact import register_secret

APPENDS = """
import sys
from flitstack_pipeline.ledger.store import Ledger
url, run_id, number = sys.argv[1:]
with Ledger(url) as ledger:
    for index in range(int(number)):
        ledger.append("acme", run_id, "loaded", {"batch": index})
"""


@pytest.fixture
def chain(ledger):
    """A ledger with five entries of one migration and one of another, and a way to tamper with its tables."""
    for index in range(5):
        ledger.append("acme", "run-1", "loaded", {"batch": index, "records": [index, "ä"]})
    ledger.append("other", "run-1", "loaded", {"batch": 0})

    def tamper(*statements):
        with ledger._db.write() as connection:
            for statement in statements:
                connection.execute(statement)

    return ledger, tamper


def test_an_untouched_chain_holds(chain):
    ledger, _ = chain
    assert ledger.verify_chain("acme") is None
    assert ledger.verify_chain("other") is None
    assert ledger.verify_chain("nobody") is None
    assert [entry.seq for entry in ledger.iter_audit("acme")] == [1, 2, 3, 4, 5]
    assert next(ledger.iter_audit("acme")).detail == {"batch": 0, "records": [0, "ä"]}


def test_a_chain_longer_than_a_page_holds(ledger):
    for index in range(CHUNK + 2):
        ledger.append("acme", "run-1", "loaded", {"batch": index})
    assert ledger.verify_chain("acme") is None
    assert len(list(ledger.iter_audit("acme"))) == CHUNK + 2


def at(seq):
    return (audit.c.migration == "acme") & (audit.c.seq == seq)


@pytest.mark.parametrize(
    "changed",
    [
        {"detail_json": {"batch": 99}},
        {"event": "undone"},
        {"run_id": "run-9"},
    ],
)
def test_a_changed_entry_is_found(chain, changed):
    ledger, tamper = chain
    tamper(update(audit).where(at(3)).values(**changed))
    assert ledger.verify_chain("acme").seq == 3
    assert "changed" in ledger.verify_chain("acme").what
    assert ledger.verify_chain("other") is None


def test_a_changed_time_is_found(chain, clock):
    ledger, tamper = chain
    tamper(update(audit).where(at(2)).values(at=clock()))
    assert ledger.verify_chain("acme").seq == 2


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_removed_entry_is_found(chain, seq):
    ledger, tamper = chain
    tamper(delete(audit).where(at(seq)))
    broken = ledger.verify_chain("acme")
    assert broken.seq == seq
    assert "removed" in broken.what


def test_a_removed_entry_is_found_when_the_rest_is_renumbered(chain):
    ledger, tamper = chain
    tamper(delete(audit).where(at(2)), *(update(audit).where(at(seq)).values(seq=seq - 1) for seq in (3, 4, 5)))
    assert ledger.verify_chain("acme").seq == 2


def test_entries_that_changed_places_are_found(chain):
    ledger, tamper = chain
    tamper(
        update(audit).where(at(2)).values(seq=-1),
        update(audit).where(at(3)).values(seq=2),
        update(audit).where(at(-1)).values(seq=3),
    )
    assert ledger.verify_chain("acme").seq == 2


def test_a_whole_chain_that_was_removed_is_found(chain):
    ledger, tamper = chain
    tamper(delete(audit).where(audit.c.migration == "acme"))
    assert ledger.verify_chain("acme").seq == 1


def test_an_entry_that_was_rewritten_with_a_new_hash_is_found(chain):
    ledger, tamper = chain
    entries = list(ledger.iter_audit("acme"))
    tamper(update(audit).where(at(3)).values(hash=entries[0].hash))
    assert ledger.verify_chain("acme").seq == 3
    tamper(update(audit).where(at(3)).values(hash=entries[2].hash))
    assert ledger.verify_chain("acme") is None
    tamper(update(audit_heads).where(audit_heads.c.migration == "acme").values(hash=entries[0].hash))
    assert ledger.verify_chain("acme").seq == 5


def test_an_entry_cannot_be_moved_to_another_migration(chain):
    ledger, tamper = chain
    tamper(
        delete(audit).where(audit.c.migration == "other"),
        update(audit).where(at(1)).values(migration="other"),
    )
    assert ledger.verify_chain("other").seq == 1


def test_the_database_keeps_the_chain_and_its_head_together(chain):
    _, tamper = chain
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        tamper(text("DELETE FROM flitstack_audit_head WHERE migration = 'acme'"))


def test_secrets_do_not_reach_the_log(ledger):
    register_secret("swordfish-34")
    entry = ledger.append("acme", "run-1", "connected", {"api_key": "k3y", "to": "https://x/?token=swordfish-34"})
    assert entry.detail == {"api_key": "***", "to": "https://x/?token=***"}
    assert ledger.verify_chain("acme") is None


def test_processes_that_append_at_once_make_one_chain(url, ledger, start_python):
    processes = [start_python(APPENDS, url, f"run-{number}", 60) for number in (1, 2)]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    entries = list(ledger.iter_audit("acme"))
    assert [entry.seq for entry in entries] == list(range(1, 121))
    assert ledger.verify_chain("acme") is None
    for number in (1, 2):
        assert [e.detail["batch"] for e in entries if e.run_id == f"run-{number}"] == list(range(60))
