"""What lies at a point of the scene: a port, a node, an end of a wire, a wire. No Qt in here."""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot
from typing import Literal, NamedTuple

from playground.cell.layout.shapes import Layout, NodeBox, Point

PORT = 9.0  # how near to a port one must be to pull a wire out of it
NEAR = 6.0  # how near to a wire
END = 26.0  # the last stretch of a wire, by which it can be taken off


class Hit(NamedTuple):
    """`node`: the box's place among the layout's boxes, -1 for none; `route` likewise. `end`: of a wire, nearby."""

    kind: Literal["port", "node", "wire", "empty"]
    node: int = -1
    route: int = -1
    end: Literal["", "source", "target"] = ""


EMPTY = Hit("empty")


def port_of(box: NodeBox) -> Point:
    """Where a wire is pulled out of a node."""
    return Point(box.right, box.y + box.height / 2)


def hit(layout: Layout, x: float, y: float, sources: frozenset[int] | None = None) -> Hit:
    """What lies at (x, y). sources: the boxes that have a port (all, when None)."""
    for index in range(len(layout.boxes) - 1, -1, -1):
        if sources is None or index in sources:
            port = port_of(layout.boxes[index])
            if abs(x - port.x) <= PORT and abs(y - port.y) <= PORT:
                return Hit("port", index)
    node = node_at(layout, x, y)
    if node >= 0:
        return Hit("node", node)
    route = wire_at(layout, x, y)
    if route >= 0:
        points = layout.routes[route].points
        start, end = points[0], points[-1]
        if hypot(x - end.x, y - end.y) <= END:
            return Hit("wire", -1, route, "target")
        return Hit("wire", -1, route, "source" if hypot(x - start.x, y - start.y) <= END else "")
    return EMPTY


def node_at(layout: Layout, x: float, y: float, margin: float = 0.0) -> int:
    """The upper one of the boxes there, -1 for none."""
    for index in range(len(layout.boxes) - 1, -1, -1):
        box = layout.boxes[index]
        if box.x - margin <= x <= box.right + margin and box.y - margin <= y <= box.bottom + margin:
            return index
    return -1


def wire_at(layout: Layout, x: float, y: float, near: float = NEAR) -> int:
    """The nearest wire there, -1 for none. On a trunk that wires share, the one that ends nearest."""
    best, found = (True, near + 1.0, 0.0), -1
    for index, route in enumerate(layout.routes):
        away = distance(route.points, x, y)
        if away <= near:
            end = route.points[-1]
            key = (distance(route.own, x, y) > near, away, abs(end.x - x) + abs(end.y - y))
            if key < best:
                best, found = key, index
    return found


def distance(points: Sequence[Point], x: float, y: float) -> float:
    """How far the point (x, y) is from an orthogonal polyline."""
    least = 1e9
    for a, b in pairwise(points):
        left, right = (a.x, b.x) if a.x <= b.x else (b.x, a.x)
        top, bottom = (a.y, b.y) if a.y <= b.y else (b.y, a.y)
        across = max(left - x, 0.0, x - right)
        down = max(top - y, 0.0, y - bottom)
        if across < least and down < least:
            least = min(least, hypot(across, down))
    return least
