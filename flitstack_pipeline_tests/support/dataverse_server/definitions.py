"""Requests below EntityDefinitions and GlobalOptionSetDefinitions, with their own select, filter and expand."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from support.dataverse_server.database import Database
from support.dataverse_server.errors import DataverseError, bad_request, unknown_segment
from support.dataverse_server.filters import comparable, compile_filter
from support.dataverse_server.metadata import CASTS, OPTION_CASTS, Metadata, metadata_id
from support.dataverse_server.model import Attribute, Entity
from support.dataverse_server.request import Query

_KEY = re.compile(r"(\w+)\((?:(\w+)=)?'?([\w.-]+)'?\)")
_CAST = "Microsoft.Dynamics.CRM."
Json = dict[str, Any]


class Definitions:
    """Answers one metadata request."""

    def __init__(self, database: Database, query: Query, base_url: str) -> None:
        self._database = database
        self._query = query
        self._base = base_url
        self._metadata = Metadata(database)
        for name in ("$orderby", "$count", "$deltatoken", "$skiptoken"):
            if name in query.options:
                raise bad_request(f"The query parameter {name} is not supported", "0x80060888")

    def answer(self, path: Sequence[str]) -> Json:
        """Answer for the segments of the path after the version."""
        if path[0].startswith("GlobalOptionSetDefinitions"):
            return self._global(path)
        if path[0] == "EntityDefinitions" and len(path) == 1:
            entities = list(self._database.entities.values())
            rows = [self._with_attributes(e) for e in entities]
            return self._list("EntityDefinitions", rows, "Microsoft.Dynamics.CRM.EntityMetadata")
        entity = self._entity(path[0])
        if len(path) == 1:
            context = f"{self._base}/$metadata#EntityDefinitions/$entity"
            return {"@odata.context": context, **self._one(self._with_attributes(entity), "EntityMetadata")}
        return self._part(entity, path[1:])

    # -- tables -------------------------------------------------------------------------------------------------------

    def _entity(self, segment: str) -> Entity:
        match = _KEY.fullmatch(segment)
        if not match or match[1] != "EntityDefinitions":
            raise unknown_segment(segment.partition("(")[0])
        key, value = match[2] or "MetadataId", match[3]
        for entity in self._database.entities.values():
            known = {"LogicalName": entity.logical_name, "MetadataId": metadata_id(entity.logical_name)}
            if known.get(key) == value:
                return entity
        raise DataverseError(404, "0x80060888", f"Could not find an entity with name {value} and id {value}.")

    def _with_attributes(self, entity: Entity) -> Json:
        shown = self._metadata.entity(entity)
        for name, options in _expansions(self._query.get("$expand")):
            if name == "Attributes":
                rows = [self._metadata.attribute(entity, a) for a in entity.attributes.values()]
            elif name in _RELATIONSHIPS:
                rows = _RELATIONSHIPS[name](self._metadata, entity)
            else:
                raise bad_request(
                    f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.EntityMetadata'."
                )
            shown[name] = [_selected(row, options.get("$select"), "AttributeMetadata") for row in rows]
        return shown

    def _part(self, entity: Entity, path: Sequence[str]) -> Json:
        name = path[0]
        if name == "Attributes":
            return self._attributes(entity, path[1] if len(path) > 1 else None)
        if name.startswith("Attributes("):
            return self._attribute(entity, name, path[1:])
        if name in _RELATIONSHIPS and len(path) == 1:
            rows = _RELATIONSHIPS[name](self._metadata, entity)
            kind = (
                "ManyToManyRelationshipMetadata" if name.startswith("ManyToMany") else "OneToManyRelationshipMetadata"
            )
            return self._list(f"EntityDefinitions('{entity.logical_name}')/{name}", rows, _CAST + kind)
        if name == "Keys" and len(path) == 1:
            return self._list(f"EntityDefinitions('{entity.logical_name}')/Keys", [], _CAST + "EntityKeyMetadata")
        raise unknown_segment(name)

    # -- columns ------------------------------------------------------------------------------------------------------

    def _attributes(self, entity: Entity, cast: str | None) -> Json:
        context = f"EntityDefinitions('{entity.logical_name}')/Attributes"
        if cast is None:
            if self._query.get("$expand"):
                raise bad_request(
                    "Could not find a property named 'OptionSet' on type 'Microsoft.Dynamics.CRM.AttributeMetadata'."
                )
            rows = [self._metadata.attribute(entity, a) for a in entity.attributes.values()]
            return self._list(context, rows, _CAST + "AttributeMetadata")
        kinds = _kinds(cast)
        rows = [self._cast(entity, a) for a in entity.attributes.values() if a.type in kinds]
        return self._list(f"{context}/{cast}", rows, cast)

    def _attribute(self, entity: Entity, segment: str, rest: Sequence[str]) -> Json:
        match = _KEY.fullmatch(segment)
        attribute = next(
            (
                a
                for a in entity.attributes.values()
                if match
                and match[3]
                == (a.name if match[2] == "LogicalName" else metadata_id(f"{entity.logical_name}/{a.name}"))
            ),
            None,
        )
        if attribute is None:
            raise DataverseError(404, "0x80060888", f"Could not find an attribute with specified name: {segment}")
        context = f"{self._base}/$metadata#EntityDefinitions('{entity.logical_name}')/Attributes"
        if not rest:
            return {
                "@odata.context": f"{context}/$entity",
                **self._one(self._metadata.attribute(entity, attribute), "AttributeMetadata"),
            }
        if attribute.type not in _kinds(rest[0]):
            raise DataverseError(404, "0x80060888", f"{attribute.name} is no {rest[0]}.")
        if len(rest) == 2 and rest[1] == "OptionSet" and attribute.type in OPTION_CASTS:
            return {"@odata.context": f"{context}/{rest[0]}/OptionSet", **self._metadata.option_set(entity, attribute)}
        if len(rest) > 1:
            raise unknown_segment(rest[1])
        kind = rest[0].removeprefix(_CAST)
        return {"@odata.context": f"{context}/{rest[0]}/$entity", **self._one(self._cast(entity, attribute), kind)}

    def _cast(self, entity: Entity, attribute: Attribute) -> Json:
        shown = self._metadata.cast(entity, attribute)
        for name, options in _expansions(self._query.get("$expand")):
            if name not in ("OptionSet", "GlobalOptionSet") or attribute.type not in OPTION_CASTS:
                kind = CASTS[attribute.type][0]
                raise bad_request(f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{kind}'.")
            own = self._metadata.option_set(entity, attribute)
            # A choice has either options of its own or global ones; the other property is null.
            wanted = (name == "GlobalOptionSet") == own["IsGlobal"]
            shown[name] = _selected(own, options.get("$select"), "OptionSetMetadata") if wanted else None
        return shown

    # -- global choices -----------------------------------------------------------------------------------------------

    def _global(self, path: Sequence[str]) -> Json:
        found = self._metadata.global_option_sets()
        if "$filter" in self._query.options:
            raise bad_request("The query parameter $filter is not supported", "0x80060888")
        if path == ["GlobalOptionSetDefinitions"]:
            return self._list("GlobalOptionSetDefinitions", list(found.values()), _CAST + "OptionSetMetadataBase")
        match = _KEY.fullmatch(path[0])
        one = next((s for n, s in found.items() if match and match[3] in (n, s["MetadataId"])), None)
        if one is None:
            raise DataverseError(404, "0x80060888", f"Could not find optionset: {path[0]}")
        return {"@odata.context": f"{self._base}/$metadata#GlobalOptionSetDefinitions/$entity", **one}

    # -- options of the query -----------------------------------------------------------------------------------------

    def _list(self, context: str, rows: list[Json], kind: str) -> Json:
        if (text := self._query.get("$filter")) is not None:
            sample = rows[0] if rows else {}

            def value(row: Json | None, name: str) -> Any:
                return comparable(_at(sample if row is None else row, name, kind))

            test = compile_filter(text, aliases=self._query.aliases, values=value)
            rows = [row for row in rows if test(row)]
        if self._query.top is not None:
            rows = rows[: self._query.top]
        return {"@odata.context": f"{self._base}/$metadata#{context}", "value": [self._one(r, kind) for r in rows]}

    def _one(self, row: Json, kind: str) -> Json:
        kept = [name for name, _ in _expansions(self._query.get("$expand"))]
        return _selected(row, self._query.get("$select"), kind.removeprefix(_CAST), kept)


def _kinds(cast: str) -> set[str]:
    name = cast.removeprefix(_CAST)
    kinds = {kind for kind, (metadata, *_) in CASTS.items() if metadata == name and name != "AttributeMetadata"}
    if not cast.startswith(_CAST) or not kinds:
        raise unknown_segment(cast)
    return kinds


def _at(row: Mapping[str, Any], path: str, kind: str) -> Any:
    value: Any = row
    for name in path.split("/"):
        if not isinstance(value, Mapping) or (row and name not in value):
            raise bad_request(f"Could not find a property named '{name}' on type '{kind}'.")
        value = value.get(name)
    return value


def _selected(row: Json, select: str | None, kind: str, kept: Sequence[str] = ()) -> Json:
    if not select:
        return row
    names = [n.strip() for n in select.split(",")]
    for name in names:
        if name not in row:
            raise bad_request(f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{kind}'.")
    keep = {*names, *kept, "MetadataId", "@odata.type"}
    return {name: value for name, value in row.items() if name in keep}


def _expansions(text: str | None) -> list[tuple[str, dict[str, str]]]:
    found = []
    for name, options in re.findall(r"([A-Za-z]\w*)(?:\(([^()]*)\))?(?:,|$)", text or ""):
        parts = (part.partition("=") for part in options.split(";") if part)
        found.append((name, {key.strip(): value for key, _, value in parts}))
    return found


_RELATIONSHIPS: dict[str, Callable[[Metadata, Entity], list[Json]]] = {
    "ManyToOneRelationships": Metadata.many_to_one,
    "OneToManyRelationships": Metadata.one_to_many,
    "ManyToManyRelationships": Metadata.many_to_many,
}
