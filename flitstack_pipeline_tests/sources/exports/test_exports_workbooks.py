"""XLSX workbooks and the files that only claim to be XLS."""

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from flitstack_pipeline.errors import SourceError


def workbook(rows, *, title="Data", hidden=(), epoch=None, sheets=None):
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for name, more in (sheets or {}).items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def edited(content, member, change):
    """Change one member of a workbook, as programs other than openpyxl would have written it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == member else data)
    return out.getvalue()


COLUMNS = {
    "id": "id",
    "name": "text",
    "amount": "decimal",
    "paid": "date",
    "at": "datetime",
    "ok": "boolean",
    "n": "integer",
}


def test_cells_keep_their_types(export):
    export.settings["timezone"] = "Australia/Sydney"
    row = [123456, 42, 0.1 + 0.2, dt.date(2024, 4, 3), dt.datetime(2024, 6, 25, 10, 0), True, 7]
    export.file("things.xlsx", workbook([list(COLUMNS), row]))
    result = export.read(COLUMNS)
    got = result.rows[0]
    assert (got["id"], got["name"], got["amount"], got["n"], got["ok"]) == ("123456", "42", Decimal("0.3"), 7, True)
    assert got["paid"] == dt.date(2024, 4, 3)
    assert got["at"] == dt.datetime(2024, 6, 25, tzinfo=dt.UTC)
    assert (result.file.file, result.file.format, got["_row"]) == ("things.xlsx", "workbook", 2)


def test_number_with_more_digits_than_a_spreadsheet_keeps_is_rejected(export):
    export.file(
        "things.xlsx",
        workbook([["id", "imei"], ["1", 358240051111110000], ["2", "358240051111110"], ["3", 358240051111110]]),
    )
    result = export.read({"imei": "text"})
    assert result.column("imei") == ["358240051111110", "358240051111110"]
    reject = result.rejects[0]
    assert (reject.row, reject.column, reject.value) == (2, "imei", "358240051111110000")
    assert reject.reason == "has more than 15 digits, and a spreadsheet keeps no more: the last ones are lost"


def test_row_numbers_count_from_the_top_of_the_sheet(export):
    export.file("things.xlsx", workbook([[], ["Report"], [], ["id", "name"], [1, "Ana"], [], [2, "Bo"]]))
    result = export.read()
    assert result.column("_row") == [5, 7]
    assert result.file.header_row == 4


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_dates_of_both_epochs(export, epoch):
    serial = 45376 - (1462 if epoch else 0)
    export.file("things.xlsx", workbook([["id", "real", "plain"], [1, dt.date(2024, 3, 25), serial]], epoch=epoch))
    result = export.read({"real": "date", "plain": "date"})
    assert result.rows[0]["real"] == result.rows[0]["plain"] == dt.date(2024, 3, 25)


def test_hidden_sheets_are_left_out_and_said(export):
    content = workbook([["id"], [1]], hidden=["Old"], sheets={"Old": [["id"], [99]], "Notes": [["see"], ["x"]]})
    export.file("things.xlsx", content)
    result = export.read()
    assert result.column("id") == ["1"]
    assert result.file.file == "things.xlsx!Data"
    assert "hidden sheet left out: “Old”" in result.said
    assert "sheet left out, it lacks required columns: “things.xlsx!Notes”" in result.said


def test_all_sheets_with_the_columns_are_read(export):
    export.file("things.xlsx", workbook([["id"], [1]], title="2023", sheets={"2024": [["id"], [2]]}))
    assert [(r["_id"], r["_file"]) for r in export.read().rows] == [
        ("1", "things.xlsx!2023"),
        ("2", "things.xlsx!2024"),
    ]


def test_workbook_with_a_sheet_per_object(export):
    content = workbook([["id"], [1]], title="Things", sheets={"Others": [["key"], [2]], "Readme": [["hello"]]})
    export.file("export 2024.xlsx", content)
    source = export.source({"thing": {"files": "things", "key": "id"}, "other": {"files": "others", "key": "key"}})
    assert source.extract("thing", into=export.into).files[0].file == "export 2024.xlsx!Things"
    assert source.extract("other", into=export.into).rows == 1
    assert [f.file for f in source.files() if f.object is None] == ["export 2024.xlsx!Readme"]


def test_formula_without_a_result_is_rejected_not_empty(export):
    export.file("things.xlsx", workbook([["id", "amount"], [1, "=2*3"], [2, 5]]))
    result = export.read({"amount": "decimal"})
    assert result.column("amount") == [Decimal(5)]
    assert result.rejects[0].value == "=2*3"
    assert result.rejects[0].reason == (
        "is a formula without a stored result: open the file in a spreadsheet program and save it"
    )


def test_formula_with_a_result_is_its_result(export):
    content = workbook([["id", "amount"], [1, "=2*3"]])
    empty = re.compile(rb"<f>2\*3</f><v ?/>|<f>2\*3</f><v></v>")
    content = edited(content, "xl/worksheets/sheet1.xml", lambda xml: empty.sub(b"<f>2*3</f><v>6</v>", xml))
    assert export_amount(export, content) == [Decimal(6)]


def export_amount(export, content):
    export.file("things.xlsx", content)
    return export.read({"amount": "decimal"}).column("amount")


def test_error_value_is_rejected_not_empty(export):
    export.file("things.xlsx", workbook([["id", "amount"], [1, "#REF!"], [2, "#N/A"], [3, 1]]))
    result = export.read({"amount": "decimal"})
    assert result.column("_id") == ["3"]
    assert [r.reason for r in result.rejects] == ["is the spreadsheet error #REF!", "is the spreadsheet error #N/A"]


def test_totals_in_a_workbook(export):
    export.file("things.xlsx", workbook([["id", "amount"], [1, 10.5], [2, 4.5], ["Total", 16]]))
    result = export.read({"amount": "decimal"})
    assert "WARNING: row 4 says “Total”, amount 16; the rows above it add up to 15" in result.said


def test_header_of_two_rows_in_a_workbook(export):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Customer", None, "Site"])
    sheet.append(["ID", "Name", "City"])
    sheet.merge_cells("A1:B1")
    sheet.append([1, "Ana", "Perth"])
    out = io.BytesIO()
    book.save(out)
    export.file("things.xlsx", out.getvalue())
    row = export.read(
        {
            "id": {"type": "id", "aliases": ["Customer ID"]},
            "city": {"aliases": ["Site City"]},
            "name": {"aliases": ["Customer Name"]},
        }
    ).rows[0]
    assert (row["id"], row["name"], row["city"]) == ("1", "Ana", "Perth")


def test_damaged_workbook_is_named(export):
    content = workbook([["id"], [1]])
    export.file("things.xlsx", edited(content, "xl/workbook.xml", lambda xml: xml[:50]))
    with pytest.raises(SourceError, match=r"things\.xlsx: cannot be read as a workbook"):
        export.read()


def test_xls_that_is_html(export):
    content = """<html><head><meta charset="utf-8"><style>td{}</style></head><body><table border=1>
    <tr><th colspan=2>Thing</th><th rowspan=2>City</th></tr><tr><th>ID</th><th>Name</th></tr>
    <tr><td style='mso-number-format:"\\@"'>00123</td><td>Ana<br>Maria &amp; Bo</td><td>Perth&nbsp;</td></tr>
    </table></body></html>"""
    export.file("things.xls", content)
    result = export.read(
        {"id": {"type": "id", "aliases": ["Thing ID"]}, "name": {"aliases": ["Thing Name"]}, "city": "id"}
    )
    row = result.rows[0]
    assert (row["id"], row["name"], row["city"]) == ("00123", "Ana\nMaria & Bo", "Perth")
    assert (result.file.format, row["_row"]) == ("HTML table", 3)


def test_html_with_bytes_that_are_no_utf8(export):
    export.file(
        "things.xls",
        b"<table><tr><td>id</td><td>n</td></tr><tr><td>1</td><td>Zo\xeb</td></tr><tr><td>2</td><td>\x81</td></tr></table>",
    )
    result = export.read()
    assert result.column("n") == ["Zoë"]
    assert result.rejects[0].reason == "has bytes in “n” that are not cp1252: 0x81"


def test_html_without_a_table_is_an_error(export):
    export.file("things.xls", "<html><body>Session expired, log in</body></html>")
    with pytest.raises(SourceError, match="is HTML without a table in it"):
        export.read()


def test_xls_that_is_tab_separated(export):
    export.file("things.xls", "id\tname\r\n00123\tAna\r\n".encode("utf-16"))
    result = export.read()
    assert result.rows[0]["id"] == "00123"
    assert (result.file.format, result.file.separator) == ("TSV", "tab")


def test_xls_that_is_spreadsheetml(export):
    content = """<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
    xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>
    <Row><Cell><Data ss:Type="String">id</Data></Cell><Cell><Data ss:Type="String">amount</Data></Cell>
    <Cell><Data ss:Type="String">paid</Data></Cell></Row>
    <Row ss:Index="4"><Cell><Data ss:Type="String">00123</Data></Cell><Cell><Data ss:Type="Number">1234.5</Data></Cell>
    <Cell><Data ss:Type="DateTime">2024-04-03T00:00:00.000</Data></Cell></Row>
    <Row><Cell ss:Index="2"><Data ss:Type="Number">1</Data></Cell></Row></Table></Worksheet></Workbook>"""
    export.file("things.xls", content)
    result = export.read({"amount": "decimal", "paid": "date"})
    row = result.rows[0]
    assert (row["id"], row["amount"], row["paid"], row["_row"]) == ("00123", Decimal("1234.5"), dt.date(2024, 4, 3), 4)
    assert result.rejects[0].row == 5
