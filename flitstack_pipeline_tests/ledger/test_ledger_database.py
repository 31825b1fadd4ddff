"""Opening the ledger, sharing it between processes, and what else it keeps."""

import sqlite3
import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import event, make_url, text

from flitstack_pipeline.errors import ConfigurationError, TerminalError, TransientError
from flitstack_pipeline.ledger import database
from flitstack_pipeline.ledger.database import Database, in_batches
from flitstack_pipeline.ledger.records import MappedRecord, NewJournalEntry, Removed, RowOutcome
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.ledger.tables import SCHEMA_VERSION
from flitstack_pipeline.redact import redact
from flitstack_pipeline.settings import Settings

WRITES = """
import sys
from flitstack_pipeline.ledger.records import MappedRecord, NewJournalEntry, RowOutcome
from flitstack_pipeline.ledger.store import Ledger
url, name, batches = sys.argv[1:]
with Ledger(url) as ledger:
    for batch in range(int(batches)):
        ids = [f"{batch}-{row}" for row in range(50)]
        # Both processes write the shared rows, each its own rows, and both read in between.
        intent = ledger.open_intent("acme", name, model="m", record_set=name, op="create", keys=ids)
        ledger.close_intent(
            intent,
            journal=[NewJournalEntry("m", 1, "create", name, source_id) for source_id in ids],
            mapped=[MappedRecord(set_, source_id, "m", 1, "created", {}, "f") for set_ in (name, "both")
                    for source_id in ids],
            outcomes=[RowOutcome(set_, source_id, "created") for set_ in (name, "both") for source_id in ids],
        )
        assert len(ledger.resolve("acme", name, ids)) == 50
"""


def test_two_processes_that_write_at_once_lose_nothing(url, start_python):
    # Neither finds tables: they are made by whichever is first.
    processes = [start_python(WRITES, url, name, 25) for name in ("one", "two")]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    with Ledger(url) as ledger:
        assert ledger.count_mapped("acme") == {"both": 1250, "one": 1250, "two": 1250}
        assert ledger.count_outcomes("acme") == {name: {"created": 1250} for name in ("both", "one", "two")}
        assert len(list(ledger.journal_backwards("acme"))) == 2500
        assert ledger.open_intents("acme") == []


def test_many_processes_may_open_a_new_ledger_at_once(url, start_python):
    code = "import sys; from flitstack_pipeline.ledger.store import Ledger; Ledger(sys.argv[1]).append('acme', '', 'x')"
    processes = [start_python(code, url) for _ in range(5)]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    with Ledger(url) as ledger:
        assert len(list(ledger.iter_audit("acme"))) == 5


class Contended(sqlite3.Connection):
    """A connection to a new file that others are opening: the switch to WAL is refused twice, without waiting."""

    refusals = 2
    message = "database is locked"

    def execute(self, sql, *parameters):
        if sql == "PRAGMA journal_mode=WAL" and self.refusals:
            self.refusals -= 1
            raise sqlite3.OperationalError(self.message)
        return super().execute(sql, *parameters)


def test_the_switch_to_wal_is_tried_again_when_others_open_the_file(tmp_path):
    connection = sqlite3.connect(tmp_path / "ledger.sqlite", factory=Contended)
    database._use_wal(connection)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_the_switch_to_wal_is_not_tried_again_for_other_reasons(tmp_path):
    connection = sqlite3.connect(tmp_path / "ledger.sqlite", factory=Contended)
    connection.message = "disk I/O error"
    with pytest.raises(sqlite3.OperationalError, match="disk"):
        database._use_wal(connection)
    assert connection.refusals == 1
    connection.close()


def test_a_file_that_cannot_be_in_wal_mode_is_refused():
    # As on a network file system, SQLite gives no error for a database in memory but keeps the old mode.
    connection = sqlite3.connect(":memory:")
    with pytest.raises(ConfigurationError, match="file system"):
        database._use_wal(connection)
    connection.close()


def test_readers_do_not_wait_for_a_writer(ledger):
    ledger.append("acme", "run-1", "one")
    with ledger._db.write() as connection:
        connection.execute(text("UPDATE flitstack_audit SET event = 'two'"))
        assert [entry.event for entry in ledger.iter_audit("acme")] == ["one"]
    assert [entry.event for entry in ledger.iter_audit("acme")] == ["two"]


def test_a_ledger_keeps_what_it_has_when_it_is_opened_again(url):
    with Ledger(url) as ledger:
        ledger.append("acme", "run-1", "one")
    with Ledger(url) as ledger:
        assert len(list(ledger.iter_audit("acme"))) == 1


@pytest.mark.parametrize(("step", "word"), [(1, "newer"), (-1, "older")])
def test_a_ledger_of_another_layout_is_refused_untouched(url, step, word):
    with Ledger(url) as ledger, ledger._db.write() as connection:
        connection.execute(text("UPDATE flitstack_schema_version SET version = :v"), {"v": SCHEMA_VERSION + step})
    with pytest.raises(ConfigurationError, match=f"{word} version"):
        Ledger(url)


def test_moments_are_kept_in_utc_to_the_microsecond(url):
    moment = datetime(2026, 3, 1, 23, 0, 0, 123456, tzinfo=timezone(timedelta(hours=11)))
    with Ledger(url, clock=lambda: moment) as ledger:
        ledger.append("acme", "run-1", "one")
        (entry,) = ledger.iter_audit("acme")
    assert entry.at == moment
    assert entry.at.tzinfo is UTC


def test_results_of_a_verb_are_kept_and_the_last_is_given(ledger):
    assert ledger.last_result("acme", "load") is None
    ledger.save_result("acme", "load", "run-1", ok=False, result={"created": 1})
    ledger.save_result("acme", "load", "run-2", ok=True, result={"created": 2, "password": "s3cret"})
    ledger.save_result("acme", "plan", "run-3", ok=True, result=[])
    ledger.save_result("other", "load", "run-4", ok=True, result=None)
    found = ledger.last_result("acme", "load")
    assert (found.run_id, found.ok, found.result) == ("run-2", True, {"created": 2, "password": "***"})
    assert ledger.last_result("other", "load").result is None


def test_snapshots_are_given_oldest_first(ledger):
    ledger.save_snapshot("acme", "res.partner", {"count": 3})
    ledger.save_snapshot("acme", "crm.lead", {"count": 0})
    ledger.save_snapshot("acme", "res.partner", {"count": 9})
    ledger.save_snapshot("other", "res.partner", {})
    assert [(kept.model, kept.snapshot["count"]) for kept in ledger.snapshots("acme")] == [
        ("res.partner", 3),
        ("crm.lead", 0),
        ("res.partner", 9),
    ]


def fill(ledger, migration):
    intent = ledger.open_intent(migration, "run-1", model="m", record_set="s", op="create", keys=["k"])
    ledger.close_intent(
        intent,
        journal=[NewJournalEntry("m", 1, "create", "s", "1")],
        mapped=[MappedRecord("s", "1", "m", 1, "created", {}, "f"), MappedRecord("s", "2", "m", 2, "linked", {}, "f")],
        outcomes=[RowOutcome("s", "1", "created")],
    )
    ledger.save_snapshot(migration, "m", {})
    ledger.approve(migration, "map", plan_hash="h", who="jane", comment="", plan_json={})
    ledger.save_result(migration, "load", "run-1", ok=True, result={})


def test_resetting_forgets_one_migration_and_keeps_who_allowed_it(ledger):
    fill(ledger, "acme")
    fill(ledger, "other")
    assert ledger.reset_migration("acme", run_id="run-2") == Removed(
        mapped=2, outcomes=1, journal=1, intents=1, snapshots=1
    )
    assert ledger.count_mapped("acme") == {}
    assert ledger.count_outcomes("acme") == {}
    assert list(ledger.journal_backwards("acme")) == []
    assert ledger.snapshots("acme") == []
    assert ledger.approval("acme", "map") is not None
    assert [entry.event for entry in ledger.iter_audit("acme")] == ["approved", "reset"]
    assert ledger.verify_chain("acme") is None
    assert len(ledger.where("acme", "s", "1").history) == 1
    assert ledger.count_mapped("other") == {"s": 2}
    assert len(list(ledger.journal_backwards("other"))) == 1
    assert len(ledger.snapshots("other")) == 1


def test_resetting_is_refused_while_a_call_has_no_known_result(ledger):
    fill(ledger, "acme")
    ledger.open_intent("acme", "run-2", model="m", record_set="s", op="create", keys=["k"])
    with pytest.raises(TerminalError, match="1 calls"):
        ledger.reset_migration("acme")
    assert ledger.count_mapped("acme") == {"s": 2}


def test_the_installation_decides_where_the_ledger_is(tmp_path, empty_postgres_url):
    home = tmp_path / "new" / "home"
    settings = Settings(root=tmp_path, home=home, cache=tmp_path)
    with Ledger.open(settings) as ledger:
        ledger.append("acme", "run-1", "one")
    assert (home / "ledger.sqlite").is_file()
    with Ledger.open(Settings(root=tmp_path, home=home, cache=tmp_path, postgres_url=empty_postgres_url)) as ledger:
        assert not ledger._db.is_sqlite


def test_the_file_is_for_its_owner_alone_and_in_wal_mode(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with Ledger(f"sqlite:///{path}") as ledger:
        ledger.append("acme", "run-1", "one")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(Path(f"{path}-wal").stat().st_mode) == 0o600
        with ledger._db.read() as connection:
            pragmas = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
            }
    # 2 is FULL: an intent is on disk before the call that it announces.
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000, "synchronous": 2}


def test_a_ledger_that_stays_locked_is_a_transient_error(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    path = tmp_path / "ledger.sqlite"
    with Ledger(f"sqlite:///{path}") as ledger:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TransientError, match="locked"):
            ledger.append("acme", "run-1", "one")
        other.execute("ROLLBACK")
        other.close()
        ledger.append("acme", "run-1", "one")


def test_a_file_that_is_no_ledger_is_refused(tmp_path):
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"customer_id,name\n" * 100)
    with pytest.raises(ConfigurationError, match="not a SQLite file"):
        Ledger(f"sqlite:///{path}")


@pytest.mark.parametrize("address", ["mysql://u:s3cretword@h/d", "not an address", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_be_used_is_refused_without_its_password(address):
    with pytest.raises(ConfigurationError) as raised:
        Ledger(address)
    assert "s3cretword" not in str(raised.value)


def test_the_password_of_the_address_is_masked_from_then_on(tmp_path):
    address = "postgresql://flit:passw0rd-77@127.0.0.1:1/ledger"
    with pytest.raises(TransientError) as raised:
        Ledger(address)
    assert "passw0rd-77" not in str(raised.value)
    assert redact("a passw0rd-77 b") == "a *** b"


@pytest.mark.parametrize("driver", ["postgres", "postgresql", "postgresql+psycopg2", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_the_installed_driver(empty_postgres_url, driver):
    address = make_url(empty_postgres_url).set(drivername=driver).render_as_string(hide_password=False)
    opened = Database(address, lambda: datetime.now(UTC))
    assert opened._url.drivername == "postgresql+psycopg2"
    opened.close()


def test_a_database_that_does_not_exist_is_a_matter_of_configuration(postgres_url):
    with pytest.raises(ConfigurationError, match="does not exist"):
        Ledger(make_url(postgres_url).set(database="nowhere").render_as_string(hide_password=False))


def test_rows_go_to_postgresql_in_one_statement_per_batch(empty_postgres_url):
    records = [MappedRecord("s", str(index), "m", index, "created", {}, "f") for index in range(500)]
    with Ledger(empty_postgres_url) as ledger:
        # The driver sends what comes this way row by row.
        row_by_row = []
        event.listen(ledger._db._engine, "do_executemany", lambda _cursor, sql, *_: row_by_row.append(sql))
        for _ in range(2):
            ledger.save_mapped("acme", records)
            ledger.save_outcomes("acme", "run-1", [RowOutcome("s", record.source_id, "held") for record in records])
            ledger.add_journal("acme", "run-1", [NewJournalEntry("m", 1, "create", "s", "1")] * 500)
    assert row_by_row == []


def test_keys_are_compared_by_code_point_whatever_the_language_of_the_cluster(empty_postgres_url):
    query = """SELECT column_name, collation_name FROM information_schema.columns
        WHERE table_name = 'flitstack_id_map' AND column_name IN ('migration', 'record_set', 'source_id')"""
    with Ledger(empty_postgres_url) as ledger, ledger._db.read() as connection:
        found = {row.column_name: row.collation_name for row in connection.execute(text(query))}
    assert found == dict.fromkeys(("migration", "record_set", "source_id"), "C")


def test_batches_are_cut_without_reading_ahead():
    def numbers():
        for number in range(5):
            read.append(number)
            yield number

    read = []
    batches = in_batches(numbers(), 2)
    assert next(batches) == [0, 1]
    assert read == [0, 1]
    assert list(batches) == [[2, 3], [4]]
    assert list(in_batches([], 2)) == []
