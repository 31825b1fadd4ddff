"""Pages of the verbs that come before anything is written: doctor, inventory, plan, approve."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flitstack_pipeline.mapping.target import KEY_FIELD
from flitstack_pipeline.outcomes import Outcome
from flitstack_pipeline.reports.graph import draw
from flitstack_pipeline.reports.rules import references, rule_in_words, says_its_origin, value_map
from flitstack_pipeline.reports.text import presentable
from flitstack_pipeline.reports.views.common import Figure, Listing, Surroundings, details_of, review
from flitstack_pipeline.stages.result import VerbResult

_LEVELS = {"blocking": "bad", "warning": "warn", "ok": "good"}
_KEY = f".{KEY_FIELD}"
_NOTES = {
    "no_equivalent": ("bad", "No equivalent in Odoo"),
    "absent": ("warn", "Missing in this Odoo"),
    "approximated": ("warn", "Approximated"),
    "fallback": ("", "Goes to another field"),
}


def doctor(result: VerbResult, _: Surroundings) -> dict[str, Any]:
    """Findings, what blocks first."""
    findings = sorted(
        presentable(list(result.details.get("findings") or ())), key=lambda f: list(_LEVELS).index(f["level"])
    )
    number = {level: sum(1 for f in findings if f["level"] == level) for level in _LEVELS}
    return {
        "problems": [],  # the findings say the same, and what to do
        "findings": [{**f, "tone": _LEVELS[f["level"]]} for f in findings],
        "figures": [
            Figure(number["blocking"], "blocking", "bad" if number["blocking"] else "good"),
            Figure(
                number["warning"],
                "warnings" if number["warning"] != 1 else "warning",
                "warn" if number["warning"] else "good",
            ),
            Figure(number["ok"], "in order"),
        ],
    }


def approve(result: VerbResult, _: Surroundings) -> dict[str, Any]:
    """Who approved which plan."""
    return {"approval": {"who": "", "comment": "", "plan_hash": "", **presentable(dict(result.details))}, "figures": []}


def plan(result: VerbResult, _: Surroundings) -> dict[str, Any]:
    """What would happen, in the order in which it would."""
    given = details_of(
        result, lists="changed_since_approval schema_missing notes order will_not_go", mappings="fields predicted"
    )
    details = {"plan_hash": "", "approved_by": "", "schema_total": 0}
    details |= presentable({k: v for k, v in given.items() if k not in ("will_not_go", "review", "left_empty")})
    order, fields = details["order"], details["fields"]
    home = {records: model["name"] for model in order for records in model["records"]}
    needs = {
        m["name"]: {home[r] for n in m["records"] for r in references(fields.get(n, [])) if r in home} - {m["name"]}
        for m in order
    }
    names = [model["name"] for model in order]
    predicted: Mapping[str, Mapping[str, int]] = details["predicted"]
    sums = {str(word): sum(tally.get(word, 0) for tally in predicted.values()) for word in Outcome}
    not_going: Sequence[Mapping[str, Any]] = given["will_not_go"]
    return {
        **review(result),
        "plan": details,
        "schema": _schema([n for n in details["schema_missing"] if not n.endswith(_KEY)], {m["model"] for m in order}),
        "keyed": [n.removesuffix(_KEY) for n in details["schema_missing"] if n.endswith(_KEY)],
        "notes": note_groups(details["notes"]),
        "order": [{**model, "needs": sorted(needs[model["name"]], key=names.index)} for model in order],
        "drawing": draw(names, needs),
        "maps": [_field_map(name, model, fields.get(name, [])) for model in order for name in model["records"]],
        "predicted": predicted,
        "sums": sums,
        "outcomes": [str(word) for word in Outcome],
        "will_not_go": Listing.of(not_going, total=sum(sums[word] for word in ("quarantined", "held", "skipped"))),
        "figures": [
            Figure(sums["created"], "records to create"),
            Figure(sums["updated"], "to update"),
            Figure(sums["held"], "would wait", "warn" if sums["held"] else ""),
            Figure(sums["quarantined"], "could not go", "bad" if sums["quarantined"] else ""),
            Figure(len(details["schema_missing"]), "schema entries to create"),
        ],
    }


def note_groups(notes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Notes by kind, the gravest first."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for note in notes:
        groups.setdefault(note["kind"], []).append(note)
    known = [kind for kind in _NOTES if kind in groups] + sorted(kind for kind in groups if kind not in _NOTES)
    return [{"tone": _NOTES.get(k, ("", k))[0], "title": _NOTES.get(k, ("", k))[1], "notes": groups[k]} for k in known]


def _schema(missing: Sequence[str], models: set[str]) -> list[dict[str, Any]]:
    """Entries such as `model`, `model.field` and `model.field=value`, by model."""
    new = {name for name in missing if "." not in name}
    groups: dict[str, list[str]] = {name: [] for name in missing if name in new}
    for name in missing:
        if name in new:
            continue
        entry, _, value = name.partition("=")
        owner = next(
            (m for m in sorted(models | new, key=len, reverse=True) if entry.startswith(f"{m}.")),
            entry.rpartition(".")[0],
        )
        field = entry.removeprefix(f"{owner}.")
        groups.setdefault(owner, []).append(f"{field} = {value}" if value else field)
    return [{"model": model, "new": model in new, "entries": entries} for model, entries in groups.items()]


def _field_map(name: str, model: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    shown = []
    for field in fields:
        rule = field["rule"]
        column = "" if says_its_origin(rule) or field["from"] == "constant" else field["from"]
        words = rule_in_words(rule) if column or says_its_origin(rule) else ["left empty", *rule_in_words(rule)]
        shown.append({**field, "column": column, "words": words, "values": value_map(rule)})
    return {"name": name, "model": model["model"], "absent": model["absent"], "fields": shown}
