"""Pages of the verbs that write to Odoo or look at what was written: load, reconcile, rollback."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flitstack_pipeline.outcomes import Counts
from flitstack_pipeline.reports.highlight import around_change, compare_texts
from flitstack_pipeline.reports.text import presentable
from flitstack_pipeline.reports.views.common import (
    ARRIVED,
    LEFT,
    Figure,
    Listing,
    Row,
    Surroundings,
    details_of,
    left_over,
    review,
    shared_cap,
)
from flitstack_pipeline.reports.views.preparing import note_groups
from flitstack_pipeline.stages.result import VerbResult

_STATES = ("unexplained", "accepted", "equal")
_LINE = re.compile(r"\[\d+\]")  # amount of the third line: `line_ids[3].amount`
_AMOUNT = re.compile(r"-?\d+\.\d+")


def load(result: VerbResult, _: Surroundings) -> dict[str, Any]:
    """What became of the rows."""
    total = sum(result.objects.values(), Counts())
    return {
        **left_over(result),
        **review(result),
        "figures": [
            Figure(total.extracted, "rows extracted"),
            Figure(sum(getattr(total, word) for word in ARRIVED), "arrived", "good"),
            Figure(
                sum(getattr(total, word) for word in LEFT),
                "did not arrive",
                "warn" if any(getattr(total, w) for w in LEFT) else "good",
            ),
            Figure(total.excluded, "excluded by rule"),
            _balance(total),
        ],
    }


def reconcile(result: VerbResult, around: Surroundings) -> dict[str, Any]:
    """What is in Odoo against what should be."""
    details = details_of(result, lists="identities notes", mappings="differences fields")
    compared = sum(m.values_compared for m in result.models.values())
    unexplained = sum(m.differences for m in result.models.values())
    accepted = sum(m.accepted for m in result.models.values())
    by_model: Mapping[str, Sequence[Row]] = details["differences"]
    every = [{**d, "in_model": name} for name, rows in by_model.items() for d in rows]
    every.sort(key=lambda d: bool(d["accepted"]))
    shown = [_changed_part(d) for d in shared_cap(every, lambda d: f"{d['in_model']} {bool(d['accepted'])}")]
    full = [around.file("diff", f"{name}.parquet") for name, rows in by_model.items() if rows]
    fields = [
        _field(model, name, t)
        for model, tallies in presentable(details["fields"]).items()
        for name, t in tallies.items()
    ]
    types = {(f["record_set"], f["field"]): f["type"] for f in fields}
    rows = [_difference(d, around, types) for d in presentable(shown)]
    identities = presentable([{**i, "agrees": i["in_ledger"] == i["in_odoo"]} for i in details["identities"]])
    return {
        **left_over(result),
        "fields": sorted(fields, key=lambda f: _STATES.index(f["state"])),
        "differences": Listing(rows, max(len(every), unexplained + accepted), tuple(full)),
        "accepted": accepted,
        "identities": identities,
        "notes": note_groups(presentable(list(details["notes"]))),
        "compared": compared,
        "unexplained": unexplained,
        "figures": [
            Figure(compared, "values compared"),
            Figure(unexplained, "unexplained", "bad" if unexplained else "good"),
            Figure(accepted, "accepted"),
            Figure(sum(m.records for m in result.models.values()), "records read back"),
            _balance(sum(result.objects.values(), Counts())),
        ],
    }


def rollback(result: VerbResult, around: Surroundings) -> dict[str, Any]:
    """What went, what came back, what stays, and how each model looked before and looks now."""
    details = presentable(details_of(result, lists="kept comparisons", mappings="removed restored schema"))
    models = list(dict.fromkeys([*details["removed"], *details["restored"]]))
    kept = [{**k, "link": around.links.to(k["model"], k["res_id"])} for k in details["kept"]]
    before = [c for c in details["comparisons"] if c["same"]]
    return {
        "undone": [(m, details["removed"].get(m, 0), details["restored"].get(m, 0)) for m in models],
        "schema": details["schema"],
        "kept": Listing.of(kept),
        "comparisons": sorted(details["comparisons"], key=lambda c: c["same"]),
        "figures": [
            Figure(sum(details["removed"].values()), "records removed"),
            Figure(sum(details["restored"].values()), "restored"),
            Figure(sum(details["schema"].values()), "schema entries removed"),
            Figure(len(kept), "kept", "warn" if kept else "good"),
            Figure(
                f"{len(before)} of {len(details['comparisons'])}",
                "models as before",
                _tone(len(before) == len(details["comparisons"])),
            ),
        ],
    }


def _balance(total: Counts) -> Figure:
    missing = total.extracted - total.accounted
    if not missing:
        return Figure("✓", "every row accounted for", "good")
    return Figure(abs(missing), "rows unaccounted for" if missing > 0 else "rows counted twice", "bad")


def _tone(good: bool) -> str:
    return "good" if good else "bad"


def _changed_part(difference: Row) -> Row:
    expected, actual = around_change(str(difference["expected"]), str(difference["actual"]))
    return {**difference, "expected": expected, "actual": actual}


def _difference(
    difference: dict[str, Any], around: Surroundings, types: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    texts = difference["expected"], difference["actual"]
    if types.get((difference["record_set"], _LINE.sub("", difference["field"]))) in ("float", "monetary"):
        texts = _as_amount(texts[0]), _as_amount(texts[1])
    expected, actual = compare_texts(*texts)
    link = around.links.to(difference["model"], difference["res_id"])
    return {**difference, "expected": expected, "actual": actual, "link": link}


def _as_amount(text: str) -> str:
    """204.65 for "204.6500000000", 204.60 for "204.6": two decimals, or as many as there are. Other texts as they are."""
    if not _AMOUNT.fullmatch(text):
        return text
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def _field(model: str, name: str, tally: Mapping[str, Any]) -> dict[str, Any]:
    record_set, _, field = name.partition(".")
    state = "unexplained" if tally["unexplained"] else "accepted" if tally["accepted"] else "equal"
    return {**tally, "model": model, "record_set": record_set, "field": field, "state": state}
