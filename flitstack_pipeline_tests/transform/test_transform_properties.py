"""What holds for any value at all."""

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform import registry
from flitstack_pipeline.transform.html import canonical_html, html_clean, is_html, plain_text, text_to_html
from flitstack_pipeline.transform.markup import printable
from flitstack_pipeline.transform.registry import Step, resolve

GIVEN = {
    "base": Path(__file__).parent, "country": "AU", "timezone": "Australia/Sydney", "length": 3, "text": "{x}",
    "separator": ";", "pattern": r"(\w+)", "old": "x", "places": 2, "mode": "half_up", "by": 2, "transforms": ["strip"],
}  # fmt: skip
TAKE_TEXT = [t.name for t in registry.describe() if str in t.accepts or object in t.accepts]
IDEMPOTENT = [
    "strip", "collapse_spaces", "upper", "lower", "digits", "identifier", "email", "email_key", "phone", "url",
    "country_code", "state_code", "currency_code", "language_code", "gstin", "nhs_number", "json_text", "html_clean",
    "canonical_html", "unwrap_excel", "join_words",
]  # fmt: skip
MARKS = [
    "<p>", "</p>", "<b>", "</b>", "<br>", "<a href=x>", "<li>", "<ul>", "<td>", "<table>", "<pre>", "<!--", "-->",
    "&nbsp;", "&amp;", "&#0;", "&#x110000;", "@", "x@y.com", "http://", "+61", "0412345678", "ext", "12", "2024-03-25",
    "09:30", "24:00", "--", ">", "1,234.5", "e5", "(", ")", "[", "]", "{", "}", "\\", "../", ":", ";", "|", '="', '"',
    "\x00", "\x85", "\ufeff", "\ud83d",
]  # fmt: skip
# Pieces of text that mean something to one transform or other, in any order.
PIECES = st.lists(
    st.one_of(
        st.text(max_size=6),
        st.sampled_from(MARKS),
        st.sampled_from(["\n", "\n\n", " ", "\t", "\u00a0", "\r\n"]),
    ),
    max_size=12,
).map("".join)


def _step(name: str) -> Step:
    return resolve(
        {name: {p.name: GIVEN[p.name] for p in registry.get(name).parameters if p.name in GIVEN and p.required}}
    )


@pytest.mark.parametrize("name", TAKE_TEXT)
@settings(max_examples=150, deadline=None)
@given(text=PIECES)
def test_any_text_is_transformed_or_refused_with_a_reason(name: str, text: str) -> None:
    try:
        result = _step(name)(text)
    except RecordError as error:
        assert error.reason
    else:
        assert result is None or any(isinstance(result, kind) for kind in registry.get(name).returns)
        assert result != ""


@pytest.mark.parametrize("name", IDEMPOTENT)
@settings(max_examples=150, deadline=None)
@given(text=PIECES)
def test_a_normal_form_is_its_own_normal_form(name: str, text: str) -> None:
    step = _step(name)
    try:
        once = step(text)
    except RecordError:
        return
    assert step(once) == once


@settings(max_examples=300, deadline=None)
@given(number=st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**27), max_value=10**27))
def test_decimals_come_through_digit_by_digit(number: Decimal) -> None:
    assert str(resolve("decimal")(f"{number:f}")) == str(Decimal(f"{number:f}"))
    assert resolve("negate")(resolve("negate")(number)) == number
    assert Fraction(resolve({"multiply": 100})(number)) == Fraction(number) * 100
    rounded = resolve({"round": {"places": 2, "mode": "half_even"}})(number)
    assert abs(Fraction(rounded) - Fraction(number)) <= Fraction(1, 200)


@settings(max_examples=200, deadline=None)
@given(minutes=st.integers(-(10**6), 10**6))
def test_minutes_survive_as_hours(minutes: int) -> None:
    hours = resolve("minutes_to_hours")(minutes)
    assert round(hours * 60, 6) == minutes
    assert float(hours) == float(repr(float(hours)))
    assert Decimal(repr(float(hours))) == hours  # a float field of Odoo holds it without loss


def _as_read(text: str) -> str:
    """What a reader sees of plain text: lines without trailing space, blank lines as one."""
    lines = [line.replace("\t", "    ").replace("\u00a0", " ").rstrip(" ") for line in printable(text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line if line.strip() else "" for line in lines)).strip("\n")


@settings(max_examples=400, deadline=None)
@given(text=PIECES)
@example(text="  indented\n\n\n  a   b\t c")
@example(text="<p>not html</p> &amp; <script>")
def test_text_comes_back_out_of_html(text: str) -> None:
    try:
        html = text_to_html(text)
    except RecordError:
        return
    assert plain_text(html) == _as_read(text)
    if html:
        assert is_html(html)
        assert html_clean(html) == html
        assert canonical_html(html) == html


@settings(max_examples=400, deadline=None)
@given(text=PIECES)
def test_cleaned_html_is_safe_and_canonical(text: str) -> None:
    try:
        cleaned = html_clean(text, tagless="html")
    except RecordError:
        return
    tags = set(re.findall(r"<(/?[a-z0-9]+)", cleaned))
    assert {t.strip("/") for t in tags} <= {
        "p", "br", "b", "strong", "i", "em", "u", "s", "sub", "sup", "a", "h1", "h2", "h3", "h4", "ul", "ol", "li",
        "blockquote", "hr", "table", "thead", "tbody", "tfoot", "tr", "td", "th",
    }  # fmt: skip
    assert canonical_html(cleaned) == canonical_html(canonical_html(cleaned))


@settings(max_examples=200, deadline=None)
@given(one=PIECES, other=PIECES)
def test_texts_that_read_differently_are_different_html(one: str, other: str) -> None:
    try:
        first, second = text_to_html(one), text_to_html(other)
    except RecordError:
        return
    assert (canonical_html(first) == canonical_html(second)) == (first == second)
