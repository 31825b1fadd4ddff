"""Profiles of columns."""

import json
from dataclasses import asdict

import pytest

from flitstack_pipeline.sources.profile import profile_object


def profile(export, content, columns=None, name="c"):
    result = profile_object(export.csv(content, columns).extract)
    json.dumps(asdict(result))
    return next(c for c in result.columns if c.name == name)


def test_fill_rate_distinct_and_top(export):
    got = profile(export, "id,c\n1,a\n2,b\n3,a\n4,\n")
    assert (got.rows, got.filled, got.fill_rate, got.distinct, got.distinct_text) == (4, 3, 0.75, 2, "2")
    assert got.top == (("a", 2), ("b", 1))
    assert (got.minimum, got.maximum, got.longest) == ("a", "b", 1)


def test_empty_column(export):
    got = profile(export, "id,c\n1,\n", {"c": "decimal"})
    assert (got.filled, got.fill_rate, got.distinct, got.minimum, got.top, got.shape) == (0, 0.0, 0, None, (), "")


@pytest.mark.parametrize(
    ("kind", "cells", "minimum", "maximum"),
    [
        ("decimal", ["10.50", "9.25"], "9.25", "10.5"),
        ("integer", ["10", "9"], "9", "10"),
        ("date", ["2024-03-25", "2023-01-01"], "2023-01-01", "2024-03-25"),
        (
            "datetime",
            ["2024-03-25T10:00:00Z", "2023-01-01T00:00:00Z"],
            "2023-01-01T00:00:00+00:00",
            "2024-03-25T10:00:00+00:00",
        ),
        ("boolean", ["yes", "no"], "false", "true"),
    ],
)
def test_extremes_of_each_type(export, kind, cells, minimum, maximum):
    got = profile(export, "id,c\n" + "".join(f"{i},{c}\n" for i, c in enumerate(cells)), {"c": kind})
    assert (got.minimum, got.maximum) == (minimum, maximum)


def test_many_distinct_values(export):
    got = profile(export, "id,c\n" + "".join(f"{i},v{i}\n" for i in range(10_001)))
    assert (got.distinct, got.distinct_text, got.top) == (None, "more than 10,000", ())
    got = profile(export, "id,c\n" + "".join(f"{i},v{i % 10_000}\n" for i in range(12_000)))
    assert (got.distinct, got.distinct_text) == (10_000, "10,000")


@pytest.mark.parametrize(
    ("cells", "shape"),
    [
        (["ana@example.com", "bo.lee@example.com.au"], "email"),
        (["0412 345 678", "+61 2 9999 0000", "(02) 9999-0000"], "phone"),
        (["https://example.com/a", "www.example.com"], "url"),
        (["25/03/2024", "1/4/24 10:00"], "date"),
        (["1234", "$5.50"], "number"),
        (['"{""a"": 1}"', '"[1, 2]"'], "json"),
        (["<p>Hello</p>", "see <br> that"], "html"),
        (["red; green", "blue;red"], "several values"),
        (["plain", "words"], ""),
    ],
)
def test_shapes(export, cells, shape):
    assert profile(export, "id,c\n" + "".join(f"{i},{c}\n" for i, c in enumerate(cells))).shape == shape


def test_duplicate_addresses_are_counted_without_case(export):
    got = profile(export, "id,c\n1,info@x.com\n2,INFO@x.com \n3,ana@x.com\n4,bo@x.com\n5,bo@x.com\n6,bo@x.com\n")
    assert got.duplicates == (("bo@x.com", 3), ("info@x.com", 2))
    assert (got.duplicate_values, got.duplicate_rows) == (2, 5)


def test_a_column_called_email_is_looked_at_even_if_most_cells_are_not(export):
    got = profile(export, "id,E-mail\n1,none given\n2,ana@x.com\n3,ana@x.com\n4,unknown\n", name="E-mail")
    assert got.duplicates == (("ana@x.com", 2),)
