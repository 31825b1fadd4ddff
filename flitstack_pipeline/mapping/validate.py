"""What a map's own text can already show to be wrong: names that do not exist, references in a circle."""

import difflib
import string
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.mapping.choices import choice_problems
from flitstack_pipeline.mapping.graph import cycle_of
from flitstack_pipeline.mapping.objects import METADATA_COLUMNS, ORIGINS
from flitstack_pipeline.mapping.spec import (
    Action,
    Children,
    Condition,
    Join,
    NewField,
    ObjectSpec,
    RecordSetSpec,
    SelectionOf,
    SystemMap,
)
from flitstack_pipeline.mapping.walk import Loc, Place, children_of, model_needs, places
from flitstack_pipeline.odoo.actions import ACTIONS
from flitstack_pipeline.rebuild.problems import objects_needed, rebuild_problems
from flitstack_pipeline.transform import registry

Found = tuple[Loc, str, str]
BUILT_IN = ("_id", "_file", "_row")
_READS = {"exports": "files", "dataverse": "entity or metadata"}
_READS_NOT = {"exports": {"entity", "metadata"}, "dataverse": {"files"}}
# Stands for what a migration gives to transforms, so that a chain can be put together before there is one.
_CONTEXT = {"timezone": "UTC", "country": "AU", "base": Path(), "max_mb": Decimal(1)}


def map_problems(system: SystemMap) -> list[Found]:
    """Every problem of a map, as (place, what is wrong, what would be right)."""
    found = [*_object_problems(system), *choice_problems(system)]
    sets: dict[str, str] = {}
    for model_name, model in system.models.items():
        if model.create and not model.model.startswith("x_"):
            found.append(
                (
                    ("models", model_name, "create"),
                    f"{model.model} cannot be created",
                    "a custom model's name begins with x_",
                )
            )
        for other in model.after:
            if other not in system.models:
                found.append(_unknown(("models", model_name, "after"), "model", other, system.models))
        for name, records in model.records.items():
            if name in sets:
                loc = ("models", model_name, "records", name)
                found.append((loc, f"there is a record set {name!r} in {sets[name]} already", "give it another name"))
            sets[name] = model_name
            found.extend(_record_set_problems(system, model_name, name, records))
            found.extend(
                p for action in records.actions for p in _action_problems(model_name, model.model, name, action)
            )
    if not found and (cycle := cycle_of(system)):
        found.append(
            (("models", cycle[0]), "models refer to each other in a circle: " + " → ".join(cycle), "drop one reference")
        )
    return found


def _object_problems(system: SystemMap) -> Iterator[Found]:
    for name, obj in system.objects.items():
        loc = ("objects", name)
        if wrong := _READS_NOT[system.reader].intersection(o for o in ORIGINS if getattr(obj, o)):
            kind = next(iter(wrong))
            yield ((*loc, kind), f"the reader {system.reader} knows no {kind}", f"use {_READS[system.reader]}")
        if (origin := obj.derived_from) and origin not in system.objects:
            yield _unknown(loc, "object", origin, system.objects)
            continue
        if circle := _derived_in_circle(system, name):
            yield (loc, "is derived from itself: " + " → ".join(circle), "derive one of them from a file")
            continue
        if obj.derived_from:
            derived = obj.distinct.columns if obj.distinct else (obj.explode.column,) if obj.explode else ()
            origin_columns = columns_of(system, obj.derived_from)
            yield from _missing((*loc, "distinct" if obj.distinct else "explode"), derived, origin_columns)
        known = columns_of(system, name)
        yield from _missing((*loc, "key"), obj.key if isinstance(obj.key, tuple) else obj.key.number_within, known)
        yield from _missing((*loc, "fill_down"), obj.fill_down, known)
        yield from rebuild_problems(system, name, partial(columns_of, system))
    used = {o for m in system.models for o in model_needs(system, m)[0]}
    used |= {obj.derived_from for obj in system.objects.values() if obj.derived_from}
    used |= {needed for obj in system.objects.values() for needed in objects_needed(obj.rebuild_as)}
    for name, obj in system.objects.items():
        if obj.migrates and name not in used:
            yield (("objects", name), "nothing uses this object", "map it, or say `migrates: false` and the `reason:`")


def _record_set_problems(system: SystemMap, model_name: str, name: str, records: RecordSetSpec) -> Iterator[Found]:
    loc = ("models", model_name, "records", name)
    if records.from_ not in system.objects:
        yield _unknown((*loc, "from"), "object", records.from_, system.objects)
        return
    broken = [alias for alias, join in records.joins.items() if join.object not in system.objects]
    for alias in broken:
        yield _unknown((*loc, "joins", alias), "object", records.joins[alias].object, system.objects)
    if broken:
        return
    known = _visible(system, records.from_, {a: j.object for a, j in records.joins.items()})
    for alias, join in records.joins.items():
        if join.on not in known:
            yield _unknown((*loc, "joins", alias, "on"), "column", join.on, known)
        yield from _join_problems(system, (*loc, "joins", alias), join)
    yield from _missing((*loc, "once"), records.once, columns_of(system, records.from_))
    yield from _condition_problems((*loc, "where"), records.where, known)
    for exclusion in records.exclude:
        yield from _condition_problems((*loc, "exclude"), exclusion.when, known)
    for action in records.actions:
        yield from _condition_problems((*loc, "actions"), action.when, known)
    for match in records.match:
        yield from _missing((*loc, "match"), match.by, records.fields, kind="mapped field")
    own = columns_of(system, records.from_)
    for review in records.review:
        yield from _missing((*loc, "review"), [review.column], own)
        yield from _transform_problems((*loc, "review"), review.transform)
    yield from _missing((*loc, "owner"), records.owner, records.fields, kind="mapped field")
    if records.custom_fields:
        yield from _custom_problems(system, (*loc, "custom_fields"), records)
    for place in places(model_name, name, records):
        yield from _field_problems(system, place)


def _custom_problems(system: SystemMap, loc: Loc, records: RecordSetSpec) -> Iterator[Found]:
    custom = records.custom_fields
    if custom is None or custom.from_ not in system.objects:
        yield _unknown((*loc, "from"), "object", custom.from_ if custom else "", system.objects)
        return
    known = columns_of(system, custom.from_)
    named = (custom.name, custom.label, custom.type, custom.column, *custom.option_key, *filter(None, [custom.options]))
    yield from _missing(loc, named, known)
    options = [custom.option_records] if custom.option_records else []
    yield from _missing((*loc, "option_records"), options, system.record_sets(), kind="record set")
    yield from _condition_problems((*loc, "where"), custom.where, known)


def _action_problems(model_name: str, model: str, name: str, action: Action) -> Iterator[Found]:
    loc = ("models", model_name, "records", name, "actions")
    if action.do not in ACTIONS:
        yield _unknown(loc, "action", action.do, ACTIONS)
        return
    spec = ACTIONS[action.do]
    if model not in spec.models:
        yield (loc, f"{action.do} is not a step of {model}", f"it is one of {', '.join(spec.models)}")
    yield from _missing((*loc, "with"), action.with_, spec.params, kind="parameter")


def _field_problems(system: SystemMap, place: Place) -> Iterator[Found]:
    field, loc = place.field, place.loc
    if place.object not in system.objects:
        yield _unknown(loc, "object", place.object, system.objects)
        return
    if broken := [o for o in place.joins.values() if o not in system.objects]:
        yield from _missing((*loc[:-2], "joins"), broken, system.objects, kind="object")
        return
    own, known = columns_of(system, place.object), _visible(system, place.object, place.joins)
    yield from _missing((*loc, "from"), field.from_, known)
    yield from _missing((*loc, "template"), template_columns(field.template or ""), known)
    if field.duplicate_of:
        yield from _missing((*loc, "duplicate_of"), [field.duplicate_of.column], own)
        yield from _transform_problems((*loc, "duplicate_of"), field.duplicate_of.transform)
    yield from _condition_problems((*loc, "when"), field.when, known)
    yield from _transform_problems((*loc, "transform"), field.transform)
    if field.lookup:
        yield from _missing((*loc, "lookup"), field.lookup.records, system.record_sets(), kind="record set")
    yield from _new_field_problems(system, loc, place.name, field.create)
    if field.fallback:
        yield from _new_field_problems(system, (*loc, "fallback"), field.fallback.field, field.fallback.create)
    if field.create and field.create.selection == "distinct":
        for column in sorted({*field.from_} - own):
            yield (
                (*loc, "create"),
                f"the values of {column} cannot be listed",
                "list the `selection` of a joined column",
            )
    if children := children_of(field):
        yield from _children_problems(system, place, children, known)


def _join_problems(system: SystemMap, loc: Loc, join: Join) -> Iterator[Found]:
    theirs = columns_of(system, join.object)
    yield from _missing((*loc, "by"), filter(None, [join.by]), theirs)
    yield from _condition_problems((*loc, "where"), join.where, theirs)


def _new_field_problems(system: SystemMap, loc: Loc, name: str, new: NewField | None) -> Iterator[Found]:
    if new is None:
        return
    if not name.startswith("x_"):
        yield (loc, f"{name} cannot be created", "a field that is created begins with x_")
    if new.relation and new.relation.startswith("@"):
        relation = [new.relation[1:]]
        yield from _missing((*loc, "create", "relation"), relation, system.record_sets(), kind="record set")
    if new.selection_of:
        yield from _selection_problems(system, (*loc, "create", "selection_of"), new.selection_of)


def _selection_problems(system: SystemMap, loc: Loc, selection: SelectionOf) -> Iterator[Found]:
    if selection.object not in system.objects:
        yield _unknown((*loc, "object"), "object", selection.object, system.objects)
        return
    known = columns_of(system, selection.object)
    yield from _missing(loc, filter(None, (selection.label, selection.value)), known)
    yield from _condition_problems((*loc, "where"), selection.where, known)


def _children_problems(system: SystemMap, place: Place, children: Children, parent: set[str]) -> Iterator[Found]:
    kind = next(k for k in ("lines", "bundle", "merge", "collect") if getattr(place.field, k))
    loc = (*place.loc, kind)
    if children.from_ not in system.objects:
        yield _unknown((*loc, "from"), "object", children.from_, system.objects)
        return
    if broken := [j.object for j in children.joins.values() if j.object not in system.objects]:
        if kind != "lines":  # the fields of lines have said it
            yield from _missing((*loc, "joins"), broken, system.objects, kind="object")
        return
    own = columns_of(system, children.from_)
    known = _visible(system, children.from_, {a: j.object for a, j in children.joins.items()})
    yield from _missing((*loc, "parent"), children.parent, own)
    yield from _missing((*loc, "on"), [children.on], parent)
    yield from _missing((*loc, "order_by"), children.order_by, own)
    yield from _missing((*loc, "joins"), [join.on for join in children.joins.values()], known)
    for join in children.joins.values():
        yield from _join_problems(system, (*loc, "joins"), join)
    bundled = place.field.bundle.columns.values() if place.field.bundle else ()
    merged = template_columns(place.field.merge.template) if place.field.merge else ()
    collected = place.field.collect.column if place.field.collect else ()
    yield from _missing(loc, (*bundled, *merged, *collected), known)
    yield from _condition_problems((*loc, "where"), children.where, known)


def _transform_problems(loc: Loc, steps: Sequence[Any]) -> Iterator[Found]:
    found = [problem for step in steps if (problem := registry.problem(step))]
    if not found:
        try:
            registry.chain(steps, context=_CONTEXT)
        except ConfigurationError as error:
            found = [(f"{p.where} {p.what}", p.hint) for p in error.problems]
    for what, hint in found:
        yield (loc, what, hint)


def _missing(loc: Loc, names: Iterable[str], known: Iterable[str], *, kind: str = "column") -> Iterator[Found]:
    known = [*known]
    yield from (_unknown(loc, kind, name, known) for name in names if name not in known)


def _derived_in_circle(system: SystemMap, name: str) -> list[str]:
    path: list[str] = []
    at: str | None = name
    while at and at in system.objects and at not in path:
        path.append(at)
        at = system.objects[at].derived_from
    return [*path, name] if at == name else []


def _condition_problems(loc: Loc, condition: Condition | None, known: set[str]) -> Iterator[Found]:
    if condition:
        yield from _missing(loc, sorted(condition.columns_used()), known)


def template_columns(template: str) -> list[str]:
    """The columns that a template names in braces."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name]


def columns_of(system: SystemMap, name: str) -> set[str]:
    """The columns that a map may name of an object: declared ones, those of inline rows, those it derives from its origin."""
    obj: ObjectSpec = system.objects[name]
    if obj.rows:
        own = {key for row in obj.rows for key in row}
    elif obj.distinct:
        own = set(obj.distinct.columns)
    elif obj.metadata:
        own = set(METADATA_COLUMNS[obj.metadata])
    elif obj.explode:
        known = obj.explode.from_ in system.objects and not _derived_in_circle(system, name)
        own = columns_of(system, obj.explode.from_) | {"position"} if known else set()
    else:
        own = set(obj.columns)
    return own | set(BUILT_IN)


def _visible(system: SystemMap, name: str, joins: dict[str, str]) -> set[str]:
    joined = {f"{alias}.{column}" for alias, obj in joins.items() for column in columns_of(system, obj)}
    return columns_of(system, name) | joined


def _unknown(loc: Loc, kind: str, name: str, known: Iterable[str]) -> Found:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(names)}" if len(names) <= 20 else ""
    return (loc, f"there is no {kind} {name!r}", hint)
