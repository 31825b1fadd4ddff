"""Puts the data rows of a sheet aside in Arrow's own format, cleaned of what is no record.

A file is parsed once: what its columns mean can only be said after the last row, so the cells wait on disk, still as
text, and memory stays flat. Rows that cannot be rows (too many cells, bytes that cannot be decoded) are rejected
here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc

from flitstack_pipeline.sources.arrow import compute as pc
from flitstack_pipeline.sources.base import RejectedRow
from flitstack_pipeline.sources.exports.cells import NUMBER, fault, shown
from flitstack_pipeline.sources.exports.encoding import readable, undecodable
from flitstack_pipeline.sources.exports.header import Layout, clean
from flitstack_pipeline.sources.exports.leftout import LABEL, LeftOut, judge
from flitstack_pipeline.sources.exports.ragged import mend, raw_cells
from flitstack_pipeline.sources.exports.table import Block, Fault, Row, Sheet

_ROW = "_row"
_EPOCH_1904 = 1462
"""Days between the two epochs that spreadsheets count from."""

Keep = Callable[[Sequence[RejectedRow]], None]


@dataclass(frozen=True)
class Spooled:
    """One sheet's data rows: columns by their name in the extract (cells as text), and `_row`."""

    sheet: Sheet
    layout: Layout
    path: Path
    rows: int
    rejected: int
    left_out: LeftOut
    fills_down: bool

    @property
    def marked(self) -> bool:
        """Whether cells may have the marks of `cells`."""
        return self.sheet.marked or self.fills_down

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows back; `columns` limits what is read (`_row` always comes)."""
        with pa.memory_map(str(self.path)) as source:
            names = ipc.open_file(source).schema.names
            wanted = None if columns is None else [i for i, n in enumerate(names) if n in columns or n == _ROW]
            reader = ipc.open_file(source, options=ipc.IpcReadOptions(included_fields=wanted))
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)

    def batch_at(self, number: int) -> pa.RecordBatch:
        """Read one batch back."""
        with pa.memory_map(str(self.path)) as source:
            return ipc.open_file(source).get_batch(number)


class Spooler:
    """Spools one sheet. `fill_down`: columns whose empty cells take the value above. `day_columns`: those of dates."""

    def __init__(
        self,
        sheet: Sheet,
        layout: Layout,
        *,
        path: Path,
        keep: Keep,
        key: Sequence[str],
        fill_down: Sequence[str] = (),
        day_columns: Sequence[str] = (),
    ) -> None:
        self._sheet = sheet
        self._layout = layout
        self._path = path
        self._keep = keep
        self._fill_down = [c.name for c in layout.columns if c.name in fill_down]
        self._day_columns = [c.name for c in layout.columns if c.name in day_columns] if sheet.epoch_1904 else []
        self._key = next((c.index for c in layout.columns if [c.name] == list(key)), None)
        self._last: dict[str, str | None] = {}
        self._left_out = LeftOut()
        self._rows = self._rejected = 0
        self._indexes = [c.index for c in layout.columns]
        self._schema = pa.schema([*((c.name, pa.string()) for c in layout.columns), (_ROW, pa.int64())])

    def run(self, see: Callable[[pa.RecordBatch], None]) -> Spooled:
        """Read the sheet to its end; `see` is shown every batch."""
        options = ipc.IpcWriteOptions(compression="lz4")
        with pa.OSFile(str(self._path), "wb") as sink, ipc.new_file(sink, self._schema, options=options) as writer:
            for block in self._sheet.read():
                batch = self._batch(block)
                if batch is not None and batch.num_rows:
                    see(batch)
                    writer.write_batch(batch)
                    self._rows += batch.num_rows
        return Spooled(
            self._sheet, self._layout, self._path, self._rows, self._rejected, self._left_out, bool(self._fill_down)
        )

    def _batch(self, block: Block) -> pa.RecordBatch | None:
        skip = max(0, self._layout.data_row - block.first)
        first = block.first + skip
        rows = block.rows[skip:] if skip else block.rows
        if not rows or not self._indexes:
            return None
        numbers = np.arange(first, first + len(rows), dtype=np.int64)
        mended = mend(rows, self._layout, first=first)
        self._left_out.short += mended.short
        self._left_out.long_but_empty += mended.long_but_empty
        void = mended.void
        table = list(zip(*mended.rows, strict=True))
        cells = [table[i] for i in self._indexes]
        try:
            arrays = [pa.array(c, pa.string()) for c in cells]
        except UnicodeEncodeError:
            arrays = self._decodable(mended.rows, void)
        arrays = [_blank_to_null(a) for a in arrays]
        keep = self._records(arrays, numbers, frozenset(void))
        for index, (reason, row) in sorted(void.items()):
            self._reject(int(numbers[index]), reason, row)
        batch = pa.RecordBatch.from_arrays([*arrays, pa.array(numbers)], schema=self._schema)
        if self._fill_down:
            batch, keep = self._filled_down(batch, keep, void=list(void))
        if not keep.all():
            batch = batch.filter(pa.array(keep))
        return self._shift_days(batch)

    def _decodable(self, rows: list[Sequence[str | None]], void: dict[int, tuple[str, Row]]) -> list[pa.StringArray]:
        """Take out the rows with bytes that the file's encoding does not know."""
        columns = [[row[i] for row in rows] for i in self._indexes]
        for index, row in enumerate(rows):
            wrong = next(((i, bad) for i in self._indexes if (cell := row[i]) and (bad := undecodable(cell))), None)
            if wrong is not None:
                header = self._layout.headers[wrong[0]]
                encoding = self._sheet.encoding.split(" ")[0].strip(",")
                void[index] = (f"has bytes in “{header}” that are not {encoding}: {wrong[1]}", list(row))
                for column in columns:
                    column[index] = None
        return [pa.array(c, pa.string()) for c in columns]

    def _reject(self, number: int, reason: str, row: Row) -> None:
        self._rejected += 1
        key = None
        if not isinstance(row, Fault) and self._key is not None and self._key < len(row):
            key = readable(shown(row[self._key])).strip() or None
        value = "" if not isinstance(row, Fault) or self._layout.withheld else readable(row.text)[:500]
        raw = raw_cells(row, self._layout)
        rejected = RejectedRow(
            source_id=key, file=self._sheet.name, row=number, column="", value=value, reason=reason, raw=raw
        )
        self._keep([rejected])

    def _records(self, arrays: list[pa.StringArray], numbers: np.ndarray, void: frozenset[int]) -> np.ndarray:
        """Tell records from blank rows and, below a header row, from totals, footers and headers that come again."""
        first = pc.coalesce(*arrays)
        keep = pc.is_valid(first).to_numpy(zero_copy_only=False).copy()
        self._left_out.blank += len(keep) - int(keep.sum()) - len(void)
        if self._layout.header_row == 0:
            return keep
        header = next((clean(c.header) for c in self._layout.columns if c.header), "")
        candidates = pc.or_(pc.match_substring_regex(first, LABEL), pc.equal(first, header))
        for index in pc.indices_nonzero(candidates).to_pylist() if candidates.true_count else ():
            texts = [(c.name, a[index].as_py()) for c, a in zip(self._layout.columns, arrays, strict=True)]
            after = self._rows + int(np.count_nonzero(keep[:index]))
            rejected = self._rejected + sum(i < index for i in void)
            if self._leave_out(
                [(n, t) for n, t in texts if t is not None], row=int(numbers[index]), after=after, rejected=rejected
            ):
                keep[index] = False
        return keep

    def _leave_out(self, cells: list[tuple[str, str]], *, row: int, after: int, rejected: int) -> bool:
        header = [clean(c.header) for c in self._layout.columns if c.header]
        if len(cells) > 1 and [clean(text) for _, text in cells] == header:
            self._left_out.headers.append(row)
            return True
        verdict = judge(cells, row=row, after=after, rejected=rejected)
        if verdict is None:
            return False
        if isinstance(verdict, str):
            self._left_out.footers.append((row, verdict))
        else:
            self._left_out.totals.append(verdict)
        return True

    def _filled_down(
        self, batch: pa.RecordBatch, keep: np.ndarray, *, void: list[int]
    ) -> tuple[pa.RecordBatch, np.ndarray]:
        """Give empty cells the value of the record above. Below a rejected row it is unknown, and said to be."""
        rejected = np.zeros(len(keep), dtype=bool)
        rejected[void] = True
        rows = keep | rejected
        batch, keep = batch.filter(pa.array(rows)), keep[rows]
        unknown = fault("stands in a row above that was rejected", "")
        for name in self._fill_down:
            cells = pc.if_else(pa.array(rejected[rows]), unknown, batch.column(name))
            filled = pc.fill_null_forward(cells)
            if (last := self._last.get(name)) is not None:
                filled = pc.fill_null(filled, last)
            batch = batch.set_column(batch.schema.get_field_index(name), name, filled)
            if len(filled):
                self._last[name] = filled[-1].as_py()
        return batch, keep

    def _shift_days(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """In a workbook that counts days from 1904, bring plain numbers under dates to the epoch of all others."""
        for name in self._day_columns:
            cells = batch.column(name).to_pylist()
            shifted = [f"{NUMBER}{float(c[1:]) + _EPOCH_1904:.10f}" if c and c[0] == NUMBER else c for c in cells]
            batch = batch.set_column(batch.schema.get_field_index(name), name, pa.array(shifted, pa.string()))
        return batch


def _blank_to_null(cells: pa.StringArray) -> pa.StringArray:
    blank = pc.or_(pc.equal(pc.binary_length(cells), 0), pc.utf8_is_space(cells))
    return pc.if_else(blank, pa.scalar(None, pa.string()), cells) if pc.any(blank).as_py() else cells
