"""What is wrong with a map's `rebuild_as`, as its text shows: columns, objects and placeholders that do not exist."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flitstack_pipeline.mapping.rows import Condition, Join
from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.rebuild.spec import BuildRule, RebuildSpec

Loc = tuple[str, ...]
Found = tuple[Loc, str, str]
Columns = Callable[[str], set[str]]

# What the reader of workflows looks at, beside what the map names.
WORKFLOW_COLUMNS = (
    "category",
    "primaryentity",
    "xaml",
    "clientdata",
    "statecode",
    "triggeroncreate",
    "triggeronupdateattributelist",
)
_TEXTS = ("name", "trigger", "conditions", "actions", "owner", "active")
_NAMES = re.compile(r"\{([\w.]+)\}")


def rebuild_problems(system: SystemMap, name: str, columns_of: Columns) -> Iterator[Found]:
    """Every problem of an object's `rebuild_as`. `columns_of` gives the columns that a map may name of an object."""
    specs = system.objects[name].rebuild_as
    for number, spec in enumerate(specs, 1):
        loc = ("objects", name, "rebuild_as", *([f"alternative {number}"] if len(specs) > 1 else []))
        if unknown := [*_unknown_objects(system, loc, spec)]:
            yield from unknown
            continue
        known = _with_joins(columns_of(name), spec.joins, columns_of) | set(spec.children)
        yield from _missing((*loc, "joins"), (j.on for j in spec.joins.values()), known)
        yield from _condition((*loc, "where"), spec.where, known)
        for child, merge in spec.children.items():
            own = _with_joins(columns_of(merge.from_), merge.joins, columns_of)
            named = (*merge.parent, *merge.order_by, *_NAMES.findall(merge.template))
            yield from _missing((*loc, "children", child), named, own)
            yield from _condition((*loc, "children", child, "where"), merge.where, own)
        for text in _TEXTS:
            value = getattr(spec, text)
            yield from _missing(
                (*loc, text), _NAMES.findall(value) if "{" in value else filter(None, [value]), known - {""}
            )
        yield from _missing(loc, [c for t in (spec.object, spec.group) for c in _NAMES.findall(t)], known)
        if spec.object and "{" not in spec.object:
            yield from _missing((*loc, "object"), [spec.object], system.objects, kind="object")
        if spec.reader == "dataverse_workflow" and not spec.leave_out:
            yield from _missing(loc, WORKFLOW_COLUMNS, known)
        for rule in spec.build:
            yield from _rule(system, loc, rule, known, columns_of)


def _unknown_objects(system: SystemMap, loc: Loc, spec: RebuildSpec) -> Iterator[Found]:
    joined = [j.object for j in spec.joins.values()]
    merged = [o for m in spec.children.values() for o in (m.from_, *(j.object for j in m.joins.values()))]
    named = [rule.object for rule in spec.build if rule.object]
    yield from _missing(loc, [*joined, *merged, *named], system.objects, kind="object")


def _rule(system: SystemMap, loc: Loc, rule: BuildRule, known: set[str], columns_of: Columns) -> Iterator[Found]:
    at = (*loc, "build")
    yield from _condition((*at, "when"), rule.when, known)
    given = known | set(_NAMES.findall(rule.trigger))
    for text in (rule.delay, rule.note, *_texts(rule.domain)):
        yield from _missing(at, _NAMES.findall(text), given)
    if rule.object:
        columns = [c for c in (*rule.watch, rule.date) if c]
        yield from _missing(at, columns, columns_of(rule.object))
    elif rule.watch or rule.date:
        yield (at, "names columns but no object", "add `object:`, whose columns they are")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str):
        yield value


def _with_joins(own: set[str], joins: dict[str, Join], columns_of: Columns) -> set[str]:
    return own | {f"{alias}.{column}" for alias, join in joins.items() for column in columns_of(join.object)}


def _condition(loc: Loc, condition: Condition | None, known: set[str]) -> Iterator[Found]:
    if condition:
        yield from _missing(loc, sorted(condition.columns_used()), known)


def _missing(loc: Loc, names: Iterable[str], known: Iterable[str], *, kind: str = "column") -> Iterator[Found]:
    known = sorted(known)
    for name in dict.fromkeys(names):
        if name not in known:
            yield (loc, f"there is no {kind} {name!r}", f"there are: {', '.join(known)}" if len(known) <= 40 else "")


def objects_needed(specs: Iterable[RebuildSpec]) -> set[str]:
    """The objects whose rows these specs join or merge."""
    found: set[str] = set()
    for spec in specs:
        found.update(join.object for join in spec.joins.values())
        for merge in spec.children.values():
            found.update([merge.from_, *(join.object for join in merge.joins.values())])
    return found
