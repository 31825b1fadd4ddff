"""Gives every row its source id, and finds the ids that stand in more than one row.

Only a 64-bit hash per row is kept in memory. Hashes that occur twice are looked at again, id by id, so that the
answer is exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from flitstack_pipeline.sources.arrow import compute as pc

SEPARATOR = "|"


@dataclass(frozen=True)
class KeySpec:
    """`columns` make the id; `numbered`: they name the parent, and a running number within it follows."""

    columns: tuple[str, ...]
    numbered: bool


def key_spec(key: Any) -> KeySpec:
    """Read the `key` of an object's spec: column names, or `number_within` them."""
    within = key.get("number_within") if isinstance(key, dict) else getattr(key, "number_within", None)
    columns = within if within is not None else key
    return KeySpec((columns,) if isinstance(columns, str) else tuple(columns), within is not None)


def join_key(values: Sequence[pa.Array]) -> pa.StringArray:
    """Join the key columns of a chunk to ids; null where one of them is."""
    texts = [as_text(v) for v in values]
    return texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, SEPARATOR, null_handling="emit_null")


def as_text(values: pa.Array) -> pa.StringArray:
    """Give values as texts without trailing zeros or units: 5.0000000000 is 5."""
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_decimal(values.type):
        return pa.array([None if v is None else f"{v.normalize():f}" for v in values.to_pylist()], pa.string())
    return values.cast(pa.string())


@dataclass(frozen=True)
class Place:
    """Where a row stands: number of the sheet and of the batch, index in the batch, row as a spreadsheet shows it."""

    sheet: int
    batch: int
    index: int
    row: int


@dataclass
class Keys:
    """Collects the ids of all rows in a first pass (`add`, `close`); answers in a second (`ids`, `earlier`)."""

    numbered: bool
    _hashes: list[np.ndarray] = field(default_factory=list)
    _twice: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    _numbers: np.ndarray | None = None
    _position: int = 0
    _first: dict[str, Place] = field(default_factory=dict)

    def add(self, ids: pa.StringArray) -> None:
        """Take note of a chunk; null ids are none."""
        texts = ids.to_pylist()
        self._hashes.append(np.fromiter(map(hash, texts), dtype=np.int64, count=len(texts)))

    def close(self) -> None:
        """End the first pass."""
        hashes = np.concatenate(self._hashes) if self._hashes else np.empty(0, dtype=np.int64)
        self._hashes.clear()
        if self.numbered:
            self._numbers = _running_numbers(hashes)
        else:
            ordered = np.sort(hashes)
            self._twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])

    def ids(self, parents: pa.StringArray) -> pa.StringArray:
        """Give the ids of the next chunk, in the order of the first pass."""
        if self._numbers is None:
            return parents
        numbers = self._numbers[self._position : self._position + len(parents)]
        self._position += len(parents)
        return pc.binary_join_element_wise(parents, pa.array(numbers).cast(pa.string()), "#", null_handling="emit_null")

    def earlier(self, ids: pa.StringArray, *, sheet: int, batch: int, rows: np.ndarray) -> Iterator[tuple[int, Place]]:
        """Yield (index, first place) of the rows in a chunk whose id stands in an earlier row."""
        if not len(self._twice):
            return
        texts = ids.to_pylist()
        hashes = np.fromiter(map(hash, texts), dtype=np.int64, count=len(texts))
        for index in np.flatnonzero(np.isin(hashes, self._twice)).tolist():
            text = texts[index]
            if text is None:
                continue
            here = Place(sheet, batch, index, int(rows[index]))
            first = self._first.setdefault(text, here)
            if first is not here:
                yield index, first


def _running_numbers(hashes: np.ndarray) -> np.ndarray:
    """Number equal hashes from 1 in the order in which they stand."""
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    starts = (
        np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        if len(ordered)
        else np.empty(0, dtype=np.int64)
    )
    lengths = np.diff(np.append(starts, len(ordered)))
    numbers = np.empty(len(ordered), dtype=np.int64)
    numbers[order] = np.arange(len(ordered)) - np.repeat(starts, lengths) + 1
    return numbers
