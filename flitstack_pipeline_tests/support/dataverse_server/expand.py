"""`$expand` of the row that a lookup points to. One level, no collections: that is all a bulk reader may use."""

import re
from dataclasses import dataclass
from typing import Any

from support.dataverse_server.database import Database
from support.dataverse_server.errors import bad_request, unknown_property
from support.dataverse_server.model import LOOKUPS, Attribute, Entity
from support.dataverse_server.org import Row
from support.dataverse_server.values import Annotations, Renderer

_ITEM = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\(([^()]*)\))?\s*(?:,|$)")
_MOST = 15


@dataclass(frozen=True)
class Expansion:
    """One navigation property and how its target is shown."""

    navigation: str
    attribute: Attribute
    target: Entity
    database: Database
    render: Renderer

    def show(self, row: Row) -> dict[str, Any] | None:
        lookup = row.get(self.attribute.name)
        if lookup is None or lookup["table"] != self.target.logical_name:
            return None
        found = self.database.table(self.target.logical_name).get(lookup["id"])
        return self.render(found) if found else None


def read_expand(text: str | None, database: Database, entity: Entity, annotations: Annotations) -> list[Expansion]:
    """Read `$expand`; raises DataverseError for what is no many-to-one navigation property."""
    expansions: list[Expansion] = []
    rest = text or ""
    while rest.strip():
        match = _ITEM.match(rest)
        if not match:
            raise bad_request(f"Syntax error in $expand '{text}'.", "0x80060888")
        rest = rest[match.end() :]
        expansions.append(_expansion(match[1], match[2] or "", database, entity, annotations))
    if len(expansions) > _MOST:
        raise bad_request(f"The $expand query option has more than {_MOST} entries.", "0x8004430d")
    return expansions


def _expansion(
    navigation: str, options: str, database: Database, entity: Entity, annotations: Annotations
) -> Expansion:
    for attribute in entity.attributes.values():
        for name in attribute.targets if attribute.type in LOOKUPS else ():
            if attribute.navigation_to(name) == navigation and (target := database.entities.get(name)):
                selected = _selected(options, target)
                render = Renderer(database, target, selected, annotations)
                return Expansion(navigation, attribute, target, database, render)
    raise unknown_property(navigation, entity.logical_name)


def _selected(options: str, target: Entity) -> list[str] | None:
    if not options.strip():
        return None
    name, _, value = options.partition("=")
    if name.strip() != "$select":
        raise bad_request(f"This test server does not implement {name.strip()!r} within $expand.", "0x8006088b")
    names = [n.strip() for n in value.split(",")]
    for wanted in names:
        if wanted not in target.by_property():
            raise unknown_property(wanted, target.logical_name)
    return names
