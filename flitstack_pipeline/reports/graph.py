"""The order of a load as a drawing: each model stands to the right of all that it waits for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

BOX_WIDTH: Final = 190
BOX_HEIGHT: Final = 46
GAP_X: Final = 44
GAP_Y: Final = 16
MARGIN: Final = 4


@dataclass(frozen=True)
class Box:
    """A model at its place, in pixels."""

    name: str
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    """Boxes and the curves between them, as SVG path data."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    curves: tuple[str, ...]


def draw(order: Sequence[str], needs: Mapping[str, set[str]]) -> Drawing:
    """Lay out models that are in dependency order. Needs that follow from others, or are of cycles, are left out."""
    level: dict[str, int] = {}
    needs = _direct(order, needs)
    for name in order:
        level[name] = 1 + max((level[n] for n in needs.get(name, ()) if n in level), default=-1)
    columns: dict[int, list[str]] = {}
    for name in order:
        columns.setdefault(level[name], []).append(name)
    tallest = max((len(names) for names in columns.values()), default=0)
    boxes: dict[str, Box] = {}
    for column, names in columns.items():
        top = MARGIN + (tallest - len(names)) * (BOX_HEIGHT + GAP_Y) // 2
        for place, name in enumerate(names):
            boxes[name] = Box(name, MARGIN + column * (BOX_WIDTH + GAP_X), top + place * (BOX_HEIGHT + GAP_Y))
    curves = tuple(
        _curve(boxes[need], boxes[name]) for name in order for need in sorted(needs.get(name, ())) if need in boxes
    )
    width = 2 * MARGIN + len(columns) * (BOX_WIDTH + GAP_X) - GAP_X if columns else 0
    height = 2 * MARGIN + tallest * (BOX_HEIGHT + GAP_Y) - GAP_Y if columns else 0
    return Drawing(width, height, tuple(boxes.values()), curves)


def _direct(order: Sequence[str], needs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Each model's needs among those before it, without the needs of its needs."""
    every: dict[str, set[str]] = {}
    direct: dict[str, set[str]] = {}
    for name in order:
        own = {need for need in needs.get(name, ()) if need in every}
        indirect = set[str]().union(*(every[need] for need in own))
        direct[name], every[name] = own - indirect, own | indirect
    return direct


def _curve(start: Box, end: Box) -> str:
    x1, y1 = start.x + BOX_WIDTH, start.y + BOX_HEIGHT // 2
    x2, y2 = end.x, end.y + BOX_HEIGHT // 2
    bend = min(GAP_X, (x2 - x1) // 2 + 8)
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
