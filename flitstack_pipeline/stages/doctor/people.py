"""Who owns records in the source, and does Odoo know each of them?"""

from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import Findings, counted, listed, ok, warning
from flitstack_pipeline.stages.doctor.survey import Wanted
from flitstack_pipeline.stages.doctor.values import FATE, hits, said

SHOWN = 40


def check(examination: Examination) -> Findings:
    """Internal users; owners that Odoo lacks, by the value (an e-mail as a rule) that names them in the source."""
    users = examination.client.search_count("res.users", [("share", "=", False)])
    yield ok("people.users", f"{counted(users, 'internal user')} in Odoo")
    if examination.survey is None:
        text = "owners are compared with the people in Odoo after the inventory: run the doctor again then"
        yield ok("people.owners", text)
        return
    owners = [w for w in examination.wanted if w.owner]
    if not owners:
        yield ok("people.owners", "the map looks up no owner among the people that Odoo has")
        return
    by_place: dict[tuple[str, str, str], list[Wanted]] = {}
    for item in owners:
        if hits(examination, item) != 1:
            by_place.setdefault((item.place, item.ref.model, item.ref.missing), []).append(item)
    for (place, model, missing), items in sorted(by_place.items()):
        total = sum(1 for o in owners if o.place == place)
        names = listed(said(examination, items), SHOWN)
        text = f"{place}: {len(items)} of {counted(total, 'owner')} are not in {model}, or not just once: {names}"
        todo = "create or unarchive them in Odoo, or choose who takes over by `values:` or `default:` under `changes:`"
        yield warning("people.owners", f"{text}; {FATE[missing]}", todo)
    if not by_place:
        yield ok("people.owners", f"all {counted(len(owners), 'owner')} of the source are in Odoo")
