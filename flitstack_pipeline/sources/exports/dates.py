"""Reads dates and times as people and programs write them, under all orders of day, month and year at once.

`read_date("03/04/2024")` is 3 April under DMY and 4 March under MDY: which of the two a column means is settled by its
other cells, or by the migration file, never here.
"""

import datetime as dt
import re
from dataclasses import dataclass

ORDERS = ("DMY", "MDY", "YMD")
PIVOT = 69
"""Two-digit years from here on are 19xx, those below 20xx, as POSIX has it."""

_DAY = 86_400_000_000
_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ],
        1,
    )
    for name in names.split()
}
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[.,]?\s+", re.IGNORECASE)
_FIGURES = re.compile(r"^(\d{1,4})\s*([-/.\s,])\s*(\d{1,2})\s*\2\s*(\d{1,4})\.?$")
_COMPACT = re.compile(r"^\d{8}$")
_SERIAL = re.compile(r"^\d{5}(?:\.\d+)?$")
_DAY_MONTH = re.compile(
    r"^(\d{1,2})(?:st|nd|rd|th)?[-/.\s,]*(?:of\s+)?([a-z]{3,9})[-/.\s,]*'?(\d{4}|\d{2})$", re.IGNORECASE
)
_MONTH_DAY = re.compile(r"^([a-z]{3,9})[-/.\s,]*(\d{1,2})(?:st|nd|rd|th)?[-/\s,]+'?(\d{4}|\d{2})$", re.IGNORECASE)
_YEAR_MONTH = re.compile(r"^(\d{4})[-/.\s,]*([a-z]{3,9})[-/.\s,]*(\d{1,2})$", re.IGNORECASE)
_TIME = re.compile(
    r"^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([ap])\.?m\.?)?\s*(z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?$",
    re.IGNORECASE,
)
# The serials of a spreadsheet count a 29 February 1900 that never was: from March 1900 on this is the day before day 1.
_SERIAL_EPOCH = dt.datetime(1899, 12, 30)


@dataclass(frozen=True)
class Date:
    """`readings`: order to date, for each order under which the text is a date. `serial`, `short_year`: how it was
    written.

    `micros`: time of day in a serial number.
    """

    readings: dict[str, dt.date]
    serial: bool = False
    micros: int = 0
    short_year: bool = False

    @property
    def orders(self) -> frozenset[str]:
        """Orders under which the text can be read."""
        return frozenset(self.readings)


@dataclass(frozen=True)
class Time:
    """`micros` since midnight; `offset`: micros that the zone is ahead of UTC, None if none was written."""

    micros: int
    offset: int | None


def read_date(text: str) -> Date | str:
    """Read a date without a time; the answer is a str, the reason, if it is none."""
    text = _WEEKDAY.sub("", text.strip())
    if match := _FIGURES.match(text):
        return _figures(match[1], match[3], match[4])
    if _COMPACT.match(text):
        parts = {"DMY": (text[4:], text[2:4], text[:2]), "MDY": (text[4:], text[:2], text[2:4])}
        compact = _dates({**parts, "YMD": (text[:4], text[4:6], text[6:])}, years=range(1900, 2101))
        # 20240325 says as little about the order of other cells as 2024-03-25 does.
        return _year_first(compact) if not isinstance(compact, str) and compact.orders == {"YMD"} else compact
    if _SERIAL.match(text):
        # Serials carry times as binary fractions of a day: to the millisecond they are what the clock showed.
        moment = _SERIAL_EPOCH + dt.timedelta(milliseconds=round(float(text) * _DAY / 1000))
        micros = (moment - dt.datetime.combine(moment, dt.time())) // dt.timedelta(microseconds=1)
        return Date(dict.fromkeys(ORDERS, moment.date()), serial=True, micros=micros)
    for pattern, (year, month, day) in ((_DAY_MONTH, (3, 2, 1)), (_MONTH_DAY, (3, 1, 2)), (_YEAR_MONTH, (1, 2, 3))):
        if match := pattern.match(text):
            return _named(match[year], match[month].lower(), match[day])
    return "is no date"


def read_time(text: str) -> Time | str:
    """Read a time of day with or without AM/PM and zone; the answer is a str, the reason, if it is none.

    Digits beyond microseconds are cut off.
    """
    if not text:
        return Time(0, None)
    match = _TIME.match(text.strip())
    if match is None:
        return f"has a time “{text.strip()}” that cannot be read (zones are Z, UTC, GMT or like +10:00)"
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[5]:
        if not 1 <= hour <= 12:
            return f"has an hour {hour} with {match[5].upper()}M"
        hour = hour % 12 + (12 if match[5].lower() == "p" else 0)
    micros = ((hour * 60 + minute) * 60 + second) * 1_000_000 + int((match[4] or "0")[:6].ljust(6, "0"))
    if minute > 59 or second > 59 or micros > _DAY:
        return f"has a time “{text.strip()}” that no clock shows"
    return Time(micros, _offset(match[6]))


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone[0] not in "+-":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[3:].lstrip(":") or 0)
    return (-minutes if zone[0] == "-" else minutes) * 60_000_000


def _figures(first: str, second: str, third: str) -> Date | str:
    if len(first) == 4:
        # Year first is always followed by month and day, whatever the order of other cells.
        only = _dates({"YMD": (first, second, third)})
        return only if isinstance(only, str) else _year_first(only)
    if len(first) > 2 or len(third) in (1, 3):
        return "is no date"
    readings = {"DMY": (third, second, first), "MDY": (third, first, second)}
    if len(third) == 2:
        return _dates({**readings, "YMD": (first, second, third)})
    return _dates(readings)


def _year_first(date: Date) -> Date:
    return Date(dict.fromkeys(ORDERS, date.readings["YMD"]))


def _named(year: str, month: str, day: str) -> Date | str:
    number = _MONTHS.get(month)
    if number is None:
        return f"has a month “{month}” that is not English"
    only = _dates({"DMY": (year, str(number), day)})
    return (
        only if isinstance(only, str) else Date(dict.fromkeys(ORDERS, only.readings["DMY"]), short_year=len(year) == 2)
    )


def _dates(parts: dict[str, tuple[str, str, str]], *, years: range | None = None) -> Date | str:
    """Keep the orders under which year, month and day are on the calendar."""
    readings: dict[str, dt.date] = {}
    short = False
    for order, (year, month, day) in parts.items():
        try:
            date = dt.date(_full_year(year), int(month), int(day))
        except ValueError:
            continue
        if years is None or date.year in years:
            readings[order] = date
            short = short or len(year) <= 2
    return Date(readings, short_year=short) if readings else "is on no calendar"


def _full_year(year: str) -> int:
    number = int(year)
    if len(year) > 2:
        return number
    return number + (1900 if number >= PIVOT else 2000)
