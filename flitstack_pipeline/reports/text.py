"""Values made fit to be shown: secrets masked, what cannot be seen made visible, what is too long cut."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from flitstack_pipeline.redact import MASK, redact, redact_values

MOST_ROWS: Final = 2_000
"""Rows of a list that a report shows; the rest is counted and said."""

LONGEST_VALUE: Final = 400
LONGEST_KEPT: Final = 1_000
"""Characters that `presentable` keeps of a text, at most; `clipped` says of longer ones that they are longer."""

# A value that turns the direction of what follows could make a file name or an amount read as another one; control
# characters drive terminals; lone surrogates cannot be written as UTF-8 at all.
_CONTROLS = [code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"]
_DIRECTIONS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F]
_UNSEEN = [*_CONTROLS, *_DIRECTIONS, *range(0xD800, 0xE000), 0x200B, 0x2028, 0x2029, 0xFEFF]
_VISIBLE: dict[int, str] = {code: f"‹U+{code:04X}›" for code in _UNSEEN} | {ord("\r"): "‹CR›"}
_SUSPECT = re.compile(f"[{''.join(map(re.escape, map(chr, _VISIBLE)))}]")


def visible(text: str) -> str:
    """The text with control, direction and zero-width characters spelt out; line breaks and tabs stay."""
    return text.translate(_VISIBLE) if _SUSPECT.search(text) else text


def presentable(value: Any) -> Any:
    """A copy of a JSON-like structure, redacted and visible in all its texts and keys; very long texts are cut."""
    return _Presenter().value(value)


def clipped(text: str, longest: int = LONGEST_VALUE) -> str:
    """The text, or its beginning and how long it is."""
    if len(text) <= longest:
        return text
    length = f"more than {LONGEST_KEPT:,}" if len(text) > LONGEST_KEPT else f"{len(text):,}"
    return f"{text[:longest].rstrip()}… ({length} characters)"


def shortened(text: str, longest: int) -> str:
    """The text, or its beginning and "…"."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def one_line(text: str, longest: int) -> str:
    """A text for a terminal: redacted, visible, on one line."""
    return clipped(visible(redact(" ".join(text.split()))), longest)


def capped(rows: Sequence[Any]) -> list[Any]:
    """The rows that a report shows, presentable. Cut before anything else is done with them: there may be millions."""
    return presentable(list(islice(rows, MOST_ROWS)))


def amount(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 row", "2,000 rows"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def share(part: float) -> str:
    """A share of 1 in per cent: all and none are said only of all and none."""
    per_cent = round(100 * part)
    if part > 0 and per_cent == 0:
        return "<1%"
    return ">99%" if part < 1 and per_cent == 100 else f"{per_cent}%"


class _Presenter:
    """Redacting is slow, and in a list the same texts come again and again: each is treated once, and only what may be seen.

    The texts are cut before they are redacted and again after it, so that no half of a secret is left at the end.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._secret_keys: dict[str, bool] = {}

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value[: 2 * LONGEST_KEPT])
        if isinstance(value, Mapping):
            return {visible(str(key)): self._item(str(key), item) for key, item in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list | tuple) else value

    def _item(self, key: str, item: Any) -> Any:
        if key not in self._secret_keys:
            self._secret_keys[key] = redact_values({key: "value"})[key] == MASK
        return MASK if self._secret_keys[key] and isinstance(item, str) and item else self.value(item)

    def _text(self, text: str) -> str:
        if text not in self._texts:
            self._texts[text] = visible(redact(text)[: LONGEST_KEPT + 1])
        return self._texts[text]
