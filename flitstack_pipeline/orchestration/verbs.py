"""A verb's result as metadata: verdict first, then what a person has to look at, then where the whole report is."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dagster as dg

from flitstack_pipeline.orchestration.keys import LOCATION, VERBS, job_name
from flitstack_pipeline.orchestration.metadata import listing, table, tallies
from flitstack_pipeline.reports.text import presentable
from flitstack_pipeline.reports.views.common import UNCOUNTED, Verdict
from flitstack_pipeline.stages.result import EXIT_FAILED, VerbResult

REASONS_SHOWN = 5
_AFTER = re.compile(r"`?flitstack status [a-z0-9_-]+`?")
_COMMAND = re.compile(rf"`?flitstack ({'|'.join(VERBS)}) [a-z0-9_-]+( --who '[^']*')?`?")

Row = Mapping[str, Any]


def of_result(result: VerbResult, system: str) -> dict[str, Any]:
    """The metadata of one result; `system` is the source system, for links to the job that comes next."""
    verdict = Verdict.of(result)
    found: dict[str, Any] = {
        "verdict": verdict.word if not result.exit_code else f"{verdict.word} (exit code {result.exit_code})",
        "summary": presentable(result.summary),
        **next_steps(result.next_step, system),
    }
    if not result.details.get("findings"):  # they say the same, and what to do
        found |= listing("problems", [{"problem": p} for p in result.problems])
    if result.verb in _LISTS:
        found |= _LISTS[result.verb](result.details)
    if result.objects:
        counts = {n: c.as_dict() for n, c in result.objects.items()}
        if result.verb in UNCOUNTED:
            counts = {n: {"extracted": c["extracted"]} for n, c in counts.items()}
        found["rows by object"] = tallies("object", counts, always=["extracted"])
    if result.models:
        found["records by model"] = tallies(
            "model", {n: f.as_dict() for n, f in result.models.items()}, always=["records"]
        )
    if url := str(result.details.get("odoo_url") or ""):
        found["Odoo"] = dg.MetadataValue.url(url)
    for report in result.reports:
        found[f"report {report.rsplit('/', 1)[-1]}"] = dg.MetadataValue.path(report)
    return found


def concluded(result: VerbResult, system: str) -> dict[str, Any]:
    """The metadata of a verb that has ended; one that failed is a failed step, with the same metadata."""
    metadata = of_result(result, system)
    if result.exit_code == EXIT_FAILED:
        findings = [f for f in result.details.get("findings", ()) if f["level"] == "blocking"]
        reasons = [f"{f['text']}: {f['todo']}" for f in findings] or list(result.problems)
        lines = [result.summary, *(f"- {r}" for r in reasons[:REASONS_SHOWN])]
        if result.next_step:
            lines.append(f"What to do: {'mend that, then ' if findings else ''}{in_ui(result.next_step, system)}")
        raise dg.Failure(presentable("\n".join(lines)), metadata=metadata, allow_retries=False)
    return metadata


def next_steps(text: str, system: str) -> dict[str, Any]:
    """What to do next: in the words of the UI, and as a link to the job where it is one."""
    if not text:
        return {}
    found: dict[str, Any] = {"next": in_ui(presentable(text), system)}
    if system and (match := _COMMAND.search(text)):
        found["next job"] = dg.MetadataValue.job(job_name(system, match[1]), LOCATION)
    return found


def in_ui(text: str, system: str) -> str:
    """Commands of the command line as the jobs that do the same; untouched where no system is known."""
    if not system:
        return text
    text = _AFTER.sub("nothing more is due; what did not arrive is listed here", text)
    return _COMMAND.sub(
        lambda m: f"the job {job_name(system, m[1])}" + (" (config: who)" if m[1] == "approve" else ""), text
    )


def _doctor(details: Row) -> dict[str, Any]:
    order = {"blocking": 0, "warning": 1}
    findings = sorted(details.get("findings", ()), key=lambda f: order.get(f["level"], 2))
    rows = [
        {"level": f["level"], "check": f["check"], "finding": f["text"], "to do": f.get("todo", "")} for f in findings
    ]
    return {"findings": table(rows)} if rows else {}


def _inventory(details: Row) -> dict[str, Any]:
    left = details.get("not_migrated", {})
    orphans = details.get("orphans", ())
    return {
        **listing("rows that join to nothing", orphans),
        **listing(
            "does not migrate",
            [{"object": name, "why": why, "to rebuild in Odoo": rebuild} for name, (why, rebuild) in left.items()],
        ),
    }


def _plan(details: Row) -> dict[str, Any]:
    notes = [n for n in details.get("notes", ()) if n.get("text")]
    return {
        **({"plan": details["plan_hash"]} if details.get("plan_hash") else {}),
        "approved by": details.get("approved_by") or "nobody yet",
        **listing("changed since the approval", [{"change": c} for c in details.get("changed_since_approval", ())]),
        **({"rows would become": tallies("record set", details["predicted"])} if details.get("predicted") else {}),
        **listing("would not arrive", details.get("will_not_go", ())),
        **listing("to create in Odoo first", [{"name": n} for n in details.get("schema_missing", ())]),
        **listing("order", [_ordered(number, m) for number, m in enumerate(details.get("order", ()), 1)]),
        **listing("notes", notes, ["kind", "where", "text"]),
        **_review(details),
    }


def _load(details: Row) -> dict[str, Any]:
    return {**_left_over(details), **_review(details)}


def _left_over(details: Row) -> dict[str, Any]:
    rows = [
        {
            "outcome": r["outcome"],
            "row": f"{r['object']} {r['source_id']}",
            "why": (f"{r['field']}: " if r["field"] else "") + r["reason"],
            "source": f"{r['file']} row {r['row']}" if r["file"] else "",
        }
        for r in details.get("left_over", ())
    ]
    return listing("did not arrive", rows)


def _reconcile(details: Row) -> dict[str, Any]:
    every = [d for rows in details.get("differences", {}).values() for d in rows]
    every.sort(key=lambda d: bool(d["accepted"]))
    wrong = [i for i in details.get("identities", ()) if i["in_ledger"] != i["in_odoo"]]
    return {
        **listing("differences", [difference(d) for d in every]),
        **listing("lost or doubled", wrong),
        **_left_over(details),
    }


def difference(found: Row) -> Row:
    """A difference in the columns that a person reads first."""
    return {
        "record": f"{found['record_set']} {found['source_id']}",
        "field": found["field"],
        "should be": found["expected"],
        "is": found["actual"],
        "accepted because": found["accepted"] or "NOT ACCEPTED",
        "source": f"{found['file']} row {found['row']}",
    }


def _rollback(details: Row) -> dict[str, Any]:
    removed, restored = details.get("removed", {}), details.get("restored", {})
    undone = {m: {"removed": removed.get(m, 0), "restored": restored.get(m, 0)} for m in [*removed, *restored]}
    return {
        **({"undone": tallies("model", undone, always=["removed"])} if undone else {}),
        **listing("kept", details.get("kept", ())),
        **listing("not as before", [c for c in details.get("comparisons", ()) if not c["same"]]),
    }


def _review(details: Row) -> dict[str, Any]:
    rows = [
        {
            "row": f"{r['object']} {r['source_id']}",
            "value": r["value"],
            "why": r["say"],
            "source": f"{r['file']} row {r['row']}",
        }
        for r in details.get("review", ())
    ]
    return listing("to review by a person", rows)


def _ordered(number: int, model: Row) -> Row:
    records: Sequence[str] = model["records"]
    return {"#": number, "Odoo model": model["model"], "record sets": ", ".join(records), "missing": model["absent"]}


_LISTS: dict[str, Callable[[Row], dict[str, Any]]] = {
    "doctor": _doctor,
    "inventory": _inventory,
    "plan": _plan,
    "load": _load,
    "reconcile": _reconcile,
    "rollback": _rollback,
}
