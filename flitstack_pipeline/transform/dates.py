"""Dates and times: ISO or a stated format, zones that are named, instants in UTC.

An hour that the clock shows twice (daylight saving ends) or never (it begins) is refused unless the map says which is
meant.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.parameters import Check
from flitstack_pipeline.transform.registry import example, refused, shown, transform

_SYDNEY = "Australia/Sydney"
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ISO_DATETIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|\s?[+-]\d{2}:?\d{2})?", re.ASCII | re.IGNORECASE
)
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?:[:.](\d{2}))?\s*([ap])?\.?(?:m\.?)?", re.ASCII | re.IGNORECASE)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?", re.ASCII | re.IGNORECASE)


_SAMPLE = datetime(2024, 3, 25, 14, 47, tzinfo=UTC)


def _date_format(value: str) -> str:
    if (read := _read_back(value)) != _SAMPLE.date():
        raise ValueError(f"{value!r} does not say the whole date, as %d/%m/%Y does (2024-03-25 comes back as {read})")
    return value


def _datetime_format(value: str) -> str:
    _date_format(value)
    if _says_time(value) and datetime.strptime(_SAMPLE.strftime(value), value).time() != _SAMPLE.time():
        raise ValueError(f"{value!r} does not say the whole time, as %H:%M or %I:%M %p does")
    return value


def _read_back(value: str) -> date:
    try:
        return datetime.strptime(_SAMPLE.strftime(value), value).date()
    except ValueError as error:
        raise ValueError(f"{value!r} is no date format: {error}") from error


def _says_time(pattern: str) -> bool:
    return any(code in pattern for code in ("%H", "%I", "%X", "%c"))


DateFormat = Annotated[str, Check(_date_format, "a format such as %d/%m/%Y")]
DateTimeFormat = Annotated[str, Check(_datetime_format, "a format such as %d/%m/%Y %H:%M, or of the date alone")]
Twice = Literal["reject", "earlier", "later"]
Never = Literal["reject", "shift"]


def _clock(value: str) -> str:
    try:
        parse_time(value)
    except RecordError as error:
        raise ValueError(error.reason) from error
    return value


def parse_date(text: str, pattern: str | None) -> date:
    """Read a date in ISO form or by a strptime pattern; RecordError otherwise."""
    plain = text.strip()
    try:
        if pattern is not None:
            return datetime.strptime(plain, pattern).date()
        if _ISO_DATE.fullmatch(plain):
            return date.fromisoformat(plain)
    except ValueError as error:
        raise RecordError(f"{shown(text)} is not a date: {error}") from error
    raise RecordError(f"{shown(text)} is not a date in the form 2024-03-25")


def parse_time(text: str) -> time:
    """Read a time of day: 14:30, 14:30:15, 2:30 PM, 2 pm. RecordError for anything else, and for 13 PM."""
    found = _TIME.fullmatch(text.strip())
    if not found or (found[2] is None and found[4] is None):
        raise RecordError(f"{shown(text)} is not a time of day, such as 14:30 or 2:30 PM")
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            raise RecordError(f"{shown(text)} is not a time of day: with AM or PM hours go from 1 to 12")
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    try:
        return time(hour, minute, second)
    except ValueError as error:
        raise RecordError(f"{shown(text)} is not a time of day: {error}") from error


@lru_cache(maxsize=512)
def _zone_named(name: str) -> tzinfo | None:
    if name.upper() in ("Z", "UTC", "GMT"):
        return UTC
    if found := _OFFSET.fullmatch(name):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return timezone(-offset if found[1] == "-" else offset) if offset < timedelta(hours=24) else None
    if "/" not in name:  # EST, IST, CST: each is more than one zone
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def parse_zone(text: str) -> tzinfo:
    """Read a zone from a row: a name such as Australia/Sydney, UTC, or an offset. Abbreviations (IST) are refused."""
    if (zone := _zone_named(text.strip())) is None:
        raise RecordError(
            f"{shown(text)} is no time zone: a name such as Australia/Sydney or an offset such as +10:00 is one"
        )
    return zone


def to_utc(local: datetime, zone: tzinfo, *, twice: Twice = "reject", never: Never = "reject") -> datetime:
    """Turn what a clock in `zone` showed into an instant in UTC.

    `twice`: which one is meant of an hour that came twice. `never`: `shift` reads an hour that was skipped as the
    clock before the change would have gone on. RecordError when they are `reject`, or beyond the calendar.
    """
    try:
        earlier, later = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if earlier == later:
            return earlier
        exists = earlier.astimezone(zone).replace(tzinfo=None) == local
    except OverflowError as error:
        raise RecordError(f"{local} in {zone} is beyond the calendar") from error
    if not exists:
        if never == "reject":
            raise RecordError(f"{local} did not exist in {zone}: the clocks went forward")
        return earlier
    if twice == "reject":
        raise RecordError(f"{local} came twice in {zone}: the clocks went back")
    return earlier if twice == "earlier" else later


@transform(
    "date",
    accepts=(str, date),
    returns=date,
    examples=(
        example("2024-03-25", date(2024, 3, 25)),
        example("25/03/2024", date(2024, 3, 25), format="%d/%m/%Y"),
        refused("25/03/2024", "is not a date"),
    ),
)
def date_(value: str | date, *, format: DateFormat | None = None) -> date:
    """Read a date: in ISO form, or by `format`. Other forms are refused, not guessed."""
    return parse_date(value, format) if isinstance(value, str) else value


@transform(
    "datetime_utc",
    accepts=(str, datetime, list),
    returns=datetime,
    context=("timezone",),
    examples=(
        example("2024-03-25 09:30", datetime(2024, 3, 24, 22, 30, tzinfo=UTC), timezone=_SYDNEY),
        example("2024-03-25T09:30:00Z", datetime(2024, 3, 25, 9, 30, tzinfo=UTC)),
        example([date(2024, 3, 25), "9:30 AM"], datetime(2024, 3, 24, 22, 30, tzinfo=UTC), timezone=_SYDNEY),
        example([date(2024, 3, 25), "9:30 AM", "Australia/Perth"], datetime(2024, 3, 25, 1, 30, tzinfo=UTC)),
        example(["2024-03-25 09:30", "+10:00"], datetime(2024, 3, 24, 23, 30, tzinfo=UTC)),
        refused("2024-03-25 09:30", "has no time zone"),
        refused("2024-04-07 02:30", "came twice", timezone=_SYDNEY),
        example("2024-04-07 02:30", datetime(2024, 4, 6, 15, 30, tzinfo=UTC), timezone=_SYDNEY, twice="earlier"),
        refused("2024-10-06 02:30", "did not exist", timezone=_SYDNEY),
    ),
)
def datetime_utc(
    value: Any,
    *,
    timezone: ZoneInfo | None = None,
    format: DateTimeFormat | None = None,
    without_time: Annotated[str, Check(_clock, "a time of day")] | None = None,
    twice: Twice = "reject",
    never: Never = "reject",
) -> datetime:
    """Turn a date with time into an instant in UTC.

    Takes text in ISO form or by `format`; or several columns: date and time, date and time and zone, date-time text
    and zone. A zone in the row goes before `timezone`. `without_time`: the time to take where a row has a date alone.
    A column that was read as date-time is in UTC already; one that has its zone in another column has to be declared
    as text, so that both meet here.
    """
    zone: tzinfo | None = timezone
    if isinstance(value, list):
        moment, named = _combined(value, format, without_time)
        zone = parse_zone(named) if named else zone
    else:
        moment = _moment(value, format, without_time)
    if moment.tzinfo is not None:
        return _instant(moment)
    if zone is None:
        raise RecordError(f"{moment} has no time zone, and the map and the migration name none")
    return to_utc(moment, zone, twice=twice, never=never)


def _instant(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise RecordError(f"{moment} is beyond the calendar") from error


def _moment(value: Any, pattern: str | None, without_time: str | None) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise RecordError(f"{shown(value)} is not a date with time")
    plain = value.strip()
    try:
        if pattern is not None and _says_time(pattern):
            return datetime.strptime(plain, pattern)
        if pattern is None and _ISO_DATETIME.fullmatch(plain):
            return datetime.fromisoformat(re.sub(r"\s(?=[+-])", "", plain.upper()))
    except ValueError as error:
        raise RecordError(f"{shown(value)} is not a date with time: {error}") from error
    if without_time is not None:
        return datetime.combine(parse_date(plain, pattern), parse_time(without_time))
    raise RecordError(f"{shown(value)} is not a date with time in the form 2024-03-25 14:30")


def _combined(value: list[Any], pattern: str | None, without_time: str | None) -> tuple[datetime, str]:
    """The moment and the name of its zone ("" when the row has none)."""
    if not 2 <= len(value) <= 3:
        raise RecordError(f"takes date, time and zone, not {len(value)} values")
    day, clock, zone = (*value, None)[:3]
    if len(value) == 2 and (isinstance(day, datetime) or (isinstance(day, str) and _has_clock(day, pattern))):
        clock, zone = None, clock
    if any(part is not None and not isinstance(part, str) for part in (clock, zone)):
        raise RecordError(f"takes time and zone as text, not {shown(value)}")
    if isinstance(day, datetime) or (isinstance(day, str) and _has_clock(day, pattern)):
        moment = _moment(day, pattern, None)
        if clock:
            raise RecordError(f"{shown(day)} has a time already, and {shown(clock)} is another")
        if zone and moment.tzinfo is not None and isinstance(day, datetime):
            raise RecordError(
                f"{shown(day)} is an instant already and cannot take the zone {zone}: declare the column as text"
            )
        return moment, zone or ""
    if day is not None and not isinstance(day, str | date):
        raise RecordError(f"{shown(day)} is not a date")
    if day is None:
        raise RecordError(f"has a time {shown(clock)} without a date" if clock else "has no date")
    clock = clock or without_time
    if not clock:
        raise RecordError(f"has a date {shown(day)} without a time")
    return datetime.combine(parse_date(day, pattern) if isinstance(day, str) else day, parse_time(clock)), zone or ""


def _has_clock(text: str, pattern: str | None) -> bool:
    if pattern is None:
        return bool(_ISO_DATETIME.fullmatch(text.strip()))
    return _says_time(pattern)


@transform(
    "start_of_day",
    accepts=(date,),
    returns=datetime,
    context=("timezone",),
    examples=(example(date(2024, 3, 25), datetime(2024, 3, 24, 13, 0, tzinfo=UTC), timezone=_SYDNEY),),
)
def start_of_day(value: date, *, timezone: ZoneInfo) -> datetime:
    """Turn a date into the instant, in UTC, at which the day begins in `timezone`."""
    midnight = datetime.combine(value, time())
    for minute in range(24 * 60):  # almost always the first; where clocks go forward at midnight, the first that exists
        local = midnight + timedelta(minutes=minute)
        try:
            instant = local.replace(tzinfo=timezone).astimezone(UTC)
            if instant.astimezone(timezone).replace(tzinfo=None) == local:
                return instant
        except OverflowError as error:
            raise RecordError(f"{value} in {timezone} is beyond the calendar") from error
    raise RecordError(f"{value} did not exist in {timezone}")


@transform(
    "date_only",
    accepts=(datetime,),
    returns=date,
    context=("timezone",),
    examples=(example(datetime(2024, 3, 24, 22, 30, tzinfo=UTC), date(2024, 3, 25), timezone=_SYDNEY),),
)
def date_only(value: datetime, *, timezone: ZoneInfo) -> date:
    """Turn an instant into the date that the calendar showed in `timezone`."""
    if value.tzinfo is None:
        raise RecordError(f"{value} has no time zone")
    try:
        return value.astimezone(timezone).date()
    except OverflowError as error:
        raise RecordError(f"{value} in {timezone} is beyond the calendar") from error
