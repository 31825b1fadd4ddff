"""Rows of a report that are no records: totals, footers, repeated headers."""

import pytest

COLUMNS = {"id": "id", "name": "text", "amount": "decimal"}


def test_totals_are_left_out_and_agree(export):
    result = export.csv("id,name,amount\n1,Ana,10.50\n2,Bo,4.50\nTOTAL (2),,15.00\n", COLUMNS)
    assert result.column("id") == ["1", "2"]
    assert "totals in row 4: “TOTAL (2)” (amount 15.00)" in result.said
    assert "WARNING" not in result.said


def test_totals_that_disagree_are_a_warning(export):
    result = export.csv("id,name,amount\n1,Ana,10.50\n2,Bo,4.50\nGrand total (3),,16.00\n", COLUMNS)
    assert "WARNING: row 4 says “Grand total (3)”, 3 rows; 2 were read above it" in result.said
    assert "WARNING: row 4 says “Grand total (3)”, amount 16.00; the rows above it add up to 15" in result.said


def test_subtotals_count_from_the_last_one_and_rejected_rows_count_as_read(export):
    content = (
        "id,name,amount\n1,Ana,1\n2,Bo,2\nSub-total,,3\n3,Cy,3\nx,too,many,cells\n,no id,4\n"
        "Subtotal: 3 records,,7\nGrand Total (5),,10\n"
    )
    result = export.csv(content, COLUMNS)
    assert result.column("id") == ["1", "2", "3"]
    assert "WARNING" not in result.said
    assert len(result.rejects) == 2


def test_nested_subtotals_agree(export):
    groups = "1,,1\nSubtotal,,1\n2,,2\nSubtotal,,2\nTotal for Perth,,3\n3,,4\nTotal for Cairns,,4\n"
    content = f"id,name,amount\n{groups}Grand total,,7\n"
    assert "WARNING" not in export.csv(content, COLUMNS).said


def test_the_name_of_a_group_is_no_count(export):
    groups = "WO-25001,,3\nSubtotal for WO-25001,,3\n10442,,4\nSubtotal for 10442 (2),,4\n"
    said = export.csv(f"id,name,amount\n{groups}", COLUMNS).said
    assert "totals in row 3: “Subtotal for WO-25001” (amount 3)" in said
    assert "25001 rows" not in said
    assert "WARNING: row 5 says “Subtotal for 10442 (2)”, 2 rows; 1 or 2 were read above it" not in said
    assert "10442 rows" not in said


def test_total_in_the_second_column(export):
    result = export.csv("id,name,amount\n1,Ana,10\n,Total:,10\n", COLUMNS)
    assert result.extract.rejected == 0
    assert "totals in row 3: “Total:” (amount 10)" in result.said


@pytest.mark.parametrize(
    "name", ["Total Tools", "Total Care of Sydney", "Page Turners", "Printed Matter", "Count Basie", "Report Writers"]
)
def test_names_that_only_look_like_totals_are_records(export, name):
    result = export.csv(f"name,amount\n{name},5.50\n", {"name": "text", "amount": "decimal"}, key="name")
    assert result.column("name") == [name]


@pytest.mark.parametrize(
    "footer", ["Page 1 of 3", "Printed on 03/04/2024 10:15", "*** End of Report ***", "Exported 2024-03-25"]
)
def test_footers_are_left_out_and_said(export, footer):
    result = export.csv(f"id,name,amount\n1,Ana,1\n{footer},,\n2,Bo,2\n", COLUMNS)
    assert result.column("id") == ["1", "2"]
    assert f"footer in row 3: “{footer}”" in result.said


def test_row_called_total_with_more_than_numbers_is_a_record(export):
    columns = {"name": "text", "city": "text", "amount": "decimal"}
    assert export.csv("name,city,amount\nTotal,Perth,5.50\n", columns, key="name").column("city") == ["Perth"]


def test_header_that_comes_again_is_left_out(export):
    result = export.csv("id,name,amount\n1,Ana,1\nid,name,amount\n2,Bo,2\n", COLUMNS)
    assert result.column("id") == ["1", "2"]
    assert "header again in row 3" in result.said


def test_fill_down_only_where_the_map_says_so(export):
    content = "order,line\nA,1\n,2\nB,1\n,2\n"
    columns = {"order": "id", "line": "id"}
    filled = export.csv(content, columns, key=["order", "line"], fill_down=["order"])
    assert filled.column("_id") == ["A|1", "A|2", "B|1", "B|2"]
    plain = export.csv(content, columns, key=["order", "line"])
    assert plain.column("_id") == ["A|1", "B|1"]
    assert plain.rejects[0].reason == "is empty, and a row is known by its order and line"


def test_fill_down_over_more_rows_than_a_block(export):
    content = "order,line\nA,0\n" + "".join(f",{i}\n" for i in range(1, 6_000))
    result = export.csv(content, {"order": "id", "line": "id"}, key=["order", "line"], fill_down="order")
    assert result.rows[-1]["_id"] == "A|5999"


def test_fill_down_never_reaches_below_a_rejected_row(export):
    result = export.csv(
        "order,line\nA,1\nB,1,x,y\n,2\nC,1\n", {"order": "id", "line": "id"}, key=["order", "line"], fill_down="order"
    )
    assert result.column("_id") == ["A|1", "C|1"]
    assert result.rejects[1].reason == "stands in a row above that was rejected"
