"""From JSON of the wire to exact values of the types that a map declares."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from flitstack_pipeline.sources.dataverse.columns import FORMATTED, EntityColumn

PLACES = Decimal("1e-10")
_DIGITS_BEFORE = 28
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
_INT64 = 2**63
LABELS_JOINED = "; "

Received = Mapping[str, Any]


class BadValue(Exception):
    """A value that is not what the metadata says it is. `value`: as text."""

    def __init__(self, value: Any, reason: str) -> None:
        super().__init__(reason)
        self.value = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
        self.reason = reason


class ColumnReader:
    """Reads one column of rows as received. `labels`: text of each option; `zone`: whose days a moment is cut into.

    `noted` counts what was done to values: it goes into the findings.
    """

    def __init__(self, column: EntityColumn, *, labels: Mapping[int, str | None], zone: ZoneInfo | None) -> None:
        self.column = column
        self.noted: Counter[str] = Counter()
        self._labels = labels
        self._zone = zone
        self._key = column.key
        self._read = self._reader()

    def read(self, row: Received) -> Any:
        """The value of a row, None where it has none. Raises BadValue."""
        value = row.get(self._key)
        if value is None or value == "":
            return None
        return self._read(value, row)

    def _reader(self) -> Callable[[Any, Received], Any]:
        kind, part, declared = self.column.kind, self.column.part, self.column.type
        if part == "label":
            return self._label
        if part == "labels":
            return self._all_labels
        if part in ("name", "table"):
            return lambda value, _: self._text(value)
        if kind in ("moment", "clock", "day") and declared != "text":
            return {"date": self._date, "datetime": self._moment}[declared]
        readers: dict[str, Callable[[Any], Any]] = {
            "id": self._guid if kind == "id" else self._plain,
            "text": self._parted if kind == "multi" else self._guid if kind == "id" else self._plain,
            "integer": self._integer,
            "decimal": self._decimal,
            "boolean": _boolean,
            "json": self._numbers if kind == "multi" else self._json,
        }
        chosen = readers.get(declared)
        # Columns that the organization has not are never read.
        return (lambda value, _: chosen(value)) if chosen else (lambda value, _: None)

    # -- texts --------------------------------------------------------------------------------------------------------

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise BadValue(value, "is no text")
        if value.isascii():
            return value
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            self.noted["texts with half characters, which were replaced by �"] += 1
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value

    def _guid(self, value: Any) -> str:
        return self._text(value).casefold()

    def _plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, Decimal):
            return f"{value:f}"
        return str(value) if isinstance(value, int) else self._text(value)

    def _json(self, value: Any) -> str:
        text = self._text(value)
        try:
            json.loads(text)
        except ValueError as error:
            raise BadValue(value, "is no JSON") from error
        return text

    # -- choices ------------------------------------------------------------------------------------------------------

    def _label(self, value: Any, row: Received) -> str | None:
        found = self._labels.get(_whole(value) if not isinstance(value, bool) else int(value))
        if found is None:
            found = row.get(self._key + FORMATTED)
        if found is None:
            self.noted[f"rows hold {self._plain(value)}, which is no option (any more); they have no label"] += 1
        return found

    def _all_labels(self, value: Any, row: Received) -> str:
        found = [self._labels.get(number) for number in _several(value)]
        if all(label is not None for label in found):
            return LABELS_JOINED.join(str(label) for label in found)
        formatted = row.get(self._key + FORMATTED)
        if isinstance(formatted, str) and formatted:
            return self._text(formatted)
        self.noted["rows hold an option that there is no more; its number stands for its label"] += 1
        return LABELS_JOINED.join(label or str(n) for n, label in zip(_several(value), found, strict=True))

    def _parted(self, value: Any) -> str:
        return ";".join(map(str, _several(value)))

    def _numbers(self, value: Any) -> str:
        return json.dumps(_several(value))

    # -- numbers ------------------------------------------------------------------------------------------------------

    def _integer(self, value: Any) -> int:
        if isinstance(value, bool):
            return int(value)
        return _whole(_number(value) if isinstance(value, str) and self.column.kind == "text" else value)

    def _decimal(self, value: Any) -> Decimal:
        if isinstance(value, str) and self.column.kind == "text":
            number = _number(value)
        elif isinstance(value, int | Decimal) and not isinstance(value, bool):
            number = Decimal(value)
        else:
            raise BadValue(value, "is no number")
        if not number.is_finite() or (number and number.adjusted() >= _DIGITS_BEFORE):
            raise BadValue(value, f"has more than {_DIGITS_BEFORE} digits before the point")
        if int(number.as_tuple().exponent) >= -10:
            return number
        rounded = number.quantize(PLACES, context=_WIDE)
        if rounded != number:
            self.noted["numbers with more than 10 decimal places, which were rounded to 10"] += 1
        return rounded

    # -- dates --------------------------------------------------------------------------------------------------------

    def _moment(self, value: Any, row: Received) -> datetime:
        return _instant(value)

    def _date(self, value: Any, row: Received) -> date:
        if self.column.kind == "moment":
            try:
                return _instant(value).astimezone(self._zone or UTC).date()
            except OverflowError as error:
                raise BadValue(value, "lies outside of the calendar") from error
        if not isinstance(value, str):
            raise BadValue(value, "is no date")
        try:
            return date.fromisoformat(value[:10])
        except ValueError as error:
            raise BadValue(value, "is no date") from error


def _instant(value: Any) -> datetime:
    if not isinstance(value, str):
        raise BadValue(value, "is no date-time")
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadValue(value, "is no date-time") from error
    # A wall clock comes like a UTC moment; both are kept as they stand.
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValue(value, "is neither true nor false")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadValue(value, "is no whole number")
    if not -_INT64 <= value < _INT64:
        raise BadValue(value, "is too large for a whole number of 64 bits")
    return value


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.strip())
    except InvalidOperation as error:
        raise BadValue(text, "is no number") from error


def _several(value: Any) -> list[int]:
    if isinstance(value, int) and not isinstance(value, bool):
        return [value]
    if not isinstance(value, str):
        raise BadValue(value, "is no list of options")
    try:
        return [int(part) for part in value.split(",")]
    except ValueError as error:
        raise BadValue(value, "is no list of options") from error
