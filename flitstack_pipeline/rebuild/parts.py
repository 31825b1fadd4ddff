"""What readers find in a row, in words that are the same for all source systems."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flitstack_pipeline.rebuild.spec import Do, Kind

OPERATORS: Mapping[str, str] = {
    **dict.fromkeys(("is", "equals", "equal", "eq", "=", "==", "on"), "="),
    **dict.fromkeys(("is not", "not equal", "does not equal", "notequal", "ne", "neq", "!=", "<>"), "!="),
    **dict.fromkeys(("greater than", "greaterthan", "more than", "gt", ">", "after", "above", "over"), ">"),
    **dict.fromkeys(
        ("at least", "greater equal", "greaterequal", "greaterthanorequal", "ge", "gte", ">=", "on or after"), ">="
    ),
    **dict.fromkeys(("less than", "lessthan", "lt", "<", "before", "below", "under"), "<"),
    **dict.fromkeys(("at most", "less equal", "lessequal", "lessthanorequal", "le", "lte", "<=", "on or before"), "<="),
    **dict.fromkeys(("contains", "like", "includes"), "ilike"),
    **dict.fromkeys(("does not contain", "doesnotcontain", "notlike", "not like", "excludes"), "not ilike"),
    **dict.fromkeys(("in", "is one of", "any of"), "in"),
    **dict.fromkeys(("not in", "notin", "is none of"), "not in"),
    **dict.fromkeys(("is empty", "empty", "null", "does not contain data"), "unset"),
    **dict.fromkeys(("is not empty", "filled", "not null", "notnull", "contains data"), "set"),
    **dict.fromkeys(("begins with", "beginswith", "starts with", "startswith"), "begins"),
    **dict.fromkeys(("ends with", "endswith"), "ends"),
}
"""Spellings of operators to Odoo's, and `set`, `unset`, `begins`, `ends`."""


@dataclass(frozen=True)
class Check:
    """One condition on one field. `operator` as the source spells it; `said`: the source's own words for all of it;
    `label`: that of a value that is the number of a choice.
    """

    field: str
    operator: str
    value: Any = None
    said: str = ""
    label: str | None = None

    def __str__(self) -> str:
        if self.said:
            return self.said
        if self.label is not None:
            return f"{self.field} {self.operator} {self.label} ({self.value})"
        shown = ", ".join(map(str, self.value)) if isinstance(self.value, list | tuple) else self.value
        return f"{self.field} {self.operator}" + ("" if shown is None else f" {shown}")


@dataclass(frozen=True)
class Step:
    """One thing that is done. `do`: None where nobody has said what the source's kind of step does."""

    text: str
    do: Do | None = None
    depth: int = 0


@dataclass(frozen=True)
class Event:
    """What sets an entry off. `what`: create, update, delete, time, demand, schedule, webhook, form or ""."""

    what: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A row, read. `tests`: conditions that all have to hold; `words`: those that are only text."""

    name: str = ""
    kind: Kind | None = None
    trigger: str = ""
    tests: tuple[Check, ...] = ()
    words: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    events: tuple[Event, ...] = ()
    owner: str = ""
    active: bool | None = None
    object: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def conditions(self) -> tuple[str, ...]:
        return (*map(str, self.tests), *self.words)
