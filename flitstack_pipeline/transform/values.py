"""What a transformed value can be before Odoo's ids are known.

Besides exact Python values (str, int, Decimal, bool, date, datetime in UTC, `FileContent`), a prepared record holds references:
they say *which* record is meant and become an id only when the record exists.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Missing = Literal["hold", "quarantine", "empty", "skip"]


@dataclass(frozen=True)
class Ref:
    """A record of this migration: the first of `record_sets` that has `source_id`."""

    record_sets: tuple[str, ...]
    source_id: str
    missing: Missing

    def __str__(self) -> str:
        return f"{' or '.join(self.record_sets)} {self.source_id}"


@dataclass(frozen=True)
class LiveRef:
    """A record that Odoo has: the one whose fields `by` equal `values`, case and outer spaces apart."""

    model: str
    by: tuple[str, ...]
    values: tuple[Any, ...]
    domain: tuple[Any, ...]
    missing: Missing
    follow: str = ""

    def __str__(self) -> str:
        return f"{self.model} with {', '.join(f'{f} {v!r}' for f, v in zip(self.by, self.values, strict=True))}"


@dataclass(frozen=True)
class XmlId:
    """A record that Odoo knows by its XML ID."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Many:
    """References of a many2many field."""

    refs: tuple[Ref | LiveRef | XmlId, ...]


@dataclass(frozen=True)
class LineRows:
    """The rows of a one2many field, in order."""

    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class RowRef:
    """Where a source row stands."""

    object: str
    source_id: str
    file: str
    row: int


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A record ready for Odoo but for its references. `rows`: the source row, then the child rows that went into it.

    `values` are to be written; `expected` are only compared (Odoo computes them).
    """

    record_set: str
    source_id: str
    rows: tuple[RowRef, ...]
    values: dict[str, Any]
    expected: dict[str, Any]
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A source row (with its child rows) that does not become a record, and why. `outcome`: one of the outcome words."""

    record_set: str
    source_id: str
    rows: tuple[RowRef, ...]
    outcome: str
    reason: str
    field: str = ""


def text_of(value: Any) -> str:
    """A value as text: a decimal as a person writes it, whatever number of zeros its column keeps."""
    if not isinstance(value, Decimal):
        return str(value)
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) if value else "0"
