"""Numbers in columns: marks, signs, exactness."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flitstack_pipeline.errors import SourceError
from flitstack_pipeline.sources.exports.numbers import Number, read_number


def values(export, *cells, kind="decimal", **settings):
    export.settings.update(settings)
    lines = [f'{i}\t"{c}"' for i, c in enumerate(cells)]
    return export.csv("id\tamount\n" + "\n".join(lines), {"amount": kind})


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("$1,234.50", "1234.50"),
        ("(45.00)", "-45"),
        ("($1,045.00)", "-1045"),
        ("45.00-", "-45"),
        ("-$45.00", "-45"),
        ("$-45.00", "-45"),
        ("−45.00", "-45"),
        ("AU$ 12.50", "12.5"),
        ("12.50 USD", "12.5"),
        ("Rs. 500.00", "500"),
        ("₹ 1,25,000.00", "125000"),
        ("Rs. 4,500/-", "4500"),
        ("₹ 1,25,000 /-", "125000"),
        ("1,23,45,678.00", "12345678"),
        ("£1 234.50", "1234.5"),
        ("1\u00a0234.50", "1234.5"),
        ("1\u202f234.50", "1234.5"),
        ("1'234.50", "1234.5"),
        ("१२.५०", "12.5"),
        ("+7.25", "7.25"),
        (".5", "0.5"),
        ("12.5%", "12.5"),
        ("=\"\"1,234.50\"\"", "1234.5"),
        ("9,999,999,999,999,999,999.1234567891", "9999999999999999999.1234567891"),
    ],
)  # fmt: skip
def test_spellings_with_a_decimal_point(export, cell, value):
    result = values(export, cell, "0.25")
    assert result.column("amount") == [Decimal(value), Decimal("0.25")]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.234,56", "1234.56"),
        ("€ 1.234.567,8", "1234567.8"),
        ("1 234,5", "1234.5"),
        ("(45,00)", "-45"),
        ("12", "12"),
        ("0,125", "0.125"),
    ],
)
def test_spellings_with_a_decimal_comma(export, cell, value):
    result = values(export, cell, "0,25")
    assert result.column("amount") == [Decimal(value), Decimal("0.25")]
    assert result.stated("amount").startswith("decimal comma (settled by ")


@pytest.mark.parametrize("cell", ["-", "--", "N/A", "n/a", "", "null", "None", "—"])
def test_cells_that_say_there_is_nothing(export, cell):
    result = values(export, cell, "1.5")
    assert result.column("amount") == [None, Decimal("1.5")]


def test_what_was_read_as_empty_is_said(export):
    assert "“N/A” read as empty: 2" in values(export, "N/A", "N/A", "1.5").stated("amount")


def test_ambiguous_column_asks_for_the_exact_line(export):
    with pytest.raises(SourceError) as caught:
        values(export, "12", "1,234", "5")
    assert str(caught.value) == (
        '- row 3 of things.csv, column “amount”: “1,234” can be read with decimal mark "." or ",", and no other cell '
        "of the column settles it "
        '(add to the migration file what is right, such as: source: {decimal_mark: {"thing.amount": "."}})'
    )


@pytest.mark.parametrize(("mark", "value"), [(".", "1234"), (",", "1.234")])
@pytest.mark.parametrize("key", ["thing.amount", "thing.*", "*"])
def test_configured_mark_settles_it(export, mark, value, key):
    result = values(export, "1,234", decimal_mark={key: mark})
    assert result.column("amount") == [Decimal(value)]
    assert result.stated("amount") == (f"decimal {'point' if mark == '.' else 'comma'} (configured for “{key}”)")


def test_special_setting_goes_before_general(export):
    result = values(export, "1,234", decimal_mark={"*": ".", "thing.amount": ","})
    assert result.column("amount") == [Decimal("1.234")]


def test_other_cells_of_the_column_settle_it_wherever_they_stand(export):
    cells = ["1,234"] * 7_000 + ["1,234.50"]
    result = values(export, *cells)
    assert result.column("amount")[0] == Decimal(1234)
    assert result.stated("amount") == "decimal point (settled by 1,234.50 in row 7002 of things.csv)"


def test_numbers_without_marks_need_no_decision(export):
    assert values(export, "1", "20").stated("amount") == ""


def test_two_groups_of_thousands_settle_it(export):
    assert values(export, "1,234", "1,234,567").column("amount")[0] == Decimal(1234)
    assert values(export, "1.234", "1.234.567").column("amount")[0] == Decimal(1234)


def test_contradicting_cells_are_an_error_naming_both(export):
    with pytest.raises(SourceError) as caught:
        values(export, "1.234,50", "1,234.50")
    assert (
        'row 3 of things.csv, column “amount”: “1,234.50” can only be read with decimal mark ".", '
        '“1.234,50” in row 2 of things.csv only with decimal mark ","'
    ) in str(caught.value)
    assert "rows whose cell contradicts it are then rejected" in str(caught.value)


def test_cell_against_the_configured_mark_is_rejected(export):
    result = values(export, "1,234.50", "1.234,50", decimal_mark={"thing.amount": "."})
    assert result.column("amount") == [Decimal("1234.50")]
    assert (
        result.rejects[0].reason
        == "cannot be read with a decimal point, which the column has, configured for “thing.amount”"
    )
    assert (result.rejects[0].row, result.rejects[0].column, result.rejects[0].value) == (3, "amount", "1.234,50")


def test_general_mark_that_all_telling_cells_contradict_is_an_error(export):
    with pytest.raises(SourceError, match=r'cannot be read with decimal mark "\.", which `decimal_mark` says for “\*”'):
        values(export, "1.234,50", "1.234", decimal_mark={"*": "."})


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("twelve", "is no number"),
        (
            "1.23E+11",
            "has been shortened by a spreadsheet to powers of ten, digits may be lost: export the column as text",
        ),
        ("0.12345678901", "has more than 10 decimals"),
        ("1" * 29, "has more than 28 digits before the decimal mark"),
        ("-5.00-", "has two signs"),
        ("12.34.56", "is no number under either decimal mark"),
        ("1,2345.00", "is no number under either decimal mark"),
    ],
)
def test_bad_cells_reject_their_row_with_a_reason(export, cell, reason):
    result = values(export, cell, "1.5")
    assert result.column("amount") == [Decimal("1.5")]
    (reject,) = result.rejects
    assert (reject.source_id, reject.file, reject.row, reject.column, reject.value) == (
        "0",
        "things.csv",
        2,
        "amount",
        cell,
    )
    assert reject.reason == reason
    assert reject.raw == {"id": "0", "amount": cell}


def test_signs_that_were_left_out_are_said(export):
    stated = values(export, "$1.50", "€ 2.50", "12.5%").stated("amount")
    assert "signs left out: $, € — more than one currency, the amounts are not converted" in stated
    assert "percent signs left out: 12.5% is 12.5" in stated


def test_integers(export):
    result = values(export, "12", "1,234", "-3", "12.0", "(7)", kind="integer")
    assert result.column("amount") == [12, 1234, -3, 12, -7]


def test_integer_that_is_none(export):
    result = values(export, "1.5", "9223372036854775808", "7", kind="integer")
    assert [r.reason for r in result.rejects] == ["is no whole number", "is too large for a whole number (64 bits)"]


def test_integer_column_of_thousands_only_is_ambiguous_where_both_are_whole(export):
    with pytest.raises(SourceError, match=r'“1,000” can be read with decimal mark "\." or ","'):
        values(export, "1,000", kind="integer")


def grouped(whole: int, group: str) -> str:
    return f"{whole:,}".replace(",", group)


@given(st.integers(0, 10**15), st.integers(0, 99), st.booleans(), st.sampled_from([".", ","]))
def test_what_is_written_is_read(whole, cents, negative, mark):
    group = "," if mark == "." else "."
    text = f"{grouped(whole, group)}{mark}{cents:02d}"
    number = read_number(f"({text})" if negative else text)
    assert isinstance(number, Number)
    value = Decimal(whole) + Decimal(cents) / 100
    assert number.readings == {mark: -value if negative else value}


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_plain_decimals_are_read_exactly(value):
    number = read_number(f"{value:f}")
    assert isinstance(number, Number)
    assert number.readings["."] == value


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_reason(text):
    number = read_number(text)
    assert isinstance(number, str) or number.readings


@given(st.from_regex(r"-?[$€]?[0-9]{1,3}([,.][0-9]{3}){0,3}([.,][0-9]{1,4})?", fullmatch=True))
def test_arrow_and_python_read_the_same(tmp_path_factory, text):
    import pyarrow as pa

    from flitstack_pipeline.sources.exports.evidence import Setting
    from flitstack_pipeline.sources.exports.number_columns import DecimalReader

    number = read_number(text)
    for mark in (".", ","):
        reader = DecimalReader(object_name="o", column="c", setting=Setting(mark, "*"))
        reader._settled = reader._settled.__class__(mark, "")
        converted = reader.convert(pa.array([text]), marked=False)
        expected = None if isinstance(number, str) else number.readings.get(mark)
        assert converted.values[0].as_py() == expected
        assert (expected is None) == bool(converted.bad)
