"""Validate the map against the live schemas, and run it dry: what would be created, what would wait, what could not go."""

from collections.abc import Mapping, Sequence
from typing import Any

from flitstack_pipeline.mapping.compile import CompiledRecords
from flitstack_pipeline.odoo.keys import KEY_FIELD
from flitstack_pipeline.odoo.loader import ambiguous, unmatched
from flitstack_pipeline.odoo.resolve import Resolved, Resolver, Unresolved, folded
from flitstack_pipeline.odoo.schema import schema_gap
from flitstack_pipeline.odoo.waiting import circles
from flitstack_pipeline.outcomes import Counts, Outcome
from flitstack_pipeline.progress import current
from flitstack_pipeline.stages.result import VerbResult
from flitstack_pipeline.stages.review import review_list
from flitstack_pipeline.stages.run import MigrationRun
from flitstack_pipeline.transform.values import LiveRef, Prepared, Rejected

COMING = -1  # stands for the id of a record that the load will create


def plan(run: MigrationRun) -> VerbResult:
    """The plan and its prediction; nothing is written to Odoo."""
    compiled = run.compiled
    gap = schema_gap(run.client, compiled.schema)
    prediction = _DryRun(run)
    progress = current()
    for model in compiled.models:
        for records in model.records:
            task = f"dry run {records.model} ← {records.name}"
            progress.start(task, run.extracted(records.spec.from_).rows)
            prediction.run_records(records, absent=model.absent)
            progress.finish(
                task, ", ".join(f"{n:,} {word}" for word, n in prediction.by_records[records.name].items()) or "nothing"
            )
    approval = run.ledger.approval(run.id, "map")
    approved = approval is not None and approval.plan_hash == compiled.hash
    details: dict[str, Any] = {
        "plan_hash": compiled.hash,
        "approved_by": approval.who if approval and approved else "",
        "changed_since_approval": run.ledger.drift(approval, compiled.document) if approval and not approved else [],
        "schema_missing": gap.names(),
        "schema_total": len(compiled.schema.fields),
        "notes": [{"kind": n.kind, "where": n.where, "text": n.text} for n in compiled.notes],
        "order": [
            {"name": m.name, "model": m.model, "records": [r.name for r in m.records], "absent": m.absent}
            for m in compiled.models
        ],
        "fields": {r.name: _fields(r) for m in compiled.models for r in m.records},
        "predicted": prediction.by_records,
        "will_not_go": prediction.examples,
        "review": review_list(run),
        "left_empty": sorted(prediction.left_empty),
    }
    summary = ", ".join(f"{sum(p.get(w, 0) for p in prediction.by_records.values()):,} {w}" for w in Outcome)
    return VerbResult(
        migration=run.id,
        verb="plan",
        run_id=run.run_id,
        ok=True,
        objects={name: Counts(extracted=(e := run.extracted(name)).rows + e.rejected) for name in run.system.objects},
        summary=f"plan {compiled.hash[:12]}: {len(gap.names())} schema entries to create; records predicted: {summary}",
        next_step=f"flitstack load {run.id}" if approved else f"flitstack approve {run.id} --who 'your name'",
        details=details,
    )


def _fields(records: CompiledRecords) -> list[dict[str, Any]]:
    """The map of a record set for people: target, type, where the value comes from."""
    found = []
    for name, alternatives in records.spec.fields.items():
        target = records.targets.get(name)
        for alt in alternatives:
            rule = alt.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            found.append(
                {
                    "field": name,
                    "label": target.label if target else "",
                    "type": target.type if target else "",
                    "from": ", ".join(alt.from_)
                    or next(
                        (
                            k
                            for k in ("template", "xmlid", "lines", "bundle", "merge", "collect", "duplicate_of")
                            if rule.get(k)
                        ),
                        "constant",
                    ),
                    "rule": {k: v for k, v in rule.items() if k not in ("from", "create", "why")},
                    "new": alt.create is not None,
                    "why": alt.why,
                }
            )
    return found


class _DryRun:
    """Predicts outcomes: like a load whose creates all succeed."""

    def __init__(self, run: MigrationRun) -> None:
        self._run = run
        self._coming: dict[str, set[str]] = {}
        self._claimed: dict[int, str] = {}
        self._live: Mapping[str, Any] = {}
        self._resolver = Resolver(run.client, self, coming=self._will_exist)
        self._new_values: dict[tuple[str, str], set[Any]] = {}
        self.by_records: dict[str, dict[str, int]] = {}
        self.examples: list[dict[str, str]] = []

    @property
    def left_empty(self) -> set[str]:
        """References that lead nowhere and that the map lets be empty."""
        return self._resolver.left_empty

    def resolve(self, record_set: str, source_ids: Sequence[str]) -> Mapping[str, int]:
        """The id map as it will be when the load comes to this point."""
        known = dict(self._run.ledger.resolve(self._run.id, record_set, source_ids))
        coming = self._coming.get(record_set, set())
        return {**{s: COMING for s in source_ids if s in coming}, **known}

    def _will_exist(self, ref: LiveRef) -> int | None:
        known = zip(ref.by, ref.values, strict=True)
        return COMING if all(folded(v) in self._new_values.get((ref.model, f), ()) for f, v in known) else None

    def _note_new(self, records: CompiledRecords, record: Resolved) -> None:
        for field, value in record.values.items():
            if isinstance(value, str):
                self._new_values.setdefault((records.model, field), set()).add(folded(value))

    def run_records(self, records: CompiledRecords, *, absent: str) -> None:
        tally = self.by_records.setdefault(records.name, {})
        waiting: list[Unresolved] = []
        if absent:
            tally[str(Outcome.EXCLUDED)] = sum(len(batch) for batch in self._run.prepared(records))
            return
        client = self._run.client
        self._live = client.fields_get(records.model) if client.has_model(records.model) else {}
        self._claimed = self._linked(records)
        for batch in self._run.prepared(records):
            waiting += self._batch(records, batch)
        while waiting:
            still = self._batch(records, [w.prepared for w in waiting])
            if len(still) == len(waiting):
                self._give_up(records, still)
                return
            waiting = still

    def _give_up(self, records: CompiledRecords, waiting: Sequence[Unresolved]) -> None:
        standing = circles(waiting)
        for item in waiting:
            if circle := standing.get(item.prepared.source_id):
                reason = f"refers to itself in a circle: {circle}"
                self._count(records, item.prepared, Outcome.QUARANTINED, item.field, reason)
            else:
                self._count(records, item.prepared, item.outcome, item.field, item.reason)

    def _linked(self, records: CompiledRecords) -> dict[int, str]:
        """Records of Odoo that a source row has taken for its own already."""
        if not records.spec.match:
            return {}
        batches = self._run.ledger.iter_mapped(self._run.id, records.name)
        return {m.res_id: m.source_id for batch in batches for m in batch}

    def _batch(self, records: CompiledRecords, batch: Sequence[Prepared | Rejected]) -> list[Unresolved]:
        waiting = []
        prepared = [p for p in batch if isinstance(p, Prepared)]
        for item in batch:
            if isinstance(item, Rejected):
                self._count(records, item, item.outcome, item.field, item.reason)
        mapped = self._run.ledger.mapped(self._run.id, records.name, [p.source_id for p in prepared])
        for result in self._resolver.resolve(records, prepared):
            if isinstance(result, Unresolved):
                if result.waits_for and records.name in result.waits_for.record_sets:
                    waiting.append(result)
                else:
                    self._count(records, result.prepared, result.outcome, result.field, result.reason)
                continue
            reason = ""
            if entry := mapped.get(result.source_id):
                same = entry.fingerprint == result.fingerprint or entry.origin == "linked"
                outcome: str = Outcome.UNCHANGED if same else Outcome.UPDATED
            else:
                outcome, reason = self._new(records, result)
            self._count(records, result.prepared, outcome, reason=reason)
            if outcome in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED):
                self._coming.setdefault(records.name, set()).add(result.source_id)
                self._note_new(records, result)
        return waiting

    def _new(self, records: CompiledRecords, record: Resolved) -> tuple[str, str]:
        """What will become of a record that is not in the id map, and why it will not arrive if it will not."""
        spec = records.spec
        for match in spec.match:
            values = [record.comparable(f) for f in match.by]
            if COMING in values and spec.no_match != "create":
                return Outcome.UPDATED, ""  # Odoo will make it together with the record that it belongs to
            live = self._live
            if all(v not in (None, "") for v in values) and all(f in live for f in match.by):
                theirs = [(KEY_FIELD, "=", False)] if KEY_FIELD in live else []
                index = self._resolver.index(records.model, match.by, (*match.domain, *theirs))
                found = index.find(values)
                hits = (
                    found
                    if spec.shared
                    else [i for i in found if self._claimed.get(i, record.source_id) == record.source_id]
                )
                if len(hits) == 1:
                    self._claimed[hits[0]] = record.source_id
                    return Outcome.UNCHANGED if spec.on_match == "link" else Outcome.UPDATED, ""
                if len(hits) > 1:
                    return Outcome.HELD, ambiguous(records.model, match.by, values, hits)
        outcome = {"create": Outcome.CREATED, "skip": Outcome.SKIPPED, "hold": Outcome.HELD}[spec.no_match]
        return outcome, "" if spec.no_match == "create" else unmatched(records)

    def _count(
        self, records: CompiledRecords, item: Prepared | Rejected, outcome: str, field: str = "", reason: str = ""
    ) -> None:
        tally = self.by_records.setdefault(records.name, {})
        tally[str(outcome)] = tally.get(str(outcome), 0) + 1
        if outcome in (Outcome.QUARANTINED, Outcome.HELD, Outcome.SKIPPED) and len(self.examples) < 500:
            row = item.rows[0]
            self.examples.append(
                {
                    "outcome": str(outcome),
                    "records": records.name,
                    "id": item.source_id,
                    "at": f"{row.file} row {row.row}",
                    "field": field,
                    "reason": reason,
                }
            )
