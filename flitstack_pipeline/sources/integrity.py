"""The relational pass: which rows refer to rows that are not there.

Only the ids of one parent object are in memory at a time; the children's references stream past them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.sources.arrow import compute as pc
from flitstack_pipeline.sources.base import ROW_COLUMNS, ObjectExtract, read_extract
from flitstack_pipeline.sources.exports.keys import as_text

# Arrow builds the table of ids anew for each lookup, so lookups are few and large.
_ROWS_AT_ONCE = 200_000
_EXAMPLES = 5


@dataclass(frozen=True, order=True)
class Relation:
    """`column` of `child` holds source ids of `parent`.

    One that may refer to several objects says in `table_column` to which: the rows where that is one of `tables` count.
    """

    child: str
    column: str
    parent: str
    table_column: str = ""
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """A row whose reference leads nowhere. `hint`: what may have happened to the parent; "" if nothing is known."""

    object: str
    source_id: str
    file: str
    row: int
    column: str
    value: str
    parent: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class RelationFinding:
    """One relation, counted. `filled`: rows with a reference; `orphans`: those of them that lead nowhere."""

    relation: Relation
    rows: int
    filled: int
    orphans: int
    missing_parents: int
    examples: tuple[Orphan, ...]


def check_relations(into: Path, relations: Iterable[Relation | tuple[str, str, str]]) -> tuple[RelationFinding, ...]:
    """Count every relation between extracts in `into`.

    Raises ConfigurationError for a column that an extract lacks, SourceError for an object that is not extracted.
    """
    return tuple(_check(into, r if isinstance(r, Relation) else Relation(*r)) for r in relations)


def iter_orphans(into: Path, relations: Iterable[Relation | tuple[str, str, str]]) -> Iterator[Orphan]:
    """Yield every row that joins to nothing, relation by relation, in the order of the child's rows."""
    for item in relations:
        relation = item if isinstance(item, Relation) else Relation(*item)
        parents = _Parents(into, relation.parent)
        for batch, _ in _orphan_batches(into, relation, parents):
            yield from _orphans(batch, relation, parents)


def _check(into: Path, relation: Relation) -> RelationFinding:
    parents = _Parents(into, relation.parent)
    rows = filled = orphans = 0
    missing: set[str] = set()
    examples: list[Orphan] = []
    for batch, seen in _orphan_batches(into, relation, parents):
        rows += seen[0]
        filled += seen[1]
        orphans += batch.num_rows
        missing.update(pc.unique(batch.column("_value")).to_pylist())
        if len(examples) < _EXAMPLES:
            examples.extend(_orphans(batch.slice(0, _EXAMPLES - len(examples)), relation, parents))
    return RelationFinding(
        relation=relation,
        rows=rows,
        filled=filled,
        orphans=orphans,
        missing_parents=len(missing),
        examples=tuple(examples),
    )


def _orphan_batches(
    into: Path, relation: Relation, parents: "_Parents"
) -> Iterator[tuple[pa.RecordBatch, tuple[int, int]]]:
    """Yield the orphans of a stretch of rows, with (rows, rows that have a reference) of the stretch."""
    child = read_extract(into, relation.child)
    _require_column(child, relation)
    with pq.ParquetFile(child.path) as file:
        columns = list(dict.fromkeys([*ROW_COLUMNS, relation.column, *filter(None, [relation.table_column])]))
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=columns):
            value = as_text(batch.column(relation.column))
            filled = pc.is_valid(value)
            if relation.table_column:
                meant = pc.is_in(batch.column(relation.table_column), value_set=pa.array(relation.tables, pa.string()))
                filled = pc.and_(filled, meant)
            lost = pc.and_not(filled, pc.is_in(value, value_set=parents.ids))
            found = batch.select(list(ROW_COLUMNS)).append_column("_value", value).filter(lost)
            yield found, (batch.num_rows, filled.true_count)


def _orphans(batch: pa.RecordBatch, relation: Relation, parents: "_Parents") -> Iterator[Orphan]:
    for row in batch.to_pylist():
        yield Orphan(
            object=relation.child,
            source_id=row["_id"],
            file=row["_file"],
            row=row["_row"],
            column=relation.column,
            value=row["_value"],
            parent=relation.parent,
            hint=parents.hint(row["_value"]),
        )


def _require_column(extract: ObjectExtract, relation: Relation) -> None:
    names = [c.name for c in extract.columns]
    if relation.column not in names and relation.column != "_id":
        problem = Problem(
            f"objects.{relation.child}", f"has no column “{relation.column}”", f"it has {', '.join(names)}"
        )
        raise ConfigurationError([problem])


class _Parents:
    """Ids of one object, and what may explain that one is missing."""

    def __init__(self, into: Path, name: str) -> None:
        self._extract = read_extract(into, name)
        self._name = name
        with pq.ParquetFile(self._extract.path) as file:
            self.ids = file.read(columns=["_id"]).column("_id").combine_chunks()
        self._rejected: dict[str, str] | None = None
        self._alike: dict[str, str] | None = None

    def hint(self, value: str) -> str:
        """Say that the parent was rejected, or that one with nearly the same id exists."""
        if self._rejected is None or self._alike is None:
            self._rejected, self._alike = self._read_rejected(), self._read_alike()
        if value in self._rejected:
            return self._rejected[value]
        if (alike := self._alike.get(_bare(value))) is not None:
            return f"{self._name} “{alike}” differs only in leading zeros, case or spaces"
        return ""

    def _read_rejected(self) -> dict[str, str]:
        table = pq.read_table(self._extract.rejects_path, columns=["source_id", "file", "row"])
        return {
            r["source_id"]: f"row {r['row']} of {r['file']} has this id and was rejected"
            for r in table.to_pylist()
            if r["source_id"] is not None
        }

    def _read_alike(self) -> dict[str, str]:
        return {_bare(i): i for i in self.ids.to_pylist()}


def _bare(value: str) -> str:
    return "".join(value.split()).casefold().lstrip("0")
