"""Who owns records in the source, and is there a user of Odoo for each of them?"""

from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import Findings, counted, listed, ok, warning
from flitstack_pipeline.stages.doctor.survey import Wanted
from flitstack_pipeline.stages.doctor.values import FATE, hits, said

SHOWN = 40


def check(examination: Examination) -> Findings:
    """Internal users; owners without one, by the value (an e-mail as a rule) that names them in the source."""
    users = examination.client.search_count("res.users", [("share", "=", False)])
    yield ok("people.users", f"{counted(users, 'internal user')} in Odoo")
    if examination.survey is None:
        yield ok(
            "people.owners", "owners are compared with Odoo's users after the inventory: run the doctor again then"
        )
        return
    owners = [w for w in examination.wanted if w.owner]
    if not owners:
        yield ok("people.owners", "the map looks up no owner among Odoo's users")
        return
    by_place: dict[tuple[str, str], list[Wanted]] = {}
    for item in owners:
        if hits(examination, item) != 1:
            by_place.setdefault((item.place, item.ref.missing), []).append(item)
    for (place, missing), items in sorted(by_place.items()):
        total = sum(1 for o in owners if o.place == place)
        names = listed(said(examination, items), SHOWN)
        text = (
            f"{place}: {len(items)} of {counted(total, 'owner')} are no active user of Odoo, or not one alone: {names}"
        )
        todo = "create or unarchive these users, or choose who takes over by `values:` or `default:` under `changes:`"
        yield warning("people.owners", f"{text}; {FATE[missing]}", todo)
    if not by_place:
        yield ok("people.owners", f"all {counted(len(owners), 'owner')} of the source have a user in Odoo")
