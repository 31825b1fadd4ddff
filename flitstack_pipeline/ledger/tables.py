"""The ledger's tables, the same on SQLite and PostgreSQL.

Indexes are few on purpose: each is paid for with every record written. Ids are never used twice, so that an id in a
log or a report means one thing for ever.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from flitstack_pipeline.ledger import jsonvalues

SCHEMA_VERSION = 1


class JsonText(TypeDecorator[Any]):
    """A value as exact JSON text; None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else jsonvalues.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else jsonvalues.loads(value)


def storable(value: str) -> str:
    """Replace NUL and unpaired surrogates, which badly decoded files contain and PostgreSQL refuses, by signs."""
    return value.replace("\x00", "\u2400").encode("utf-8", "replace").decode("utf-8")


class FreeText(TypeDecorator[str]):
    """Text for people, made storable."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _key_type() -> TypeEngine[str]:
    # By code point on both, so that batches are cut alike whatever the language of the PostgreSQL cluster is.
    return Text().with_variant(Text(collation="C"), "postgresql")


def _id() -> Column[int]:
    # SQLite counts up by itself only on a column declared INTEGER, which holds 64 bits there.
    return Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)


def _key(name: str) -> Column[str]:
    return Column(name, _key_type(), nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, FreeText, nullable=False, server_default="")


def _moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=nullable)


metadata = MetaData()

schema_version = Table(
    "flitstack_schema_version", metadata, Column("version", Integer, primary_key=True), _moment("at")
)

id_map = Table(
    "flitstack_id_map",
    metadata,
    _key("migration"),
    _key("record_set"),
    _key("source_id"),
    _text("model"),
    Column("res_id", BigInteger, nullable=False),
    _text("origin"),
    Column("values_json", JsonText, nullable=False),
    _text("fingerprint"),
    _text("state"),
    _text("run_id"),
    _moment("at"),
    PrimaryKeyConstraint("migration", "record_set", "source_id"),
)

_OUTCOME_COLUMNS = ("outcome", "reason", "field", "file", "run_id")

# A row that feeds several record sets has an outcome in each; what is counted is the weightiest of them.
# `cleared`: the row is no longer counted, but stays to tell whether its next outcome is a new one.
outcomes = Table(
    "flitstack_outcome",
    metadata,
    _key("migration"),
    _key("object"),
    _key("source_id"),
    _key("record_set"),
    *(_text(name) for name in _OUTCOME_COLUMNS),
    Column("row", BigInteger, nullable=False),
    _moment("at"),
    Column("cleared", Boolean, nullable=False),
    PrimaryKeyConstraint("migration", "object", "source_id", "record_set"),
)

outcome_history = Table(
    "flitstack_outcome_history",
    metadata,
    _id(),
    _key("migration"),
    _key("object"),
    _key("source_id"),
    _key("record_set"),
    *(_text(name) for name in _OUTCOME_COLUMNS),
    Column("row", BigInteger, nullable=False),
    _moment("at"),
    Index("flitstack_outcome_history_row", "migration", "object", "source_id"),
    sqlite_autoincrement=True,
)

intents = Table(
    "flitstack_intent",
    metadata,
    _id(),
    _key("migration"),
    _text("run_id"),
    _text("model"),
    _text("record_set"),
    _text("op"),
    Column("keys_json", JsonText, nullable=False),
    Column("before_json", JsonText),
    _text("state"),
    _moment("opened_at"),
    _moment("closed_at", nullable=True),
    # Open ones are a handful among many: an index of those alone costs nothing to keep.
    Index(
        "flitstack_intent_open",
        "migration",
        "id",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    sqlite_autoincrement=True,
)

# `intent_id` is no foreign key: without an index on it each removed intent would read the whole journal.
journal = Table(
    "flitstack_journal",
    metadata,
    _id(),
    _key("migration"),
    Column("intent_id", BigInteger),
    _text("run_id"),
    _text("model"),
    Column("res_id", BigInteger, nullable=False),
    _text("op"),
    _text("record_set"),
    _key("source_id"),
    Column("before_json", JsonText),
    Column("after_json", JsonText),
    _text("detail"),
    Column("undone", Boolean, nullable=False),
    _moment("at"),
    Index("flitstack_journal_order", "migration", "id"),
    Index("flitstack_journal_row", "migration", "source_id"),
    sqlite_autoincrement=True,
)

approvals = Table(
    "flitstack_approval",
    metadata,
    _id(),
    _key("migration"),
    _key("stage"),
    _text("plan_hash"),
    Column("plan_json", JsonText),
    _text("who"),
    _text("comment"),
    _moment("at"),
    _moment("revoked_at", nullable=True),
    _text("revoked_by"),
    _text("revoked_why"),
    Index("flitstack_approval_stage", "migration", "stage", "id"),
    sqlite_autoincrement=True,
)

snapshots = Table(
    "flitstack_snapshot",
    metadata,
    _id(),
    _key("migration"),
    _key("model"),
    Column("snapshot_json", JsonText),
    _moment("at"),
    Index("flitstack_snapshot_migration", "migration", "id"),
    sqlite_autoincrement=True,
)

results = Table(
    "flitstack_result",
    metadata,
    _id(),
    _key("migration"),
    _key("verb"),
    _text("run_id"),
    Column("ok", Boolean, nullable=False),
    Column("result_json", JsonText),
    _moment("at"),
    Index("flitstack_result_verb", "migration", "verb", "id"),
    sqlite_autoincrement=True,
)

# The last link of each chain. It is what writers queue for, and it shows when entries were cut off the end.
audit_heads = Table(
    "flitstack_audit_head",
    metadata,
    Column("migration", _key_type(), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

audit = Table(
    "flitstack_audit",
    metadata,
    Column("migration", _key_type(), ForeignKey(audit_heads.c.migration), nullable=False),
    Column("seq", BigInteger, nullable=False),
    _moment("at"),
    _text("run_id"),
    _text("event"),
    Column("detail_json", JsonText, nullable=False),
    Column("prev", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("migration", "seq"),
)
