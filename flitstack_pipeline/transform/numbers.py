"""Numbers: exact decimals, rounding that is said aloud, durations, yes and no."""

import re
from collections.abc import Mapping
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DecimalException,
    localcontext,
)
from typing import Annotated, Any, Literal

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.parameters import Check
from flitstack_pipeline.transform.registry import example, refused, shown, transform

Number = Decimal | int
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "up": ROUND_UP, "down": ROUND_DOWN}
# Wide enough that no sum of digits of a source's numbers is ever rounded on the way.
_EXACT = Context(prec=200)


def _places(value: int) -> int:
    if not 0 <= value <= 20:
        raise ValueError(f"must be 0 to 20, not {value}")
    return value


Places = Annotated[int, Check(_places, "0 to 20")]
Mark = Literal[".", ","]
Grouping = Literal["", ",", ".", " ", "'"]


def parse_decimal(text: str, *, mark: str, thousands: str) -> Decimal:
    """Read a number exactly; RecordError for anything else, such as an exponent or a group in the wrong place."""
    plain = text.strip().replace("\u00a0", " ").replace("\u202f", " ").replace("−", "-")
    whole, found_mark, fraction = plain.partition(mark)
    if thousands and thousands in whole:
        if not re.fullmatch(
            rf"[+-]?\d{{1,3}}(?:{re.escape(thousands)}\d{{2,3}})*{re.escape(thousands)}\d{{3}}", whole, re.ASCII
        ):
            raise RecordError(f"{shown(text)} is not a number: its groups of digits are not in threes (or lakhs)")
        whole = whole.replace(thousands, "")
    plain = whole + ("." if found_mark else "") + fraction
    if not _PLAIN.fullmatch(plain):
        raise RecordError(f"{shown(text)} is not a number with decimal mark {mark!r}")
    return Decimal(plain)


def _check_marks(arguments: Mapping[str, Any]) -> None:
    if arguments["mark"] == arguments["thousands"]:
        raise ValueError("the decimal mark and the thousands separator cannot be the same")


@transform(
    "decimal",
    accepts=(str, int, Decimal, float),
    returns=Decimal,
    examples=(
        example("1234.50", Decimal("1234.50")),
        example("1.234,5", Decimal("1234.5"), mark=",", thousands="."),
        example("1,25,000.00", Decimal("125000.00"), thousands=","),
        refused("1,234.50", "is not a number"),
        refused("9.19876E+11", "is not a number"),
    ),
    check=_check_marks,
)
def decimal(value: str | Number | float, *, mark: Mark = ".", thousands: Grouping = "") -> Decimal:
    """Read a number exactly, digit by digit.

    A thousands separator is accepted only if it is named and only where it belongs. A binary number (from JSON)
    becomes its shortest decimal form, which is what was written.
    """
    if isinstance(value, str):
        return parse_decimal(value, mark=mark, thousands=thousands)
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise RecordError(f"{value} is not a number")
    return number


@transform(
    "round",
    accepts=(Decimal, int),
    returns=Decimal,
    examples=(
        example(Decimal("2.345"), Decimal("2.35"), places=2, mode="half_up"),
        example(Decimal("2.345"), Decimal("2.34"), places=2, mode="half_even"),
    ),
)
def round_(value: Number, *, places: Places, mode: Literal["half_up", "half_even", "up", "down"]) -> Decimal:
    """Round to `places` decimals. The mode has to be chosen: half a cent goes up (away from zero) or to the even
    neighbour.
    """
    return _quantized(Decimal(value), places, _MODES[mode])


def _quantized(value: Decimal, places: int, mode: str) -> Decimal:
    with localcontext(_EXACT):
        try:
            return value.quantize(Decimal(1).scaleb(-places), rounding=mode)
        except DecimalException as error:
            raise RecordError(f"{shown(value)} cannot be rounded to {places} decimals") from error


@transform(
    "multiply",
    accepts=(Decimal, int),
    returns=Decimal,
    examples=(example(Decimal("0.125"), Decimal("12.500"), by=100),),
)
def multiply(value: Number, *, by: Decimal) -> Decimal:
    """Multiply, exactly."""
    with localcontext(_EXACT):
        return Decimal(value) * by


@transform(
    "integer",
    accepts=(str, int, Decimal),
    returns=int,
    examples=(example("42", 42), example(Decimal("42.00"), 42), refused("42.5", "is not a whole number")),
)
def integer(value: str | Number) -> int:
    """Read a whole number. A fraction is refused, not cut."""
    number = parse_decimal(value, mark=".", thousands="") if isinstance(value, str) else Decimal(value)
    if not number.is_finite() or number != number.to_integral_value():
        raise RecordError(f"{shown(value)} is not a whole number")
    return int(number)


@transform(
    "abs", accepts=(Decimal, int), returns=(Decimal, int), examples=(example(Decimal("-45.00"), Decimal("45.00")),)
)
def abs_(value: Number) -> Number:
    """Drop the sign."""
    return value.copy_abs() if isinstance(value, Decimal) else abs(value)


@transform(
    "negate",
    accepts=(Decimal, int),
    returns=(Decimal, int),
    examples=(example(Decimal("45.00"), Decimal("-45.00")), example(0, 0)),
)
def negate(value: Number) -> Number:
    """Turn the sign round."""
    if not value:
        return value
    return value.copy_negate() if isinstance(value, Decimal) else -value


@transform(
    "minutes_to_hours",
    accepts=(Decimal, int),
    returns=Decimal,
    examples=(
        example(90, Decimal("1.5")),
        example(20, Decimal("0.3333333333")),
        example(20, Decimal("0.33"), places=2),
    ),
)
def minutes_to_hours(value: Number, *, places: Places = 10) -> Decimal:
    """Turn minutes into hours. Exact where a decimal can be, else rounded half to even at `places` decimals."""
    return _plain(_quantized(_EXACT.divide(Decimal(value), Decimal(60)), places, ROUND_HALF_EVEN))


def _plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent."""
    with localcontext(_EXACT):
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


@transform(
    "percent",
    accepts=(str, Decimal, int),
    returns=Decimal,
    examples=(
        example("12.5%", Decimal("12.5")),
        example("12.5 %", Decimal("12.5")),
        example(Decimal("0.125"), Decimal("12.500"), of="one"),
        example("12.5%", Decimal("12.5"), of="one"),
    ),
)
def percent(value: str | Number, *, of: Literal["hundred", "one"] = "hundred") -> Decimal:
    """Read a percentage as the number before the sign (12.5). `of`: what the whole is in numbers without a sign, 100
    or 1.
    """
    signed = isinstance(value, str) and value.strip().endswith("%")
    text = value.strip().removesuffix("%") if isinstance(value, str) else ""
    number = parse_decimal(text, mark=".", thousands="") if isinstance(value, str) else Decimal(value)
    with localcontext(_EXACT):
        return number * 100 if of == "one" and not signed else number


def _check_words(arguments: Mapping[str, Any]) -> None:
    if both := {w.casefold() for w in arguments["true"]} & {w.casefold() for w in arguments["false"]}:
        raise ValueError(f"{', '.join(sorted(both))} cannot be both true and false")


@transform(
    "boolean",
    accepts=(str, bool, int),
    returns=bool,
    examples=(
        example("Yes", True),
        example("n", False),
        example("Business", True, true=["business"], false=["personal"]),
        refused("maybe", "is neither yes"),
    ),
    check=_check_words,
)
def boolean(
    value: str | bool | int,
    *,
    true: tuple[str, ...] = ("yes", "y", "true", "t", "1", "on"),
    false: tuple[str, ...] = ("no", "n", "false", "f", "0", "off"),
) -> bool:
    """Read yes or no by lists of words, case apart. Any other word is refused."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    yes = word in {w.casefold() for w in true}
    if not yes and word not in {w.casefold() for w in false}:
        raise RecordError(f"{shown(value)} is neither yes ({', '.join(true)}) nor no ({', '.join(false)})")
    return yes
