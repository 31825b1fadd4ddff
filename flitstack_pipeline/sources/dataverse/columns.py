"""Which columns of a table an object's columns stand for, and how each is read."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flitstack_pipeline.errors import Problem
from flitstack_pipeline.sources.dataverse.metadata import Metadata
from flitstack_pipeline.sources.dataverse.schema import BODIES, CHOICES, FILES, LOOKUPS, Attribute, Table

FORMATTED = "@OData.Community.Display.V1.FormattedValue"
TARGET = "@Microsoft.Dynamics.CRM.lookuplogicalname"
PARTS = ("name", "table", "label", "labels", "path", "size")

_KINDS = {
    "Uniqueidentifier": "id", "String": "text", "Memo": "text", "EntityName": "text", "Integer": "integer",
    "BigInt": "integer", "Decimal": "decimal", "Double": "decimal", "Money": "decimal", "Boolean": "boolean",
    "MultiSelectPicklist": "multi", "File": "file", "Image": "file",
    **dict.fromkeys(LOOKUPS, "id"), **dict.fromkeys(CHOICES, "choice"),
}  # fmt: skip
_DATES = {"UserLocal": "moment", "TimeZoneIndependent": "clock", "DateOnly": "day"}

# Kind of value to the types that a map may declare for it.
_TYPES = {
    "id": ("id", "text"),
    "text": ("text", "id", "json", "integer", "decimal"),
    "integer": ("integer", "decimal", "text", "id"),
    "choice": ("integer", "text", "id"),
    "decimal": ("decimal", "text", "integer"),
    "boolean": ("boolean", "text", "integer"),
    "multi": ("text", "json"),
    "moment": ("datetime", "date", "text"),
    "clock": ("datetime", "date", "text"),
    "day": ("date", "text"),
}
# What `x__part` is of, its type or types, and words for an error.
_PARTS = {
    "name": (("id",), ("text",), "a lookup"),
    "table": (("id",), ("text", "id"), "a lookup"),
    "label": (("choice", "boolean"), ("text",), "a choice or yes-no column"),
    "labels": (("multi",), ("text",), "a multiple choice"),
    "path": (("file",), ("text",), "a file"),
    "size": (("file",), ("integer",), "a file"),
}
_PARTIES = "participants stand in the table activityparty: make an object of that, joined by activityid"


@dataclass(frozen=True, kw_only=True)
class EntityColumn:
    """A declared column. `attribute` is None for an optional one that the organization has not; `part` as in PARTS or "".

    `kind`: id, text, integer, choice, decimal, boolean, multi, moment (UTC), clock (wall clock), day, file; "" if absent.
    """

    name: str
    type: str
    attribute: Attribute | None
    part: str
    kind: str

    @property
    def key(self) -> str:
        """Where its value stands in a row as received; "" where it stands in none."""
        if self.attribute is None:
            return ""
        suffix = {"name": FORMATTED, "table": TARGET}.get(self.part, "")
        return self.attribute.wire + suffix

    @property
    def is_file(self) -> bool:
        return self.kind == "file"


@dataclass(frozen=True)
class Layout:
    """The columns of an object as one table gives them, and what `$select` asks for (names as in rows)."""

    table: Table
    columns: tuple[EntityColumn, ...]
    select: tuple[str, ...]

    @property
    def file_attributes(self) -> tuple[Attribute, ...]:
        """The attributes whose bodies are wanted, each once."""
        found = {c.attribute.name: c.attribute for c in self.columns if c.is_file and c.attribute}
        return tuple(found.values())


def lay_out(metadata: Metadata, table: Table, spec: Any, *, where: str) -> tuple[Layout, list[Problem]]:
    """Find every declared column in the table; with what cannot be, each problem with the names that are near."""
    columns: list[EntityColumn] = []
    problems: list[Problem] = []
    for name, declared in spec.columns.items():
        if declared.secret or name == "_id":
            continue
        found = _find(table, [name, *declared.aliases])
        place = f"{where}.columns.{name}"
        if found is None and not declared.optional:
            problems.append(Problem(place, f"the table {table.entity.name} has no such column", _near(table, name)))
        elif found is None:
            columns.append(EntityColumn(name=name, type=declared.type, attribute=None, part="", kind=""))
        else:
            attribute, part = found
            kind = kind_of(metadata, table, attribute)
            column = EntityColumn(name=name, type=declared.type, attribute=attribute, part=part, kind=kind)
            columns.append(column)
            if problem := _misfit(column, table, place):
                problems.append(problem)
    return Layout(table, tuple(columns), _select(table, columns)), problems


def kind_of(metadata: Metadata, table: Table, attribute: Attribute) -> str:
    """The kind of an attribute's values; "" for what is no column of its own (participants, computed helpers)."""
    if (table.entity.name, attribute.name) in BODIES:
        return "file"
    if attribute.type == "DateTime":
        return _DATES.get(metadata.behavior(table, attribute), "moment")
    return _KINDS.get(attribute.type, "")


def split_name(name: str) -> tuple[str, str]:
    """`customerid__name` to ("customerid", "name"); the part is "" where the end is none of PARTS."""
    stem, _, part = name.rpartition("__")
    return (stem, part) if stem and part in PARTS else (name, "")


def _find(table: Table, names: Sequence[str]) -> tuple[Attribute, str] | None:
    """The first of the names that the table has. An alias without a part stands for the attribute alone."""
    own_part = split_name(names[0])[1]
    for name in map(str.casefold, names):
        if _own(table, name):
            # The column says what is wanted of the attribute; its alias names only another attribute.
            return table.attributes[name], own_part if name != names[0].casefold() else ""
        stem, part = split_name(name)
        if part and _own(table, stem):
            return table.attributes[stem], part
    return None


def _own(table: Table, name: str) -> bool:
    """A column of its own: what belongs to another one (`parentaccountidname`) cannot be asked for."""
    return table.has(name) and not table.attributes[name].attribute_of


def _misfit(column: EntityColumn, table: Table, place: str) -> Problem | None:
    """Why the attribute cannot be what the column declares."""
    attribute = column.attribute
    if attribute is None:
        return None
    if attribute.type == "PartyList":
        return Problem(place, f"{attribute.name} is a list of participants, which comes with no row", _PARTIES)
    if not column.kind:
        return Problem(
            place, f"{attribute.name} is of type {attribute.type}, which holds no value of its own", "leave it out"
        )
    what = f"{attribute.name} of {table.entity.name} is of type {attribute.type}"
    if column.part:
        kinds, types, words = _PARTS[column.part]
        if column.kind not in kinds:
            return Problem(place, f"{what}; only {words} has `__{column.part}`", f"declare {attribute.name} itself")
    elif column.kind == "file":
        hint = f"declare {attribute.name}__path (the saved file) or {attribute.name}__size"
        return Problem(place, f"{attribute.name} is a file", hint)
    else:
        types = _TYPES[column.kind]
    if column.type not in types:
        hint = f"declare it as {' or '.join(types)}"
        return Problem(place, f"{what}, which cannot be read as {column.type}", hint)
    return None


def _near(table: Table, name: str) -> str:
    stem, part = split_name(name)
    names = [name for name in table.attributes if _own(table, name)]
    near = difflib.get_close_matches(stem, names, 4, 0.6)
    suffix = f"__{part}" if part else ""
    mean = f"did you mean {', '.join(n + suffix for n in near)}? else " if near else ""
    return f"{mean}add its name there to `aliases`, or say `optional: true`"


def _select(table: Table, columns: Iterable[EntityColumn]) -> tuple[str, ...]:
    """Names to ask for: the key, the version, what the columns need, what tells that a file is there and its size."""
    entity, wanted = table.entity, [table.entity.primary_id]
    for name in ("versionnumber", "modifiedon", *(("partitionid",) if entity.is_elastic else ())):
        if table.has(name):
            wanted.append(name)
    for column in columns:
        if column.attribute is None:
            continue
        wanted += file_columns(table, column.attribute) if column.is_file else [column.attribute.wire]
    return tuple(dict.fromkeys(wanted))


def file_columns(table: Table, attribute: Attribute) -> list[str]:
    """The columns that tell of a file without fetching it. Never the body, which would come with every row."""
    name = attribute.name
    if (table.entity.name, name) in BODIES:
        return [n for n in ("filename", "mimetype", "filesize", "isdocument") if table.has(n)]
    if attribute.type == "File":
        return [name, *([f"{name}_name"] if table.has(f"{name}_name") else [])]
    # The image itself would come as a thumbnail with every row.
    return [n for n in (f"{name}_timestamp", f"{name}_url", f"{name}id") if table.has(n)][:1]


def wire_types(layout: Layout) -> Mapping[str, str]:
    """Attribute to its type, for those that are read: what a later run compares with."""
    return {c.attribute.name: c.attribute.type for c in layout.columns if c.attribute}


__all__ = [
    "FILES",
    "FORMATTED",
    "PARTS",
    "TARGET",
    "EntityColumn",
    "Layout",
    "file_columns",
    "kind_of",
    "lay_out",
    "wire_types",
]
