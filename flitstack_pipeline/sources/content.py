"""Hashes the content of a table so that equal rows give an equal hash, however they come in batches.

What Arrow keeps in memory is hashed directly, column by column: which values there are, how long texts are, and the
values themselves with those that are null brought to zero. Nothing else of Arrow's or Parquet's layout has a part in
it.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from flitstack_pipeline.sources.arrow import compute as pc


class ContentHash:
    """SHA-256 over the columns `names` of the batches that are added, and over other bytes that are."""

    def __init__(self, schema: pa.Schema, names: Sequence[str]) -> None:
        self._names = list(names)
        self._columns = {n: tuple(hashlib.sha256() for _ in range(3)) for n in self._names}
        self._types = "\n".join(f"{n}: {schema.field(n).type}" for n in self._names)
        self._others = hashlib.sha256()

    def add(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        for name in self._names:
            column = batch.column(name)
            valid, lengths, values = self._columns[name]
            valid.update(pc.is_valid(column).to_numpy(zero_copy_only=False).tobytes())
            if pa.types.is_string(column.type):
                texts = pc.fill_null(column, "")
                lengths.update(pc.binary_length(texts).to_numpy().tobytes())
                values.update(_text_bytes(texts))
            else:
                values.update(_fixed_bytes(column))

    def add_bytes(self, data: bytes) -> None:
        """Add something beside the rows."""
        self._others.update(len(data).to_bytes(8, "big") + data)

    def hexdigest(self) -> str:
        """Give the hash of all that was added."""
        whole = hashlib.sha256(self._types.encode())
        for hashes in self._columns.values():
            for part in hashes:
                whole.update(part.digest())
        whole.update(self._others.digest())
        return whole.hexdigest()


def _text_bytes(texts: pa.StringArray) -> memoryview | bytes:
    _, offsets, data = texts.buffers()
    if data is None or offsets is None or not len(texts):
        return b""
    ends = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(data)[int(ends[0]) : int(ends[-1])]


def _fixed_bytes(column: pa.Array) -> memoryview | bytes:
    if pa.types.is_boolean(column.type):
        return pc.fill_null(column, False).to_numpy(zero_copy_only=False).tobytes()
    filled = pc.fill_null(column, _zero(column.type)) if column.null_count else column
    width = column.type.bit_width // 8
    data = filled.buffers()[1]
    if data is None:
        return b""
    return memoryview(data)[filled.offset * width : (filled.offset + len(filled)) * width]


def _zero(kind: pa.DataType) -> pa.Scalar:
    return pa.array([0], pa.int32() if pa.types.is_date32(kind) else pa.int64()).cast(kind)[0]
