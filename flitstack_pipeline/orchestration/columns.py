"""What a map says of an Odoo model, as Dagster shows it: the columns, where each comes from, a description, a version."""

import hashlib
from collections.abc import Iterator

import dagster as dg

from flitstack_pipeline.mapping.spec import FieldSpec, Spec, SystemMap
from flitstack_pipeline.mapping.walk import Place, children_of, places


def model_columns(system: SystemMap, name: str) -> dg.TableSchema:
    """The fields that the map fills, each with its remark and where it comes from."""
    found: dict[str, list[Place]] = {}
    for field, place in _fields(system, name):
        found.setdefault(field, []).append(place)
    return dg.TableSchema([_column(field, alternatives) for field, alternatives in found.items()])


def model_description(system: SystemMap, name: str) -> str:
    """From which objects to which model, and what becomes of those that Odoo already has."""
    model = system.models[name]
    titles = {r.from_: system.objects[r.from_].title or r.from_ for r in model.records.values()}
    lines = [f"{system.title}: {' + '.join(titles.values())} → Odoo `{model.model}`", ""]
    for record_set, records in model.records.items():
        known = " or ".join(" + ".join(m.by) for m in records.match)
        met = f"; one that Odoo has with the same {known} is {_met(records.on_match)}" if known else ""
        new = {"create": "", "skip": "; others are skipped", "hold": "; others are held"}[records.no_match]
        steps = f"; then {', '.join(dict.fromkeys(a.do for a in records.actions))}" if records.actions else ""
        lines.append(f"- **{record_set}**: {len(records.fields)} fields from `{records.from_}`{met}{new}{steps}")
    return "\n".join(lines)


def version_of(spec: Spec) -> str:
    """A short hash of a part of the map: the UI shows what has been loaded by an older one."""
    dump = spec.model_dump_json(by_alias=True, exclude_defaults=True)
    return hashlib.sha256(dump.encode()).hexdigest()[:12]


def _met(on_match: str) -> str:
    return "linked" if on_match == "link" else "written"


def _column(field: str, alternatives: list[Place]) -> dg.TableColumn:
    created = next((p.field.create for p in alternatives if p.field.create), None)
    origins = " or ".join(dict.fromkeys(_origin(p) for p in alternatives))
    said = [created.label if created else "", origins, *dict.fromkeys(p.field.why for p in alternatives)]
    return dg.TableColumn(
        field,
        type=created.type if created else "Odoo's own",
        description="; ".join(s for s in said if s),
        constraints=dg.TableColumnConstraints(other=["created by the migration"] if created else []),
    )


def _fields(system: SystemMap, name: str) -> Iterator[tuple[str, Place]]:
    for record_set, records in system.models[name].records.items():
        for place in places(name, record_set, records):
            inside = "lines" in place.loc
            # ("models", model, "records", set, "fields", <field>, "lines", "fields", <field of the line>)
            yield (f"{place.loc[5]}.{place.name}" if inside else place.name), place


def _sources(place: Place) -> Iterator[str]:
    """The columns that a field is made of, each with its object."""
    for column in place.field.from_:
        alias, _, inner = column.partition(".")
        joined = inner and alias in place.joins
        yield f"{place.joins[alias]}.{inner}" if joined else f"{place.object}.{column}"


def _origin(place: Place) -> str:
    field: FieldSpec = place.field
    if field.from_:
        return f"from {', '.join(_sources(place))}"
    if field.template:
        return f"made by the template {field.template!r}"
    if field.xmlid:
        return f"Odoo's record {field.xmlid}"
    if field.duplicate_of:
        return f"the first row with the same {field.duplicate_of.column}"
    if children := children_of(field):
        return f"made of the rows of {children.from_}"
    return f"always {field.value!r}"
