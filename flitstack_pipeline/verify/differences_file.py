"""Differences as Parquet: one row each, all text but the numbers, so that any tool can open them."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from flitstack_pipeline.verify.diff import Difference

SCHEMA = pa.schema([(f.name, pa.int64() if f.name in ("row", "res_id") else pa.string()) for f in fields(Difference)])


class DifferencesFile:
    """Writes differences as they come; the file appears under its name only when it is whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._temporary = path.with_name(path.name + ".tmp")
        self._writer = pq.ParquetWriter(self._temporary, SCHEMA)

    def __enter__(self) -> Self:
        return self

    def write(self, differences: Iterable[Difference]) -> list[Difference]:
        """Append; returns them as a list."""
        rows = list(differences)
        if rows:
            self._writer.write_table(pa.Table.from_pylist([asdict(d) for d in rows], schema=SCHEMA))
        return rows

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        if kind is None:
            self._temporary.replace(self.path)
        else:
            self._temporary.unlink(missing_ok=True)


def read_differences(path: Path) -> list[Difference]:
    """All differences of a file."""
    return [Difference(**row) for row in pq.read_table(path).to_pylist()] if path.is_file() else []
