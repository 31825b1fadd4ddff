"""Does Odoo have the records that values of the source mean: taxes, accounts, journals, countries, currencies …?"""

from collections.abc import Iterable
from decimal import Decimal

from flitstack_pipeline.odoo.resolve import folded
from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import Findings, counted, listed, ok, warning
from flitstack_pipeline.stages.doctor.survey import Wanted

FATE = {
    "hold": "the rows would be held",
    "quarantine": "the rows would be quarantined",
    "empty": "the field would stay empty",
    "skip": "the rows would be skipped",
}


def check(examination: Examination) -> Findings:
    """Every value that is looked up in Odoo, people apart: found once, not at all, or several times."""
    wanted = [w for w in examination.wanted if not w.owner]
    groups: dict[tuple[str, str, str], list[Wanted]] = {}
    good = 0
    for item in wanted:
        if hits(examination, item) == 1:
            good += 1
        else:
            ref = item.ref
            groups.setdefault((item.place, f"{ref.model} by {', '.join(ref.by)}", ref.missing), []).append(item)
    for (place, target, missing), items in sorted(groups.items()):
        values = listed(said(examination, items))
        text = f"{place} looks in {target} for what Odoo has not, or not just once: {values}; {FATE[missing]}"
        todo = "create or activate these records in Odoo, or translate the values by `values:` under `changes:`"
        yield warning("values.lookups", text, todo)
    if groups:
        return
    later = "" if examination.survey else "; the source's own values are compared after the inventory"
    yield ok("values.lookups", f"{counted(good, 'value')} looked up, and found in Odoo just once each{later}")


def hits(examination: Examination, item: Wanted) -> int:
    """How many records a value finds: those of Odoo, by the load's own index, else one that the migration will bring."""
    ref = item.ref
    found = len(examination.run.resolver.index(ref.model, ref.by, ref.domain, ref.follow).find(ref.values))
    if found or examination.survey is None:
        return found
    coming = examination.survey.coming.get((ref.model, ref.by), ())
    return int(tuple(folded(value) for value in ref.values) in coming)


def said(examination: Examination, items: Iterable[Wanted]) -> list[str]:
    """Values for people, the most used first: how many records Odoo has of each, and how often it is used."""
    found = []
    for item in sorted(items, key=lambda i: -i.uses):
        number = hits(examination, item)
        uses = f", {counted(item.uses, 'use')}" if item.uses else ""
        found.append(f"{' / '.join(_shown(v) for v in item.ref.values)} ({number or 'none'}{uses})")
    return found


def _shown(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
