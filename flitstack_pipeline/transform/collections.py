"""Lists and named values: joining, splitting, choosing, writing as text or JSON."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.parameters import Check
from flitstack_pipeline.transform.registry import Chain, example, refused, shown, transform, type_words
from flitstack_pipeline.transform.text import as_text, decimal_text


def _not_empty(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


Separator = Annotated[str, Check(_not_empty)]


def _filled(values: Iterable[Any]) -> list[Any]:
    return [v for v in values if v is not None and not (isinstance(v, str) and not v.strip())]


@transform(
    "join",
    accepts=(list,),
    returns=str,
    examples=(example(["12 High St", None, "Manly"], "12 High St, Manly"), example(["a", "b"], "a\nb", separator="\n")),
)
def join(value: Sequence[Any], *, separator: str = ", ") -> str:
    """Join the values of a list (or of several columns) to one text. Empty ones are left out."""
    return separator.join(as_text(v).strip() for v in _filled(value))


@transform(
    "join_words", accepts=(list, str), returns=str, examples=(example(["Jane", None, " van  Dyk "], "Jane van Dyk"),)
)
def join_words(value: Sequence[Any] | str) -> str:
    """Join words with single spaces: names from their parts."""
    return " ".join(" ".join(as_text(v) for v in _filled([value] if isinstance(value, str) else value)).split())


@transform(
    "split",
    accepts=(str,),
    returns=list,
    examples=(example("EPA 608; OSHA 10;", ["EPA 608", "OSHA 10"], separator=";"),),
)
def split(value: str, *, separator: Separator) -> list[str]:
    """Split text at `separator`. White space around the parts and empty parts are left out."""
    return [part.strip() for part in value.split(separator) if part.strip()]


@transform(
    "first", accepts=(list,), returns=object, examples=(example([None, "0400", "0401"], "0400"), example([], None))
)
def first(value: Sequence[Any]) -> Any:
    """Take the first value of a list (or of several columns) that is not empty."""
    return next(iter(_filled(value)), None)


@transform("last", accepts=(list,), returns=object, examples=(example(["a", "b", None], "b"),))
def last(value: Sequence[Any]) -> Any:
    """Take the last value of a list (or of several columns) that is not empty."""
    return next(iter(_filled(reversed(value))), None)


@transform(
    "unique",
    accepts=(list,),
    returns=list,
    examples=(example(["a", "b", "a"], ["a", "b"]), example(["VIP", "vip"], ["VIP"], ignore_case=True)),
)
def unique(value: Sequence[Any], *, ignore_case: bool = False) -> list[Any]:
    """Leave out values that came before. The order stays, and of spellings the first one."""
    seen = set()
    kept = []
    for item in value:
        form = item.strip().casefold() if ignore_case and isinstance(item, str) else item
        key = _json(form, indent=None) if isinstance(form, list | dict) else (type(form), form)
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


@transform(
    "each",
    accepts=(list,),
    returns=list,
    examples=(example([" A ", None, "b"], ["a", "b"], transforms=["strip", "lower"]),),
)
def each(value: Sequence[Any], *, transforms: Chain) -> list[Any]:
    """Apply transforms to each value of a list. Empty results are left out."""
    return _filled(transforms(item) for item in value)


@transform(
    "json_text",
    accepts=(dict, list, str),
    returns=str,
    examples=(
        example(
            {"name": "Zoë", "hours": Decimal("1.50"), "day": date(2024, 3, 25)},
            '{"day": "2024-03-25", "hours": 1.50, "name": "Zoë"}',
        ),
        example('[{"b":1,  "a":2.10}]', '[{"a": 2.10, "b": 1}]'),
        refused("{not json", "is not JSON"),
    ),
)
def json_text(value: Any, *, indent: int = 0) -> str:
    """Write named values or a list as JSON text that is the same whenever the content is: keys sorted, decimals exact.

    Text is taken for JSON and written anew in that form. Dates are in ISO form, letters beyond ASCII stay readable.
    `indent`: spaces per level; 0 is one line.
    """
    if isinstance(value, str):
        value = parse_json(value)
    return _json(value, indent=indent or None)


def parse_json(text: str) -> Any:
    """Read JSON with exact decimals; RecordError for text that is none, and for a key that stands twice in one
    object.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_distinct)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"is not JSON: {shown(text)} ({error})") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _distinct(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _json(value: Any, *, indent: int | None, level: int = 0) -> str:
    # The json module writes decimals through binary floats; this writes them digit by digit.
    if isinstance(value, Mapping):
        keys = [_json_key(key) for key in value]
        parts = [
            f"{json.dumps(key, ensure_ascii=False)}: {_json(item, indent=indent, level=level + 1)}"
            for key, item in sorted(zip(keys, value.values(), strict=True), key=lambda pair: pair[0])
        ]
        return _bracketed("{}", parts, indent=indent, level=level)
    if isinstance(value, list | tuple):
        parts = [_json(item, indent=indent, level=level + 1) for item in value]
        return _bracketed("[]", parts, indent=indent, level=level)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise RecordError(f"{value} is no JSON number")
        return format(value, "f")
    if isinstance(value, datetime | date):
        return json.dumps(value.isoformat())
    if value is None or isinstance(value, bool | int | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return json.dumps(value)
    raise RecordError(f"{type_words((type(value),))} cannot be written as JSON: {shown(value)}")


def _json_key(key: Any) -> str:
    if not isinstance(key, str):
        raise RecordError(f"a name in JSON is text, not {shown(key)}")
    return key


def _bracketed(brackets: str, parts: Sequence[str], *, indent: int | None, level: int) -> str:
    if not parts:
        return brackets
    if indent is None:
        return brackets[0] + ", ".join(parts) + brackets[1]
    gap = "\n" + " " * indent * (level + 1)
    return brackets[0] + gap + ("," + gap).join(parts) + "\n" + " " * indent * level + brackets[1]


@transform(
    "key_value_text",
    accepts=(dict, list),
    returns=str,
    examples=(
        example({"Gate code": "1234", "Pets": None}, "Gate code: 1234\nPets:"),
        example([["Gate code", "1234"], ["Rooms", 3]], "Gate code: 1234\nRooms: 3"),
        example([{"question": "Pets?", "answer": "one dog"}], "Pets?: one dog"),
    ),
)
def key_value_text(value: Any, *, separator: str = ": ") -> str:
    """Write named values one to a line. Unanswered ones stay, without a value.

    A list holds pairs, or named values of two entries each, of which the first is the name.
    """
    if isinstance(value, Mapping):
        pairs: Iterable[Sequence[Any]] = value.items()
    else:
        pairs = [tuple(item.values()) if isinstance(item, Mapping) else item for item in value]
    written = []
    for pair in pairs:
        if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
            raise RecordError(f"{shown(pair)} is no pair of a name and a value")
        name, answer = pair
        written.append(f"{_answer(name)}{separator}{_answer(answer)}".rstrip())
    return "\n".join(written)


def _answer(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_answer(v) for v in value)
    if isinstance(value, Mapping):
        return _json(value, indent=None)
    return re.sub(
        r"\s*[\r\n]+\s*", " / ", decimal_text(value) if isinstance(value, Decimal) else as_text(value)
    ).strip()
