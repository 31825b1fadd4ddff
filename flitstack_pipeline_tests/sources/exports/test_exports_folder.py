"""Which file belongs to which object; archives; what has no home."""

import io
import json
import zipfile

import pytest

from flitstack_pipeline.errors import ConfigurationError, SourceError
from flitstack_pipeline.mapping.spec import ObjectSpec
from flitstack_pipeline.sources.base import Source
from flitstack_pipeline.sources.exports import ExportSource


def archive(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, content in members.items():
            new.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "things.csv",
        "THINGS.CSV",
        "Things (2).csv",
        "things_2026-11-01.csv",
        "things-20261101-1030.txt",
        "t h_i-n g s.csv",
        "sub/things 3.csv",
        "things_part2.csv",
    ],
)
def test_names_are_compared_without_case_signs_and_numbers(export, name):
    export.file(name, "id\n1\n")
    assert export.read().extract.rows == 1


def test_name_that_ends_in_a_number_of_its_own(export):
    export.file("form2.csv", "id\n1\n")
    export.file("form1_2024.csv", "id\n2\n")
    source = export.source({"one": {"files": "form1", "key": "id"}, "two": {"files": "form2", "key": "id"}})
    assert source.extract("two", into=export.into).files[0].file == "form2.csv"
    assert source.extract("one", into=export.into).files[0].file == "form1_2024.csv"


def test_several_files_are_read_sorted_by_name(export):
    export.file("things_2.csv", "id;a\n3;x\n")
    export.file("things_1.csv", "b,id\ny,1\ny,2\n")
    result = export.read()
    assert [(r["_id"], r["_file"], r["a"], r["b"]) for r in result.rows] == [
        ("1", "things_1.csv", None, "y"),
        ("2", "things_1.csv", None, "y"),
        ("3", "things_2.csv", "x", None),
    ]


def test_archives_are_looked_into(export):
    export.file(
        "all.zip", archive(data__things_dot_csv="id\n1\n2\n", readme_dot_txt="hello", attachments__a_dot_pdf="%PDF")
    )
    result = export.read()
    assert result.rows[0]["_file"] == "all.zip!data/things.csv"
    strays = [f for f in export.source({"thing": {"files": "things", "key": "id"}}).files() if f.object is None]
    assert [f.file for f in strays] == ["all.zip!attachments/", "all.zip!readme.txt"]


def test_archive_called_like_the_object_with_one_member(export):
    export.file("things.zip", archive(data_dot_csv="id\n1\n"))
    assert export.read().rows[0]["_file"] == "things.zip!data.csv"


def test_workbook_in_an_archive(export):
    import openpyxl

    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["id"])
    book.active.append([5])
    book.save(out)
    export.file("all.zip", archive(things_dot_xlsx=out.getvalue()))
    assert export.read().column("id") == ["5"]


def test_damaged_archive_is_named(export):
    export.file("all.zip", b"PK\x03\x04 no archive")
    with pytest.raises(SourceError, match=r"all\.zip: is a damaged archive"):
        export.read()


def test_files_of_no_object_are_findings(export):
    export.file("things.csv", "id\n1\n")
    export.file("mystery.csv", "a,b\n")
    export.file("things.pdf", b"%PDF-1.7")
    export.file("manifest.json", json.dumps({"system": "x"}))
    export.file("attachments/thing/1/photo.jpg", b"\xff\xd8\xff")
    export.file("attachments/thing/1/list.csv", "id\n9\n")
    export.file(".DS_Store", "x")
    source = export.source({"thing": {"files": "things", "key": "id"}})
    findings = {f.file: f for f in source.files()}
    assert {n: f.object for n, f in findings.items()} == {
        "attachments/": None,
        "manifest.json": None,
        "mystery.csv": None,
        "things.csv": "thing",
        "things.pdf": None,
    }
    assert findings["mystery.csv"].skipped == (
        "belongs to no object: add its name to the `files` of one of thing, or ignore it",
    )
    assert findings["things.pdf"].skipped == ("not a table, though its name is that of “thing”",)
    assert findings["attachments/"].skipped == ("2 files that records refer to, not tables",)
    assert findings["things.csv"].rows == 0
    source.extract("thing", into=export.into)
    assert next(f for f in source.files() if f.file == "things.csv").rows == 1


def test_files_reports_what_extract_would_refuse(export):
    export.file("things.csv", "name\nAna\n")
    (finding,) = export.source({"thing": {"files": "things", "key": "id"}}).files()
    assert "no column “id”" in finding.skipped[0]


def test_folder_that_does_not_exist(tmp_path):
    source = ExportSource(
        tmp_path / "nowhere",
        {"thing": ObjectSpec(files="things", key="id")},
        timezone=None,
        date_order={},
        decimal_mark={},
    )
    with pytest.raises(SourceError) as caught:
        source.files()
    assert "nowhere: does not exist (put the exported files there, or correct `source: {folder: …}`" in str(
        caught.value
    )


def test_object_without_file(export):
    export.file("persons.csv", "id\n1\n")
    with pytest.raises(SourceError) as caught:
        export.read()
    text = str(caught.value)
    assert "object “thing”: has no file in export (put things.csv (or .xlsx, .json, …) into the folder" in text
    assert "files of no object: persons.csv — if one is meant, add its name to `files`" in text


def test_optional_object_without_file_is_empty_with_all_columns(export):
    result = export.read({"joined": "date", "amount": "decimal"}, optional=True)
    assert result.extract.rows == 0
    assert [c.name for c in result.extract.columns] == ["id", "joined", "amount"]


def test_two_objects_with_one_file_name(export):
    with pytest.raises(ConfigurationError) as caught:
        export.source({"a": {"files": "things", "key": "id"}, "b": {"files": "Things", "key": "id"}}).files()
    assert "objects.b.files: the file name “Things” is claimed by “a” too (a file belongs to one object" in str(
        caught.value
    )


def test_unknown_object(export):
    with pytest.raises(ConfigurationError, match="there is no object “thin”"):
        export.source({"thing": {"files": "things", "key": "id"}}).extract("thin", into=export.into)


def test_it_is_a_source(export):
    assert isinstance(export.source({}), Source)
