"""Objects that are derived from other objects: their distinct values, or the parts of a column that holds several.

A derived row keeps `_file` and `_row` of the row it was first found in. Rejected rows of the origin have no part in it.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.sources.base import (
    BATCH_ROWS,
    ROW_COLUMNS,
    ColumnFinding,
    FileFinding,
    ObjectExtract,
    RejectedRow,
)
from flitstack_pipeline.sources.exports.keys import SEPARATOR, KeySpec, key_spec
from flitstack_pipeline.sources.writing import ExtractWriter

POSITION = "position"
"""Column of exploded objects: which part of its cell a row is, from 1."""

Row = dict[str, Any]


def derive(name: str, spec: Any, origin: ObjectExtract, *, into: Path) -> ObjectExtract:
    """Write the derived object. Raises ConfigurationError if it asks for columns that its origin has not."""
    types = {c.name: c.type for c in origin.columns}
    with pq.ParquetFile(origin.path) as file:
        arrow = {f.name: f.type for f in file.schema_arrow}
    if spec.distinct:
        wanted = list(_get(spec.distinct, "columns"))
        _require(name, wanted, types)
        separator = _get(spec.distinct, "separator")
        fields = {c: arrow[c] for c in wanted}
        rows = _distinct_parts(origin, wanted[0], separator) if separator else _distinct_rows(origin, wanted)
        said = f"distinct values of {', '.join(wanted)} in {origin.object}"
    else:
        column = _get(spec.explode, "column")
        _require(name, [column], types)
        element = _element_name(spec, column, types)
        others = {c: t for c, t in arrow.items() if c not in ROW_COLUMNS and c not in (column, element, POSITION)}
        fields = {**others, element: pa.string(), POSITION: pa.int64()}
        rows = _exploded_rows(origin, column, element=element, separator=_get(spec.explode, "separator"))
        said = f"parts of {column} in {origin.object}"
    key = key_spec(spec.key)
    _require(name, key.columns, fields)
    with ExtractWriter(into, name) as writer:
        schema = pa.schema([("_id", pa.string()), ("_file", pa.string()), ("_row", pa.int64()), *fields.items()])
        writer.begin(schema)
        read = _write(writer, rows, key=key, schema=schema)
        columns = [
            ColumnFinding(name=c, header=c, declared=c in spec.columns, type=_type_name(types.get(c), t), stated=said)
            for c, t in fields.items()
        ]
        finding = FileFinding(
            file=f"{origin.object} (object)",
            object=name,
            format="derived",
            encoding="",
            separator="",
            header_row=0,
            rows=read,
            skipped=(said,),
        )
        return writer.finish(columns=columns, files=[finding])


def _get(part: Any, name: str) -> Any:
    return part[name] if isinstance(part, Mapping) else getattr(part, name)


def _type_name(origin: str | None, arrow: pa.DataType) -> str:
    return origin or ("integer" if pa.types.is_integer(arrow) else "text")


def _require(name: str, wanted: Any, present: Mapping[str, Any]) -> None:
    if missing := [c for c in wanted if c not in present]:
        what = f"needs {', '.join(missing)}, but there is only {', '.join(present)}"
        raise ConfigurationError([Problem(f"objects.{name}", what, "correct the names in the map")])


def _element_name(spec: Any, column: str, types: Mapping[str, str]) -> str:
    """The part is called like the one key column that the origin has not; else like the column it came from."""
    new = [c for c in key_spec(spec.key).columns if c not in types and c != POSITION]
    return new[0] if len(new) == 1 else column


def _distinct_rows(origin: ObjectExtract, columns: list[str]) -> Iterator[Row]:
    seen: set[tuple[Any, ...]] = set()
    with pq.ParquetFile(origin.path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=[*ROW_COLUMNS, *columns]):
            table = pa.Table.from_batches([batch]).append_column("_place", pa.array(range(batch.num_rows)))
            groups = table.group_by(columns).aggregate([("_place", "min")]).sort_by("_place_min")
            for group in groups.to_pylist():
                values = tuple(group[c] for c in columns)
                if values in seen or all(v is None for v in values):
                    continue
                seen.add(values)
                first = batch.slice(group["_place_min"], 1).to_pylist()[0]
                yield {"_file": first["_file"], "_row": first["_row"], **dict(zip(columns, values, strict=True))}


def _distinct_parts(origin: ObjectExtract, column: str, separator: str) -> Iterator[Row]:
    """The distinct parts of a column whose cells hold several."""
    seen: set[str] = set()
    with pq.ParquetFile(origin.path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=["_file", "_row", column]):
            for row in batch.to_pylist():
                for part in _parts(row[column], separator):
                    if part not in seen:
                        seen.add(part)
                        yield {**row, column: part}


def _exploded_rows(origin: ObjectExtract, column: str, *, element: str, separator: str) -> Iterator[Row]:
    with pq.ParquetFile(origin.path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            for row in batch.to_pylist():
                cell = row.pop(column)
                row.pop("_id")
                for position, part in enumerate(_parts(cell, separator), 1):
                    yield {**row, element: part, POSITION: position}


def _parts(cell: Any, separator: str) -> list[str]:
    """Split a cell; a JSON array is taken by its elements."""
    if cell is None:
        return []
    text = str(cell)
    if text.startswith("["):
        try:
            values = json.loads(text, parse_float=str)
        except ValueError:
            values = None
        if isinstance(values, list):
            texts = [v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in values if v is not None]
            return [t for t in (t.strip() for t in texts) if t]
    return [part for part in (p.strip() for p in text.split(separator)) if part]


def _write(writer: ExtractWriter, rows: Iterator[Row], *, key: KeySpec, schema: pa.Schema) -> int:
    seen: dict[str, tuple[str, int]] = {}
    numbers: Counter[str] = Counter()
    batch: list[Row] = []
    read = 0
    for row in rows:
        read += 1
        source_id = _id(row, key, numbers=numbers)
        place = (row["_file"], row["_row"])
        if source_id is None or source_id in seen:
            writer.reject([_rejected(row, source_id, key=key, first=seen.get(source_id or ""))])
            continue
        seen[source_id] = place
        batch.append({"_id": source_id, **row})
        if len(batch) == BATCH_ROWS:
            writer.write(pa.RecordBatch.from_pylist(batch, schema=schema))
            batch = []
    if batch:
        writer.write(pa.RecordBatch.from_pylist(batch, schema=schema))
    return read


def _id(row: Row, key: KeySpec, *, numbers: Counter[str]) -> str | None:
    values = [row[c] for c in key.columns]
    if any(v is None for v in values):
        return None
    joined = SEPARATOR.join(f"{v.normalize():f}" if isinstance(v, Decimal) else str(v) for v in values)
    if not key.numbered:
        return joined
    numbers[joined] += 1
    return f"{joined}#{numbers[joined]}"


def _rejected(row: Row, source_id: str | None, *, key: KeySpec, first: tuple[str, int] | None) -> RejectedRow:
    raw = {c: "" if v is None else str(v) for c, v in row.items() if c not in ROW_COLUMNS}
    if source_id is None:
        column = next(c for c in key.columns if row[c] is None)
        reason = f"is empty, and a row is known by its {' and '.join(key.columns)}"
    else:
        column = key.columns[-1]
        file, number = first or ("", 0)
        reason = f"is the same id as one of row {number} of {file}"
    return RejectedRow(
        source_id=source_id,
        file=row["_file"],
        row=row["_row"],
        column=column,
        value=raw.get(column, ""),
        reason=reason,
        raw=raw,
    )
