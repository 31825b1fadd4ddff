"""Tables and columns as the org folder defines them, and the columns that Dataverse adds by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from support.dataverse_server.errors import OrgError

LOOKUPS = frozenset({"Lookup", "Customer", "Owner"})
CHOICES = frozenset({"Picklist", "State", "Status", "MultiSelectPicklist"})
TYPES = LOOKUPS | CHOICES | {
    "Uniqueidentifier", "String", "Memo", "Integer", "BigInt", "Decimal", "Double", "Money", "Boolean", "DateTime",
    "EntityName", "File", "Image", "Virtual",
}  # fmt: skip
BODIES = {"annotation": "documentbody", "activitymimeattachment": "body"}

Labels = Mapping[int, str]


def _labels(raw: Mapping[str, str] | None) -> dict[int, str]:
    return {int(language): text for language, text in (raw or {}).items()}


@dataclass(frozen=True)
class Option:
    """One value of a choice. `state`: for a status reason, the state it belongs to."""

    value: int
    labels: Labels
    state: int | None = None


@dataclass(frozen=True)
class Attribute:
    """One column. `selectable`: the Web API shows it; helper columns exist in the metadata alone."""

    name: str
    type: str
    labels: Labels = field(default_factory=dict)
    custom: bool = False
    schema_name: str = ""
    max_length: int | None = None
    precision: int | None = None
    min: float | None = None
    max: float | None = None
    behavior: str = "UserLocal"
    format: str = "DateAndTime"
    targets: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    global_option_set: str | None = None
    attribute_of: str | None = None
    valid_for_read: bool = True
    required: bool = False
    max_size_kb: int | None = None
    navigation: str = ""
    selectable: bool = True

    @property
    def property_name(self) -> str:
        """Its name in the JSON of a row."""
        return f"_{self.name}_value" if self.type in LOOKUPS else self.name

    @property
    def is_date_only(self) -> bool:
        return self.type == "DateTime" and self.behavior == "DateOnly"

    def navigation_to(self, table: str) -> str:
        """The navigation property that leads to this table: one for each target of a lookup to several tables."""
        if self.type == "Owner" or len(self.targets) <= 1:
            return self.navigation or self.name
        return f"{self.navigation or self.name}_{table}"


@dataclass(frozen=True)
class ManyToMany:
    schema_name: str
    intersect_entity: str
    other: str


@dataclass(frozen=True)
class Entity:
    """One table."""

    logical_name: str
    schema_name: str
    entity_set_name: str
    primary_id: str
    primary_name: str | None
    ownership: str
    labels: Labels
    attributes: Mapping[str, Attribute]
    custom: bool = False
    activity: bool = False
    change_tracking: bool = False
    many_to_many: tuple[ManyToMany, ...] = ()

    @property
    def title(self) -> str:
        return self.schema_name or self.logical_name

    def by_property(self) -> dict[str, Attribute]:
        """The columns that the Web API shows, by their name in JSON."""
        return {a.property_name: a for a in self.attributes.values() if a.selectable and a.valid_for_read}

    def with_attribute(self, attribute: Attribute) -> "Entity":
        return replace(self, attributes={**self.attributes, attribute.name: attribute})


def read_entity(raw: Mapping[str, Any], where: str) -> Entity:
    """One entities/<logical>.json; raises OrgError naming what is wrong in it."""
    try:
        attributes = [_read_attribute(a, raw["logical_name"], where) for a in raw["attributes"]]
        entity = Entity(
            logical_name=raw["logical_name"],
            schema_name=raw.get("schema_name") or raw["logical_name"],
            entity_set_name=raw["entity_set_name"],
            primary_id=raw["primary_id"],
            primary_name=raw.get("primary_name"),
            ownership=raw.get("ownership") or "UserOwned",
            labels=_labels(raw.get("labels")),
            attributes={a.name: a for a in attributes},
            custom=bool(raw.get("custom")),
            activity=bool(raw.get("activity")),
            change_tracking=bool(raw.get("change_tracking")),
            many_to_many=tuple(
                ManyToMany(m["schema_name"], m["intersect_entity"], m["other"]) for m in raw.get("many_to_many") or ()
            ),
        )
    except KeyError as missing:
        raise OrgError(f"{where}: {missing} is missing") from None
    if len(attributes) != len(entity.attributes):
        names = [a.name for a in attributes]
        raise OrgError(f"{where}: defined twice: {sorted({n for n in names if names.count(n) > 1})}")
    if entity.primary_name and entity.primary_name not in entity.attributes:
        raise OrgError(f"{where}: the primary name {entity.primary_name!r} is no attribute")
    return completed(entity)


def _read_attribute(raw: Mapping[str, Any], entity: str, where: str) -> Attribute:
    name, kind = raw["name"], raw["type"]
    if kind not in TYPES:
        raise OrgError(f"{where}: {name} has the type {kind!r}; known: {', '.join(sorted(TYPES))}")
    if name != name.lower():
        raise OrgError(f"{where}: {name}: logical names are lower case")
    targets = tuple(
        raw.get("targets") or {"Owner": ("systemuser", "team"), "Customer": ("account", "contact")}.get(kind, ())
    )
    if kind in LOOKUPS and not targets:
        raise OrgError(f"{where}: the lookup {name} has no targets")
    if kind == "Status" and any(o.get("state") is None for o in raw.get("options") or ()):
        raise OrgError(f"{where}: every option of {name} needs the state that it belongs to")
    behavior, shown = raw.get("behavior") or "UserLocal", raw.get("format") or "DateAndTime"
    return Attribute(
        name=name,
        type=kind,
        labels=_labels(raw.get("labels")),
        custom=bool(raw.get("custom")),
        schema_name=raw.get("schema_name") or _schema_name(name, custom=bool(raw.get("custom"))),
        max_length=raw.get("max_length"),
        precision=raw.get("precision"),
        min=raw.get("min"),
        max=raw.get("max"),
        behavior=behavior,
        format="DateOnly" if behavior == "DateOnly" else shown,
        targets=targets,
        options=tuple(Option(o["value"], _labels(o.get("labels")), o.get("state")) for o in raw.get("options") or ()),
        global_option_set=raw.get("global_option_set"),
        attribute_of=raw.get("attribute_of"),
        valid_for_read=raw.get("valid_for_read", True),
        required=bool(raw.get("required")),
        max_size_kb=raw.get("max_size_kb"),
        navigation=raw.get("navigation")
        or (_schema_name(name, custom=True) if raw.get("custom") and kind in LOOKUPS else ""),
        # A helper of another column is in the metadata and not in the entity type, but for those of files and images.
        selectable=not raw.get("attribute_of")
        or kind in ("BigInt",)
        or name.endswith(("_name", "_url", "_timestamp", "id")),
    )


def _schema_name(name: str, *, custom: bool) -> str:
    prefix, underscore, rest = name.partition("_")
    if custom and underscore:
        return f"{prefix}_{rest[:1].upper()}{rest[1:]}"
    return name[:1].upper() + name[1:]


def completed(entity: Entity) -> Entity:
    """The table with the columns that Dataverse gives every table, and with the helpers of the ones it has."""
    found = dict(entity.attributes)

    def add(name: str, kind: str, **more: Any) -> None:
        found.setdefault(name, Attribute(name, kind, schema_name=_schema_name(name, custom=False), **more))

    add(entity.primary_id, "Uniqueidentifier")
    add("versionnumber", "BigInt")
    for attribute in entity.attributes.values():
        name = attribute.name
        if attribute.type == "Money":
            add(f"{name}_base", "Money", labels={1033: f"{attribute.labels.get(1033, name)} (Base)"}, precision=4)
            add("transactioncurrencyid", "Lookup", targets=("transactioncurrency",), labels={1033: "Currency"})
            add("exchangerate", "Decimal", precision=12, labels={1033: "Exchange Rate"})
        elif attribute.type in LOOKUPS:
            add(f"{name}name", "String", attribute_of=name, selectable=False, max_length=160)
            if len(attribute.targets) > 1:
                add(f"{name}type", "EntityName", attribute_of=name, selectable=False)
        elif attribute.type in CHOICES or attribute.type == "Boolean":
            add(f"{name}name", "Virtual", attribute_of=name, selectable=False)
        elif attribute.type == "File":
            add(f"{name}_name", "String", attribute_of=name, max_length=255)
        elif attribute.type == "Image":
            add(f"{name}_url", "String", attribute_of=name)
            add(f"{name}_timestamp", "BigInt", attribute_of=name)
            add(f"{name}id", "Uniqueidentifier", attribute_of=name)
    return replace(entity, attributes=found)
