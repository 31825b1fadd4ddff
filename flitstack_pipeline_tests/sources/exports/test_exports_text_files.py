"""Encodings, separators and shapes of CSV files."""

import codecs

import pytest

from flitstack_pipeline.errors import SourceError

TEXT = "id,name\r\n1,Zoë Müller\r\n2,देवनागरी\r\n"


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        (TEXT.encode(), "UTF-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "UTF-8 with byte order mark"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "UTF-16-LE with byte order mark"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16-BE with byte order mark"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "UTF-32-LE with byte order mark"),
        (TEXT.replace("देवनागरी", "Ana").encode("utf-16-le"), "UTF-16-LE (no byte order mark: told by its NUL bytes)"),
        (TEXT.replace("देवनागरी", "Ana").encode("utf-16-be"), "UTF-16-BE (no byte order mark: told by its NUL bytes)"),
    ],
)
def test_encoding_is_found_and_stated(export, content, stated):
    result = export.csv(content)
    assert result.column("name")[0] == "Zoë Müller"
    assert result.column("name")[1] in ("देवनागरी", "Ana")
    assert result.file.encoding == stated


def test_cp1252_is_assumed_and_shown_by_an_example(export):
    result = export.csv("id,name\n1,Plain\n2,“Zoë’s” – €5\n".encode("cp1252"))
    assert result.column("name") == ["Plain", "“Zoë’s” – €5"]
    assert result.file.encoding == "cp1252 (assumed, the file is not UTF-8; it reads ““Zoë’s””)"


def test_encoding_is_decided_on_all_bytes_not_on_the_first(export):
    rows = "".join(f"{i},plain\n" for i in range(300_000))
    result = export.csv(b"id,name\n" + rows.encode() + "x,Zoë\n".encode("cp1252"))
    assert result.rows[-1]["name"] == "Zoë"
    assert result.file.encoding.startswith("cp1252")


def test_multibyte_character_across_a_block_border_is_utf8(export):
    padding = "x" * ((1 << 20) - len("id,name\n1,") - 1)
    result = export.csv(f"id,name\n1,{padding}ë\n")
    assert result.file.encoding == "UTF-8"


def test_byte_that_cp1252_does_not_know_rejects_its_row(export):
    result = export.csv(b"id,name\n1,ok \xe9\n2,bad \x81\n")
    assert result.column("id") == ["1"]
    (reject,) = result.rejects
    assert (reject.source_id, reject.row) == ("2", 3)
    assert reject.reason == "has bytes in “name” that are not cp1252: 0x81"
    assert reject.raw == {"id": "2", "name": "bad \\x81"}


def test_damaged_byte_in_a_utf8_file_rejects_its_row_only(export):
    result = export.csv("id,name\n1,Zoë\n2,Jürgen\n3,".encode() + b"\xc3\n4,Ana\n")
    assert result.column("name") == ["Zoë", "Jürgen", "Ana"]
    assert result.rejects[0].reason == "has bytes in “name” that are not UTF-8: 0xC3"
    assert result.file.encoding == "UTF-8, but 1 bytes are not: their rows are rejected"


def test_damaged_byte_in_utf16(export):
    content = codecs.BOM_UTF16_LE + "id,name\n1,ok\n2,x".encode("utf-16-le") + b"\x00\xd8" + "y\n".encode("utf-16-le")
    result = export.csv(content)
    assert result.column("id") == ["1"]
    assert result.rejects[0].row == 3


def test_nul_characters_are_left_out_and_said(export):
    result = export.csv(b"id,name\n1,A\x00na and a long enough text so that NULs are few\n")
    assert result.column("name") == ["Ana and a long enough text so that NULs are few"]
    assert "1 NUL characters left out" in result.said


@pytest.mark.parametrize(("separator", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_separator_is_found(export, separator, name):
    rows = [["id", "name", "note"], ["1", "Ana", '"a, b; c | d"'], ["2", "Bo", ""]]
    result = export.csv("\n".join(separator.join(r) for r in rows))
    assert result.column("note") == ["a, b; c | d", None]
    assert result.file.separator == name


def test_separator_is_told_by_known_headers_where_counts_mislead(export):
    result = export.csv("id;full name\n1;Smith, Ana, Dr\n2;Jones, Bo, Mr\n3;Lee, Cy, Ms\n", {"full_name": "text"})
    assert result.column("full_name") == ["Smith, Ana, Dr", "Jones, Bo, Mr", "Lee, Cy, Ms"]


def test_sep_line_names_the_separator_and_is_no_row(export):
    result = export.csv("sep=;\r\nid;name\r\n1;Ana\r\n")
    assert result.rows[0]["name"] == "Ana"
    assert result.rows[0]["_row"] == 2
    assert "first line “sep=;” names the separator and is not counted as a row" in result.said


def test_line_breaks_in_cells_stay_and_do_not_count_as_rows(export):
    result = export.csv('id,note\r\n1,"one\r\ntwo\nthree"\r\n2,"say ""hi"""\r\n')
    assert result.column("note") == ["one\r\ntwo\nthree", 'say "hi"']
    assert result.column("_row") == [2, 3]


def test_blank_rows_are_left_out_but_counted_as_rows(export):
    result = export.csv("id,name\n1,Ana\n\n , \n2,Bo\n")
    assert result.column("_row") == [2, 5]
    assert "blank rows: 2" in result.said


def test_row_with_too_many_cells_is_rejected_never_shifted(export):
    result = export.csv("id,name,city\n1,Smith, Ana,Perth\n2,Bo,Cairns\n3,Cy,Darwin,,\n")
    assert result.column("city") == ["Cairns", "Darwin"]
    (reject,) = result.rejects
    assert reject.reason == "has 4 cells, the header has 3: a separator stands unquoted in a cell"
    assert (reject.file, reject.row, reject.source_id) == ("things.csv", 2, "1")
    assert reject.raw == {"id": "1", "name": "Smith", "city": " Ana", "cell 4": "Perth"}
    assert "rows with empty cells beyond the header, left out: 1" in result.said


def test_row_that_ends_early_has_empty_cells_at_its_end_and_it_is_said(export):
    result = export.csv("id,name,city\n1,Ana\n2,Bo,Cairns\n")
    assert result.rows[0]["city"] is None
    assert "rows that end early, their last cells read as empty: 1" in result.said


def test_row_broken_in_two_by_an_unquoted_line_break_is_rejected(export):
    result = export.csv("id,name,street,city\n1,Ana,12 Main\nStreet,Perth\n2,Bo,1 Low Road,Cairns\n")
    assert result.column("id") == ["2"]
    assert [r.row for r in result.rejects] == [2, 3]
    assert result.rejects[0].reason == (
        "ends early, and with row 3 it would make one: a line break stands unquoted in a cell"
    )


def test_quote_that_is_never_closed_is_named(export):
    with pytest.raises(SourceError) as caught:
        export.csv('id,note\n1,fine\n2,"never closed\n3,swallowed\n4,too\n')
    assert "things.csv, row 3, cell 2: a quote is opened before “never closed 3,swallowed 4,too”" in str(caught.value)
    assert "never closed: 3 lines would become one cell" in str(caught.value)


def test_file_that_ends_at_a_block_border(export):
    result = export.csv("id\n" + "".join(f"{i}\n" for i in range(4_999)))
    assert result.extract.rows == 4_999


def test_more_rows_than_a_block(export):
    result = export.csv("id,n\n" + "".join(f"{i},{i}\n" for i in range(12_345)), {"n": "integer"})
    assert result.column("n") == list(range(12_345))
    assert result.column("_row") == list(range(2, 12_347))


def test_old_mac_line_ends(export):
    assert export.csv("id,name\r1,Ana\r2,Bo\r").column("name") == ["Ana", "Bo"]


def test_empty_file_of_an_object_is_an_error_that_says_what_to_do(export):
    with pytest.raises(SourceError, match=r"things\.csv: is empty \(0 bytes\) \(export it again, or take it out"):
        export.csv(b"")


def test_header_alone_gives_no_rows(export):
    result = export.csv("id,name\n", {"name": "text"})
    assert (result.extract.rows, result.extract.rejected) == (0, 0)
