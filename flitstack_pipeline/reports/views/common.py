"""The parts that all pages share: verdict, figures, row counts, lists that may be longer than what is shown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from flitstack_pipeline.outcomes import Counts, Outcome
from flitstack_pipeline.reports.text import MOST_ROWS, capped, presentable
from flitstack_pipeline.stages.result import EXIT_DONE, EXIT_TOLERANCE, VerbResult

Row = Mapping[str, Any]

VERBS: Final = {
    "doctor": "Check-up",
    "inventory": "Inventory",
    "propose": "Proposed map",
    "plan": "Plan",
    "approve": "Approval",
    "sample": "Sample",
    "load": "Load",
    "delta": "Delta",
    "reconcile": "Reconciliation",
    "rollback": "Rollback",
    "handoff": "Hand-over",
}
"""Every verb's name for people, in the order of the stages."""

PAGES: Final = {**VERBS, "rebuild": "Rebuild reference"}
"""All pages: those of the verbs, and those that a verb writes beside its own."""

UNCOUNTED: Final = ("inventory", "plan")
"""Verbs that read rows but decide the outcome of none."""

ARRIVED: Final = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
LEFT: Final = (Outcome.QUARANTINED, Outcome.HELD, Outcome.SKIPPED)


@dataclass(frozen=True)
class Verdict:
    """How a verb ended. `tone` is the colour: good, warn or bad; the word says it without colour."""

    tone: str
    word: str

    @classmethod
    def of(cls, result: VerbResult) -> "Verdict":
        if result.exit_code == EXIT_TOLERANCE:
            return cls("warn", "Done beyond tolerance")
        return cls("good", "Done") if result.ok and result.exit_code == EXIT_DONE else cls("bad", "Failed")


@dataclass(frozen=True)
class Figure:
    """A headline number. `tone`: "" (neutral), good, warn or bad."""

    number: int | str
    label: str
    tone: str = ""


@dataclass(frozen=True)
class Listing:
    """Rows of a list, as many as are shown, and their number. `full`: where all of them are (link or "", words)."""

    rows: Sequence[Any]
    total: int
    full: tuple[tuple[str, str], ...] = ()

    @property
    def cut(self) -> bool:
        return len(self.rows) < self.total

    @classmethod
    def of(cls, rows: Sequence[Any], *, total: int | None = None, full: Iterable[tuple[str, str]] = ()) -> "Listing":
        """The first rows of a list."""
        return cls(capped(rows), max(len(rows), total or 0), tuple(full))


@dataclass(frozen=True)
class CountsRow:
    """One object's rows and what became of them."""

    name: str
    counts: Mapping[str, int]
    balanced: bool
    accounted: int


@dataclass(frozen=True)
class RecordLinks:
    """Addresses of records in Odoo's own screens."""

    url: str = ""
    database: str = ""
    major: int = 19

    @classmethod
    def of(cls, details: Row) -> "RecordLinks":
        """From `odoo_url`, `odoo_database` and `odoo_major` (version) of a result. No links without a web address."""
        url = str(details.get("odoo_url") or "").rstrip("/")
        if urlsplit(url).scheme not in ("http", "https"):
            return cls()
        return cls(url, str(details.get("odoo_database") or ""), int(details.get("odoo_major") or 19))

    def to(self, model: str, res_id: int) -> str:
        """The form of a record, or "". Since Odoo 18 addresses are paths, in which a model without a dot needs `m-`."""
        if not (self.url and res_id):
            return ""
        database = f"?db={quote(self.database, safe='')}" if self.database else ""
        if self.major < 18:
            return f"{self.url}/web{database}#id={res_id}&model={quote(model)}&view_type=form"
        return f"{self.url}/odoo/{quote(model if '.' in model else f'm-{model}')}/{res_id}{database}"


@dataclass(frozen=True)
class Surroundings:
    """What a page may refer to: the folder that it is written into, and the Odoo that it speaks of."""

    folder: Path
    links: RecordLinks

    def file(self, *parts: str) -> tuple[str, str]:
        """Link and name of a file of the migration's folder; the link is "" if there is no such file."""
        name = "/".join(parts)
        there = self.folder.parent.joinpath(*parts).is_file()
        return (f"../{quote(name)}" if there else "", name)


def details_of(result: VerbResult, *, lists: str = "", mappings: str = "") -> dict[str, Any]:
    """The details, with what is missing empty: a report must not fail a verb that has done its work."""
    empty: dict[str, Any] = {**{name: [] for name in lists.split()}, **{name: {} for name in mappings.split()}}
    return {**empty, **result.details}


def shared_cap(rows: Sequence[Row], share: Callable[[Row], str], *, most: int = MOST_ROWS) -> list[Row]:
    """At most `most` rows in their order, with room for every kind: many of one do not push out the few of another."""
    if len(rows) <= most:
        return list(rows)
    kinds: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        kinds.setdefault(share(row), []).append(number)
    room, left = most, len(kinds)
    chosen: list[int] = []
    for numbers in sorted(kinds.values(), key=len):
        taken = numbers[: room // left]
        chosen += taken
        room, left = room - len(taken), left - 1
    return [rows[number] for number in sorted(chosen)]


def counts_table(result: VerbResult) -> dict[str, Any]:
    """The counts per object and their sum. Without outcomes (an inventory, a plan) only the rows read."""
    total = sum(result.objects.values(), Counts())
    rows = [CountsRow(presentable(name), c.as_dict(), c.balanced, c.accounted) for name, c in result.objects.items()]
    return {
        "rows": rows,
        "total": CountsRow("all", total.as_dict(), total.balanced and all(r.balanced for r in rows), total.accounted),
        "outcomes": [] if result.verb in UNCOUNTED else [str(word) for word in Outcome],
    }


def left_over(result: VerbResult) -> dict[str, Any]:
    """The rows that did not arrive, each with its reason, and how many of them are excluded by rule."""
    found: Sequence[Row] = result.details.get("left_over") or ()
    total = sum(result.objects.values(), Counts())
    counted = {word: getattr(total, word) for word in (*LEFT, Outcome.EXCLUDED)}
    listed = {row["outcome"] for row in found}
    number = sum(n for word, n in counted.items() if word in LEFT or word in listed)
    where = ("", "the ledger, table flitstack_outcome")
    excluded = [(name, c.excluded) for name, c in result.objects.items() if c.excluded]
    rows = shared_cap(found, lambda row: str(row["outcome"]))
    return {
        "left_over": Listing.of(rows, total=max(number, len(found)), full=[where]),
        "repeated": number if number < len(found) else 0,
        "excluded": presentable(excluded) if Outcome.EXCLUDED not in listed else [],
    }


def review(result: VerbResult) -> dict[str, Any]:
    """Rows that migrate and that a person should look at, and references that lead nowhere and are left empty."""
    rows: Sequence[Row] = result.details.get("review") or ()
    return {
        "review": Listing.of(
            shared_cap(rows, lambda row: f"{row['object']} {row['column']} {row['what']}"), total=len(rows)
        ),
        "left_empty": Listing.of(result.details.get("left_empty") or ()),
    }


def models_table(result: VerbResult) -> dict[str, Any]:
    """The figures per model; `compared`: whether values were."""
    compared = any(m.values_compared for m in result.models.values())
    return {
        "rows": [(presentable(name), figures.as_dict()) for name, figures in result.models.items()],
        "compared": compared,
    }
