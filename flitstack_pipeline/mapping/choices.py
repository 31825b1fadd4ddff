"""What each migration decides for itself: the part of a system's map that its choices leave."""

import difflib
from collections.abc import Iterable, Iterator, Mapping

from flitstack_pipeline.mapping.spec import FieldSpec, Lookup, ModelSpec, RecordSetSpec, SystemMap
from flitstack_pipeline.mapping.walk import Loc, model_needs, places

Chosen = Mapping[str, str]
Found = tuple[Loc, str, str]
Fields = Mapping[str, tuple[FieldSpec, ...]]


def choice_problems(system: SystemMap) -> Iterator[Found]:
    """Names of choices and options that the map does not have."""
    for model_name, model in system.models.items():
        for name, records in model.records.items():
            yield from _unknown_options(system, ("models", model_name, "records", name, "choice"), records.choice)
            for place in places(model_name, name, records):
                yield from _unknown_options(system, (*place.loc, "choice"), place.field.choice)


def chosen_problems(system: SystemMap, chosen: Chosen) -> Iterator[Found]:
    """The same of a migration's own `choices:`."""
    yield from _unknown_options(system, ("choices",), {name: (option,) for name, option in chosen.items()})


def apply_choices(system: SystemMap, chosen: Chosen) -> SystemMap:
    """The map with the record sets and fields that were not chosen left out.

    Look-ups and relations to them go too. An object that then feeds nothing stays, as one that does not migrate, so that its
    rows are accounted for.
    """
    if not system.choices:
        return system
    settled = {name: chosen.get(name, choice.default) for name, choice in system.choices.items()}
    dropped = {name for name, (_, records) in system.record_sets().items() if not _holds(records.choice, settled)}
    models = {name: _model(model, settled, dropped) for name, model in system.models.items()}
    models = {name: model for name, model in models.items() if model.records}
    models = {n: m.model_copy(update={"after": tuple(a for a in m.after if a in models)}) for n, m in models.items()}
    left = system.model_copy(update={"models": models})
    said = ", ".join(f"{system.choices[name].title} {system.choices[name].options[o]}" for name, o in settled.items())
    no_more = _used(system) - _used(left)
    objects = {
        name: obj.model_copy(update={"migrates": False, "reason": f"not chosen for this migration ({said})"})
        if name in no_more and obj.migrates
        else obj
        for name, obj in system.objects.items()
    }
    return left.model_copy(update={"objects": objects})


def _model(model: ModelSpec, settled: Chosen, dropped: set[str]) -> ModelSpec:
    kept = {name: _records(records, settled, dropped) for name, records in model.records.items() if name not in dropped}
    return model.model_copy(update={"records": kept})


def _records(records: RecordSetSpec, settled: Chosen, dropped: set[str]) -> RecordSetSpec:
    fields = _fields(records.fields, settled, dropped)
    match = tuple(m for m in records.match if all(name in fields for name in m.by))
    owner = tuple(name for name in records.owner if name in fields)
    return records.model_copy(update={"fields": fields, "match": match, "owner": owner})


def _fields(fields: Fields, settled: Chosen, dropped: set[str]) -> dict[str, tuple[FieldSpec, ...]]:
    found = {}
    for name, alternatives in fields.items():
        kept = tuple(filter(None, (_field(alternative, settled, dropped) for alternative in alternatives)))
        if kept:
            found[name] = kept
    return found


def _field(field: FieldSpec, settled: Chosen, dropped: set[str]) -> FieldSpec | None:
    if not _holds(field.choice, settled):
        return None
    if field.create and (field.create.relation or "").removeprefix("@") in dropped:
        return None
    if field.lookup and dropped.intersection(field.lookup.records):
        if not (records := tuple(name for name in field.lookup.records if name not in dropped)):
            return None
        field = field.model_copy(update={"lookup": _lookup(field.lookup, records)})
    if field.also:
        also = _fields({"also": field.also}, settled, dropped).get("also", ())
        field = field.model_copy(update={"also": also})
    if field.lines:
        inner = _fields(field.lines.fields, settled, dropped)
        field = field.model_copy(update={"lines": field.lines.model_copy(update={"fields": inner})})
    return field


def _lookup(lookup: Lookup, records: tuple[str, ...]) -> Lookup:
    return lookup.model_copy(update={"records": records})


def _holds(wanted: Mapping[str, tuple[str, ...]], settled: Chosen) -> bool:
    return all(settled.get(name) in options for name, options in wanted.items())


def _used(system: SystemMap) -> set[str]:
    """The objects that some model is made of, and those that they are derived from."""
    used = {o for name in system.models for o in model_needs(system, name)[0]}
    found: set[str] = set()
    while used:
        name = used.pop()
        found.add(name)
        if (origin := system.objects[name].derived_from) and origin not in found:
            used.add(origin)
    return found


def _unknown_options(system: SystemMap, loc: Loc, wanted: Mapping[str, Iterable[str]]) -> Iterator[Found]:
    for name, options in wanted.items():
        if (choice := system.choices.get(name)) is None:
            yield ((*loc, name), "is no choice of this map", _near(name, system.choices))
            continue
        for option in options:
            if option not in choice.options:
                yield ((*loc, name), f"{option!r} is none of its options", _near(option, choice.options))


def _near(name: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(known) or 'none'}"
