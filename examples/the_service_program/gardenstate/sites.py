"""What stands at the sites, and what comes back there: equipment and recurring schedules."""

from __future__ import annotations

from datetime import date, timedelta

from gardenstate.world import COMPANY, Report, World

_ITEMS = (
    # item, make, models
    ("Variable-speed pump", "Pentair", ("IntelliFlo3", "SuperFlo VST")),
    ("Sand filter", "Hayward", ("S244T", "S310T2")),
    ("Salt cell", "Hayward", ("T-CELL-15",)),
    ("Heat pump", "Trane", ("XR15", "XV18")),
    ("Furnace", "Carrier", ("59TP6", "")),
    ("Backflow preventer", "Watts", ("009M3", "LF009")),
)
_FREQUENCIES = ("Weekly", "Bi-Weekly", "Monthly", "Every 4 Weeks", "Quarterly", "Semi-Annual", "Annual")
_SERVICES = ("Pool service", "Chemical check", "HVAC tune-up", "Backflow test", "Filter change")


def build_sites(world: World) -> None:
    _equipment(world)
    _schedules(world)


def _equipment(world: World) -> None:
    columns = (
        "EquipmentID",
        "LocationID",
        "Item",
        "Make",
        "Model",
        "SerialNo",
        "InstallDate",
        "WarrantyEnd",
        "Remarks",
    )
    titles = (COMPANY, "Equipment on Site by Location")
    table = world.table("equipment", Report("Equipment.xlsx", titles=titles, page=40), columns, ("EquipmentID",))
    dice = world.dice
    places = [row["LocationID"] for row in world.rows("service_location") if row["LocationID"] != "L2900"]
    for number in range(1, 91):
        item, make, models = dice.pick(_ITEMS)
        installed = date(2015, 1, 1) + timedelta(days=dice.whole(0, 3900))
        serial = f"{dice.whole(0, 99):04d}{make[0]}{number:05d}"
        table.add(
            f"EQ-{number:04d}", dice.pick(places), item, make, dice.pick(models), serial, installed,
            installed + timedelta(days=365 * dice.pick((1, 3, 5))) if dice.chance(0.8) else None,
            dice.pick(("", "", "Noisy bearing", "Under slab")),
        )  # fmt: skip
    rows = table.rows
    for number in (5, 50):
        rows[number]["SerialNo"] = ""
        world.plant(
            "equipment",
            rows[number],
            "SerialNo",
            "no serial number",
            "flagged",
            "the equipment's own id stands in its place",
        )
    twin = next(row for row in rows[20:] if row["Item"] == rows[10]["Item"])
    twin["SerialNo"] = rows[10]["SerialNo"]
    world.plant(
        "equipment",
        twin,
        "SerialNo",
        "two of one item with the same serial number",
        "quarantined",
        "Odoo refuses the second",
    )
    lost = table.add("EQ-0900", "L2998", "Heat pump", "Trane", "XR15", "0077T00900", date(2019, 5, 2), None, "")
    world.plant("equipment", lost, "LocationID", "location L2998 is not in the export", "held")


def _schedules(world: World) -> None:
    columns = (
        "ScheduleID",
        "CustomerID",
        "LocationID",
        "Service",
        "Frequency",
        "NextDate",
        "EndDate",
        "Price",
        "Technician",
        "Active",
    )
    table = world.table("recurring", Report("Recurring Schedules.csv", separator="\t"), columns, ("ScheduleID",))
    dice = world.dice
    places = [row for row in world.rows("service_location") if row["LocationID"] != "L2900"]
    for number in range(1, 31):
        place = dice.pick(places)
        table.add(
            f"RS-{number:03d}", place["CustomerID"], place["LocationID"], dice.pick(_SERVICES),
            _FREQUENCIES[number % len(_FREQUENCIES)],
            date(2026, 11, 3) + timedelta(days=dice.whole(0, 120)), date(2027, 12, 31) if dice.chance(0.3) else None,
            f"${dice.whole(60, 400)}.00", dice.pick(("T01", "T03", "T04", "T06", "")), "No" if number == 17 else "Yes",
        )  # fmt: skip
    rows = table.rows
    rows[6]["Frequency"] = "As Needed"
    world.plant(
        "recurring",
        rows[6],
        "Frequency",
        "a frequency that is no interval",
        "quarantined",
        "a person says what it becomes",
    )
    rows[9]["LocationID"] = "L2997"
    world.plant("recurring", rows[9], "LocationID", "location L2997 is not in the export", "held")
