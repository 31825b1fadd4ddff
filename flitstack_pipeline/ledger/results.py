"""What verbs reported, and what the target looked like before."""

from typing import Any

from sqlalchemy import insert, select

from flitstack_pipeline.ledger.database import Database
from flitstack_pipeline.ledger.records import Snapshot, VerbResult
from flitstack_pipeline.ledger.tables import results, snapshots
from flitstack_pipeline.redact import redact_values


class Results:
    """The snapshots' and results' part of the ledger."""

    _db: Database

    def save_snapshot(self, migration: str, model: str, snapshot_json: Any) -> None:
        """Keep what a model of the target looks like now. Earlier snapshots of it stay."""
        row = {"migration": migration, "model": model, "snapshot_json": snapshot_json, "at": self._db.clock()}
        with self._db.write() as connection:
            connection.execute(insert(snapshots), row)

    def snapshots(self, migration: str) -> list[Snapshot]:
        """Return all snapshots, oldest first: the first of a model is what it was before the migration."""
        query = select(snapshots).where(snapshots.c.migration == migration).order_by(snapshots.c.id)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [Snapshot(id=row.id, model=row.model, snapshot=row.snapshot_json, at=row.at) for row in rows]

    def save_result(self, migration: str, verb: str, run_id: str, *, ok: bool, result: Any) -> None:
        """Keep what a verb reported, as a JSON-like structure; secrets in it are masked."""
        row = {
            "migration": migration,
            "verb": verb,
            "run_id": run_id,
            "ok": ok,
            "result_json": redact_values(result),
            "at": self._db.clock(),
        }
        with self._db.write() as connection:
            connection.execute(insert(results), row)

    def last_result(self, migration: str, verb: str) -> VerbResult | None:
        """Return what the verb reported last, None when it never ran."""
        query = select(results).where(results.c.migration == migration, results.c.verb == verb)
        with self._db.read() as connection:
            row = connection.execute(query.order_by(results.c.id.desc()).limit(1)).one_or_none()
        if row is None:
            return None
        return VerbResult(verb=row.verb, run_id=row.run_id, ok=row.ok, result=row.result_json, at=row.at)
