"""What every layout must obey, as one function."""

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise

import pytest

from playground.cell.check import sources_of
from playground.cell.graph import Cell, Memory
from playground.cell.layout import Layout, NodeBox, Point

RIM = 2.2  # the rim of a circle or pill lies so far inside of its box where a wire meets it beside the middle


def _cuts(a: Point, b: Point, box: NodeBox, room: float) -> bool:
    """Whether the stretch a–b comes nearer to a box than `room` (negative: deeper into it)."""
    left, right = sorted((a.x, b.x))
    top, bottom = sorted((a.y, b.y))
    return left < box.right + room and right > box.x - room and top < box.bottom + room and bottom > box.y - room


def _on_rim(point: Point, box: NodeBox) -> bool:
    inside = box.x - 0.01 <= point.x <= box.right + 0.01 and box.y - 0.01 <= point.y <= box.bottom + 0.01
    depth = min(point.x - box.x, box.right - point.x, point.y - box.y, box.bottom - point.y)
    return inside and depth <= RIM


def _wanted(cell: Cell) -> Iterator[tuple[str, str, int, bool]]:
    ids = {node.id for node in cell.nodes}
    for node in cell.nodes:
        for port, source in enumerate(sources_of(node)):
            if source in ids:
                yield source, node.id, port, isinstance(node, Memory)


def _check(cell: Cell, layout: Layout, clearance: float = 8.0) -> None:
    boxes = {box.id: box for box in reversed(layout.boxes)}
    assert [box.id for box in layout.boxes] == [node.id for node in cell.nodes]
    for a, b in combinations(layout.boxes, 2):
        apart = a.right + 8 <= b.x or b.right + 8 <= a.x or a.bottom + 8 <= b.y or b.bottom + 8 <= a.y
        assert apart or (a.placed and b.placed), f"{a.id} lies on {b.id}"
    for node, box in zip(cell.nodes, layout.boxes, strict=True):
        if node.place:
            assert box.centre == pytest.approx((node.place.x, node.place.y)) and box.placed
        else:
            assert box.centre.x % 8 == box.centre.y % 8 == 0, box.id
    assert sorted((r.source, r.target, r.port, r.back) for r in layout.routes) == sorted(_wanted(cell))
    exits = {lane.memory: lane.exit for lane in layout.lanes}
    for route in layout.routes:
        name = f"{route.source} → {route.target} {route.points}"
        steps = list(pairwise(route.points))
        assert steps, name
        assert all((a.x == b.x) != (a.y == b.y) for a, b in steps), f"not orthogonal: {name}"
        assert all((a.x == b.x) != (b.x == c.x) for (a, b), (_, c) in pairwise(steps)), f"straight corner: {name}"
        assert _on_rim(route.points[0], boxes[route.source]), f"hangs loose at its source: {name}"
        if route.back:
            assert route.points[-1] == exits[route.target], name
        else:
            assert _on_rim(route.points[-1], boxes[route.target]), f"hangs loose at its target: {name}"
            ends = [port for port in layout.ports if (port.node, port.index) == (route.target, route.port)]
            assert [(port.x, port.y) for port in ends] == [route.points[-1]], name
        for box in layout.boxes:
            own = box.id == route.source or (box.id == route.target and not route.back)
            for a, b in steps:
                assert not _cuts(a, b, box, -RIM if own else clearance - 0.01), f"{name} runs across {box.id}"
    frame = layout.bounds
    corners = [Point(x, y) for box in layout.boxes for x in (box.x, box.right) for y in (box.y, box.bottom)]
    for at in (*corners, *(point for route in layout.routes for point in route.points)):
        assert frame.x - 0.01 <= at.x <= frame.right + 0.01 and frame.y - 0.01 <= at.y <= frame.bottom + 0.01


def _near_pairs(layout: Layout) -> int:
    """How many stretches of wires from different sources run nearer than 8 px beside each other."""
    stretches = {
        (route.source, a.x == b.x, a.x if a.x == b.x else a.y, *sorted((a.y, b.y) if a.x == b.x else (a.x, b.x)))
        for route in layout.routes
        for a, b in pairwise(route.points)
    }
    return sum(
        1
        for a, b in combinations(sorted(stretches), 2)
        if a[0] != b[0] and a[1] == b[1] and abs(a[2] - b[2]) < 8 and a[3] < b[4] and b[3] < a[4]
    )


@pytest.fixture(scope="session")
def check() -> Callable[..., None]:
    """check(cell, layout, clearance=8): asserts everything that holds for any layout."""
    return _check


@pytest.fixture(scope="session")
def near_pairs() -> Callable[[Layout], int]:
    return _near_pairs
