"""Texts made fit to be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flitstack_pipeline.reports.text import MOST_ROWS, amount, capped, clipped, one_line, presentable, share, visible


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text, ünïcode, שלום", "plain text, ünïcode, שלום"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("bell\x07 escape\x1b[31m", "bell‹U+0007› escape‹U+001B›[31m"),
        ("carriage\r\nreturn", "carriage‹CR›\nreturn"),
        ("invoice\u202egpj.exe", "invoice‹U+202E›gpj.exe"),
        ("half a character \ud83d", "half a character ‹U+D83D›"),
        ("zero\u200bwidth", "zero‹U+200B›width"),
    ],
)
def test_what_cannot_be_seen_is_spelt_out(raw, shown):
    assert visible(raw) == shown


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=())))
def test_any_text_can_be_written_and_drives_no_terminal(text):
    shown = visible(text)
    shown.encode("utf-8")
    assert not any(ord(c) < 0x20 and c not in "\n\t" for c in shown)
    assert visible(shown) == shown


def test_presentable_masks_secrets_in_texts_and_under_telling_keys_and_keeps_the_rest():
    given_ = {"note": "password=hunter22-x", "api_key": "abcdefgh", "n": 3, "list": ("a\x00", None, True)}
    assert presentable(given_) == {"note": "password=***", "api_key": "***", "n": 3, "list": ["a‹U+0000›", None, True]}


def test_a_long_text_says_how_long_it_is():
    assert clipped("x" * 10, 10) == "x" * 10
    assert clipped("x" * 999, 10) == "xxxxxxxxxx… (999 characters)"


def test_what_nobody_will_see_of_a_text_is_left_out_and_said():
    assert clipped(presentable("x" * 3_000_000), 10) == "xxxxxxxxxx… (more than 1,000 characters)"
    assert clipped(presentable("x" * 1_000), 10) == "xxxxxxxxxx… (1,000 characters)"


def test_a_list_is_cut_before_it_is_looked_at():
    class Rows(list):
        def __iter__(self):
            for number in range(10**9):
                assert number < MOST_ROWS + 1
                yield f"row {number}"

    assert len(capped(Rows())) == MOST_ROWS


def test_a_line_for_a_terminal_is_one_line():
    assert one_line("a\n  b\tc\x1b[0m token=abc123def", 100) == "a b c‹U+001B›[0m token=***"


@pytest.mark.parametrize(("part", "said"), [(0.0, "0%"), (0.001, "<1%"), (0.5, "50%"), (0.999, ">99%"), (1.0, "100%")])
def test_all_and_none_are_said_only_of_all_and_none(part, said):
    assert share(part) == said


def test_amounts():
    assert [amount(0, "row"), amount(1, "row"), amount(2_000, "entry", "entries")] == [
        "0 rows",
        "1 row",
        "2,000 entries",
    ]
