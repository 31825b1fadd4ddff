"""Child rows as a list of named values (`bundle`), or one of their columns as a list (`collect`): parts and sums of them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.conditions import fold
from flitstack_pipeline.transform.parameters import Check
from flitstack_pipeline.transform.registry import example, refused, shown, transform


def _name(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


ValueName = Annotated[str, Check(_name)]


@transform(
    "take",
    accepts=(dict,),
    returns=object,
    examples=(
        example({"time": "09:30", "summary": "Hot"}, "Hot", name="summary"),
        example({"time": "09:30", "summary": None}, None, name="summary"),
        refused({"time": "09:30"}, "has no summary", name="summary"),
    ),
)
def take(value: Mapping[str, Any], *, name: ValueName) -> Any:
    """Take one of several named values, such as the time of the last of a record's alerts."""
    if name not in value:
        raise RecordError(f"{shown(value)} has no {name}")
    return value[name]


@transform(
    "total",
    accepts=(list,),
    returns=Decimal,
    examples=(
        example(["30", None, "12.5"], Decimal("42.5")),
        example([], None),
        refused(["30", "soon"], "is not a number"),
    ),
)
def total(value: Sequence[Any]) -> Decimal | None:
    """Add up the numbers of a list. Empty ones do not count; a list without a number gives nothing."""
    numbers = [_number(item) for item in value if item not in (None, "")]
    return sum(numbers, Decimal(0)) if numbers else None


def _number(item: Any) -> Decimal:
    if isinstance(item, bool):
        raise RecordError(f"{item} is not a number")
    try:
        number = item if isinstance(item, Decimal) else Decimal(str(item))
    except ArithmeticError as error:
        raise RecordError(f"{shown(item)} is not a number") from error
    if not number.is_finite():
        raise RecordError(f"{shown(item)} is not a number")
    return number


@transform(
    "mark",
    accepts=(list,),
    returns=list,
    examples=(
        example(
            [{"task": "Clean", "percent": Decimal(100)}, {"task": "Test", "percent": None}],
            [
                {"task": "Clean", "percent": Decimal(100), "completed": True},
                {"task": "Test", "percent": None, "completed": False},
            ],
            name="completed",
            column="percent",
            equals="100",
        ),
    ),
)
def mark(value: Sequence[Any], *, name: ValueName, column: ValueName, equals: str) -> list[dict[str, Any]]:
    """Add to each item of a list of named values whether one of them, `column`, equals something: a yes or no called `name`.

    Compared as conditions compare: without case, and numbers by their value.
    """
    found = []
    for item in value:
        if not isinstance(item, Mapping) or column not in item:
            raise RecordError(f"{shown(item)} has no {column}")
        found.append({**item, name: _equal(item[column], equals)})
    return found


@transform(
    "all_marked",
    accepts=(list,),
    returns=bool,
    examples=(
        example([{"completed": True}, {"completed": True}], True, name="completed"),
        example([{"completed": True}, {"completed": False}], False, name="completed"),
    ),
)
def all_marked(value: Sequence[Any], *, name: ValueName) -> bool:
    """Tell whether the yes or no called `name` is yes in every item of a list of named values."""
    return all(isinstance(item, Mapping) and item.get(name) is True for item in value)


@transform(
    "last_if_all",
    accepts=(list,),
    returns=object,
    examples=(
        example([{"done": True, "day": "Monday"}, {"done": True, "day": "Friday"}], "Friday", name="done", take="day"),
        example([{"done": True, "day": "Monday"}, {"done": False, "day": "Friday"}], None, name="done", take="day"),
    ),
)
def last_if_all(value: Sequence[Any], *, name: ValueName, take: ValueName) -> Any:
    """Take a value of the last item of a list of named values, if the yes or no called `name` is yes in every item."""
    if not value or not all_marked(value, name=name):
        return None
    return value[-1].get(take)


@transform("negation", accepts=(bool,), returns=bool, examples=(example(True, False), example(False, True)))
def negation(value: bool) -> bool:
    """Turn true into false and false into true."""
    return not value


def _equal(value: Any, equals: str) -> bool:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        try:
            return Decimal(value) == Decimal(equals)
        except ArithmeticError:
            return False
    return value is not None and fold(value) == fold(equals)
