"""The registry: what a map may write, and what is refused before any row is read."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from flitstack_pipeline.errors import ConfigurationError, RecordError
from flitstack_pipeline.transform import registry
from flitstack_pipeline.transform.document import document
from flitstack_pipeline.transform.parameters import read_parameters
from flitstack_pipeline.transform.registry import BadTransform, UnknownTransform, chain, problem, resolve, transform

DOCUMENT = Path(__file__).parents[2] / "docs" / "transforms.md"


def _examples() -> list[object]:
    return [
        pytest.param(each, example, id=f"{each.name}-{number}")
        for each in registry.describe()
        for number, example in enumerate(each.examples, 1)
    ]


@pytest.mark.parametrize(("each", "example"), _examples())
def test_the_examples_of_the_documentation_are_true(each: registry.Transform, example: registry.Example) -> None:
    step = resolve({each.name: dict(example.params)} if example.params else each.name)
    if example.refused:
        with pytest.raises(RecordError, match=re.escape(example.refused)):
            step(example.value)
    else:
        result = step(example.value)
        assert result == example.result
        assert type(result) is type(example.result)


def test_every_transform_has_a_summary_and_an_example() -> None:
    assert not [t.name for t in registry.describe() if not t.summary or not t.examples]


def test_the_documentation_is_current() -> None:
    current = DOCUMENT.read_text("utf-8") == document()
    assert current, "write it anew: python -m flitstack_pipeline.transform.document > docs/transforms.md"


@pytest.mark.parametrize(
    ("spec", "value", "expected"),
    [
        ("strip", " a ", "a"),
        ({"strip": None}, " a ", "a"),
        ({"strip": {}}, " a ", "a"),
        ({"truncate": 2}, "abc", "ab"),
        ({"truncate": {"length": 2}}, "abc", "ab"),
        ({"multiply": 1.1}, Decimal(10), Decimal("11.0")),  # YAML's 1.1 is not the binary fraction nearest to it
        ({"boolean": {"true": ["aye"], "false": ["nay"]}}, "AYE", True),
        ({"each": ["strip", {"truncate": 1}]}, [" ab ", None], ["a"]),
    ],
)
def test_what_a_map_may_write(spec: object, value: object, expected: object) -> None:
    assert resolve(spec)(value) == expected


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"truncate": None}, "needs length"),
        ({"truncate": "100"}, "needs a whole number, not '100'"),
        ({"truncate": True}, "needs a whole number"),
        ({"truncate": 0}, "must be at least 1"),
        ({"truncate": {"lenght": 5, "length": 5}}, "did you mean length?"),
        ({"truncate": {"size": 5}}, "has no parameter 'size'"),
        ({"strip": 5}, "takes no parameters"),
        ({"strip": {"chars": "x"}}, "it takes none"),
        ({"split": 5}, "needs text, not 5"),
        ({"split": ""}, "must not be empty"),
        ({"round": 2}, "needs mode"),
        ({"round": {"places": 2, "mode": "half_upp"}}, "did you mean half_up?"),
        ({"regex_extract": "("}, "is no regular expression"),
        ({"template": "{first.name}"}, "only plain fields"),
        ({"template": "{first!r}"}, "only plain fields"),
        ({"template": "no field"}, "has no {name}"),
        ({"phone": "Sydney"}, "is no country with phone numbers"),
        ({"state_code": "Atlantis"}, "is no country"),
        ({"datetime_utc": "Sydney"}, "is no time zone"),
        ({"datetime_utc": "../../etc/passwd"}, "is no time zone"),
        ({"date": "%d.%m"}, "does not say the whole date"),
        ({"date": "%Q"}, "date format"),
        ({"boolean": {"true": "yes"}}, "needs a list, not 'yes'"),
        ({"each": ["stripp"]}, "did you mean strip"),
        ({"file_bytes": {"base": "/"}}, "needs folder"),
        ({"a": 1, "b": 2}, "is no transform"),
        (7, "is no transform"),
    ],
)
def test_a_map_is_refused_with_what_would_be_right(spec: object, words: str) -> None:
    with (
        pytest.raises(BadTransform, match=re.escape(words))
        if "stripp" not in str(spec)
        else pytest.raises(BadTransform, match=words)
    ):
        resolve(spec)
    found = problem(spec)
    assert found is not None
    assert words in " ".join(found)


def test_all_problems_of_a_transform_are_said_at_once() -> None:
    with pytest.raises(BadTransform) as caught:
        resolve({"round": {"place": 2, "mode": "x"}})
    assert len(caught.value.problems) == 3  # the unknown one, the missing one, the wrong word


def test_an_unknown_name_is_a_key_error_with_close_names() -> None:
    with pytest.raises(UnknownTransform, match="did you mean"):
        resolve("stripe")
    with pytest.raises(KeyError):
        registry.get("stripe")
    with pytest.raises(ConfigurationError, match="there are abs, "):
        registry.get("zzzz")


def test_the_context_fills_what_the_map_leaves_out_and_the_map_goes_first() -> None:
    context = {"country": "NZ", "timezone": "Pacific/Auckland"}
    assert resolve("phone", context=context)("09 300 1234") == "+64 9 300 1234"
    assert resolve({"phone": "AU"}, context=context)("02 9374 4000") == "+61 2 9374 4000"
    assert resolve("date_only", context=context)(datetime(2024, 1, 1, 12, tzinfo=UTC)) == date(2024, 1, 2)
    with pytest.raises(BadTransform, match="needs country"):
        resolve("phone")


def test_what_the_migration_will_give_is_no_problem_of_the_map() -> None:
    assert problem("phone") is None
    assert problem("file_bytes") is None
    assert problem({"phone": {"format": "fax"}}) is not None


def test_empty_cells_pass_and_empty_text_is_an_empty_cell() -> None:
    for name in registry.names():
        step = _with_anything(name)
        assert step(None) is None, name
        assert step("") is None, name
    assert resolve("strip")("   ") is None
    assert chain(["strip", "country_code"])("  ") is None


def _with_anything(name: str) -> registry.Step:
    given = {
        "base": Path(), "country": "AU", "timezone": "UTC", "length": 3, "text": "{x}", "separator": ";",
        "pattern": "x", "old": "x", "places": 2, "mode": "half_up", "by": 2, "transforms": ["strip"],
        "name": "n", "column": "c", "equals": "1", "take": "t", "limits": [1, 2],
    }  # fmt: skip
    return resolve({name: {p.name: given[p.name] for p in registry.get(name).parameters if p.required}})


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ("upper", 5),
        ({"multiply": 2}, True),
        ("date", datetime(2024, 1, 1, tzinfo=UTC)),
        ("strip", ["a"]),
        ("negate", "5"),
    ],
)
def test_a_value_of_another_type_is_refused(spec: object, value: object) -> None:
    with pytest.raises(RecordError, match="takes"):
        resolve(spec)(value)


def test_a_chain_is_refused_if_a_step_cannot_take_what_comes() -> None:
    with pytest.raises(BadTransform, match="upper: takes text, but decimal gives a decimal number"):
        chain(["strip", "decimal", "upper"])
    with pytest.raises(BadTransform, match="gives a date with time"):
        chain(["datetime_utc", "start_of_day"], context={"timezone": "UTC"})
    with pytest.raises(BadTransform, match="gives true or false"):
        chain(["boolean", {"multiply": 2}])
    assert chain([{"split": ";"}, "first", "upper"])("a; b") == "A"


def test_a_chain_says_the_problems_of_all_its_steps() -> None:
    with pytest.raises(BadTransform) as caught:
        chain(["stripe", {"truncate": "x"}, "upper"])
    assert [p.where for p in caught.value.problems] == ["step 1: transform", "step 2: truncate.length"]


def test_a_chain_of_nothing_gives_back_what_it_gets() -> None:
    assert chain([])(5) == 5
    assert chain("strip")(" a ") == "a"


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="two transforms are called 'strip'"):
        transform("strip", accepts=(str,), returns=str)(lambda value: value)


def test_a_function_whose_parameters_cannot_be_checked_is_no_transform() -> None:
    def loose(value: str, **options: str) -> str:
        return value

    def two(value: str, other: str) -> str:
        return value

    for function in (loose, two):
        with pytest.raises(TypeError):
            read_parameters(function)
    with pytest.raises(TypeError, match="no parameter zone"):
        read_parameters(lambda value: value, ["zone"])
