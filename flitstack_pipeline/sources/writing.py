"""Writes an extract: rows, rejects and findings appear together or not at all."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from flitstack_pipeline.sources.base import (
    REJECTS_SCHEMA,
    ROW_COLUMNS,
    ColumnFinding,
    FileFinding,
    ObjectExtract,
    RejectedRow,
    extract_paths,
    extract_to_json,
)
from flitstack_pipeline.sources.content import ContentHash

_REJECTS_AT_ONCE = 500


class ExtractWriter:
    """Context manager: `begin(schema)`, then `write` and `reject` in any order, then `finish`.

    Leaving without `finish` removes all traces. The content hash leaves out `_file` and `_row`, so that it does not
    depend on what an exported file was called or which lines stood above its header.
    """

    def __init__(self, into: Path, name: str) -> None:
        into.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.rows = 0
        self.rejected = 0
        self._final = extract_paths(into, name)
        self._temporary = tuple(p.with_name(f".{p.name}.{os.getpid()}.part") for p in self._final)
        self._rejects = pq.ParquetWriter(self._temporary[1], REJECTS_SCHEMA, compression="zstd")
        self._waiting: list[RejectedRow] = []
        self._rows: pq.ParquetWriter | None = None
        self._hash: ContentHash | None = None
        self._rejects_hash = hashlib.sha256()

    def __enter__(self) -> "ExtractWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        for path in self._temporary:
            path.unlink(missing_ok=True)

    def begin(self, schema: pa.Schema) -> None:
        """Fix the columns. `schema` starts with ROW_COLUMNS."""
        self._rows = pq.ParquetWriter(self._temporary[0], schema, compression="zstd")
        self._hash = ContentHash(schema, [n for n in schema.names if n not in ROW_COLUMNS[1:]])

    def write(self, batch: pa.RecordBatch) -> None:
        """Write one row group."""
        if self._rows is None or self._hash is None:
            raise RuntimeError("begin() comes before write()")
        if batch.num_rows:
            self._rows.write_batch(batch, row_group_size=batch.num_rows)
            self._hash.add(batch)
            self.rows += batch.num_rows

    def reject(self, rows: Sequence[RejectedRow]) -> None:
        """Keep rows that could not be read."""
        for row in rows:
            self._rejects_hash.update(json.dumps([row.source_id, row.raw], sort_keys=True).encode() + b"\n")
        self.rejected += len(rows)
        self._waiting.extend(rows)
        if len(self._waiting) >= _REJECTS_AT_ONCE:
            self._flush()

    def finish(self, *, columns: Sequence[ColumnFinding], files: Sequence[FileFinding]) -> ObjectExtract:
        """Close the files and put them in place."""
        if self._hash is None:
            raise RuntimeError("begin() comes before finish()")
        self._hash.add_bytes(self._rejects_hash.digest())
        self._flush()
        self._close()
        extract = ObjectExtract(
            object=self.name,
            path=self._final[0],
            rejects_path=self._final[1],
            rows=self.rows,
            rejected=self.rejected,
            sha256=self._hash.hexdigest(),
            columns=tuple(columns),
            files=tuple(files),
        )
        self._temporary[2].write_text(extract_to_json(extract), encoding="utf-8")
        # The findings go first on the way out and come last on the way in: where they stand, the rows belong to them.
        self._final[2].unlink(missing_ok=True)
        for temporary, final in zip(self._temporary, self._final, strict=True):
            temporary.replace(final)
        return extract

    def _flush(self) -> None:
        if self._waiting:
            records = [asdict(r) | {"raw": json.dumps(r.raw, ensure_ascii=False)} for r in self._waiting]
            self._rejects.write_table(pa.Table.from_pylist(records, schema=REJECTS_SCHEMA))
            self._waiting.clear()

    def _close(self) -> None:
        for writer in (self._rows, self._rejects):
            if writer is not None:
                writer.close()
