"""Adds up numeric columns between totals rows, so that what a report claims can be compared with what was read."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pyarrow as pa

from flitstack_pipeline.sources.arrow import compute as pc
from flitstack_pipeline.sources.exports.leftout import TotalsRow, check_totals


class SegmentSums:
    """`ends`: number of data rows before each totals row. `marks`: numeric column to its decimal mark."""

    def __init__(self, ends: Sequence[int], marks: Mapping[str, str]) -> None:
        self._ends = ends
        self._marks = dict(marks) if ends else {}
        self._sums: dict[str, list[Decimal]] = {c: [Decimal(0)] for c in self._marks}
        self._rows = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that are added up: none where there is no totals row."""
        return tuple(self._marks)

    def add(self, values: Mapping[str, pa.Array], *, rows: int) -> None:
        """Add the next chunk of rows."""
        if not self._marks:
            return
        start = 0
        for end in (e - self._rows for e in self._ends[self._closed() :] if e - self._rows <= rows):
            self._add(values, start, end)
            for sums in self._sums.values():
                sums.append(Decimal(0))
            start = end
        self._add(values, start, rows)
        self._rows += rows

    def check(self, totals: list[TotalsRow]) -> list[str]:
        """Compare with the claims."""
        for sums in self._sums.values():
            sums.extend([Decimal(0)] * (len(totals) + 1 - len(sums)))
        return check_totals(totals, sums=self._sums, marks=self._marks)

    def _closed(self) -> int:
        return len(next(iter(self._sums.values()))) - 1

    def _add(self, values: Mapping[str, pa.Array], start: int, end: int) -> None:
        for column, sums in self._sums.items():
            part = pc.sum(values[column].slice(start, end - start)).as_py()
            sums[-1] += Decimal(part or 0)
