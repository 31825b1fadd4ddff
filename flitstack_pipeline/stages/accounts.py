"""Rows that never reach a record set: each still gets its outcome, so that every extracted row is accounted for."""

from collections.abc import Collection, Iterator

import pyarrow.parquet as pq

from flitstack_pipeline.ledger.outcomes import row_key
from flitstack_pipeline.ledger.records import RowOutcome
from flitstack_pipeline.mapping.spec import Children
from flitstack_pipeline.mapping.walk import children_of, places
from flitstack_pipeline.outcomes import Counts, Outcome
from flitstack_pipeline.sources.base import iter_rejects
from flitstack_pipeline.stages.run import MigrationRun
from flitstack_pipeline.transform.related import parent_ids

CHUNK = 1000


def account_for_rest(run: MigrationRun, *, made: Collection[str]) -> None:
    """Save the outcomes of all rows that are not a record's own: unreadable, not migrating, orphaned, definitions, look-ups.

    `made`: the fields (`model.field`) that this run has created.
    """
    batch: list[RowOutcome] = []
    for outcome in _outcomes(run, made):
        batch.append(outcome)
        if len(batch) >= CHUNK:
            run.ledger.save_outcomes(run.id, run.run_id, batch)
            batch = []
    run.ledger.save_outcomes(run.id, run.run_id, batch)


def counts(run: MigrationRun) -> dict[str, Counts]:
    """Per object: rows extracted (readable or not) and what became of them, in the order of the map."""
    by_object = run.ledger.count_outcomes(run.id)
    found = {}
    for name in run.system.objects:
        extract = run.extracted(name)
        found[name] = Counts.of(extract.rows + extract.rejected, by_object.get(name, {}))
    return found


def _outcomes(run: MigrationRun, made: Collection[str]) -> Iterator[RowOutcome]:
    own = {records.from_ for _, records in run.system.record_sets().values()}
    children = _children(run)
    definitions = {r.custom_fields.from_ for _, r in run.system.record_sets().values() if r.custom_fields}
    for name, obj in run.system.objects.items():
        yield from _unreadable(run, name)
        if not obj.migrates:
            yield from _all(run, name, Outcome.EXCLUDED, obj.reason)
        elif name in definitions and name not in own:
            yield from _definitions(run, name, made)
        elif name in children:
            yield from _orphans(run, name, children[name], complete=name not in own)
        elif name not in own:
            yield from _all(run, name, Outcome.EXCLUDED, "read for the records of other objects; has none of its own")


def _children(run: MigrationRun) -> dict[str, list[tuple[str, Children]]]:
    """For each object whose rows are parts of other records: the parents' object and the link."""
    found: dict[str, list[tuple[str, Children]]] = {}
    for name, (model, records) in run.system.record_sets().items():
        for place in places(model, name, records):
            children = children_of(place.field)
            if children:
                found.setdefault(children.from_, []).append((place.object, children))
    return found


def _unreadable(run: MigrationRun, name: str) -> Iterator[RowOutcome]:
    extract = run.extracted(name)
    if not extract.rejected:
        return
    ids = set(pq.read_table(extract.path, columns=["_id"]).column("_id").to_pylist())
    seen: set[str] = set()
    for reject in iter_rejects(extract):
        repeated = reject.source_id in ids or reject.source_id in seen
        key = row_key(reject.source_id, file=reject.file, row=reject.row, repeated=repeated)
        seen.add(reject.source_id or key)
        reason = f"{reject.reason}" + (f" (the cell holds {reject.value!r})" if reject.value else "")
        yield RowOutcome(name, key, Outcome.QUARANTINED, reason, reject.column, reject.file, reject.row)


def _all(run: MigrationRun, name: str, outcome: Outcome, reason: str) -> Iterator[RowOutcome]:
    table = pq.read_table(run.extracted(name).path, columns=["_id", "_file", "_row"])
    for batch in table.to_batches(max_chunksize=CHUNK):
        for row in batch.to_pylist():
            yield RowOutcome(name, row["_id"], outcome, reason, "", row["_file"], row["_row"])


def _definitions(run: MigrationRun, name: str, made: Collection[str]) -> Iterator[RowOutcome]:
    """Definition rows of custom fields: each became a field, or has no equivalent."""
    without = {note.subject: note.text for note in run.compiled.notes if note.kind == "no_equivalent"}
    for row in run.rows_of(name):
        field = run.compiled.definitions.get(row["_id"])
        if field is None:
            outcome, reason = Outcome.EXCLUDED, without.get(row["_id"], "no rule of the map takes this definition")
        else:
            outcome, reason = (Outcome.CREATED if field in made else Outcome.UNCHANGED), f"the field {field}"
        yield RowOutcome(name, row["_id"], outcome, reason, "", row["_file"], row["_row"])


def _orphans(
    run: MigrationRun, name: str, links: list[tuple[str, Children]], *, complete: bool
) -> Iterator[RowOutcome]:
    """Child rows whose parent cannot take them: it is not in the source, or could not be read."""
    for parent_object, children in links:
        parents = run.extracted(parent_object)
        readable = set(pq.read_table(parents.path, columns=[children.on]).column(children.on).to_pylist())
        unreadable = {r.source_id: r for r in iter_rejects(parents)} if parents.rejected else {}
        table = pq.read_table(run.extracted(name).path, columns=["_id", "_file", "_row", *children.parent])
        column = "/".join(children.parent)
        for row, parent in zip(table.to_pylist(), parent_ids(table, children.parent).to_pylist(), strict=True):
            if parent in readable:
                continue
            reject = unreadable.get(parent)
            if not parent:
                reason = f"names no {parent_object}: {column} is empty"
            elif reject:
                at = f"{reject.file} row {reject.row}"
                reason = f"waits for {parent_object} {parent}, which could not be read ({at}: {reject.reason})"
            else:
                reason = f"waits for {parent_object} {parent}, which is not in the source"
            yield RowOutcome(name, row["_id"], Outcome.HELD, reason, column, row["_file"], row["_row"])
        if complete:
            return
