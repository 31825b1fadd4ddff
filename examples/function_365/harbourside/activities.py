"""Phone calls, e-mails with their files, appointments, tasks, their participants; notes and files on records."""

import struct
import zlib
from datetime import timedelta

from harbourside.people import contacts_that_arrive, owned, person, stamped
from harbourside.world import Row, World, ref, text

MAIL = (
    '<div style="font-family:Arial"><p>Dear {name},</p><p>as discussed &ndash; see attached.</p>'
    "<script>track()</script></div>"
)
SUBJECTS = (
    "Follow up on quote",
    "Contract renewal",
    "Introductory talk",
    "Feedback on pilot",
    "Invoice query",
    "Site visit",
)


def build_activities(world: World) -> None:
    about = _abouts(world)
    for kind, number in (("phonecall", 70), ("email", 60), ("appointment", 45), ("task", 35)):
        for place in range(number):
            _activity(world, kind, place, about[world.rng.randrange(len(about))])
    _special(world)
    _notes(world, about)
    for table in ("phonecall", "email", "appointment", "task", "annotation", "activityparty"):
        for row in world.rows[table]:
            for name in [n for n, v in row.items() if v is None]:
                del row[name]


def _abouts(world: World) -> list[Row]:
    stopped = {p["source_id"] for p in world.planted if p["expected_outcome"] in ("held", "quarantined")}
    found = [("opportunity", o["opportunityid"]) for o in world.rows["opportunity"]] * 3
    found += [("account", a["accountid"]) for a in world.rows["account"]]
    found += [("contact", c["contactid"]) for c in contacts_that_arrive(world)]
    found += [("lead", x["leadid"]) for x in world.rows["lead"]]
    return [ref(table, i) for table, i in found if i not in stopped]


def _activity(world: World, kind: str, place: int, about: Row | None, **more: object) -> Row:
    rng = world.rng
    user, contact = person(world), rng.choice(contacts_that_arrive(world))
    state = rng.choices([0, 1, 2], [3, 6, 1])[0]
    start = world.moment(1, 900) if state else world.moment(-40, 60)
    end = start + timedelta(minutes=rng.choice([15, 30, 60]))
    outgoing = rng.random() < 0.6
    row: Row = {
        "activityid": world.guid(),
        "subject": f"{rng.choice(SUBJECTS)} {place + 1}",
        "description": rng.choice([None, "Spoke about <pricing> & dates.\nNext: send the draft."]),
        "regardingobjectid": about,
        "scheduledstart": text(start),
        "scheduledend": text(end),
        "actualstart": text(start) if state == 1 else None,
        "actualend": text(end + timedelta(minutes=5)) if state else None,
        "actualdurationminutes": rng.choice([10, 25, 45]) if state == 1 else None,
        "prioritycode": rng.randint(0, 2),
        "statecode": state,
        **owned(world, user),
        **stamped(world, 10, 800),
    }
    mail, theirs = user.get("internalemailaddress", "desk@harbourside.example"), contact["emailaddress1"]
    if kind == "phonecall":
        row |= {
            "directioncode": outgoing,
            "phonenumber": contact["mobilephone"],
            "statuscode": (1, 2 if outgoing else 4, 3)[state],
        }
    elif kind == "email":
        row |= {
            "directioncode": outgoing,
            "sender": mail if outgoing else theirs,
            "torecipients": (theirs if outgoing else mail) + ";",
            "statuscode": (1, 3 if outgoing else 4, 5)[state],
            "description": MAIL.format(name=contact["firstname"]),
            "senton": text(start) if state == 1 else None,
        }
    elif kind == "appointment":
        if state == 0:
            row |= {"statecode": 3, "statuscode": 5}
        else:
            row["statuscode"] = (1, 3, 4)[state]
        row["location"] = rng.choice(["Teams", "SE1 clinic, room 2", None])
    else:
        row["statuscode"] = (2, 5, 6)[state]
    row |= more
    world.add(kind, row)
    masks = {"phonecall": (1, 2), "email": (1, 2), "appointment": (7, 5), "task": ()}[kind]
    ends = [(ref("systemuser", user["systemuserid"]), mail), (ref("contact", contact["contactid"]), theirs)]
    for mask, (who, at) in zip(masks, ends if outgoing or kind == "appointment" else ends[::-1], strict=False):
        party(world, kind, row, mask, who, at)
    return row


def party(world: World, kind: str, activity: Row, mask: int, who: Row | None, at: str | None) -> None:
    world.add(
        "activityparty",
        {
            "activitypartyid": world.guid(),
            "activityid": ref(kind, activity["activityid"]),
            "partyid": who,
            "participationtypemask": mask,
            "addressused": at,
        },
    )


def _special(world: World) -> None:
    users = {u["fullname"]: u for u in world.rows["systemuser"]}
    case = world.add(
        "incident", {"incidentid": world.guid(), "title": "Broken treatment table", **stamped(world, 30, 10)}
    )
    on_case = _activity(world, "phonecall", 900, ref("incident", case["incidentid"]), subject="About the broken table")
    world.plant(
        "phonecall", on_case["activityid"], "regardingobjectid", "is about a case, and cases do not migrate", "excluded"
    )
    free = _activity(
        world, "task", 901, None, subject="Prepare the autumn newsletter", **owned(world, users["Priya Nair"])
    )
    world.plant(
        "task",
        free["activityid"],
        "regardingobjectid",
        "is about no record",
        "created",
        "hangs on its owner's own contact",
        kind="free",
    )
    left = _activity(world, "task", 902, None, subject="Hand over keys", **owned(world, users["Ruth Leaver"]))
    world.plant(
        "task",
        left["activityid"],
        "ownerid",
        "is about no record, and its owner is not in Odoo",
        "held",
        "such an activity hangs on its owner's contact",
    )
    waits = _activity(
        world, "email", 903, ref("account", world.rows["account"][57]["accountid"]), subject="Your enquiry"
    )
    world.plant("email", waits["activityid"], "regardingobjectid", "its account is quarantined", "held", kind="follows")
    unknown = world.rows["email"][3]
    party(world, "email", unknown, 3, None, "stranger@elsewhere.example")
    winter = _activity(
        world,
        "appointment",
        904,
        ref("account", world.rows["account"][2]["accountid"]),
        subject="Late review",
        statecode=1,
        statuscode=3,
        scheduledstart="2026-06-30T22:30:00Z",
        scheduledend="2026-06-30T23:30:00Z",
        actualend="2026-06-30T23:30:00Z",
    )
    world.plant(
        "appointment",
        winter["activityid"],
        "scheduledend",
        "half past midnight in London, the day before in UTC",
        "created",
        "due and done on 2026-07-01",
        kind="clock",
    )
    mails = [
        m
        for m in world.rows["email"]
        if m["statecode"] == 1 and m.get("regardingobjectid", {}).get("table") in ("opportunity", "lead", "contact")
    ]
    for number, mail in enumerate(mails[:9]):
        _attach(world, mail, number)
    loose = _activity(
        world,
        "email",
        905,
        None,
        subject="Price list as promised",
        statecode=1,
        statuscode=3,
        senton="2026-03-02T10:00:00Z",
        **owned(world, users["Tom Whitcombe"]),
    )
    world.plant(
        "email",
        loose["activityid"],
        "regardingobjectid",
        "an e-mail with a file that is about no record",
        "created",
        "its file hangs on the owner's contact too",
        kind="free",
    )
    _attach(world, loose, 99)


def picture(world: World, number: int) -> bytes:
    """A small PNG of one colour."""
    size = 24 + number % 8
    line = b"\0" + bytes([40 + number % 200, 120, 180]) * size

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(line * size)) + chunk(b"IEND", b"")
    )


def document(number: int) -> bytes:
    """A PDF that says nothing, with bytes that are no text."""
    return b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + f"% quotation {number}\n".encode() + bytes(range(256)) + b"\n%%EOF\n"


def _attach(world: World, mail: Row, number: int) -> None:
    name, kind, body = (
        ("plan.png", "image/png", picture(world, number))
        if number % 3 == 0
        else (f"Quote {number} – déjà vu.pdf", "application/pdf", document(number))
    )
    row = world.add(
        "activitymimeattachment",
        {
            "activitymimeattachmentid": world.guid(),
            "objectid": ref("email", mail["activityid"]),
            "filename": name,
            "mimetype": kind,
            "filesize": len(body),
        },
    )
    world.files["activitymimeattachment", row["activitymimeattachmentid"], "body"] = (name, body)


def _notes(world: World, about: list[Row]) -> None:
    rng = world.rng
    for number in range(64):
        target = rng.choice(about)
        words = rng.choice(
            [
                "<div><p>Agreed <b>net 30</b>.</p><ul><li>call Mon</li></ul></div>",
                "Left a message & will ring back.\nSecond line.",
                "Parking behind the <gym>",
            ]
        )
        row: Row = {
            "annotationid": world.guid(),
            "subject": rng.choice([None, "Call note", "Site visit"]),
            "notetext": words,
            "objectid": target,
            "isdocument": False,
            **stamped(world, 5, 700),
        }
        if number % 3 == 0:
            name, kind, body = (
                (f"photo-{number}.png", "image/png", picture(world, number))
                if number % 2
                else (f"Terms {number}.pdf", "application/pdf", document(number))
            )
            row |= {
                "isdocument": True,
                "filename": name,
                "mimetype": kind,
                "filesize": len(body),
                "notetext": words if number % 6 else None,
            }
            world.files["annotation", row["annotationid"], "documentbody"] = (name, body)
        world.add("annotation", row)
    lost = world.add(
        "annotation",
        {
            "annotationid": world.guid(),
            "subject": "Scan",
            "objectid": about[0],
            "isdocument": True,
            "filename": "lost.pdf",
            "mimetype": "application/pdf",
            "filesize": 0,
            **stamped(world, 50, 10),
        },
    )
    world.plant(
        "annotation", lost["annotationid"], "documentbody", "a note with a file whose bytes are gone", "quarantined"
    )
    case = world.rows["incident"][0]["incidentid"]
    away = world.add(
        "annotation",
        {
            "annotationid": world.guid(),
            "notetext": "Ordered a spare part",
            "objectid": ref("incident", case),
            "isdocument": False,
            **stamped(world, 20, 5),
        },
    )
    world.plant("annotation", away["annotationid"], "objectid", "hangs on a case, and cases do not migrate", "excluded")
