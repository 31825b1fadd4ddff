"""What a visit leaves behind: notes, checklists, photos."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from coastal.catalogue import SERVICE, WORKERS
from coastal.pictures import Colour, jpeg, pdf, png
from coastal.world import Row, Table, World, moment

SYDNEY = ZoneInfo("Australia/Sydney")
ORDINARY_NOTES = 104
FORMER_STAFF = ("kerry.walsh@example.com", "Kerry Walsh")
NOTES = (
    "Customer asked for the balcony too; done, no charge.",
    "Arrived 20 min late (traffic on the bridge).\nCustomer was fine with it.",
    "Alarm code changed – ask the office.",
    "Used 2 × floor soap, 1 × glass.\n\nReorder soon.",
    "All good 👍 – left by the side gate.",
    "Broken tile near the shower was there before we came. Photo taken.",
    "Ms Nguyễn’s neighbour let us in.",
    "Follow-up: quote for gutters?",
)
SCRIPT_NOTE = "Typed by the customer in the portal: <script>alert('hello')</script> please also do the oven & rack."
CHECKLISTS = {
    "Cleaning": (
        "Before we start",
        (("Pets at home?", ("Yes", "No")), ("Number of bathrooms", (1, 2, 3)),
         ("Stains to treat", ("none", "hallway\nlounge")), ("Lease ends on", ("28/02/2026", "13/11/2025", ""))),
    ),
    "Maintenance": (
        "Site safety",
        (("Ladder needed?", ("Yes", "No")), ("Storeys", (1, 2)), ("Roof pitch in degrees", (12.5, 22, 30)),
         ("Power isolated by", ("Owner", "n/a – no power near gutters"))),
    ),
}  # fmt: skip
LARGE_MEGABYTES = 26


def build_visits(world: World) -> None:
    _build_notes(world)
    _build_forms(world)
    _build_attachments(world)


def _special(world: World) -> list[Row]:
    """Return the bookings that are held back or quarantined themselves, and the depot's, held with its customer."""
    columns = ("Customer ID", "Start", "Total")
    blocked = [
        remark.row
        for remark in world.remarks
        if remark.object == "booking" and remark.column in columns and remark.outcome in ("held", "quarantined")
    ]
    depot = next(row for row in world.rows("customer") if row["Parent Customer ID"] == "9999")["Customer ID"]
    return [row for row in world.rows("booking") if row in blocked or row["Customer ID"] == depot]


def _finished(world: World) -> list[Row]:
    """Return finished bookings that nothing is planted in."""
    planted = {remark.row["Booking No"] for remark in world.remarks if remark.object == "booking" and remark.row}
    return [
        row
        for row in world.rows("booking")
        if row["Status"] in ("Completed", "Invoiced")
        and row["Booking No"] not in planted
        and row not in _special(world)
    ]


def _build_notes(world: World) -> None:
    dice = world.dice
    table = world.table(
        Table(
            "booking_note",
            "booking_notes.jsonl",
            ("note_id", "booking_no", "author_email", "author_name", "created", "note"),
            ("note_id",),
            first_row=1,
        )
    )
    authors = [(worker[2], worker[1]) for worker in WORKERS if worker[6] == "Yes" and worker[2]]
    drafts = [(row, dice.pick(authors), dice.pick(NOTES)) for row in dice.take(_finished(world), ORDINARY_NOTES)]
    drafts += [(row, dice.pick(authors), "Please look at this booking before it moves.") for row in _special(world)]
    drafts[20] = (drafts[20][0], drafts[20][1], SCRIPT_NOTE)
    for place in (7, 48, 90):
        drafts[place] = (drafts[place][0], FORMER_STAFF, drafts[place][2])
    drafts.sort(key=lambda draft: draft[0]["_end"])
    for number, (booking, (email, name), text) in enumerate(drafts, start=1):
        when = (booking["_end"] + timedelta(minutes=dice.whole(4, 180), seconds=dice.whole(0, 59))).replace(
            tzinfo=SYDNEY
        )
        row = {
            "note_id": f"N-{number:04d}",
            "booking_no": booking["Booking No"],
            "author_email": email,
            "author_name": name,
            "created": when.isoformat(),
            "note": text,
        }
        table.rows.append(row)
        if email == FORMER_STAFF[0]:
            note = "note migrates under the author's name; no worker or user has this address"
            world.plant("booking_note", row, "author_email", problem="author unknown", outcome="listed", note=note)
        if text == SCRIPT_NOTE:
            world.odd("booking_note", row, "note", what="a script tag in the text", outcome="shown as text, never run")


def _build_forms(world: World) -> None:
    dice = world.dice
    table = world.table(
        Table(
            "form_answer",
            "forms.json",
            ("response_id", "booking_no", "form", "position", "question", "answer"),
            ("response_id", "position"),
            first_row=1,
        )
    )
    with_form = [row for row in _finished(world) if SERVICE[row["Service ID"]].category in CHECKLISTS]
    bookings = dice.take(with_form, 28) + [row for row in _special(world) if row["Total"] == "abc"]
    for number, booking in enumerate(bookings, start=1):
        form, questions = CHECKLISTS.get(SERVICE[booking["Service ID"]].category, CHECKLISTS["Cleaning"])
        for position, (question, answers) in enumerate(questions, start=1):
            table.rows.append(
                {
                    "response_id": f"R-{number:03d}",
                    "booking_no": booking["Booking No"],
                    "form": form,
                    "position": position,
                    "question": question,
                    "answer": dice.pick(answers),
                }
            )


def _stripes(light: Colour, dark: Colour, step: int) -> list[Colour]:
    return [light if place // step % 2 else dark for place in range(256)]


def _photo(kind: str, seed: int) -> bytes:
    """Return a picture that differs with the seed: tiles (jpg), a slope of colour (png) or a pen stroke (signature)."""
    if kind == "jpg":
        return jpeg(20, 15, lambda x, y: ((x * 12 + seed * 30) % 256, (y * 16 + 40) % 256, (x * y * 3 + seed) % 256))
    if kind == "png":
        stripes = _stripes((210, 225, 235), (70, 110, 130), 6 + seed % 5)
        return png(72, 54, lambda x, y: stripes[(x * 2 + y * 3 + seed * 9) % 256])
    return png(
        80, 30, lambda x, y: (20, 20, 90) if abs(y - 15 - ((x * x // 9 + seed) % 13 - 6)) < 2 else (255, 255, 255)
    )


def _build_attachments(world: World) -> None:
    table = world.table(
        Table(
            "attachment",
            "attachments.csv",
            ("Attachment ID", "Booking No", "File Name", "Path", "Kind", "Uploaded"),
            ("Attachment ID",),
        )
    )

    def add(booking: Row, name: str, kind: str, content: bytes | None, shown: str = "") -> Row:
        path = f"attachments/{booking['Booking No']}/{name}"
        number = f"ATT-{len(table.rows) + 1:03d}"
        uploaded = moment(booking["_end"] + timedelta(minutes=10))
        values = (number, booking["Booking No"], shown or name, path, kind, uploaded)
        row = table.add(values)
        if content is not None:
            world.binaries[path] = content
        return row

    bookings = world.dice.take([row for row in _finished(world) if row["Status"] == "Invoiced"], 12)
    for seed, booking in enumerate(bookings[:5]):
        add(booking, "before.png", "Photo", _photo("png", seed), "Café bench – before.png" if seed == 2 else "")
        add(booking, "after.jpg", "Photo", _photo("jpg", seed))
    for seed, booking in enumerate(bookings[5:8], start=5):
        add(booking, "sign-off.png", "Signature", _photo("signature", seed))
    report = ["Coastal Cleaning Co", "Condition report", f"Booking {bookings[8]['Booking No']}", "Nothing damaged."]
    add(bookings[8], "condition-report.pdf", "Document", pdf(report))
    gone = add(bookings[9], "hallway.jpg", "Photo", None)
    world.plant("attachment", gone, "Path", problem="the file is not in the export", outcome="quarantined")
    large = add(bookings[10], "site-walkthrough.mp4", "Document", None)
    world.plant(
        "attachment",
        large,
        "Path",
        problem=f"file of {LARGE_MEGABYTES} MB",
        outcome="quarantined",
        note="its file is missing; with generate.py --large it is there, and skipped for its size",
    )
    depot = next(row for row in _special(world) if row["Status"] == "Invoiced")
    add(depot, "loading-dock.png", "Photo", _photo("png", 11))
