"""Columns of numbers: exact decimals and whole numbers."""

from collections import Counter
from decimal import Decimal
from functools import partial
from typing import Any

import pyarrow as pa

from flitstack_pipeline.errors import Problem
from flitstack_pipeline.sources.arrow import compute as pc
from flitstack_pipeline.sources.base import ARROW_TYPES
from flitstack_pipeline.sources.exports.cells import FAULT, NUMBER
from flitstack_pipeline.sources.exports.cells import MARKS as CELL_MARKS
from flitstack_pipeline.sources.exports.columns import (
    NOTHING,
    Bad,
    Converted,
    DistinctReader,
    Memo,
    Where,
    locate,
    unwrapped,
)
from flitstack_pipeline.sources.exports.evidence import Evidence, Setting, Settled
from flitstack_pipeline.sources.exports.numbers import MARKS, Number, fits_decimal, read_literal, read_number

_INT64 = 2**63
_WHOLE = r"^[+-]?\d{1,18}$"
# A fraction of other than three digits, or a 0 before the mark, cannot be a group of thousands: these settle the mark.
_TELLING = {
    ".": r"^-?[$€£₹]?(\d+|[1-9]\d{0,2}(,\d{3})+)\.(\d{1,2}|\d{4,10})$|^-?0\.\d{1,10}$",
    ",": r"^-?[$€£₹]?(\d+|[1-9]\d{0,2}(\.\d{3})+),(\d{1,2}|\d{4,10})$|^-?0,\d{1,10}$",
}
_SIMPLE = {
    ".": r"^-?[$€£₹]?(\d{1,27}|[1-9]\d{0,2}(,\d{3}){1,8})(\.\d{1,10})?$",
    ",": r"^-?[$€£₹]?(\d{1,27}|[1-9]\d{0,2}(\.\d{3}){1,8})(,\d{1,10})?$",
}
_LITERAL = rf"^{NUMBER}-?\d{{1,27}}(\.\d{{1,10}})?$"
_SIGNS = "$€£₹"
_NAMES = {".": "decimal point", ",": "decimal comma"}


class DecimalReader(DistinctReader):
    """Exact decimals of up to 28 digits before and 10 behind the mark."""

    type = "decimal"

    def __init__(self, *, object_name: str, column: str, setting: Setting | None) -> None:
        super().__init__()
        self._evidence = Evidence(object_name, column, "decimal_mark", MARKS)
        self._setting = setting
        self._settled = Settled(".", "")
        self._signs: Counter[str] = Counter()
        self._parsed = Memo(self._parse)

    @property
    def mark(self) -> str:
        """Decimal mark of the column, after `settle`."""
        return self._settled.reading

    def see(self, cells: pa.StringArray, *, where: Where, marked: bool) -> None:
        """Collect what the cells say about the decimal mark."""
        self._parsed.limit()
        cells = pc.utf8_trim_whitespace(cells)
        odd = pc.fill_null(pc.invert(pc.match_substring_regex(cells, _WHOLE)), False)
        for mark, pattern in _TELLING.items():
            telling = pc.fill_null(pc.match_substring_regex(cells, pattern), False)
            if count := telling.true_count:
                index = pc.index(telling, True).as_py()
                text = cells[index].as_py()
                self._evidence.add(
                    frozenset((mark,)), cells=count, example=text, where=partial(where, index), differs=False
                )
                odd = pc.and_not(odd, telling)
        if not odd.true_count:
            return
        for pair in pc.value_counts(cells.filter(odd)).to_pylist():
            text = pair["values"]
            number = self._parsed[text]
            if isinstance(number, Number) and text[0] not in CELL_MARKS and number.marks:
                self._evidence.add(
                    number.marks,
                    cells=pair["counts"],
                    example=text,
                    where=partial(locate, where, cells, text),
                    differs=number.is_ambiguous,
                )

    def settle(self) -> list[Problem]:
        """Decide on the decimal mark."""
        settled = self._evidence.settle(self._setting)
        if isinstance(settled, Problem):
            return [settled]
        self._settled = settled
        return []

    def convert(self, cells: pa.StringArray, *, marked: bool) -> Converted:
        """Convert a chunk: plain spellings by Arrow, the rest once per distinct value."""
        if marked and pc.all(pc.match_substring_regex(cells, _LITERAL)).as_py() is not False:
            return Converted(pc.utf8_slice_codeunits(cells, 1).cast(ARROW_TYPES["decimal"]), {})
        simple = pc.match_substring_regex(cells, _SIMPLE[self._settled.reading])
        if pc.all(simple).as_py() is not False:
            return Converted(self._convert_simple(cells), {})
        nothing = pa.scalar(None, pa.string())
        rest = super().convert(pc.if_else(simple, nothing, cells), marked=marked)
        easy = self._convert_simple(pc.if_else(simple, cells, nothing))
        return Converted(pc.coalesce(easy, rest.values), rest.bad)

    def read(self, cell: str) -> Any:
        """Read one cell under the mark of the column."""
        number = self._parsed[cell]
        if number is None:
            return None
        if isinstance(number, str):
            return Bad(number)
        value = number.readings.get(self._settled.reading)
        if value is None:
            by = f", {self._settled.by}" if self._settled.by else ""
            return Bad(f"cannot be read with a {_NAMES[self._settled.reading]}, which the column has{by}")
        if number.sign:
            self._signs[number.sign] += 1
        return self.finish(value)

    def finish(self, value: Decimal) -> Any:
        """Check that the value fits the type."""
        reason = fits_decimal(value)
        return Bad(reason) if reason else value

    def stated(self) -> str:
        """Say which mark was read, and what was left out around the figures."""
        parts = [f"{_NAMES[self._settled.reading]} ({self._settled.by})"] if self._settled.by else []
        if signs := sorted(s for s in self._signs if s != "%"):
            mixed = " — more than one currency, the amounts are not converted" if len(signs) > 1 else ""
            parts.append(f"signs left out: {', '.join(signs)}{mixed}")
        if "%" in self._signs:
            parts.append("percent signs left out: 12.5% is 12.5")
        return "; ".join(filter(None, [*parts, super().stated()]))

    def _parse(self, cell: str) -> Number | str | None:
        """Read a cell under both marks; None for nothing, a str for the reason why it is no number."""
        if cell[0] == NUMBER:
            number = read_literal(cell[1:])
        elif cell[0] in CELL_MARKS:
            return "is no number" if cell[0] != FAULT else cell[1:].partition(FAULT)[0]
        elif cell.strip().casefold() in NOTHING:
            return None
        else:
            number = read_number(unwrapped(cell))
        return number if isinstance(number, str) else self.sensible(number)

    def sensible(self, number: Number) -> Number | str:
        """Leave out readings that the type rules out."""
        return number

    def _convert_simple(self, cells: pa.StringArray) -> pa.Array:
        mark = self._settled.reading
        if pc.any(pc.match_substring_regex(cells, rf"[{_SIGNS}{'.' if mark == ',' else ','}]")).as_py():
            for sign in _SIGNS:
                if count := pc.sum(pc.match_substring(cells, sign)).as_py():
                    self._signs[sign] += count
                    cells = pc.replace_substring(cells, sign, "")
            cells = pc.replace_substring(cells, "." if mark == "," else ",", "")
        if mark == ",":
            cells = pc.replace_substring(cells, ",", ".")
        return cells.cast(ARROW_TYPES["decimal"])


class IntegerReader(DecimalReader):
    """Whole numbers of 64 bits. 12.0 and 1,234 are whole; 1.5 is not."""

    type = "integer"

    def convert(self, cells: pa.StringArray, *, marked: bool) -> Converted:
        """Convert a chunk."""
        if not marked and pc.all(pc.match_substring_regex(cells, r"^-?\d{1,18}$")).as_py() is not False:
            return Converted(cells.cast(pa.int64()), {})
        return DistinctReader.convert(self, cells, marked=marked)

    def sensible(self, number: Number) -> Number | str:
        """A reading with a fraction is none: 1,234 in a column of whole numbers is 1234."""
        readings = {mark: value for mark, value in number.readings.items() if value == value.to_integral_value()}
        return Number(readings, number.sign) if readings else "is no whole number"

    def finish(self, value: Decimal) -> Any:
        """Check that the value fits 64 bits."""
        return int(value) if -_INT64 <= value < _INT64 else Bad("is too large for a whole number (64 bits)")
