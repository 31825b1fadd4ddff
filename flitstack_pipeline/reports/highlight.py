"""The part of two texts in which they differ, for people: the rest is context, and long context is left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

CONTEXT: Final = 40
"""Characters that stay before and after a changed part of a long text."""

SHORT: Final = 120
"""Texts up to this length are shown whole."""

NO_TEXT: Final = "(no text)"

_ALIKE = 0.5
_AROUND = 500
_LONGEST_COMPARED = 1_500
_LONGEST_SHOWN = 300
_WORDS = re.compile(r"\w+|\s+|[^\w\s]", re.UNICODE)
_NUMBER = re.compile(r"[-+]?\d+%?")
_INVISIBLE = str.maketrans({" ": "·", "\u00a0": "⍽", "\t": "⇥", "\n": "↵\n"})


@dataclass(frozen=True)
class Segment:
    """A stretch of text: `changed` where the other text has something else in its place."""

    text: str
    changed: bool = False


def compare_texts(expected: str, actual: str) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Both texts cut into equal and changed stretches: by words, or by characters where one word meets another.

    Texts that have little in common are changed as a whole: single letters that happen to agree help nobody. So are whole numbers.
    """
    if expected != actual and _NUMBER.fullmatch(expected) and _NUMBER.fullmatch(actual):
        return (Segment(expected, True),), (Segment(actual, True),)
    head, tail = _common_ends(expected, actual)
    before, after = Segment(expected[:head]), Segment(expected[len(expected) - tail :])
    left, right = _middle(expected[head : len(expected) - tail], actual[head : len(actual) - tail])
    sides = [before, *left, after], [before, *right, after]
    one, other = (tuple(_shown(side)) or (Segment(NO_TEXT, expected != actual),) for side in sides)
    return one, other


def around_change(expected: str, actual: str) -> tuple[str, str]:
    """Both texts without most of what they have in common at their ends, and cut if what is left is still long."""
    head, tail = _common_ends(expected, actual)
    start, spare = max(head - _AROUND, 0), max(tail - _AROUND, 0)
    dots = "…" if start else ""
    one, other = (f"{dots}{text[start : len(text) - spare]}{'…' if spare else ''}" for text in (expected, actual))
    return one[:_LONGEST_COMPARED], other[:_LONGEST_COMPARED]


def _common_ends(one: str, other: str) -> tuple[int, int]:
    """Characters that both texts begin and end with: whole words, or parts of one if each side is but one word."""
    length = min(len(one), len(other))
    head = next((i for i in range(length) if one[i] != other[i]), length)
    tail = next((i for i in range(length - head) if one[-1 - i] != other[-1 - i]), length - head)
    if one == other or (_WORDS.fullmatch(one) and _WORDS.fullmatch(other)):
        return head, tail
    while head and (_inside_word(one, head) or _inside_word(other, head)):
        head -= 1
    while tail and (_inside_word(one, len(one) - tail) or _inside_word(other, len(other) - tail)):
        tail -= 1
    return head, tail


def _inside_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1 : place + 1].isalnum()


def _middle(one: str, other: str) -> tuple[list[Segment], list[Segment]]:
    whole = [Segment(one, True)], [Segment(other, True)]
    if max(len(one), len(other)) > _LONGEST_COMPARED:
        return whole
    words = _WORDS.findall(one), _WORDS.findall(other)
    if max(map(len, words)) <= 1:
        return whole
    matcher = SequenceMatcher(None, *words, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return whole
    left: list[Segment] = []
    right: list[Segment] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        left.append(Segment("".join(words[0][i1:i2]), tag != "equal"))
        right.append(Segment("".join(words[1][j1:j2]), tag != "equal"))
    return left, right


def _shown(segments: list[Segment]) -> Iterator[Segment]:
    """Spaces and breaks of changed parts as signs; context of a long text cut."""
    segments = [s for s in segments if s.text]
    whole = sum(len(s.text) for s in segments) <= SHORT
    for number, segment in enumerate(segments):
        if segment.changed:
            text = segment.text if len(segment.text) <= _LONGEST_SHOWN else segment.text[:_LONGEST_SHOWN] + "…"
            yield Segment(text.translate(_INVISIBLE) if _spaces_matter(segment.text) else text, True)
        elif whole:
            yield segment
        else:
            yield Segment(_context(segment.text, first=number == 0, last=number == len(segments) - 1))


def _spaces_matter(text: str) -> bool:
    return not text.strip() or text != text.strip() or any(c in text for c in "\u00a0\t\n")


def _context(text: str, *, first: bool, last: bool) -> str:
    if first and last:  # equal throughout
        return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
    if first:
        return text if len(text) <= CONTEXT else "…" + text[-CONTEXT:]
    if last:
        return text if len(text) <= CONTEXT else text[:CONTEXT] + "…"
    return text if len(text) <= 2 * CONTEXT else f"{text[:CONTEXT]} … {text[-CONTEXT:]}"
