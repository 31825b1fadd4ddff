"""Where the header is, and which column is which."""

import pytest

from flitstack_pipeline.errors import SourceError

COLUMNS = {"id": {"type": "id", "aliases": ["Customer ID"]}, "name": {"aliases": ["Full Name"]}, "city": {}}


def test_headers_are_compared_without_case_spaces_and_signs(export):
    result = export.csv("CUSTOMER-ID, full_name ,City:\n1,Ana,Perth\n", COLUMNS)
    row = result.rows[0]
    assert (row["id"], row["name"], row["city"]) == ("1", "Ana", "Perth")
    assert next(c.header for c in result.extract.columns if c.name == "id") == "CUSTOMER-ID"


def test_invisible_characters_in_headers_do_not_count(export):
    result = export.csv("\u200bCustomer\u00a0ID\ufeff,Full\u00a0Name\n1,Ana\n", COLUMNS)
    assert result.rows[0]["name"] == "Ana"


def test_exact_name_goes_before_alias(export):
    result = export.csv("Customer ID,id,name\nA,1,Ana\n", COLUMNS)
    assert result.rows[0]["id"] == "1"
    assert result.rows[0]["Customer ID"] == "A"


def test_undeclared_columns_are_kept_as_text_under_their_header(export):
    result = export.csv("id,UDF_Gate Code\n1,0042\n", COLUMNS)
    assert result.rows[0]["UDF_Gate Code"] == "0042"
    assert next(c.declared for c in result.extract.columns if c.name == "UDF_Gate Code") is False


def test_duplicate_headers_get_numbers_and_it_is_said(export):
    result = export.csv("id,Email,Email,name,name\n1,a@x,b@x,Ana,Bo\n", COLUMNS)
    row = result.rows[0]
    assert (row["Email"], row["Email (2)"], row["name"], row["name (2)"]) == ("a@x", "b@x", "Ana", "Bo")
    assert "a second column “Email” is called “Email (2)”" in result.said


def test_blank_header_is_kept_where_it_has_values_and_dropped_where_not(export):
    result = export.csv("id,,name,\n1,x,Ana,\n2,,Bo,\n", COLUMNS)
    assert result.column("column B") == ["x", None]
    assert "column D" not in result.rows[0]


def test_header_called_like_a_row_column(export):
    assert export.csv("id,_file\n1,x\n").rows[0]["_file (file)"] == "x"


def test_titles_above_the_header_are_left_out_and_said(export):
    result = export.csv(
        "Customer list,,\nFrom 01/01/2024,to 31/12/2024,\n,,\nCustomer ID,Full Name,City\n1,Ana,Perth\n", COLUMNS
    )
    assert result.file.header_row == 4
    assert result.column("_row") == [5]
    assert "row 1 above the header: “Customer list”" in result.said
    assert "row 2 above the header: “From 01/01/2024 to 31/12/2024”" in result.said


def test_header_of_two_rows_with_merged_cells(export):
    columns = {
        "id": {"aliases": ["Customer ID"]},
        "name": {"aliases": ["Customer Name"]},
        "street": {"aliases": ["Billing Street"]},
    }
    result = export.csv("Customer,,Billing,,Notes\nID,Name,Street,Zip,\n1,Ana,Main St,0800,hi\n", columns)
    row = result.rows[0]
    assert (row["id"], row["name"], row["street"]) == ("1", "Ana", "Main St")
    assert (row["Billing Zip"], row["Notes"]) == ("0800", "hi")
    assert result.file.header_row == 2
    assert "header of two rows (1 and 2)" in result.said


def test_missing_required_column_names_file_headers_and_nearest(export):
    with pytest.raises(SourceError) as caught:
        export.csv("id,Nmae,City\n1,Ana,Perth\n", {**COLUMNS, "name": {"required": True}})
    text = str(caught.value)
    assert "things.csv: no column “name”. The header (row 1) has “id”, “Nmae”, “City”; nearest: “Nmae”" in text
    assert "add the header that means name to its `aliases`" in text


def test_key_column_is_always_required(export):
    with pytest.raises(SourceError, match="no column “id”"):
        export.csv("name\nAna\n", {"name": {}})


def test_missing_optional_column_is_all_empty_and_typed(export):
    result = export.csv("id\n1\n", {"joined": "date"})
    assert result.rows[0]["joined"] is None
    assert result.stated("joined") == "in none of the files"


@pytest.mark.parametrize("header", ["Password", "password", "User Passwd", "pwd"])
def test_passwords_are_never_kept(export, header):
    result = export.csv(f"id,{header},n\n1,hunter2,x\n2,hunter2,1,2,3\n", {"n": "integer"})
    assert b"hunter2" not in b"".join(p.read_bytes() for p in export.into.iterdir())
    assert "hunter2" not in str(result.rejects)
    assert f"column “{header}” left out: it is a secret and never kept" in result.said


def test_declared_secret_is_never_kept(export):
    result = export.csv("id,gate\n1,4711\n1,4711\n", {"gate": {"secret": True}})
    assert "gate" not in result.rows[0]
    assert result.rejects[0].raw == {"id": "1"}
