"""The customers: people, businesses with their regions and sites, and what is wrong with some of them."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

from coastal import people
from coastal.catalogue import options_of
from coastal.world import Row, Table, World, day

COLUMNS = (
    "Customer ID", "Customer Type", "Title", "First Name", "Last Name", "Business Name", "Email", "Mobile", "Phone",
    "Street", "Suburb", "State", "Postcode", "Country", "Parent Customer ID", "Date Joined", "Labels", "Notes",
    "Gate Code", "Bedrooms", "Contract Renewal", "Preferred Contact", "Property Features", "Password",
)  # fmt: skip
PEOPLE = 158
STANDALONE_BUSINESSES = 43
CONTACTS_OF_BUSINESSES = 8
WITHOUT_EMAIL = 20
UNKNOWN_PARENT = "9999"
LABELS = ("VIP", "Strata", "Pensioner", "NDIS", "Complaint", "Referral")
NOTES = (
    "Key under the planter – ring first.",
    "Prefers the same cleaner each time.\nDog in the yard: gate must stay shut.",
    "Paid with a €50 voucher once; voucher scheme ended.",
    "Allergic to bleach. Use the “green” products only.",
    "Café downstairs holds the spare key",
    "Invoice to the landlord…",
)


class CustomerBook:
    """Makes customer rows one by one, oldest first, with ids in that order."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dice = world.dice
        self.rows: list[Row] = []
        self._emails: set[str] = set()

    def add(self, **given: str) -> Row:
        """Add one customer; what is not given is drawn."""
        dice = self.dice
        suburb, state, postcode, area = dice.pick(people.PLACES)
        mobile = dice.pick(people.MOBILES)
        number = 1001 + len(self.rows)
        row = dict.fromkeys(COLUMNS, "") | {
            "Customer ID": str(number),
            "Customer Type": "Personal",
            "Mobile": dice.pick((f"0491 {mobile}", f"+61 491 {mobile}", f"0491{mobile.replace(' ', '')}")),
            "Phone": f"({area}) 5550 {dice.whole(0, 9999):04d}" if dice.chance(0.4) else "",
            "Street": f"{dice.pick(('', '', 'Unit 3/', 'Shop 2, '))}{dice.whole(1, 220)} {dice.pick(people.STREETS)}",
            "Suburb": suburb,
            "State": state,
            "Postcode": postcode,
            "Country": "Australia",
            "Labels": "; ".join(dice.take(LABELS, dice.pick((0, 0, 0, 1, 1, 2)))),
            "Notes": dice.pick(NOTES) if dice.chance(0.18) else "",
            "Gate Code": f"#{dice.whole(0, 9999):04d}" if dice.chance(0.2) else "",
            "Bedrooms": str(dice.whole(1, 6)) if dice.chance(0.45) else "",
            "Preferred Contact": dice.pick((*options_of("Customer", "Preferred Contact"), "")),
            "Property Features": "; ".join(
                dice.take(options_of("Customer", "Property Features"), dice.pick((0, 0, 0, 1, 2)))
            ),
            "Password": f"not-a-password-{number}",
        }
        self.rows.append(row | given)
        return self.rows[-1]

    def person(self, title: str, first: str, last: str, **given: str) -> Row:
        email = given.pop("Email", None)
        if email is None:
            email = self.unused_email(f"{_plain(first)}.{_plain(last)}@example.com")
        return self.add(Title=title, **{"First Name": first, "Last Name": last, "Email": email}, **given)

    def business(self, name: str, **given: str) -> Row:
        dice = self.dice
        email = given.pop("Email", None)
        if email is None:
            email = self.unused_email(f"{_plain(name)}@example.net")
        first, last = dice.pick(people.FIRST_NAMES), dice.pick(people.LAST_NAMES)
        renewal = date(2026, 11, 1) + timedelta(days=dice.whole(0, 600))
        given = {"Contract Renewal": day(renewal) if dice.chance(0.5) else "", "Bedrooms": ""} | given
        names = {"Business Name": name, "First Name": first, "Last Name": last, "Email": email}
        return self.add(**{"Customer Type": "Business", "Title": ""} | names | given)

    def unused_email(self, wanted: str) -> str:
        """Return this address, or the next one of its kind that nobody has: only planted duplicates are alike."""
        name, domain = wanted.split("@")
        email, number = wanted, 2
        while email in self._emails:
            email, number = f"{name}{number}@{domain}", number + 1
        self._emails.add(email)
        return email


def build_customers(world: World) -> None:
    """Fill the customer table, in the order of the names, so that many children stand before their parents."""
    table = world.table(Table("customer", "customers.csv", COLUMNS, ("Customer ID",)))
    book = CustomerBook(world)
    heads = _add_groups(book)
    _plant_unknown_parent(book)
    ordinary = _add_people(book)
    businesses = _add_businesses(book)
    _add_contacts(book, heads)
    _plant_duplicates(book, ordinary, businesses)
    _plant_bad_emails(book, ordinary)
    for row in world.dice.take(ordinary[40:], WITHOUT_EMAIL):
        row["Email"] = ""
        world.plant("customer", row, "Email", problem="no e-mail", outcome="listed", note="migrates; no dedupe key")
    joined = sorted(
        date(2019, 3, 1) + timedelta(days=world.dice.whole(0, 2070 if number < 230 else 2790))
        for number in range(len(book.rows))
    )
    for row, joined_on in zip(book.rows, joined, strict=True):
        row["Date Joined"] = day(joined_on)
    table.rows = sorted(
        book.rows, key=lambda row: (_plain(row["Business Name"] or row["Last Name"]), row["Customer ID"])
    )
    _note_oddities(world, table)
    world.plant_whole(
        "customer",
        "Password",
        problem="plain-text password in every row",
        outcome="excluded",
        note="the column, not the row: it must reach neither Odoo nor a report",
    )


def _add_groups(book: CustomerBook) -> list[Row]:
    heads = []
    for name, regions in people.BUSINESS_GROUPS:
        head = book.business(f"{name} Pty Ltd", Labels="VIP")
        heads.append(head)
        for region, *sites in regions:
            middle = book.business(f"{name} – {region}", **{"Parent Customer ID": head["Customer ID"]})
            for site in sites:
                book.business(f"{site} ({name})", **{"Parent Customer ID": middle["Customer ID"]})
    shared = "info@example.org"
    for row in book.rows[:3]:
        row["Email"] = shared
        _flag_shared(book.world, row, f"shared address {shared} of a head office, a region and a site")
    return heads


def _add_people(book: CustomerBook) -> list[Row]:
    dice = book.dice
    rows = [book.person(*name) for name in people.SPECIAL_NAMES]
    seen: set[tuple[str, str]] = set()
    while len(rows) < PEOPLE:
        name = (dice.pick(people.FIRST_NAMES), dice.pick(people.LAST_NAMES))
        if name not in seen:
            seen.add(name)
            rows.append(book.person(dice.pick(("Mr", "Mrs", "Ms", "Miss", "Dr", "")), *name))
    return rows


def _add_businesses(book: CustomerBook) -> list[Row]:
    names = [f"{name} {kind}" for name in people.BUSINESS_NAMES for kind in people.BUSINESS_KINDS]
    return [book.business(name) for name in names[:STANDALONE_BUSINESSES]]


def _add_contacts(book: CustomerBook, heads: list[Row]) -> None:
    for number in range(CONTACTS_OF_BUSINESSES):
        name = (book.dice.pick(people.FIRST_NAMES), f"{book.dice.pick(people.LAST_NAMES)}-Reid")
        book.person("Ms", *name, **{"Parent Customer ID": heads[number % len(heads)]["Customer ID"]})


def _plant_duplicates(book: CustomerBook, ordinary: list[Row], businesses: list[Row]) -> None:
    """Add the same customers a second and third time, as repeated imports left them."""

    def again(row: Row, email: str, why: str, **changed: str) -> Row:
        kept = {name: row[name] for name in ("Title", "First Name", "Last Name", "Customer Type", "Business Name")}
        copy = book.add(**kept | {"Email": email} | changed)
        _flag_shared(book.world, copy, f"{why}; first seen as customer {row['Customer ID']}")
        return copy

    originals = [ordinary[place] for place in (12, 13, 14, 15, 16)]
    exact, upper, triple, spaced, couple = originals
    again(exact, exact["Email"], "same person imported twice")
    again(upper, upper["Email"].upper(), "same address in capitals")
    again(triple, triple["Email"], "same person imported three times")
    again(triple, triple["Email"].title(), "same address, capitalised")
    again(spaced, f"{spaced['Email']} ", "same address with a space behind it")
    again(couple, couple["Email"], "a couple sharing an address", **{"First Name": "Rowan"})
    contact = {"Customer Type": "Personal", "Business Name": ""}
    again(businesses[5], businesses[5]["Email"], "the owner under the business's address", **contact)
    for row in (*originals, businesses[5]):
        _flag_shared(book.world, row, "the first of several customers with this address")


def _flag_shared(world: World, row: Row, note: str) -> None:
    problem = "e-mail shared with another customer (compared without case and outer spaces)"
    world.plant("customer", row, "Email", problem=problem, outcome="flagged", note=f"created; {note}")


def _plant_bad_emails(book: CustomerBook, ordinary: list[Row]) -> None:
    world = book.world
    two, broken = ordinary[17], ordinary[18]
    two["Email"] = f"{two['Email']}; second.{two['Email']}"
    world.plant(
        "customer", two, "Email", problem="two e-mails in one cell", outcome="flagged", note="created; the first counts"
    )
    broken["Email"] = broken["Email"].replace("@", " at ")
    world.plant(
        "customer",
        broken,
        "Email",
        problem="not an e-mail address",
        outcome="flagged",
        note="created; the address needs a person",
    )


def _plant_unknown_parent(book: CustomerBook) -> None:
    depot = book.business("Currawong Facilities – Depot 9", **{"Parent Customer ID": UNKNOWN_PARENT})
    book.business("Currawong Facilities – Depot 9 Annexe", **{"Parent Customer ID": depot["Customer ID"]})
    book.world.plant(
        "customer",
        depot,
        "Parent Customer ID",
        problem=f"parent {UNKNOWN_PARENT} is not in the file",
        outcome="held",
        note="with all that belongs to it",
    )


def _note_oddities(world: World, table: Table) -> None:
    place = {row["Customer ID"]: number for number, row in enumerate(table.rows)}
    lost_zero = next(row for row in table.rows if row["Last Name"] == "Lefèvre")
    lost_zero["Mobile"] = "491577426"
    world.odd("customer", lost_zero, "Mobile", what="mobile lost its leading zero", outcome="+61 491 577 426")
    padded = next(row for row in table.rows if row["Last Name"] == "Müller")
    padded["First Name"], padded["Last Name"] = " Jörg", "Müller  "
    world.odd("customer", padded, "Last Name", what="spaces around the names", outcome="Jörg Müller")
    for row in table.rows:
        parent = row["Parent Customer ID"]
        if parent in place and place[parent] > place[row["Customer ID"]]:
            world.odd("customer", row, "Parent Customer ID", what="stands before its parent", outcome="linked")
        if row["Postcode"].startswith("0") and row["Suburb"] == "Nightcliff" and row["Customer Type"] == "Business":
            world.odd("customer", row, "Postcode", what="postcode with a leading zero", outcome=row["Postcode"])


def _plain(name: str) -> str:
    """Return a name as the local part of an e-mail address: small ASCII letters, digits and dots."""
    special = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "œ": "oe", "Œ": "Oe"})
    letters = unicodedata.normalize("NFD", name.translate(special))
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in letters if letter.isascii())
    return ".".join(words.lower().split())
