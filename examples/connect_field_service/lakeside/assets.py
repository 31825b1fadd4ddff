"""Equipment at the customers' sites: plants, units in them, parts of units; and the devices that watch them."""

from __future__ import annotations

from datetime import timedelta

from lakeside.catalogue import owner, unit
from lakeside.world import World, ref

PLACES = ("Roof, unit 3", "Cellar", "Kitchen line 2", "Server room", None, None)


def build_assets(world: World) -> None:
    world.assets, world.devices = [], {}
    plants = [_asset(world, f"Plant {n}", world.pick(world.accounts), None) for n in range(1, 16)]
    by_id = {row["msdyn_customerassetid"]: row for row in world.rows["msdyn_customerasset"]}
    units = []
    for number in range(1, 46):
        plant = world.pick(plants)
        units.append(_asset(world, f"Unit {number}", by_id[plant]["msdyn_account"]["id"], plant))
    by_id = {row["msdyn_customerassetid"]: row for row in world.rows["msdyn_customerasset"]}
    for number in range(1, 21):
        above = world.pick(units[:45])
        units.append(_asset(world, f"Module {number}", by_id[above]["msdyn_account"]["id"], above))
    world.assets = [*plants, *units]
    _troubled(world)


def _asset(world: World, name: str, account: str, parent: str | None, **more: object) -> str:
    named, number = world.catalogue.named, len(world.rows.get("msdyn_customerasset", ())) + 1
    device = f"LK-DEV-{number:04d}" if number % 2 else None
    made = world.moment(500)
    row = {
        "msdyn_name": name,
        "msdyn_account": ref("account", account),
        "msdyn_product": ref("product", world.pick(world.catalogue.goods)),
        "msdyn_parentasset": ref("msdyn_customerasset", parent),
        "msdyn_customerassetcategory": ref(
            "msdyn_customerassetcategory", world.pick(list(named["msdyn_customerassetcategory"].values()))
        ),
        "msdyn_functionallocation": ref(
            "msdyn_functionallocation", world.pick([None, *named["msdyn_functionallocation"].values()])
        ),
        "msdyn_assettag": f"{number:07d}",
        "msdyn_deviceid": device,
        "msdyn_manufacturingdate": f"{world.random.randrange(2009, 2025)}-03-0{number % 9 + 1}T00:00:00Z",
        "msdyn_latitude": f"{41.5 + number / 1000:.5f}",
        "msdyn_longitude": f"{-87.5 - number / 1000:.5f}",
        "msdyn_registrationstatus": 192350003 if device else world.pick((192350000, 192350001)),
        "new_serialnumber": f"00{number:04d}-{world.random.randrange(16**6):06X}" if number % 6 else None,
        "new_location": world.pick(PLACES),
        "new_installdate": (made - timedelta(days=world.random.randrange(30, 3000))).date().isoformat()
        if number % 8
        else None,
        "new_operationalstatus": world.pick((1, 1, 1, 2, 3, None)),
        "new_refrigerant": world.pick(("R-410A", "R-32", "R-134a", None)),
        "ownerid": owner(world),
        "owningbusinessunit": unit(world),
        "statecode": 0,
        "statuscode": 1,
        **more,
    }
    asset = world.add("msdyn_customerasset", "msdyn_customerassetid", row, made=made)
    if device:
        world.devices[asset] = world.add(
            "msdyn_iotdevice",
            "msdyn_iotdeviceid",
            {
                "msdyn_name": f"Gateway {number}",
                "msdyn_deviceid": device,
                "statecode": 0,
                "statuscode": 1,
                "ownerid": owner(world),
            },
        )
    return asset


def _troubled(world: World) -> None:
    """Two parts of each other, one serial number twice, one without any, and equipment of a customer who waits."""
    rows = world.rows["msdyn_customerasset"]
    pair = [_asset(world, f"Loop {side}", world.accounts[4], None) for side in ("A", "B")]
    by_id = {row["msdyn_customerassetid"]: row for row in rows}
    for asset, other in (pair, pair[::-1]):
        by_id[asset]["msdyn_parentasset"] = ref("msdyn_customerasset", other)
        world.plant(
            "msdyn_customerasset",
            asset,
            "quarantined",
            "two assets that are parts of each other",
            records="customer_asset",
            column="x_parent_asset_id",
        )
    held = _asset(world, "Ouroboros boiler", world.held_accounts[1], None)
    world.plant(
        "msdyn_customerasset",
        held,
        "held",
        "its account's parents are in a circle",
        records="customer_asset",
        column="x_partner_id",
    )
    world.held_asset = held
    twin = _asset(world, "Spare unit", world.accounts[5], None, new_serialnumber=rows[0]["new_serialnumber"])
    for asset in (rows[0]["msdyn_customerassetid"], twin):
        world.plant(
            "msdyn_customerasset",
            asset,
            "flagged",
            "two assets with one serial number",
            records="customer_asset",
            column="serialnumber",
        )
    scrapped = _asset(world, "Old chiller", world.accounts[6], None, statecode=1, statuscode=2, new_operationalstatus=4)
    world.assets += [twin, scrapped]
