"""Extracts one table: rows as received to JSONL, then typed to Parquet, with what cannot be read in the rejects."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from flitstack_pipeline.sources.base import (
    ARROW_TYPES,
    BATCH_ROWS,
    ColumnFinding,
    FileFinding,
    ObjectExtract,
    RejectedRow,
)
from flitstack_pipeline.sources.dataverse.bodies import NO_BODY, Body, BodyFetcher
from flitstack_pipeline.sources.dataverse.columns import EntityColumn, Layout
from flitstack_pipeline.sources.dataverse.metadata import Metadata
from flitstack_pipeline.sources.dataverse.reading import Reading, read_lines
from flitstack_pipeline.sources.dataverse.schema import Entity, source_id
from flitstack_pipeline.sources.dataverse.values import BadValue, ColumnReader
from flitstack_pipeline.sources.writing import ExtractWriter

FORMAT = "Dataverse table"
_ROW_FIELDS = [("_id", pa.string()), ("_file", pa.string()), ("_row", pa.int64())]


@dataclass(frozen=True, kw_only=True)
class Typing:
    """What turns received values into typed ones: the layout, its readers, and where its files come from."""

    layout: Layout
    readers: Mapping[str, ColumnReader]
    bodies: BodyFetcher | None


def typing_for(metadata: Metadata, layout: Layout, *, zone: ZoneInfo | None, bodies: BodyFetcher | None) -> Typing:
    """Make the readers; labels are those of the base language, whatever language the application user has."""
    readers = {}
    for column in layout.columns:
        labels: dict[int, str | None] = {}
        if column.part in ("label", "labels") and column.attribute and metadata.language is not None:
            options = metadata.options(layout.table, column.attribute)
            labels = {o.value: o.label(metadata.language) for o in options}
        readers[column.name] = ColumnReader(column, labels=labels, zone=zone)
    return Typing(layout=layout, readers=readers, bodies=bodies)


def write_extract(
    name: str, typing: Typing, reading: Reading, *, into: Path, notes: Sequence[str], skip: frozenset[int] = frozenset()
) -> ObjectExtract:
    """Write the three files of an object from a complete reading. `skip`: line numbers that are not rows of it."""
    layout = typing.layout
    entity = layout.table.entity
    superseded = superseded_lines(reading, entity) | skip
    fields = [(c.name, ARROW_TYPES[c.type]) for c in layout.columns]
    schema = pa.schema([*_ROW_FIELDS, *fields])
    with ExtractWriter(into, name) as writer:
        writer.begin(schema)
        batch: dict[str, list[Any]] = {n: [] for n in schema.names}
        for number, row, line in read_lines(reading.path):
            if number in superseded:
                continue
            values, reject = _typed(row, typing, file=reading.path.name, number=number, line=line)
            if reject:
                writer.reject([reject])
                continue
            for column, value in values.items():
                batch[column].append(value)
            if len(batch["_id"]) == BATCH_ROWS:
                writer.write(_record_batch(batch, schema))
        writer.write(_record_batch(batch, schema))
        said = list(notes)
        if twice := len(superseded - skip):
            said.append(f"{twice:,} rows came twice, since they changed while they were read: the later version counts")
        if typing.bodies:
            said += [f"{count:,} {what}" for what, count in typing.bodies.noted.items()]
        finding = FileFinding(
            file=reading.path.name,
            object=name,
            format=f"{FORMAT} {entity.name}",
            encoding="utf-8",
            separator="",
            header_row=0,
            rows=reading.rows,
            skipped=tuple(said),
        )
        return writer.finish(columns=column_findings(typing), files=[finding])


def write_empty(name: str, columns: Mapping[str, Any], *, into: Path, why: str) -> ObjectExtract:
    """Write the extract of an optional table that the organization has not."""
    declared = {n: c for n, c in columns.items() if not c.secret}
    with ExtractWriter(into, name) as writer:
        writer.begin(pa.schema([*_ROW_FIELDS, *((n, ARROW_TYPES[c.type]) for n, c in declared.items())]))
        finding = FileFinding(
            file=f"{name} (not there)",
            object=name,
            format=FORMAT,
            encoding="",
            separator="",
            header_row=0,
            rows=0,
            skipped=(why,),
        )
        found = [
            ColumnFinding(name=n, header="", declared=True, type=c.type, stated="the organization has no such table")
            for n, c in declared.items()
        ]
        return writer.finish(columns=found, files=[finding])


def column_findings(typing: Typing) -> list[ColumnFinding]:
    """Say of every column what it was read from and what was done to its values."""
    found = []
    for column in typing.layout.columns:
        said = [_stated(column), *(f"{n:,} {what}" for what, n in typing.readers[column.name].noted.items())]
        stated = "; ".join(s for s in said if s)
        found.append(ColumnFinding(name=column.name, header=column.key, declared=True, type=column.type, stated=stated))
    return found


def superseded_lines(reading: Reading, entity: Entity) -> set[int]:
    """Lines whose row came again later in the reading with the same or a newer version.

    Pages are cut while the table is in use, so a row can move from one to the next. Only hashes of ids are compared
    first; ids themselves only where two hashes are the same.
    """
    hashes = np.frombuffer(reading.hashes, dtype=np.int64) if reading.rows else np.empty(0, dtype=np.int64)
    ordered = np.sort(hashes)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(twice):
        return set()
    suspects = set((np.flatnonzero(np.isin(hashes, twice)) + 1).tolist())
    best: dict[str, tuple[int, int]] = {}
    superseded: set[int] = set()
    for number, row, _ in read_lines(reading.path):
        if number in suspects and (row_id := source_id(row, entity)) is not None:
            version = row.get("versionnumber")
            mine = (version if isinstance(version, int) else 0, number)
            if row_id in best:
                superseded.add(min(best[row_id], mine)[1])
            best[row_id] = max(best.get(row_id, mine), mine)
    return superseded


def _typed(
    row: Mapping[str, Any], typing: Typing, *, file: str, number: int, line: bytes
) -> tuple[dict[str, Any], RejectedRow | None]:
    row_id = source_id(row, typing.layout.table.entity)
    values: dict[str, Any] = {"_id": row_id, "_file": file, "_row": number}
    column = typing.layout.table.entity.primary_id
    try:
        if row_id is None:
            raise BadValue("", "is empty, and a row is known by it")
        bodies: dict[str, Body] = {}
        for column, reader in typing.readers.items():
            here = reader.column
            if here.is_file and here.attribute:
                if here.attribute.name not in bodies:
                    fetch = typing.bodies.fetch if typing.bodies else None
                    bodies[here.attribute.name] = (
                        fetch(row, row_id.partition("|")[0], here.attribute) if fetch else NO_BODY
                    )
                body = bodies[here.attribute.name]
                values[column] = body.path if here.part == "path" else body.size
            else:
                values[column] = reader.read(row)
    except BadValue as error:
        raw = {k: v if isinstance(v, str) else json.dumps(v, default=str) for k, v in row.items() if v is not None}
        reject = RejectedRow(
            source_id=row_id, file=file, row=number, column=column, value=error.value, reason=error.reason, raw=raw
        )
        return {}, reject
    return values, None


def _record_batch(columns: dict[str, list[Any]], schema: pa.Schema) -> pa.RecordBatch:
    arrays = [pa.array(columns[f.name], type=f.type) for f in schema]
    for values in columns.values():
        values.clear()
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _stated(column: EntityColumn) -> str:
    attribute = column.attribute
    if attribute is None:
        return "the organization has no such column"
    kinds = {"moment": "UTC", "clock": "wall clock, kept as it stands", "day": "a day without a time"}
    parts = {
        "name": "name of the record referred to",
        "table": "table of the record referred to",
        "label": "label in the base language",
        "labels": "labels in the base language",
        "path": "saved file",
        "size": "size in bytes",
    }
    said = ", ".join(w for w in (attribute.type, kinds.get(column.kind, ""), parts.get(column.part, "")) if w)
    same_name = attribute.name in (column.name, column.name.rpartition("__")[0])
    return said if same_name else f"{attribute.name}: {said}"
