"""How the tables of the organization are written down: columns, choices, entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lakeside.options import STATE

Json = dict[str, Any]


def column(name: str, kind: str, label: str, **more: Any) -> Json:
    return {"name": name, "type": kind, "labels": {"1033": label}, **more}


def text(name: str, label: str, length: int = 100, **more: Any) -> Json:
    return column(name, "String", label, max_length=length, **more)


def memo(name: str, label: str, length: int = 8000, **more: Any) -> Json:
    return column(name, "Memo", label, max_length=length, **more)


def lookup(name: str, label: str, *targets: str, **more: Any) -> Json:
    return column(name, "Lookup", label, targets=list(targets), **more)


def choice(name: str, kind: str, label: str, options: Mapping[int, tuple[str, str]], **more: Any) -> Json:
    """A choice with English and French labels."""
    shown = [{"value": v, "labels": {"1033": en, "1036": fr}} for v, (en, fr) in options.items()]
    return column(name, kind, label, options=shown, **more)


def when(name: str, label: str, behavior: str = "UserLocal", format: str = "DateAndTime", **more: Any) -> Json:
    return column(name, "DateTime", label, behavior=behavior, format=format, **more)


def state(
    options: Mapping[int, tuple[str, str]] = STATE, status: Mapping[int, tuple[str, str, int]] | None = None
) -> list[Json]:
    reasons = status or {1: ("Active", "Actif", 0), 2: ("Inactive", "Inactif", 1)}
    shown = [{"value": v, "labels": {"1033": en, "1036": fr}, "state": s} for v, (en, fr, s) in reasons.items()]
    return [
        choice("statecode", "State", "Status", options),
        column("statuscode", "Status", "Status Reason", options=shown),
    ]


def address(prefix: str, line: str) -> list[Json]:
    return [
        text(f"{prefix}{line}1", "Street 1", 250),
        text(f"{prefix}{line}2", "Street 2", 250),
        text(f"{prefix}city", "City", 80),
        text(f"{prefix}stateorprovince", "State/Province", 50),
        text(f"{prefix}postalcode", "ZIP/Postal Code", 20),
        text(f"{prefix}country", "Country/Region", 80),
    ]


def entity(
    name: str,
    set_name: str,
    label: str,
    columns: Sequence[Json],
    *,
    title: str = "name",
    owned: bool = True,
    **more: Any,
) -> Json:
    common = [
        when("createdon", "Created On"),
        when("modifiedon", "Modified On"),
        lookup("createdby", "Created By", "systemuser"),
    ]
    if owned:
        common += [
            column("ownerid", "Owner", "Owner"),
            lookup("owningbusinessunit", "Owning Business Unit", "businessunit"),
        ]
    return {
        "logical_name": name,
        "schema_name": name if "_" in name else name.title(),
        "entity_set_name": set_name,
        "primary_id": more.pop("key", f"{name}id"),
        "primary_name": title,
        "ownership": "UserOwned" if owned else "OrganizationOwned",
        "custom": name.startswith(("msdyn_", "new_")),
        "activity": False,
        "change_tracking": True,
        "labels": {"1033": label},
        "attributes": [*columns, *common],
        **more,
    }


def lookup_table(name: str, set_name: str, label: str, *columns: Json) -> Json:
    return entity(name, set_name, label, [text("msdyn_name", "Name"), *columns, *state()], title="msdyn_name")
