"""Which part of two texts differs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flitstack_pipeline.reports.highlight import NO_TEXT, around_change, compare_texts


def marked(segments):
    return "".join(f"[{s.text}]" if s.changed else s.text for s in segments)


@pytest.mark.parametrize(
    ("expected", "actual", "left", "right"),
    [
        ("Oven clean – Bondi", "Oven clean - Bondi", "Oven clean [–] Bondi", "Oven clean [-] Bondi"),
        ("253.01", "253.00", "253.[01]", "253.[00]"),
        ("100", "0", "[100]", "[0]"),
        ("customers", "customer", "customer[s]", "customer"),
        ("there", "not in Odoo any more", "[there]", "[not in Odoo any more]"),
        ("7 am", "(empty)", "[7 am]", "[(empty)]"),
        ("", "x", f"[{NO_TEXT}]", "[x]"),
        ("same", "same", "same", "same"),
        ("Ruby ", "Ruby", "Ruby[·]", "Ruby"),
        ("two\u00a0dogs", "two dogs", "two[⍽]dogs", "two[·]dogs"),
        ("one\ntwo", "one two", "one[↵\n]two", "one[·]two"),
    ],
)
def test_changed_parts_are_marked_by_words(expected, actual, left, right):
    assert [marked(side) for side in compare_texts(expected, actual)] == [left, right]


def test_long_texts_show_the_change_and_what_stands_around_it():
    long = "Ring before you come. " * 500
    left, right = compare_texts(long, long.replace("you come", "they come", 1))
    assert marked(left) == "Ring before [you] come. Ring before you come. Ring before…"
    assert marked(right) == "Ring before [they] come. Ring before you come. Ring before…"


def test_a_change_far_inside_is_found():
    left, right = compare_texts("a " * 5_000 + "end", "a " * 5_000 + "END")
    assert marked(left).endswith("a a [end]")
    assert marked(right).startswith("…a a")


@given(st.text(max_size=100), st.text(max_size=100))
def test_short_texts_lose_nothing(expected, actual):
    for side, text in zip(compare_texts(expected, actual), (expected, actual), strict=True):
        shown = "".join(s.text for s in side)
        plain = shown.replace("·", " ").replace("⍽", "\u00a0").replace("⇥", "\t").replace("↵\n", "\n")
        wanted = text.replace("·", " ").replace("⍽", "\u00a0").replace("⇥", "\t").replace("↵\n", "\n")
        assert plain == wanted or (not text and shown == NO_TEXT)
    if expected != actual:
        assert any(s.changed for side in compare_texts(expected, actual) for s in side)


def test_huge_different_texts_are_compared_in_no_time():
    left, right = compare_texts("ab cd " * 200_000, "ef gh " * 200_000)
    assert len(marked(left)) < 400
    assert len(marked(right)) < 400


def test_only_the_surroundings_of_a_change_are_kept():
    head, tail = "h " * 10_000, " t" * 10_000
    left, right = around_change(f"{head}one{tail}", f"{head}two{tail}")
    assert left == f"…{'h ' * 250}one{' t' * 250}…"
    assert right == left.replace("one", "two")
    assert around_change("short", "shorter") == ("short", "shorter")
    assert len(around_change("a" * 9_000, "b")[0]) == 1_500
