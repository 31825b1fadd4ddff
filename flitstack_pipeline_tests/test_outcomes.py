"""The seven words and their sums."""

import pytest

from flitstack_pipeline.outcomes import Counts, Outcome


def test_there_are_seven_words_in_their_usual_order():
    assert [word.value for word in Outcome] == [
        "created",
        "updated",
        "unchanged",
        "skipped",
        "held",
        "quarantined",
        "excluded",
    ]


def test_as_dict_begins_with_extracted_and_follows_the_order_of_the_words():
    assert list(Counts().as_dict()) == ["extracted", *(word.value for word in Outcome)]


def test_counts_balance_when_every_row_has_one_outcome():
    counts = Counts(extracted=8, created=1, updated=1, unchanged=1, skipped=1, held=1, quarantined=2, excluded=1)
    assert counts.balanced
    assert counts.accounted == 8


@pytest.mark.parametrize("extracted", [7, 9])
def test_counts_do_not_balance_when_a_row_is_lost_or_counted_twice(extracted):
    counts = Counts(extracted=extracted, created=8)
    assert not counts.balanced


def test_each_word_is_part_of_the_sum():
    for word in Outcome:
        assert Counts.of(3, {word: 3}).balanced


def test_counts_are_added_field_by_field():
    total = Counts(extracted=3, created=2, held=1) + Counts(extracted=2, created=1, excluded=1)
    assert total == Counts(extracted=5, created=3, held=1, excluded=1)
    assert sum([total, total], Counts()) == Counts(extracted=10, created=6, held=2, excluded=2)


def test_counts_are_added_to_counts_only():
    with pytest.raises(TypeError):
        Counts() + 1  # pyright: ignore[reportOperatorIssue]


def test_counts_refuse_a_word_that_is_no_outcome():
    with pytest.raises(ValueError, match="failed"):
        Counts.of(1, {"failed": 1})
