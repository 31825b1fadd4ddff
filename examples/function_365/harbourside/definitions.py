"""How tables and their columns are written down."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]


def column(name: str, kind: str, label: str = "", **more: Any) -> Json:
    return {"name": name, "type": kind, "labels": {"1033": label or name.capitalize()}, **more}


def choice(name: str, options: Mapping[int, str], label: str = "", kind: str = "Picklist", **more: Any) -> Json:
    states = more.pop("states", {})
    shown = [
        {"value": v, "labels": {"1033": t}, **({"state": states[v]} if v in states else {})} for v, t in options.items()
    ]
    return column(name, kind, label, options=shown, **more)


def state(states: Mapping[int, str], reasons: Mapping[int, tuple[int, str]]) -> list[Json]:
    return [
        choice("statecode", states, "Status", kind="State"),
        choice(
            "statuscode",
            {v: t for v, (_, t) in reasons.items()},
            "Status Reason",
            kind="Status",
            states={v: s for v, (s, _) in reasons.items()},
        ),
    ]


SIMPLE_STATE = state({0: "Active", 1: "Inactive"}, {1: (0, "Active"), 2: (1, "Inactive")})
ADDRESS = [
    column(f"address1_{n}", "String", f"Address 1: {n}", max_length=250)
    for n in ("line1", "line2", "line3", "city", "stateorprovince", "postalcode", "country")
]


def lookup(name: str, *targets: str, label: str = "", **more: Any) -> Json:
    return column(name, "Lookup", label, targets=list(targets), **more)


def moments() -> list[Json]:
    return [
        column("createdon", "DateTime", "Created On"),
        column("modifiedon", "DateTime", "Modified On"),
        lookup("createdby", "systemuser", label="Created By"),
        lookup("modifiedby", "systemuser", label="Modified By"),
    ]


def owned() -> list[Json]:
    return [
        column("ownerid", "Owner", "Owner"),
        lookup("owningbusinessunit", "businessunit", label="Owning Business Unit"),
    ]


def table(name: str, plural: str, label: str, columns: Sequence[Json], **more: Any) -> Json:
    defaults = {
        "logical_name": name,
        "schema_name": label.replace(" ", ""),
        "entity_set_name": plural,
        "primary_id": f"{name}id",
        "primary_name": "name",
        "ownership": "UserOwned",
        "custom": False,
        "activity": False,
        "change_tracking": True,
        "labels": {"1033": label},
    }
    return {**defaults, "attributes": list(columns), **more}


def own(name: str, kind: str, label: str, **more: Any) -> Json:
    return column(name, kind, label, custom=True, **more)
