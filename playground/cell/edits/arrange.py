"""Edits of where nodes lie. A place is the middle of a node's box; y grows downwards."""

from typing import Literal

from msgspec import structs

from playground.cell.edits.base import CellEdit, check_places, find, require, some
from playground.cell.graph import Cell, Place
from playground.errors import BadInput

Edge = Literal["left", "right", "top", "bottom", "centre_x", "centre_y"]
EDGES = {
    "left": "left edges",
    "right": "right edges",
    "top": "top edges",
    "bottom": "bottom edges",
    "centre_x": "centres in a column",
    "centre_y": "centres in a row",
}


class MoveNodes(CellEdit, frozen=True):
    """Node → its new place."""

    places: dict[str, Place]

    def label(self) -> str:
        return f"move {some(self.places)}"

    def setting(self) -> str:
        return f"{','.join(sorted(self.places))}.place"

    def apply(self, cell: Cell) -> Cell:
        require(cell, self.places)
        check_places(self.places)
        return _placed(cell, dict(self.places))


class Align(CellEdit, frozen=True):
    """Nodes put in line. places: where the canvas shows those that have no place of their own; sizes: width and height.

    Without sizes, nodes count as points.
    """

    ids: tuple[str, ...]
    edge: Edge
    places: dict[str, Place] = {}
    sizes: dict[str, tuple[float, float]] = {}

    def label(self) -> str:
        return f"align {EDGES.get(self.edge, self.edge)}"

    def apply(self, cell: Cell) -> Cell:
        ids = require(cell, self.ids)
        if self.edge not in EDGES:
            raise BadInput("align", f"found {str(self.edge)[:20]!r}", f"use one of {', '.join(EDGES)}")
        if len(ids) < 2:
            raise BadInput("align", "one node alone is always in line", "choose two or more")
        boxes: dict[str, tuple[float, float, float, float]] = {}
        for id in ids:
            place = find(cell, id).place or self.places.get(id)
            if place is None:
                raise BadInput(id, "it is placed by the automatic layout", "move it first")
            width, height = self.sizes.get(id, (0.0, 0.0))
            boxes[id] = (place.x - width / 2, place.y - height / 2, width, height)
        moved = {id: _aligned(box, list(boxes.values()), self.edge) for id, box in boxes.items()}
        check_places(moved)
        return _placed(cell, moved)


class ClearPlaces(CellEdit, frozen=True):
    """Back to the automatic layout: these nodes, or all when none is named."""

    ids: tuple[str, ...] = ()

    def label(self) -> str:
        return f"lay out {some(self.ids)}" if self.ids else "lay out the cell"

    def apply(self, cell: Cell) -> Cell:
        ids = require(cell, self.ids) if self.ids else frozenset(node.id for node in cell.nodes)
        nodes = tuple(structs.replace(node, place=None) if node.id in ids else node for node in cell.nodes)
        return structs.replace(cell, nodes=nodes)


def _aligned(
    box: tuple[float, float, float, float], boxes: list[tuple[float, float, float, float]], edge: str
) -> Place:
    x, y, width, height = box
    lefts, tops = [b[0] for b in boxes], [b[1] for b in boxes]
    rights, bottoms = [b[0] + b[2] for b in boxes], [b[1] + b[3] for b in boxes]
    match edge:
        case "left":
            x = min(lefts)
        case "right":
            x = max(rights) - width
        case "top":
            y = min(tops)
        case "bottom":
            y = max(bottoms) - height
        case "centre_x":
            x = (min(lefts) + max(rights)) / 2 - width / 2
        case _:
            y = (min(tops) + max(bottoms)) / 2 - height / 2
    return Place(x + width / 2, y + height / 2)


def _placed(cell: Cell, places: dict[str, Place]) -> Cell:
    nodes = tuple(structs.replace(n, place=places[n.id]) if n.id in places else n for n in cell.nodes)
    return structs.replace(cell, nodes=nodes)
