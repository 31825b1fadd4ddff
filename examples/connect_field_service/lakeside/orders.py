"""Work orders with their service tasks, in every status."""

from __future__ import annotations

from datetime import timedelta

from lakeside.catalogue import SUB_STATUSES, TASK_TYPES, TYPES, UNUSED_SUB_STATUSES, UNUSED_TYPE, owner, unit
from lakeside.world import START, World, ref, stamp

COUNT = 150
STATUSES = (690970000, 690970001, 690970002, 690970003, 690970004, 690970005, 741130000, 741130001)
WEIGHTS = (14, 20, 10, 34, 30, 10, 5, 5)
DONE, CANCELED = (690970003, 690970004), 690970005
SUMMARIES = (
    "No heat on floor 3; tenant reports <cold> & noise",
    "Annual inspection of all units.\n\nBring the long ladder.",
    "Leak at the condensate drain",
    "Walk-in cooler at 9 °C, alarm since 04:10",
    "Replace filter set, check belts",
    None,
)
INSTRUCTIONS = (
    None,
    "Ask for Zoë at the desk.\nGate code in the custom field.",
    "Roof access only with harness",
    "Invoice to head office  (PO 4711)",
)


def build_orders(world: World) -> None:
    world.orders, world.tasks_of = [], {}
    assets_of: dict[str, list[str]] = {}
    for row in world.rows["msdyn_customerasset"]:
        if row["msdyn_customerassetid"] in set(world.assets):
            assets_of.setdefault(row["msdyn_account"]["id"], []).append(row["msdyn_customerassetid"])
    for number in range(1, COUNT + 1):
        order = _order(world, number, world.pick(world.accounts), assets_of)
        world.orders.append(order)
        if number % 12:
            _tasks(world, order, world.random.randrange(1, 6))
    rows = {row["msdyn_workorderid"]: row for row in world.rows["msdyn_workorder"]}
    for child, parent in zip(
        world.orders[20:26], world.orders[40:46], strict=True
    ):  # children come before their parents
        rows[child]["msdyn_parentworkorder"] = ref("msdyn_workorder", parent)
    _troubled(world, assets_of)


def _order(world: World, number: int, account: str, assets_of: dict[str, list[str]], **more: object) -> str:
    named, r = world.catalogue.named, world.random
    status = world.pick(STATUSES, WEIGHTS)
    made = START + timedelta(days=r.randrange(540), minutes=r.randrange(0, 1440, 5))
    # Local days begin at 05:00 or 06:00 UTC: cut in UTC these would still be right, cut late in the evening they would not.
    window = (made + timedelta(days=r.randrange(1, 20))).replace(hour=r.choice((3, 6, 12, 23)), minute=0)
    done = window + timedelta(hours=r.randrange(8, 90))
    usual = [n for n, s, _ in SUB_STATUSES if s == status and n not in UNUSED_SUB_STATUSES] or ["Awaiting access"]
    place = world.addresses.get(account, {})
    types = [t for t in TYPES if t != UNUSED_TYPE]
    row = {
        "msdyn_name": f"WO-{number:05d}",
        "msdyn_serviceaccount": ref("account", account),
        "msdyn_billingaccount": ref("account", world.pick([None, world.accounts[0], world.accounts[7]])),
        "msdyn_reportedbycontact": ref("contact", world.pick([None, *world.contacts])),
        "msdyn_systemstatus": status,
        "msdyn_substatus": ref(
            "msdyn_workordersubstatus",
            named["msdyn_workordersubstatus"][world.pick(usual)] if world.chance(0.8) else None,
        ),
        "msdyn_workordertype": ref("msdyn_workordertype", named["msdyn_workordertype"][world.pick(types)]),
        "msdyn_priority": ref("msdyn_priority", world.pick([None, *named["msdyn_priority"].values()])),
        "msdyn_primaryresolution": ref("msdyn_resolution", world.pick(list(named["msdyn_resolution"].values())))
        if status in DONE
        else None,
        "msdyn_primaryincidenttype": ref(
            "msdyn_incidenttype", world.pick([None, *named["msdyn_incidenttype"].values()])
        ),
        "msdyn_workordersummary": world.pick(SUMMARIES),
        "msdyn_instructions": world.pick(INSTRUCTIONS),
        "msdyn_customerasset": ref(
            "msdyn_customerasset", world.pick([None, *assets_of[account]]) if account in assets_of else None
        ),
        "msdyn_serviceterritory": ref(
            "territory",
            world.catalogue.territories[
                "Ontario" if place.get("country") == "Canada" else world.pick(("Chicago North", "Chicago South"))
            ],
        ),
        "msdyn_totalamount": f"{r.randrange(0, 900000) / 100:.4f}" if status in DONE else None,
        "transactioncurrencyid": ref("transactioncurrency", world.catalogue.currencies["USD"]),
        "msdyn_address1": place.get("line1"),
        "msdyn_address2": place.get("line2"),
        "msdyn_city": place.get("city"),
        "msdyn_stateorprovince": place.get("stateorprovince"),
        "msdyn_postalcode": place.get("postalcode"),
        "msdyn_country": place.get("country"),
        "msdyn_datewindowstart": stamp(window) if number % 10 else None,
        "msdyn_datewindowend": stamp(window + timedelta(days=2)) if number % 10 else None,
        "msdyn_timefrompromised": stamp(window + timedelta(hours=8)) if number % 3 else None,
        "msdyn_timetopromised": stamp(window + timedelta(hours=12)) if number % 3 else None,
        "msdyn_firstarrivedon": stamp(done - timedelta(hours=5)) if status in (*DONE, 690970002) else None,
        "msdyn_completedon": stamp(done) if status in DONE else None,
        "msdyn_timeclosed": stamp(done + timedelta(days=3)) if status == 690970004 else None,
        **_custom(world, number),
        "ownerid": owner(world),
        "owningbusinessunit": unit(world),
        "statecode": 0,
        "statuscode": 1,
        **more,
    }
    return world.add("msdyn_workorder", "msdyn_workorderid", row, made=made, changed=done + timedelta(days=1))


def _custom(world: World, number: int) -> dict[str, object]:
    r = world.random
    return {
        "new_gatecode": f"00{number % 97:02d}#" if number % 3 else None,
        "new_accessnotes": "Back door.\nRing twice." if number % 4 == 0 else None,
        "new_permitdate": f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}" if number % 3 == 0 else None,
        "new_nextinspection": stamp(world.moment()) if number % 5 == 0 else None,
        "new_visitcount": number % 6 if number % 2 else None,
        "new_humidity": f"{r.randrange(2000, 9900) / 100:.2f}" if number % 2 else None,
        "new_partscost": f"{r.randrange(100, 90000) / 100:.4f}" if number % 4 else None,
        "new_warranty": number % 3 == 1,
        "new_equipmentclass": world.pick((100, 200, 300, 400, None)),
        "new_skills": sorted(r.sample((1, 2, 3, 4), r.randrange(1, 4))) if number % 2 else None,
        "new_sitecontact": ref("contact", world.pick(world.contacts)) if number % 7 == 0 else None,
    }


def _tasks(world: World, order: str, count: int) -> None:
    row = next(r for r in world.rows["msdyn_workorder"] if r["msdyn_workorderid"] == order)
    finished = row["msdyn_systemstatus"] in DONE
    for line, (name, minutes) in enumerate(world.random.sample(TASK_TYPES, count), 1):
        percent = 100 if finished and world.chance(0.93) else world.pick((0, 0, 50, 100))
        task = {
            "msdyn_name": name,
            "msdyn_workorder": ref("msdyn_workorder", order),
            "msdyn_tasktype": ref("msdyn_servicetasktype", world.catalogue.named["msdyn_servicetasktype"][name]),
            "msdyn_description": world.pick(
                (None, f"{name}; note readings <before> & after", "See manual, chapter 4.\nUse gloves.")
            ),
            "msdyn_lineorder": line,
            "msdyn_estimatedduration": minutes if world.chance(0.92) else None,
            "msdyn_actualduration": minutes + world.random.randrange(-5, 30) if percent == 100 else None,
            "msdyn_percentcomplete": f"{percent:.2f}",
            "msdyn_inspectiontaskresult": world.pick((192350000, 192350001, 192350003))
            if percent == 100 and world.chance(0.4)
            else None,
            "ownerid": row["ownerid"],
            "statecode": 0,
            "statuscode": 1,
        }
        world.add("msdyn_workorderservicetask", "msdyn_workorderservicetaskid", task)
    # The API's order is not the order of the lines.
    rows = world.rows["msdyn_workorderservicetask"]
    rows[-count:] = reversed(rows[-count:])


def _troubled(world: World, assets_of: dict[str, list[str]]) -> None:
    """Orders of accounts that wait, a task of no order, a sub-status that is inactive and still used."""
    named = world.catalogue.named["msdyn_workordersubstatus"]
    kept = _order(
        world,
        COUNT + 1,
        world.accounts[2],
        assets_of,
        msdyn_systemstatus=690970001,
        msdyn_substatus=ref("msdyn_workordersubstatus", named["Waiting for fax"]),
    )
    world.orders.append(kept)
    world.plant(
        "msdyn_workorder",
        kept,
        "kept",
        "a sub-status that is inactive and still used",
        records="work_order",
        column="x_work_order_sub_status",
        note="stays a value of the selection",
    )
    held = _order(world, COUNT + 2, world.held_accounts[2], assets_of)
    gone = _order(world, COUNT + 3, world.guid(), assets_of)
    world.plant(
        "msdyn_workorder",
        held,
        "held",
        "its account's parents are in a circle",
        records="work_order",
        column="partner_id",
    )
    world.plant(
        "msdyn_workorder",
        gone,
        "held",
        "its account is not in the organization any more",
        records="work_order",
        column="partner_id",
    )
    _tasks(world, held, 2)
    for row in world.rows["msdyn_workorderservicetask"][-2:]:
        world.plant(
            "msdyn_workorderservicetask",
            row["msdyn_workorderservicetaskid"],
            "held",
            "its work order waits",
            records="task_list",
            column="res_id",
        )
    task = {
        "msdyn_name": "Write report",
        "msdyn_workorder": ref("msdyn_workorder", world.guid()),
        "msdyn_lineorder": 1,
        "msdyn_percentcomplete": "0.00",
        "statecode": 0,
        "statuscode": 1,
    }
    orphan = world.add("msdyn_workorderservicetask", "msdyn_workorderservicetaskid", task)
    world.plant(
        "msdyn_workorderservicetask",
        orphan,
        "held",
        "its work order is not in the organization any more",
        records="task_list",
        column="res_id",
    )
    world.held_orders = [held, gone]
