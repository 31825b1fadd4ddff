"""Reads the `.xls` files that are in truth HTML tables or SpreadsheetML 2003.

Web applications offer both as "Excel export". Their cells are texts as far as we are concerned; only SpreadsheetML
says of a cell that it is a number or a date.
"""

import datetime as dt
import re
from collections.abc import Iterator

from lxml import (
    etree,  # type: ignore[attr-defined]  # a C module without stubs
    html,
)

from flitstack_pipeline.errors import Problem, SourceError
from flitstack_pipeline.sources.base import BATCH_ROWS
from flitstack_pipeline.sources.exports.cells import FLAG, MOMENT, NUMBER
from flitstack_pipeline.sources.exports.encoding import ERRORS, Encoding
from flitstack_pipeline.sources.exports.items import Item
from flitstack_pipeline.sources.exports.table import Block, Sheet

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_BREAK = "\u2028"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def looks_like_markup(text: str) -> str | None:
    """Tell "HTML" or "SpreadsheetML" from the start of a text; None if it is neither."""
    start = text.lstrip("\ufeff \t\r\n").lower()
    if not start.startswith("<"):
        return None
    if "urn:schemas-microsoft-com:office:spreadsheet" in start and "<html" not in start:
        return "SpreadsheetML"
    return "HTML" if re.search(r"<(html|table|!doctype html|head|body|meta|style|tr)\b", start) else None


def markup_sheets(item: Item, encoding: Encoding, kind: str) -> list[Sheet]:
    """Make the sheets of an HTML (one: all its tables below each other) or SpreadsheetML file (one per worksheet)."""
    with item.open() as stream:
        stream.read(encoding.skip)
        text = stream.read().decode(encoding.codec, ERRORS).replace("\0", "")
    text = _DECLARATION.sub("", text)
    if kind == "HTML":
        rows = _html_rows(item.name, text)
        return [_sheet(item.name, f"{kind} table", encoding, rows, marked=False)]
    tables = _workbook_rows(item.name, text)
    named = [(item.name if len(tables) == 1 else f"{item.name}!{n}", rows) for n, rows in tables]
    return [_sheet(n, kind, encoding, rows, marked=True) for n, rows in named]


def _sheet(name: str, kind: str, encoding: Encoding, rows: list[list[str | None]], *, marked: bool) -> Sheet:
    def read() -> Iterator[Block]:
        for start in range(0, len(rows), BATCH_ROWS):
            yield Block(start + 1, list(rows[start : start + BATCH_ROWS]))

    return Sheet(name=name, format=kind, encoding=encoding.stated, marked=marked, read=read)


def _html_rows(name: str, text: str) -> list[list[str | None]]:
    # Bytes that could not be decoded are lone surrogates, which lxml refuses: as private use characters they pass.
    text = re.sub("[\ud800-\udfff]", lambda m: chr(0xF0000 + ord(m.group())), text)
    document = html.document_fromstring(text, parser=html.HTMLParser(huge_tree=True, no_network=True))
    rows: list[list[str | None]] = []
    for table in document.iter("table"):
        if next(table.iterancestors("table"), None) is None:
            rows.extend(_table_rows(table))
    if not rows:
        raise SourceError([Problem(name, "is HTML without a table in it", "export the file again as CSV or XLSX")])
    return rows


def _table_rows(table: html.HtmlElement) -> Iterator[list[str | None]]:
    below: dict[int, int] = {}
    for tr in table.iter("tr"):
        if next(tr.iterancestors("table"), None) is not table:
            continue
        row: list[str | None] = []
        for cell in tr:
            if cell.tag not in ("td", "th"):
                continue
            _skip_covered(row, below)
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            if height > 1:
                below.update({len(row) + i: height for i in range(width)})
            row.extend([_cell_text(cell), *[None] * (width - 1)])
        _skip_covered(row, below)
        below = {column: left - 1 for column, left in below.items() if left > 1}
        yield row


def _skip_covered(row: list[str | None], below: dict[int, int]) -> None:
    """Leave the cells empty that a taller cell of a row above covers."""
    while len(row) in below:
        row.append(None)


def _span(cell: html.HtmlElement, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return max(1, min(int(value), 1000)) if value.isdecimal() else 1


def _cell_text(cell: html.HtmlElement) -> str | None:
    for line_break in cell.iter("br"):
        line_break.tail = _BREAK + (line_break.tail or "")
    text = " ".join(cell.text_content().split(" ")).strip()
    lines = [re.sub(r"[ \t\r\n]+", " ", line).strip() for line in text.split(_BREAK)]
    joined = "\n".join(lines).strip("\n")
    return re.sub("[\U000fd800-\U000fdfff]", lambda m: chr(ord(m.group()) - 0xF0000), joined) or None


def _workbook_rows(name: str, text: str) -> list[tuple[str, list[list[str | None]]]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(text, parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError([Problem(name, f"is damaged SpreadsheetML: {error}", "export the file again")]) from error
    sheets = []
    for worksheet in root.iter(f"{_SS}Worksheet"):
        rows: list[list[str | None]] = []
        for row in worksheet.iter(f"{_SS}Row"):
            if index := row.get(f"{_SS}Index"):
                rows.extend([] for _ in range(int(index) - 1 - len(rows)))
            rows.append(_workbook_row(row))
        sheets.append((worksheet.get(f"{_SS}Name") or "", rows))
    return sheets


def _workbook_row(row: etree._Element) -> list[str | None]:
    cells: list[str | None] = []
    for cell in row.iter(f"{_SS}Cell"):
        if index := cell.get(f"{_SS}Index"):
            cells.extend([None] * (int(index) - 1 - len(cells)))
        data = cell.find(f"{_SS}Data")
        cells.append(None if data is None else _workbook_cell("".join(data.itertext()), data.get(f"{_SS}Type")))
        cells.extend([None] * int(cell.get(f"{_SS}MergeAcross") or 0))
    return cells


def _workbook_cell(text: str, kind: str | None) -> str | None:
    if not text:
        return None
    if kind == "Number":
        return NUMBER + text
    if kind == "DateTime":
        moment = dt.datetime.fromisoformat(text)
        return MOMENT + (moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(sep=" "))
    if kind == "Boolean":
        return FLAG + ("true" if text == "1" else "false")
    return text
