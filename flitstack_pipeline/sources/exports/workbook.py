"""Reads XLSX, XLS, XLSB and ODS workbooks.

calamine gives stored results, real dates (of the 1900 and the 1904 epoch) and numbers, but shows an error value and a formula
without a stored result as an empty cell. Both would be values lost without a word, so XLSX files are searched for them first.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from lxml import etree  # type: ignore[attr-defined]  # a C module without stubs
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum, ZipError

from flitstack_pipeline.errors import Problem, SourceError
from flitstack_pipeline.sources.base import BATCH_ROWS
from flitstack_pipeline.sources.exports.cells import fault, from_workbook
from flitstack_pipeline.sources.exports.items import Item
from flitstack_pipeline.sources.exports.table import Block, Sheet

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SUSPECT = re.compile(rb"""<f[ >/]|\bt=["']e["']""")

Faults = dict[tuple[int, int], str]


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
        faults = _faults(item, tab)
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

    notes = ("the workbook counts days from 1904",) if epoch_1904 else ()
    return Sheet(name=name, format="workbook", marked=True, epoch_1904=epoch_1904, notes=notes, read=read)


def _counts_from_1904(item: Item) -> bool:
    with item.seekable() as stream:
        if not zipfile.is_zipfile(stream):
            return False
        with zipfile.ZipFile(stream) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                return False
            return re.search(rb"""date1904=["'](1|true|on)["']""", archive.read("xl/workbook.xml")) is not None


def _faults(item: Item, tab: str) -> Faults:
    """Find the cells, by 0-based row and column, that calamine would show as empty although they are not."""
    with item.seekable() as stream:
        if not zipfile.is_zipfile(stream):
            return {}
        with zipfile.ZipFile(stream) as archive:
            path = _sheet_path(archive, tab)
            if path is None or not _is_suspect(archive, path):
                return {}
            with archive.open(path) as xml:
                return _search(xml)


def _sheet_path(archive: zipfile.ZipFile, tab: str) -> str | None:
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    sheets = etree.fromstring(archive.read("xl/workbook.xml"), parser).iter(f"{_MAIN}sheet")
    wanted = next((s.get(_RELATION) for s in sheets if s.get("name") == tab), None)
    for relation in etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser):
        if wanted is not None and relation.get("Id") == wanted:
            target = str(relation.get("Target"))
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return path if path in names else None
    return None


def _is_suspect(archive: zipfile.ZipFile, path: str) -> bool:
    """Search the bytes first: parsing costs ten times as much, and most exports have neither formulas nor errors."""
    tail = b""
    with archive.open(path) as stream:
        while block := stream.read(1 << 20):
            if _SUSPECT.search(tail + block):
                return True
            tail = block[-16:]
    return False


def _search(xml: BinaryIO) -> Faults:
    faults: Faults = {}
    row = column = -1
    events = etree.iterparse(xml, events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=True)
    for event, element in events:
        if event == "start":
            if element.tag == f"{_MAIN}row":
                row, column = int(element.get("r") or row + 2) - 1, -1
            elif element.tag == f"{_MAIN}c":
                column = _column(element.get("r"), otherwise=column + 1)
        elif element.tag == f"{_MAIN}c":
            value = element.findtext(f"{_MAIN}v")
            if element.get("t") == "e":
                faults[row, column] = fault(f"is the spreadsheet error {value}", value or "#ERROR")
            elif element.find(f"{_MAIN}f") is not None and not value and element.get("t") != "str":
                reason = "is a formula without a stored result: open the file in a spreadsheet program and save it"
                faults[row, column] = fault(reason, "=" + (element.findtext(f"{_MAIN}f") or ""))
        elif element.tag == f"{_MAIN}row":
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return faults


def _column(reference: str | None, *, otherwise: int) -> int:
    letters = "".join(c for c in reference or "" if c.isalpha()).upper()
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1 if letters else otherwise
