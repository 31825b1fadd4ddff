"""One text form for every kind of cell.

CSV has texts only; workbooks and JSON also have numbers, dates and truth values, whose meaning is settled. So that
all formats walk the same road, a settled cell becomes text with a mark in front that says what it is. The marks are
Unicode noncharacters, which no text carries; where one occurs in a workbook or JSON text nevertheless, it is taken
out.
"""

import datetime as dt
import json
import math
from decimal import Decimal
from typing import Any

NUMBER = "\ufdd0"
MOMENT = "\ufdd1"
FLAG = "\ufdd2"
NESTED = "\ufdd3"
FAULT = "\ufdd4"
MARKS = NUMBER + MOMENT + FLAG + NESTED + FAULT
_WITHOUT_MARKS = str.maketrans("", "", MARKS)
_EXCEL_DIGITS = 15


class JsonFloat(str):
    """A JSON number as it was written: `1.10` stays 1.10. Not a float, so that no digit is lost."""

    __slots__ = ()


def fault(reason: str, shown: str) -> str:
    """Give the text of a cell that cannot be read, with why, and what the cell shows."""
    return f"{FAULT}{reason}{FAULT}{shown}"


def split_fault(cell: str) -> tuple[str, str]:
    """Give (reason, what the cell shows) of a cell made by `fault`."""
    reason, _, shown = cell[1:].partition(FAULT)
    return reason, shown


def shown(cell: str | None) -> str:
    """Give a cell's text as a person knows it, without the marks of this module."""
    if not cell:
        return ""
    if cell[0] not in MARKS:
        return cell
    return split_fault(cell)[1] if cell[0] == FAULT else cell[1:]


def from_workbook(value: Any) -> str | None:
    """Turn a cell of a workbook into text. Whole numbers lose the `.0` that spreadsheets give every number."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value.translate(_WITHOUT_MARKS)
    if isinstance(value, bool):
        return f"{FLAG}{'true' if value else 'false'}"
    if isinstance(value, int | float):
        return _workbook_number(value)
    if isinstance(value, dt.datetime):
        return f"{MOMENT}{value.isoformat(sep=' ')}"
    if isinstance(value, dt.date | dt.time):
        return f"{MOMENT}{value.isoformat()}"
    return str(value)


def _workbook_number(value: float) -> str:
    if not math.isfinite(value):
        return fault("is no number", str(value))
    # A spreadsheet computes in binary but shows and promises 15 digits: 0.1+0.2 is 0.3 there.
    text = f"{Decimal(f'{value:.{_EXCEL_DIGITS}g}'):f}"
    if abs(value) >= 10**_EXCEL_DIGITS:
        return fault(
            f"has more than {_EXCEL_DIGITS} digits, and a spreadsheet keeps no more: the last ones are lost", text
        )
    return NUMBER + (text.rstrip("0").rstrip(".") if "." in text else text)


def from_json(value: Any) -> str | None:
    """Turn a value of JSON or of the map into text. Objects and arrays become JSON text again."""
    if value is None:
        return None
    if isinstance(value, JsonFloat):
        return NUMBER + value
    if isinstance(value, str):
        return value.translate(_WITHOUT_MARKS) or None
    if isinstance(value, bool):
        return f"{FLAG}{'true' if value else 'false'}"
    if isinstance(value, int | float | Decimal):
        return f"{NUMBER}{value}"
    if isinstance(value, dt.date):
        return f"{MOMENT}{value}"
    return NESTED + dump_json(value)


def dump_json(value: Any) -> str:
    """Write JSON text, numbers as they were written."""
    if isinstance(value, JsonFloat):
        return str(value)
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)}: {dump_json(v)}" for k, v in value.items()) + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(dump_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)
