"""Instants as text: for what has to keep its date, time and zone word for word, such as the time of a consent."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.registry import example, transform

_LONDON = ZoneInfo("Europe/London")


@transform(
    "instant_text",
    accepts=(datetime,),
    returns=str,
    examples=(
        example(datetime(2018, 5, 25, 13, 3, 11, tzinfo=UTC), "2018-05-25T13:03:11Z"),
        example(datetime(2018, 5, 25, 13, 3, 11, tzinfo=UTC), "2018-05-25T14:03:11+01:00", timezone=_LONDON),
    ),
)
def instant_text(value: datetime, *, timezone: ZoneInfo | None = None) -> str:
    """Write an instant in ISO form: in UTC, or as the clock showed it in `timezone`, with the difference from UTC."""
    if value.tzinfo is None:
        raise RecordError(f"{value} has no time zone")
    if timezone is None:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.astimezone(timezone).isoformat()
