"""Dates and moments in columns: orders, zones, clocks that change."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flitstack_pipeline.errors import ConfigurationError, SourceError
from flitstack_pipeline.sources.exports.dates import Date, read_date, read_time

D = dt.date


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def values(export, *cells, kind="date", **settings):
    export.settings.update(settings)
    return export.csv("id\twhen\n" + "\n".join(f"{i}\t{c}" for i, c in enumerate(cells)), {"when": kind})


@pytest.mark.parametrize(
    "cell",
    [
        "25/03/2024",
        "25.03.2024",
        "25-3-2024",
        "25 03 2024",
        "2024-03-25",
        "2024/3/25",
        "20240325",
        "25 Mar 2024",
        "25-Mar-24",
        "25th March 2024",
        "March 25, 2024",
        "Mar 25 2024",
        "Mon, 25 Mar 2024",
        "2024-Mar-25",
        "45376",
        '="25/03/2024"',
    ],
)
def test_spellings_of_one_day(export, cell):
    result = export.csv(f'id,when\n1,"{cell.replace(chr(34), chr(34) * 2)}"\n', {"when": "date"})
    assert result.column("when") == [D(2024, 3, 25)]


@pytest.mark.parametrize("cell", ["", "-", "N/A", "0000-00-00", "00/00/0000"])
def test_no_date(export, cell):
    assert values(export, cell, "25/03/2024").column("when") == [None, D(2024, 3, 25)]


def test_one_cell_settles_the_whole_column(export):
    result = values(export, "03/04/2024", "05/06/2024", "25/03/2024")
    assert result.column("when") == [D(2024, 4, 3), D(2024, 6, 5), D(2024, 3, 25)]
    assert result.stated("when") == "dates DMY (settled by 25/03/2024 in row 4 of things.csv)"


def test_month_first(export):
    result = values(export, "03/04/2024", "03/25/2024")
    assert result.column("when") == [D(2024, 3, 4), D(2024, 3, 25)]


def test_a_second_file_settles_the_first(export):
    export.file("things_1.csv", "id,when\n1,03/04/2024\n")
    export.file("things_2.csv", "id,when\n2,25/04/2024\n")
    assert export.read({"when": "date"}).column("when") == [D(2024, 4, 3), D(2024, 4, 25)]


def test_ambiguous_column_asks_for_the_exact_line(export):
    with pytest.raises(SourceError) as caught:
        values(export, "05/05/2024", "03/04/2024")
    assert str(caught.value) == (
        "- row 3 of things.csv, column “when”: “03/04/2024” can be read as DMY or MDY, and no other cell of the "
        "column settles it "
        '(add to the migration file what is right, such as: source: {date_order: {"thing.when": DMY}})'
    )


def test_all_ambiguities_are_named_at_once(export):
    with pytest.raises(SourceError) as caught:
        export.csv("id\ta\tb\tn\n1\t01/02/2024\t03/04/2024\t1,234\n", {"a": "date", "b": "date", "n": "decimal"})
    assert len(caught.value.problems) == 3


def test_dates_that_are_the_same_either_way_need_no_decision(export):
    assert values(export, "05/05/2024", "12/12/2024").column("when") == [D(2024, 5, 5), D(2024, 12, 12)]


@pytest.mark.parametrize(("order", "day"), [("DMY", D(2024, 4, 3)), ("MDY", D(2024, 3, 4))])
@pytest.mark.parametrize("key", ["thing.when", "thing.*", "*"])
def test_configured_order(export, order, day, key):
    assert values(export, "03/04/2024", date_order={key: order}).column("when") == [day]


def test_cell_against_the_configured_order_is_rejected(export):
    result = values(export, "03/04/2024", "03/25/2024", date_order={"thing.when": "DMY"})
    assert result.column("when") == [D(2024, 4, 3)]
    reject = result.rejects[0]
    assert (reject.row, reject.column, reject.value) == (3, "when", "03/25/2024")
    assert (
        reject.reason
        == "cannot be read as DMY (day, month, year), the order of the column: configured for “thing.when”"
    )


def test_general_order_that_all_telling_cells_contradict_is_an_error(export):
    with pytest.raises(
        SourceError, match=r"“03/25/2024” cannot be read as DMY, which `date_order` says for “\*”"
    ) as caught:
        values(export, "03/04/2024", "03/25/2024", date_order={"*": "DMY"})
    assert '{"thing.when": MDY}' in str(caught.value)


def test_general_order_with_cells_for_and_against_rejects_those_against(export):
    result = values(export, "25/03/2024", "03/25/2024", date_order={"*": "DMY"})
    assert result.column("when") == [D(2024, 3, 25)]
    assert len(result.rejects) == 1


def test_contradicting_cells_are_an_error_naming_both(export):
    with pytest.raises(SourceError) as caught:
        values(export, "25/03/2024", "03/25/2024")
    assert (
        "row 2 of things.csv, column “when”: “25/03/2024” can only be read as DMY, “03/25/2024” in row 3 of things.csv "
        "only as MDY"
    ) in str(caught.value)


def test_years_of_two_digits_and_their_pivot(export):
    result = values(export, "25/03/68", "25/03/69", "01/01/99", "31/12/24")
    assert result.column("when") == [D(2068, 3, 25), D(1969, 3, 25), D(1999, 1, 1), D(2024, 12, 31)]
    assert "years of two digits: 00–68 are 20xx, 69–99 are 19xx" in result.stated("when")


def test_year_of_two_digits_in_front_only_where_configured(export):
    assert values(export, "24/03/25", date_order={"thing.when": "YMD"}).column("when") == [D(2024, 3, 25)]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("31/02/2024", "is on no calendar"),
        ("soon", "is no date"),
        ("25 März 2024", "is no date"),
        ("25 Mai 2024", "has a month “mai” that is not English"),
        ("Q1 2024", "is no date"),
    ],
)
def test_bad_dates_reject_their_row(export, cell, reason):
    result = values(export, cell, "25/03/2024")
    assert result.column("when") == [D(2024, 3, 25)]
    assert (result.rejects[0].row, result.rejects[0].value, result.rejects[0].reason) == (2, cell, reason)


def test_spreadsheet_day_numbers_are_said(export):
    result = values(export, "45366", "45366.0")
    assert result.column("when") == [D(2024, 3, 15)] * 2
    assert "day numbers of a spreadsheet (45366 is 2024-03-15)" in result.stated("when")


def test_times_in_a_date_column(export):
    result = values(export, "25/03/2024 00:00:00", "26/03/2024 14:30")
    assert result.column("when") == [D(2024, 3, 25), D(2024, 3, 26)]
    assert "times of day left out: 1" in result.stated("when")


def test_moment_with_zone_in_a_date_column_is_its_date_in_the_zone(export):
    result = values(export, "2024-03-24T13:00:00Z", timezone="Australia/Sydney")
    assert result.column("when") == [D(2024, 3, 25)]
    assert "moments with a zone read as their date in Australia/Sydney: 1" in result.stated("when")


def test_moment_with_zone_in_a_date_column_needs_the_zone(export):
    with pytest.raises(SourceError, match=r"source: \{timezone: Australia/Sydney\}"):
        values(export, "2024-03-24T13:00:00Z")


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-03-25T10:30:00Z", utc(2024, 3, 25, 10, 30)),
        ("2024-03-25 10:30:00+10:00", utc(2024, 3, 25, 0, 30)),
        ("2024-03-25T10:30:00.123456-0530", utc(2024, 3, 25, 16, 0, 0, 123456)),
        ("25/03/2024 10:30 UTC", utc(2024, 3, 25, 10, 30)),
        ("25/03/2024 12:00 AM", utc(2024, 3, 24, 13, 0)),
        ("25/03/2024 12:15 PM", utc(2024, 3, 25, 1, 15)),
        ("25/03/2024 1:05:09 pm", utc(2024, 3, 25, 2, 5, 9)),
        ("25/03/2024, 13:05", utc(2024, 3, 25, 2, 5)),
        ("25 Mar 2024 01:05 p.m.", utc(2024, 3, 25, 2, 5)),
        ("25/06/2024 10:00", utc(2024, 6, 25, 0, 0)),
        ("25/03/2024", utc(2024, 3, 24, 13, 0)),
        ("45376.4375", utc(2024, 3, 24, 23, 30)),
        ("9999-12-31", utc(9999, 12, 30, 13, 0)),
        ("0001-01-03", utc(1, 1, 2, 13, 55, 8)),
    ],
)
def test_moments(export, cell, moment):
    assert values(export, cell, kind="datetime", timezone="Australia/Sydney").column("when") == [moment]


def test_moments_with_a_zone_need_no_setting(export):
    assert values(export, "2024-03-25T10:30:00Z", kind="datetime").column("when") == [utc(2024, 3, 25, 10, 30)]


def test_moments_without_a_zone_ask_for_the_line(export):
    with pytest.raises(SourceError) as caught:
        values(export, "2024-03-25T10:30:00Z", "2024-03-25 11:30", kind="datetime")
    assert str(caught.value) == (
        "- row 3 of things.csv, column “when”: “2024-03-25 11:30” has no time zone (add the zone of the company's "
        "clocks to the migration file, such as: source: {timezone: Australia/Sydney})"
    )


def test_time_that_the_clocks_skipped_is_rejected(export):
    result = values(export, "06/10/2024 02:30", "13/10/2024 02:30", kind="datetime", timezone="Australia/Sydney")
    assert result.column("when") == [utc(2024, 10, 12, 15, 30)]
    assert result.rejects[0].reason == "is a time that the clocks in Australia/Sydney skipped when they went forward"


def test_time_that_the_clocks_showed_twice_is_the_first_and_said(export):
    result = values(export, "07/04/2024 02:30", "13/04/2024 02:30", kind="datetime", timezone="Australia/Sydney")
    assert result.column("when") == [utc(2024, 4, 6, 15, 30), utc(2024, 4, 12, 16, 30)]
    assert "times that the clocks showed twice read as the first: 1" in result.stated("when")


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("25/03/2024 13:00 PM", "has an hour 13 with PM"),
        ("25/03/2024 25:00", "has a time “25:00” that no clock shows"),
        ("25/03/2024 10:00 AEST", "has a time “10:00 AEST” that cannot be read (zones are Z, UTC, GMT or like +10:00)"),
        ("10:30:00", "has a time but no date"),
    ],
)
def test_bad_times_reject_their_row(export, cell, reason):
    result = values(export, cell, kind="datetime", timezone="Australia/Sydney")
    assert [r.reason for r in result.rejects] == [reason]


def test_unknown_zone_and_order_are_configuration_errors(export):
    export.settings.update(timezone="Sydney", date_order={"thing.wen": "DMY", "*": "DDMM"})
    with pytest.raises(ConfigurationError) as caught:
        export.csv("id,when\n", {"when": "date"})
    text = str(caught.value)
    assert "source.timezone: “Sydney” is no time zone" in text
    assert "source.date_order.thing.wen: there is no column “thing.wen” (did you mean thing.when?)" in text
    assert "source.date_order.*: “DDMM” is none of DMY, MDY, YMD" in text


@given(st.dates(D(1000, 1, 1)), st.sampled_from("/-. "))
def test_each_order_reads_back_what_it_wrote(day, sign):
    year = f"{day.year:04d}"
    for order in ("DMY", "MDY"):
        parts = {"D": str(day.day), "M": f"{day.month:02d}", "Y": year}
        date = read_date(sign.join(parts[p] for p in order))
        assert isinstance(date, Date)
        assert date.readings[order] == day
    iso = read_date(day.isoformat())
    assert isinstance(iso, Date)
    assert set(iso.readings.values()) == {day}


@given(st.dates(D(1969, 1, 1), D(2068, 12, 31)))
def test_short_years_read_back(day):
    date = read_date(f"{day.day}/{day.month}/{day.year % 100:02d}")
    assert isinstance(date, Date)
    assert date.readings["DMY"] == day


@given(st.text(max_size=14))
def test_any_text_is_a_date_or_a_reason(text):
    date = read_date(text)
    assert isinstance(date, str) or date.readings
    read_time(text)


@given(st.times())
def test_times_read_back(time):
    read = read_time(time.isoformat())
    assert not isinstance(read, str)
    assert dt.datetime.min + dt.timedelta(microseconds=read.micros) == dt.datetime.combine(dt.datetime.min, time)


@given(
    st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2050, 1, 1)),
    st.sampled_from(["Australia/Sydney", "America/Sao_Paulo", "Asia/Kolkata"]),
)
def test_local_times_become_the_moments_that_zoneinfo_says(moment, zone):
    from zoneinfo import ZoneInfo

    import pyarrow as pa

    from flitstack_pipeline.sources.exports.date_columns import DateReader

    reader = DateReader("datetime", object_name="o", column="c", setting=None, timezone=zone)
    converted = reader.convert(pa.array([moment.isoformat(sep=" ")]), marked=False)
    expected = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    exists = expected.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == moment
    assert converted.values[0].as_py() == (expected if exists else None)
    assert bool(converted.bad) is not exists
