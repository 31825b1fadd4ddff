"""What every part of the example shares: the dice, the tables and the list of what was planted."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

T = TypeVar("T")
Row = dict[str, Any]

EXPORTED_AT = datetime(2026, 11, 1, 9, 30)
FIRST_DAY = date(2024, 11, 4)


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

    def take(self, choices: Sequence[T], count: int) -> list[T]:
        """Return `count` different choices, in the order in which they stand in `choices`."""
        places = list(range(len(choices)))
        chosen = sorted(places.pop(self.whole(0, len(places) - 1)) for _ in range(count))
        return [choices[place] for place in chosen]


@dataclass
class Table:
    """The rows of one object as its file shows them. `first_row` is the row number of the first one in that file."""

    object: str
    file: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    first_row: int = 2
    rows: list[Row] = field(default_factory=list)

    def add(self, values: Sequence[Any]) -> Row:
        """Append a row with these values in the order of the columns, and return it."""
        row: Row = dict(zip(self.columns, values, strict=True))
        self.rows.append(row)
        return row

    def source_id(self, row: Row) -> str:
        return "|".join(str(row[column]) for column in self.key)

    def row_number(self, row: Row) -> int:
        """Return the number of this very row: rows with the same key are told apart by identity."""
        return self.first_row + next(place for place, other in enumerate(self.rows) if other is row)


@dataclass(frozen=True)
class Remark:
    """One planted problem, one knock-on of it (kind "follows"), or one oddity that must come through clean ("odd")."""

    kind: str
    object: str
    row: Row | None
    column: str
    problem: str
    outcome: str
    note: str
    source_id: str | None = None
    count: int = 1


class World:
    """All tables by object name, and the remarks about their rows."""

    def __init__(self, seed: int) -> None:
        self.dice = Dice(seed)
        self.tables: dict[str, Table] = {}
        self.remarks: list[Remark] = []
        self.binaries: dict[str, bytes] = {}

    def table(self, table: Table) -> Table:
        self.tables[table.object] = table
        return table

    def rows(self, name: str) -> list[Row]:
        return self.tables[name].rows

    def plant(self, name: str, row: Row, column: str, *, problem: str, outcome: str, note: str = "") -> None:
        self.remarks.append(Remark("planted", name, row, column, problem, outcome, note))

    def follow(self, name: str, row: Row, column: str, *, problem: str) -> None:
        self.remarks.append(Remark("follows", name, row, column, problem, "held", "comes in when its parent does"))

    def plant_whole(self, name: str, column: str, *, problem: str, outcome: str, note: str) -> None:
        """Say something of every row of an object at once: its source id is "*", its row is null.

        With a column it is said of that column alone (kind "column"): the rows themselves migrate.
        """
        kind = "column" if column else "planted"
        count = len(self.rows(name))
        self.remarks.append(Remark(kind, name, None, column, problem, outcome, note, source_id="*", count=count))

    def odd(self, name: str, row: Row, column: str, *, what: str, outcome: str) -> None:
        self.remarks.append(Remark("odd", name, row, column, what, outcome, ""))


def money(cents: int) -> str:
    """Write cents as 1234.50."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def dollars(cents: int) -> str:
    """Write cents as $1,234.50."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def half_up(numerator: int, denominator: int) -> int:
    """Divide, rounding half away from zero. Both are positive."""
    return (2 * numerator + denominator) // (2 * denominator)


def day(value: date) -> str:
    return value.strftime("%d/%m/%Y")


def moment(value: datetime) -> str:
    return value.strftime("%d/%m/%Y %I:%M %p")
