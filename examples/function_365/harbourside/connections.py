"""Connections between records and parties: each is kept twice, once from either end."""

from harbourside.people import contacts_that_arrive, stamped
from harbourside.world import Row, World, ref


def build_connections(world: World) -> None:
    rng = world.rng
    roles = {}
    for name, category in (
        ("Stakeholder", 1000),
        ("Decision Maker", 1000),
        ("Champion", 1000),
        ("Account Manager", 1001),
        ("Referrer", 1002),
        ("Subsidiary", 1002),
    ):
        roles[name] = ref(
            "connectionrole",
            world.add("connectionrole", {"connectionroleid": world.guid(), "name": name, "category": category})[
                "connectionroleid"
            ],
        )
    contacts = contacts_that_arrive(world)
    held = {p["source_id"] for p in world.planted if p["expected_outcome"] == "held"}
    opportunities = [o for o in world.rows["opportunity"] if o["opportunityid"] not in held]
    accounts = world.rows["account"][:57]
    users = [
        u
        for u in world.rows["systemuser"]
        if u.get("internalemailaddress") and not u["isdisabled"] and not u.get("applicationid") and u["accessmode"] == 0
    ]

    def connect(one: Row, role1: str | None, two: Row, role2: str, note: str | None = None) -> tuple[Row, Row]:
        ids = world.guid(), world.guid()
        stamps = stamped(world, 20, 400)
        ends = (one, role1), (two, role2)
        rows = []
        for place, ((a, ra), (b, rb)) in enumerate((ends, ends[::-1])):
            rows.append(
                world.add(
                    "connection",
                    {
                        "connectionid": ids[place],
                        "record1id": a,
                        "record1roleid": roles[ra] if ra else None,
                        "record2id": b,
                        "record2roleid": roles[rb] if rb else None,
                        "relatedconnectionid": ref("connection", ids[1 - place]),
                        "ismaster": place == 0,
                        "description": note,
                        **stamps,
                    },
                )
            )
        return rows[0], rows[1]

    for opportunity in rng.sample(opportunities, 24):
        deal = ref("opportunity", opportunity["opportunityid"])
        for contact in rng.sample(contacts, rng.randint(1, 2)):
            role = rng.choice(("Stakeholder", "Decision Maker", "Champion", "Referrer"))
            party = ref("contact", contact["contactid"])
            # made from either end
            connect(deal, None, party, role) if rng.random() < 0.6 else connect(party, role, deal, None)  # type: ignore[arg-type]
        if rng.random() < 0.5:
            connect(deal, None, ref("systemuser", rng.choice(users)["systemuserid"]), "Account Manager")
    deal, party = ref("opportunity", opportunities[0]["opportunityid"]), ref("contact", contacts[0]["contactid"])
    connect(deal, None, party, "Stakeholder")
    again, _ = connect(deal, None, party, "Champion", "twice, in two roles")
    world.plant(
        "connection",
        again["connectionid"],
        "record2id",
        "the same two are connected already, in another role",
        "created",
        "one follower; both roles are in the text",
        kind="merged",
    )
    for one, two in ((1, 2), (5, 9), (12, 3)):
        connect(
            ref("account", accounts[one]["accountid"]),
            "Subsidiary",
            ref("account", accounts[two]["accountid"]),
            "Subsidiary",
        )
    connect(ref("account", accounts[20]["accountid"]), None, ref("contact", contacts[60]["contactid"]), "Referrer")
    qualified = next(
        x
        for x in world.rows["lead"]
        if x["statecode"] == 1 and x["leadid"] not in {p["source_id"] for p in world.planted}
    )
    connect(
        ref("lead", qualified["leadid"]),
        None,
        ref("contact", contacts[61]["contactid"]),
        "Decision Maker",
        "made before the lead was qualified",
    )
    two_deals, mirror = connect(deal, None, ref("opportunity", opportunities[1]["opportunityid"]), "Subsidiary")
    for row in (two_deals, mirror):
        world.plant(
            "connection",
            row["connectionid"],
            "record2id",
            "connects two opportunities",
            "kept as text",
            "nobody can follow; it is in the text of connections",
            kind="text",
        )
    for row in world.rows["connection"]:
        for name in [n for n, v in row.items() if v is None]:
            del row[name]
