"""The audit log: one chain of entries per migration, each bound to the one before by SHA-256.

Entries are only ever added. Whoever changes, removes or reorders one breaks the chain at that place, and
`verify_chain` finds it. The chain shows tampering with the entries; it is no protection against somebody who may
write the database and computes the whole chain anew.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from flitstack_pipeline.ledger.database import CHUNK, Database, insert_or_ignore
from flitstack_pipeline.ledger.jsonvalues import canonical
from flitstack_pipeline.ledger.records import AuditEntry, BrokenLink
from flitstack_pipeline.ledger.tables import audit as table
from flitstack_pipeline.ledger.tables import audit_heads as heads
from flitstack_pipeline.ledger.tables import storable
from flitstack_pipeline.redact import redact, redact_values


class Audit:
    """The audit's part of the ledger."""

    _db: Database

    def append(self, migration: str, run_id: str, event: str, detail: Mapping[str, Any] | None = None) -> AuditEntry:
        """Add an entry; secrets in the detail are masked. Processes that append at the same time queue."""
        with self._db.write() as connection:
            return append(connection, self._db, migration, run_id, event, detail)

    def iter_audit(self, migration: str) -> Iterator[AuditEntry]:
        """Yield a migration's entries, oldest first."""
        last = 0
        while True:
            query = select(table).where(table.c.migration == migration, table.c.seq > last)
            with self._db.read() as connection:
                rows = connection.execute(query.order_by(table.c.seq).limit(CHUNK)).all()
            for row in rows:
                yield _entry(row)
            if len(rows) < CHUNK:
                return
            last = rows[-1].seq

    def verify_chain(self, migration: str) -> BrokenLink | None:
        """Return the first place where the chain does not hold, None when all of it does."""
        # Read before the entries: one that is appended meanwhile is no fault.
        with self._db.read() as connection:
            head = connection.execute(select(heads).where(heads.c.migration == migration)).one_or_none()
        expected_seq, prev = 1, _genesis(migration)
        for entry in self.iter_audit(migration):
            if fault := _fault(migration, entry, expected_seq, prev):
                return fault
            if head is not None and entry.seq == head.seq and entry.hash != head.hash:
                return BrokenLink(entry.seq, "it is not the entry that was written last")
            expected_seq, prev = expected_seq + 1, entry.hash
        count = expected_seq - 1
        if head is None:
            return BrokenLink(1, "the chain has entries but no head") if count else None
        if count < head.seq:
            return BrokenLink(expected_seq, f"it was removed, with all after it: {head.seq} were written")
        return None


def append(
    connection: Connection,
    db: Database,
    migration: str,
    run_id: str,
    event: str,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Do `Audit.append` inside a transaction that does more."""
    insert_or_ignore(connection, heads, {"migration": migration, "seq": 0, "hash": _genesis(migration)})
    # The lock on this row is the queue on PostgreSQL; on SQLite the transaction itself is.
    head = connection.execute(select(heads).where(heads.c.migration == migration).with_for_update()).one()
    content = {
        "seq": head.seq + 1,
        "at": db.clock(),
        "run_id": storable(run_id),
        "event": storable(redact(event)),
        "detail": redact_values(dict(detail or {})),
        "prev": head.hash,
    }
    entry = AuditEntry(**content, hash=_hash(migration, content))
    connection.execute(
        insert(table),
        {
            "migration": migration,
            "seq": entry.seq,
            "at": entry.at,
            "run_id": entry.run_id,
            "event": entry.event,
            "detail_json": entry.detail,
            "prev": entry.prev,
            "hash": entry.hash,
        },
    )
    connection.execute(update(heads).where(heads.c.migration == migration).values(seq=entry.seq, hash=entry.hash))
    return entry


def _fault(migration: str, entry: AuditEntry, expected_seq: int, prev: str) -> BrokenLink | None:
    if entry.seq != expected_seq:
        return BrokenLink(expected_seq, "it was removed")
    if entry.prev != prev:
        return BrokenLink(entry.seq, "it does not follow the entry before it: one of them was replaced or moved")
    content = {name: getattr(entry, name) for name in ("seq", "at", "run_id", "event", "detail", "prev")}
    if entry.hash != _hash(migration, content):
        return BrokenLink(entry.seq, "its content was changed")
    return None


def _hash(migration: str, content: Mapping[str, Any]) -> str:
    at: datetime = content["at"]
    text = canonical({**content, "at": at.isoformat(timespec="microseconds"), "migration": migration})
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _genesis(migration: str) -> str:
    return hashlib.sha256(migration.encode("utf-8")).hexdigest()


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        seq=row.seq,
        at=row.at,
        run_id=row.run_id,
        event=row.event,
        detail=row.detail_json,
        prev=row.prev,
        hash=row.hash,
    )
