"""Reads XLSX, XLS, XLSB and ODS workbooks.

calamine gives stored results, real dates (of the 1900 and the 1904 epoch) and numbers, but shows an error value and a
formula without a stored result as an empty cell. Both would be values lost without a word, so XLSX files are searched
for them first.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum, ZipError

from flitstack_pipeline.errors import Problem, SourceError
from flitstack_pipeline.sources.base import BATCH_ROWS
from flitstack_pipeline.sources.exports.cells import from_workbook
from flitstack_pipeline.sources.exports.items import Item
from flitstack_pipeline.sources.exports.table import Block, Sheet
from flitstack_pipeline.sources.exports.workbook_faults import find_faults


@dataclass(frozen=True)
class WorkbookSheets:
    """`sheets` by the name on their tab; `hidden`: names of those that were left out."""

    sheets: dict[str, Sheet]
    hidden: tuple[str, ...]


def workbook_sheets(item: Item) -> WorkbookSheets:
    """Open a workbook. Raises SourceError for a damaged or protected one."""
    book = _open(item)
    tabs = [m for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
    visible = [m.name for m in tabs if m.visible == SheetVisibleEnum.Visible]
    hidden = tuple(m.name for m in tabs if m.visible != SheetVisibleEnum.Visible)
    epoch_1904 = _counts_from_1904(item)
    names = {tab: item.name if len(visible) == 1 else f"{item.name}!{tab}" for tab in visible}
    return WorkbookSheets(
        sheets={t: _sheet(item, book, tab=t, name=n, epoch_1904=epoch_1904) for t, n in names.items()}, hidden=hidden
    )


def _open(item: Item) -> CalamineWorkbook:
    try:
        with item.open() as stream:
            return CalamineWorkbook.from_filelike(io.BytesIO(stream.read()))
    except PasswordError as error:
        raise SourceError([Problem(item.name, "is protected by a password", "save it without one")]) from error
    except (CalamineError, ZipError) as error:
        hint = "open it in a spreadsheet program and save it as XLSX"
        raise SourceError([Problem(item.name, f"cannot be read as a workbook: {error}", hint)]) from error


def _sheet(item: Item, book: CalamineWorkbook, *, tab: str, name: str, epoch_1904: bool) -> Sheet:
    def read() -> Iterator[Block]:
        faults = find_faults(item, tab)
        rows = enumerate(book.get_sheet_by_name(tab).to_python(skip_empty_area=False))
        first = 1
        while chunk := list(islice(rows, BATCH_ROWS)):
            cells = [[from_workbook(value) for value in values] for _, values in chunk]
            for (row, column), text in faults.items():
                if first <= row + 1 < first + len(cells):
                    line = cells[row + 1 - first]
                    line.extend([None] * (column + 1 - len(line)))
                    line[column] = text
            yield Block(first, list(cells))
            first += len(chunk)

    notes = ["the workbook counts days from 1904"] if epoch_1904 else []
    if not _is_xlsx(item):
        notes.append(
            "in this kind of workbook an error value cannot be told from an empty cell: save as XLSX to have them found"
        )
    return Sheet(name=name, format="workbook", marked=True, epoch_1904=epoch_1904, notes=tuple(notes), read=read)


def _is_xlsx(item: Item) -> bool:
    with item.seekable() as stream:
        if not zipfile.is_zipfile(stream):
            return False
        with zipfile.ZipFile(stream) as archive:
            return "xl/workbook.xml" in archive.namelist()


def _counts_from_1904(item: Item) -> bool:
    with item.seekable() as stream:
        if not zipfile.is_zipfile(stream):
            return False
        with zipfile.ZipFile(stream) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                return False
            return re.search(rb"""date1904=["'](1|true|on)["']""", archive.read("xl/workbook.xml")) is not None
