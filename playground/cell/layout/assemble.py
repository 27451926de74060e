"""Turns centres and paths into the layout that the canvas draws."""

from functools import lru_cache
from itertools import pairwise

from playground.cell.check import arity
from playground.cell.graph import Gate, Memory, Operation, Output
from playground.cell.layout.corridors import Path
from playground.cell.layout.obstacles import HORIZONTAL, VERTICAL, Bounds
from playground.cell.layout.shapes import Lane, Layout, NodeBox, Point, Port, Rect, Shape, Side, WireRoute
from playground.cell.layout.structure import Link, Structure
from playground.cell.layout.wiring import lane_links

Size = tuple[float, float, Shape]


def bounds_of(centres: list[Point], sizes: list[Size]) -> list[Bounds]:
    """Left, top, right and bottom of every box."""
    return [
        (point.x - width / 2, point.y - height / 2, point.x + width / 2, point.y + height / 2)
        for point, (width, height, _) in zip(centres, sizes, strict=True)
    ]


def assemble(
    structure: Structure, sizes: list[Size], centres: list[Point], paths: dict[Link, Path], strained: int
) -> Layout:
    nodes = structure.nodes
    boxes = tuple(
        NodeBox(node.id, at.x - width / 2, at.y - height / 2, width, height, shape, node.place is not None)
        for node, at, (width, height, shape) in zip(nodes, centres, sizes, strict=True)
    )
    lines = lane_links(structure)
    ways = {link: _drawn(paths[link]) for link in structure.links}
    nets: dict[int, list[tuple[Point, ...]]] = {}
    for link, points in ways.items():
        nets.setdefault(link.source, []).append(points)
    forks = {net: _forks(tuple(group)) for net, group in nets.items() if len(group) > 1}
    routes: list[WireRoute] = []
    exits: dict[int, Point] = {}
    for link, points in ways.items():
        memory = lines.get(link, link.target if link.back else -1)
        source, target = nodes[link.source].id, nodes[link.target].id
        own = _own(points, forks.get(link.source, frozenset()))
        line = nodes[memory].id if memory >= 0 else ""
        routes.append(WireRoute(source, target, link.port, points, own, line, link.back))
        if link.back:
            exits[link.target] = points[-1]
    lanes = []
    for track in structure.tracks:
        box = boxes[track.memory]
        entry = Point(box.right, box.centre.y)
        source = "" if track.source is None else nodes[track.source].id
        carriers = tuple(nodes[index].id for index in track.path)
        lanes.append(Lane(box.id, source, entry, exits.get(track.memory, entry), carriers, track.top))
    ports = _ports(structure, boxes, paths)
    junctions = tuple(sorted({point for points in forks.values() for point in points}))
    return Layout(boxes, tuple(routes), ports, tuple(lanes), junctions, _frame(boxes, routes), strained)


def _ports(structure: Structure, boxes: tuple[NodeBox, ...], paths: dict[Link, Path]) -> tuple[Port, ...]:
    """Where wires end, and for every node a free port for the next wire in, and one out where none leaves yet."""
    ports: dict[Port, None] = {}
    leaving: set[int] = set()
    sides: set[tuple[int, Side]] = set()
    count = [0] * len(boxes)
    for link, path in paths.items():
        start, end = path.start, path.end
        ports[Port(boxes[link.source].id, -1, start.side, start.x, start.y)] = None
        leaving.add(link.source)
        sides.add((link.source, start.side))
        count[link.target] += 1
        if not link.back:
            ports[Port(boxes[link.target].id, link.port, end.side, end.x, end.y)] = None
            sides.add((link.target, end.side))
    for index, node in enumerate(structure.nodes):
        box = boxes[index]
        if isinstance(node, Memory):
            ports[Port(box.id, 0, "left", box.x, box.centre.y, not count[index])] = None
        elif isinstance(node, Gate | Operation | Output):
            most = arity(node.operation)[1] if isinstance(node, Operation) else None
            if most is None or count[index] < most:
                order: tuple[Side, ...] = ("left", "bottom", "top", "right")
                free = [side for side in order if (index, side) not in sides]
                ports[_middle(box, len(_given(node)), free[0] if free else "left")] = None
        if index not in leaving and not isinstance(node, Output):
            free = [side for side in ("right", "top", "bottom") if (index, side) not in sides]
            ports[_middle(box, -1, free[0] if free else "right")] = None
    return tuple(ports)


def _given(node: Gate | Operation | Output) -> tuple[object, ...]:
    return node.wires if isinstance(node, Gate) else node.sources


def _middle(box: NodeBox, index: int, side: Side) -> Port:
    x = {"left": box.x, "right": box.right}.get(side, box.centre.x)
    y = {"top": box.y, "bottom": box.bottom}.get(side, box.centre.y)
    return Port(box.id, index, side, x, y, True)


@lru_cache(maxsize=4096)
def _drawn(path: Path) -> tuple[Point, ...]:
    """The polyline of a wire. Kept as `_forks` is, because an edit leaves most wires as they are."""
    return tuple(tidy(path.points()))


def tidy(points: list[Point]) -> list[Point]:
    """Without points that repeat or lie on a straight line between their neighbours."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        while len(kept) > 1 and (kept[-2].x == kept[-1].x == point.x or kept[-2].y == kept[-1].y == point.y):
            kept.pop()
        kept.append(point)
    return kept if len(kept) > 1 else points[:2]


@lru_cache(maxsize=1024)
def _forks(ways: tuple[tuple[Point, ...], ...]) -> frozenset[Point]:
    """The points where three ways of one source meet."""
    arms: dict[Point, set[tuple[int, int]]] = {}
    spans: dict[tuple[int, float], set[tuple[float, float]]] = {}
    for points in ways:
        for a, b in pairwise(points):
            if a.y == b.y:
                step = (1, 0) if b.x > a.x else (-1, 0)
                spans.setdefault((HORIZONTAL, a.y), set()).add((min(a.x, b.x), max(a.x, b.x)))
            else:
                step = (0, 1) if b.y > a.y else (0, -1)
                spans.setdefault((VERTICAL, a.x), set()).add((min(a.y, b.y), max(a.y, b.y)))
            arms.setdefault(a, set()).add(step)
            arms.setdefault(b, set()).add((-step[0], -step[1]))
    found = set()
    for point, steps in arms.items():
        if any(low < point.x < high for low, high in spans.get((HORIZONTAL, point.y), ())):
            steps |= {(1, 0), (-1, 0)}
        if any(low < point.y < high for low, high in spans.get((VERTICAL, point.x), ())):
            steps |= {(0, 1), (0, -1)}
        if len(steps) > 2:
            found.add(point)
    return frozenset(found)


def _own(points: tuple[Point, ...], forks: frozenset[Point]) -> tuple[Point, ...]:
    """The part of a wire behind the last fork on it."""
    if not forks:
        return points
    for k in range(len(points) - 2, -1, -1):
        a, b = points[k], points[k + 1]
        low, high, left, right = min(a.y, b.y), max(a.y, b.y), min(a.x, b.x), max(a.x, b.x)
        on = [f for f in forks if left <= f.x <= right and low <= f.y <= high and f != b]
        if on:
            last = min(on, key=lambda f: abs(f.x - b.x) + abs(f.y - b.y))
            return (last, *points[k + 1 :])
    return points


def _frame(boxes: tuple[NodeBox, ...], routes: list[WireRoute]) -> Rect:
    if not boxes:
        return Rect(0.0, 0.0, 0.0, 0.0)
    points = [point for route in routes for point in route.points]
    xs = [x for box in boxes for x in (box.x, box.right)] + [x for x, _ in points]
    ys = [y for box in boxes for y in (box.y, box.bottom)] + [y for _, y in points]
    return Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
