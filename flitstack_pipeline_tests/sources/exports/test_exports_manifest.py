"""What a manifest says, held against what is read."""

import hashlib
import json

CONTENT = "id\n1\n2\n"


def with_manifest(export, content):
    export.file("things.csv", CONTENT)
    export.file("manifest.json", content if isinstance(content, str) else json.dumps(content))
    return export.read()


def manifest_finding(export):
    source = export.source({"thing": {"files": "things", "key": "id"}})
    return next(f for f in source.files() if f.file == "manifest.json")


def test_agreement_says_nothing(export):
    sha256 = hashlib.sha256(CONTENT.encode()).hexdigest().upper()
    result = with_manifest(export, {"files": [{"file": "things.csv", "rows": 2, "sha256": sha256}]})
    assert "WARNING" not in result.said
    assert manifest_finding(export).skipped == ("describes the export",)


def test_other_number_of_rows_is_a_warning(export):
    result = with_manifest(export, {"files": [{"file": "things.csv", "rows": 3}]})
    assert "WARNING: the manifest says 3 rows, 2 were read" in result.said


def test_other_checksum_is_a_warning(export):
    result = with_manifest(export, {"files": [{"name": "things.csv", "sha256": "00"}]})
    assert "WARNING: the file is not the one that the manifest was made for: its SHA-256 differs" in result.said


def test_listed_file_that_is_missing_is_a_warning(export):
    with_manifest(export, {"files": [{"file": "things.csv"}, {"file": "quotes.csv", "rows": 7}]})
    assert "WARNING: lists quotes.csv, which is not in the folder" in manifest_finding(export).skipped


def test_manifest_that_cannot_be_used_is_said(export):
    assert with_manifest(export, "{broken").extract.rows == 2
    assert manifest_finding(export).skipped[1].startswith("WARNING: is no JSON, so nothing was checked against it")
    with_manifest(export, ["other", "things"])
    assert manifest_finding(export).skipped[1].startswith("WARNING: has no list “files”")
