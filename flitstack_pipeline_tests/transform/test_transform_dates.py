"""Dates, times, zones, and the hours that come twice or never."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.registry import resolve

SYDNEY = "Australia/Sydney"


def _utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spec", "value", "expected"),
    [
        ({"datetime_utc": SYDNEY}, "2024-01-15T09:30", _utc(2024, 1, 14, 22, 30)),
        ({"datetime_utc": SYDNEY}, "2024-07-15 09:30:15.250", datetime(2024, 7, 14, 23, 30, 15, 250_000, tzinfo=UTC)),
        ({"datetime_utc": SYDNEY}, "2024-07-15 09:30+02:00", _utc(2024, 7, 15, 7, 30)),
        ({"datetime_utc": SYDNEY}, "2024-07-15T09:30:00z", _utc(2024, 7, 15, 9, 30)),
        ({"datetime_utc": SYDNEY}, "2024-07-15 09:30:00 -0330", _utc(2024, 7, 15, 13, 0)),
        ("datetime_utc", datetime(2024, 7, 15, 9, tzinfo=timezone(timedelta(hours=2))), _utc(2024, 7, 15, 7)),
        ({"datetime_utc": SYDNEY}, [date(2024, 7, 15), "12:00 AM"], _utc(2024, 7, 14, 14)),
        ({"datetime_utc": SYDNEY}, ["2024-07-15", "12 pm"], _utc(2024, 7, 15, 2)),
        ({"datetime_utc": SYDNEY}, ["2024-07-15", "14:05:09", None], _utc(2024, 7, 15, 4, 5, 9)),
        ({"datetime_utc": SYDNEY}, ["2024-07-15 09:30", "America/New_York"], _utc(2024, 7, 15, 13, 30)),
        ({"datetime_utc": SYDNEY}, ["2024-07-15 09:30", None], _utc(2024, 7, 14, 23, 30)),
        ({"datetime_utc": SYDNEY}, ["2024-07-15", "9.30 p.m.", "UTC"], _utc(2024, 7, 15, 21, 30)),
        ({"datetime_utc": SYDNEY}, ["2024-07-15", "09:30", "UTC+5:30"], _utc(2024, 7, 15, 4)),
        ({"datetime_utc": {"timezone": SYDNEY, "without_time": "08:00"}}, ["2024-07-15", None], _utc(2024, 7, 14, 22)),
        ({"datetime_utc": {"timezone": SYDNEY, "without_time": "08:00"}}, "2024-07-15", _utc(2024, 7, 14, 22)),
        (
            {"datetime_utc": {"timezone": SYDNEY, "format": "%d/%m/%Y %I:%M %p"}},
            "15/07/2024 09:30 PM",
            _utc(2024, 7, 15, 11, 30),
        ),
        (
            {"datetime_utc": {"timezone": SYDNEY, "format": "%d/%m/%Y"}},
            ["15/07/2024", "09:30"],
            _utc(2024, 7, 14, 23, 30),
        ),
        ({"datetime_utc": {"timezone": SYDNEY, "twice": "later"}}, "2024-04-07 02:30", _utc(2024, 4, 6, 16, 30)),
        ({"datetime_utc": {"timezone": SYDNEY, "never": "shift"}}, "2024-10-06 02:30", _utc(2024, 10, 5, 16, 30)),
        (
            {"start_of_day": "America/Sao_Paulo"},
            date(2018, 11, 4),
            _utc(2018, 11, 4, 3),
        ),  # no midnight: it went to 01:00
        ({"start_of_day": "America/Havana"}, date(2024, 11, 3), _utc(2024, 11, 3, 4)),  # two midnights: the first
        ({"date_only": SYDNEY}, _utc(2024, 12, 31, 13), date(2025, 1, 1)),
        ({"date": "%d-%b-%y"}, "25-Mar-24", date(2024, 3, 25)),
        ("date", date(2024, 3, 25), date(2024, 3, 25)),
    ],
)
def test_values(spec: object, value: object, expected: object) -> None:
    result = resolve(spec)(value)
    assert result == expected
    if isinstance(expected, datetime):
        assert result.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("spec", "value", "words"),
    [
        ("date", "2024-02-30", "is not a date"),
        ("date", "20240325", "is not a date"),
        ({"date": "%d/%m/%Y"}, "03/25/2024", "is not a date"),
        ({"datetime_utc": SYDNEY}, "2024-07-15", "is not a date with time"),
        ({"datetime_utc": SYDNEY}, "2024-07-15 25:00", "is not a date with time"),
        ({"datetime_utc": SYDNEY}, "soon", "is not a date with time"),
        ({"datetime_utc": {"timezone": SYDNEY, "format": "%d/%m/%Y"}}, "15/07/2024", "is not a date with time"),
        ({"datetime_utc": SYDNEY}, ["2024-07-15", None], "without a time"),
        ({"datetime_utc": SYDNEY}, [None, "09:30"], "without a date"),
        ({"datetime_utc": SYDNEY}, ["2024-07-15", "13:00 PM"], "with AM or PM"),
        ({"datetime_utc": SYDNEY}, ["2024-07-15", "9"], "is not a time of day"),
        ({"datetime_utc": SYDNEY}, ["2024-07-15", "09:30", "IST"], "is no time zone"),
        ({"datetime_utc": SYDNEY}, ["2024-07-15", "09:30", "../x"], "is no time zone"),
        ({"datetime_utc": SYDNEY}, ["2024-07-15", "09:30", "+29:00"], "is no time zone"),
        ({"datetime_utc": SYDNEY}, ["2024-07-15 08:00", "09:30", SYDNEY], "is another"),
        ({"datetime_utc": SYDNEY}, [_utc(2024, 7, 15), SYDNEY], "is an instant already"),
        ({"datetime_utc": SYDNEY}, [5, "09:30"], "is not a date"),
        ({"datetime_utc": SYDNEY}, ["a"], "takes date, time and zone"),
        ({"datetime_utc": SYDNEY}, "0001-01-01 00:00", "beyond the calendar"),
        ({"start_of_day": "Pacific/Apia"}, date(2011, 12, 30), "did not exist"),
        ({"start_of_day": SYDNEY}, date.min, "beyond the calendar"),
        ({"date_only": SYDNEY}, datetime(2024, 1, 1), "has no time zone"),
        ({"date_only": SYDNEY}, datetime.max.replace(tzinfo=UTC), "beyond the calendar"),
    ],
)
def test_refusals(spec: object, value: object, words: str) -> None:
    with pytest.raises(RecordError, match=words):
        resolve(spec)(value)
