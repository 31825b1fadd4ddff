"""Source ids: missing, repeated, joined, numbered."""

from hypothesis import given
from hypothesis import strategies as st

from flitstack_pipeline.sources.exports.keys import Keys


def test_row_without_key_is_rejected(export):
    result = export.csv("id,name\n1,Ana\n,Bo\n")
    assert result.column("_id") == ["1"]
    reject = result.rejects[0]
    assert (reject.source_id, reject.row, reject.column) == (None, 3, "id")
    assert reject.reason == "is empty, and a row is known by its id"


def test_second_row_of_an_id_is_rejected_and_compared(export):
    result = export.csv("id,name,city\n1,Ana,Perth\n2,Bo,Perth\n1,Ana,Perth\n1,Ann,Cairns\n")
    assert result.column("_id") == ["1", "2"]
    assert [r.reason for r in result.rejects] == [
        "is the same id as row 2 of things.csv; otherwise identical",
        "is the same id as row 2 of things.csv; differs in name, city",
    ]
    assert [r.source_id for r in result.rejects] == ["1", "1"]


def test_repeated_ids_across_blocks_and_files(export):
    export.file("things_1.csv", "id,n\n" + "".join(f"{i},a\n" for i in range(6_000)))
    export.file("things_2.csv", "id,n\n5999,b\n7000,a\n17,a\n")
    result = export.read()
    assert result.extract.rows == 6_001
    assert [(r.file, r.row, r.reason) for r in result.rejects] == [
        ("things_2.csv", 2, "is the same id as row 6001 of things_1.csv; differs in n"),
        ("things_2.csv", 4, "is the same id as row 19 of things_1.csv; otherwise identical"),
    ]


def test_leading_zeros_make_different_ids(export):
    assert export.csv("id\n7\n07\n007\n").column("_id") == ["7", "07", "007"]


def test_key_of_several_columns(export):
    result = export.csv("invoice,line\nA,1\nA,2\nB,\n", {"invoice": "id", "line": "integer"}, key=["invoice", "line"])
    assert result.column("_id") == ["A|1", "A|2"]
    assert result.rejects[0].column == "line"


def test_number_within_numbers_rows_in_their_order(export):
    result = export.csv("invoice,item\nA,x\nB,x\nA,y\nA,z\n,w\n", key={"number_within": ["invoice"]})
    assert result.column("_id") == ["A#1", "B#1", "A#2", "A#3"]
    assert result.rejects[0].reason == "is empty, and a row is known by its invoice"


def test_mending_a_row_does_not_renumber_the_others(export):
    columns = {"invoice": "id", "n": "integer"}
    broken = export.csv("invoice,n\nA,1\nA,bad\nA,3\n", columns, key={"number_within": ["invoice"]})
    mended = export.csv("invoice,n\nA,1\nA,2\nA,3\n", columns, key={"number_within": ["invoice"]})
    assert broken.column("_id") == ["A#1", "A#3"]
    assert broken.rejects[0].source_id == "A#2"
    assert mended.column("_id") == ["A#1", "A#2", "A#3"]


def test_number_within_across_blocks(export):
    lines = "".join(f"{i % 7}\n" for i in range(12_000))
    result = export.csv("invoice\n" + lines, key={"number_within": ["invoice"]})
    assert len(set(result.column("_id"))) == 12_000
    assert result.rows[-1]["_id"] == f"{11_999 % 7}#{11_999 // 7 + 1}"


def test_every_row_is_in_exactly_one_place(export):
    result = export.csv("id,n\n1,1\n1,2\n,3\n2,x\n3,4,5\n4,6\n", {"n": "integer"})
    assert result.extract.rows + result.extract.rejected == result.file.rows == 6


@given(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=40), st.integers(1, 7))
def test_repeated_ids_are_found_however_rows_come_in_blocks(ids, size):
    import numpy as np
    import pyarrow as pa

    blocks = [pa.array(ids[i : i + size], pa.string()) for i in range(0, len(ids), size)]
    keys = Keys(numbered=False)
    for block in blocks:
        keys.add(block)
    keys.close()
    found = [
        number * size + index
        for number, block in enumerate(blocks)
        for index, _ in keys.earlier(block, sheet=0, batch=number, rows=np.arange(len(block)))
    ]
    assert found == [i for i, text in enumerate(ids) if text is not None and text in ids[:i]]
