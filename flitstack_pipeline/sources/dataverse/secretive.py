"""Columns that hold definitions of flows, in which people leave passwords and keys: those are masked before anything is kept."""

import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flitstack_pipeline.redact import redact, redact_values
from flitstack_pipeline.sources.dataverse.pages import Row

NAMES = ("clientdata", "xaml")
"""Definitions of flows, business rules and stages, whatever table they stand in."""


def secretive(select: Iterable[str]) -> tuple[str, ...]:
    """Those of the columns whose texts are masked."""
    return tuple(name for name in select if name in NAMES)


def masked(row: Row, names: Iterable[str]) -> Row:
    """The row without secrets in these columns; the same row where there are none."""
    found = {n: _masked_text(row.values[n]) for n in names if isinstance(row.values.get(n), str)}
    changed = {n: text for n, text in found.items() if text != row.values[n]}
    if not changed:
        return row
    values = {**row.values, **changed}
    return replace(row, values=values, text=json.dumps(values, ensure_ascii=False, default=_number))


def _masked_text(text: str) -> str:
    """JSON by the names of its keys, and any text by how secrets look."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return redact(text)
    kept = redact_values(parsed)
    return text if kept == parsed else json.dumps(kept, ensure_ascii=False)


def _number(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} in a row")
