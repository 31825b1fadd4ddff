"""The ledger: one object for all that is remembered of migrations.

Every operation names its migration and is one transaction. Several threads and processes may use the same ledger at
once; each opens its own `Ledger`. Errors: TransientError when the database is away or busy for half a minute,
ConfigurationError when it is not usable as it is, ValueError for what a caller should not have asked.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, Self

from sqlalchemy import delete, func, select

from flitstack_pipeline.errors import TerminalError
from flitstack_pipeline.ledger import audit, tables
from flitstack_pipeline.ledger.approvals import Approvals
from flitstack_pipeline.ledger.audit import Audit
from flitstack_pipeline.ledger.database import Clock, Database
from flitstack_pipeline.ledger.idmap import IdMap, save_mapped
from flitstack_pipeline.ledger.journal import OPEN, Journal, add_journal, finish_intent
from flitstack_pipeline.ledger.outcomes import OutcomeStore, save_outcomes
from flitstack_pipeline.ledger.records import MappedRecord, NewJournalEntry, Removed, RowOutcome
from flitstack_pipeline.ledger.results import Results
from flitstack_pipeline.settings import Settings

LEDGER_FILE = "ledger.sqlite"


def _now() -> datetime:
    return datetime.now(UTC)


class Ledger(IdMap, OutcomeStore, Journal, Approvals, Results, Audit):
    """All of the ledger's operations.

    `url`: `sqlite:////path/ledger.sqlite` (made when it is not there) or `postgresql://user:password@host/database`.
    """

    def __init__(self, url: str, *, clock: Clock = _now) -> None:
        self._db = Database(url, clock)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the installation's ledger: PostgreSQL where it is configured, else a file in its home."""
        return cls(settings.postgres_url or f"sqlite:///{settings.home / LEDGER_FILE}")

    def close(self) -> None:
        """Close all connections; the ledger opens new ones when it is used again."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close_intent(
        self,
        intent_id: int,
        state: Literal["done", "failed"] = "done",
        *,
        journal: Sequence[NewJournalEntry] = (),
        mapped: Sequence[MappedRecord] = (),
        outcomes: Sequence[RowOutcome] = (),
    ) -> None:
        """Close an intent together with all that its call changed: everything is committed, or nothing.

        `failed` says that the call changed nothing in Odoo. TerminalError when the intent is not open; then nothing
        is written.
        """
        if state not in ("done", "failed"):
            raise ValueError(f"An intent ends done or failed, not {state}")
        if state == "failed" and (journal or mapped):
            raise ValueError("A failed call changed nothing, so it has no journal and no mapped records")
        with self._db.write() as connection:
            migration, run_id = finish_intent(connection, self._db, intent_id, state)
            add_journal(connection, self._db, migration, run_id, journal, intent_id=intent_id)
            save_mapped(connection, self._db, migration, mapped)
            save_outcomes(connection, self._db, migration, run_id, outcomes)

    def reset_migration(self, migration: str, *, run_id: str = "") -> Removed:
        """Forget what a migration did, after it was rolled back.

        Id map, outcomes, journal, intents and snapshots go. Approvals, verbs' results, the rows' histories and the
        audit log stay, and the audit log gets an entry. TerminalError while an intent is open, because it may be
        all that is known of records in Odoo.
        """
        gone = {
            "mapped": tables.id_map,
            "outcomes": tables.outcomes,
            "journal": tables.journal,
            "intents": tables.intents,
            "snapshots": tables.snapshots,
        }
        with self._db.write() as connection:
            query = select(func.count()).where(tables.intents.c.migration == migration, tables.intents.c.state == OPEN)
            if number := connection.execute(query).scalar_one():
                raise TerminalError(
                    f"{number} calls to Odoo of migration {migration} have no known result",
                    hint="Reconcile the open intents with Odoo first.",
                )
            removed = Removed(
                **{
                    name: connection.execute(delete(table).where(table.c.migration == migration)).rowcount
                    for name, table in gone.items()
                }
            )
            audit.append(connection, self._db, migration, run_id, "reset", vars(removed))
        return removed
