"""The ledger's database: connections, transactions, and the few statements in which SQLite and PostgreSQL differ."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from flitstack_pipeline.errors import ConfigurationError, TransientError
from flitstack_pipeline.ledger import tables
from flitstack_pipeline.redact import redact, register_secret
from flitstack_pipeline.settings import ENV_POSTGRES

BUSY_SECONDS = 30
# Far below what one statement may hold on either database (SQLite 32,766 variables, PostgreSQL 65,535).
CHUNK = 500

# What libpq says when waiting will not help; it gives no code for a connection that was never made.
_WRONG_ADDRESS = ("authentication failed", "does not exist", "could not translate host name", "no pg_hba.conf entry")

_WRITES = "flitstack_writes"
# Any number will do, as long as nothing else in the same database takes it.
_SCHEMA_LOCK = 7_346_901

T = TypeVar("T")
Clock = Callable[[], datetime]


def in_batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut an iterable into lists of at most `size`, reading no further ahead than one list."""
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


class Database:
    """One SQLite file or PostgreSQL database, with the ledger's tables in it."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.clock = clock
        self._url = _parse(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = _sqlite_engine(self._url) if self.is_sqlite else _postgres_engine(self._url)
        try:
            self._prepare()
        except BaseException:
            self._engine.dispose()
            raise

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads: it sees one moment of the ledger and holds nobody up."""
        with self._translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that is committed at the end of the block, or not at all."""
        with (
            self._translated(),
            self._engine.connect().execution_options(**{_WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def _prepare(self) -> None:
        with self.read() as connection:
            found = _version(connection)
        if found is None:
            found = self._create_tables()
        if found != tables.SCHEMA_VERSION:
            made_by = "a newer" if found > tables.SCHEMA_VERSION else "an older"
            raise ConfigurationError(
                f"The ledger {self.name} was made by {made_by} version of FlitStack"
                f" (its layout is {found}, this version knows {tables.SCHEMA_VERSION})",
                hint="Use the FlitStack version that made it, or point FLITSTACK_HOME to another folder.",
            )

    def _create_tables(self) -> int:
        with self.write() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
            # Another process may have been first while this one waited for the lock.
            found = _version(connection)
            if found is not None:
                return found
            tables.metadata.create_all(connection)
            connection.execute(tables.schema_version.insert(), {"version": tables.SCHEMA_VERSION, "at": self.clock()})
            return tables.SCHEMA_VERSION

    @property
    def name(self) -> str:
        """The file or address, without its password."""
        return self._url.database or "" if self.is_sqlite else self._url.render_as_string(hide_password=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            if any(sign in str(error.orig) for sign in _WRONG_ADDRESS):
                raise ConfigurationError(
                    f"The ledger's database refuses {self.name}: {redact(str(error.orig))}",
                    hint=f"Correct {ENV_POSTGRES}.",
                ) from error
            raise TransientError(
                f"The ledger {self.name} cannot be used now: {redact(str(error.orig))}",
                hint="Another process may be writing for long, or the database may be down or full.",
            ) from error
        except DatabaseError as error:
            # SQLite reports a file of another kind in this way, and only when it is first read.
            if isinstance(error.orig, sqlite3.DatabaseError) and "not a database" in str(error.orig):
                raise ConfigurationError(f"{self.name} is not a SQLite file, so it cannot be the ledger") from error
            raise


def insert_or_update(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], **overrules: Callable[[Any], Any]
) -> None:
    """Insert rows, and overwrite those whose primary key is there already, in one statement.

    `overrules` gives, for a column, a function of the statement (its `excluded` is the new row) that returns the
    value to keep instead of the new one. Constants in it have to be literals: with parameters the rows would not go
    in one statement. No two rows may have the same primary key.
    """
    if not rows:
        return
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    kept = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    kept.update({name: overrule(statement) for name, overrule in overrules.items()})
    upsert = statement.on_conflict_do_update(index_elements=keys, set_=kept)
    if connection.dialect.name == "postgresql":
        # SQLAlchemy sends the rows of an upsert in one statement only when it returns something, and one by one
        # otherwise.
        upsert = upsert.returning(*table.primary_key)
    connection.execute(upsert, list(rows))


def insert_or_ignore(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row unless its primary key is there already."""
    connection.execute(_insert(connection, table).on_conflict_do_nothing(), row)


def _insert(connection: Connection, table: Table) -> Any:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError(
            "The address of the ledger's database cannot be read",
            hint="It looks like postgresql://user:password@host:5432/database",
        ) from error
    register_secret(parsed.password)
    backend = parsed.drivername.partition("+")[0]
    if backend in ("postgresql", "postgres"):
        # Named in full, because SQLAlchemy 2.1 takes the plain name for another driver than Dagster's storage brings.
        return parsed.set(drivername="postgresql+psycopg2")
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed.set(drivername="sqlite")
    raise ConfigurationError(
        f"The ledger cannot be kept in {parsed.render_as_string(hide_password=True)}",
        hint="Give a SQLite file (sqlite:////path/ledger.sqlite) or a PostgreSQL database (postgresql://...).",
    )


def _postgres_engine(url: URL) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10},
    )


def _sqlite_engine(url: URL) -> Engine:
    path = Path(url.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    # The ledger holds customers' data: made for its owner alone. SQLite gives its side files the same rights.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    # Python's driver would begin transactions by itself, too late and never for reads.
    connection.isolation_level = None
    _use_wal(connection)
    # In WAL mode NORMAL may lose the last commits when the machine dies. An intent must be on disk before Odoo is
    # called.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _use_wal(connection: sqlite3.Connection) -> None:
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
            break
        except sqlite3.OperationalError as error:
            # SQLite does not always wait by itself when several processes open a new file at the same moment.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    if mode != "wal":
        raise ConfigurationError(
            "The ledger's folder is on a file system that several processes cannot share",
            hint=f"Point FLITSTACK_HOME to a local disk, or keep the ledger in PostgreSQL ({ENV_POSTGRES}).",
        )


def _on_sqlite_begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another one wrote in between; one that begins
    # as a writer waits its turn.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(tables.schema_version.name):
        return None
    return connection.execute(select(tables.schema_version.c.version)).scalar_one()
