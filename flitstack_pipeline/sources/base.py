"""What every source gives: frozen findings, and one Parquet file per object with a fixed set of types.

An object's rows stand in `<into>/<object>.parquet`, the rows that could not be read in
`<into>/<object>.rejects.parquet`, and what was found out on the way in `<into>/<object>.json`. A source row is in
exactly one of the two Parquet files.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa
import pyarrow.parquet as pq

from flitstack_pipeline.errors import SourceError

ROW_COLUMNS = ("_id", "_file", "_row")
"""Text source id; file relative to the export folder (`a.zip!customers.csv`); 1-based row as a spreadsheet shows it."""

BATCH_ROWS = 5_000
"""Rows that are in memory at a time, and the most that a row group has."""

ARROW_TYPES: dict[str, pa.DataType] = {
    "id": pa.string(),
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(38, 10),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
    "json": pa.string(),
}
"""Parquet type of each declared column type. Undeclared columns are text."""

REJECTS_SCHEMA = pa.schema(
    [
        ("source_id", pa.string()),
        ("file", pa.string()),
        ("row", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("reason", pa.string()),
        ("raw", pa.string()),
    ]
)


@dataclass(frozen=True, kw_only=True)
class RejectedRow:
    """A source row that could not be read. `raw`: header to cell text, all cells (those of secret columns apart)."""

    source_id: str | None
    file: str
    row: int
    column: str
    value: str
    reason: str
    raw: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ColumnFinding:
    """How one column was read. `stated`: every choice that was made, and what settled it."""

    name: str
    header: str
    declared: bool
    type: str
    stated: str


@dataclass(frozen=True, kw_only=True)
class FileFinding:
    """How one file (or sheet, or member of an archive) was read. `object` is None for files that belong to no object.

    `rows`: data rows, rejected ones included; 0 as long as the object was not extracted. `header_row`: 0 where there
    is none. `skipped`: what was left out and what was remarkable, each in words.
    """

    file: str
    object: str | None
    format: str
    encoding: str
    separator: str
    header_row: int
    rows: int
    skipped: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ObjectExtract:
    """One object, extracted. `sha256` is of the content: file names, titles and row numbers do not change it."""

    object: str
    path: Path
    rejects_path: Path
    rows: int
    rejected: int
    sha256: str
    columns: tuple[ColumnFinding, ...]
    files: tuple[FileFinding, ...]


@runtime_checkable
class Source(Protocol):
    """A system whose objects can be extracted."""

    def files(self) -> tuple[FileFinding, ...]:
        """List what the source consists of, with what belongs to no object."""
        ...

    def extract(self, name: str, *, into: Path) -> ObjectExtract:
        """Write the object's three files into `into`, all or none.

        Raises SourceError where a person has to decide something.
        """
        ...


def extract_paths(into: Path, name: str) -> tuple[Path, Path, Path]:
    """Paths of an object's rows, rejects and findings."""
    return into / f"{name}.parquet", into / f"{name}.rejects.parquet", into / f"{name}.json"


def extract_to_json(extract: ObjectExtract) -> str:
    """Findings as JSON text. File names only: the folder may move."""
    data = asdict(extract) | {"path": extract.path.name, "rejects_path": extract.rejects_path.name}
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)


def read_extract(into: Path, name: str) -> ObjectExtract:
    """Read back what `extract` found. Raises SourceError if the object has not been extracted into this folder."""
    rows, rejects, findings = extract_paths(into, name)
    if not (findings.is_file() and rows.is_file() and rejects.is_file()):
        raise SourceError(f"“{name}” has not been extracted yet", hint="run `inventory` for this migration first")
    data: dict[str, Any] = json.loads(findings.read_text(encoding="utf-8"))
    files = tuple(FileFinding(**{**f, "skipped": tuple(f["skipped"])}) for f in data["files"])
    columns = tuple(ColumnFinding(**c) for c in data["columns"])
    return ObjectExtract(**{**data, "path": rows, "rejects_path": rejects, "columns": columns, "files": files})


def iter_rows(
    extract: ObjectExtract, batch_size: int = 500, columns: Sequence[str] | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Yield rows as dicts of exact Python values: str, int, Decimal, bool, date, datetime in UTC, None.

    `columns` limits what is read; name the `ROW_COLUMNS` too if you need them.
    """
    with pq.ParquetFile(extract.path) as file:
        for batch in file.iter_batches(batch_size=batch_size, columns=None if columns is None else list(columns)):
            yield batch.to_pylist()


def iter_rejects(extract: ObjectExtract, batch_size: int = 500) -> Iterator[RejectedRow]:
    """Yield the rows that could not be read, in the order in which they were found."""
    with pq.ParquetFile(extract.rejects_path) as file:
        for batch in file.iter_batches(batch_size=batch_size):
            for row in batch.to_pylist():
                yield RejectedRow(**{**row, "raw": json.loads(row["raw"])})


def source_schema(extracts: Iterable[ObjectExtract]) -> dict[str, dict[str, str]]:
    """Object to column to type, sorted: the part of a source that an approval stands on."""
    return {
        e.object: {c.name: c.type for c in sorted(e.columns, key=lambda c: c.name)}
        for e in sorted(extracts, key=lambda e: e.object)
    }
