"""The table `organization`, which every Dataverse has with exactly one row: its base language, how far its change log reaches."""

from typing import Any

from support.dataverse_server.model import Entity, read_entity

NAME = "organization"
_DEFINITION: dict[str, Any] = {
    "logical_name": NAME,
    "schema_name": "Organization",
    "entity_set_name": "organizations",
    "primary_id": "organizationid",
    "primary_name": "name",
    "ownership": "None",
    "labels": {"1033": "Organization"},
    "attributes": [
        {"name": "name", "type": "String", "labels": {"1033": "Organization Name"}, "max_length": 160},
        {"name": "languagecode", "type": "Integer", "labels": {"1033": "Language"}},
        {"name": "expirechangetrackingindays", "type": "Integer", "labels": {"1033": "Days to Expire Change Tracking"}},
        {"name": "modifiedon", "type": "DateTime", "labels": {"1033": "Modified On"}},
    ],
}


def definition() -> Entity:
    return read_entity(_DEFINITION, NAME)


def row(organization_id: str, name: str, *, language: int, days: int) -> dict[str, Any]:
    """The one row."""
    return {
        "organizationid": organization_id,
        "name": name,
        "languagecode": language,
        "expirechangetrackingindays": days,
    }
