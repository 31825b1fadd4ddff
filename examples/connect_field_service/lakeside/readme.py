"""The page that goes with the example."""

from __future__ import annotations

from lakeside.world import World

_HEAD = """# Lakeside Climate Services

A made-up heating and cooling company near Chicago with a Dataverse organization, as Connect Field Service (Dynamics 365 Field
Service) fills one. `org/` is that organization: its tables with their columns (`entities/`), the rows (`data/`) and the bodies of
files (`files/`). `generate.py` writes all of it, always the same bytes. The sandbox serves it by the Web API:

    flitstack inventory connect_field_service-demo

Labels come in English and French; the system status has values of the company's own; serial number, location, install date and
working state of an asset are columns that the company added, as are a dozen columns of the work order.

| table | rows |
|---|---|
"""

_PLANTED = """
## What does not simply arrive

`planted.json` has these rows with what is expected of them. `records` names the record set (or object) whose outcome is meant.

| | table | problem | expected |
|---|---|---|---|
"""


def readme(world: World) -> str:
    counts = "".join(f"| {name} | {len(rows)} |\n" for name, rows in world.rows.items())
    total = f"| all | {sum(map(len, world.rows.values()))} |\n"
    planted = "".join(
        f"| {p['id']} | {p['table']} | {p['problem']} | {p['expected_outcome']} |\n" for p in world.planted
    )
    return _HEAD + counts + total + _PLANTED + planted
