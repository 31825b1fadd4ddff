"""Columns of dates and of moments in time.

A moment without a zone is taken in the time zone of the migration. A time that the clocks skipped is bad; one that
they showed twice is read as the first of the two, and said so. A date column may have times: midnight is no news,
other times are left out and said so, and times with a zone are first brought to the migration's zone.
"""

import datetime as dt
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from flitstack_pipeline.errors import Problem
from flitstack_pipeline.sources.arrow import compute as pc
from flitstack_pipeline.sources.base import ARROW_TYPES
from flitstack_pipeline.sources.exports.cells import FAULT, MARKS, MOMENT, NUMBER, split_fault
from flitstack_pipeline.sources.exports.columns import (
    NOTHING,
    Bad,
    ColumnReader,
    Converted,
    Memo,
    Where,
    locate,
    map_distinct,
    starts_with_mark,
)
from flitstack_pipeline.sources.exports.dates import ORDERS, PIVOT, Date, Time, read_date, read_time
from flitstack_pipeline.sources.exports.evidence import Evidence, Setting, Settled

_NOTED = 50_000
_DAY = 86_400_000_000
_EPOCH = dt.date(1970, 1, 1)
_TEN_THEN_TIME = r"^.{10}[T ] ?\d{1,2}:\d{2}[^T]*$"
_SPLIT = r"^(.*?)[Tt\s,]*(\d{1,2}:\d{2}.*)$"
_NAMES = {"DMY": "day, month, year", "MDY": "month, day, year", "YMD": "year, month, day"}
_NO_DATE = frozenset(["0000-00-00", "00/00/0000", "00-00-0000", "0000/00/00", "00.00.0000"])
_TEXT_NULL = pa.scalar(None, pa.string())


class DateReader(ColumnReader):
    """Dates (`type` date) or moments in UTC (`type` datetime)."""

    def __init__(
        self, kind: str, *, object_name: str, column: str, setting: Setting | None, timezone: str | None
    ) -> None:
        super().__init__()
        self.type = kind
        self._evidence = Evidence(object_name, column, "date_order", ORDERS)
        self._setting = setting
        self._settled = Settled("DMY", "")
        self._zone = ZoneInfo(timezone) if timezone else None
        self._needs_zone: tuple[str, str] | None = None
        self._dates = Memo(self._note_date)
        self._times = Memo(_read_time)
        self._days = Memo(self._read_day)
        self._micros = Memo(self._read_micros)
        self._zones = Memo(self._read_zone)
        self._noted: set[str] = set()
        self._offsets: dict[int, int | None] = {}
        self._short_years = self._serials = False

    def see(self, cells: pa.StringArray, *, where: Where, marked: bool) -> None:
        """Collect what the cells say about the order, and whether a time zone is needed."""
        dates, times = _split(_plain(cells, marked=marked))
        new = [text for text in pc.unique(dates.drop_null()).to_pylist() if text not in self._noted]
        self._noted = set(new) if len(self._noted) > _NOTED else self._noted.union(new)
        for text in new:
            date = self._dates[text]
            if isinstance(date, Date):
                orders = date.orders
                if self._setting is None and date.short_year and len(orders) > 1:
                    orders -= {"YMD"}  # a year of two digits stands last, unless the migration file says otherwise
                differs = len({date.readings[o] for o in orders}) > 1
                place = partial(locate, where, dates, text)
                self._evidence.add(orders, cells=1, example=text, where=place, differs=differs)
        if self._needs_zone is None and self._zone is None:
            self._look_for_zones(dates, times, where)

    def settle(self) -> list[Problem]:
        """Decide on the order of day, month and year, and on the time zone."""
        problems = []
        settled = self._evidence.settle(self._setting)
        if isinstance(settled, Problem):
            problems.append(settled)
        else:
            self._settled = settled
        if self._needs_zone:
            example, where = self._needs_zone
            has = (
                "has no time zone"
                if self.type == "datetime"
                else "is a moment in time, which is another date in another time zone"
            )
            line = "source: {timezone: Australia/Sydney}"
            hint = f"add the zone of the company's clocks to the migration file, such as: {line}"
            problems.append(Problem(f"{where}, column “{self._evidence.column}”", f"“{example}” {has}", hint))
        return problems

    def convert(self, cells: pa.StringArray, *, marked: bool) -> Converted:
        """Convert a chunk."""
        for memo in (self._dates, self._times, self._days, self._micros, self._zones):
            memo.limit()
        dates, times = _split(_plain(cells, marked=marked))
        day = map_distinct(dates, self._days.__getitem__, pa.int64(), count_nothing=self._count_nothing)
        micros = map_distinct(times, self._micros.__getitem__, pa.int64())
        offset = map_distinct(times, self._zones.__getitem__, pa.int64())
        bad = {**micros.bad, **day.bad}
        # Serial numbers carry their time in the date part, as microseconds beyond whole days.
        local = pc.add(day.values, pc.fill_null(micros.values, 0))
        if self.type == "date":
            return self._as_dates(local, offset.values, bad)
        return self._as_moments(local, offset.values, bad)

    def stated(self) -> str:
        """Say which order was read, and what else was decided."""
        telling = any(len(r) < len(ORDERS) for r in self._evidence.seen)
        by = f" ({self._settled.by})" if self._settled.by else ""
        parts = [f"dates {self._settled.reading}{by}"] if telling or self._setting else ["dates that leave no doubt"]
        if self._short_years:
            parts.append(f"years of two digits: 00–{PIVOT - 1} are 20xx, {PIVOT}–99 are 19xx")
        if self._serials:
            parts.append("day numbers of a spreadsheet (45366 is 2024-03-15)")
        if self.type == "datetime" and self._zone:
            parts.append(f"times without a zone are in {self._zone.key}")
        return "; ".join(filter(None, [*parts, super().stated()]))

    def _look_for_zones(self, dates: pa.StringArray, times: pa.StringArray, where: Where) -> None:
        for text in pc.unique(times.drop_null()).to_pylist():
            time = self._times[text]
            if not isinstance(time, Time) or (time.offset is None) == (self.type == "date"):
                continue
            mask = pc.and_(pc.equal(times, text), pc.is_valid(dates))
            for index in pc.indices_nonzero(mask).to_pylist():
                if isinstance(self._dates[dates[index].as_py()], Date):
                    self._needs_zone = (f"{dates[index].as_py()} {text}".strip(), where(index))
                    return

    def _note_date(self, text: str) -> Date | Bad | None:
        date = _read_date(text)
        if isinstance(date, Date):
            self._short_years = self._short_years or date.short_year
            self._serials = self._serials or date.serial
        return date

    def _read_day(self, text: str) -> int | Bad | None:
        date = self._dates[text]
        if date is None or isinstance(date, Bad):
            return date
        value = date.readings.get(self._settled.reading)
        if value is None:
            by = f": {self._settled.by}" if self._settled.by else ""
            order = self._settled.reading
            return Bad(f"cannot be read as {order} ({_NAMES[order]}), the order of the column{by}")
        return (value - _EPOCH).days * _DAY + date.micros

    def _read_micros(self, text: str) -> int | Bad:
        time = self._times[text]
        return time if isinstance(time, Bad) else time.micros

    def _read_zone(self, text: str) -> int | None:
        time = self._times[text]
        return None if isinstance(time, Bad) else time.offset

    def _count_nothing(self, text: str, count: int) -> None:
        if text.strip():
            self.counts[f"“{text.strip()}” read as empty"] += count

    def _as_dates(self, local: pa.Array, offset: pa.Array, bad: dict[int, str]) -> Converted:
        zoned = pc.and_(pc.is_valid(offset), pc.is_valid(local))
        if zoned.true_count and self._zone is not None:
            utc = pc.subtract(local, offset).filter(zoned).to_pylist()
            local = pc.replace_with_mask(local, zoned, pa.array([self._wall_clock(m) for m in utc], pa.int64()))
            self.counts[f"moments with a zone read as their date in {self._zone.key}"] += zoned.true_count
        missing = pc.is_null(local).to_numpy(zero_copy_only=False)
        missing[list(bad)] = True
        days, micros = np.divmod(pc.fill_null(local, 0).to_numpy(zero_copy_only=False), _DAY)
        if timed := int(np.count_nonzero(micros[~missing])):
            self.counts["times of day left out"] += timed
        return Converted(pa.array(days.astype(np.int32), mask=missing).cast(ARROW_TYPES["date"]), bad)

    def _as_moments(self, local: pa.Array, offset: pa.Array, bad: dict[int, str]) -> Converted:
        valid = pc.is_valid(local).to_numpy(zero_copy_only=False)
        naive = valid & pc.is_null(offset).to_numpy(zero_copy_only=False)
        values = pc.fill_null(local, 0).to_numpy(zero_copy_only=False).copy()
        values -= pc.fill_null(offset, 0).to_numpy(zero_copy_only=False)
        if naive.any():
            places = np.flatnonzero(naive)
            values[places] -= self._local_offsets(values[places], places, bad)
        valid[list(bad)] = False
        return Converted(pa.array(values, mask=~valid).cast(ARROW_TYPES["datetime"]), bad)

    def _wall_clock(self, utc: int) -> int:
        """Give what the clocks of the migration's zone show, in micros since 1970, for micros in UTC."""
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=utc)
        shown = moment.astimezone(self._zone).replace(tzinfo=dt.UTC)
        return (shown - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)

    def _local_offsets(self, local: np.ndarray, places: np.ndarray, bad: dict[int, str]) -> np.ndarray:
        """Give how far local times are ahead of UTC, in micros: per day, or per time where the clocks changed."""
        days, which = np.unique(local // _DAY, return_inverse=True)
        offsets = [self._offset_of_day(int(day)) for day in days]
        result = np.array([0 if o is None else o for o in offsets], dtype=np.int64)[which]
        for day in (i for i, o in enumerate(offsets) if o is None):
            for at in np.flatnonzero(which == day):
                reading = self._offset_of_time(int(local[at]))
                if isinstance(reading, Bad):
                    bad[int(places[at])] = reading.reason
                else:
                    result[at] = reading
        return result

    def _offset_of_day(self, day: int) -> int | None:
        if day not in self._offsets:
            start = dt.datetime.combine(_EPOCH + dt.timedelta(days=day), dt.time(), tzinfo=self._zone)
            # From the noon before to the noon after: changes at midnight belong to both days.
            hours = (-2, 0, 12, 24, 26) if 1 < start.year < 9998 else (0,)
            around = {(start + dt.timedelta(hours=h)).utcoffset() for h in hours}
            (offset, *more) = around
            self._offsets[day] = None if more or offset is None else offset // dt.timedelta(microseconds=1)
        return self._offsets[day]

    def _offset_of_time(self, local: int) -> int | Bad:
        naive = dt.datetime.combine(_EPOCH, dt.time()) + dt.timedelta(microseconds=local)
        first, second = (naive.replace(tzinfo=self._zone, fold=f).utcoffset() for f in (0, 1))
        if first is None or second is None:
            return Bad("has no time zone")
        if first < second:
            return Bad(f"is a time that the clocks in {self._zone} skipped when they went forward")
        if first > second:
            self.counts["times that the clocks showed twice read as the first"] += 1
        return first // dt.timedelta(microseconds=1)


def _read_date(text: str) -> Date | Bad | None:
    if text[:1] == FAULT:
        return Bad(split_fault(text)[0])
    if not text:
        return Bad("has a time but no date")
    if text.casefold() in NOTHING or text in _NO_DATE:
        return None
    date = "is no date" if text[:1] in MARKS else read_date(text)
    return Bad(date) if isinstance(date, str) else date


def _read_time(text: str) -> Time | Bad:
    time = read_time(text)
    return Bad(time) if isinstance(time, str) else time


def _plain(cells: pa.StringArray, *, marked: bool) -> pa.StringArray:
    """Take off the marks of dates and numbers, which are both written as in text, and outer spaces."""
    if marked and starts_with_mark(cells):
        cells = pc.replace_substring_regex(cells, f"^[{NUMBER}{MOMENT}]", "")
    cells = pc.utf8_trim_whitespace(cells)
    if pc.any(pc.starts_with(cells, '="')).as_py():
        cells = pc.replace_substring_regex(cells, r'^="(.*)"$', r"\1")
    return cells


def _split(cells: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
    """Split moments into date and time; the time is "" where there is none."""
    timed = pc.match_substring(cells, ":")
    if not timed.true_count:
        return cells, pc.if_else(pc.is_valid(cells), "", _TEXT_NULL)
    if pc.all(pc.match_substring_regex(cells, _TEN_THEN_TIME)).as_py() is not False:
        return pc.utf8_slice_codeunits(cells, 0, 10), pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(cells, 11))
    dates = pc.replace_substring_regex(cells, _SPLIT, r"\1")
    times = pc.if_else(pc.match_substring_regex(cells, _SPLIT), pc.replace_substring_regex(cells, _SPLIT, r"\2"), "")
    return dates, times
