"""People of the company, its territories, and the tables that everything else refers to; products and services."""

from __future__ import annotations

from decimal import Decimal

from lakeside.world import World, png, ref

USERS = (
    ("Dana Whitfield", "dana.whitfield"),
    ("Marco Reyes", "marco.reyes"),
    ("Priya Nair", "priya.nair"),
    ("Tom Becker", "tom.becker"),
    ("Alicia Gómez", "alicia.gomez"),
    ("Sean O'Leary", "sean.oleary"),
    ("Wanda Kowalski", "wanda.kowalski"),
    ("Hank Stone", "hank.stone"),
    ("Integration Account", "integration"),
    ("Former Dispatcher", "former.dispatcher"),
)
TERRITORIES = (
    ("Great Lakes", None),
    ("Illinois", "Great Lakes"),
    ("Chicago North", "Illinois"),
    ("Chicago South", "Illinois"),
    ("Wisconsin", "Great Lakes"),
    ("Ontario", "Great Lakes"),
)
# Name, system status, inactive. Some are used by no work order.
SUB_STATUSES = (
    ("Awaiting approval", 690970000, False),
    ("Awaiting parts", 690970001, False),
    ("Awaiting access", 690970001, False),
    ("Confirmed with customer", 690970001, False),
    ("Crane booked", 690970001, False),
    ("Technician on site", 690970002, False),
    ("Second visit needed", 690970002, False),
    ("Paused – weather", 690970002, False),
    ("Done, report missing", 690970003, False),
    ("Done", 690970003, False),
    ("Ready to invoice", 690970003, False),
    ("Invoiced", 690970004, False),
    ("Customer declined", 690970005, False),
    ("Duplicate", 690970005, False),
    ("Waiting for fax", 690970001, True),
    ("Legacy import", 690970000, True),
)
UNUSED_SUB_STATUSES = ("Crane booked", "Paused – weather", "Legacy import")
TYPES = ("Repair", "Inspection", "Installation", "Preventive Maintenance", "Commissioning", "Site Survey")
UNUSED_TYPE = "Site Survey"
PRIORITIES = (("Emergency", 1), ("High", 2), ("Normal", 3), ("Low", 4), ("When in the area", 5))
RESOLUTIONS = ("Repaired", "Replaced", "Adjusted", "No fault found", "Referred to manufacturer", "Customer error")
INCIDENTS = ("No heating", "No cooling", "Leak", "Noise", "Annual inspection")
TASK_TYPES = (
    ("Lock out and tag out", 15),
    ("Inspect heat exchanger", 30),
    ("Clean condenser coil", 45),
    ("Check refrigerant charge", 25),
    ("Test safety controls", 20),
    ("Replace filters", 20),
    ("Calibrate thermostat", 15),
    ("Write report", 10),
)
FAMILIES = (("Heating", None), ("Cooling", None), ("Boilers", "Heating"), ("Chillers", "Cooling"), ("Labor", None))
NOUNS = (
    "Boiler",
    "Chiller",
    "Burner",
    "Filter set",
    "Condenser fan",
    "Compressor",
    "Control board",
    "Pump",
    "Thermostat",
    "Valve kit",
)
SERVICES = (
    "Emergency call-out",
    "Annual inspection",
    "Commissioning",
    "Refrigerant recovery",
    "Duct cleaning",
    "Travel",
)


class Catalogue:
    """Ids by name, for the builders that come after."""

    def __init__(self) -> None:
        self.users: dict[str, str] = {}
        self.teams: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.territories: dict[str, str] = {}
        self.named: dict[str, dict[str, str]] = {}
        self.families: dict[str, str] = {}
        self.products: list[str] = []
        self.goods: list[str] = []
        self.currencies: dict[str, str] = {}


def build_catalogue(world: World) -> None:
    c = world.catalogue = Catalogue()
    for name, parent in (
        ("Lakeside Climate Services", None),
        ("Service Midwest", "Lakeside Climate Services"),
        ("Service Canada", "Lakeside Climate Services"),
    ):
        c.units[name] = world.add(
            "businessunit",
            "businessunitid",
            {"name": name, "parentbusinessunitid": ref("businessunit", c.units.get(parent or ""))},
        )
    for name, login in USERS:
        mail = f"{login}@lakeside-climate.example"
        c.users[name] = world.add(
            "systemuser",
            "systemuserid",
            {
                "fullname": name,
                "internalemailaddress": mail,
                "domainname": mail,
                "isdisabled": name == "Former Dispatcher",
            },
        )
    c.teams["Dispatch"] = world.add("team", "teamid", {"name": "Dispatch"})
    for name, parent in TERRITORIES:
        manager = world.pick(USERS[:6])[0]
        c.territories[name] = world.add(
            "territory",
            "territoryid",
            {
                "name": name,
                "managerid": ref("systemuser", c.users[manager]),
                "parentterritoryid": ref("territory", c.territories.get(parent or "")),
            },
        )
    for code, name, rate in (("USD", "US Dollar", "1"), ("CAD", "Canadian Dollar", "1.36")):
        c.currencies[code] = world.add(
            "transactioncurrency",
            "transactioncurrencyid",
            {
                "currencyname": name,
                "isocurrencycode": code,
                "currencysymbol": "$",
                "currencyprecision": 2,
                "exchangerate": rate,
            },
        )
    _tables(world)
    _products(world)


def owner(world: World) -> dict[str, str]:
    """An owner: a person as a rule, a team now and then."""
    c = world.catalogue
    if world.chance(0.06):
        return {"id": c.teams["Dispatch"], "table": "team"}
    return {"id": c.users[world.pick(USERS[:8], [6, 6, 5, 5, 4, 3, 2, 2])[0]], "table": "systemuser"}


def unit(world: World, name: str = "Service Midwest") -> dict[str, str]:
    return {"id": world.catalogue.units[name], "table": "businessunit"}


def _tables(world: World) -> None:
    def fill(table: str, rows: list[tuple[str, dict]], *, inactive: tuple[str, ...] = ()) -> None:
        found = world.catalogue.named.setdefault(table, {})
        for name, more in rows:
            off = name in inactive
            row = {
                "msdyn_name": name,
                "statecode": int(off),
                "statuscode": 2 if off else 1,
                "ownerid": {"id": world.catalogue.users["Dana Whitfield"], "table": "systemuser"},
            }
            found[name] = world.add(table, f"{table}id", {**row, **more})

    gone = tuple(name for name, _, off in SUB_STATUSES if off)
    fill("msdyn_workordersubstatus", [(n, {"msdyn_systemstatus": s}) for n, s, _ in SUB_STATUSES], inactive=gone)
    fill("msdyn_workordertype", [(n, {}) for n in (*TYPES, "Legacy job")], inactive=("Legacy job",))
    fill("msdyn_priority", [(n, {"msdyn_priorityvalue": v}) for n, v in PRIORITIES])
    fill("msdyn_resolution", [(n, {}) for n in RESOLUTIONS])
    fill("msdyn_incidenttype", [(n, {}) for n in INCIDENTS])
    fill("msdyn_servicetasktype", [(n, {"msdyn_estimatedduration": m}) for n, m in TASK_TYPES])
    fill("msdyn_customerassetcategory", [(n, {}) for n in ("Boilers", "Chillers", "Air handlers", "Refrigeration")])
    fill(
        "msdyn_functionallocation", [(n, {}) for n in ("Roof", "Basement plant room", "Floor 2 – east", "Loading dock")]
    )


def _products(world: World) -> None:
    c = world.catalogue
    each = world.add("uom", "uomid", {"name": "Each"})
    hour = world.add("uom", "uomid", {"name": "Hour"})
    for number, (name, parent) in enumerate(FAMILIES, 1):
        row = {
            "name": name,
            "productnumber": f"FAM-{number:02d}",
            "productstructure": 2,
            "producttypecode": 1,
            "parentproductid": ref("product", c.families.get(parent or "")),
            "statecode": 0,
            "statuscode": 1,
            "defaultuomid": ref("uom", each),
        }
        c.families[name] = world.add("product", "productid", row)
    for number in range(1, 33):
        noun, size = NOUNS[number % len(NOUNS)], world.pick(("S", "M", "L", "XL"))
        cost = Decimal(world.random.randrange(900, 420000)) / 100
        row = {
            "name": f"{noun} {size} {1000 + number * 7}",
            "productnumber": f"{number:05d}" if number % 9 else f"LK {number}/A",
            "description": world.pick(
                (
                    None,
                    "Two-year warranty.",
                    "Fits series 3 & 4 <only>.\nNot for outdoor use.",
                    "Für Außenmontage geeignet",
                )
            ),
            "productstructure": 1,
            "producttypecode": 1,
            "msdyn_fieldserviceproducttype": world.pick((690970000, 690970001)),
            "price": f"{cost * Decimal('1.45'):.4f}",
            "standardcost": f"{cost:.4f}" if number % 4 else None,
            "currentcost": f"{cost * Decimal('1.02'):.4f}",
            "defaultuomid": ref("uom", each),
            "parentproductid": ref("product", c.families[world.pick(("Boilers", "Chillers", "Heating"))])
            if number % 5
            else None,
            "statecode": 1 if number in (11, 23) else 0,
            "statuscode": 2 if number in (11, 23) else 1,
            "new_hazardous": number % 7 == 0,
        }
        product = world.add("product", "productid", row)
        c.products.append(product)
        c.goods.append(product)
        if number % 4 == 1:
            world.body(
                "product",
                product,
                "entityimage",
                f"picture-{number}.png",
                png(64 + number, 48, (number * 7 % 256, 90, 200)),
            )
        if number == 6:
            world.body("product", product, "entityimage", "large-picture.png", png(2400, 1200, (20, 140, 90)))
            world.plant(
                "product",
                product,
                "changed",
                "a picture of 2400 x 1200 pixels",
                records="product",
                column="entityimage",
                note="made to fit Odoo's 1920; the original becomes an attachment",
            )
        if number == 8:
            world.body("product", product, "entityimage", "broken.png", b"this is no picture at all\n")
            world.plant(
                "product", product, "quarantined", "its picture is no picture", records="product", column="image_1920"
            )
            c.goods.remove(product)
            c.products.remove(product)
    for number, name in enumerate(SERVICES, 1):
        row = {
            "name": name,
            "productnumber": f"SVC-{number:02d}",
            "productstructure": 1,
            "producttypecode": 3,
            "msdyn_fieldserviceproducttype": 690970002 if number % 3 else None,
            "price": f"{85 + number * 20}.0000",
            "standardcost": f"{40 + number * 5}.5000",
            "defaultuomid": ref("uom", hour),
            "parentproductid": ref("product", c.families["Labor"]),
            "statecode": 0,
            "statuscode": 1,
            "new_hazardous": False,
        }
        c.products.append(world.add("product", "productid", row))
    twin = dict(world.rows["product"][7], name="Filter set M (old entry)")
    twin = {n: v for n, v in twin.items() if n not in ("productid", "createdon", "modifiedon")}
    double = world.add("product", "productid", twin)
    for row_id in (world.rows["product"][7]["productid"], double):
        world.plant(
            "product", row_id, "flagged", "two products with one code", records="product", column="productnumber"
        )
