"""Custom fields that the source's own users defined: out of the definition rows come columns to read and fields to map."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flitstack_pipeline.mapping.spec import (
    ColumnSpec,
    ColumnType,
    CustomFields,
    FieldSpec,
    FieldType,
    Lookup,
    NewField,
    ObjectSpec,
    SystemMap,
)
from flitstack_pipeline.mapping.target import Note
from flitstack_pipeline.transform.conditions import fold, holds

Definitions = Iterable[Mapping[str, Any]]
_COLUMN_TYPES: dict[str, ColumnType] = {
    "float": "decimal", "monetary": "decimal", "integer": "integer", "boolean": "boolean", "date": "date", "datetime": "datetime",
}  # fmt: skip


def definition_objects(system: SystemMap) -> dict[str, list[CustomFields]]:
    """Which objects carry custom fields, and by which rules."""
    found: dict[str, list[CustomFields]] = {}
    for _, records in system.record_sets().values():
        if records.custom_fields:
            found.setdefault(records.from_, []).append(records.custom_fields)
    return found


def with_custom_columns(obj: ObjectSpec, rules: Iterable[tuple[CustomFields, Definitions]]) -> ObjectSpec:
    """The object with its custom columns declared, so that they are read in their own type."""
    columns = dict(obj.columns)
    for custom, definitions in rules:
        for row in _matching(custom, definitions):
            target = _target_type(custom, row)
            header = row.get(custom.column)
            if target and header and header not in columns:
                columns[str(header)] = ColumnSpec(type=_COLUMN_TYPES.get(target, "text"))
    return obj.model_copy(update={"columns": columns})


@dataclass(frozen=True)
class CustomField:
    """A field that a definition row asks for. `definition`: the row's source id."""

    definition: str
    name: str
    spec: FieldSpec


def custom_fields(custom: CustomFields, definitions: Definitions) -> Iterator[CustomField | Note]:
    """The fields that the definition rows ask for; a note for each that has no equivalent in Odoo."""
    for row in _matching(custom, definitions):
        label, kind = str(row.get(custom.label) or row.get(custom.name)), row.get(custom.type)
        where = f"{custom.from_} {row['_id']} ({label})"
        target = _target_type(custom, row)
        if not target:
            known = (
                "no type of that name in the map"
                if fold(kind) not in {fold(t) for t in custom.types}
                else "no equivalent in Odoo"
            )
            yield Note(
                "no_equivalent",
                where,
                f"a custom field of type {kind}: {known}; to be rebuilt or kept by hand",
                row["_id"],
            )
            continue
        name = custom.prefix + _technical(str(row.get(custom.name)))
        yield CustomField(row["_id"], name, _field(custom, row, target, label))


def _field(custom: CustomFields, row: Mapping[str, Any], target: FieldType, label: str) -> FieldSpec:
    column = str(row[custom.column])
    help_ = f"Custom field of the source: {label}"
    options = [o.strip() for o in str(row.get(custom.options) or "").split(custom.options_separator) if o.strip()]
    if target == "selection":
        new = NewField(
            type="selection",
            label=label,
            help=help_,
            selection=tuple((o, o) for o in dict.fromkeys(options)) or "distinct",
        )
        values = {o: o for o in options}
        return _spec(column, values=values, values_else="quarantine" if options else "keep", create=new)
    if target == "many2many":
        prefix = "".join(f"{row.get(c)}|" for c in custom.option_key)
        lookup = Lookup(records=(custom.option_records,), key_prefix=prefix, many=True, missing="quarantine")
        new = NewField(type="many2many", label=label, help=help_, relation=f"@{custom.option_records}")
        parted = {"split": {"separator": custom.value_separator or custom.options_separator}}
        return _spec(column, transform=(parted,), lookup=lookup, create=new)
    return _spec(column, create=NewField(type=target, label=label, help=help_))


def _spec(column: str, **rules: Any) -> FieldSpec:
    return FieldSpec.model_validate({"from": column, **rules})


def _matching(custom: CustomFields, definitions: Definitions) -> Iterator[Mapping[str, Any]]:
    return (row for row in definitions if holds(custom.where, row))


def _target_type(custom: CustomFields, row: Mapping[str, Any]) -> FieldType | None:
    return next((target for kind, target in custom.types.items() if fold(kind) == fold(row.get(custom.type))), None)


def _technical(name: str) -> str:
    return re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", name.casefold())).strip("_")[:50]
