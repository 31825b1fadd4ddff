"""What a map's own text can already show to be wrong: names that do not exist, references in a circle."""

import difflib
import string
from collections.abc import Iterable, Iterator

from flitstack_pipeline.mapping.graph import cycle_of
from flitstack_pipeline.mapping.spec import Condition, FieldSpec, ObjectSpec, RecordSetSpec, SystemMap
from flitstack_pipeline.mapping.walk import Loc, Place, children_of, model_needs, places
from flitstack_pipeline.odoo.actions import ACTIONS
from flitstack_pipeline.transform import registry

Found = tuple[Loc, str, str]
BUILT_IN = ("_id", "_file", "_row")


def map_problems(system: SystemMap) -> list[Found]:
    """Every problem of a map, as (place, what is wrong, what would be right)."""
    found = [*_object_problems(system)]
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
    if not found and (cycle := cycle_of(system)):
        found.append(
            (("models", cycle[0]), "models refer to each other in a circle: " + " → ".join(cycle), "drop one reference")
        )
    return found


def _object_problems(system: SystemMap) -> Iterator[Found]:
    for name, obj in system.objects.items():
        loc = ("objects", name)
        if (origin := obj.derived_from) and origin not in system.objects:
            yield _unknown(loc, "object", origin, system.objects)
            continue
        known = columns_of(system, name)
        key = obj.key if isinstance(obj.key, tuple) else obj.key.number_within
        for column in key:
            if column not in known:
                yield _unknown((*loc, "key"), "column", column, known)
    used = {o for m in system.models for o in model_needs(system, m)[0]}
    used |= {obj.derived_from for obj in system.objects.values() if obj.derived_from}
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
    yield from _condition_problems((*loc, "where"), records.where, known)
    for action in records.actions:
        if action.do not in ACTIONS:
            yield _unknown((*loc, "actions"), "action", action.do, ACTIONS)
        yield from _condition_problems((*loc, "actions"), action.when, known)
    for match in records.match:
        for field in match.by:
            if field not in records.fields:
                yield _unknown((*loc, "match"), "mapped field", field, records.fields)
    for review in records.review:
        if review.column not in known:
            yield _unknown((*loc, "review"), "column", review.column, known)
        for step in review.transform:
            if problem := registry.problem(step):
                yield ((*loc, "review"), *problem)
    for field in records.owner:
        if field not in records.fields:
            yield _unknown((*loc, "owner"), "mapped field", field, records.fields)
    if custom := records.custom_fields:
        yield from _custom_problems(system, (*loc, "custom_fields"), records)
        if custom.option_records and custom.option_records not in system.record_sets():
            yield _unknown(
                (*loc, "custom_fields", "option_records"), "record set", custom.option_records, system.record_sets()
            )
    for place in places(model_name, name, records):
        yield from _field_problems(system, place)


def _custom_problems(system: SystemMap, loc: Loc, records: RecordSetSpec) -> Iterator[Found]:
    custom = records.custom_fields
    if custom is None or custom.from_ not in system.objects:
        yield _unknown((*loc, "from"), "object", custom.from_ if custom else "", system.objects)
        return
    known = columns_of(system, custom.from_)
    for column in (
        custom.name,
        custom.label,
        custom.type,
        custom.column,
        *custom.option_key,
        *([custom.options] if custom.options else []),
    ):
        if column not in known:
            yield _unknown(loc, "column", column, known)
    yield from _condition_problems((*loc, "where"), custom.where, known)


def _field_problems(system: SystemMap, place: Place) -> Iterator[Found]:
    field, loc = place.field, place.loc
    if place.object not in system.objects or any(o not in system.objects for o in place.joins.values()):
        yield _unknown(loc, "object", place.object, system.objects)
        return
    known = _visible(system, place.object, place.joins)
    for column in field.from_:
        if column not in known:
            yield _unknown((*loc, "from"), "column", column, known)
    for column in template_columns(field.template or ""):
        if column not in known:
            yield _unknown((*loc, "template"), "column", column, known)
    if field.duplicate_of and field.duplicate_of.column not in known:
        yield _unknown((*loc, "duplicate_of"), "column", field.duplicate_of.column, known)
    yield from _condition_problems((*loc, "when"), field.when, known)
    for step in (*field.transform, *(field.duplicate_of.transform if field.duplicate_of else ())):
        if problem := registry.problem(step):
            yield ((*loc, "transform"), *problem)
    for target in field.lookup.records if field.lookup else ():
        if target not in system.record_sets():
            yield _unknown((*loc, "lookup"), "record set", target, system.record_sets())
    for created, name in (
        (field.create, place.name),
        (field.fallback and field.fallback.create, field.fallback and field.fallback.field),
    ):
        if created and not str(name).startswith("x_"):
            yield (loc, f"{name} cannot be created", "a field that is created begins with x_")
    yield from _children_problems(system, place)


def _children_problems(system: SystemMap, place: Place) -> Iterator[Found]:
    children = children_of(place.field)
    if not children:
        return
    if children.from_ not in system.objects:
        yield _unknown(place.loc, "object", children.from_, system.objects)
        return
    known = _visible(system, children.from_, {a: j.object for a, j in children.joins.items()})
    bundled = place.field.bundle.columns.values() if place.field.bundle else ()
    merged = template_columns(place.field.merge.template) if place.field.merge else ()
    collected = place.field.collect.column if place.field.collect else ()
    for column in (*children.parent, *children.order_by, *bundled, *merged, *collected):
        if column not in known:
            yield _unknown(place.loc, "column", column, known)
    yield from _condition_problems(place.loc, children.where, known)


def _condition_problems(loc: Loc, condition: Condition | None, known: set[str]) -> Iterator[Found]:
    for column in sorted(condition.columns_used() - known) if condition else ():
        yield _unknown(loc, "column", column, known)


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
    elif obj.explode:
        own = columns_of(system, obj.explode.from_) if obj.explode.from_ in system.objects else set()
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


__all__ = ["FieldSpec", "columns_of", "map_problems", "template_columns"]
