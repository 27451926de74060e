"""Where an arrow key leads: along a wire if there is one that way, else to the nearest node. No Qt in here."""

from typing import Literal

from playground.cell.layout.shapes import Layout, NodeBox

Direction = Literal["left", "right", "up", "down"]
ALONG = 0.5  # a node at the other end of a wire counts as so much nearer
ASIDE = 2.0  # a step sideways counts as so much farther


def follow(layout: Layout, start: str, direction: Direction) -> str:
    """The id of the node that an arrow key leads to; the start where nothing lies that way."""
    boxes = {box.id: box for box in reversed(layout.boxes)}
    if start not in boxes:
        return first(layout)
    here = boxes[start]
    wired = {r.target for r in layout.routes if r.source == start} | {
        r.source for r in layout.routes if r.target == start
    }
    best, found = float("inf"), start
    for box in layout.boxes:
        if box.id != start:
            away = _away(here, box, direction) * (ALONG if box.id in wired else 1.0)
            if away < best:
                best, found = away, box.id
    return found


def first(layout: Layout) -> str:
    """The upper left node, "" in an empty cell."""
    box = min(layout.boxes, key=lambda box: (box.x + box.y, box.x), default=None)
    return box.id if box is not None else ""


def _away(here: NodeBox, there: NodeBox, direction: Direction) -> float:
    """How far a box lies that way; endless where it does not lie that way at all."""
    dx, dy = there.centre.x - here.centre.x, there.centre.y - here.centre.y
    along, aside = {"left": (-dx, dy), "right": (dx, dy), "up": (-dy, dx), "down": (dy, dx)}[direction]
    return along + ASIDE * abs(aside) if along > 4 else float("inf")
