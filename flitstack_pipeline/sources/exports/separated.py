"""Reads CSV in all its dialects.

Row numbers are those that a spreadsheet shows: one per record, blank ones included, so that a line break inside a
cell does not count. The line `sep=;` that spreadsheets write for themselves is no row.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO

from flitstack_pipeline.errors import Problem, SourceError
from flitstack_pipeline.sources.base import BATCH_ROWS
from flitstack_pipeline.sources.exports.encoding import ERRORS, Encoding
from flitstack_pipeline.sources.exports.items import Item
from flitstack_pipeline.sources.exports.table import Block, Sheet

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_CHARACTERS = 1 << 18
_CELL_LIMIT = 1 << 26
_SEP_LINE = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)
# Stands after the last line: if it does not come back as a record of its own, a quote was still open.
_END = "\x1eend of file\x1e"


@dataclass(frozen=True)
class Dialect:
    """`sep_line`: the first line only names the separator."""

    separator: str
    sep_line: bool


def text_stream(binary: BinaryIO, encoding: Encoding) -> io.TextIOWrapper:
    """Decode a stream; line ends stay as they are."""
    binary.read(encoding.skip)
    return io.TextIOWrapper(binary, encoding=encoding.codec, errors=ERRORS, newline="")


def separated_sheet(
    item: Item, encoding: Encoding, *, known_headers: frozenset[str], normalise: Callable[[str], str]
) -> Sheet:
    """Make a sheet of a text file. `known_headers`: normalised names that help to tell the separator."""
    dialect = find_dialect(_sample(item, encoding), known_headers=known_headers, normalise=normalise)
    notes = [f"{encoding.nuls} NUL characters left out"] if encoding.nuls else []
    if dialect.sep_line:
        notes.append(f"first line “sep={dialect.separator}” names the separator and is not counted as a row")
    name = SEPARATORS.get(dialect.separator, f"“{dialect.separator}”")
    return Sheet(
        name=item.name,
        format="TSV" if dialect.separator == "\t" else "CSV",
        encoding=encoding.stated,
        separator=name,
        notes=tuple(notes),
        read=lambda: _blocks(item, encoding, dialect),
    )


def _sample(item: Item, encoding: Encoding) -> str:
    with text_stream(item.open(), encoding) as stream:
        sample = stream.read(_SAMPLE_CHARACTERS).replace("\0", "")
    if len(sample) == _SAMPLE_CHARACTERS and (end := sample.rfind("\n")) > 0:
        return sample[: end + 1]
    return sample


def find_dialect(sample: str, *, known_headers: frozenset[str], normalise: Callable[[str], str]) -> Dialect:
    """Choose the separator that shows most known headers in one row, then most rows of the same number of cells."""
    first_line = sample.split("\n", 1)[0]
    if match := _SEP_LINE.match(first_line):
        return Dialect(separator=match[1], sep_line=True)
    best, best_score = ",", (-1, -1.0, -1)
    for separator in SEPARATORS:
        score = _score(sample, separator, known_headers, normalise)
        if score > best_score:
            best, best_score = separator, score
    return Dialect(separator=best, sep_line=False)


def _score(
    sample: str, separator: str, known: frozenset[str], normalise: Callable[[str], str]
) -> tuple[int, float, int]:
    _raise_cell_limit()
    rows = [r for r in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if any(r)]
    if not rows:
        return 0, 0.0, 1
    hits = max(len({normalise(c) for c in row} & known) for row in rows[:60])
    width, count = Counter(map(len, rows)).most_common(1)[0]
    share = count / len(rows) if width > 1 else 0.0
    return hits, share, width


def _raise_cell_limit() -> None:
    # The module's limit of 128 kB per cell is global and below what notes with pasted pictures have.
    csv.field_size_limit(_CELL_LIMIT)


def _blocks(item: Item, encoding: Encoding, dialect: Dialect) -> Iterator[Block]:
    _raise_cell_limit()
    with text_stream(item.open(), encoding) as stream:
        lines: Iterable[str] = stream
        if encoding.nuls:
            lines = (line.replace("\0", "") for line in stream)
        if dialect.sep_line:
            lines = islice(lines, 1, None)
        reader = csv.reader(chain(lines, (_END,)), delimiter=dialect.separator)
        first = 1
        while rows := _next_rows(reader, item.name, first):
            complete = rows[-1] != [_END]
            _require_closed_quotes(rows[-1], name=item.name, row=first + len(rows) - 1)
            if not complete:
                rows.pop()
            if rows:
                yield Block(first, rows)  # type: ignore[arg-type]  # list[str] is a list[str | None] that is only read
            first += len(rows)
            if not complete:
                return


def _next_rows(reader: Iterator[list[str]], name: str, first: int) -> list[list[str]]:
    try:
        return list(islice(reader, BATCH_ROWS))
    except csv.Error as error:
        problem = Problem(
            f"{name}, after row {first}",
            str(error),
            "most likely a quote is opened in this part of the file and never closed",
        )
        raise SourceError([problem]) from error


def _require_closed_quotes(last: list[str], *, name: str, row: int) -> None:
    if last and last != [_END] and last[-1].endswith(_END):
        swallowed = last[-1].removesuffix(_END)
        lines = swallowed.count("\n")
        start = " ".join(swallowed.split())[:60]
        problem = Problem(
            f"{name}, row {row}, cell {len(last)}",
            f"a quote is opened before “{start}” and never closed: {lines} lines would become one cell",
            "close or remove the quote in the file, or export it again",
        )
        raise SourceError([problem])
