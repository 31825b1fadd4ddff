"""Which Odoo record each source row became."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, literal_column, select

from flitstack_pipeline.ledger.database import CHUNK, Database, in_batches, insert_or_update
from flitstack_pipeline.ledger.records import MappedRecord
from flitstack_pipeline.ledger.tables import id_map as table


class IdMap:
    """The id map's part of the ledger. A record set names the rows that one object becomes in one Odoo model."""

    _db: Database

    def mapped(self, migration: str, record_set: str, source_ids: Sequence[str]) -> dict[str, MappedRecord]:
        """Return the known records among these source ids; unknown ids are absent."""
        found: dict[str, MappedRecord] = {}
        with self._db.read() as connection:
            for chunk in in_batches(source_ids, CHUNK):
                query = _of_set(select(table), migration, record_set).where(table.c.source_id.in_(chunk))
                found.update((row.source_id, _record(row)) for row in connection.execute(query))
        return found

    def resolve(self, migration: str, record_set: str, source_ids: Sequence[str]) -> dict[str, int]:
        """Return source id -> Odoo id for the known ones; much cheaper than `mapped`."""
        found: dict[str, int] = {}
        with self._db.read() as connection:
            for chunk in in_batches(source_ids, CHUNK):
                query = _of_set(select(table.c.source_id, table.c.res_id), migration, record_set)
                rows = connection.execute(query.where(table.c.source_id.in_(chunk))).all()
                found.update((row.source_id, row.res_id) for row in rows)
        return found

    def iter_mapped(self, migration: str, record_set: str, batch: int = CHUNK) -> Iterator[list[MappedRecord]]:
        """Yield a record set's records by source id, in lists of at most `batch`; writing meanwhile is fine."""
        last: str | None = None
        while True:
            query = _of_set(select(table), migration, record_set).order_by(table.c.source_id).limit(batch)
            if last is not None:
                query = query.where(table.c.source_id > last)
            with self._db.read() as connection:
                rows = connection.execute(query).all()
            if rows:
                yield [_record(row) for row in rows]
            if len(rows) < batch:
                return
            last = rows[-1].source_id

    def save_mapped(self, migration: str, records: Sequence[MappedRecord]) -> None:
        """Add records, or replace what is known of them.

        A record that the migration created stays `created` when it is written again later, so that undoing removes
        it. Two records with the same record set and source id in one call raise ValueError.
        """
        with self._db.write() as connection:
            save_mapped(connection, self._db, migration, records)

    def forget_mapped(self, migration: str, record_set: str, source_ids: Sequence[str]) -> None:
        """Remove records from the id map; unknown ids are fine."""
        with self._db.write() as connection:
            for chunk in in_batches(source_ids, CHUNK):
                connection.execute(_of_set(delete(table), migration, record_set).where(table.c.source_id.in_(chunk)))

    def count_mapped(self, migration: str) -> dict[str, int]:
        """Return record set -> number of records."""
        query = select(table.c.record_set, func.count().label("number")).where(table.c.migration == migration)
        with self._db.read() as connection:
            rows = connection.execute(query.group_by(table.c.record_set).order_by(table.c.record_set)).all()
        return {row.record_set: row.number for row in rows}


def save_mapped(connection: Connection, db: Database, migration: str, records: Sequence[MappedRecord]) -> None:
    """Do `IdMap.save_mapped` inside a transaction that does more."""
    refuse_doubles(((record.record_set, record.source_id) for record in records), "mapped record")
    now = db.clock()
    rows = [
        {
            "migration": migration,
            "record_set": record.record_set,
            "source_id": record.source_id,
            "model": record.model,
            "res_id": record.res_id,
            "origin": record.origin,
            "values_json": record.values,
            "fingerprint": record.fingerprint,
            "state": record.state,
            "run_id": record.run_id,
            "at": now,
        }
        for record in records
    ]
    for chunk in in_batches(rows, CHUNK):
        insert_or_update(connection, table, chunk, origin=_kept_origin)


def mapped_of_row(
    connection: Connection, migration: str, record_sets: Sequence[str], source_id: str
) -> list[MappedRecord]:
    """Return what one source row became in each of these record sets."""
    query = select(table).where(table.c.migration == migration, table.c.source_id == source_id)
    rows = connection.execute(query.where(table.c.record_set.in_(record_sets)).order_by(table.c.record_set))
    return [_record(row) for row in rows]


def refuse_doubles(keys: Any, what: str) -> None:
    """Raise ValueError when a key comes twice: the later one would silently win."""
    doubles = [key for key, number in Counter(keys).items() if number > 1]
    if doubles:
        raise ValueError(f"{what} given twice in one batch: {'/'.join(doubles[0])}")


def _kept_origin(statement: Any) -> Any:
    # Another res_id is another record (the first one is gone), so what is known of the first does not hold for it.
    created = literal_column("'created'")
    same_and_created = (table.c.origin == created) & (table.c.res_id == statement.excluded.res_id)
    return case((same_and_created, created), else_=statement.excluded.origin)


def _of_set(query: Any, migration: str, record_set: str) -> Any:
    return query.where(table.c.migration == migration, table.c.record_set == record_set)


def _record(row: Row[Any]) -> MappedRecord:
    return MappedRecord(
        record_set=row.record_set,
        source_id=row.source_id,
        model=row.model,
        res_id=row.res_id,
        origin=row.origin,
        values=row.values_json,
        fingerprint=row.fingerprint,
        state=row.state,
        run_id=row.run_id,
    )
