"""What is in the columns: how full they are, how varied, from where to where, and of what shape.

Everything is computed over the row groups as they come, so memory does not grow with the table; the one exception is
the column that looks like e-mail addresses, whose duplicates are counted exactly.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flitstack_pipeline.sources.arrow import compute as pc
from flitstack_pipeline.sources.base import ROW_COLUMNS, ColumnFinding, ObjectExtract
from flitstack_pipeline.sources.exports.keys import as_text

DISTINCT_LIMIT = 10_000
"""Distinct values are counted exactly up to here."""

_TOP = 10
_SHAPE_SAMPLE = 200
_SHAPE_SHARE = 0.9
_SHOWN = 120
_ROWS_AT_ONCE = 20_000
_SHAPES = {
    "email": r"^\s*[^@\s;,]+@[^@\s;,]+\.[A-Za-z]{2,}\s*$",
    "url": r"(?i)^\s*(https?://|www\.)\S+\s*$",
    "uuid": r"(?i)^\{?[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\}?$",
    "date": r"^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([ T]\d{1,2}:\d{2}.*)?\s*$",
    "phone": r"^\s*(\+|00)?[\d ().\-/]{6,20}(\s*(x|ext\.?)\s*\d+)?\s*$",
    "number": r"^\s*-?[$€£₹]?\s*[\d.,' ]*\d%?\s*$",
    "json": r"^\s*(\{.*\}|\[.*\])\s*$",
    "html": r"(?is)<(p|br|div|span|b|i|ul|li|a|table)\b[^>]*>",
    "several values": r"^[^;]+(;\s*[^;]+)+;?$",
}
_PHONE_DIGITS = 7


@dataclass(frozen=True, kw_only=True)
class ColumnProfile:
    """One column. Values are texts as a person writes them, cut at 120 characters.

    `filled`: non-empty cells; `fill_rate`: their share, 0 to 1. `distinct`: None if more than 10,000 (see
    `distinct_text`). `top`: (value, count), most frequent first, empty where values are too many. `longest`:
    characters of the longest text. `shape`: what at least 90 % of a sample look like, "" if nothing in particular.
    `duplicates`: for e-mail addresses, (address, rows) of those in more than one row, most frequent first;
    `duplicate_values` and `duplicate_rows` count them all.
    """

    name: str
    type: str
    declared: bool
    rows: int
    filled: int
    fill_rate: float
    distinct: int | None
    distinct_text: str
    minimum: str | None
    maximum: str | None
    longest: int
    shape: str
    top: tuple[tuple[str, int], ...]
    duplicates: tuple[tuple[str, int], ...]
    duplicate_values: int
    duplicate_rows: int
    stated: str


@dataclass(frozen=True, kw_only=True)
class ObjectProfile:
    """One object."""

    object: str
    rows: int
    rejected: int
    sha256: str
    columns: tuple[ColumnProfile, ...]


def profile_object(extract: ObjectExtract) -> ObjectProfile:
    """Profile all columns of an extract; one pass, and one more for each column of e-mail addresses."""
    columns = [_Column(c) for c in extract.columns]
    with pq.ParquetFile(extract.path) as file:
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
            for column in columns:
                column.add(batch.column(column.name))
    return ObjectProfile(
        object=extract.object,
        rows=extract.rows,
        rejected=extract.rejected,
        sha256=extract.sha256,
        columns=tuple(c.profile(extract) for c in columns if c.name not in ROW_COLUMNS),
    )


class _Column:
    """Collects one column."""

    def __init__(self, finding: ColumnFinding) -> None:
        self.name = finding.name
        self._finding = finding
        self._rows = self._filled = self._longest = self._sampled = 0
        self._counts: Counter[Any] | None = Counter()
        self._minimum: Any = None
        self._maximum: Any = None
        self._shapes: Counter[str] = Counter()

    def add(self, values: pa.Array) -> None:
        """Add a stretch of rows."""
        self._rows += len(values)
        self._filled += len(values) - values.null_count
        values = values.drop_null()
        if not len(values):
            return
        if self._counts is not None:
            self._count(values)
        extremes = pc.min_max(values).as_py()
        self._minimum = extremes["min"] if self._minimum is None else min(self._minimum, extremes["min"])
        self._maximum = extremes["max"] if self._maximum is None else max(self._maximum, extremes["max"])
        if pa.types.is_string(values.type):
            self._longest = max(self._longest, pc.max(pc.utf8_length(values)).as_py())
            sample = values.slice(0, _SHAPE_SAMPLE)
            self._sampled += len(sample)
            for shape, pattern in _SHAPES.items():
                self._shapes[shape] += _matching(sample, shape, pattern)
        else:
            self._longest = max(self._longest, pc.max(pc.utf8_length(as_text(_extremes(values)))).as_py())

    def profile(self, extract: ObjectExtract) -> ColumnProfile:
        """Give the profile."""
        shape = self._shape()
        duplicates = _duplicates(extract, self.name) if shape == "email" or self._is_called_email() else Counter()
        counts = self._counts
        top = [] if counts is None else sorted(counts.items(), key=lambda vc: (-vc[1], str(vc[0])))[:_TOP]
        return ColumnProfile(
            name=self.name,
            type=self._finding.type,
            declared=self._finding.declared,
            rows=self._rows,
            filled=self._filled,
            fill_rate=round(self._filled / self._rows, 6) if self._rows else 0.0,
            distinct=None if counts is None else len(counts),
            distinct_text=f"more than {DISTINCT_LIMIT:,}" if counts is None else f"{len(counts):,}",
            minimum=_text(self._minimum),
            maximum=_text(self._maximum),
            longest=self._longest,
            shape=shape,
            top=tuple((_text(v) or "", n) for v, n in top),
            duplicates=tuple((v[:_SHOWN], n) for v, n in duplicates.most_common(_TOP)),
            duplicate_values=len(duplicates),
            duplicate_rows=duplicates.total(),
            stated=self._finding.stated,
        )

    def _count(self, values: pa.Array) -> None:
        counted = pc.value_counts(values)
        counts = self._counts
        if counts is None:
            return
        for value, count in zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True):
            counts[value] += count
        if len(counts) > DISTINCT_LIMIT:
            self._counts = None

    def _is_called_email(self) -> bool:
        return self._finding.type in ("text", "id") and "mail" in self.name.casefold() and self._shapes["email"] > 0

    def _shape(self) -> str:
        if self._finding.type == "id" or not self._sampled:
            candidates = [s for s in ("email", "uuid") if s in self._shapes]
        else:
            candidates = list(_SHAPES)
        needed = _SHAPE_SHARE * self._sampled
        return next((s for s in candidates if self._sampled and self._shapes[s] >= needed), "")


def _extremes(values: pa.Array) -> pa.Array:
    """Smallest and largest value, as an array."""
    both = pc.min_max(values)
    return pa.array([both["min"].as_py(), both["max"].as_py()], values.type)


def _matching(sample: pa.StringArray, shape: str, pattern: str) -> int:
    matches = pc.match_substring_regex(sample, pattern)
    if shape == "phone":
        digits = pc.utf8_length(pc.replace_substring_regex(sample, r"\D", ""))
        grouped = pc.match_substring_regex(sample, r"^\s*(\+|0)|[ ()\-/]")
        matches = pc.and_(pc.and_(matches, pc.greater_equal(digits, _PHONE_DIGITS)), grouped)
    return matches.true_count


def _duplicates(extract: ObjectExtract, column: str) -> Counter[str]:
    """Addresses in more than one row, compared without case and outer spaces."""
    with pq.ParquetFile(extract.path) as file:
        values = file.read(columns=[column]).column(column).drop_null()
    counted = pc.value_counts(pc.utf8_lower(pc.utf8_trim_whitespace(values)))
    repeated = counted.filter(pc.greater(counted.field("counts"), 1))
    return Counter(dict(zip(repeated.field("values").to_pylist(), repeated.field("counts").to_pylist(), strict=True)))


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "normalize"):
        return f"{value.normalize():f}"
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
