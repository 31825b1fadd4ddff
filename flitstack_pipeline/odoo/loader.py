"""Load one record set: prepared records in, every source row with its outcome out.

One pass over the source in batches. What exists is told by the ledger, then by the keys in Odoo (a run that was killed may have
created what the ledger does not know), then by the map's `match`. Records that wait for another of the same set are kept back
and tried again until none of them moves: so hierarchies load level by level whatever their order in the file.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flitstack_pipeline.ledger.outcomes import WEIGHT
from flitstack_pipeline.ledger.records import MappedRecord, RowOutcome
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.compile import CompiledRecords
from flitstack_pipeline.odoo.keys import KEY_FIELD
from flitstack_pipeline.odoo.recover import ADOPTED
from flitstack_pipeline.odoo.resolve import LiveIndex, Resolved, Resolver, Unresolved
from flitstack_pipeline.odoo.waiting import by_level, circles
from flitstack_pipeline.odoo.writer import Change, Writer
from flitstack_pipeline.outcomes import Outcome
from flitstack_pipeline.transform.values import Prepared, Ref, Rejected

log = logging.getLogger(__name__)
OnBatch = Callable[[int], None]


@dataclass
class Tally:
    """What a load has done so far: outcomes of records (not of rows), and the records that actions are due for."""

    records: dict[str, int] = field(default_factory=dict)
    actions: dict[str, list[MappedRecord]] = field(default_factory=dict)

    def count(self, outcome: str) -> None:
        self.records[outcome] = self.records.get(outcome, 0) + 1


class RecordSetLoader:
    """Loads one record set of one migration. `why_missing` explains a reference that leads nowhere, for the held row's reason."""

    def __init__(
        self,
        records: CompiledRecords,
        *,
        writer: Writer,
        resolver: Resolver,
        ledger: Ledger,
        migration: str,
        run_id: str,
        why_missing: Callable[[Ref], str],
    ) -> None:
        self._records = records
        self._writer = writer
        self._resolver = resolver
        self._ledger = ledger
        self._migration = migration
        self._run_id = run_id
        self._why_missing = why_missing
        self._claimed: dict[int, str] = {}
        self._pending: list[RowOutcome] = []
        self.tally = Tally()

    def load(self, batches: Iterable[Sequence[Prepared | Rejected]], on_batch: OnBatch) -> Tally:
        """Load everything; `on_batch` gets the number of source rows of each batch that is done."""
        self._claim_linked()
        waiting: list[Unresolved] = []
        for batch in batches:
            waiting.extend(self._batch(batch))
            on_batch(len(batch))
        self._drain(waiting)
        self._flush()
        return self.tally

    def _claim_linked(self) -> None:
        if self._records.spec.match:
            for batch in self._ledger.iter_mapped(self._migration, self._records.name):
                self._claimed.update({m.res_id: m.source_id for m in batch})

    def _drain(self, waiting: list[Unresolved]) -> None:
        """Try again what waits for records of its own set, as long as some of them move."""
        while waiting:
            still: list[Unresolved] = []
            for chunk in _chunks(waiting, 500):
                still.extend(self._batch([w.prepared for w in chunk]))
            if len(still) == len(waiting):
                self._give_up(still)
                return
            waiting = still

    def _give_up(self, waiting: Sequence[Unresolved]) -> None:
        """Nothing moves any more: a circle is named, what waits is held. Parents first, for a reason tells their fate."""
        standing = circles(waiting)
        for item in waiting:
            if circle := standing.get(item.prepared.source_id):
                self._reject(item.prepared, Outcome.QUARANTINED, item.field, f"refers to itself in a circle: {circle}")
        for level in by_level([w for w in waiting if w.prepared.source_id not in standing]):
            self._flush()
            for item in level:
                reason = self._why_missing(item.waits_for) if item.waits_for else item.reason
                self._reject(item.prepared, item.outcome, item.field, reason)

    def _batch(self, batch: Sequence[Prepared | Rejected]) -> list[Unresolved]:
        """Load one batch; returns the records that wait for others of this record set."""
        ready: list[Resolved] = []
        waiting: list[Unresolved] = []
        prepared = []
        for item in batch:
            if isinstance(item, Rejected):
                self._reject(item, item.outcome, item.field, item.reason)
            else:
                prepared.append(item)
        for result in self._resolver.resolve(self._records, prepared):
            if isinstance(result, Resolved):
                ready.append(result)
            elif result.waits_for and self._records.name in result.waits_for.record_sets:
                waiting.append(result)
            else:
                reason = self._why_missing(result.waits_for) if result.waits_for else result.reason
                self._reject(result.prepared, result.outcome, result.field, reason)
        if ready:
            self._write(ready)
        self._flush()
        return waiting

    # -- one batch of resolved records ------------------------------------------------------------------------------

    def _write(self, ready: Sequence[Resolved]) -> None:
        mapped = self._ledger.mapped(self._migration, self._records.name, [r.source_id for r in ready])
        unknown = [r for r in ready if r.source_id not in mapped]
        adopted = self._writer.existing(self._records, [r.source_id for r in unknown]) if unknown else {}
        known: list[tuple[Resolved, MappedRecord]] = [(r, mapped[r.source_id]) for r in ready if r.source_id in mapped]
        for record in unknown:
            if record.source_id in adopted:
                known.append((record, self._adopt(record, adopted[record.source_id])))
        rest = [r for r in unknown if r.source_id not in adopted]
        new: list[Resolved] = []
        theirs: list[tuple[Resolved, int]] = []
        for record in rest:
            found = self._match(record)
            if found == "none":
                new.append(record)
            elif isinstance(found, int):
                theirs.append((record, found))
        self._take_over(theirs)
        if new and self._records.spec.no_match == "create":
            self._create(new)
        self._update(known)

    def _adopt(self, record: Resolved, res_id: int) -> MappedRecord:
        """A record that Odoo has under our key but the ledger does not: made by a call whose reply never came."""
        self._writer.record_created(self._records, [record], {record.source_id: res_id}, None)
        return replace(self._writer.mapped(self._records, record, res_id, "created"), values={}, fingerprint=ADOPTED)

    def _create(self, new: Sequence[Resolved]) -> None:
        written = self._writer.create(self._records, new)
        by_id = {r.source_id: r for r in new}
        for refused in written.refused:
            self._reject(refused.record.prepared, Outcome.QUARANTINED, refused.field, refused.reason)
        for source_id, res_id in written.ids.items():
            self._done(by_id[source_id], Outcome.CREATED)
            self._due(by_id[source_id], self._writer.mapped(self._records, by_id[source_id], res_id, "created"))

    def _match(self, record: Resolved) -> int | str:
        """The id of the record that Odoo has for this one, "none", or "settled" when the row got its outcome here."""
        spec = self._records.spec
        for match in spec.match:
            values = [record.comparable(f) for f in match.by]
            if any(v in (None, "") for v in values):
                continue
            index: LiveIndex = self._resolver.index(
                self._records.model, match.by, (*match.domain, (KEY_FIELD, "=", False))
            )
            found = index.find(values)
            hits = (
                found
                if spec.shared
                else [i for i in found if self._claimed.get(i, record.source_id) == record.source_id]
            )
            if len(hits) > 1:
                reason = ambiguous(self._records.model, match.by, values, hits)
                self._reject(record.prepared, Outcome.HELD, match.by[0], reason)
                return "settled"
            if hits:
                self._claimed[hits[0]] = record.source_id
                return hits[0]
        if spec.no_match == "create":
            return "none"
        self._reject(
            record.prepared,
            Outcome.SKIPPED if spec.no_match == "skip" else Outcome.HELD,
            spec.match[0].by[0] if spec.match else "",
            unmatched(self._records),
        )
        return "settled"

    def _take_over(self, theirs: Sequence[tuple[Resolved, int]]) -> None:
        """Records that Odoo had before: only noted, or written with their before-image, as the map says."""
        if not theirs:
            return
        if self._records.spec.on_match == "link":
            linked = [self._writer.mapped(self._records, record, res_id, "linked") for record, res_id in theirs]
            self._ledger.save_mapped(self._migration, linked)
            for record, res_id in theirs:
                self._done(record, Outcome.UNCHANGED, f"linked to {self._records.model} {res_id}, which Odoo had")
            return
        fields = list(dict.fromkeys(f for record, _ in theirs for f in record.values))
        before = self._writer.read_current(self._records, [res_id for _, res_id in theirs], fields)
        known = []
        for record, res_id in theirs:
            entry = self._writer.mapped(self._records, record, res_id, "updated")
            known.append((record, replace(entry, values=before.get(res_id, {}), fingerprint="")))
        self._update(known)

    def _update(self, known: Sequence[tuple[Resolved, MappedRecord]]) -> None:
        """Write what the source changed since; what a user changed in Odoo since is left as it is, and said."""
        changed = [(r, m) for r, m in known if m.fingerprint != r.fingerprint and m.origin != "linked"]
        for record, mapped in known:
            if mapped.fingerprint == record.fingerprint or mapped.origin == "linked":
                self._done(record, Outcome.UNCHANGED)
                self._due(record, mapped)
        if not changed:
            return
        current = self._writer.read_current(self._records, [m.res_id for _, m in changed], list(self._records.targets))
        changes: list[Change] = []
        for record, mapped in changed:
            if mapped.res_id not in current:
                reason = (
                    f"{mapped.model} {mapped.res_id} was deleted in Odoo since; roll back or forget it to load it again"
                )
                self._reject(record.prepared, Outcome.SKIPPED, "", reason)
                continue
            now = current[mapped.res_id]
            after = {f: v for f, v in record.values.items() if canonical_differs(v, mapped.values.get(f))}
            if mapped.fingerprint == ADOPTED:
                after = {f: v for f, v in after.items() if f in now}  # its lines came with the create that made it
            kept = [
                f
                for f in after
                if f in now
                and f in mapped.values
                and canonical_differs(now[f], mapped.values[f])
                and canonical_differs(now[f], after[f])
            ]
            after = {f: v for f, v in after.items() if f not in kept and (f not in now or canonical_differs(now[f], v))}
            if not after:
                self._settle_unwritten(record, mapped, kept)
                continue
            before = {f: now.get(f) for f in after if f in now}
            changes.append(Change(record, mapped.res_id, mapped.origin, mapped.state, before, after))
        done, refused = self._writer.write(self._records, changes)
        for item in refused:
            self._reject(item.record.prepared, Outcome.QUARANTINED, item.field, item.reason)
        for change in done:
            self._done(change.record, Outcome.UPDATED)
            self._due(
                change.record,
                self._writer.mapped(self._records, change.record, change.res_id, change.origin, change.state),
            )

    def _settle_unwritten(self, record: Resolved, mapped: MappedRecord, kept: Sequence[str]) -> None:
        if kept:
            self._reject(
                record.prepared,
                Outcome.SKIPPED,
                kept[0],
                f"edited in Odoo since it was migrated ({', '.join(kept)}); left as it is",
            )
            return
        entry = self._writer.mapped(self._records, record, mapped.res_id, mapped.origin, mapped.state)
        self._ledger.save_mapped(self._migration, [entry])
        created = mapped.fingerprint == ADOPTED
        self._done(record, Outcome.CREATED if created else Outcome.UNCHANGED)
        self._due(record, entry)

    # -- outcomes ---------------------------------------------------------------------------------------------------

    def _due(self, record: Resolved, mapped: MappedRecord) -> None:
        if mapped.origin == "linked":
            return
        done = set(mapped.state.split(",")) if mapped.state else set()
        for action in record.prepared.actions:
            if action not in done:
                self.tally.actions.setdefault(action, []).append(mapped)

    def _done(self, record: Resolved, outcome: str, reason: str = "") -> None:
        self.tally.count(outcome)
        self._pending.extend(row_outcomes(record.prepared, outcome, reason, "", self._records.name))

    def _reject(self, item: Prepared | Rejected, outcome: str, field_: str, reason: str) -> None:
        self.tally.count(outcome)
        self._pending.extend(row_outcomes(item, outcome, reason, field_, self._records.name))

    def _flush(self) -> None:
        if self._pending:
            # A row may be part of several records: it counts once, by what needs a person first.
            rows: dict[tuple[str, str, str], RowOutcome] = {}
            for row in self._pending:
                place = (row.object, row.source_id, row.record_set)
                if place not in rows or WEIGHT.index(Outcome(row.outcome)) < WEIGHT.index(Outcome(rows[place].outcome)):
                    rows[place] = row
            self._ledger.save_outcomes(self._migration, self._run_id, list(rows.values()))
            self._pending.clear()


def ambiguous(model: str, by: Sequence[str], values: Sequence[Any], hits: Sequence[int]) -> str:
    """Why a row is held that more than one record of Odoo could be meant by."""
    same = " and ".join(f"{f} {v!r}" for f, v in zip(by, values, strict=True))
    return f"Odoo has {len(hits)} {model} with {same} (ids {', '.join(map(str, hits[:5]))}): merge them first"


def unmatched(records: CompiledRecords) -> str:
    """Why a row has no record, where the map makes none for what Odoo does not have."""
    return records.spec.skip_reason or f"Odoo has no {records.model} for it, and the map does not create one"


def canonical_differs(one: Any, other: Any) -> bool:
    """Whether two canonical values are different, whatever container the ledger gave them back in."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) != len(other) or any(canonical_differs(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return set(one) != set(other) or any(canonical_differs(v, other[k]) for k, v in one.items())
    return bool(one != other)


def row_outcomes(
    item: Prepared | Rejected, outcome: str, reason: str, field_: str, record_set: str
) -> Iterator[RowOutcome]:
    """The record's row, and its child rows: they went, or did not go, with it."""
    head, *children = item.rows
    yield RowOutcome(head.object, head.source_id, outcome, reason, field_, head.file, head.row, record_set)
    parent = f"with {head.object} {head.source_id}" + (f": {reason}" if reason else "")
    for child in children:
        yield RowOutcome(child.object, child.source_id, outcome, parent, "", child.file, child.row, record_set)


def _chunks(items: Sequence[Unresolved], size: int) -> Iterator[Sequence[Unresolved]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
