"""Tests of a map's conditions on source rows, and the folding that makes spellings alike."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flitstack_pipeline.mapping.spec import Condition, Test

_JOINERS = re.compile(r"[\s_\-]+")


def fold(value: Any) -> Any:
    """Texts without case, accents' composition and the difference of spaces, `-` and `_`; other values as they are.

    >>> fold("In-Progress ") == fold("in progress")
    True
    """
    if isinstance(value, str):
        # Letters composed again at the end: "ß́" becomes "sś".
        return unicodedata.normalize("NFC", _JOINERS.sub(" ", unicodedata.normalize("NFC", value)).strip().casefold())
    return value


def holds(condition: Condition | None, row: Mapping[str, Any]) -> bool:
    """Whether a row meets a condition; no condition is met by every row."""
    if condition is None:
        return True
    return (
        all(_passes(test, row.get(column)) for column, test in condition.columns.items())
        and (not condition.any or any(holds(c, row) for c in condition.any))
        and not any(holds(c, row) for c in condition.none)
    )


def _passes(test: Test, value: Any) -> bool:
    folded = fold(value)
    given = test.model_fields_set
    filled = folded not in (None, "")
    return not (
        (test.filled is not None and filled != test.filled)
        or ("is_" in given and not _same(folded, test.is_))
        or ("not_" in given and _same(folded, test.not_))
        or (test.in_ is not None and not any(_same(folded, v) for v in test.in_))
        or (test.not_in is not None and any(_same(folded, v) for v in test.not_in))
    )


def _same(folded: Any, wanted: Any) -> bool:
    wanted = Decimal(str(wanted)) if isinstance(wanted, float) else fold(wanted)  # YAML's 0.1 is meant as 0.1
    if isinstance(folded, bool) or isinstance(wanted, bool):
        return folded is wanted
    return folded == wanted or (
        isinstance(folded, str) and wanted is not None and not isinstance(wanted, str) and folded == str(wanted)
    )
