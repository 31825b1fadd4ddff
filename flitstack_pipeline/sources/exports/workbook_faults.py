"""Finds XLSX cells that have no value and yet are not empty: errors, and formulas without a stored result."""

import re
import zipfile
from typing import IO

from lxml import etree  # type: ignore[attr-defined]  # a C module without stubs

from flitstack_pipeline.sources.exports.cells import fault
from flitstack_pipeline.sources.exports.items import Item

_SUSPECT = re.compile(rb"""<(?:\w+:)?f[ >/]|\bt=["']e["']""")

Faults = dict[tuple[int, int], str]
"""0-based row and column to the text of the cell, made by `cells.fault`."""


def find_faults(item: Item, tab: str) -> Faults:
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
    sheets = etree.fromstring(archive.read("xl/workbook.xml"), parser).iter("{*}sheet")
    wanted = next((_relation_id(s) for s in sheets if s.get("name") == tab), None)
    for relation in etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser):
        if wanted is not None and relation.get("Id") == wanted:
            target = str(relation.get("Target"))
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return path if path in names else None
    return None


def _relation_id(sheet: etree._Element) -> str | None:
    return next((str(value) for name, value in sheet.attrib.items() if str(name).endswith("}id")), None)


def _is_suspect(archive: zipfile.ZipFile, path: str) -> bool:
    """Search the bytes first: parsing costs ten times as much, and most exports have neither formulas nor errors."""
    tail = b""
    with archive.open(path) as stream:
        while block := stream.read(1 << 20):
            if _SUSPECT.search(tail + block):
                return True
            tail = block[-16:]
    return False


def _search(xml: IO[bytes]) -> Faults:
    faults: Faults = {}
    row = column = -1
    events = etree.iterparse(xml, events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=True)
    for event, element in events:
        tag = str(element.tag).rpartition("}")[2]
        if event == "start":
            if tag == "row":
                row, column = int(element.get("r") or row + 2) - 1, -1
            elif tag == "c":
                column = _column(element.get("r"), otherwise=column + 1)
        elif tag == "c":
            value = element.findtext("{*}v")
            if element.get("t") == "e":
                faults[row, column] = fault(f"is the spreadsheet error {value}", value or "#ERROR")
            elif element.find("{*}f") is not None and not value and element.get("t") != "str":
                reason = "is a formula without a stored result: open the file in a spreadsheet program and save it"
                faults[row, column] = fault(reason, "=" + (element.findtext("{*}f") or ""))
        elif tag == "row":
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
