"""Rows of other objects that a record needs: joined rows by id, child rows by parent, first holders of a value.

Child rows are kept as one Arrow table sorted by parent (columns, not Python objects), and only the columns that the map names.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.mapping.spec import Children, DuplicateOf, Join
from flitstack_pipeline.sources.arrow import compute as pc
from flitstack_pipeline.transform.conditions import fold, holds

OpenTable = Callable[[str, "list[str] | None"], pa.Table]


def table_reader(folder: Path) -> OpenTable:
    """Read an object's Parquet, all columns or some (those that the file has), from the folder of the extracts."""

    def read(name: str, columns: list[str] | None) -> pa.Table:
        path = folder / f"{name}.parquet"
        if columns is not None:
            have = set(pq.read_schema(path).names)
            columns = [c for c in columns if c in have]
        return pq.read_table(path, columns=columns)

    return read


class JoinedRows:
    """Rows of one object by source id, or by another column in which a value stands once."""

    def __init__(self, read: OpenTable, join: Join, columns: Iterable[str]) -> None:
        self.on = join.on
        self._by = join.by
        tested = join.where.columns_used() if join.where else set()
        table = read(join.object, sorted({"_id", *columns, *tested, *filter(None, [join.by])}))
        passing = [holds(join.where, row) for row in table.select(sorted(tested)).to_pylist()] if tested else None
        self._at: dict[str, int] = {}
        repeated: set[str] = set()
        for place, value in enumerate(table.column(join.by or "_id").to_pylist()):
            if value in (None, "") or (passing and not passing[place]):
                continue
            key = self._key(value)
            if key in self._at:
                repeated.add(key)
            self._at[key] = place
        for key in repeated:
            del self._at[key]
        self._table = table.combine_chunks()

    def _key(self, value: Any) -> str:
        return str(fold(value)) if self._by else str(value)

    def columns_for(self, alias: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """The joined row's values under `<alias>.<column>`; nothing when there is no such row."""
        at = self._at.get(self._key(row.get(self.on) or ""))
        if at is None:
            return {}
        return {f"{alias}.{name}": self._table.column(name)[at].as_py() for name in self._table.column_names}


class ChildRows:
    """Rows of one object by the parent that they name."""

    def __init__(self, read: OpenTable, spec: Children) -> None:
        self._on = spec.on
        table = read(spec.from_, None)
        parent = parent_ids(table, spec.parent)
        table = table.append_column("_parent", parent)
        # The sort is stable: rows that `order_by` does not tell apart stay as they stand in the export, file by file.
        order = [("_parent", "ascending"), *((c, "ascending") for c in spec.order_by)]
        self._table = table.take(pc.sort_indices(table, sort_keys=order)).combine_chunks()
        self._span: dict[str, tuple[int, int]] = {}
        self._last: tuple[str, list[dict[str, Any]]] = ("", [])
        start, previous = 0, None
        for at, name in enumerate(self._table.column("_parent").to_pylist()):
            if name != previous:
                if previous is not None:
                    self._span[previous] = (start, at)
                start, previous = at, name
        if previous is not None:
            self._span[previous] = (start, self._table.num_rows)

    def of(self, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The child rows of a row, in order."""
        parent = str(row.get(self._on) or "")
        if parent != self._last[0]:  # asked for twice: by the row's account and by its values
            start, stop = self._span.get(parent, (0, 0))
            self._last = (parent, self._table.slice(start, stop - start).to_pylist() if stop > start else [])
        return self._last[1]


def parent_ids(table: pa.Table, columns: Sequence[str]) -> pa.Array:
    """The ids that child rows name as their parent; null where a part is missing."""
    parts = [table.column(c).cast(pa.string()) for c in columns]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "|")


class FirstHolders:
    """For each value of a column, the source id of the first row that has it."""

    def __init__(self, read: OpenTable, obj: str, spec: DuplicateOf, transform: Callable[[Any], Any]) -> None:
        self._first: dict[Any, str] = {}
        self._column = spec.column
        self._transform = transform
        table = read(obj, ["_id", spec.column])
        for source_id, value in zip(
            table.column("_id").to_pylist(), table.column(spec.column).to_pylist(), strict=True
        ):
            if (key := self._key(value)) is not None:
                self._first.setdefault(key, source_id)

    def first_of(self, row: Mapping[str, Any]) -> str | None:
        """The id of the first row with this row's value, unless that is the row itself."""
        key = self._key(row.get(self._column))
        first = None if key is None else self._first.get(key)
        return None if first == row["_id"] else first

    def _key(self, value: Any) -> Any:
        """None for what is empty or cannot be put into the form that is compared: it is nobody's duplicate."""
        try:
            return None if value in (None, "") else self._transform(value)
        except RecordError:
            return None
