"""What became of each source row: the latest outcome, and the story of how it changed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, case, func, select, tuple_, update

from flitstack_pipeline.ledger.database import CHUNK, Database, in_batches, insert_or_update
from flitstack_pipeline.ledger.idmap import mapped_of_row, refuse_doubles
from flitstack_pipeline.ledger.journal import entries_of_row
from flitstack_pipeline.ledger.records import RecordedOutcome, RowOutcome, Trace
from flitstack_pipeline.ledger.tables import outcome_history as history
from flitstack_pipeline.ledger.tables import outcomes as table
from flitstack_pipeline.ledger.tables import storable
from flitstack_pipeline.outcomes import Outcome
from flitstack_pipeline.redact import redact


def row_key(source_id: str | None, *, file: str, row: int, repeated: bool = False) -> str:
    """Return the source id under which the outcome of a row is kept.

    It is the row's own id, except for rows that cannot have it for themselves: one without an id is called after
    its place ("customers.csv#17"), one that repeats an id after both ("1042 (customers.csv#17)"). Otherwise the sum
    of outcomes would be less than the rows that were read.
    """
    place = f"{file}#{row}"
    if not source_id:
        return place
    return f"{source_id} ({place})" if repeated else source_id


# A row that is in several record sets counts once: by what needs a person first, then by what was done.
WEIGHT = (
    Outcome.QUARANTINED,
    Outcome.HELD,
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.UNCHANGED,
    Outcome.SKIPPED,
    Outcome.EXCLUDED,
)


class OutcomeStore:
    """The outcomes' part of the ledger: one latest outcome per (migration, object, source id, record set)."""

    _db: Database

    def save_outcomes(self, migration: str, run_id: str, outcomes: Sequence[RowOutcome]) -> None:
        """Set the rows' latest outcomes; one that differs in outcome, reason or field is added to the row's history.

        A word that is no outcome, an empty source id (see `row_key`) and two outcomes of one row in one record set in a
        call raise ValueError.
        """
        with self._db.write() as connection:
            save_outcomes(connection, self._db, migration, run_id, outcomes)

    def outcomes(
        self, migration: str, object: str | None = None, *, outcome: str | None = None, limit: int | None = None
    ) -> Iterator[RecordedOutcome]:
        """Yield latest outcomes by object, source id and record set; the ledger may be written meanwhile."""
        query = select(table).where(table.c.migration == migration, table.c.cleared.is_(False))
        if object is not None:
            query = query.where(table.c.object == object)
        if outcome is not None:
            query = query.where(table.c.outcome == Outcome(outcome).value)
        place = tuple_(table.c.object, table.c.source_id, table.c.record_set)
        query = query.order_by(table.c.object, table.c.source_id, table.c.record_set)
        left = limit
        last: tuple[str, str, str] | None = None
        while left is None or left > 0:
            size = CHUNK if left is None else min(CHUNK, left)
            page = (query if last is None else query.where(place > last)).limit(size)
            with self._db.read() as connection:
                rows = connection.execute(page).all()
            for row in rows:
                yield _recorded(row)
            if len(rows) < size:
                return
            last = (rows[-1].object, rows[-1].source_id, rows[-1].record_set)
            left = None if left is None else left - size

    def count_outcomes(self, migration: str) -> dict[str, dict[str, int]]:
        """Return object -> outcome -> number of rows, each row once; outcomes that no row has are absent."""
        weight = case({word.value: rank for rank, word in enumerate(WEIGHT)}, value=table.c.outcome)
        each = select(table.c.object, func.min(weight).label("rank"))
        each = each.where(table.c.migration == migration, table.c.cleared.is_(False))
        by_row = each.group_by(table.c.object, table.c.source_id).subquery()
        query = select(by_row.c.object, by_row.c.rank, func.count()).group_by(by_row.c.object, by_row.c.rank)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for name, rank, number in sorted(rows):
            counts[name][WEIGHT[rank].value] = number
        return dict(counts)

    def clear_outcomes(self, migration: str, object: str) -> None:
        """Count an object's rows no longer, until they are saved again. The history stays."""
        with self._db.write() as connection:
            connection.execute(
                update(table)
                .where(table.c.migration == migration, table.c.object == object, table.c.cleared.is_(False))
                .values(cleared=True)
            )

    def where(self, migration: str, object: str, source_id: str, *, record_sets: Sequence[str] | None = None) -> Trace:
        """Return all that is known of one source row.

        `record_sets`: those that the object feeds, by the compiled map. Without it, the object's own name and those
        that its outcomes name are looked at; other objects' rows may have the same source id.
        """
        with self._db.read() as connection:
            every = connection.execute(_of_row(table, migration, object, source_id)).all()
            past = connection.execute(_of_row(history, migration, object, source_id).order_by(history.c.id)).all()
            if record_sets is None:
                named = {row.record_set for row in (*past, *every) if row.record_set}
                record_sets = sorted({object, *named})
            now = sorted(
                (_recorded(row) for row in every if not row.cleared), key=lambda o: WEIGHT.index(Outcome(o.outcome))
            )
            return Trace(
                outcome=now[0] if now else None,
                mapped=tuple(mapped_of_row(connection, migration, record_sets, source_id)),
                journal=tuple(entries_of_row(connection, migration, record_sets, source_id)),
                history=tuple(_recorded(row) for row in past),
            )


def save_outcomes(
    connection: Connection, db: Database, migration: str, run_id: str, outcomes: Sequence[RowOutcome]
) -> None:
    """Do `OutcomeStore.save_outcomes` inside a transaction that does more."""
    refuse_doubles(((outcome.object, outcome.source_id, outcome.record_set) for outcome in outcomes), "outcome")
    by_object: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for outcome in outcomes:
        by_object[outcome.object].append(_row(outcome, migration=migration, run_id=run_id, at=db.clock()))
    for name, rows in by_object.items():
        for chunk in in_batches(rows, CHUNK):
            known = _known(connection, migration, name, [row["source_id"] for row in chunk])
            insert_or_update(connection, table, [{**row, "cleared": False} for row in chunk])
            changed = [row for row in chunk if known.get((row["source_id"], row["record_set"])) != _story(row)]
            if changed:
                connection.execute(history.insert(), changed)


def _known(
    connection: Connection, migration: str, name: str, source_ids: list[str]
) -> dict[tuple[str, str], tuple[str, ...]]:
    query = select(table.c.source_id, table.c.record_set, table.c.outcome, table.c.reason, table.c.field)
    query = query.where(table.c.migration == migration, table.c.object == name, table.c.source_id.in_(source_ids))
    return {(source_id, record_set): tuple(story) for source_id, record_set, *story in connection.execute(query)}


def _story(row: dict[str, Any]) -> tuple[str, ...]:
    return row["outcome"], row["reason"], row["field"]


def _row(outcome: RowOutcome, **common: Any) -> dict[str, Any]:
    if not outcome.source_id:
        raise ValueError(f"An outcome of {outcome.object} has no source id ({outcome.file} row {outcome.row})")
    return {
        **common,
        "object": outcome.object,
        "source_id": outcome.source_id,
        "outcome": Outcome(outcome.outcome).value,
        # As it will be read back: the next save compares with it.
        "reason": storable(redact(outcome.reason)),
        "field": storable(outcome.field),
        "file": outcome.file,
        "row": outcome.row,
        "record_set": outcome.record_set,
    }


def _of_row(source: Any, migration: str, name: str, source_id: str) -> Any:
    return select(source).where(
        source.c.migration == migration, source.c.object == name, source.c.source_id == source_id
    )


def _recorded(row: Row[Any]) -> RecordedOutcome:
    return RecordedOutcome(
        object=row.object,
        source_id=row.source_id,
        outcome=Outcome(row.outcome),
        reason=row.reason,
        field=row.field,
        file=row.file,
        row=row.row,
        record_set=row.record_set,
        run_id=row.run_id,
        at=row.at,
    )
