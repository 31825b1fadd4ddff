"""The organization's own two tables: clinics, and treatment plans that refer to clinics, patients, contracts and each other."""

from harbourside.people import contacts_that_arrive, currency, owned, stamped
from harbourside.world import Row, World, ref, text


def build_clinics(world: World) -> None:
    rng = world.rng
    for name, city, rooms, pool in (
        ("Bermondsey", "London", 6, True),
        ("Leith", "Edinburgh", 4, False),
        ("Harbourside", "Bristol", 5, True),
        ("Headingley", "Leeds", 3, False),
    ):
        account = rng.choice(world.rows["account"][:57])
        world.add(
            "hb_clinic",
            {
                "hb_clinicid": world.guid(),
                "hb_name": f"{name} clinic",
                "hb_city": city,
                "hb_rooms": rooms,
                "hb_openedon": f"20{rng.randint(10, 22)}-0{rng.randint(1, 9)}-15",
                "hb_accountid": ref("account", account["accountid"]),
                "hb_hydropool": pool,
                "statecode": 0,
                "statuscode": 1,
                **stamped(world, 600, 100),
            },
        )
    patients = [c for c in contacts_that_arrive(world) if c.get("hb_nhsnumber")]
    stopped = {p["source_id"] for p in world.planted if p["expected_outcome"] == "held"}
    deals = [o for o in world.rows["opportunity"] if o["statecode"] == 1 and o["opportunityid"] not in stopped]
    last: dict[str, Row] = {}
    made = []
    for number in range(1, 41):
        patient = rng.choice(patients)
        before = last.get(patient["contactid"])
        row: Row = {
            "hb_treatmentplanid": world.guid(),
            "hb_name": f"TP-{number:04d}",
            "hb_contactid": ref("contact", patient["contactid"]),
            "hb_clinicid": ref("hb_clinic", rng.choice(world.rows["hb_clinic"])["hb_clinicid"]),
            "hb_previousplanid": ref("hb_treatmentplan", before["hb_treatmentplanid"]) if before else None,
            "hb_opportunityid": ref("opportunity", rng.choice(deals)["opportunityid"]) if number % 3 == 0 else None,
            "hb_bodyregion": rng.randint(1, 5),
            "hb_sessions": rng.randint(3, 12),
            "hb_agreedfee": f"{rng.randint(150, 700)}.{rng.choice(['0000', '5000', '9900'])}",
            "transactioncurrencyid": currency(world, "GBP"),
            "hb_score": f"{rng.random() * 10:.2f}",
            "hb_firstsession": text(world.moment(10, 600)),
            "hb_reviewon": f"2027-01-{rng.randint(10, 28)}",
            "hb_goals": "Walk up the stairs & back <without> pain.\nReturn to work.",
            "hb_discharged": number % 4 == 0,
            "statecode": 0,
            "statuscode": 1,
            **owned(world),
            **stamped(world, 5, 500),
        }
        last[patient["contactid"]] = row
        made.append(row)
    # Children before parents: their order in the table tells nothing.
    for row in reversed(made):
        world.add("hb_treatmentplan", row)
    gone = made[7]
    gone["hb_clinicid"] = ref("hb_clinic", world.guid())
    world.plant("treatment_plan", gone["hb_treatmentplanid"], "hb_clinicid", "its clinic was deleted", "held")
    stored = next(r for r in world.rows["hb_treatmentplan"] if r["hb_treatmentplanid"] == gone["hb_treatmentplanid"])
    stored["hb_clinicid"] = gone["hb_clinicid"]
    for later in made:
        if later.get("hb_previousplanid") and later["hb_previousplanid"]["id"] in {
            p["source_id"] for p in world.planted if p["object"] == "treatment_plan"
        }:
            world.plant(
                "treatment_plan",
                later["hb_treatmentplanid"],
                "hb_previousplanid",
                "follows a plan that is held",
                "held",
                kind="follows",
            )
    _notes(world)


def _notes(world: World) -> None:
    stopped = {p["source_id"] for p in world.planted}
    plans = [r for r in world.rows["hb_treatmentplan"] if r["hb_treatmentplanid"] not in stopped][:6]
    for number, plan in enumerate(plans):
        about = ref("hb_treatmentplan", plan["hb_treatmentplanid"])
        row: Row = {
            "annotationid": world.guid(),
            "subject": "Progress",
            "notetext": f"Session {number + 1}: <i>better</i>",
            "objectid": about,
            "isdocument": number % 2 == 0,
            **stamped(world, 5, 100),
        }
        if row["isdocument"]:
            body = f"exercise sheet {number}\r\n".encode() + bytes(range(128, 256))
            row |= {
                "filename": f"exercises-{number}.bin",
                "mimetype": "application/octet-stream",
                "filesize": len(body),
            }
            world.files["annotation", row["annotationid"], "documentbody"] = (row["filename"], body)
        world.add("annotation", row)
