"""Turns centres and paths into the layout that the canvas draws."""

from playground.cell.layout.corridors import HORIZONTAL, Bounds, Path
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
    ports: dict[tuple[str, int, str, float, float], Port] = {}
    ends: dict[int, Point] = {}
    for link in structure.links:
        path = paths[link]
        points = tidy(path.points())
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
        boxes, tuple(routes), tuple(ports.values()), lanes, junctions(paths), _frame(boxes, routes, lanes), strained
    )


def tidy(points: list[Point]) -> list[Point]:
    """Without points that repeat or lie on a straight line between their neighbours."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        while len(kept) > 1 and _between(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return kept if len(kept) > 1 else points[:2]


def _between(a: Point, b: Point, c: Point) -> bool:
    return (a.x == b.x == c.x) or (a.y == b.y == c.y)


def junctions(paths: dict[Link, Path]) -> tuple[Point, ...]:
    """Where wires of one source fork: a corner or an end of one lies inside another, or three ways meet."""
    arms: dict[tuple[int, Point], set[tuple[int, int]]] = {}
    spans: dict[int, set[tuple[int, float, float, float]]] = {}
    for path in paths.values():
        points = tidy(path.points())
        for a, b in zip(points, points[1:], strict=False):
            way = (1 if b.x > a.x else -1 if b.x < a.x else 0, 1 if b.y > a.y else -1 if b.y < a.y else 0)
            arms.setdefault((path.net, a), set()).add(way)
            arms.setdefault((path.net, b), set()).add((-way[0], -way[1]))
            kind = HORIZONTAL if way[0] else 1
            low, high = (min(a.x, b.x), max(a.x, b.x)) if way[0] else (min(a.y, b.y), max(a.y, b.y))
            spans.setdefault(path.net, set()).add((kind, a.y if way[0] else a.x, low, high))
    found = []
    for (net, point), ways in arms.items():
        for kind, at, low, high in spans[net]:
            if kind == HORIZONTAL and at == point.y and low < point.x < high:
                ways |= {(1, 0), (-1, 0)}
            elif kind != HORIZONTAL and at == point.x and low < point.y < high:
                ways |= {(0, 1), (0, -1)}
        if len(ways) > 2:
            found.append(point)
    return tuple(sorted(set(found)))


def _frame(boxes: tuple[NodeBox, ...], routes: list[WireRoute], lanes: tuple[Lane, ...]) -> Rect:
    xs = [x for box in boxes for x in (box.x, box.right)] + [p.x for route in routes for p in route.points]
    ys = [y for box in boxes for y in (box.y, box.bottom)] + [p.y for route in routes for p in route.points]
    xs += [lane.exit.x for lane in lanes]
    ys += [lane.exit.y for lane in lanes]
    if not xs:
        return Rect(0.0, 0.0, 0.0, 0.0)
    return Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
