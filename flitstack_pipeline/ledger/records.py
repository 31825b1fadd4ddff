"""What goes into the ledger and comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flitstack_pipeline.outcomes import Outcome

Origin = Literal["created", "linked", "updated"]
Operation = Literal["create", "write", "action", "side", "schema"]
Stage = Literal["map", "sample"]


@dataclass(frozen=True)
class MappedRecord:
    """Which Odoo record a source row became.

    `origin`: `created` by the migration, `linked` to a record that was there, `updated`: one that was there and was
    written. `values`: the last values written, as Python values; binary content as {"sha1", "size"}. `state`: how
    far the actions that follow the writing (confirm, post) have come, "" where there are none.
    """

    record_set: str
    source_id: str
    model: str
    res_id: int
    origin: Origin
    values: Mapping[str, Any]
    fingerprint: str
    state: str = ""
    run_id: str = ""


@dataclass(frozen=True)
class RowOutcome:
    """What became of one source row. `file` and `row` (from 1) are where a person finds it in the export."""

    object: str
    source_id: str
    outcome: Outcome | str
    reason: str = ""
    field: str = ""
    file: str = ""
    row: int = 0
    record_set: str = ""


@dataclass(frozen=True)
class RecordedOutcome(RowOutcome):
    """A row's outcome as the ledger has it, with the run that gave it and when (UTC)."""

    run_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class NewJournalEntry:
    """One change to Odoo that is about to be written down.

    `before` holds the values that undoing restores (None: there was no record), `after` those that were written.
    """

    model: str
    res_id: int
    op: Operation
    record_set: str = ""
    source_id: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    detail: str = ""


@dataclass(frozen=True)
class JournalEntry:
    """One change to Odoo. Ids grow in the order of writing."""

    id: int
    model: str
    res_id: int
    op: Operation
    record_set: str
    source_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    detail: str
    undone: bool
    run_id: str
    at: datetime
    intent_id: int | None = None


@dataclass(frozen=True)
class Intent:
    """A call to Odoo that was announced and whose result is not known.

    `keys`: the migration keys of its records. `before`: the before-images in the order of `keys`, None for a create.
    """

    id: int
    run_id: str
    model: str
    record_set: str
    op: Operation
    keys: tuple[str, ...]
    before: tuple[dict[str, Any], ...] | None
    opened_at: datetime


@dataclass(frozen=True)
class Approval:
    """A person's consent to exactly one plan. `plan`: the plan that was approved, as read back from JSON."""

    id: int
    stage: Stage
    plan_hash: str
    plan: Any
    who: str
    comment: str
    at: datetime
    revoked_at: datetime | None = None
    revoked_by: str = ""
    revoked_why: str = ""


@dataclass(frozen=True)
class Snapshot:
    """What a model of the target looked like at a moment."""

    id: int
    model: str
    snapshot: Any
    at: datetime


@dataclass(frozen=True)
class VerbResult:
    """What a verb (doctor, load, ...) reported when it last ran."""

    verb: str
    run_id: str
    ok: bool
    result: Any
    at: datetime


@dataclass(frozen=True)
class AuditEntry:
    """One link of a migration's audit chain. `seq` counts from 1."""

    seq: int
    at: datetime
    run_id: str
    event: str
    detail: dict[str, Any]
    prev: str
    hash: str


@dataclass(frozen=True)
class BrokenLink:
    """The first place where an audit chain does not hold, and in what way."""

    seq: int
    what: str


@dataclass(frozen=True)
class Trace:
    """All that the ledger knows of one source row; the history is oldest first, the journal in the order of writing."""

    outcome: RecordedOutcome | None
    mapped: tuple[MappedRecord, ...]
    journal: tuple[JournalEntry, ...]
    history: tuple[RecordedOutcome, ...]


@dataclass(frozen=True)
class Removed:
    """How many rows `reset_migration` removed from each table."""

    mapped: int
    outcomes: int
    journal: int
    intents: int
    snapshots: int
