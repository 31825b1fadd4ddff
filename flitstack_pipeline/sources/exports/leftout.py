"""Recognises rows of a report that are no records: totals, page footers, headers that come again.

A row is only ever left out when nothing in it but the label could be data, and it is always said. What a totals row
claims is compared with what was read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Literal, TypeVar

from flitstack_pipeline.sources.exports.cells import shown
from flitstack_pipeline.sources.exports.numbers import read_number

Number = TypeVar("Number", int, Decimal)

_KINDS = r"grand|sub|report|page|overall|over-all|running|final|group"
LABEL = (
    rf"(?i)^\s*(?:(?:{_KINDS})?[\s-]*totals?\b|(?:number of )?(?:records|rows|items)\b|(?:record |row )?count\b|sum\b|"
    r"page\b|printed\b|generated\b|exported\b|report\b|run\b|end of\b|©|copyright\b|\d+\s+(?:records?|rows?|items?)\b|"
    r"-+\s*end|\*+)"
)
"""Arrow finds the candidates with this; `judge` decides."""

_THINGS = r"records?|rows?|items?|lines?|count|amount|sum|due|paid|balance|hours?|qty|quantity|value|price|tax"
# "Total Tools" is a company. A total is "total" alone, of one of these things, "for" something, or has a count after
# a colon or in brackets.
_TOTAL = re.compile(
    rf"^(?P<kind>{_KINDS})?[\s-]*totals?"
    rf"(?:\s+(?:{_THINGS})|(?P<of>\s+(?:for|of|by)\s+.{{1,60}}?)|\s+\w{{1,20}}(?=\s*[:=(]\s*\d))?"
    r"\s*(?:[:=(]*\s*(?P<count>\d+)\s*(?:records?|rows?|items?)?\)?)?\s*[:=]?$",
    re.IGNORECASE,
)
# What the group of a subtotal is called may end in digits: "Subtotal for WO-25001". A count stands apart from it.
_COUNT_APART = re.compile(r"[:=(]\s*\d+\s*(?:records?|rows?|items?)?\)?\s*[:=]?$", re.IGNORECASE)
_COUNT = re.compile(
    r"^(?:(?:number of |total )?(?:records?|rows?|items?)|(?:record |row )?count)\b[\s:=(]*(?P<count>\d+)\)?$"
    r"|^(?P<leading>\d+)\s+(?:records?|rows?|items?)\b.{0,30}$",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"^(?:page\s+\d+(?:\s*(?:of|/)\s*\d+)?|[-*\s]*end of (?:report|file|list|data|export)\b.{0,20}|"
    r"(?:©|copyright)\s.{0,80})$",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"^(?:printed|generated|exported|report (?:run|generated|created|date)|run (?:on|date|by))\b.{0,100}$",
    re.IGNORECASE,
)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_WHEN = re.compile(
    rf"\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}|\d{{1,2}}:\d{{2}}|\b(?:{_MONTHS})[a-z]*\W+\d|\d\W+(?:{_MONTHS})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class TotalsRow:
    """`after`: data rows of the sheet that precede it; `rejected`: rows before them that could not even be told apart
    into cells.

    `cells`: column name to text, the label apart.
    """

    row: int
    after: int
    rejected: int
    kind: Literal["total", "grand", "sub"]
    label: str
    count: int | None
    cells: dict[str, str]


@dataclass
class LeftOut:
    """What was left out of one sheet, row by row, as far as it is worth saying."""

    blank: int = 0
    headers: list[int] = field(default_factory=list)
    footers: list[tuple[int, str]] = field(default_factory=list)
    totals: list[TotalsRow] = field(default_factory=list)
    short: int = 0
    long_but_empty: int = 0

    def notes(self) -> list[str]:
        """Say it."""
        notes = []
        if self.blank:
            notes.append(f"blank rows: {self.blank}")
        if self.headers:
            notes.append(f"header again in {_rows(self.headers)}")
        by_text: dict[str, list[int]] = {}
        for row, text in self.footers:
            by_text.setdefault(re.sub(r"\d+", "…", text) if len(self.footers) > 3 else text, []).append(row)
        notes.extend(f"footer in {_rows(rows)}: “{text}”" for text, rows in by_text.items())
        shown_totals = self.totals if len(self.totals) <= 6 else [*self.totals[:3], *self.totals[-3:]]
        for total in shown_totals:
            claims = ", ".join(f"{name} {text}" for name, text in total.cells.items())
            notes.append(f"totals in row {total.row}: “{total.label}”" + (f" ({claims})" if claims else ""))
        if len(shown_totals) < len(self.totals):
            notes.append(f"totals in {len(self.totals)} rows altogether")
        if self.short:
            notes.append(f"rows that end early, their last cells read as empty: {self.short}")
        if self.long_but_empty:
            notes.append(f"rows with empty cells beyond the header, left out: {self.long_but_empty}")
        return notes


def judge(cells: list[tuple[str, str]], *, row: int, after: int, rejected: int) -> TotalsRow | str | None:
    """Decide on one candidate: a totals row, the text of a footer, or None for a record.

    `cells`: (column name, text) of those that are not empty, in order.
    """
    (_, label), *others = [(name, shown(text).strip()) for name, text in cells]
    if _is_footer(label, [text for _, text in others]):
        return " ".join([label, *(text for _, text in others)])
    kind: Literal["total", "grand", "sub"] = "total"
    if match := _TOTAL.match(label):
        word = (match["kind"] or "").lower()
        kind = "sub" if word in ("sub", "page", "group", "running") else "grand" if word else "total"
        count = match["count"] if match["of"] is None or _COUNT_APART.search(label) else None
    elif match := _COUNT.match(label):
        count = match["count"] or match["leading"]
    else:
        return None
    if not all(not isinstance(read_number(text), str) or _COUNT.match(text) for _, text in others):
        return None
    if count is None:
        count = next((m["count"] or m["leading"] for _, t in others if (m := _COUNT.match(t))), None)
    return TotalsRow(row, after, rejected, kind, label, None if count is None else int(count), dict(others))


def _is_footer(label: str, others: list[str]) -> bool:
    """A page number, or a time stamp: "Printed shirts" is a product, "Printed on 03/04/2024" is not."""
    if any(not (_PAGE.match(t) or _STAMP.match(t) or _WHEN.search(t)) for t in others):
        return False
    if _PAGE.match(label):
        return True
    return bool(_STAMP.match(label)) and any(_WHEN.search(t) for t in (label, *others))


def check_totals(totals: list[TotalsRow], *, sums: dict[str, list[Decimal]], marks: dict[str, str]) -> list[str]:
    """Compare claims with what was read; each disagreement is a warning in words.

    `sums`: numeric column to its sums between one totals row and the next (one more than there are totals rows).
    `marks`: numeric column to its decimal mark. A total is right if it is that of the rows since any earlier totals
    row: groups may be nested.
    """
    warnings = []
    for number, total in enumerate(totals):
        read = [0, *(t.after + t.rejected for t in totals)]
        counts = _since(total, number, [b - a for a, b in pairwise(read)])
        if total.count is not None and total.count not in counts:
            says = f"row {total.row} says “{total.label}”, {total.count} rows"
            warnings.append(f"WARNING: {says}; {_either(counts)} were read above it")
        for column, text in total.cells.items():
            value = _claim(text, marks.get(column))
            if column not in sums or value is None:
                continue
            amounts = _since(total, number, sums[column])
            if value not in amounts:
                says = f"row {total.row} says “{total.label}”, {column} {text}"
                warnings.append(f"WARNING: {says}; the rows above it add up to {_either(amounts)}")
    return warnings


def _since(total: TotalsRow, number: int, steps: Sequence[Number]) -> list[Number]:
    """Sum up the rows above totals row `number`: since the last one, since up to 50 before it, from the start."""
    whole = sum(steps[1 : number + 1], steps[0])
    if total.kind == "grand":
        return [whole]
    since, running = [], steps[number]
    for step in [*reversed(steps[max(0, number - 50) : number]), None]:
        since.append(running)
        if step is not None:
            running = running + step
    return [*since, whole]


def _either(values: Sequence[Number]) -> str:
    return " or ".join(dict.fromkeys(f"{Decimal(v).normalize():f}" for v in (values[0], values[-1])))


def _claim(text: str, mark: str | None) -> Decimal | None:
    number = read_number(text)
    return None if isinstance(number, str) or mark is None else number.readings.get(mark)


def _rows(rows: list[int]) -> str:
    first = ", ".join(map(str, rows[:5]))
    return (
        f"row {first}" if len(rows) == 1 else f"rows {first}" + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")
    )
