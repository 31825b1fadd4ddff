"""The index of a migration's reports: the latest of each verb, and which of them have been overtaken by a later one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from jinja2 import Template

from flitstack_pipeline.reports.files import write_atomically
from flitstack_pipeline.reports.views.common import PAGES

_HEAD: Final = 8_192
"""Characters of a page that are read for what its head says."""

_OVERTAKEN: Final = {
    "plan": ("inventory",),
    "approve": ("plan",),
    "load": ("approve", "rollback"),
    "reconcile": ("load", "rollback"),
}
"""Verbs after which another's report no longer says how things are."""


@dataclass(frozen=True)
class Entry:
    """A report in the index, as its page's head describes it. `overtaken`: what has happened since, if it matters."""

    verb: str
    title: str
    at: datetime
    tone: str
    word: str
    summary: str
    overtaken: str = ""


def write_index(folder: Path, template: Template, *, title: str) -> Path:
    """Write `index.html` over the reports in a folder."""
    entries = {e.verb: e for e in _entries(folder)}
    shown = [
        _with_overtaken(entry, entries) for verb, entry in sorted(entries.items(), key=lambda item: _place(item[0]))
    ]
    latest = max(entries.values(), key=lambda e: e.at, default=None)
    return write_atomically(
        folder / "index.html", template.render(title=title, entries=shown, latest=latest.verb if latest else "")
    )


def _entries(folder: Path) -> Iterator[Entry]:
    for page in sorted(folder.glob("*.html")):
        if page.stem == "index":
            continue
        with page.open(encoding="utf-8") as file:
            said = _Metas()
            said.feed(file.read(_HEAD))
        if "at" in said.found:
            at = datetime.fromisoformat(said.found["at"]).astimezone(UTC)
            words = (said.found.get(key, "") for key in ("tone", "word", "summary"))
            yield Entry(page.stem, PAGES.get(page.stem, page.stem), at, *words)


def _place(verb: str) -> tuple[int, str]:
    return (list(PAGES).index(verb) if verb in PAGES else len(PAGES), verb)


def _with_overtaken(entry: Entry, entries: dict[str, Entry]) -> Entry:
    later = [entries[v] for v in _OVERTAKEN.get(entry.verb, ()) if v in entries and entries[v].at > entry.at]
    if not later:
        return entry
    newest = max(later, key=lambda e: e.at)
    said = "rolled back since" if newest.verb == "rollback" else f"older than the latest {newest.title.lower()}"
    return replace(entry, overtaken=said)


class _Metas(HTMLParser):
    """Collects `<meta name="flitstack-…">`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "meta" and name.startswith("flitstack-"):
            self.found[name.removeprefix("flitstack-")] = given.get("content") or ""
