"""Notes and files: texts, pictures, PDFs, a file that is too large, one that is not there."""

from __future__ import annotations

from lakeside.catalogue import USERS
from lakeside.world import World, pdf, png, ref

TEXTS = (
    "Called, left a message.",
    "<div>Customer asks for <b>two</b> quotes.<br>Budget is &lt; 5k.</div>",
    "Arrived 8:15.\nNo access; came back at 10.\n\nUnit runs again.",
    "Belt A-42 & filter 16x20 ordered <urgent>",
    "Très bruyant au démarrage – à revoir",
)
MEGABYTE = 1024 * 1024


def build_notes(world: World) -> None:
    for number in range(1, 71):
        _note(world, ref("msdyn_workorder", world.pick(world.orders)), world.pick(TEXTS), number)
    for number in range(1, 36):
        target = ref("msdyn_workorder", world.pick(world.orders))
        name, kind, data = _file(world, number)
        _document(world, target, name, kind, data, text=world.pick((None, "See the attached file.")))
    for table, rows, count in (
        ("account", world.accounts, 5),
        ("contact", world.contacts, 3),
        ("msdyn_customerasset", world.assets, 6),
        ("bookableresourcebooking", world.bookings, 6),
        ("product", world.catalogue.products, 5),
    ):
        for number in range(count):
            name, kind, data = _file(world, 100 + number)
            _document(
                world,
                ref(table, world.pick(rows)),
                f"{table}-{name}",
                kind,
                data,
                text=world.pick((None, "Filed by the office.")),
            )
    _troubled(world)


def _file(world: World, number: int) -> tuple[str, str, bytes]:
    match number % 3:
        case 0:
            return f"photo {number}.png", "image/png", png(80 + number % 40, 60, (number * 3 % 256, 120, 60))
        case 1:
            return (
                f"report-{number}.pdf",
                "application/pdf",
                pdf(f"Service report {number} of {world.random.randrange(9999)}"),
            )
        case _:
            return (
                f"readings_{number}.csv",
                "text/csv",
                "".join(f"{n};{world.random.randrange(900)}\r\n" for n in range(number)).encode(),
            )


def _author(world: World) -> dict[str, str]:
    return {"id": world.catalogue.users[world.pick(USERS)[0]], "table": "systemuser"}


def _note(world: World, target: dict[str, str] | None, text: str | None, number: int, **more: object) -> str:
    row = {
        "subject": world.pick((None, f"Visit {number}", "Phone call")),
        "notetext": text,
        "objectid": target,
        "isdocument": False,
        "createdby": _author(world),
        "ownerid": _author(world),
        **more,
    }
    return world.add("annotation", "annotationid", row)


def _document(
    world: World,
    target: dict[str, str] | None,
    name: str,
    kind: str,
    data: bytes | None,
    *,
    text: str | None = None,
    size: int | None = None,
) -> str:
    row = {"isdocument": True, "filename": name, "mimetype": kind, "filesize": len(data) if data is not None else size}
    note = _note(world, target, text, 0, **row)
    if data is not None:
        world.body("annotation", note, "documentbody", name, data)
    return note


def _troubled(world: World) -> None:
    large = _document(
        world, ref("msdyn_workorder", world.orders[5]), "roof survey.mp4", "video/mp4", None, size=27 * MEGABYTE
    )
    world.plant(
        "annotation",
        large,
        "skipped",
        "a file of 27 MB",
        records="note_file",
        column="datas",
        note="listed with how to fetch it by hand",
    )
    lost = _document(world, ref("msdyn_workorder", world.orders[6]), "lost.pdf", "application/pdf", None, size=1200)
    world.plant(
        "annotation",
        lost,
        "quarantined",
        "the row tells of a file that is not there",
        records="note_file",
        column="datas",
    )
    case = world.add(
        "incident",
        "incidentid",
        {"title": "Billing complaint", "statecode": 0, "statuscode": 1, "ownerid": _author(world)},
    )
    other = _note(world, ref("incident", case), "About a bill.", 0)
    world.plant("annotation", other, "excluded", "a note about a case, which does not migrate", records="note_text")
    held = _note(world, ref("msdyn_workorder", world.held_orders[0]), "Waiting as well.", 0)
    world.plant("annotation", held, "held", "its work order waits", records="note_text", column="res_id")
    orphan = _note(world, ref("msdyn_workorder", world.guid()), "Of an order that was deleted.", 0)
    world.plant(
        "annotation",
        orphan,
        "held",
        "its work order is not in the organization any more",
        records="note_text",
        column="res_id",
    )
    empty = _document(world, ref("msdyn_workorder", world.orders[7]), "empty.txt", "text/plain", b"")
    world.plant("annotation", empty, "quarantined", "a file without a byte", records="note_file", column="datas")
