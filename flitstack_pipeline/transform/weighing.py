"""Numbers and lists weighed up: in which band a number falls, and which value of a list stands in it most often."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.parameters import Check
from flitstack_pipeline.transform.registry import example, refused, shown, transform


def _rising(value: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    if not value or sorted(set(value)) != list(value):
        raise ValueError("must be numbers that rise")
    return value


Limits = Annotated[tuple[Decimal, ...], Check(_rising)]


@transform(
    "band",
    accepts=(int, Decimal),
    returns=int,
    examples=(
        example(10, 0, limits=[25, 50, 75]),
        example(Decimal("62.5"), 2, limits=[25, 50, 75]),
        example(100, 3, limits=[25, 50, 75]),
    ),
)
def band(value: int | Decimal, *, limits: Limits) -> int:
    """Tell in which band a number falls: how many of the `limits` it reaches. Three limits make four bands, 0 to 3."""
    return sum(value >= limit for limit in limits)


@transform(
    "commonest_number",
    accepts=(list,),
    returns=int,
    examples=(
        example(["2", "3", "2"], 2),
        example(["3", "2"], 2),
        example([], None),
        refused(["2", "x"], "is not a whole number"),
    ),
)
def commonest_number(value: Sequence[Any]) -> int | None:
    """Take the whole number that stands most often in a list, such as the place that most records give a stage.

    Of several that stand equally often, the smallest.
    """
    votes = Counter(_whole(v) for v in value if v not in (None, ""))
    return min(votes, key=lambda number: (-votes[number], number)) if votes else None


def _whole(value: Any) -> int:
    try:
        return int(str(value))
    except ValueError as error:
        raise RecordError(f"{shown(value)} is not a whole number") from error
