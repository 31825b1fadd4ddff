"""Bookings of technicians, with signatures, and what the devices report."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta

from lakeside.catalogue import USERS, owner
from lakeside.world import World, png, ref, stamp

BOOKING_STATUSES = (
    ("Scheduled", 2, 690970000),
    ("Traveling", 2, 690970001),
    ("In Progress", 2, 690970003),
    ("Completed", 2, 690970004),
    ("Canceled", 3, 690970005),
)
SIGNED = 14


def build_visits(world: World) -> None:
    statuses = {
        n: world.add(
            "bookingstatus",
            "bookingstatusid",
            {
                "name": n,
                "status": s,
                "msdyn_fieldservicestatus": f,
                "statecode": 0,
                "statuscode": 1,
                "ownerid": owner(world),
            },
        )
        for n, s, f in BOOKING_STATUSES
    }
    resources = [
        world.add(
            "bookableresource",
            "bookableresourceid",
            {
                "name": name,
                "resourcetype": 3,
                "userid": ref("systemuser", world.catalogue.users[name]),
                "msdyn_primaryemail": f"{login}@lakeside-climate.example",
                "statecode": 0,
                "statuscode": 1,
                "ownerid": owner(world),
            },
        )
        for name, login in USERS[1:8]
    ]
    resources += [
        world.add(
            "bookableresource",
            "bookableresourceid",
            {"name": n, "resourcetype": k, "statecode": 0, "statuscode": 1, "ownerid": owner(world)},
        )
        for n, k in (("Crane truck 2", 4), ("Night crew", 6))
    ]
    world.bookings = []
    _bookings(world, statuses, resources)
    _alerts(world)


def _bookings(world: World, statuses: dict[str, str], resources: list[str]) -> None:
    orders = {row["msdyn_workorderid"]: row for row in world.rows["msdyn_workorder"]}
    number = signed = 0
    for order in world.orders:
        row = orders[order]
        done = row["msdyn_systemstatus"] in (690970003, 690970004)
        for visit in range(world.pick((0, 1, 1, 2, 3)) if not done else world.pick((1, 2, 2, 3))):
            number += 1
            start = datetime.fromisoformat(row["createdon"]) + timedelta(
                days=2 + visit, hours=world.random.randrange(1, 8)
            )
            minutes = world.pick((30, 45, 60, 90, 120, 240))
            status = (
                "Completed" if done else world.pick(("Scheduled", "Traveling", "In Progress", "Canceled"), [6, 1, 1, 2])
            )
            signature = None
            if done and signed < SIGNED and visit == 0:
                signed += 1
                picture = base64.b64encode(png(120, 40, (255, 255, 255 - signed))).decode()
                signature = picture if signed % 4 == 0 else f"data:image/png;base64,{picture}"
            booking = {
                "name": f"BK-{number:05d}",
                "resource": ref("bookableresource", world.pick(resources)),
                "bookingstatus": ref("bookingstatus", statuses[status]),
                "msdyn_workorder": ref("msdyn_workorder", order),
                "starttime": stamp(start),
                "endtime": stamp(start + timedelta(minutes=minutes)),
                "duration": minutes,
                "msdyn_actualarrivaltime": stamp(start + timedelta(minutes=7)) if done else None,
                "msdyn_actualtravelduration": world.random.randrange(5, 70) if done else None,
                "msdyn_signature": signature,
                "ownerid": owner(world),
                "statecode": 0,
                "statuscode": 1,
            }
            world.bookings.append(world.add("bookableresourcebooking", "bookableresourcebookingid", booking))
    common = {
        "resource": ref("bookableresource", resources[0]),
        "bookingstatus": ref("bookingstatus", statuses["Scheduled"]),
        "starttime": "2025-05-05T14:00:00Z",
        "endtime": "2025-05-05T15:00:00Z",
        "duration": 60,
        "ownerid": owner(world),
        "statecode": 0,
        "statuscode": 1,
    }
    meeting = world.add("bookableresourcebooking", "bookableresourcebookingid", {"name": "Team meeting", **common})
    world.plant(
        "bookableresourcebooking",
        meeting,
        "held",
        "a booking of no work order",
        records="booking",
        column="msdyn_workorder",
        note="a time in the calendar of a resource that belongs to no job",
    )
    scrawl = world.add(
        "bookableresourcebooking",
        "bookableresourcebookingid",
        {
            "name": "BK-90001",
            "msdyn_workorder": ref("msdyn_workorder", world.orders[3]),
            "msdyn_signature": "signed by J. Doe (no pad)",
            **common,
        },
    )
    world.plant(
        "bookableresourcebooking",
        scrawl,
        "quarantined",
        "a signature that is text, not a picture",
        records="signature",
        column="datas",
    )


def _alerts(world: World) -> None:
    """Alerts of assets, of work orders, of both, and of neither."""
    orders = {row["msdyn_workorderid"]: row for row in world.rows["msdyn_workorder"]}
    with_asset = [o for o in world.orders if orders[o].get("msdyn_customerasset")]
    assets = [a for a in world.assets if a in world.devices]
    parent = None
    for number in range(1, 131):
        kind = world.pick(("order and asset", "asset", "order"), [5, 4, 1])
        order = (
            world.pick(with_asset[:14])
            if kind == "order and asset"
            else world.pick(world.orders[:9])
            if kind == "order"
            else None
        )
        asset = (
            orders[order]["msdyn_customerasset"]["id"]
            if kind == "order and asset" and order
            else world.pick(assets[:18])
            if kind == "asset"
            else None
        )
        at = world.moment()
        parent = _alert(
            world, number, order, asset, parent if number % 6 == 0 else None, stamp(at) if number % 29 else None
        )
    for number in (131, 132):
        loose = _alert(world, number, None, None, None, "2025-06-01T04:05:06Z")
        world.plant(
            "msdyn_iotalert",
            loose,
            "with the company",
            "an alert of neither asset nor work order",
            records="loose_alert",
            note="kept as a document of its own at the company",
        )
    held = _alert(world, 133, None, world.held_asset, None, "2025-06-02T04:05:06Z")
    world.plant(
        "msdyn_iotalert", held, "held", "an alert of an asset that waits", records="alerts_of_asset", column="res_id"
    )


def _alert(world: World, number: int, order: str | None, asset: str | None, parent: str | None, at: str | None) -> str:
    reading = {
        "deviceId": f"LK-DEV-{number % 60:04d}",
        "reading": {"temperature": round(60 + number * 0.37, 2), "unit": "°F"},
        "threshold": 80.50,
        "seq": number,
    }
    row = {
        "msdyn_description": world.pick(
            (
                "Temperature above threshold",
                "Compressor short-cycling – “check”",
                "Vibration > 4 mm/s",
                "Heartbeat lost",
            )
        ),
        "msdyn_alerttime": at,
        "msdyn_alerttype": world.pick((192350000, 192350001, 192350002)),
        "msdyn_alertdata": json.dumps(reading, ensure_ascii=False),
        "msdyn_alertpriorityscore": world.random.randrange(0, 101),
        "msdyn_suggestedpriority": world.pick((192350001, 192350002, 192350003)),
        "msdyn_customerasset": ref("msdyn_customerasset", asset),
        "msdyn_device": ref("msdyn_iotdevice", world.devices.get(asset or "")),
        "msdyn_deviceid": f"LK-DEV-{number % 60:04d}",
        "msdyn_parentalert": ref("msdyn_iotalert", parent),
        "msdyn_workorder": ref("msdyn_workorder", order),
        "msdyn_alerttoken": f"tok{number:04d}",
        "ownerid": owner(world),
        "statecode": 2 if order else 0,
        "statuscode": 4 if order else 1,
    }
    return world.add("msdyn_iotalert", "msdyn_iotalertid", row)
