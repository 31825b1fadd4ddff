"""Makes the rows of a block equally long, and takes out those that cannot be rows. No cell is ever shifted."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flitstack_pipeline.sources.exports.cells import shown
from flitstack_pipeline.sources.exports.encoding import readable
from flitstack_pipeline.sources.exports.header import Layout, letters
from flitstack_pipeline.sources.exports.table import Fault, Row


@dataclass
class Mended:
    """`rows` all have the layout's width; `void`: index of a rejected row (now empty) to reason and its cells."""

    rows: list[Sequence[str | None]]
    void: dict[int, tuple[str, Row]] = field(default_factory=dict)
    short: int = 0
    long_but_empty: int = 0


def mend(rows: list[Row], layout: Layout, *, first: int) -> Mended:
    """Fill rows that end early with empty cells; rows with more cells than the header are rejected unless those are
    empty.

    `first`: number of the first row.
    """
    width = layout.width
    if set(map(len, rows)) == {width}:
        return Mended(rows)  # type: ignore[arg-type]  # no Fault among them: it has no length
    odd = [i for i, row in enumerate(rows) if len(row) != width]
    mended, broken, nothing = Mended(list(rows)), _broken_in_two(rows, odd, width=width), [None] * width  # type: ignore[arg-type]
    for i in odd:
        row = rows[i]
        if isinstance(row, Fault):
            mended.void[i], mended.rows[i] = (row.reason, row), nothing
        elif i in broken:
            other = first + broken[i]
            reason = f"ends early, and with row {other} it would make one: a line break stands unquoted in a cell"
            mended.void[i], mended.rows[i] = (reason, row), nothing
        elif len(row) < width:
            mended.short += bool(row)
            mended.rows[i] = [*row, *nothing[len(row) :]]
        elif any(shown(c).strip() for c in row[width:]):
            reason = f"has {len(row)} cells, the header has {width}: a separator stands unquoted in a cell"
            mended.void[i], mended.rows[i] = (reason, row), nothing
        else:
            mended.long_but_empty += 1
            mended.rows[i] = row[:width]
    return mended


def raw_cells(row: Row, layout: Layout) -> dict[str, str]:
    """Give all cells of a rejected row by their header, as far as they can be kept.

    A row that shifted may have its secret in any later column, so from the first secret column on nothing is kept.
    """
    if isinstance(row, Fault):
        return {"": "" if layout.withheld else readable(row.text)}
    end = min(layout.withheld, default=len(row))
    names = [h or letters(i) for i, h in enumerate(layout.headers)]
    return {names[i] if i < len(names) else f"cell {i + 1}": readable(shown(c)) for i, c in enumerate(row[:end])}


def _broken_in_two(rows: list[Row], odd: list[int], *, width: int) -> dict[int, int]:
    """Find the rows that a line break in an unquoted cell made of one, and their other halves.

    Programs that leave out empty cells at the end give short rows too. So this only holds where all short rows come
    in pairs that fit each other.
    """
    short = [i for i in odd if not isinstance(rows[i], Fault) and 0 < len(rows[i]) < width]  # type: ignore[arg-type]  # a list
    pairs = list(zip(short[0::2], short[1::2], strict=False))
    fit = all(b == a + 1 and len(rows[a]) + len(rows[b]) == width + 1 for a, b in pairs)  # type: ignore[arg-type]  # lists
    if not pairs or len(short) % 2 or not fit:
        return {}
    return dict(pairs) | {b: a for a, b in pairs}
