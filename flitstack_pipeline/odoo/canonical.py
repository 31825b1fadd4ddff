"""One form for every value, whether the map made it, the ledger kept it or Odoo gave it back.

char, text, selection   str, or None when empty
html                    canonical HTML text (see `transform.html.canonical_html`), or None
integer, many2one_reference   int; Odoo has no empty integer, so None is 0
float, monetary         Decimal; None is 0. Rounded to the field's digits only on the way *back*, never what the map says
boolean                 bool; None is False
date                    date or None
datetime                datetime in UTC or None; Odoo keeps whole seconds, so both sides are cut to them
many2one                id or None
many2many               ids, ascending
one2many                dictionaries, in order
binary                  {"sha1", "size"} or None
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Any

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.transform.files import FileContent
from flitstack_pipeline.transform.html import canonical_html
from flitstack_pipeline.transform.values import LineRows, text_of

LineTargets = Mapping[str, TargetField]
_DATETIME = "%Y-%m-%d %H:%M:%S"
_WIDE = Context(prec=400)  # for any float with any digits; Python's own 28 would refuse 1e20


def canonical(value: Any, target: TargetField, lines: LineTargets | None = None) -> Any:
    """A value of the map (references resolved to ids) in canonical form; `RecordError` if the field cannot hold it."""
    match target.type:
        case "char" | "text" | "selection":
            return _selected(_text(value), target)
        case "html":
            return (canonical_html(str(value)) or None) if value not in (None, "", False) else None
        case "integer" | "many2one_reference":
            return _integer(value)
        case "float" | "monetary":
            return _decimal(value)
        case "boolean":
            return _boolean(value)
        case "date":
            return _date(value)
        case "datetime":
            return _datetime(value)
        case "many2one" | "reference":
            return value or None
        case "many2many":
            return tuple(sorted(set(value or ())))
        case "one2many":
            return _lines(value, lines or {})
        case "binary":
            return {"sha1": value.sha1, "size": value.size} if isinstance(value, FileContent) else None
    raise RecordError(f"a field of type {target.type} cannot be written by a map")


def to_odoo(value: Any, target: TargetField, lines: LineTargets | None = None) -> Any:
    """A value of the map as Odoo's `create` and `write` take it."""
    if target.type == "binary":
        return base64.b64encode(value.read()).decode("ascii") if isinstance(value, FileContent) else False
    if target.type == "html":
        return str(value) if value not in (None, "") else False
    if target.type == "one2many":
        rows = value.rows if isinstance(value, LineRows) else ()
        return [[0, 0, {f: to_odoo(v, (lines or {})[f]) for f, v in row.items()}] for row in rows]
    return canonical_to_odoo(canonical(value, target), target)


def canonical_to_odoo(value: Any, target: TargetField) -> Any:
    """A canonical value as Odoo takes it; not for binary and one2many fields, whose canonical form is a digest of them."""
    if target.type == "many2many":
        return [[6, 0, list(value or ())]]
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(_DATETIME)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return False if value is None else value


def from_odoo(raw: Any, target: TargetField) -> Any:
    """What `read` gave for a field, in canonical form. One2many fields come as ids: their lines are read on their own."""
    match target.type:
        case "char" | "text" | "selection":
            return raw or None
        case "html":
            return (canonical_html(raw) or None) if raw else None
        case "integer" | "many2one_reference":
            return int(raw or 0)
        case "float" | "monetary":
            return _read_decimal(raw, target.digits)
        case "boolean":
            return bool(raw)
        case "date":
            return date.fromisoformat(raw) if raw else None
        case "datetime":
            return datetime.strptime(raw, _DATETIME).replace(tzinfo=UTC) if raw else None
        case "many2one":
            return (raw[0] if isinstance(raw, list | tuple) else raw) or None
        case "many2many":
            return tuple(sorted(raw or ()))
        case "binary":
            content = base64.b64decode(raw) if raw else b""
            return (
                {"sha1": hashlib.sha1(content, usedforsecurity=False).hexdigest(), "size": len(content)}
                if raw
                else None
            )
    return raw or None


def _text(value: Any) -> str | None:
    if value is None or value is False or value == "":
        return None
    if isinstance(value, list | tuple | dict):
        raise RecordError("holds several values; join them with a transform (join, json_text)")
    return text_of(value)


def _selected(value: str | None, target: TargetField) -> str | None:
    if value is not None and target.type == "selection" and target.selection and value not in target.selection:
        raise RecordError(f"{value!r} is not a value of the selection (there are: {', '.join(target.selection)})")
    return value


def _integer(value: Any) -> int:
    if value is None or value == "":
        return 0
    number = _decimal(value)
    if number != number.to_integral_value():
        raise RecordError(f"{text_of(value)} is not a whole number")
    return int(number)


def _decimal(value: Any) -> Decimal:
    if value is None or value == "":
        return Decimal(0)
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except ArithmeticError as error:
        raise RecordError(f"{value!r} is not a number") from error
    if not number.is_finite():
        raise RecordError(f"{value!r} is not a number")
    return number


def _read_decimal(raw: Any, digits: int | None) -> Decimal:
    """Floats come as the shortest text that gives them again; computed ones (0.1 + 0.2) are cut back to the field's digits."""
    number = Decimal(repr(raw or 0)) if isinstance(raw, float) else Decimal(str(raw or 0))
    return number.quantize(Decimal(1).scaleb(-(9 if digits is None else digits)), context=_WIDE)


def _boolean(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise RecordError(f"{value!r} is neither true nor false; map it by `values:`")


def _date(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        raise RecordError("is a date-time and the field holds a date; use the transform date_only with a zone")
    if isinstance(value, date):
        return value
    raise RecordError(f"{value!r} is not a date")


def _datetime(value: Any) -> datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise RecordError(f"{value} has no zone")
        return value.astimezone(UTC).replace(microsecond=0)
    raise RecordError(f"{value!r} is not a date-time")


def _lines(value: Any, targets: LineTargets) -> tuple[dict[str, Any], ...]:
    rows = value.rows if isinstance(value, LineRows) else ()
    return tuple(_line(number, row, targets) for number, row in enumerate(rows, 1))


def _line(number: int, row: Mapping[str, Any], targets: LineTargets) -> dict[str, Any]:
    found = {}
    for name, value in row.items():
        try:
            found[name] = canonical(value, targets[name])
        except RecordError as error:
            raise RecordError(f"line {number}: {error.reason}", field=name) from error
    return found
