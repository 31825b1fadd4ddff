"""Asks an organization what tables, columns and options it has, and keeps the answers until its metadata changes."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from flitstack_pipeline.sources.dataverse.errors import DataverseAway, DataverseError, Subject
from flitstack_pipeline.sources.dataverse.files import read_json, write_json
from flitstack_pipeline.sources.dataverse.http import DataverseClient
from flitstack_pipeline.sources.dataverse.schema import (
    CHOICES,
    Attribute,
    Entity,
    ManyToMany,
    Option,
    Table,
    attribute_of,
    entity_of,
    options_of,
)

_ENTITY_COLUMNS = (
    "LogicalName", "SchemaName", "EntitySetName", "PrimaryIdAttribute", "PrimaryNameAttribute", "OwnershipType",
    "IsCustomEntity", "IsActivity", "ChangeTrackingEnabled", "TableType", "DataProviderId", "DisplayName",
)  # fmt: skip
_ATTRIBUTE_COLUMNS = (
    "LogicalName", "AttributeType", "AttributeTypeName", "IsCustomAttribute", "IsValidForRead", "AttributeOf",
    "DisplayName",
)  # fmt: skip
_CASTS = {
    **dict.fromkeys((*CHOICES, "MultiSelectPicklist"), "$select=LogicalName&$expand=OptionSet,GlobalOptionSet"),
    "Boolean": "$select=LogicalName&$expand=OptionSet,GlobalOptionSet",
    "DateTime": "$select=LogicalName,DateTimeBehavior,Format",
    "File": "$select=LogicalName,MaxSizeInKB",
    "Image": "$select=LogicalName,MaxSizeInKB",
    "Lookup": "$select=LogicalName,Targets",
}
VERSION = "@Microsoft.Dynamics.CRM.globalmetadataversion"
LANGUAGE = "languagecode"
TRACKING_DAYS = "expirechangetrackingindays"


class Metadata:
    """Tables, columns, options of one organization, each fetched when it is first needed.

    Answers are kept in `folder` under the version of the organization's metadata; where it tells none, only in memory.
    """

    def __init__(self, client: DataverseClient, folder: Path) -> None:
        self._client = client
        self._folder = folder
        self._kept: dict[str, dict[str, Any]] = {}
        self._stale = False

    # -- organization -------------------------------------------------------------------------------------------------

    @cached_property
    def organization(self) -> Mapping[str, Any]:
        """Its row, with the version of its metadata; empty where the user may not read it."""
        url = f"organizations?$select=name,{LANGUAGE},{TRACKING_DAYS}"
        subject = Subject("organization", doing="reading its settings")
        try:
            reply = self._client.get_json(url, subject=subject, prefer='odata.include-annotations="*"')
        except DataverseAway:
            raise
        except DataverseError as error:
            if error.status in (400, 403, 404) and error.code != "0x80072560":
                return {}
            raise
        rows = reply.get("value") or [{}]
        version = reply.get(VERSION) or rows[0].get(VERSION)
        return {**rows[0], VERSION: version}

    @property
    def language(self) -> int | None:
        """LCID of the base language, in which labels are given; None where that cannot be known."""
        return self.organization.get(LANGUAGE)

    @property
    def version(self) -> str | None:
        """Of the metadata, with the organization that it is of: another may have been moved to the same address."""
        found = self.organization.get(VERSION)
        return None if found is None or self._stale else f"{found} of {self.organization.get('organizationid')}"

    def forget(self) -> None:
        """Read everything anew: the organization contradicted what was read."""
        self._stale = True
        self._kept.clear()
        self.__dict__.pop("entities", None)

    # -- tables -------------------------------------------------------------------------------------------------------

    @cached_property
    def entities(self) -> Mapping[str, Entity]:
        """All tables by logical name."""
        url = f"EntityDefinitions?$select={','.join(_ENTITY_COLUMNS)}"
        rows = self._ask("_tables", url, Subject(doing="listing the tables"))
        return {e.name: e for e in map(entity_of, rows)}

    def table(self, name: str) -> Table:
        """A table with its columns. The table has to be among `entities`."""
        url = f"{_of(name)}/Attributes?$select={','.join(_ATTRIBUTE_COLUMNS)}"
        rows = self._ask(name, url, Subject(name, doing="reading its columns"))
        return Table(self.entities[name], {a.name: a for a in map(attribute_of, rows)})

    def options(self, table: Table, attribute: Attribute) -> tuple[Option, ...]:
        """The options of a choice or yes-no column, with the labels of all languages."""
        return options_of(self._detail(table, attribute))

    def behavior(self, table: Table, attribute: Attribute) -> str:
        """How a date is meant: UserLocal, DateOnly or TimeZoneIndependent."""
        found = self._detail(table, attribute).get("DateTimeBehavior")
        value = found.get("Value") if isinstance(found, Mapping) else found
        return str(value or "UserLocal")

    def targets(self, table: Table, attribute: Attribute) -> tuple[str, ...]:
        """The tables that a lookup may refer to."""
        return tuple(self._detail(table, attribute, kind="Lookup").get("Targets") or ())

    def many_to_many(self, name: str) -> Iterator[ManyToMany]:
        """The relations of a table that are tables of their own."""
        columns = (
            "SchemaName", "IntersectEntityName", "Entity1LogicalName", "Entity1IntersectAttribute",
            "Entity2LogicalName", "Entity2IntersectAttribute",
        )  # fmt: skip
        url = f"{_of(name)}/ManyToManyRelationships?$select={','.join(columns)}"
        for row in self._ask(name, url, Subject(name, doing="reading its relations")):
            yield ManyToMany(*(row.get(c) or "" for c in columns))

    def _detail(self, table: Table, attribute: Attribute, *, kind: str = "") -> Mapping[str, Any]:
        """What only the metadata of an attribute's own type says: one call for all attributes of that type."""
        name, kind = table.entity.name, kind or attribute.type
        url = f"{_of(name)}/Attributes/Microsoft.Dynamics.CRM.{kind}AttributeMetadata?{_CASTS[kind]}"
        subject = Subject(name, doing=f"reading its columns of type {kind}")
        rows = self._ask(name, url, subject)
        return next((r for r in rows if r["LogicalName"] == attribute.name), {})

    # -- keeping ------------------------------------------------------------------------------------------------------

    def _ask(self, kept_as: str, url: str, subject: Subject) -> list[dict[str, Any]]:
        version = self.version
        path = self._folder / f"{kept_as}.json"
        if kept_as not in self._kept:
            known = read_json(path) if version else None
            usable = known if known and known.get("version") == version else None
            self._kept[kept_as] = usable or {"version": version, "answers": {}}
        answers = self._kept[kept_as]["answers"]
        if url not in answers:
            answers[url] = self._all(url, subject)
            if version:
                write_json(path, self._kept[kept_as])
        return answers[url]

    def _all(self, url: str, subject: Subject) -> list[dict[str, Any]]:
        """All rows of a metadata query. Metadata comes in one piece, but nothing forbids it to come in several."""
        rows: list[dict[str, Any]] = []
        following: str | None = url
        while following:
            reply = self._client.get_json(following, subject=subject)
            rows.extend(reply.get("value") or ())
            following = reply.get("@odata.nextLink")
        return rows


def _of(name: str) -> str:
    quoted = name.replace("'", "''")
    return f"EntityDefinitions(LogicalName='{quoted}')"
