"""Accounts several levels deep, and the people at them."""

from __future__ import annotations

import unicodedata

from lakeside.catalogue import owner, unit
from lakeside.world import World, ref

GROUPS = (
    "Harborview Hospitality",
    "Prairie Foods",
    "Northshore Schools",
    "Midland Property",
    "Great Lakes Cold Storage",
)
REGIONS = ("North", "South", "West")
SITES = ("Plant", "Office", "Warehouse", "Kitchen", "Campus", "Annex")
CITIES = (
    ("Evanston", "IL", "60201", "USA"),
    ("Chicago", "Illinois", "60607", "United States"),
    ("Oak Park", "IL", "60302", "US"),
    ("Milwaukee", "Wisconsin", "53202", "USA"),
    ("Racine", "WI", "53403", "U.S.A."),
    ("Toronto", "Ontario", "M5V 2T6", "Canada"),
    ("Windsor", "ON", "N9A 1A1", "Canada"),
    ("Boston", "MA", "02110", "USA"),
)
STREETS = ("Lake Shore Dr", "W Madison St", "N Clark St", "Industrial Pkwy", "Mill Rd", "County Hwy 12")
FIRST = (
    "Maria",
    "James",
    "Ngozi",
    "Oliver",
    "Chloé",
    "Wei",
    "Zoë",
    "Luis",
    "Hannah",
    "Kofi",
    "Agnieszka",
    "Pat",
    "Sören",
    "Dolores",
)
LAST = (
    "Smith",
    "Nguyen",
    "O'Brien",
    "Kowalczyk",
    "García",
    "van der Berg",
    "Müller",
    "Johnson",
    "Li",
    "Okafor",
    "St. John",
    "Brown",
)
JOBS = (
    "Facility manager",
    "Chief engineer",
    "Office manager",
    "Owner",
    "Maintenance technician",
    "Accounts payable",
    None,
)


def build_customers(world: World) -> None:
    world.accounts, world.held_accounts, world.contacts, world.held_contacts = [], [], [], []
    world.addresses = {}
    _accounts(world)
    _troubled_accounts(world)
    _contacts(world)
    _troubled_contacts(world)


def _place(world: World) -> dict[str, str | None]:
    city, state, code, country = world.pick(CITIES, [4, 6, 3, 3, 2, 2, 1, 1])
    return {
        "line1": f"{world.random.randrange(10, 9900)} {world.pick(STREETS)}",
        "line2": world.pick((None, None, "Suite 400", "Dock 3")),
        "city": city,
        "stateorprovince": state,
        "postalcode": code,
        "country": country,
    }


def _account(world: World, name: str, parent: str | None, **more: object) -> str:
    c, place = world.catalogue, _place(world)
    canada = place["country"] == "Canada"
    number = len(world.rows.get("account", ())) + 1
    row = {
        "name": name,
        "accountnumber": f"{number:06d}" if number % 6 else f"LK-{number}",
        "parentaccountid": ref("account", parent),
        "emailaddress1": f"info@{_slug(name)}.example" if number % 4 else None,
        "telephone1": world.pick(("(312) 555-01{:02d}", "+1 312 555 01{:02d}", "312.555.01{:02d} x7")).format(
            number % 100
        ),
        "telephone2": "312-555-0199" if number % 9 == 0 else None,
        "websiteurl": world.pick((None, f"www.{_slug(name)}.example", f"https://{_slug(name)}.example/")),
        "description": world.pick((None, None, "Call before 7 am.\nDog on site <big>!", "Pays late; ask for PO")),
        "customertypecode": world.pick((3, 3, 3, 8, None)),
        "industrycode": world.pick((7, 16, 33, None)),
        **{f"address1_{n}": v for n, v in place.items()},
        "territoryid": ref("territory", c.territories["Ontario" if canada else "Great Lakes"]),
        "msdyn_serviceterritory": ref(
            "territory",
            c.territories["Ontario" if canada else world.pick(("Chicago North", "Chicago South", "Wisconsin"))],
        ),
        "msdyn_workorderinstructions": world.pick((None, None, "Sign in at the gate & wear a badge.")),
        "new_contractlevel": world.pick((1, 2, 3, None)),
        "ownerid": owner(world),
        "owningbusinessunit": unit(world, "Service Canada" if canada else "Service Midwest"),
        "statecode": 0,
        "statuscode": 1,
        **more,
    }
    account = world.add("account", "accountid", row)
    world.addresses[account] = place
    return account


def _accounts(world: World) -> None:
    for group in GROUPS:
        top = _account(world, group, None)
        world.accounts.append(top)
        for region in world.random.sample(REGIONS, 2):
            middle = _account(world, f"{group} {region}", top, msdyn_billingaccount=ref("account", top))
            world.accounts.append(middle)
            for number in range(1, world.random.randrange(3, 6)):
                site = _account(
                    world,
                    f"{group} {region} {world.pick(SITES)} {number}",
                    middle,
                    msdyn_billingaccount=ref("account", top),
                )
                world.accounts.append(site)
                if number == 1:
                    world.accounts.append(
                        _account(world, f"{group} {region} {world.pick(SITES)} {number} – Building B", site)
                    )
    for number in range(1, 9):
        world.accounts.append(
            _account(world, f"{world.pick(LAST)}  & Sons {number}", None)
        )  # two spaces, as people type
    closed = _account(world, "Closed Bakery LLC", None, statecode=1, statuscode=2)
    world.accounts.append(closed)
    world.plant("account", closed, "archived", "an inactive account", records="account", column="statecode")
    odd = _account(world, "Cabin at the Lake", None, address1_country="Untied States", address1_stateorprovince="IL")
    world.accounts.append(odd)
    world.plant(
        "account",
        odd,
        "flagged",
        "a country that there is not",
        records="account",
        column="address1_country",
        note="the text is kept in x_country_text, Odoo's own country stays empty",
    )


def _troubled_accounts(world: World) -> None:
    """A circle of three parents with a site below it, and a parent that nobody may read."""
    circle = [_account(world, f"Ouroboros {name}", None) for name in ("Holding", "Services", "Facilities")]
    by_id = {row["accountid"]: row for row in world.rows["account"]}
    for at, account in enumerate(circle):
        by_id[account]["parentaccountid"] = ref("account", circle[(at + 1) % 3])
        world.plant("account", account, "quarantined", "parents in a circle", records="account", column="parent_id")
    below = _account(world, "Ouroboros Warehouse", circle[0])
    world.plant("account", below, "held", "its parent is in a circle", records="account", column="parent_id")
    hidden = _account(world, "Hidden Valley Mill", world.guid())
    world.plant(
        "account",
        hidden,
        "held",
        "its parent is not in the organization any more",
        records="account",
        column="parent_id",
    )
    world.held_accounts = [*circle, below, hidden]


def _contact(world: World, parent: dict[str, str] | None, **more: object) -> str:
    first, last = world.pick(FIRST), world.pick(LAST)
    number = len(world.rows.get("contact", ())) + 1
    place = _place(world) if number % 3 == 0 else {}
    row = {
        "fullname": f"{first} {last}",
        "firstname": first,
        "lastname": last,
        "parentcustomerid": parent,
        "jobtitle": world.pick(JOBS),
        "department": world.pick((None, None, "Facilities", "Finance")),
        "emailaddress1": f"{_slug(first)}.{_slug(last)}{number}@mail.example" if number % 7 else None,
        "emailaddress2": f"{_slug(last)}@home.example" if number % 20 == 0 else None,
        "telephone1": f"773-555-{number:04d}" if number % 5 else None,
        "mobilephone": f"+1 (847) 555-{number:04d}" if number % 2 else None,
        **{f"address1_{n}": v for n, v in place.items()},
        "new_preferredlanguage": world.pick((1, 1, 2, 3, None)),
        "ownerid": owner(world),
        "owningbusinessunit": unit(world),
        "statecode": 0,
        "statuscode": 1,
        **more,
    }
    return world.add("contact", "contactid", row)


def _contacts(world: World) -> None:
    for _ in range(110):
        world.contacts.append(_contact(world, ref("account", world.pick(world.accounts))))
    for _ in range(6):
        world.contacts.append(_contact(world, ref("contact", world.pick(world.contacts[:40]))))
    world.contacts.append(_contact(world, None))
    by_id = {row["accountid"]: row for row in world.rows["account"]}
    for contact in world.rows["contact"][:30]:
        by_id[contact["parentcustomerid"]["id"]].setdefault("primarycontactid", ref("contact", contact["contactid"]))


def _troubled_contacts(world: World) -> None:
    held = _contact(world, ref("account", world.held_accounts[0]))
    world.plant("contact", held, "held", "its account's parents are in a circle", records="contact", column="parent_id")
    orphan = _contact(world, ref("account", world.guid()))
    world.plant(
        "contact",
        orphan,
        "held",
        "its account is not in the organization any more",
        records="contact",
        column="parent_id",
    )
    nameless = _contact(world, ref("account", world.accounts[0]), fullname=None, firstname=None, lastname=None)
    world.plant("contact", nameless, "quarantined", "no name at all", records="contact", column="name")
    shared = [
        _contact(world, ref("account", a), emailaddress1=m)
        for a, m in zip(world.accounts[1:3], ("Office@Lakes.example", "office@lakes.example"), strict=True)
    ]
    wrong = _contact(world, ref("account", world.accounts[3]), emailaddress1="ask reception")
    for contact in shared:
        world.plant(
            "contact",
            contact,
            "flagged",
            "two contacts with one e-mail address",
            records="contact",
            column="emailaddress1",
        )
    world.plant(
        "contact", wrong, "flagged", "an e-mail address that is none", records="contact", column="emailaddress1"
    )
    world.held_contacts = [held, orphan, nameless]
    world.contacts += [*shared, wrong]


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return "".join(c for c in plain if c.isalnum())
