"""Turns centres and paths into the layout that the canvas draws."""

from itertools import pairwise

from playground.cell.layout.corridors import HORIZONTAL, VERTICAL, Bounds, Path
from playground.cell.layout.shapes import Lane, Layout, NodeBox, Point, Port, Rect, Shape, WireRoute
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
    structure: Structure,
    sizes: list[Size],
    centres: list[Point],
    exits: dict[int, Point],
    paths: dict[Link, Path],
    strained: int,
) -> Layout:
    nodes = structure.nodes
    boxes = tuple(
        NodeBox(node.id, at.x - width / 2, at.y - height / 2, width, height, shape, node.place is not None)
        for node, at, (width, height, shape) in zip(nodes, centres, sizes, strict=True)
    )
    lines = lane_links(structure)
    routes: list[WireRoute] = []
    ways: list[tuple[int, list[Point]]] = []
    ports: dict[tuple[str, int, str, float, float], Port] = {}
    ends: dict[int, Point] = {}
    for link in structure.links:
        path = paths[link]
        points = tidy(path.points())
        ways.append((link.source, points))
        source, target = nodes[link.source].id, nodes[link.target].id
        memory_line = link in lines or link.back
        stub = min(len(points), len(path.segments) - path.shared + 1)
        routes.append(WireRoute(source, target, link.port, tuple(points), memory_line, link.back, stub))
        start, end = path.start, path.end
        out = Port(source, -1, start.side, start.x, start.y)
        ports.setdefault((source, -1, start.side, start.x, start.y), out)
        if link.back:
            ends[link.target] = points[-1]
        else:
            ports[target, link.port, end.side, end.x, end.y] = Port(target, link.port, end.side, end.x, end.y)
    lanes = tuple(
        Lane(
            nodes[track.memory].id,
            "" if track.source is None else nodes[track.source].id,
            Point(boxes[track.memory].right, boxes[track.memory].centre.y),
            ends.get(track.memory, Point(boxes[track.memory].right, boxes[track.memory].centre.y)),
            tuple(nodes[index].id for index in track.path),
            track.top,
        )
        for track in structure.tracks
    )
    return Layout(
        boxes, tuple(routes), tuple(ports.values()), lanes, junctions(ways), _frame(boxes, routes, lanes), strained
    )


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


def junctions(ways: list[tuple[int, list[Point]]]) -> tuple[Point, ...]:
    """Where wires of one source fork: three ways meet. `ways`: the source and the points of every wire."""
    arms: dict[tuple[int, Point], set[tuple[int, int]]] = {}
    spans: dict[tuple[int, int, float], set[tuple[float, float]]] = {}
    for net, points in ways:
        for a, b in pairwise(points):
            if a.y == b.y:
                step = (1, 0) if b.x > a.x else (-1, 0)
                spans.setdefault((net, HORIZONTAL, a.y), set()).add((min(a.x, b.x), max(a.x, b.x)))
            else:
                step = (0, 1) if b.y > a.y else (0, -1)
                spans.setdefault((net, VERTICAL, a.x), set()).add((min(a.y, b.y), max(a.y, b.y)))
            arms.setdefault((net, a), set()).add(step)
            arms.setdefault((net, b), set()).add((-step[0], -step[1]))
    found = set()
    for (net, point), steps in arms.items():
        if any(low < point.x < high for low, high in spans.get((net, HORIZONTAL, point.y), ())):
            steps |= {(1, 0), (-1, 0)}
        if any(low < point.y < high for low, high in spans.get((net, VERTICAL, point.x), ())):
            steps |= {(0, 1), (0, -1)}
        if len(steps) > 2:
            found.add(point)
    return tuple(sorted(found))


def _frame(boxes: tuple[NodeBox, ...], routes: list[WireRoute], lanes: tuple[Lane, ...]) -> Rect:
    xs = [x for box in boxes for x in (box.x, box.right)] + [p.x for route in routes for p in route.points]
    ys = [y for box in boxes for y in (box.y, box.bottom)] + [p.y for route in routes for p in route.points]
    xs += [lane.exit.x for lane in lanes]
    ys += [lane.exit.y for lane in lanes]
    if not xs:
        return Rect(0.0, 0.0, 0.0, 0.0)
    return Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
