"""The named transforms of the map language.

A transform is a pure function from one value to one value, registered under the name that a map uses:

    @transform("truncate", accepts=(str,), returns=str, examples=(example("Hello", "He", length=2),))
    def truncate(value: str, *, length: int) -> str: ...

In a map it is written `strip`, `{truncate: 100}` (the first parameter) or `{split: {separator: ";"}}`. `resolve` and
`chain` check all of that, and that each step of a chain can take what the one before gives, before any row is read.

Rules that hold for every transform:
- An empty cell (None) passes through untouched, unless the transform says `nulls=True`. Empty text *is* an empty cell,
  going in and coming out: a chain stops there.
- A value that cannot be transformed raises RecordError with a reason that a person can act on; nothing is guessed.
- Values have exact types: str, int, Decimal, bool, date, datetime (aware, UTC where it says so), list, dict, bytes,
  FileContent. A bool is not taken for an int, nor a datetime for a date.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

from flitstack_pipeline.errors import ConfigurationError, Problem, RecordError
from flitstack_pipeline.transform.parameters import Parameter, add_type, bind, read_parameters


class UnknownTransform(ConfigurationError, KeyError):
    """A map names a transform that does not exist."""


class BadTransform(ConfigurationError):
    """A map uses a transform in a way that it cannot be used."""


@dataclass(frozen=True)
class Example:
    """What a transform makes of a value: documentation that is run as a test. `refused`: a part of the RecordError's
    reason.
    """

    value: Any
    result: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)
    refused: str = ""


def example(value: Any, result: Any, **params: Any) -> Example:
    """State that `value` becomes `result`."""
    return Example(value, result, params)


def refused(value: Any, reason: str, **params: Any) -> Example:
    """State that `value` is refused with a reason that contains `reason`."""
    return Example(value, None, params, reason)


@dataclass(frozen=True)
class Transform:
    """A registered transform and all that documentation says of it."""

    name: str
    function: Callable[..., Any]
    accepts: tuple[type, ...]
    returns: tuple[type, ...]
    nulls: bool
    parameters: tuple[Parameter, ...]
    examples: tuple[Example, ...]
    group: str
    check: Callable[[Mapping[str, Any]], None] | None = None

    @property
    def main(self) -> Parameter | None:
        """The parameter that `{name: value}` gives: the first that a map may set."""
        return self.parameters[0] if self.parameters else None

    @property
    def summary(self) -> str:
        return (self.function.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ").strip()

    @property
    def details(self) -> str:
        paragraphs = (self.function.__doc__ or "").strip().split("\n\n")[1:]
        return "\n\n".join(p.replace("\n    ", " ").strip() for p in paragraphs)


@dataclass(frozen=True)
class Step:
    """A transform with its arguments: call it with a value."""

    transform: Transform
    arguments: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.transform.name

    @property
    def accepts(self) -> tuple[type, ...]:
        return self.transform.accepts

    @property
    def returns(self) -> tuple[type, ...]:
        return self.transform.returns

    def __call__(self, value: Any) -> Any:
        """Transform one value; RecordError with the reason when it cannot be."""
        if value == "" and isinstance(value, str):
            value = None
        if value is None and not self.transform.nulls:
            return None
        if value is not None and not any(_is(value, kind) for kind in self.accepts):
            raise RecordError(
                f"{self.name} takes {type_words(self.accepts)}, not {type_words((type(value),))} {shown(value)}"
            )
        result = self.transform.function(value, **self.arguments)
        return None if isinstance(result, str) and not result else result


@dataclass(frozen=True)
class Chain:
    """Steps one after the other. An empty chain gives back what it gets."""

    steps: tuple[Step, ...]

    @property
    def accepts(self) -> tuple[type, ...]:
        return self.steps[0].accepts if self.steps else (object,)

    @property
    def returns(self) -> tuple[type, ...]:
        return self.steps[-1].returns if self.steps else (object,)

    def __call__(self, value: Any) -> Any:
        for step in self.steps:
            value = step(value)
        return value


_TRANSFORMS: dict[str, Transform] = {}


def transform(
    name: str,
    *,
    accepts: tuple[type, ...],
    returns: type | tuple[type, ...],
    nulls: bool = False,
    context: Sequence[str] = (),
    examples: Sequence[Example] = (),
    check: Callable[[Mapping[str, Any]], None] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated function under `name`.

    `accepts`/`returns`: the types of the value, `object` for any. `context`: parameters that are filled from the
    migration (its time zone, its country, its folder) when the map leaves them out. `check` gets the arguments and
    raises ValueError if they do not go together. The function's docstring is its documentation.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        if name in _TRANSFORMS:
            raise ValueError(f"two transforms are called {name!r}")
        _TRANSFORMS[name] = Transform(
            name=name,
            function=function,
            accepts=accepts,
            returns=returns if isinstance(returns, tuple) else (returns,),
            nulls=nulls,
            parameters=read_parameters(function, context),
            examples=tuple(examples),
            group=function.__module__,
            check=check,
        )
        return function

    return register


def get(name: str) -> Transform:
    """Return the transform called `name`; UnknownTransform (also a KeyError) with the closest names otherwise."""
    if found := _TRANSFORMS.get(name):
        return found
    close = get_close_matches(str(name), _TRANSFORMS, n=3)
    hint = f"did you mean {', '.join(close)}?" if close else f"there are {', '.join(names())}"
    raise UnknownTransform([Problem("transform", f"there is none called {name!r}", hint)])


def names() -> tuple[str, ...]:
    """Return the names of all transforms, sorted."""
    return tuple(sorted(_TRANSFORMS))


def describe() -> tuple[Transform, ...]:
    """Return all transforms in the order in which they were registered: module by module, as in the source."""
    return tuple(_TRANSFORMS.values())


def resolve(spec: str | Mapping[str, Any], *, context: Mapping[str, Any] | None = None) -> Step:
    """Turn what a map says of one transform into a Step.

    `context` gives `timezone`, `country`, `base`, `max_mb` to the transforms that ask for them. Raises
    UnknownTransform or BadTransform with every problem of the spec.
    """
    found, arguments, problems = _bound(spec, context or {})
    if problems:
        raise BadTransform(problems)
    return Step(found, arguments)


def problem(spec: Any) -> tuple[str, str] | None:
    """Say what is wrong with a spec, as (what, hint), or None. What the migration will give (`context`) is not missed
    here.
    """
    try:
        found, _, problems = _bound(spec, {})
    except ConfigurationError as error:
        return _as_pair(error.problems[0])
    given_later = {Problem(found.name, f"needs {p.name}", p.type_text) for p in found.parameters if p.from_context}
    remaining = [p for p in problems if p not in given_later]
    return _as_pair(remaining[0]) if remaining else None


def _as_pair(found: Problem) -> tuple[str, str]:
    return (f"{found.where} {found.what}" if found.where else found.what), found.hint


def _bound(spec: Any, context: Mapping[str, Any]) -> tuple[Transform, dict[str, Any], list[Problem]]:
    if isinstance(spec, str):
        name, given = spec, None
    elif isinstance(spec, Mapping) and len(spec) == 1:
        name, given = next(iter(spec.items()))
    else:
        raise BadTransform([Problem("transform", f"{spec!r} is no transform", "write strip, or {truncate: 100}")])
    found = get(name)
    arguments, problems = bind(name, found.parameters, _as_parameters(found, given), context)
    if found.check is not None and not problems:
        try:
            found.check(arguments)
        except ValueError as error:
            problems.append(Problem(name, str(error)))
    return found, arguments, problems


def chain(specs: Sequence[str | Mapping[str, Any]], *, context: Mapping[str, Any] | None = None) -> Chain:
    """Resolve transforms that follow each other; BadTransform with the problems of all of them.

    A step that cannot take anything of what the step before gives is refused here.
    """
    if isinstance(specs, str | Mapping):
        specs = [specs]
    problems: list[Problem] = []
    steps: list[Step] = []
    for number, spec in enumerate(specs, 1):
        try:
            steps.append(resolve(spec, context=context))
        except (UnknownTransform, BadTransform) as error:
            problems.extend(Problem(f"step {number}: {p.where}", p.what, p.hint) for p in error.problems)
    if not problems:
        for before, after in pairwise(steps):
            if not compatible(before.returns, after.accepts):
                what = f"takes {type_words(after.accepts)}, but {before.name} gives {type_words(before.returns)}"
                problems.append(Problem(after.name, what))
    if problems:
        raise BadTransform(problems)
    return Chain(tuple(steps))


def compatible(given: Sequence[type], taken: Sequence[type]) -> bool:
    """Tell whether at least one of the types `given` is among those `taken`; `object` on either side fits all."""
    if object in given or object in taken:
        return True
    return any(_is_kind(kind, wanted) for kind in given for wanted in taken)


def shown(value: Any, limit: int = 60) -> str:
    """Quote a value for a reason, cut to `limit` characters."""
    text = value if isinstance(value, str) else str(value)
    return f"“{text}”" if len(text) <= limit else f"“{text[:limit]}…”"


_TYPE_WORDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    Decimal: "a decimal number",
    float: "a binary number",
    bool: "true or false",
    date: "a date",
    datetime: "a date with time",
    list: "a list",
    dict: "named values",
    bytes: "bytes",
    object: "any value",
}


def type_words(kinds: Sequence[type]) -> str:
    """Name types as a person would."""
    return " or ".join(_TYPE_WORDS.get(kind, kind.__name__) for kind in kinds)


def _as_parameters(found: Transform, given: Any) -> Mapping[str, Any]:
    """`{name: value}`: either the parameters by name, or the main one's value."""
    if given is None:
        return {}
    known = {p.name for p in found.parameters}
    if isinstance(given, Mapping) and (known.intersection(given) or found.main is None):
        return given
    if found.main is None:
        raise BadTransform([Problem(found.name, f"takes no parameters, but is given {given!r}")])
    if isinstance(given, Mapping):
        return given
    return {found.main.name: given}


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and _is_kind(type(value), kind)


def _is_kind(kind: type, wanted: type) -> bool:
    if wanted is object:
        return True
    if kind is bool or kind is datetime:  # Python says that they are an int and a date; a migration must not
        return wanted is kind
    return issubclass(kind, wanted)


def _as_chain(value: Any) -> Chain:
    if isinstance(value, Chain):
        return value
    try:
        return chain(value if isinstance(value, Sequence) else [value])
    except ConfigurationError as error:
        raise ValueError("; ".join(str(p) for p in error.problems)) from error


add_type(Chain, wording="list of transforms", coerce=_as_chain)
