"""Who owns records in the source, and does Odoo know each of them?"""

from flitstack_pipeline.mapping.spec import Match
from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import Findings, counted, listed, ok, warning
from flitstack_pipeline.stages.doctor.survey import Wanted
from flitstack_pipeline.stages.doctor.values import FATE, hits, said
from flitstack_pipeline.transform.values import Prepared

SHOWN = 40
USERS = "res.users"


def check(examination: Examination) -> Findings:
    """Internal users; owners that Odoo lacks, by the value (an e-mail as a rule) that names them in the source."""
    users = examination.client.search_count("res.users", [("share", "=", False)])
    yield ok("people.users", f"{counted(users, 'internal user')} in Odoo")
    if examination.survey is None:
        text = "owners are compared with the people in Odoo after the inventory: run the doctor again then"
        yield ok("people.owners", text)
        return
    unmatched = [*_unmatched(examination)]
    yield from unmatched
    owners = [w for w in examination.wanted if w.owner]
    if unmatched and not owners:
        return
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


def _unmatched(examination: Examination) -> Findings:
    """People of the source who are only linked to users of Odoo, where the map makes none: those whom Odoo does not know."""
    run = examination.run
    sets = run.compiled.record_sets().values() if examination.compiled else ()
    for records in (r for r in sets if r.model == USERS and r.spec.match and r.spec.no_match != "create"):
        lacking = []
        people = 0
        for item in (i for batch in run.prepared(records) for i in batch if isinstance(i, Prepared)):
            people += 1
            if not any(_found(examination, item, match) for match in records.spec.match):
                names = [item.values.get(f) for f in records.spec.match[0].by]
                lacking.append(" / ".join(str(n) for n in names))
        if lacking:
            text = f"{records.name}: {len(lacking)} of {counted(people, 'person')} have no user in Odoo: {listed(lacking, SHOWN)}"
            fate = "they would be skipped" if records.spec.no_match == "skip" else "they would be held"
            todo = "make the users in Odoo, or choose in the migration file who stands in for them"
            yield warning("people.users_lacking", f"{text}; {fate}, and what they own has no owner", todo)


def _found(examination: Examination, item: Prepared, match: Match) -> bool:
    values = [item.values.get(field) for field in match.by]
    if any(v in (None, "") or not isinstance(v, str) for v in values):
        return False
    return len(examination.run.resolver.index(USERS, match.by, match.domain).find(values)) == 1
