"""Intent before act, and the journal that undo reads backwards.

A batch's intent is committed before its call leaves for Odoo, and closed in one transaction with all that the call
changed. A process that dies in between leaves an open intent: its keys tell what to search for in Odoo, its
before-images what was there.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from flitstack_pipeline.errors import TerminalError
from flitstack_pipeline.ledger.database import CHUNK, Database, in_batches
from flitstack_pipeline.ledger.records import Intent, JournalEntry, NewJournalEntry, Operation
from flitstack_pipeline.ledger.tables import intents
from flitstack_pipeline.ledger.tables import journal as table
from flitstack_pipeline.redact import redact

OPEN = "open"


class Journal:
    """The intents' and the journal's part of the ledger."""

    _db: Database

    def open_intent(
        self,
        migration: str,
        run_id: str,
        *,
        model: str,
        record_set: str,
        op: Operation,
        keys: Sequence[str],
        before: Sequence[dict[str, Any]] | None = None,
    ) -> int:
        """Commit what a call is about to do, and return the intent's id. Call Odoo only after this has returned.

        `before` has one before-image per key, in the same order; a different number raises ValueError.
        """
        if before is not None and len(before) != len(keys):
            raise ValueError(f"{len(keys)} keys, but {len(before)} before-images")
        row = {
            "migration": migration,
            "run_id": run_id,
            "model": model,
            "record_set": record_set,
            "op": op,
            "keys_json": list(keys),
            "before_json": None if before is None else list(before),
            "state": OPEN,
            "opened_at": self._db.clock(),
        }
        with self._db.write() as connection:
            return connection.execute(insert(intents).returning(intents.c.id), row).scalar_one()

    def open_intents(self, migration: str) -> list[Intent]:
        """Return the intents whose calls have no known result, oldest first."""
        query = select(intents).where(intents.c.migration == migration, intents.c.state == OPEN).order_by(intents.c.id)
        with self._db.read() as connection:
            return [_intent(row) for row in connection.execute(query)]

    def add_journal(self, migration: str, run_id: str, entries: Sequence[NewJournalEntry]) -> None:
        """Write down changes that had no intent."""
        with self._db.write() as connection:
            add_journal(connection, self._db, migration, run_id, entries)

    def journal_backwards(
        self, migration: str, batch: int = CHUNK, *, schema: bool | None = None
    ) -> Iterator[JournalEntry]:
        """Yield the entries that are not undone, newest first, fetching `batch` at a time.

        Entries may be marked undone meanwhile. Entries written after the first one was yielded are not met. `schema`: only
        entries of custom models and fields (True), or only those of records (False).
        """
        query = select(table).where(table.c.migration == migration, table.c.undone.is_(False))
        if schema is not None:
            query = query.where((table.c.op == "schema") if schema else (table.c.op != "schema"))
        query = query.order_by(table.c.id.desc()).limit(batch)
        last: int | None = None
        while True:
            page = query if last is None else query.where(table.c.id < last)
            with self._db.read() as connection:
                rows = connection.execute(page).all()
            for row in rows:
                yield _entry(row)
            if len(rows) < batch:
                return
            last = rows[-1].id

    def mark_undone(self, ids: Sequence[int]) -> None:
        """Take journal entries as undone."""
        with self._db.write() as connection:
            for chunk in in_batches(ids, CHUNK):
                connection.execute(update(table).where(table.c.id.in_(chunk)).values(undone=True))


def finish_intent(connection: Connection, db: Database, intent_id: int, state: str) -> tuple[str, str]:
    """Close an open intent and return its migration and run; TerminalError when it is not open (any more)."""
    statement = update(intents).where(intents.c.id == intent_id, intents.c.state == OPEN)
    statement = statement.values(state=state, closed_at=db.clock())
    closed = connection.execute(statement.returning(intents.c.migration, intents.c.run_id)).one_or_none()
    if closed is not None:
        return closed.migration, closed.run_id
    found = connection.execute(select(intents.c.state).where(intents.c.id == intent_id)).scalar_one_or_none()
    raise TerminalError(
        f"Intent {intent_id} is not open: " + ("there is none" if found is None else f"it was closed as {found}"),
        hint="Another run may have taken this one for dead and recovered it. Nothing was written to the ledger.",
    )


def add_journal(
    connection: Connection,
    db: Database,
    migration: str,
    run_id: str,
    entries: Sequence[NewJournalEntry],
    *,
    intent_id: int | None = None,
) -> None:
    """Do `Journal.add_journal` inside a transaction that does more."""
    now = db.clock()
    rows = [
        {
            "migration": migration,
            "intent_id": intent_id,
            "run_id": run_id,
            "model": entry.model,
            "res_id": entry.res_id,
            "op": entry.op,
            "record_set": entry.record_set,
            "source_id": entry.source_id,
            "before_json": entry.before,
            "after_json": entry.after,
            "detail": redact(entry.detail),
            "undone": False,
            "at": now,
        }
        for entry in entries
    ]
    for chunk in in_batches(rows, CHUNK):
        connection.execute(insert(table), chunk)


def entries_of_row(
    connection: Connection, migration: str, record_sets: Sequence[str], source_id: str
) -> list[JournalEntry]:
    """Return what was changed in Odoo for one source row, in the order of writing."""
    query = select(table).where(table.c.migration == migration, table.c.source_id == source_id)
    rows = connection.execute(query.where(table.c.record_set.in_(record_sets)).order_by(table.c.id))
    return [_entry(row) for row in rows]


def _intent(row: Row[Any]) -> Intent:
    return Intent(
        id=row.id,
        run_id=row.run_id,
        model=row.model,
        record_set=row.record_set,
        op=row.op,
        keys=tuple(row.keys_json),
        before=None if row.before_json is None else tuple(row.before_json),
        opened_at=row.opened_at,
    )


def _entry(row: Row[Any]) -> JournalEntry:
    return JournalEntry(
        id=row.id,
        model=row.model,
        res_id=row.res_id,
        op=row.op,
        record_set=row.record_set,
        source_id=row.source_id,
        before=row.before_json,
        after=row.after_json,
        detail=row.detail,
        undone=row.undone,
        run_id=row.run_id,
        at=row.at,
        intent_id=row.intent_id,
    )
