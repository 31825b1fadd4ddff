"""The seven words for what became of a source row, and their sums.

Every row of a source object ends in exactly one of them. The same words stand in code, ledger, JSON, reports and
the UI, so that a number in one place can be found again in another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum


class Outcome(StrEnum):
    """What became of one source row.

    - `created`: the row's record did not exist in Odoo and does now.
    - `updated`: the record existed and at least one of its fields was written.
    - `unchanged`: the record existed and already held every value.
    - `skipped`: left out by a choice that is not a fault of the row; the reason says which.
    - `held`: waits for something that is not there yet (a parent, an owner); the reason says what. Drains by itself.
    - `quarantined`: a value cannot be migrated; field and reason say why. Needs a person.
    - `excluded`: left out by a rule of the map; the reason names the rule.
    """

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    HELD = "held"
    QUARANTINED = "quarantined"
    EXCLUDED = "excluded"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many rows were extracted, and how many ended in each outcome. Add two with `+`."""

    extracted: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    held: int = 0
    quarantined: int = 0
    excluded: int = 0

    @classmethod
    def of(cls, extracted: int, by_outcome: Mapping[str, int]) -> "Counts":
        """Build from a mapping outcome -> rows, such as the ledger's; a word that is no outcome raises ValueError."""
        return cls(extracted=extracted, **{Outcome(word).value: number for word, number in by_outcome.items()})

    @property
    def accounted(self) -> int:
        """Rows that have an outcome."""
        return sum(getattr(self, word.value) for word in Outcome)

    @property
    def balanced(self) -> bool:
        """Whether each extracted row has exactly one outcome, as far as sums can tell."""
        return self.extracted == self.accounted

    def as_dict(self) -> dict[str, int]:
        """Extracted first, then the outcomes in their usual order."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __add__(self, other: "Counts") -> "Counts":
        if not isinstance(other, Counts):
            return NotImplemented
        mine, theirs = self.as_dict(), other.as_dict()
        return Counts(**{name: number + theirs[name] for name, number in mine.items()})
