"""Walk over a map: every field with its place, and what each refers to."""

from collections.abc import Iterator
from dataclasses import dataclass

from flitstack_pipeline.mapping.spec import (
    Bundle,
    Children,
    Collect,
    FieldSpec,
    Merge,
    ModelSpec,
    RecordSetSpec,
    SystemMap,
)

Loc = tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A field of a map: where it stands, which object's columns it sees, and under which joins."""

    loc: Loc
    object: str
    joins: dict[str, str]
    name: str
    field: FieldSpec


def places(model_name: str, record_set_name: str, records: RecordSetSpec) -> Iterator[Place]:
    """Every field alternative of a record set, those of its lines too."""
    base: Loc = ("models", model_name, "records", record_set_name, "fields")
    joins = {alias: join.object for alias, join in records.joins.items()}
    yield from _fields(base, records.from_, joins, records.fields)


def _fields(base: Loc, obj: str, joins: dict[str, str], fields: dict[str, tuple[FieldSpec, ...]]) -> Iterator[Place]:
    for name, alternatives in fields.items():
        for spec in alternatives:
            yield Place((*base, name), obj, joins, name, spec)
            yield from (Place((*base, name, "also"), obj, joins, name, more) for more in spec.also)
            if spec.lines:
                inner = {alias: join.object for alias, join in spec.lines.joins.items()}
                yield from _fields((*base, name, "lines", "fields"), spec.lines.from_, inner, spec.lines.fields)


def children_of(field: FieldSpec) -> Children | Bundle | Merge | Collect | None:
    """The child rows that a field is made of, if it is."""
    return field.lines or field.bundle or field.merge or field.collect


def objects_used(records: RecordSetSpec, places_: list[Place]) -> set[str]:
    """The source objects that a record set reads."""
    used = {records.from_} | {join.object for join in records.joins.values()}
    if records.custom_fields:
        used.add(records.custom_fields.from_)
    for place in places_:
        if place.field.create and place.field.create.selection_of:
            used.add(place.field.create.selection_of.object)
        if children := children_of(place.field):
            used.add(children.from_)
            used |= {join.object for join in children.joins.values()}
    return used


def record_sets_used(records: RecordSetSpec, places_: list[Place]) -> set[str]:
    """The record sets that a record set refers to."""
    used = {name for place in places_ if place.field.lookup for name in place.field.lookup.records}
    if records.custom_fields and records.custom_fields.option_records:
        used.add(records.custom_fields.option_records)
    return used


def model_needs(system: SystemMap, model_name: str) -> tuple[set[str], set[str]]:
    """The source objects and the other models that one model is made of."""
    model: ModelSpec = system.models[model_name]
    home = {name: m for name, (m, _) in system.record_sets().items()}
    objects: set[str] = set()
    models: set[str] = set(model.after)
    for name, records in model.records.items():
        found = list(places(model_name, name, records))
        objects |= objects_used(records, found)
        models |= {home[rs] for rs in record_sets_used(records, found) if rs in home}
    return objects, models - {model_name}
