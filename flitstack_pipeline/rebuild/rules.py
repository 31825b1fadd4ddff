"""The reader of rules in exports: columns and templates, and conditions and actions as text or as JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flitstack_pipeline.rebuild.parts import Check, Parts, Step
from flitstack_pipeline.rebuild.spec import RebuildSpec
from flitstack_pipeline.transform.apply import filled
from flitstack_pipeline.transform.conditions import fold
from flitstack_pipeline.transform.values import text_of

Row = Mapping[str, Any]

_FIELD, _OPERATOR, _VALUE = (
    ("field", "attribute", "column", "property"),
    ("operator", "op", "comparison"),
    ("value", "values"),
)
_TYPE = ("type", "action", "do", "kind")
_GROUPS = {"any": "any of", "or": "any of", "all": "all of", "and": "all of", "not": "not", "none": "none of"}
_ON = frozenset({"true", "yes", "y", "1", "on", "active", "activated", "enabled"})
_OFF = frozenset({"false", "no", "n", "0", "off", "inactive", "draft", "disabled", "suspended", "paused"})

_PHRASE = re.compile(
    r"(?P<field>\w[\w ./-]*?) (?P<operator>above|over|more than|at least|below|under|less than|at most) "
    r"(?P<value>\d[\d,]*(?:\.\d+)?) ?%?"
)


def read_rules(spec: RebuildSpec, row: Row) -> Parts:
    """Read a row by the map's columns and templates."""
    problems: list[str] = []
    conditions = _structure(said(spec.conditions, row), "conditions", problems)
    actions = _structure(said(spec.actions, row), "actions", problems)
    tests, words = _conditions(conditions)
    return Parts(
        name=said_text(spec.name, row),
        trigger=said_text(spec.trigger, row),
        tests=tests,
        words=words,
        steps=tuple(_steps(actions, spec)),
        owner=said_text(spec.owner, row),
        active=is_on(said(spec.active, row)),
        object=filled(spec.object, dict(row)),
        problem="; ".join(problems),
    )


def said(text: str, row: Row) -> Any:
    """The value of a column, or a filled-in template; None for no text."""
    if not text:
        return None
    return filled(text, dict(row)) if "{" in text else row.get(text)


def said_text(text: str, row: Row) -> str:
    """The same as text on one line."""
    value = said(text, row)
    return "" if value is None else " ".join(text_of(value).split())


def is_on(value: Any) -> bool | None:
    """Whether a value says that something is switched on; None if it says neither."""
    if isinstance(value, bool) or value is None:
        return value
    word = str(fold(text_of(value)))
    return True if word in _ON else False if word in _OFF else None


def _structure(value: Any, what: str, problems: list[str]) -> Any:
    """JSON as data, other text as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        problems.append(f"its {what} are not JSON: {error.msg} at character {error.pos + 1}")
        return None


def _conditions(value: Any) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """All of these hold: tests that can be said in other fields, and what is only text."""
    tests: list[Check] = []
    words: list[str] = []
    for item in value if isinstance(value, list) else [] if value in (None, "", {}) else [value]:
        test = _test(item)
        if test is not None:
            tests.append(test)
        elif isinstance(item, Mapping) and len(item) == 1 and fold(next(iter(item))) in ("all", "and"):
            inner, more = _conditions(next(iter(item.values())))
            tests += inner
            words += more
        elif isinstance(item, str):
            for line in filter(None, (" ".join(part.split()) for part in item.splitlines())):
                phrase = _PHRASE.fullmatch(line)
                if phrase:
                    tests.append(Check(phrase["field"], phrase["operator"], _number(phrase["value"]), line))
                else:
                    words.append(line)
        else:
            words.append(_words(item))
    return tuple(tests), tuple(words)


def _test(item: Any) -> Check | None:
    if not isinstance(item, Mapping):
        return None
    field, operator, value = (_first(item, names) for names in (_FIELD, _OPERATOR, _VALUE))
    known = {n for names in (_FIELD, _OPERATOR, _VALUE) for n in names}
    if not field or not operator or any(fold(k) not in known for k in item):
        return None
    return Check(str(field), str(operator), value)


def _number(text: str) -> int | float:
    number = float(text.replace(",", ""))
    return int(number) if number.is_integer() else number


def _first(item: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((v for k, v in item.items() if fold(k) in names), None)


def _steps(value: Any, spec: RebuildSpec) -> Iterator[Step]:
    steps = {fold(name): step for name, step in spec.steps.items()}
    for item in value if isinstance(value, list) else [] if value in (None, "", {}) else [value]:
        if isinstance(item, Mapping):
            kind = _first(item, _TYPE)
            rest = {k: v for k, v in item.items() if fold(k) not in _TYPE}
            text = (
                ": ".join(filter(None, [str(kind or ""), _words(rest)])).replace("_", " ")
                if rest
                else str(kind or "").replace("_", " ")
            )
            step = steps.get(fold(str(kind)))
            note = filled(step.note, {k: _words(v) for k, v in item.items()}) if step and step.note else ""
            yield Step(f"{text} → {note}" if note else text, step.do if step else None)
        else:
            for line in _words(item).splitlines():
                if line.strip():
                    step = steps.get(fold(line))
                    yield Step(line.strip(), step.do if step else None)


def _words(value: Any) -> str:
    """Any JSON as a short text for people."""
    test = _test(value)
    if test is not None:
        return str(test)
    if isinstance(value, Mapping):
        parts = []
        for key, item in value.items():
            group = _GROUPS.get(str(fold(key)))
            inner = _words(item)
            parts.append(f"{group} ({inner})" if group else f"{key} {inner}")
        return ", ".join(parts)
    if isinstance(value, list):
        return "; ".join(map(_words, value))
    return "" if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(value)
