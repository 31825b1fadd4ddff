"""Texts, ids, truth values and JSON in cells."""

import unicodedata

import pytest


def cells(export, kind, *texts, **spec):
    lines = "\n".join(f'{i},"{t.replace(chr(34), chr(34) * 2)}"' for i, t in enumerate(texts))
    return export.csv(f"id,c\n{lines}\n", {"c": {"type": kind, **spec}})


@pytest.mark.parametrize(
    "text", ["00123", "0412 345 678", "9434765919", "943 476 5919", "29ABCDE1234F2Z5", "358 240 051 111 110", "007"]
)
def test_ids_keep_every_character(export, text):
    assert cells(export, "id", text).column("c") == [text]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('="00123"', "00123"),
        ("'00123", "00123"),
        ("  A1\u00a0", "A1"),
        ("\u200bA1\ufeff", "A1"),
        ("N/A", None),
        ("-", None),
        ("#N/A", None),
    ],
)
def test_what_spreadsheets_put_around_ids_is_taken_off(export, cell, value):
    assert cells(export, "id", cell).column("c") == [value]


def test_what_was_taken_off_is_said(export):
    result = cells(export, "id", '="00123"', '="00124"', "'7", "N/A")
    assert result.stated("c") == (
        '="…" of a spreadsheet taken off: 2; cells like N/A or - read as empty: 1; '
        "leading apostrophe of a spreadsheet taken off: 1"
    )


@pytest.mark.parametrize(("kind", "cell"), [("id", "9.19876E+11"), ("id", "1E+15"), ("text", "9.19876E+11")])
def test_number_shortened_to_powers_of_ten_is_rejected(export, kind, cell):
    result = cells(export, kind, cell, "919876543210")
    assert result.column("c") == ["919876543210"]
    reject = result.rejects[0]
    assert (reject.row, reject.column, reject.value) == (2, "c", cell)
    assert reject.reason == (
        "has been shortened by a spreadsheet to powers of ten, digits are lost: export the column as text"
    )


@pytest.mark.parametrize(
    "text",
    [
        "=SUM(A1)",
        "+61 2 9999",
        "-5 degrees",
        "@home",
        "line one\nline two",
        " outer spaces ",
        "<b>bold</b>",
        "a\x07b\tc",
        "N/A",
        "-",
        "'tis",
        "1E5 model",
    ],
)
def test_texts_are_kept_as_they_are(export, text):
    assert cells(export, "text", text).column("c") == [text]


@pytest.mark.parametrize(
    ("cell", "value"), [("'=1+1", "=1+1"), ("'0412", "0412"), ('="0412"', "0412"), ("   ", None), ("\u00a0", None)]
)
def test_texts_lose_only_what_a_spreadsheet_added(export, cell, value):
    assert cells(export, "text", cell).column("c") == [value]


def test_texts_are_composed_and_it_is_said(export):
    result = cells(export, "text", unicodedata.normalize("NFD", "Zoë"), "Zoë")
    assert result.column("c") == ["Zoë", "Zoë"]
    assert result.stated("c") == "cells brought to Unicode's composed form (NFC): 1"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("Yes", True),
        ("y", True),
        ("TRUE", True),
        ("1", True),
        ("x", True),
        ("No", False),
        ("f", False),
        ("0", False),
        ("", None),
        ("n/a", None),
        ("Aktiv", True),
        ("weg", False),
    ],
)
def test_truth_values(export, cell, value):
    assert cells(export, "boolean", cell, true_values=["aktiv"], false_values=["Weg"]).column("c") == [value]


def test_truth_value_that_is_none(export):
    (reject,) = cells(export, "boolean", "maybe").rejects
    assert reject.reason == (
        "is neither yes nor no (yes, no, true, false, 1, 0, x are; others: true_values, false_values of the column)"
    )


def test_json_cells_are_checked_and_kept(export):
    result = cells(export, "json", '{"a": 1.10}', "{broken", "")
    assert result.column("c") == ['{"a": 1.10}', None]
    assert result.rejects[0].reason.startswith("is no JSON: ")


def test_a_row_with_several_bad_cells_is_one_reject_that_names_them_all(export):
    result = export.csv("id,a,b\n1,x,y\n", {"a": "integer", "b": "date"})
    (reject,) = result.rejects
    assert reject.column == "a"
    assert reject.reason == "is no number; also b “y” is no date"
    assert reject.raw == {"id": "1", "a": "x", "b": "y"}
