"""Wires of one source share their way; each piece of it is drawn once. No Qt in here."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from playground.cell.layout.shapes import Point, WireRoute

Span = tuple[bool, float, float, float]  # whether it lies flat, at which height (or x), from, to


def own_parts(routes: Iterable[WireRoute]) -> dict[tuple[str, str, int], tuple[Point, ...]]:
    """What each wire draws itself: from where it leaves the wires of its source that are drawn already, to its end.

    Memory lines come first, then the longest. Nothing is left of a wire that runs all its way on others.
    """
    by_source: dict[str, list[WireRoute]] = {}
    for route in routes:
        by_source.setdefault(route.source, []).append(route)
    parts = {}
    for group in by_source.values():
        if len(group) == 1:
            parts[group[0].source, group[0].target, group[0].port] = group[0].points
        else:
            parts.update(_shared(tuple(group)))
    return parts


@lru_cache(maxsize=1024)
def _shared(group: tuple[WireRoute, ...]) -> dict[tuple[str, str, int], tuple[Point, ...]]:
    """Of the wires of one source. Kept, because an edit leaves most sources as they are."""
    parts = {}
    spans: list[Span] = []
    for route in sorted(group, key=lambda route: (not route.is_memory_line, -_length(route.points))):
        part = _fresh(route.points, spans)
        parts[route.source, route.target, route.port] = part
        spans.extend(_span(a, b) for a, b in pairwise(part))
    return parts


def _fresh(points: Sequence[Point], spans: list[Span]) -> tuple[Point, ...]:
    """The end of the polyline, from the first point that no span covers."""
    for index, (a, b) in enumerate(pairwise(points)):
        reached = _covered(a, b, spans)
        if reached != b:
            return (reached, *points[index + 1 :])
    return ()


def _covered(a: Point, b: Point, spans: list[Span]) -> Point:
    """How far from `a` towards `b` the spans reach."""
    flat, at, low, high = _span(a, b)
    start, end = (a.x, b.x) if flat else (a.y, b.y)
    forward = end >= start
    line = [
        (lo, hi) for is_flat, level, lo, hi in spans if is_flat == flat and level == at and lo <= high and hi >= low
    ]
    moved = True
    while moved:
        moved = False
        for lo, hi in line:
            if lo <= start <= hi and (hi > start if forward else lo < start):
                start, moved = (min(hi, end), start < min(hi, end)) if forward else (max(lo, end), start > max(lo, end))
    return Point(start, at) if flat else Point(at, start)


def _span(a: Point, b: Point) -> Span:
    if a.y == b.y:
        return (True, a.y, min(a.x, b.x), max(a.x, b.x))
    return (False, a.x, min(a.y, b.y), max(a.y, b.y))


def _length(points: Sequence[Point]) -> float:
    return sum(abs(a.x - b.x) + abs(a.y - b.y) for a, b in pairwise(points))
