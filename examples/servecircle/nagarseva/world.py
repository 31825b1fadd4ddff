"""What every part of the example shares: the dice, the tables, Indian spellings, and the list of what was planted."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

T = TypeVar("T")
Row = dict[str, Any]

FIRST_DAY = date(2025, 4, 1)
PAISA = Decimal("0.01")


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

    def day(self, start: date, span: int) -> date:
        return start + timedelta(days=self.whole(0, span))


@dataclass
class Table:
    """The rows of one object as its file shows them. `first_row`: the number of the first one in that file."""

    object: str
    file: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    first_row: int = 2
    rows: list[Row] = field(default_factory=list)

    def add(self, *values: Any) -> Row:
        row: Row = dict(zip(self.columns, values, strict=True))
        self.rows.append(row)
        return row

    def source_id(self, row: Row) -> str:
        return "|".join(str(row[column]) for column in self.key)

    def row_number(self, row: Row) -> int:
        """The number of this very row: rows with the same key are told apart by identity."""
        return self.first_row + next(place for place, other in enumerate(self.rows) if other is row)


@dataclass(frozen=True)
class Remark:
    """A planted problem (kind "planted"), a knock-on of one ("follows"), or an oddity that comes through clean ("odd")."""

    kind: str
    object: str
    row: Row | None
    column: str
    problem: str
    outcome: str
    note: str


class World:
    """All tables by object name, and the remarks about their rows."""

    def __init__(self, seed: int) -> None:
        self.dice = Dice(seed)
        self.tables: dict[str, Table] = {}
        self.remarks: list[Remark] = []
        self.files: dict[str, bytes] = {}

    def table(self, *args: Any, **more: Any) -> Table:
        table = Table(*args, **more)
        self.tables[table.object] = table
        return table

    def plant(self, name: str, row: Row | None, column: str, problem: str, outcome: str, note: str = "") -> None:
        self.remarks.append(Remark("planted", name, row, column, problem, outcome, note))

    def follow(self, name: str, row: Row, column: str, problem: str, outcome: str) -> None:
        self.remarks.append(Remark("follows", name, row, column, problem, outcome, "comes in when its parent does"))

    def odd(self, name: str, row: Row, column: str, what: str, becomes: str) -> None:
        self.remarks.append(Remark("odd", name, row, column, what, becomes, ""))


def half_up(value: Decimal, step: Decimal = PAISA) -> Decimal:
    return value.quantize(step, rounding=ROUND_HALF_UP)


def lakh(amount: Decimal) -> str:
    """Write an amount in Indian groups: 1,23,456.00."""
    sign = "-" if amount < 0 else ""
    whole, _, part = f"{abs(amount):.2f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    groups = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return sign + ",".join([*groups, tail]) + "." + part


def rupees(amount: Decimal) -> str:
    """Write an amount as ₹ 1,23,456.00."""
    return f"₹ {lakh(amount)}"


def dashed(day: date | None) -> str:
    return day.strftime("%d-%m-%Y") if day else ""


def slashed(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""
