"""The full load: gate, recovery, schema, then model by model in dependency order; every source row ends in one outcome."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flitstack_pipeline.ledger.outcomes import Trace
from flitstack_pipeline.ledger.records import MappedRecord, NewJournalEntry, RowOutcome
from flitstack_pipeline.mapping.compile import CompiledModel, CompiledRecords
from flitstack_pipeline.odoo.actions import ACTIONS
from flitstack_pipeline.odoo.loader import RecordSetLoader, Tally, row_outcomes
from flitstack_pipeline.odoo.model_views import show_models
from flitstack_pipeline.odoo.recover import recover
from flitstack_pipeline.odoo.schema import SchemaGap, create_schema, ensure_guard, remove_guard
from flitstack_pipeline.odoo.views import show_fields
from flitstack_pipeline.odoo.writer import Writer
from flitstack_pipeline.odoo.xmlids import ensure_xml_ids
from flitstack_pipeline.outcomes import Counts, Outcome
from flitstack_pipeline.progress import current
from flitstack_pipeline.stages.accounts import account_for_rest, counts
from flitstack_pipeline.stages.approve import require_approval
from flitstack_pipeline.stages.result import EXIT_DONE, EXIT_FAILED, EXIT_TOLERANCE, ModelFigures, VerbResult
from flitstack_pipeline.stages.review import review_list
from flitstack_pipeline.stages.run import MigrationRun
from flitstack_pipeline.transform.values import Ref
from flitstack_pipeline.verify.snapshot import take_snapshots


@dataclass(frozen=True)
class ModelLoad:
    """What a load did for one model. `outcomes`: records by record set and outcome; `seconds` of the whole, actions included."""

    model: str
    outcomes: Mapping[str, Mapping[str, int]]
    actions: Mapping[str, int]
    seconds: float
    absent: str = ""

    @property
    def records(self) -> int:
        return sum(sum(by_outcome.values()) for by_outcome in self.outcomes.values())

    def total(self, outcome: str) -> int:
        return sum(by_outcome.get(outcome, 0) for by_outcome in self.outcomes.values())


def begin_load(run: MigrationRun) -> SchemaGap:
    """Pass the gate, settle what an earlier run left open, note how Odoo looks, and create the schema; returns what was created."""
    require_approval(run)
    run.claim()
    recover(run.client, run.ledger, run.id, run.run_id)
    present = [m for m in run.compiled.models if not m.absent]
    take_snapshots(run.client, run.ledger, run.id, present)
    run.ledger.append(run.id, run.run_id, "load started", {"plan": run.compiled.hash, "target": run.access.database})
    gap = create_schema(run.client, run.ledger, run.compiled.schema, migration=run.id, run_id=run.run_id)
    title = run.system.title
    show_fields(run.client, run.ledger, run.compiled.schema, title=title, migration=run.id, run_id=run.run_id)
    show_models(run.client, run.ledger, run.compiled.schema, migration=run.id, run_id=run.run_id)
    for name in run.system.objects:
        run.ledger.clear_outcomes(run.id, name)
    account_for_rest(run, made=set(gap.names()))
    return gap


def load_model(run: MigrationRun, name: str) -> ModelLoad:
    """Load all record sets of one model, then take the steps of Odoo's own that the map asks for."""
    require_approval(run)
    run.claim()
    started = time.monotonic()
    if name not in run.system.models:
        return ModelLoad(name, {}, {}, 0.0, run.not_here)
    model = run.compiled.model(name)
    if model.absent:
        return _absent(run, model, started)
    outcomes: dict[str, Mapping[str, int]] = {}
    actions: dict[str, int] = {}
    for records in model.records:
        tally = _load_records(run, records)
        ensure_xml_ids(run.client, run.ledger, records, migration=run.id, run_id=run.run_id)
        outcomes[records.name] = dict(tally.records)
        run.resolver.forget(model.model)
        for action in records.spec.actions:
            actions[action.do] = actions.get(action.do, 0) + _act(run, records, action.do, dict(action.with_), tally)
    return ModelLoad(name, outcomes, actions, time.monotonic() - started)


def finish_load(run: MigrationRun) -> VerbResult:
    """Sum up: what became of every row of every object, and whether the sums hold."""
    remove_guard(run.client, run.ledger, migration=run.id)
    objects = counts(run)
    problems = [
        f"{name}: {c.extracted} rows were extracted but {c.accounted} are accounted for"
        for name, c in objects.items()
        if not c.balanced
    ]
    tolerance = run.migration.tolerance
    total = sum(objects.values(), Counts())
    beyond = [
        f"{number} rows are {word}, {limit} are tolerated"
        for word, number, limit in (
            (Outcome.QUARANTINED, total.quarantined, tolerance.quarantined),
            (Outcome.HELD, total.held, tolerance.held),
        )
        if limit is not None and number > limit
    ]
    mapped = run.ledger.count_mapped(run.id)
    models = {m.name: ModelFigures(records=sum(mapped.get(r.name, 0) for r in m.records)) for m in run.compiled.models}
    run.ledger.append(run.id, run.run_id, "load finished", {name: c.as_dict() for name, c in objects.items()})
    return VerbResult(
        migration=run.id,
        verb="load",
        run_id=run.run_id,
        ok=not problems,
        exit_code=EXIT_FAILED if problems else EXIT_TOLERANCE if beyond else EXIT_DONE,
        objects=objects,
        models=models,
        problems=tuple(problems + beyond),
        summary=f"{total.created:,} created, {total.updated:,} updated, {total.unchanged:,} unchanged, {total.held:,} held, "
        f"{total.quarantined:,} quarantined, {total.skipped:,} skipped, {total.excluded:,} excluded of {total.extracted:,} rows",
        next_step=f"flitstack reconcile {run.id}",
        details={
            "left_over": left_over(run),
            "review": review_list(run),
            "left_empty": sorted(run.resolver.left_empty),
        },
    )


def left_over(run: MigrationRun, limit: int = 2000) -> list[dict[str, Any]]:
    """Every row that did not arrive and why, for reports; held and quarantined first."""
    found = []
    for outcome in (Outcome.QUARANTINED, Outcome.HELD, Outcome.SKIPPED):
        for row in run.ledger.outcomes(run.id, outcome=outcome, limit=limit):
            found.append(
                {
                    k: str(getattr(row, k))
                    for k in ("outcome", "object", "source_id", "file", "row", "field", "reason", "record_set")
                }
            )
    return found


def _guard(run: MigrationRun) -> None:
    models = list(dict.fromkeys(m.model for m in run.compiled.models if not m.absent))
    ensure_guard(run.client, run.ledger, models, migration=run.id, run_id=run.run_id)


def _load_records(run: MigrationRun, records: CompiledRecords) -> Tally:
    writer = Writer(run.client, run.ledger, run.id, run.run_id, guard=lambda: _guard(run))
    loader = RecordSetLoader(
        records,
        writer=writer,
        resolver=run.resolver,
        ledger=run.ledger,
        migration=run.id,
        run_id=run.run_id,
        why_missing=_WhyMissing(run).explain,
    )
    progress, task = current(), f"{records.model} ← {records.name}"
    progress.start(task, run.extracted(records.spec.from_).rows)
    tally = loader.load(run.prepared(records), lambda rows: progress.advance(task, rows))
    progress.finish(task, ", ".join(f"{number:,} {word}" for word, number in tally.records.items()) or "nothing to do")
    return tally


def _act(run: MigrationRun, records: CompiledRecords, name: str, params: dict[str, Any], tally: Tally) -> int:
    """Take one action on all records that it is due for. The journal is written first: undoing what was not done is harmless."""
    due = tally.actions.get(name, [])
    if not due:
        return 0
    progress, task = current(), f"{records.model}: {name}"
    progress.start(task, len(due))
    done_ids: set[int] = set()
    for start in range(0, len(due), run.migration.options.batch_size):
        chunk = due[start : start + run.migration.options.batch_size]
        current_state = run.ledger.mapped(run.id, records.name, [m.source_id for m in chunk])
        entries = [
            NewJournalEntry(records.model, m.res_id, "action", records.name, m.source_id, detail=name) for m in chunk
        ]
        run.ledger.add_journal(run.id, run.run_id, entries)
        result = ACTIONS[name].apply(run.client, [m.res_id for m in chunk], params)
        done_ids.update(result.done)
        done = [_with_state(current_state[m.source_id], name) for m in chunk if m.res_id in set(result.done)]
        run.ledger.save_mapped(run.id, done)
        _record_failures(run, records, name, chunk, {f.res_id: f.reason for f in result.failures})
        progress.advance(task, len(chunk))
    progress.finish(task, f"{len(done_ids):,} of {len(due):,} done")
    return len(done_ids)


def _with_state(entry: MappedRecord, action: str) -> MappedRecord:
    states = [s for s in entry.state.split(",") if s]
    return MappedRecord(**{**entry.__dict__, "state": ",".join(dict.fromkeys([*states, action]))})


def _record_failures(
    run: MigrationRun, records: CompiledRecords, action: str, chunk: list[MappedRecord], reasons: Mapping[int, str]
) -> None:
    failed = [m for m in chunk if m.res_id in reasons]
    outcomes = []
    for entry in failed:
        trace: Trace = run.ledger.where(run.id, records.spec.from_, entry.source_id)
        file, row = (trace.outcome.file, trace.outcome.row) if trace.outcome else ("", 0)
        reason = f"the record was created, but Odoo refused to {action} it: {reasons[entry.res_id]}"
        outcomes.append(
            RowOutcome(
                records.spec.from_, entry.source_id, Outcome.QUARANTINED, reason, f"({action})", file, row, records.name
            )
        )
    run.ledger.save_outcomes(run.id, run.run_id, outcomes)


def _absent(run: MigrationRun, model: CompiledModel, started: float) -> ModelLoad:
    """A model that this Odoo lacks: its rows are excluded, and the reason says which app is missing."""
    outcomes = {}
    for records in model.records:
        total = 0
        for batch in run.prepared(records):
            rows = [o for i in batch for o in row_outcomes(i, Outcome.EXCLUDED, model.absent, "", records.name)]
            run.ledger.save_outcomes(run.id, run.run_id, rows)
            total += len(batch)
        outcomes[records.name] = {str(Outcome.EXCLUDED): total}
    return ModelLoad(model.name, outcomes, {}, time.monotonic() - started, model.absent)


class _WhyMissing:
    """Says of a reference that leads nowhere what became of the row that it means."""

    def __init__(self, run: MigrationRun) -> None:
        self._run = run
        self._objects = {name: records.from_ for name, (_, records) in run.system.record_sets().items()}
        self.explain = lru_cache(maxsize=4096)(self._explain)

    def _explain(self, ref: Ref) -> str:
        fates = []
        for record_set in ref.record_sets:
            obj = self._objects[record_set]
            outcome = self._run.ledger.where(self._run.id, obj, ref.source_id).outcome
            if outcome is None:
                fates.append(f"waits for {obj} {ref.source_id}, which is not in the source")
            else:
                said = f": {outcome.reason}" if outcome.reason else ""
                return f"waits for {obj} {ref.source_id}, which is {outcome.outcome}{said}"
        return fates[0]
