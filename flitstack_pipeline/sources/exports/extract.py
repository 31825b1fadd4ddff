"""Extracts one object from its sheets: spool, settle what the columns mean, convert, write."""

import tempfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from flitstack_pipeline.errors import Problem, SourceError
from flitstack_pipeline.sources.base import ARROW_TYPES, ColumnFinding, ObjectExtract
from flitstack_pipeline.sources.exports.columns import (
    BooleanReader,
    ColumnReader,
    IdReader,
    JsonReader,
    TextReader,
)
from flitstack_pipeline.sources.exports.date_columns import DateReader
from flitstack_pipeline.sources.exports.evidence import setting_for
from flitstack_pipeline.sources.exports.header import Layout, find_layout, layout_of, missing_columns
from flitstack_pipeline.sources.exports.keys import Keys, join_key, key_spec
from flitstack_pipeline.sources.exports.manifest import NO_MANIFEST, Manifest
from flitstack_pipeline.sources.exports.number_columns import DecimalReader, IntegerReader
from flitstack_pipeline.sources.exports.sheet_rows import SheetRows
from flitstack_pipeline.sources.exports.spool import Spooled, Spooler
from flitstack_pipeline.sources.exports.table import Sheet
from flitstack_pipeline.sources.writing import ExtractWriter


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the migration file says about reading: zone of the clocks, and settled ambiguities by `object.column`."""

    timezone: str | None
    date_order: Mapping[str, str]
    decimal_mark: Mapping[str, str]


def required_columns(spec: Any) -> list[str]:
    """Columns without which a file is not this object's: those of the key, and those declared `required`."""
    declared = [n for n, c in spec.columns.items() if c.required]
    return list(dict.fromkeys([*key_spec(spec.key).columns, *declared]))


@dataclass(frozen=True)
class KeyColumn:
    """Stands for a key column that the map does not declare: an id."""

    type: str = "id"
    aliases: tuple[str, ...] = ()
    required: bool = True
    secret: bool = False


def effective_columns(spec: Any) -> dict[str, Any]:
    """Declared columns, and those of the key."""
    missing = {n: KeyColumn() for n in key_spec(spec.key).columns if n not in spec.columns}
    return {**missing, **spec.columns}


def layout_for(sheet: Sheet, spec: Any) -> Layout:
    """Find a sheet's header and columns."""
    if sheet.header is not None:
        return layout_of(sheet.header, effective_columns(spec))
    return find_layout(sheet.head(), effective_columns(spec))


def layout_problems(sheet: Sheet, layout: Layout, spec: Any) -> list[Problem]:
    """Say what a sheet lacks to be this object's."""
    if not layout.headers:
        return [
            Problem(sheet.name, "is empty: it has not even a header", "export it again, or take it out of the folder")
        ]
    return missing_columns(layout, effective_columns(spec), required_columns(spec), where=sheet.name)


class Extraction:
    """One object's way from sheets to Parquet."""

    def __init__(self, name: str, spec: Any, sheets: Sequence[Sheet], *, reading: Reading) -> None:
        self.name = name
        self._spec = spec
        self.columns = effective_columns(spec)
        self._reading = reading
        self.key = key_spec(spec.key)
        self._sheets = sheets
        self._layouts = [layout_for(s, spec) for s in sheets]
        problems = [p for s, la in zip(sheets, self._layouts, strict=True) for p in layout_problems(s, la, spec)]
        if problems:
            raise SourceError(problems)
        self._headers = self._columns()
        self.readers = {column: self._make_reader(column) for column in self._headers}

    def run(self, *, into: Path, notes: Sequence[str] = (), manifest: Manifest = NO_MANIFEST) -> ObjectExtract:
        """Extract into a folder. `notes`: what to say of the first file besides what is found here."""
        into.mkdir(parents=True, exist_ok=True)
        with (
            ExtractWriter(into, self.name) as writer,
            tempfile.TemporaryDirectory(prefix=".spool-", dir=into) as folder,
        ):
            spooled = [self._spool(i, Path(folder), writer) for i in range(len(self._sheets))]
            problems = [p for reader in self.readers.values() for p in reader.settle()]
            if problems:
                raise SourceError(problems)
            self._drop_nameless_and_empty(spooled)
            keys = self._collect_keys(spooled)
            fields = [(c, ARROW_TYPES[r.type]) for c, r in self.readers.items()]
            writer.begin(pa.schema([("_id", pa.string()), ("_file", pa.string()), ("_row", pa.int64()), *fields]))
            rows = []
            for number in range(len(spooled)):
                rows.append(SheetRows(self, spooled, number, keys=keys, writer=writer))
                rows[-1].write()
            files = [r.finding(notes if i == 0 else (), manifest=manifest) for i, r in enumerate(rows)]
            return writer.finish(columns=self._findings(), files=files)

    def _columns(self) -> dict[str, str]:
        """Name to header, declared columns first and in the order of the map; "" for declared ones that no file has."""
        headers = {n: "" for n, c in self.columns.items() if not getattr(c, "secret", False)}
        for layout in self._layouts:
            for column in layout.columns:
                headers[column.name] = headers.get(column.name) or column.header
        return headers

    def _make_reader(self, column: str) -> ColumnReader:
        spec = self.columns.get(column)
        if spec is None:
            return ColumnReader()
        if spec.type in ("decimal", "integer"):
            kind = DecimalReader if spec.type == "decimal" else IntegerReader
            setting = setting_for(self._reading.decimal_mark, self.name, column)
            return kind(object_name=self.name, column=column, setting=setting)
        if spec.type in ("date", "datetime"):
            setting = setting_for(self._reading.date_order, self.name, column)
            return DateReader(
                spec.type, object_name=self.name, column=column, setting=setting, timezone=self._reading.timezone
            )
        if spec.type == "boolean":
            return BooleanReader(tuple(spec.true_values), tuple(spec.false_values))
        return {"id": IdReader, "json": JsonReader, "text": TextReader}[spec.type]()

    def _spool(self, number: int, folder: Path, writer: ExtractWriter) -> Spooled:
        sheet, layout = self._sheets[number], self._layouts[number]
        days = [n for n, c in self.columns.items() if c.type in ("date", "datetime")]
        fill_down = tuple(getattr(self._spec, "fill_down", ()))
        spooler = Spooler(
            sheet,
            layout,
            path=folder / f"{number}.arrow",
            keep=writer.reject,
            key=self.key.columns,
            fill_down=fill_down,
            day_columns=days,
        )
        marked = sheet.marked or bool(fill_down)

        def see(batch: pa.RecordBatch) -> None:
            rows = batch.column("_row")
            for column in layout.columns:
                reader = self.readers[column.name]
                reader.see(batch.column(column.name), where=lambda i: f"row {rows[i]} of {sheet.name}", marked=marked)

        return spooler.run(see)

    def _drop_nameless_and_empty(self, spooled: list[Spooled]) -> None:
        """Leave out columns that have neither a header nor a value."""
        nameless = {c.name for la in self._layouts for c in la.columns if not c.header and not c.declared}
        for sheet in spooled:
            for batch in sheet.batches(list(nameless)) if nameless else ():
                nameless -= {
                    n for n in nameless & set(batch.schema.names) if batch.column(n).null_count < batch.num_rows
                }
        for name in nameless:
            del self.readers[name], self._headers[name]

    def _collect_keys(self, spooled: list[Spooled]) -> Keys:
        keys = Keys(numbered=self.key.numbered)
        readers = {c: deepcopy(self.readers[c]) for c in self.key.columns}
        for sheet in spooled:
            for batch in sheet.batches(self.key.columns):
                values = [readers[c].convert(batch.column(c), marked=sheet.marked).values for c in self.key.columns]
                keys.add(join_key(values))
        keys.close()
        return keys

    def numeric_marks(self) -> dict[str, str]:
        return {c: r.mark for c, r in self.readers.items() if isinstance(r, DecimalReader)}

    def _findings(self) -> list[ColumnFinding]:
        findings = []
        for name, reader in self.readers.items():
            header = self._headers[name]
            absent = name in self.columns and not header
            stated = "in none of the files" if absent else reader.stated()
            declared = name in self.columns
            findings.append(ColumnFinding(name=name, header=header, declared=declared, type=reader.type, stated=stated))
        return findings
