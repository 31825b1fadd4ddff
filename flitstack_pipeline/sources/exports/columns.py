"""Turns the text cells of a column into its declared type, a chunk at a time.

A column is read twice: `see` collects what the cells allow, `settle` decides, `convert` converts. Work is done by
Arrow on whole chunks where that is exact, else once per distinct value; cells that cannot be read are reported by
their index and a reason.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from flitstack_pipeline.errors import Problem
from flitstack_pipeline.sources.arrow import compute as pc
from flitstack_pipeline.sources.base import ARROW_TYPES
from flitstack_pipeline.sources.exports.cells import FAULT, MARKS, NESTED, shown, split_fault

NOTHING = frozenset(
    [
        "",
        "-",
        "--",
        "–",
        "—",
        "n/a",
        "na",
        "n.a.",
        "#n/a",
        "nan",
        "nat",
        "null",
        "none",
        "nil",
        "\\n",
        "(none)",
        "(blank)",
        "(null)",
    ]
)
"""Cells that say that there is nothing, where a number, a date or a truth value is expected; compared without case."""

_NO_ID = pa.array(["-", "--", "–", "—", "n/a", "N/A", "#N/A", "NULL", "null", "\\N", "(blank)", "(null)"])
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_MEMO = 50_000
T = TypeVar("T")

Where = Callable[[int], str]
"""Says where the cell with this index of the chunk stands: "row 7 of customers.csv"."""


@dataclass(frozen=True)
class Bad:
    """A cell that cannot be read, and why."""

    reason: str


@dataclass(frozen=True)
class Converted:
    """`values` has the column's Arrow type; `bad`: index in the chunk to reason, their values are null."""

    values: pa.Array
    bad: dict[int, str]


class Memo(dict[str, Any]):
    """Reads each text once: columns repeat themselves."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Any:
        value = self[text] = self._read(text)
        return value

    def limit(self) -> None:
        """Forget all when it has become too much; called once per chunk."""
        if len(self) > _MEMO:
            self.clear()


class ColumnReader:
    """Base: undeclared text. Subclasses read one type each."""

    type = "text"

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def see(self, cells: pa.StringArray, *, where: Where, marked: bool) -> None:
        """Collect evidence; most types need none."""

    def settle(self) -> list[Problem]:
        """Decide what the column means; the answer is what a person has to decide."""
        return []

    def convert(self, cells: pa.StringArray, *, marked: bool) -> Converted:
        """Convert a chunk; null cells stay null."""
        if marked and starts_with_mark(cells):
            cells = map_distinct(cells, lambda c: shown(c) or None, pa.string()).values
        return Converted(self.compose(cells), {})

    def stated(self) -> str:
        """Say how the column was read, after the last `convert`."""
        return "; ".join(f"{what}: {count}" for what, count in sorted(self.counts.items()))

    def compose(self, cells: pa.StringArray) -> pa.StringArray:
        """Bring text to Unicode's composed form (NFC), in which the same text is the same characters."""
        if pc.all(pc.string_is_ascii(cells)).as_py() is not False:
            return cells
        composed = pc.utf8_normalize(cells, form="NFC")
        if changed := pc.sum(pc.not_equal(cells, composed)).as_py():
            self.counts["cells brought to Unicode's composed form (NFC)"] += changed
        return composed


class TextReader(ColumnReader):
    """Declared text: line breaks and a leading = + - @ stay; what a spreadsheet put around a text goes."""

    quoted = r"^'((?s)[=+@-].*|\d+)$"
    shortened = r"^[+-]?\d\.\d+E\+\d{2,3}$"

    def convert(self, cells: pa.StringArray, *, marked: bool) -> Converted:
        """Convert a chunk. A number that a spreadsheet shortened (9.19876E+11) is bad: its digits are lost."""
        bad: dict[int, str] = {}
        if marked and starts_with_mark(cells):
            bad = faults(cells)
            cells = map_distinct(cells, lambda c: None if c[0] == FAULT else shown(c) or None, pa.string()).values
        cells = self.tidy(cells)
        cells = self._unwrap(cells, '="', r'^="((?s).*)"$', what='="…" of a spreadsheet taken off')
        cells = self._unwrap(cells, "'", self.quoted, what="leading apostrophe of a spreadsheet taken off")
        for index in true_indexes(pc.match_substring_regex(cells, self.shortened)):
            bad[index] = (
                "has been shortened by a spreadsheet to powers of ten, digits are lost: export the column as text"
            )
        if bad:
            cells = without(cells, bad)
        return Converted(self.compose(cells), bad)

    def tidy(self, cells: pa.StringArray) -> pa.StringArray:
        """Text is kept as it is."""
        return cells

    def _unwrap(self, cells: pa.StringArray, start: str, pattern: str, *, what: str) -> pa.StringArray:
        if not pc.any(pc.starts_with(cells, start)).as_py():
            return cells
        unwrapped = pc.replace_substring_regex(cells, pattern, r"\1")
        if changed := pc.sum(pc.not_equal(cells, unwrapped)).as_py():
            self.counts[what] += changed
        return unwrapped


class IdReader(TextReader):
    """An identifier: text, every leading zero kept, without outer spaces."""

    type = "id"
    quoted = r"^'(.+)$"
    shortened = r"^[+-]?\d(\.\d+)?[eE]\+\d{1,3}$"

    def tidy(self, cells: pa.StringArray) -> pa.StringArray:
        """Trim; cells such as N/A or - name nothing."""
        cells = pc.utf8_trim_whitespace(cells)
        if pc.all(pc.string_is_ascii(cells)).as_py() is False:
            cells = pc.utf8_trim_whitespace(pc.utf8_trim(cells, characters=_ZERO_WIDTH))
        nothing = pc.is_in(cells, value_set=_NO_ID)
        if count := pc.sum(nothing).as_py():
            self.counts["cells like N/A or - read as empty"] += count
        nothing = pc.or_(nothing, pc.equal(pc.binary_length(cells), 0))
        return pc.if_else(nothing, pa.scalar(None, pa.string()), cells) if pc.any(nothing).as_py() else cells


class DistinctReader(ColumnReader):
    """Base of types that are read once per distinct value: `read` gives the value, None for nothing, or Bad."""

    def __init__(self) -> None:
        super().__init__()
        self._memo = Memo(self._read_or_fault)

    def convert(self, cells: pa.StringArray, *, marked: bool) -> Converted:
        """Convert a chunk."""
        self._memo.limit()
        return map_distinct(cells, self._memo.__getitem__, ARROW_TYPES[self.type], count_nothing=self.count_nothing)

    def read(self, cell: str) -> Any:
        """Read one cell."""
        raise NotImplementedError

    def _read_or_fault(self, cell: str) -> Any:
        return Bad(split_fault(cell)[0]) if cell[0] == FAULT else self.read(cell)

    def count_nothing(self, cell: str, count: int) -> None:
        """Take note of cells that say that there is nothing."""
        if cell.strip():
            self.counts[f"“{cell.strip()}” read as empty"] += count


class BooleanReader(DistinctReader):
    """Yes and no, in the usual spellings and those that the map declares."""

    type = "boolean"

    def __init__(self, true_values: tuple[str, ...], false_values: tuple[str, ...]) -> None:
        super().__init__()
        words = dict.fromkeys(("yes", "y", "true", "t", "1", "x", "on", "✓", "✔", "☑"), True)
        words |= dict.fromkeys(("no", "n", "false", "f", "0", "off", "✗", "☐"), False)
        words |= {v.strip().casefold(): True for v in true_values} | {v.strip().casefold(): False for v in false_values}
        self._words = words

    def read(self, cell: str) -> bool | Bad | None:
        """Read one cell."""
        word = unwrapped(shown(cell)).strip().casefold()
        if word in self._words:
            return self._words[word]
        if word in NOTHING:
            return None
        return Bad(
            "is neither yes nor no (yes, no, true, false, 1, 0, x are; others: true_values, false_values of the column)"
        )


class JsonReader(DistinctReader):
    """JSON text, kept as text when it is valid."""

    type = "json"

    def read(self, cell: str) -> str | Bad | None:
        """Read one cell."""
        text = shown(cell)
        if cell[0] == NESTED:
            return text
        try:
            json.loads(text)
        except ValueError as error:
            return Bad(f"is no JSON: {error}")
        return text


def map_distinct(
    cells: pa.StringArray,
    read: Callable[[str], Any],
    kind: pa.DataType,
    *,
    count_nothing: Callable[[str, int], None] | None = None,
) -> Converted:
    """Read each distinct value once and put the results in place."""
    encoded = cells.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    results = [read(text) for text in texts]
    wrong = [i for i, r in enumerate(results) if r.__class__ is Bad]
    values = pa.array([None if isinstance(r, Bad) else r for r in results] if wrong else results, kind)
    empty = [i for i, r in enumerate(results) if r is None] if count_nothing and values.null_count else []
    bad: dict[int, str] = {}
    if wrong or empty:
        places = encoded.indices.fill_null(-1).to_numpy()
        for place in wrong:
            bad |= {int(index): results[place].reason for index in np.flatnonzero(places == place)}
        for place in empty:
            count_nothing(texts[place], int(np.count_nonzero(places == place)))  # type: ignore[misc]  # empty only if given
    return Converted(values.take(encoded.indices), bad)


def locate(where: Where, cells: pa.StringArray, text: str) -> str:
    """Say where a text first stands in a chunk."""
    return where(pc.index(cells, text).as_py())


def unwrapped(cell: str) -> str:
    """Take off the `="…"` in which programs wrap values to protect them from spreadsheets."""
    cell = cell.strip()
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else cell


def starts_with_mark(cells: pa.StringArray) -> bool:
    """Tell whether a chunk has cells that are more than text."""
    return bool(pc.any(pc.match_substring_regex(cells, f"^[{MARKS[0]}-{MARKS[-1]}]")).as_py())


def faults(cells: pa.StringArray) -> dict[int, str]:
    """Index to reason of the cells that their file says cannot be read."""
    return {i: split_fault(cells[i].as_py())[0] for i in true_indexes(pc.starts_with(cells, FAULT))}


def true_indexes(mask: pa.BooleanArray) -> list[int]:
    """Indexes at which a mask is true."""
    if not mask.true_count:
        return []
    return pc.indices_nonzero(mask).to_pylist()


def without(cells: pa.Array, bad: dict[int, str]) -> pa.Array:
    """Make bad cells null."""
    mask = np.zeros(len(cells), dtype=bool)
    mask[list(bad)] = True
    return pc.if_else(pa.array(mask), pa.scalar(None, cells.type), cells)
