"""What Dataverse's metadata says, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LOOKUPS = ("Lookup", "Customer", "Owner")
CHOICES = ("Picklist", "State", "Status")
FILES = ("File", "Image")
BODIES = {("annotation", "documentbody"), ("activitymimeattachment", "body")}
"""Text columns that hold a file in base64."""

Labels = dict[int, str]


@dataclass(frozen=True)
class Option:
    """One value of a choice. `labels` by language code (LCID). `state`: the statecode that a status belongs to."""

    value: int
    labels: Labels
    state: int | None = None

    def label(self, language: int | None) -> str | None:
        """Text in that language; in any, where it has none in that."""
        if language is not None and language in self.labels:
            return self.labels[language]
        return next(iter(self.labels.values()), None)


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One column of a table. `type` as the metadata names it, without "Type" at its end ("Money", "MultiSelectPicklist")."""

    name: str
    type: str
    custom: bool
    readable: bool
    attribute_of: str | None
    labels: Labels

    @property
    def wire(self) -> str:
        """Its name in `$select` and in rows."""
        return f"_{self.name}_value" if self.type in LOOKUPS else self.name


@dataclass(frozen=True, kw_only=True)
class Entity:
    """One table. `table_type`: Standard, Activity, Virtual or Elastic where the organization says."""

    name: str
    set_name: str
    primary_id: str
    primary_name: str
    custom: bool
    activity: bool
    change_tracking: bool
    table_type: str
    data_provider: str | None
    labels: Labels

    @property
    def is_virtual(self) -> bool:
        return self.table_type == "Virtual"

    @property
    def is_elastic(self) -> bool:
        return self.table_type == "Elastic"


@dataclass(frozen=True)
class Table:
    """A table with its columns."""

    entity: Entity
    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """The column is there and can be read."""
        return name in self.attributes and self.attributes[name].readable


@dataclass(frozen=True)
class ManyToMany:
    """A relation that is a table of its own: `intersect` holds pairs of `first_id` and `second_id`."""

    name: str
    intersect: str
    first: str
    first_id: str
    second: str
    second_id: str


def source_id(row: Mapping[str, Any], entity: Entity) -> str | None:
    """A row's id: its GUID, with the partition behind it where an elastic table has put it into one of its own."""
    guid = row.get(entity.primary_id)
    if not isinstance(guid, str) or not guid:
        return None
    guid = guid.casefold()
    partition = row.get("partitionid") if entity.is_elastic else None
    return guid if partition in (None, "", guid) else f"{guid}|{partition}"


def entity_of(data: Mapping[str, Any]) -> Entity:
    provider = data.get("DataProviderId")
    return Entity(
        name=data["LogicalName"],
        set_name=data.get("EntitySetName") or "",
        primary_id=data.get("PrimaryIdAttribute") or "",
        primary_name=data.get("PrimaryNameAttribute") or "",
        custom=bool(data.get("IsCustomEntity")),
        activity=bool(data.get("IsActivity")),
        change_tracking=bool(data.get("ChangeTrackingEnabled")),
        table_type=data.get("TableType") or ("Virtual" if _is_provider(provider) else "Standard"),
        data_provider=provider,
        labels=labels_of(data.get("DisplayName")),
    )


def attribute_of(data: Mapping[str, Any]) -> Attribute:
    named = (data.get("AttributeTypeName") or {}).get("Value") or data.get("AttributeType") or "String"
    return Attribute(
        name=data["LogicalName"],
        type=named.removesuffix("Type"),
        custom=bool(data.get("IsCustomAttribute")),
        readable=data.get("IsValidForRead") is not False,
        attribute_of=data.get("AttributeOf"),
        labels=labels_of(data.get("DisplayName")),
    )


def options_of(data: Mapping[str, Any]) -> tuple[Option, ...]:
    """Options of a choice, in their order; of a yes-no column: 1 and 0."""
    found = data.get("OptionSet") or data.get("GlobalOptionSet") or {}
    options = found.get("Options")
    if options is None:
        options = [found[n] for n in ("TrueOption", "FalseOption") if found.get(n)]
    return tuple(Option(int(o["Value"]), labels_of(o.get("Label")), o.get("State")) for o in options)


def labels_of(label: Mapping[str, Any] | None) -> Labels:
    """Texts by language code."""
    if not label:
        return {}
    return {
        int(e["LanguageCode"]): e["Label"] for e in label.get("LocalizedLabels") or () if e.get("Label") is not None
    }


def label_in(labels: Labels, language: int | None) -> str:
    """The text in a language, in any where it has none in that, or ""."""
    return labels.get(language or 0) or next(iter(labels.values()), "")


def _is_provider(value: Any) -> bool:
    return bool(value) and set(str(value)) - set("0-") != set()
