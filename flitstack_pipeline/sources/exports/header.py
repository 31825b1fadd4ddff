"""Finds the header of a sheet and says which column is which.

Exports have titles above the header, headers of two rows, the same header twice and headers with nothing in them. The
header is the row (or the two rows read together) in which most declared columns are found.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from flitstack_pipeline.errors import Problem
from flitstack_pipeline.sources.base import ROW_COLUMNS
from flitstack_pipeline.sources.exports.cells import shown

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_PASSWORD = re.compile(r"passw(or)?d|passphrase|^pwd$")


@dataclass(frozen=True)
class Column:
    """One column that is kept: where it stands (0-based), its name in the extract, its header."""

    index: int
    name: str
    header: str
    declared: bool


@dataclass(frozen=True)
class Layout:
    """`header_row` is 1-based, 0 where the format has no header row; `data_row` is the first row of data.

    `width`: cells that a row has. `withheld`: indexes of columns that are never kept. `headers`: all cells of the
    header.
    """

    header_row: int
    data_row: int
    width: int
    headers: tuple[str, ...]
    columns: tuple[Column, ...]
    withheld: tuple[int, ...]
    notes: tuple[str, ...]


@lru_cache(maxsize=65_536)
def normalise(header: str) -> str:
    """Reduce a header or file name to what it is compared by: its letters and digits, without case or width."""
    text = unicodedata.normalize("NFKC", header).casefold().replace("#", "no").replace("%", "percent")
    return "".join(c for c in text if unicodedata.category(c)[0] in "LNM")


def clean(header: str | None) -> str:
    """Give a header as it is shown: without invisible characters, outer and double spaces or line breaks."""
    return " ".join(_INVISIBLE.sub("", shown(header)).split())


def known_headers(columns: Mapping[str, Any]) -> frozenset[str]:
    """All names under which the declared columns may stand in a header, normalised."""
    return frozenset(normalise(n) for name, spec in columns.items() for n in (name, *spec.aliases))


def find_layout(head: list[list[str | None]], columns: Mapping[str, Any]) -> Layout:
    """Find the header among the first rows. `columns`: declared name to spec with `.aliases` (and `.secret`)."""
    known = known_headers(columns)
    rows = [[clean(c) for c in row] for row in head]
    scores = [len({normalise(c) for c in row} & known) for row in rows]
    best = max(range(len(rows)), key=lambda i: (scores[i], -i), default=0)
    if not scores or scores[best] == 0:
        best = next((i for i, row in enumerate(rows) if sum(map(bool, row)) > 1), _first_filled(rows))
    headers, last = (rows[best] if rows else []), best
    for i in (best - 1, best):
        if i >= 0 and i + 1 < len(rows):
            merged = _merge(rows[i], rows[i + 1], known)
            hits = len({normalise(c) for c in merged} & known)
            names_more = i + 1 == best and any(u and not lo for u, lo in zip_longest(rows[i], rows[best], fillvalue=""))
            if hits > max(scores[i], scores[i + 1], scores[best]) or (hits == scores[best] and names_more):
                headers, best, last = merged, i, i + 1
                break
    notes = [
        f"row {i + 1} above the header: “{' '.join(filter(None, row))}”"
        for i, row in enumerate(rows[:best])
        if any(row)
    ]
    if last != best:
        notes.append(f"header of two rows ({best + 1} and {last + 1})")
    return layout_of(headers, columns, header_row=last + 1, notes=notes)


def layout_of(
    headers: Iterable[str], columns: Mapping[str, Any], *, header_row: int = 0, notes: Iterable[str] = ()
) -> Layout:
    """Assign headers to declared columns: first by exact name, then by alias in the order of the aliases."""
    headers = tuple(headers)
    names, secret = _assign(headers, columns), {n for n, c in columns.items() if getattr(c, "secret", False)}
    kept, withheld, said = [], [], list(notes)
    taken = set(columns)
    for index, header in enumerate(headers):
        name = names.get(index)
        if name in secret or (name is None and _PASSWORD.search(normalise(header))):
            withheld.append(index)
            said.append(f"column “{header}” left out: it is a secret and never kept")
            continue
        if name is None:
            name = _free_name(header or f"column {letters(index)}", taken)
            if header and name != header:
                said.append(f"a second column “{header}” is called “{name}”")
        taken.add(name)
        kept.append(Column(index, name, header, index in names))
    return Layout(header_row, header_row + 1, len(headers), headers, tuple(kept), tuple(withheld), tuple(said))


def missing_columns(
    layout: Layout, columns: Mapping[str, Any], required: Iterable[str], *, where: str
) -> list[Problem]:
    """Say which required columns the file lacks, what it has instead, and what comes nearest."""
    present = {c.name for c in layout.columns if c.declared}
    problems = []
    for name in required:
        if name in present:
            continue
        headers = [h for h in layout.headers if h]
        wanted = [name, *(columns[name].aliases if name in columns else ())]
        by_normal = {normalise(h): h for h in headers}
        near = {by_normal[m]: None for w in wanted for m in difflib.get_close_matches(normalise(w), by_normal, 2, 0.6)}
        nearest = f"; nearest: {', '.join(f'“{n}”' for n in near)}" if near else ""
        has = ", ".join(f"“{h}”" for h in headers) or "nothing"
        what = f"no column “{name}”. The header (row {layout.header_row}) has {has}"
        problems.append(Problem(where, what + nearest, f"add the header that means {name} to its `aliases`"))
    return problems


def letters(index: int) -> str:
    """Name a column as a spreadsheet does: 0 is A, 27 is AB."""
    text, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _assign(headers: tuple[str, ...], columns: Mapping[str, Any]) -> dict[int, str]:
    places: dict[str, list[int]] = {}
    for index, header in enumerate(headers):
        places.setdefault(normalise(header), []).append(index)
    found: dict[int, str] = {}
    waiting = {name: spec for name, spec in columns.items() if not _take(name, name, places=places, found=found)}
    for name, spec in waiting.items():
        any(_take(name, alias, places=places, found=found) for alias in spec.aliases)
    return found


def _take(name: str, alias: str, *, places: dict[str, list[int]], found: dict[int, str]) -> bool:
    index = next((i for i in places.get(normalise(alias), ()) if i not in found), None)
    if index is None:
        return False
    found[index] = name
    return True


def _merge(upper: list[str], lower: list[str], known: frozenset[str]) -> list[str]:
    """Read two rows as one header: a cell of the upper row spans the empty cells to its right."""
    merged, above = [], ""
    for index in range(max(len(upper), len(lower))):
        above = (upper[index] if index < len(upper) else "") or above
        below = lower[index] if index < len(lower) else ""
        readings = [f"{above} {below}".strip(), below or above]
        merged.append(next((r for r in readings if normalise(r) in known), readings[0]))
    return merged


def _first_filled(rows: list[list[str]]) -> int:
    return next((i for i, row in enumerate(rows) if any(row)), 0)


def _free_name(header: str, taken: set[str]) -> str:
    if header in ROW_COLUMNS:
        header = f"{header} (file)"
    name, number = header, 1
    while name in taken:
        number += 1
        name = f"{header} ({number})"
    return name
