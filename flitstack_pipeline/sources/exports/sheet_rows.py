"""Converts the spooled rows of one sheet and writes them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa

from flitstack_pipeline.sources.arrow import compute as pc
from flitstack_pipeline.sources.base import ARROW_TYPES, FileFinding, RejectedRow
from flitstack_pipeline.sources.exports.cells import shown
from flitstack_pipeline.sources.exports.columns import ColumnReader, Converted
from flitstack_pipeline.sources.exports.keys import Keys, KeySpec, Place, join_key
from flitstack_pipeline.sources.exports.manifest import Manifest, row_warning
from flitstack_pipeline.sources.exports.spool import Spooled
from flitstack_pipeline.sources.exports.sums import SegmentSums
from flitstack_pipeline.sources.writing import ExtractWriter

_EARLIER_BATCHES = 8


class ObjectColumns(Protocol):
    """What is known of an object once its columns are settled."""

    name: str
    key: KeySpec
    readers: dict[str, ColumnReader]

    def numeric_marks(self) -> Mapping[str, str]:
        """Numeric column to its decimal mark."""
        ...


class SheetRows:
    """Second pass over one sheet: every row goes to the extract or to the rejects."""

    def __init__(
        self, whole: ObjectColumns, spooled: Sequence[Spooled], number: int, *, keys: Keys, writer: ExtractWriter
    ) -> None:
        self._whole = whole
        self._all = spooled
        self._number = number
        self._sheet = spooled[number]
        self._keys = keys
        self._writer = writer
        self._sums = SegmentSums([t.after for t in self._sheet.left_out.totals], whole.numeric_marks())
        self._earlier: dict[tuple[int, int], pa.RecordBatch] = {}
        self._present = {c.name for c in self._sheet.layout.columns}

    def write(self) -> None:
        """Convert and write all rows of the sheet."""
        for number, batch in enumerate(self._sheet.batches()):
            self._write_batch(number, batch)

    def finding(self, notes: Sequence[str], *, manifest: Manifest) -> FileFinding:
        """Say how the file was read, and where it disagrees with its own totals or the manifest."""
        sheet, left_out = self._sheet.sheet, self._sheet.left_out
        rows = self._sheet.rows + self._sheet.rejected
        warnings = self._sums.check(left_out.totals)
        if warning := row_warning(manifest, sheet.name, rows):
            warnings.append(warning)
        said = [*sheet.notes, *notes, *self._sheet.layout.notes, *left_out.notes(), *warnings]
        return FileFinding(
            file=sheet.name,
            object=self._whole.name,
            format=sheet.format,
            encoding=sheet.encoding,
            separator=sheet.separator,
            header_row=self._sheet.layout.header_row,
            rows=rows,
            skipped=tuple(said),
        )

    def _write_batch(self, number: int, batch: pa.RecordBatch) -> None:
        readers, key = self._whole.readers, self._whole.key
        converted = {c: self._convert(c, batch) for c in readers}
        self._sums.add({c: converted[c].values for c in self._sums.columns}, rows=batch.num_rows)
        rows = batch.column("_row").to_numpy()
        ids = self._keys.ids(join_key([converted[c].values for c in key.columns]))
        reasons: dict[int, list[tuple[str, str]]] = {}
        for column, result in converted.items():
            for index, reason in result.bad.items():
                reasons.setdefault(index, []).append((column, reason))
        missing = pc.is_null(ids)
        for index in pc.indices_nonzero(missing).to_pylist() if missing.true_count else ():
            if index not in reasons or not any(c in key.columns for c, _ in reasons[index]):
                empty = [c for c in key.columns if not converted[c].values[index].is_valid]
                reasons.setdefault(index, []).append(
                    (empty[0], f"is empty, and a row is known by its {' and '.join(key.columns)}")
                )
        for index, first in self._keys.earlier(ids, sheet=self._number, batch=number, rows=rows):
            reasons.setdefault(index, []).append((key.columns[0], self._same_id(batch, index, first)))
        if reasons:
            self._writer.reject([self._rejected(batch, i, reasons[i], ids=ids) for i in sorted(reasons)])
        values = [ids, pa.array([self._sheet.sheet.name] * len(ids), pa.string()), batch.column("_row")]
        values += [c.values for c in converted.values()]
        out = pa.RecordBatch.from_arrays(values, names=["_id", "_file", "_row", *converted])
        if reasons:
            keep = np.ones(len(ids), dtype=bool)
            keep[list(reasons)] = False
            out = out.filter(pa.array(keep))
        self._writer.write(out)

    def _convert(self, column: str, batch: pa.RecordBatch) -> Converted:
        reader = self._whole.readers[column]
        if column not in self._present:
            return Converted(pa.nulls(batch.num_rows, ARROW_TYPES[reader.type]), {})
        return reader.convert(batch.column(column), marked=self._sheet.marked)

    def _same_id(self, batch: pa.RecordBatch, index: int, first: Place) -> str:
        there = self._all[first.sheet]
        place = (first.sheet, first.batch)
        if place not in self._earlier:
            # Repeated rows stand near each other, so a few batches are enough.
            while len(self._earlier) >= _EARLIER_BATCHES:
                self._earlier.pop(next(iter(self._earlier)))
            self._earlier[place] = there.batch_at(first.batch)
        before = self._earlier[place].slice(first.index, 1).to_pylist()[0]
        here = batch.slice(index, 1).to_pylist()[0]
        columns = [c for c in self._whole.readers if c != "_row"]
        differing = [c for c in columns if shown(before.get(c)) != shown(here.get(c))]
        more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
        how = f"differs in {', '.join(differing[:3])}{more}" if differing else "otherwise identical"
        return f"is the same id as row {first.row} of {there.sheet.name}; {how}"

    def _rejected(
        self, batch: pa.RecordBatch, index: int, reasons: list[tuple[str, str]], *, ids: pa.StringArray
    ) -> RejectedRow:
        cells = batch.slice(index, 1).to_pylist()[0]
        (column, reason), *others = reasons
        if others:
            reason += "; also " + "; ".join(f"{c} “{shown(cells.get(c))}” {r}" for c, r in others)
        raw = {c.header or c.name: shown(cells[c.name]) for c in self._sheet.layout.columns}
        return RejectedRow(
            source_id=ids[index].as_py(),
            file=self._sheet.sheet.name,
            row=int(cells["_row"]),
            column=column,
            value=shown(cells.get(column)),
            reason=reason,
            raw=raw,
        )
