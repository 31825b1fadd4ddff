"""Users, business units, currencies, accounts and contacts."""

from typing import Any

from harbourside.world import Row, World, ref, text

UNITS = ("Harbourside Group", "London Clinics", "Scotland", "Corporate Wellbeing", "Franchise (closed)")
USERS = (
    ("Priya", "Nair", 1),
    ("Tom", "Whitcombe", 3),
    ("Eilidh", "Sinclair", 2),
    ("Marcus", "Oyelaran", 3),
    ("Hannah", "Price", 1),
    ("Callum", "Reid", 2),
    ("Sofia", "Marchetti", 3),
    ("Owen", "Llewellyn", 0),
)
FIRST = [
    "Alice",
    "Ben",
    "Chloe",
    "Daniel",
    "Emma",
    "Farah",
    "George",
    "Helen",
    "Imran",
    "Jack",
    "Kate",
    "Liam",
    "Maya",
    "Noah",
    "Olivia",
    "Paul",
    "Quentin",
    "Rosa",
    "Sam",
    "Tariq",
    "Una",
    "Victor",
    "Wendy",
    "Xavier",
    "Yusuf",
    "Zoë",
]
LAST = [
    "Adams",
    "Baker",
    "Carter",
    "Davies",
    "Evans",
    "Fletcher",
    "Graham",
    "Hughes",
    "Iqbal",
    "Jones",
    "Khan",
    "Lewis",
    "Morgan",
    "Newton",
    "O'Neill",
    "Patel",
    "Quinn",
    "Roberts",
    "Singh",
    "Taylor",
    "Underwood",
    "Vaughan",
    "Wilson",
    "Young",
]
STREETS = ("High Street", "Quay Road", "Station Lane", "The Crescent")
PLACES = (
    ("London", "Greater London", "SE1 2AB"),
    ("Edinburgh", "Midlothian", "EH1 1YZ"),
    ("Bristol", "Avon", "BS1 4ST"),
    ("Leeds", "West Yorkshire", "LS1 3AD"),
    ("Glasgow", "Lanarkshire", "G1 2FF"),
    ("Manchester", "Greater Manchester", "M1 5GD"),
)
STEMS = [
    "Albion",
    "Beacon",
    "Calder",
    "Dunmore",
    "Eastgate",
    "Fairholme",
    "Granite",
    "Hollybrook",
    "Ironbridge",
    "Juniper",
    "Kestrel",
    "Langdale",
    "Meridian",
    "Northgate",
    "Oakfield",
    "Pennine",
    "Quayside",
    "Redcliff",
    "Severn",
    "Thornbury",
]
KINDS = (
    ("Logistics", 30),
    ("Foods", 12),
    ("Solicitors", 21),
    ("Care Homes", 27),
    ("Insurance Brokers", 4),
    ("Rowing Club", 870000),
    ("Accountants", 1),
    ("Wholesale", 33),
)


def build_people(world: World) -> None:
    _currencies(world)
    _units_and_users(world)
    _accounts(world)
    _contacts(world)


def _currencies(world: World) -> None:
    for name, code, symbol, rate in (
        ("Pound Sterling", "GBP", "£", "1.000000000000"),
        ("Euro", "EUR", "€", "1.170000000000"),
    ):
        world.add(
            "transactioncurrency",
            {
                "transactioncurrencyid": world.guid(),
                "currencyname": name,
                "isocurrencycode": code,
                "currencysymbol": symbol,
                "exchangerate": rate,
            },
        )


def currency(world: World, code: str) -> Row:
    found = next(r for r in world.rows["transactioncurrency"] if r["isocurrencycode"] == code)
    return ref("transactioncurrency", found["transactioncurrencyid"])


def _units_and_users(world: World) -> None:
    root = world.guid()
    for place, name in enumerate(UNITS):
        row: Row = {
            "businessunitid": root if place == 0 else world.guid(),
            "name": name,
            "isdisabled": name.endswith("(closed)"),
        }
        world.add("businessunit", {**row, "parentbusinessunitid": ref("businessunit", root) if place else None})
    units = [r["businessunitid"] for r in world.rows["businessunit"]]

    def user(name: str, mail: str | None, unit: int, **more: Any) -> Row:
        row: Row = {
            "systemuserid": world.guid(),
            "fullname": name,
            "internalemailaddress": mail,
            "domainname": mail,
            "isdisabled": False,
            "accessmode": 0,
        }
        return world.add("systemuser", {**row, "businessunitid": ref("businessunit", units[unit]), **more})

    for first, last, unit in USERS:
        user(
            f"{first} {last}",
            f"{first}.{last}@harbourside.example".lower() if last != "Price" else "Hannah.Price@Harbourside.example",
            unit,
            jobtitle="Account manager",
            mobilephone=f"07700 900{world.rng.randint(100, 999)}",
        )
    gone = user("Ruth Leaver", "ruth.leaver@harbourside.example", 3, isdisabled=True)
    world.plant(
        "system_user",
        gone["systemuserid"],
        "internalemailaddress",
        "left the company: no user of Odoo has this address",
        "skipped",
        "flagged by the plan; what she owns has no owner, her activities without a record are held",
    )
    nobody = user("Reception Desk", None, 1)
    world.plant(
        "system_user",
        nobody["systemuserid"],
        "internalemailaddress",
        "a user without an e-mail address",
        "quarantined",
        "flagged by the plan and the load",
    )
    for name, more in (
        ("# Migration Reader", {"applicationid": world.guid()}),
        ("Integration Mail", {"accessmode": 4}),
    ):
        row = user(name, f"{name.split()[1].lower()}@harbourside.example", 0, **more)
        world.plant(
            "system_user", row["systemuserid"], "applicationid", "an application or a non-interactive login", "excluded"
        )
    world.add("team", {"teamid": world.guid(), "name": "Tenders team", "businessunitid": ref("businessunit", units[3])})


def unit_of(world: World, user: Row) -> Row:
    return user["businessunitid"]


def person(world: World) -> Row:
    """One of the users who own things; now and then the one who left."""
    people = [
        u
        for u in world.rows["systemuser"]
        if u.get("internalemailaddress") and not u.get("applicationid") and u["accessmode"] == 0
    ]
    return world.rng.choice(people)


def owned(world: World, user: Row | None = None) -> Row:
    """Owner and owning unit."""
    user = user or person(world)
    return {"ownerid": ref("systemuser", user["systemuserid"]), "owningbusinessunit": user["businessunitid"]}


def stamped(world: World, days_back: float, spread: float) -> Row:
    """Created some days before today, modified a while later."""
    made = world.moment(days_back, spread)
    user = person(world)
    changed = max(made, world.moment(3, max(1.0, days_back - 3)))
    who = ref("systemuser", user["systemuserid"])
    return {"createdon": text(made), "modifiedon": text(changed), "createdby": who, "modifiedby": who}


def address(world: World) -> Row:
    city, county, code = world.rng.choice(PLACES)
    return {
        "address1_line1": f"{world.rng.randint(1, 190)} {world.rng.choice(STREETS)}",
        "address1_line2": world.rng.choice([None, None, "2nd floor", "Unit 4"]),
        "address1_city": city,
        "address1_stateorprovince": county,
        "address1_postalcode": code,
        "address1_country": world.rng.choice(["United Kingdom", "UK", "GB"]),
    }


def _accounts(world: World) -> None:
    names = [f"{s} {k}" for s in STEMS for k, _ in world.rng.sample(KINDS, 3)]
    industries = dict(KINDS)
    for number, name in enumerate(names[:58], 1):
        kind = name.split(" ", 1)[1]
        slug = name.lower().replace(" ", "-")
        world.add(
            "account",
            {
                "accountid": world.guid(),
                "name": name if number % 17 else f"  {name} ",
                "accountnumber": f"HB{number:05d}",
                "emailaddress1": f"office@{slug}.example",
                "telephone1": f"020 7946 0{world.rng.randint(100, 999)}",
                "telephone2": world.rng.choice([None, f"0161 496 0{world.rng.randint(100, 999)}"]),
                "websiteurl": world.rng.choice([f"www.{slug}.example", f"https://{slug}.example/", None]),
                "description": world.rng.choice([None, "Renews in April.\nAsk for <Facilities>."]),
                "industrycode": industries[kind],
                "customertypecode": world.rng.choice([3, 3, 5, 8]),
                "numberofemployees": world.rng.randint(5, 2400),
                "revenue": f"{world.rng.randint(50, 9000)}000.{world.rng.randint(10, 99)}00",
                "transactioncurrencyid": currency(world, "GBP"),
                "statecode": int(number % 19 == 0),
                "statuscode": 1 + int(number % 19 == 0),
                "hb_contractref": f"00{number:04d}-{world.rng.choice('ABC')}",
                "hb_wellbeingprogramme": world.rng.random() < 0.4,
                **address(world),
                **owned(world),
                **stamped(world, 400, 900),
            },
        )
    accounts = world.rows["account"]
    for child, parent in ((40, 3), (41, 3), (42, 41), (50, 8)):
        accounts[child]["parentaccountid"] = ref("account", accounts[parent]["accountid"])
    space = accounts[57]
    space["industrycode"] = 870001
    world.plant(
        "account",
        space["accountid"],
        "industrycode__label",
        "an industry that is not in the value map: Space Tourism",
        "quarantined",
        "named by the plan; what belongs to it waits",
    )


def nhs_number(world: World, *, valid: bool = True) -> str:
    """A number with a check digit that is right, or wrong; some are written with spaces."""
    while True:
        digits = [int(d) for d in f"{world.rng.randrange(10**9):09d}"]
        if world.rng.random() < 0.3:
            digits[0] = 0
        check = 11 - sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11
        check = 0 if check == 11 else check
        if check == 10:
            continue
        number = "".join(map(str, digits)) + str(check if valid else (check + 1) % 10)
        return f"{number[:3]} {number[3:6]} {number[6:]}" if world.rng.random() < 0.5 else number


def _contacts(world: World) -> None:
    rng, accounts = world.rng, world.rows["account"]
    for number in range(1, 171):
        first, last = rng.choice(FIRST), rng.choice(LAST)
        works = rng.random() < 0.7
        company = rng.choice(accounts[:57])
        patient = rng.random() < 0.5
        consent = world.moment(60, 2600)
        row: Row = {
            "contactid": world.guid(),
            "firstname": first,
            "middlename": rng.choice([None, None, "J."]),
            "lastname": last,
            "fullname": f"{first} {last}",
            "emailaddress1": f"{first}.{last}{number}@example.com".lower().replace("'", ""),
            "telephone1": rng.choice([None, f"0131 496 0{rng.randint(100, 999)}"]),
            "mobilephone": f"07700 900{rng.randint(100, 999)}",
            "jobtitle": rng.choice(["HR manager", "Facilities lead", "Owner"]) if works else None,
            "department": "People" if works and number % 3 == 0 else None,
            "parentcustomerid": ref("account", company["accountid"]) if works else None,
            "birthdate": f"{rng.randint(1940, 2004)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            "donotemail": rng.random() < 0.1,
            "donotphone": rng.random() < 0.1,
            "description": None if number % 9 else "Prefers mornings & stairs-free access",
            "statecode": int(number % 23 == 0),
            "statuscode": 1 + int(number % 23 == 0),
            **address(world),
            **owned(world),
            **stamped(world, 60, 1200),
        }
        if patient:
            row |= {
                "hb_nhsnumber": nhs_number(world),
                "hb_consentgivenon": text(consent),
                "hb_consentrecorded": consent.strftime("%Y-%m-%dT%H:%M:%S")
                + rng.choice(["+01:00", "+00:00", " Europe/London"]),
                "hb_consentwithdrawnon": "2024-03-31T01:30:00Z" if number % 31 == 0 else None,
                "hb_funding": rng.randint(1, 4),
                "hb_interests": sorted(rng.sample([1, 2, 3, 4], rng.randint(1, 3))),
                "hb_sessionrate": f"{rng.choice([48, 55, 62])}.{rng.choice(['0000', '5000'])}",
                "transactioncurrencyid": currency(world, "GBP"),
                "hb_riskscore": f"{rng.random():.3f}",
                "hb_firstvisit": consent.date().isoformat(),
            }
        world.add("contact", row)
    contacts = world.rows["contact"]
    scanned = next(c for c in contacts if c.get("hb_nhsnumber"))
    world.files["contact", scanned["contactid"], "hb_scan"] = ("scan.txt", b"a scan")
    wrong = [c for c in contacts if c.get("hb_nhsnumber")][5]
    wrong["hb_nhsnumber"] = nhs_number(world, valid=False)
    world.plant(
        "contact",
        wrong["contactid"],
        "hb_nhsnumber",
        "an NHS number with a wrong check digit",
        "flagged",
        "migrates exactly as it is; a person should look",
    )
    twin, other = contacts[10], contacts[11]
    twin["emailaddress1"] = other["emailaddress1"]
    for row in (twin, other):
        world.plant(
            "contact",
            row["contactid"],
            "emailaddress1",
            "two contacts share an e-mail address",
            "flagged",
            "both migrate; nothing is merged",
        )
    lost = contacts[20]
    lost["parentcustomerid"] = ref("account", world.guid())
    world.plant(
        "contact", lost["contactid"], "parentcustomerid", "its account was deleted", "held", "waits for the account"
    )
    waits = contacts[21]
    waits["parentcustomerid"] = ref("account", accounts[57]["accountid"])
    world.plant("contact", waits["contactid"], "parentcustomerid", "its account is quarantined", "held", kind="follows")
    colleague = contacts[30]
    colleague["parentcustomerid"] = ref("contact", contacts[31]["contactid"])
    for number, account in enumerate(accounts[:57]):
        if number % 2:
            mine = next((c for c in contacts if c.get("parentcustomerid", {}).get("id") == account["accountid"]), None)
            account["primarycontactid"] = ref("contact", mine["contactid"]) if mine else None
    for row in (*contacts, *accounts):
        for name in [n for n, v in row.items() if v is None]:
            del row[name]


def contacts_that_arrive(world: World) -> list[Row]:
    """Those who are not held."""
    held = {p["source_id"] for p in world.planted if p["object"] == "contact" and p["expected_outcome"] == "held"}
    return [c for c in world.rows["contact"] if c["contactid"] not in held]
