"""Rows that never reach a record set: each still gets its outcome, so that every extracted row is accounted for."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import pyarrow.parquet as pq

from flitstack_pipeline.ledger.outcomes import row_key
from flitstack_pipeline.ledger.records import RowOutcome
from flitstack_pipeline.mapping.selections import option_of
from flitstack_pipeline.mapping.spec import Children, FieldSpec, RecordSetSpec, SelectionOf
from flitstack_pipeline.mapping.walk import children_of
from flitstack_pipeline.outcomes import Counts, Outcome
from flitstack_pipeline.sources.base import ROW_COLUMNS, iter_rejects
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
    planned = _links({name: records for name, (_, records) in run.system.record_sets().items()})
    kept = _links({name: records.spec for name, records in run.compiled.record_sets().items()})
    definitions = {r.custom_fields.from_ for _, r in run.system.record_sets().values() if r.custom_fields}
    selections = _selections(run)
    for name, obj in run.system.objects.items():
        yield from _unreadable(run, name)
        if not obj.migrates:
            yield from _all(run, name, Outcome.EXCLUDED, obj.reason)
        elif name in definitions and name not in own:
            yield from _definitions(run, name, made)
        elif name in selections and name not in own:
            yield from _options(run, name, selections[name], made)
        elif name in kept and name not in own:  # who is a record too has its outcome; the inventory lists orphans
            yield from _orphans(run, name, kept[name])
        elif name not in own:
            left_out = "the field that would hold it refers to what this Odoo does not have"
            none = "read for the records of other objects; has none of its own"
            yield from _all(run, name, Outcome.EXCLUDED, left_out if name in planned else none)


@dataclass(frozen=True)
class _Link:
    """How rows of one object are parts of `parent`'s rows; `outer`: of what those are parts in turn (lines of lines)."""

    parent: str
    children: Children
    outer: "_Link | None"


def _links(record_sets: Mapping[str, RecordSetSpec]) -> dict[str, list[_Link]]:
    """For each object whose rows are parts of other records: of which ones."""
    found: dict[str, list[_Link]] = {}
    for records in record_sets.values():
        for link in _links_of(records.from_, records.fields, None):
            found.setdefault(link.children.from_, []).append(link)
    return found


def _links_of(obj: str, fields: Mapping[str, tuple[FieldSpec, ...]], outer: _Link | None) -> Iterator[_Link]:
    for spec in (alternative for alternatives in fields.values() for alternative in alternatives):
        if children := children_of(spec):
            link = _Link(obj, children, outer)
            yield link
            if spec.lines:
                yield from _links_of(children.from_, spec.lines.fields, link)


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


def _selections(run: MigrationRun) -> dict[str, list[tuple[str, SelectionOf]]]:
    """For each object whose rows are the values of selection fields: of which ones (`model.field`)."""
    found: dict[str, list[tuple[str, SelectionOf]]] = {}
    for records in run.compiled.record_sets().values():
        for name, alternatives in records.spec.fields.items():
            for selection in (a.create.selection_of for a in alternatives if a.create and a.create.selection_of):
                found.setdefault(selection.object, []).append((f"{records.model}.{name}", selection))
    return found


def _options(
    run: MigrationRun, name: str, selections: list[tuple[str, SelectionOf]], made: Collection[str]
) -> Iterator[RowOutcome]:
    """Rows of a look-up table: each became a value of the fields that list it."""
    for row in run.rows_of(name):
        values = {f: option[0] for f, selection in selections if (option := option_of(selection, row))}
        if values:
            new = any(f in made or f"{f}={value}" in made for f, value in values.items())
            outcome = Outcome.CREATED if new else Outcome.UNCHANGED
            reason = "; ".join(f"the value {value!r} of {f}" for f, value in values.items())
        else:
            outcome, reason = (
                Outcome.EXCLUDED,
                "no value of a field: the map lists others, or it is not in use any more",
            )
        yield RowOutcome(name, row["_id"], outcome, reason, "", row["_file"], row["_row"])


def _orphans(run: MigrationRun, name: str, links: list[_Link]) -> Iterator[RowOutcome]:
    """Child rows that no parent can take: it is not in the source, could not be read, or waits itself."""
    columns = {column for link in links for column in link.children.parent}
    table = pq.read_table(run.extracted(name).path, columns=[*ROW_COLUMNS, *sorted(columns)])
    named = [parent_ids(table, link.children.parent).to_pylist() for link in links]
    parents = [_Parents(run, link) for link in links]
    for row, *ids in zip(table.to_pylist(), *named, strict=True):
        if any(id_ in parent.taking for id_, parent in zip(ids, parents, strict=True)):
            continue
        parent, id_ = next((pair for pair in zip(parents, ids, strict=True) if pair[1]), (parents[0], None))
        column = "/".join(parent.link.children.parent)
        reason = parent.why_not(id_) if id_ else f"names no {parent.link.parent}: {column} is empty"
        yield RowOutcome(name, row["_id"], Outcome.HELD, reason, column, row["_file"], row["_row"])


class _Parents:
    """The rows that child rows may name. `taking`: those of them that have a place themselves."""

    def __init__(self, run: MigrationRun, link: _Link) -> None:
        self.link = link
        extract = run.extracted(link.parent)
        outer = link.outer.children.parent if link.outer else ()
        table = pq.read_table(extract.path, columns=list({link.children.on, *outer}))
        ids = table.column(link.children.on).to_pylist()
        self._there = {str(id_) for id_ in ids if id_ is not None}
        self.taking = self._there
        if link.outer:
            above = _Parents(run, link.outer).taking
            homes = parent_ids(table, outer).to_pylist()
            self.taking = {str(i) for i, home in zip(ids, homes, strict=True) if i is not None and home in above}
        unread = iter_rejects(extract) if link.children.on == "_id" and extract.rejected else ()
        self._unread = {reject.source_id: reject for reject in unread}

    def why_not(self, id_: str) -> str:
        """Why this parent does not take its child rows."""
        waits = f"waits for {self.link.parent} {id_}"
        if id_ in self._there:
            return f"{waits}, which waits itself"
        if reject := self._unread.get(id_):
            return f"{waits}, which could not be read ({reject.file} row {reject.row}: {reject.reason})"
        return f"{waits}, which is not in the source"
