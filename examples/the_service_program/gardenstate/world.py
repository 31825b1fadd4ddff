"""What every part of the example shares: the dice, the reports with their rows, and the list of what was planted."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
Row = dict[str, Any]

COMPANY = "Garden State Pool & Comfort LLC"
EXPORTED_AT = datetime(2026, 11, 2, 18, 5)
FIRST_DAY = date(2025, 1, 6)
LAST_DAY = date(2026, 10, 30)


class Dice:
    """Seeded chance built on `random()` alone: the one draw that Python promises to keep the same between versions."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.whole(0, len(choices) - 1)]

    def day(self, first: date = FIRST_DAY, last: date = LAST_DAY) -> date:
        return first + timedelta(days=self.whole(0, (last - first).days))


@dataclass(frozen=True)
class Report:
    """How the report writer lays a file out.

    `titles`: rows above the header. `page`: data rows to a page; between pages stand a footer and the header again. `group`: a
    column that is printed only where its value changes, with a subtotal of `sums` below each group. `sums`: columns that are added
    up at the end.
    """

    file: str
    titles: tuple[str, ...] = ()
    page: int = 0
    group: str = ""
    sums: tuple[str, ...] = ()
    encoding: str = "utf-8"
    separator: str = ","
    line_end: str = "\r\n"


@dataclass
class Table:
    """The rows of one object. `places`: the row number, as a spreadsheet shows it, of each, once the file is laid out."""

    object: str
    report: Report
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def add(self, *values: Any) -> Row:
        """Append a row with these values in the order of the columns, and return it."""
        row: Row = dict(zip(self.columns, values, strict=True))
        self.rows.append(row)
        return row

    def source_id(self, row: Row) -> str:
        return "|".join(str(row[column]) for column in self.key)


@dataclass(frozen=True)
class Planted:
    """One row that does not come through clean. `column`: where; `expected`: what becomes of it."""

    table: str
    row: Row
    column: str
    problem: str
    expected: str
    note: str = ""
    kind: str = "planted"
    source_id: str = ""


class World:
    """All reports of the company."""

    def __init__(self, seed: int) -> None:
        self.dice = Dice(seed)
        self.tables: dict[str, Table] = {}
        self.planted: list[Planted] = []

    def table(self, name: str, report: Report, columns: Sequence[str], key: Sequence[str]) -> Table:
        self.tables[name] = Table(name, report, tuple(columns), tuple(key))
        return self.tables[name]

    def rows(self, name: str) -> list[Row]:
        return self.tables[name].rows

    def plant(
        self, table: str, row: Row, column: str, problem: str, expected: str, note: str = "", **more: str
    ) -> None:
        self.planted.append(Planted(table, row, column, problem, expected, note, **more))

    def listed(self) -> list[dict[str, Any]]:
        """The planted rows as planted.json has them, in the order of files and rows."""
        found = list(self._entries())
        order = list(self.tables)
        found.sort(key=lambda e: (order.index(e["object"]), e["row"], e["column"]))
        return [{"id": f"P{number:03d}", **entry} for number, entry in enumerate(found, 1)]

    def _entries(self) -> Iterator[dict[str, Any]]:
        for item in self.planted:
            table = self.tables[item.table]
            index = next(i for i, row in enumerate(table.rows) if row is item.row)
            yield {
                "kind": item.kind,
                "file": table.report.file,
                "row": table.places[index],
                "object": item.table,
                "source_id": item.source_id or table.source_id(item.row),
                "column": item.column,
                "problem": item.problem,
                "expected_outcome": item.expected,
                "note": item.note,
            }


def us(day: date | None) -> str:
    """A date as the report writer prints it."""
    return "" if day is None else day.strftime("%m/%d/%Y")


def us_moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%m/%d/%Y %I:%M %p")


def dollars(cents: int) -> str:
    """Money as the report writer prints it; negative amounts in brackets."""
    text = f"${abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    return f"({text})" if cents < 0 else text
