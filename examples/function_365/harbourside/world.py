"""What is being made: rows by table, bodies of files, and the list of what is planted. One seed for all of it."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

SEED = 365
TODAY = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
Row = dict[str, Any]


@dataclass
class World:
    """Everything of the organization. `files`: bodies by (table, id, column), each with its name."""

    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    rows: dict[str, list[Row]] = field(default_factory=dict)
    files: dict[tuple[str, str, str], tuple[str, bytes]] = field(default_factory=dict)
    planted: list[Row] = field(default_factory=list)

    def guid(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def add(self, table: str, row: Row) -> Row:
        """Add a row; what is None stands for empty and is left out."""
        row = {name: value for name, value in row.items() if value is not None}
        self.rows.setdefault(table, []).append(row)
        return row

    def plant(
        self, table: str, row_id: str, column: str, problem: str, outcome: str, note: str = "", **more: Any
    ) -> None:
        """Note that a row does not come through clean. `outcome` as in the README; `kind` is planted unless said."""
        entry = {
            "id": f"P{len(self.planted) + 1:03d}",
            "kind": "planted",
            "object": table,
            "source_id": row_id,
            "column": column,
            "problem": problem,
            "expected_outcome": outcome,
            "note": note,
        }
        self.planted.append({**entry, **more})

    def moment(self, days_back: float, spread: float = 0.0) -> datetime:
        """A moment of a working day, some days before today."""
        back = days_back + self.rng.random() * spread
        day = (TODAY - timedelta(days=back)).replace(
            hour=self.rng.randint(8, 17), minute=self.rng.randrange(60), second=self.rng.randrange(60)
        )
        return day - timedelta(days=max(0, day.weekday() - 4))


def text(moment: datetime) -> str:
    """A moment as Dataverse writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def ref(table: str, row_id: str) -> Row:
    """A reference to a row."""
    return {"id": row_id, "table": table}
