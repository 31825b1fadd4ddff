"""Tables for terminals and logs: as narrow as their contents, no frames, no spaces at the ends of lines."""

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells
from rich.text import Text

Row = tuple[str, Sequence[Text]]

# Headings broken where the table would otherwise be wider than the terminal.
BROKEN = {
    "extracted": "ex-\ntracted",
    "created": "cre-\nated",
    "updated": "up-\ndated",
    "unchanged": "un-\nchanged",
    "skipped": "skip-\nped",
    "quarantined": "quaran-\ntined",
    "excluded": "ex-\ncluded",
    "values compared": "values\ncompared",
    "differences": "differ-\nences",
}
NARROWEST_NAME = 12


def table(
    first: str, heads: Sequence[str], rows: Sequence[Row], *, width: int, total: Sequence[Text] = ()
) -> list[Text]:
    """Lines of a table: names at the left, folded if need be, numbers at the right, `total` below a second rule."""
    every = [*rows, ("all", total)] if total else list(rows)
    longest = max([cell_len(name) for name, _ in every] + [len(first)])
    gap, columns = 2, _widths(heads, every)
    if longest + sum(columns) + gap * len(columns) > width:
        heads = [BROKEN.get(head, head) for head in heads]
        columns = _widths(heads, every)
    if longest + sum(columns) + gap * len(columns) > width:
        gap = 1
    name_width = min(longest, max(NARROWEST_NAME, width - sum(columns) - gap * len(columns)))
    rule = Text("─" * (name_width + sum(columns) + gap * len(columns)), "dim")
    lines = [*_heads(first, heads, columns, name_width, gap), rule]
    for name, cells in rows:
        lines += _row(name, cells, columns, name_width, gap)
    if total:
        lines += [rule, *_row("all", total, columns, name_width, gap)]
    for line in lines:
        line.rstrip()
    return lines


def _widths(heads: Sequence[str], rows: Sequence[Row]) -> list[int]:
    cells = [[cell_len(cells[i].plain) for _, cells in rows] for i in range(len(heads))]
    return [max([*map(len, head.split("\n")), *column]) for head, column in zip(heads, cells, strict=True)]


def _heads(first: str, heads: Sequence[str], columns: Sequence[int], name_width: int, gap: int) -> list[Text]:
    parts = [head.split("\n") for head in heads]
    height = max(map(len, parts), default=1)
    lines = []
    for number in range(height):
        line = (first if number == height - 1 else "").ljust(name_width)
        for part, column in zip(parts, columns, strict=True):
            place = number - (height - len(part))
            line += " " * gap + (part[place] if place >= 0 else "").rjust(column)
        lines.append(Text(line, "dim"))
    return lines


def _row(name: str, cells: Sequence[Text], columns: Sequence[int], name_width: int, gap: int) -> list[Text]:
    parts = chop_cells(name, name_width) or [""]
    lines = [Text(part) for part in parts]
    lines[0].append(" " * (name_width - cell_len(parts[0])))
    for cell, column in zip(cells, columns, strict=True):
        lines[0].append(" " * (gap + column - cell_len(cell.plain))).append_text(cell)
    return lines
