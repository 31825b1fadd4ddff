"""Write reports as CSV, .xls and .xlsx. No byte depends on the clock or the machine."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlwt

from gardenstate.layout import laid_out
from gardenstate.world import Table

_MOMENT = (2026, 11, 2, 18, 5, 0)
_DAY, _TIME = "mm/dd/yyyy", "mm/dd/yyyy hh:mm AM/PM"


def write_table(folder: Path, table: Table) -> None:
    """Write one table in the format that its file's name says."""
    cells, path = laid_out(table), folder / table.report.file
    if path.suffix == ".xls":
        _write_xls(path, path.stem[:31], cells)
    elif path.suffix == ".xlsx":
        _write_xlsx(path, path.stem[:31], cells)
    else:
        report = table.report
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=report.separator, lineterminator=report.line_end)
        writer.writerows([_printed(value) for value in line] for line in cells)
        path.write_bytes(text.getvalue().encode(report.encoding))


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _printed(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%m/%d/%Y %I:%M %p")
    if isinstance(value, date):
        return value.strftime("%m/%d/%Y")
    return "" if value is None else str(value)


def _write_xls(path: Path, sheet_name: str, rows: Sequence[Sequence[Any]]) -> None:
    """Excel 97-2003's own binary format, as report writers of that age make it."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(sheet_name)
    day, moment = xlwt.easyxf(num_format_str=_DAY), xlwt.easyxf(num_format_str=_TIME)
    for number, line in enumerate(rows):
        for column, value in enumerate(line):
            if value is None or value == "":
                continue
            if isinstance(value, datetime):
                sheet.write(number, column, value, moment)
            elif isinstance(value, date):
                sheet.write(number, column, value, day)
            else:
                sheet.write(number, column, value)
    out = io.BytesIO()
    book.save(out)
    path.write_bytes(out.getvalue())


def _write_xlsx(path: Path, sheet: str, rows: Sequence[Sequence[Any]]) -> None:
    """One sheet of text, numbers and dates. Empty cells are left out, as Excel does."""
    body = "".join(
        f'<row r="{number}">{"".join(_cell(number, column, value) for column, value in enumerate(cells))}</row>'
        for number, cells in enumerate(rows, start=1)
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    formats = (f'<numFmt numFmtId="164" formatCode="{_DAY}"/>', f'<numFmt numFmtId="165" formatCode="{_TIME}"/>')
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><numFmts count="2">{"".join(formats)}</numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="3"><xf numFmtId="0" xfId="0"/><xf numFmtId="164" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="165" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, date_time=_MOMENT)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, (head + content).encode("utf-8"))


def _cell(row: int, column: int, value: Any) -> str:
    place = f"{chr(ord('A') + column)}{row}"
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        days = value - datetime(1899, 12, 30)
        minutes = days.days * 1440 + days.seconds // 60
        return f'<c r="{place}" s="2"><v>{minutes / 1440:.10f}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
