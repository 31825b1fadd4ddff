"""Read a transform's parameters from its signature, and turn what a map says into exactly typed arguments.

Everything is checked when the map is read, before any row is: an unknown parameter, a wrong type, a missing one, a
word that is not on the list, a regular expression that does not compile, a time zone that does not exist. Nothing is
converted that could change its meaning: text stays text, `yes` is no number. The one exception is a number for a
decimal parameter: YAML reads `1.1` as a binary float, whose shortest decimal form is what was written.
"""

import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from flitstack_pipeline.errors import Problem

_NONE_GIVEN = inspect.Parameter.empty


@dataclass(frozen=True)
class Check:
    """A rule for a parameter's value, as in `Annotated[str, Check(known_region, "a country code such as AU")]`.

    `rule` returns the value to use (it may normalise it) and raises ValueError with a sentence for what cannot be.
    """

    rule: Callable[[Any], Any]
    wording: str = ""


@dataclass(frozen=True)
class Parameter:
    """One keyword-only parameter. `from_context`: filled from the migration when the map leaves it out."""

    name: str
    annotation: Any
    default: Any = field(default=_NONE_GIVEN)
    from_context: bool = False

    @property
    def required(self) -> bool:
        return self.default is _NONE_GIVEN

    @property
    def type_text(self) -> str:
        """What a person may write for it, for documentation and messages."""
        return _wording(self.annotation)

    def coerce(self, value: Any) -> Any:
        """Return the argument for `value`; ValueError with a sentence when it cannot be one."""
        return _coerce(self.annotation, value)


def read_parameters(function: Callable[..., Any], context: Sequence[str] = ()) -> tuple[Parameter, ...]:
    """Read the keyword-only parameters of `function`, in order: the first one is the main one.

    TypeError for a function that is no transform (it must have one positional parameter, the value, and no `*args`).
    """
    hints = typing.get_type_hints(function, include_extras=True)
    signature = inspect.signature(function)
    found = []
    positional = 0
    for each in signature.parameters.values():
        if each.kind is inspect.Parameter.KEYWORD_ONLY:
            found.append(Parameter(each.name, hints[each.name], each.default, each.name in context))
        elif each.kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD):
            positional += 1
        else:
            raise TypeError(f"{function.__qualname__}: *args and **kwargs cannot be checked against a map")
    if positional != 1:
        raise TypeError(f"{function.__qualname__}: a transform takes exactly one value")
    if unknown := set(context) - {p.name for p in found}:
        raise TypeError(f"{function.__qualname__}: no parameter {', '.join(sorted(unknown))} to fill from the context")
    return tuple(found)


def bind(
    name: str, parameters: Sequence[Parameter], given: Mapping[str, Any], context: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """Check `given` against `parameters`; returns the arguments and every problem (arguments are complete only
    without problems).
    """
    known = {p.name: p for p in parameters}
    problems = []
    arguments: dict[str, Any] = {}
    for key in given:
        if key not in known:
            close = get_close_matches(str(key), known, n=1)
            hint = f"did you mean {close[0]}?" if close else _existing(parameters)
            problems.append(Problem(name, f"has no parameter {key!r}", hint))
    for parameter in parameters:
        if parameter.name in given:
            value = given[parameter.name]
        elif parameter.from_context and context.get(parameter.name) is not None:
            value = context[parameter.name]
        elif parameter.required:
            problems.append(Problem(name, f"needs {parameter.name}", parameter.type_text))
            continue
        else:
            value = parameter.default
            if value is None:
                arguments[parameter.name] = None
                continue
        try:
            arguments[parameter.name] = parameter.coerce(value)
        except ValueError as error:
            problems.append(Problem(f"{name}.{parameter.name}", str(error)))
    return arguments, problems


def _existing(parameters: Sequence[Parameter]) -> str:
    if not parameters:
        return "it takes none"
    return "it has " + ", ".join(f"{p.name} ({p.type_text})" for p in parameters)


def _coerce(annotation: Any, value: Any) -> Any:
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        inner, *extras = typing.get_args(annotation)
        value = _coerce(inner, value)
        for extra in extras:
            if isinstance(extra, Check) and value is not None:
                value = extra.rule(value)
        return value
    if origin in (types.UnionType, typing.Union):
        return _coerce_union(typing.get_args(annotation), value)
    if origin is Literal:
        words = typing.get_args(annotation)
        if value in words and isinstance(value, str):
            return value
        close = get_close_matches(str(value), words, n=1)
        raise ValueError(f"{value!r} is none of {', '.join(words)}" + (f": did you mean {close[0]}?" if close else ""))
    if origin is tuple:
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise ValueError(f"needs a list, not {value!r}")
        return tuple(_coerce(typing.get_args(annotation)[0], item) for item in value)
    if annotation in _COERCERS:
        return _COERCERS[annotation](value)
    if isinstance(value, annotation):
        return value
    raise ValueError(f"needs {_wording(annotation)}, not {value!r}")


def _coerce_union(members: Sequence[Any], value: Any) -> Any:
    if value is None and type(None) in members:
        return None
    reasons = []
    for member in members:
        if member is type(None):
            continue
        try:
            return _coerce(member, value)
        except ValueError as error:
            reasons.append(str(error))
    raise ValueError("; ".join(reasons))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"needs text, not {value!r}: put it in quotes")
    return str(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"needs a whole number, not {value!r}")
    return int(value)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError(f"needs a number, not {value!r}")
    try:
        number = Decimal(str(float(value)) if isinstance(value, float) else value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(f"needs a number, not {value!r}")
    return number


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"needs true or false, not {value!r}")
    return value


def _pattern(value: Any) -> re.Pattern[str]:
    if isinstance(value, re.Pattern):
        return value
    try:
        return re.compile(_text(value))
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from error


def _zone(value: Any) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(_text(value))
    except (KeyError, ValueError, OSError) as error:  # KeyError: not found; the others: a name that is no name at all
        raise ValueError(f"{value!r} is no time zone: use a name such as Australia/Sydney") from error


_COERCERS: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    int: _integer,
    bool: _boolean,
    Decimal: _decimal,
    re.Pattern[str]: _pattern,
    ZoneInfo: _zone,
}

_WORDINGS: dict[Any, str] = {
    str: "text",
    int: "whole number",
    bool: "true or false",
    Decimal: "number",
    re.Pattern[str]: "regular expression",
    ZoneInfo: "time zone name",
    Path: "folder",
}


def add_type(annotation: Any, *, wording: str, coerce: Callable[[Any], Any]) -> None:
    """Teach parameters a further type, for a transform that needs one."""
    _COERCERS[annotation] = coerce
    _WORDINGS[annotation] = wording


def _wording(annotation: Any) -> str:
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        inner, *extras = typing.get_args(annotation)
        worded = [e.wording for e in extras if isinstance(e, Check) and e.wording]
        return worded[0] if worded else _wording(inner)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_wording(m) for m in typing.get_args(annotation) if m is not type(None))
    if origin is Literal:
        return ", ".join(typing.get_args(annotation))
    if origin is tuple:
        return f"list of {_wording(typing.get_args(annotation)[0])}"
    return _WORDINGS.get(annotation, getattr(annotation, "__name__", str(annotation)))
