"""The rebuild reference as files: `rebuild.json` for programs, `rebuild.html` for the person who builds in Odoo."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from flitstack_pipeline.rebuild.entries import Build, Entry, RebuildReference
from flitstack_pipeline.reports.files import write_atomically
from flitstack_pipeline.reports.html import environment
from flitstack_pipeline.reports.text import amount, presentable, visible
from flitstack_pipeline.reports.views.common import PAGES, Figure, Verdict

NAME: Final = "rebuild"

_KINDS: Final[Mapping[str, str]] = {
    "automation": "Automations",
    "workflow": "Workflows",
    "flow": "Flows",
    "business_rule": "Business rules",
    "process": "Processes",
    "action": "Actions",
    "dialog": "Dialogs",
    "schedule": "Schedules",
    "iot_trigger": "IoT triggers",
    "approval": "Approvals",
    "escalation": "Escalations",
    "portal": "Portal",
    "other": "Others",
}


def write_rebuild(
    reference: RebuildReference, folder: Path, *, title: str, run_id: str, at: datetime | None = None
) -> tuple[str, str]:
    """Write both files and return their paths. Files appear whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    moment = (at or datetime.now(UTC)).astimezone(UTC)
    data = write_atomically(folder / f"{NAME}.json", reference.as_json())
    page = write_atomically(folder / f"{NAME}.html", render_rebuild(reference, title=title, run_id=run_id, at=moment))
    return str(page), str(data)


def render_rebuild(reference: RebuildReference, *, title: str, run_id: str, at: datetime) -> str:
    """The page as text."""
    entries = reference.entries
    unread = sum(1 for e in entries if e.problem)
    active = sum(1 for e in entries if e.active)
    missing = sum(abs(c.missing) for c in reference.counts)
    rows = sum(c.rows for c in reference.counts)
    summary = (
        f"{amount(len(entries), 'thing')} to look at for {amount(rows, 'row')} of "
        f"{amount(len(reference.counts), 'object')}: {active:,} switched on, {unread:,} not readable"
    )
    said: dict[str, Any] = {
        "migration": reference.migration,
        "run_id": run_id,
        "summary": summary,
        "next_step": "",
        "title": visible(title),
        "verb": NAME,
        "verb_title": PAGES[NAME],
        "verdict": Verdict("bad", "Incomplete")
        if missing
        else Verdict("warn", "To be read")
        if unread
        else Verdict("good", "Complete"),
        "at": at,
        "counts": {"rows": []},
        "problems": presentable(list(reference.problems)),
        "problems_total": len(reference.problems),
        "figures": [
            Figure(len(entries), "entries"),
            Figure(active, "switched on"),
            Figure(sum(1 for e in entries if e.active is False), "switched off"),
            Figure(unread, "not readable", "warn" if unread else "good"),
            Figure(missing, "missing", "bad" if missing else "good"),
        ],
        "objects": [c.model_dump() for c in reference.counts],
        "behind": presentable([b.model_dump() for b in reference.left_behind]),
        "sections": list(_sections(entries)),
    }
    return environment().get_template("rebuild.html").render(said)


def _sections(entries: tuple[Entry, ...]) -> Iterator[dict[str, Any]]:
    kinds = [k for k in _KINDS if any(e.kind == k for e in entries)]
    for kind in kinds:
        of_kind = [e for e in entries if e.kind == kind]
        grouped = dict.fromkeys(e.group for e in of_kind if e.group)
        settings = [(g, [_shown(e) for e in of_kind if e.group == g]) for g in grouped]
        alone = [_shown(e) for e in of_kind if not e.group]
        yield {"kind": kind, "title": _KINDS[kind], "total": len(of_kind), "groups": settings, "entries": alone}


def _shown(entry: Entry) -> dict[str, Any]:
    build = entry.build
    return presentable(
        {
            **entry.model_dump(exclude={"build", "raw", "details"}),
            "details": list(entry.details.items()),
            "where": _where(entry),
            "raw": entry.raw or "",
            "build": list(_build(build)),
            "by_hand": list(build.by_hand),
            "does": [(a.state or "by hand", a.text) for a in build.actions],
            "anchor": entry.id,
        }
    )


def _where(entry: Entry) -> str:
    origin = entry.origin
    if origin.entity:
        return f"{origin.entity} {origin.id}"
    return f"{origin.file} row {origin.row}" if origin.row is not None else origin.file


def _build(build: Build) -> Iterator[tuple[str, str]]:
    """What to build, label by label, empty ones left out."""
    yield "Make", build.make
    for label, text in (
        ("On model", build.model or ""),
        ("Trigger", build.trigger or ""),
        ("When these change", ", ".join(build.trigger_fields)),
        ("Date field", build.date_field or ""),
        ("Delay", build.delay),
        ("Domain", json.dumps(build.domain, ensure_ascii=False) if build.domain else ""),
        ("Needs the app", ", ".join(build.needs)),
        ("Note", build.note[:1].upper() + build.note[1:]),
    ):
        if text:
            yield label, text
