"""Lines and keys of a file, from the locations that the checks of its content give."""

import pytest
from ruamel.yaml import YAML

from flitstack_pipeline.mapping.locations import in_file, keys_at, line_of
from flitstack_pipeline.mapping.spec import SystemMap

TEXT = """\
a: &a
  x: 1
  list:
    - first
    - {y: 2,
       z: 3}
b:
  <<: *a
  own: 4
"""
DATA = YAML(typ="rt").load(TEXT)


@pytest.mark.parametrize(
    ("loc", "line"),
    [
        ((), 1),
        (("a",), 1),
        (("a", "x"), 2),
        (("a", "list", 0), 4),
        (("a", "list", 1, "z"), 6),
        (("a", "list", 7), 3),
        (("a", "missing"), 1),
        (("a", "missing", "x"), 1),
        (("b", "own"), 9),
        (("b", "x"), 7),
        (("b", "list", 0), 7),
        (("missing", "b"), 1),
    ],
)
def test_the_line_of_a_key_or_of_the_nearest_one_above(loc, line):
    assert line_of(DATA, loc) == line


@pytest.mark.parametrize(
    ("loc", "found"),
    [
        (("a", "x"), ("a", "x")),
        (("a", 0, "x"), ("a", "x")),
        (("a", "columns", "x"), ("a", "x")),
        (("a", "list", 1, "y"), ("a", "list", 1, "y")),
        (("a", "missing"), ("a", "missing")),
        (("a", "NumberWithin"), ("a",)),
        (("a", "NumberWithin", "missing"), ("a", "missing")),
        (("a", "function-before[as_tuple(), tuple[str, ...]]"), ("a",)),
        (("a", "x", 0), ("a", "x")),
    ],
)
def test_only_what_is_in_the_file_is_named(loc, found):
    assert in_file({"a": {"x": 1, "list": ["first", {"y": 2}]}}, loc) == found


def test_the_keys_that_exist_at_a_place():
    top = ["choices", "models", "objects", "reader", "system", "title"]
    column = ["aliases", "false_values", "optional", "required", "secret", "true_values", "type"]
    field = ("models", "m", "records", "r", "fields", "f", 0)

    assert keys_at(SystemMap, ()) == top
    assert keys_at(SystemMap, ("objects", "o", "columns", "type")) == column
    assert keys_at(SystemMap, ("objects", "o", "key", "NumberWithin")) == ["number_within"]
    assert {"from", "lines", "value"} < set(keys_at(SystemMap, field))
    assert {"by", "model", "records"} < set(keys_at(SystemMap, (*field, "lookup")))
    assert {"from", "lines"} < set(keys_at(SystemMap, (*field, "lines", "fields", "g", 0)))
    assert keys_at(SystemMap, (*field, "when", "columns", "status")) == ["filled", "in", "is", "not", "not_in"]
    assert keys_at(SystemMap, ("title",)) == []
