"""What every file format is turned into: a sheet, which gives its cells in blocks of rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

HEAD_ROWS = 60
"""How far down a header row is looked for."""


@dataclass(frozen=True)
class Fault:
    """A row that is no row: `text` is all there is of it. It has no cells."""

    reason: str
    text: str

    def __len__(self) -> int:
        return 0


Row = list[str | None] | Fault


@dataclass(frozen=True)
class Block:
    """Consecutive rows. `first` is the number of the first as a spreadsheet shows it; a blank row is an empty list."""

    first: int
    rows: list[Row]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One table of cells. `read` starts from the first row each time it is called.

    `header` is set where the format has names for its cells (JSON), so that every row is data. `marked`: cells may
    have the marks of `cells`. `epoch_1904`: plain numbers under dates count days from 1904. `notes`: what is
    remarkable about the file, in words.
    """

    name: str
    format: str
    encoding: str = ""
    separator: str = ""
    header: tuple[str, ...] | None = None
    marked: bool = False
    epoch_1904: bool = False
    notes: tuple[str, ...] = field(default=())
    read: Callable[[], Iterator[Block]]

    def head(self) -> list[list[str | None]]:
        """First rows, for finding the header."""
        rows: list[list[str | None]] = []
        for block in self.read():
            rows.extend([] if isinstance(r, Fault) else r for r in block.rows[: HEAD_ROWS - len(rows)])
            if len(rows) >= HEAD_ROWS:
                break
        return rows
