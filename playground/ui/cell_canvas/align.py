"""Putting chosen boxes in line: where their middles go. No Qt in here."""

from collections.abc import Sequence

from playground.cell.graph import Place
from playground.cell.layout.align import grid
from playground.cell.layout.shapes import NodeBox

EDGES: dict[str, str] = {
    "left": "Left edges", "centre_x": "Middles in a column", "right": "Right edges",
    "top": "Top edges", "centre_y": "Middles in a row", "bottom": "Bottom edges",
}  # fmt: skip
SPREADS: dict[str, str] = {"spread_x": "Equal gaps across", "spread_y": "Equal gaps down"}


def aligned(boxes: Sequence[NodeBox], how: str) -> dict[str, Place]:
    """The new middle of every box; `how`: one of `EDGES` or `SPREADS`."""
    if how in SPREADS:
        return _spread(boxes, across=how == "spread_x")
    places = {}
    lefts, rights = [box.x for box in boxes], [box.right for box in boxes]
    tops, bottoms = [box.y for box in boxes], [box.bottom for box in boxes]
    for box in boxes:
        x, y = box.centre
        match how:
            case "left":
                x = min(lefts) + box.width / 2
            case "right":
                x = max(rights) - box.width / 2
            case "top":
                y = min(tops) + box.height / 2
            case "bottom":
                y = max(bottoms) - box.height / 2
            case "centre_x":
                x = grid((min(lefts) + max(rights)) / 2)
            case _:
                y = grid((min(tops) + max(bottoms)) / 2)
        places[box.id] = Place(x, y)
    return places


def _spread(boxes: Sequence[NodeBox], across: bool) -> dict[str, Place]:
    """The same room between each two; the outermost stay."""

    def begin(box: NodeBox) -> float:
        return box.x if across else box.y

    def length(box: NodeBox) -> float:
        return box.width if across else box.height

    row = sorted(boxes, key=begin)
    free = begin(row[-1]) + length(row[-1]) - begin(row[0]) - sum(length(box) for box in row)
    gap = free / max(1, len(row) - 1)
    at, places = begin(row[0]), {}
    for box in row:
        middle = at + length(box) / 2
        places[box.id] = Place(middle, box.centre.y) if across else Place(box.centre.x, middle)
        at += length(box) + gap
    return places
