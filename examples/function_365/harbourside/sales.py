"""Processes with their stages, leads, opportunities and the way they went, connections."""

from datetime import timedelta

from harbourside import processes
from harbourside.people import contacts_that_arrive, currency, owned, person, stamped
from harbourside.world import Row, World, ref

STEPS = ("Qualify", "Develop", "Propose", "Close")
TOPICS = ("Wellbeing programme", "On-site clinic", "Ergonomics survey", "Injury prevention", "Return-to-work support")


def build_sales(world: World) -> None:
    stages = _processes(world)
    _opportunities(world, stages)
    _leads(world, stages)


def _processes(world: World) -> dict[str, list[str]]:
    """The ids of each process's stages in order. The rows stand in another order, as they come."""
    kinds = (
        ("Opportunity Sales Process", "opportunity", 1),
        ("Lead to Opportunity Sales Process", "lead", 1),
        ("Tender process 2019", "opportunity", 0),
    )
    stages: dict[str, list[str]] = {}
    made = []
    for name, entity, state in kinds:
        process = world.add(
            "workflow",
            {
                "workflowid": world.guid(),
                "name": name,
                "category": 4,
                "type": 1,
                "statecode": state,
                "statuscode": 1 + state,
                "mode": 0,
                "scope": 4,
                "primaryentity": entity,
                "ondemand": False,
                "subprocess": False,
                "triggeroncreate": False,
                "triggerondelete": False,
                **stamped(world, 900, 10),
            },
        )
        for category, step in enumerate(STEPS):
            row = {
                "processstageid": world.guid(),
                "stagename": f"{step} tender" if "Tender" in name else step,
                "stagecategory": category,
                "processid": ref("workflow", process["workflowid"]),
                "primaryentitytypecode": entity,
            }
            stages.setdefault(name, []).append(row["processstageid"])
            made.append(row)
        process["xaml"] = processes.process(name, STEPS, stages[name])
    case = world.add(
        "workflow",
        {
            "workflowid": world.guid(),
            "name": "Phone to Case Process",
            "category": 4,
            "type": 1,
            "statecode": 1,
            "statuscode": 2,
            "mode": 0,
            "scope": 4,
            "primaryentity": "incident",
        },
    )
    other = {
        "processstageid": world.guid(),
        "stagename": "Identify",
        "stagecategory": 4,
        "processid": ref("workflow", case["workflowid"]),
        "primaryentitytypecode": "incident",
    }
    world.plant("process_stage", other["processstageid"], "processid", "a stage of the process of cases", "excluded")
    world.rng.shuffle(made)
    for row in (*made, other):
        world.add("processstage", row)
    _automations(world)
    return stages


def _automations(world: World) -> None:
    rules = (
        (
            "Qualify lead: create account, contact and opportunity",
            0,
            "lead",
            True,
            None,
            "On qualifying: makes or links the account by company name, the contact by e-mail, and an opportunity with "
            "the lead's topic, value and owner.",
        ),
        ("Assign new leads by postcode", 0, "lead", True, None, None),
        ("Remind owner three days before close date", 0, "opportunity", False, "estimatedclosedate", None),
        ("Probability from rating", 2, "opportunity", False, "opportunityratingcode", None),
        ("Consent must be dated", 2, "contact", False, "hb_consentgivenon", None),
        ("Welcome pack to new wellbeing accounts", 5, "account", True, None, None),
    )
    for name, category, entity, create, update, description in rules:
        xaml, client_data = processes.rule(name, entity)
        world.add(
            "workflow",
            {
                "workflowid": world.guid(),
                "name": name,
                "category": category,
                "type": 1,
                "statecode": 1,
                "statuscode": 2,
                "mode": 0,
                "scope": 4,
                "primaryentity": entity,
                "ondemand": False,
                "subprocess": False,
                "triggeroncreate": create,
                "triggerondelete": False,
                "triggeronupdateattributelist": update,
                "description": description,
                "xaml": xaml,
                "clientdata": client_data,
                **stamped(world, 800, 100),
            },
        )


def _way(world: World, table: str, process: str, stages: list[str], at: int, *, finished: bool = False) -> Row:
    """An instance of a process. Some went back a step, and some skipped one."""
    path = stages[: at + 1]
    if len(path) > 2 and world.rng.random() < 0.25:
        path = [*path[:2], path[0], *path[1:]]
    elif len(path) > 3 and world.rng.random() < 0.2:
        path = [path[0], *path[2:]]
    workflow = next(w for w in world.rows["workflow"] if w["name"] == process)
    return {
        "businessprocessflowinstanceid": world.guid(),
        "name": process,
        "processid": ref("workflow", workflow["workflowid"]),
        "activestageid": ref("processstage", stages[at]),
        "traversedpath": ",".join(path),
        "statecode": int(finished),
        "statuscode": 2 if finished else 1,
    }


def _opportunities(world: World, stages: dict[str, list[str]]) -> None:
    rng, accounts, contacts = world.rng, world.rows["account"][:57], contacts_that_arrive(world)
    for number in range(1, 86):
        account, user = rng.choice(accounts), person(world)
        state = rng.choices([0, 1, 2], [5, 3, 3])[0]
        at = 3 if state == 1 else rng.randint(0, 3)
        made = stamped(world, 30, 700)
        closed = world.moment(5, 25).date()
        value = f"{rng.randint(400, 90000)}.{rng.choice(['0000', '5000', '9900', '1250'])}"
        row: Row = {
            "opportunityid": world.guid(),
            "name": f"{rng.choice(TOPICS)} for {account['name'].strip()}",
            "customerid": ref("account", account["accountid"]),
            "parentcontactid": ref("contact", rng.choice(contacts)["contactid"]) if rng.random() < 0.6 else None,
            "description": rng.choice([None, "Budget agreed in principle.\n\nDecision by <board>."]),
            "estimatedvalue": value,
            "transactioncurrencyid": currency(world, "GBP"),
            "actualvalue": value if state == 1 else None,
            "estimatedclosedate": (closed + timedelta(days=rng.randint(-20, 90))).isoformat(),
            "actualclosedate": closed.isoformat() if state else None,
            "closeprobability": rng.choice([0, 10, 25, 40, 60, 75, 90, 100]),
            "opportunityratingcode": rng.randint(1, 3),
            "stepname": f"{at + 1}-{STEPS[at]}",
            "statecode": state,
            "statuscode": rng.choice(([1, 2], [3], [4, 5])[state]),
            "hb_sites": rng.randint(1, 12),
            "hb_tender": rng.choice([None, 1, 2, 3]),
            **owned(world, user),
            **made,
        }
        if number % 21 == 0:
            row["customerid"] = row["parentcontactid"] or row["customerid"]
        if number % 17 == 0:
            row["transactioncurrencyid"] = currency(world, "EUR")
        if number % 13 == 0:
            row["ownerid"] = ref("team", world.rows["team"][0]["teamid"])
        world.add("opportunity", row)
        if number % 14 == 0:
            continue  # never entered a process
        process = "Tender process 2019" if number % 11 == 0 else "Opportunity Sales Process"
        if number % 9 == 0:  # an earlier try that was given up
            tried = _way(world, "opportunitysalesprocess", process, stages[process], 0)
            world.add(
                "opportunitysalesprocess",
                {**tried, "opportunityid": ref("opportunity", row["opportunityid"]), "statecode": 1, "statuscode": 3},
            )
        if number % 5:
            way = _way(world, "opportunitysalesprocess", process, stages[process], at, finished=state == 1)
            world.add("opportunitysalesprocess", {**way, "opportunityid": ref("opportunity", row["opportunityid"])})
    waits = world.rows["opportunity"][40]
    waits["customerid"] = ref("account", world.rows["account"][57]["accountid"])
    world.plant(
        "opportunity", waits["opportunityid"], "customerid", "its account is quarantined", "held", kind="follows"
    )


def _leads(world: World, stages: dict[str, list[str]]) -> None:
    rng, opportunities = world.rng, world.rows["opportunity"]
    process = "Lead to Opportunity Sales Process"
    held = {p["source_id"] for p in world.planted}
    accounts = [a["name"].strip() for a in world.rows["account"][:57]]
    new = ["Tideway Studios", "Copperfield & Sons", "Saltmarsh Brewery", "Highfell Outdoor", "Brightwater Nursery"]
    sources = [1, 3, 7, 8, 9, 192350100]
    from_lead = [o for n, o in enumerate(opportunities, 1) if n % 5 == 0 and n % 14 and o["opportunityid"] not in held]

    def lead(first: str, last: str, company: str | None, **more: object) -> Row:
        slug = f"{first}.{last}".lower().replace("'", "").replace("ë", "e")
        row: Row = {
            "leadid": world.guid(),
            "subject": f"{rng.choice(TOPICS)} enquiry",
            "firstname": first,
            "lastname": last,
            "fullname": f"{first} {last}",
            "companyname": company,
            "jobtitle": rng.choice([None, "Practice manager", "Director"]),
            "emailaddress1": f"{slug}@lead.example",
            "telephone1": f"0117 496 0{rng.randint(100, 999)}",
            "websiteurl": None,
            "description": rng.choice([None, "Met at the <Wellbeing> fair.\nCall in June."]),
            "leadsourcecode": rng.choice(sources),
            "leadqualitycode": rng.randint(1, 3),
            "estimatedamount": f"{rng.randint(200, 9000)}.5000",
            "transactioncurrencyid": currency(world, "GBP"),
            "estimatedclosedate": f"2027-0{rng.randint(1, 6)}-15",
            "statecode": 0,
            "statuscode": rng.choice([1, 2]),
            **owned(world),
            **stamped(world, 10, 500),
            **more,
        }
        return world.add("lead", row)

    for opportunity in from_lead:
        row = lead(
            rng.choice(("Ada", "Joe", "Lin")),
            rng.choice(("Frost", "Marsh", "Wells")),
            rng.choice(accounts),
            statecode=1,
            statuscode=3,
            qualifyingopportunityid=ref("opportunity", opportunity["opportunityid"]),
        )
        opportunity["originatingleadid"] = ref("lead", row["leadid"])
        at = STEPS.index(opportunity["stepname"][2:])
        way = _way(
            world, "leadtoopportunitysalesprocess", process, stages[process], at, finished=opportunity["statecode"] == 1
        )
        world.add(
            "leadtoopportunitysalesprocess",
            {
                **way,
                "opportunityid": ref("opportunity", opportunity["opportunityid"]),
                "leadid": ref("lead", row["leadid"]),
            },
        )
    gone = lead(
        "Ivy",
        "Stone",
        "Saltmarsh Brewery",
        statecode=1,
        statuscode=3,
        qualifyingopportunityid=ref("opportunity", world.guid()),
    )
    world.plant(
        "lead",
        gone["leadid"],
        "qualifyingopportunityid",
        "qualified, but its opportunity was deleted",
        "created",
        "stays a lead",
    )
    for number in range(44):
        first, last = (
            rng.choice(("Ann", "Bert", "Cleo", "Dev", "Elin", "Fynn")),
            rng.choice(("Ash", "Birch", "Cedar", "Elm", "Hazel"))
            + rng.choice(("ton", "ley", "ford"))
            + ("" if number % 2 else "s"),
        )
        company = rng.choice([rng.choice(accounts).upper(), rng.choice(new), rng.choice(new), None])
        state = rng.choices([0, 2], [3, 1])[0]
        row = lead(
            first,
            last,
            company,
            statecode=state,
            statuscode=rng.choice([1, 2]) if state == 0 else rng.choice([4, 5, 6, 7]),
        )
        if number % 4 == 0 and state == 0:
            way = _way(world, "leadtoopportunitysalesprocess", process, stages[process], 0)
            world.add("leadtoopportunitysalesprocess", {**way, "leadid": ref("lead", row["leadid"])})
    known = contacts_that_arrive(world)[50]
    lead(known["firstname"], known["lastname"], "Albion Wellness", parentcontactid=ref("contact", known["contactid"]))
    for row in world.rows["lead"]:
        for name in [n for n, v in row.items() if v is None]:
            del row[name]
