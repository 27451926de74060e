"""Finds ways for wires between boxes: a search over free corridors, cheap in bends, length and crossings.

A corridor is a horizontal or vertical line that keeps clear of every box, as long as it can be. Wires of one source
grow a tree: each further wire may leave from any point of those already there, so that they share a trunk.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

from playground.cell.layout.obstacles import HORIZONTAL, VERTICAL, Bounds, Obstacles
from playground.cell.layout.shapes import CLEARANCE, GRID, OUTWARD, Point, Side

BEND, CROSSING, BESIDE = 28.0, 26.0, 14.0  # what they cost, in pixels of length
STUCK = 120.0  # running on another wire where neither can give way, straight before a port
OUTER = 48.0  # how far outside of all boxes a wire may run
# Among many corridors the search trusts distance more than it should, to be quick: up to so many, so much.
HASTE = ((200, 1.0), (800, 1.7), (float("inf"), 3.0))
_FAR = float("inf")


class Spot(NamedTuple):
    """A place where a wire may meet a box.

    `key` is the same for spots that only one source may use; `cost`: dislike.
    """

    x: float
    y: float
    side: Side
    cost: float
    key: tuple[int, str, int]


class Path(NamedTuple):
    """A wire's way: its segments as (direction, coordinate), from the point `start` to the point `end`."""

    net: int
    start: Spot
    end: Spot
    segments: tuple[tuple[int, float], ...]
    shared: int  # how many of the first segments belong to a trunk

    def points(self) -> list[Point]:
        return corners((self.start.x, self.start.y), self.segments, (self.end.x, self.end.y))


def corners(start: tuple[float, float], segments: Sequence[tuple[int, float]], end: tuple[float, float]) -> list[Point]:
    """The polyline of alternating segments between two points that lie on the first and the last."""
    points = [Point(*start)]
    for first, second in pairwise(segments):
        points.append(Point(second[1], first[1]) if first[0] == HORIZONTAL else Point(first[1], second[1]))
    points.append(Point(*end))
    return points


class _Start(NamedTuple):
    """Where a wire begins: in segment number `tree[1]` of path number `tree[0]`, or at a spot."""

    tree: tuple[int, int] | None
    spot: Spot | None


class _Entry(NamedTuple):
    """A state of the search: on corridor `corridor`, entered between `a` and `b`, coming from `before`."""

    corridor: int
    a: float
    b: float
    before: "_Entry | _Start"


class _Ray(NamedTuple):
    way: int
    at: float
    lo: float
    hi: float
    port: float
    sign: int
    spot: Spot


class Router:
    """Routes wires one after another around `boxes`; wires routed earlier have the better places."""

    def __init__(self, boxes: Sequence[Bounds], clearance: float = CLEARANCE) -> None:
        self.obstacles = Obstacles(boxes, clearance)
        self.clearance = clearance
        self.way: list[int] = []
        self.at: list[float] = []
        self.lo: list[float] = []
        self.hi: list[float] = []
        self.hits: list[list[float] | None] = []  # where wires cross the corridor, once somebody asks
        self.used: list[list[tuple[float, float, int]]] = []  # which parts of it wires run on
        self.crossings: dict[int, list[tuple[float, int]]] = {}
        # by direction, sorted: at, lo, hi, net
        self.segments: tuple[list[tuple[float, float, float, int]], ...] = ([], [])
        self.asked: list[int] = []
        self.trees: dict[int, list[tuple[int, float, float, int, int]]] = {}
        self.bare: dict[int, list[int]] = {}  # paths of a source that have no corridors yet
        self.paths: list[Path] = []
        self._lay_corridors()
        self.common = len(self.way)
        self.sorted: list[list[tuple[float, int]]] = [
            sorted((self.at[k], k) for k in range(self.common) if self.way[k] == way) for way in (HORIZONTAL, VERTICAL)
        ]

    # -- corridors -----------------------------------------------------------------------------------------------------

    def _lay_corridors(self) -> None:
        boxes, unit = self.obstacles.boxes, GRID if self.clearance == CLEARANCE else 1.0
        edge = self.clearance + unit
        ys = {floor((b[1] - edge) / unit) * unit for b in boxes} | {ceil((b[3] + edge) / unit) * unit for b in boxes}
        xs = {floor((b[0] - edge) / unit) * unit for b in boxes} | {ceil((b[2] + edge) / unit) * unit for b in boxes}
        for way, lines in ((HORIZONTAL, ys), (VERTICAL, xs)):
            for at, lo, hi in self.obstacles.free(way, lines, OUTER):
                self._add(way, at, lo, hi)

    def _add(self, way: int, at: float, lo: float, hi: float) -> int:
        self.way.append(way)
        self.at.append(at)
        self.lo.append(lo)
        self.hi.append(hi)
        self.hits.append(None)
        self.used.append([])
        return len(self.way) - 1

    def _crossed(self, corridor: int) -> list[tuple[float, int]]:
        """The common corridors that cross this one: (where, which)."""
        known = self.crossings.get(corridor)
        if known is None:
            way, at, lo, hi = self.way[corridor], self.at[corridor], self.lo[corridor], self.hi[corridor]
            across = self.sorted[1 - way]
            part = across[bisect_left(across, (lo,)) : bisect_right(across, (hi, self.common))]
            known = [(where, other) for where, other in part if self.lo[other] <= at <= self.hi[other]]
            self.crossings[corridor] = known
        return known

    def _ray(self, spot: Spot) -> _Ray:
        """The way straight out of a spot, until a box comes near."""
        dx, dy = OUTWARD[spot.side]
        way, at, port, sign = (HORIZONTAL, spot.y, spot.x, dx) if dx else (VERTICAL, spot.x, spot.y, dy)
        around = self.obstacles
        if dx:
            low, high, end = 0, 2, around.right + OUTER if sign > 0 else around.left - OUTER
        else:
            low, high, end = 1, 3, around.bottom + OUTER if sign > 0 else around.top - OUTER
        for box in around.beside(way, at):
            if sign > 0 and box[low] >= port and box[low] - self.clearance < end:
                end = max(port, box[low] - self.clearance)
            elif sign < 0 and box[high] <= port and box[high] + self.clearance > end:
                end = min(port, box[high] + self.clearance)
        return _Ray(way, at, min(port, end), max(port, end), port, sign, spot)

    def _keep(self, ray: _Ray) -> int:
        return self._add(ray.way, ray.at, ray.lo, ray.hi)

    def _known(self, corridor: int) -> list[float]:
        """Where wires cross the corridor, in order; from now on it is kept up to date."""
        hits = self.hits[corridor]
        if hits is None:
            way, at, low, high = self.way[corridor], self.at[corridor], self.lo[corridor], self.hi[corridor]
            across, along = self.segments[1 - way], self.segments[way]
            part = across[bisect_left(across, (low,)) : bisect_right(across, (high, _FAR))]
            hits = [where for where, lo, hi, _ in part if lo < at < hi]
            part = along[bisect_right(along, (at - GRID, _FAR)) : bisect_left(along, (at + GRID,))]
            self.used[corridor] = [(lo, hi, net) for _, lo, hi, net in part]
            self.hits[corridor] = hits
            self.asked.append(corridor)
        return hits

    # -- search --------------------------------------------------------------------------------------------------------

    def connect(self, net: int, starts: Sequence[Spot], goals: Sequence[Spot], straight: bool = False) -> Path | None:
        """The cheapest way from one of `starts`, or from what `net` has already, to one of `goals`, or None.

        `straight`: wires fork only from the first segment of their trunk.
        """
        rays = [self._ray(goal) for goal in goals]
        heap: list[tuple[float, int, float, _Entry, _Ray | None]] = []
        count = 0

        ends = [(ray.port, ray.at) if ray.way == HORIZONTAL else (ray.at, ray.port) for ray in rays]
        left, right = min(x for x, _ in ends), max(x for x, _ in ends)
        top, bottom = min(y for _, y in ends), max(y for _, y in ends)
        best: dict[int, float] = {}
        eager = next(trust for most, trust in HASTE if self.common <= most)

        def push(cost: float, corridor: int, a: float, b: float, before: _Entry | _Start) -> None:
            """Adds a state, unless the corridor was entered in a better place.

            The guess: what is left at the very least.
            """
            nonlocal count
            at = self.at[corridor]
            if self.way[corridor] == HORIZONTAL:
                guess = cost + eager * (max(top - at, at - bottom, 0.0) + max(left - b, a - right, 0.0))
            else:
                guess = cost + eager * (max(left - at, at - right, 0.0) + max(top - b, a - bottom, 0.0))
            if corridor in best and best[corridor] <= guess:
                return
            best[corridor] = guess
            count += 1
            heappush(heap, (guess, count, cost, _Entry(corridor, a, b, before), None))

        tree = self._tree(net)
        for corridor, lo, hi, path, segment in tree:
            if not (straight and segment):
                push(0.0, corridor, lo, hi, _Start((path, segment), None))
        for start in starts:
            ray = self._ray(start)
            push(start.cost + (40.0 if tree else 0.0), self._keep(ray), ray.port, ray.port, _Start(None, start))
        least_end = _FAR  # what the cheapest way that is complete costs: what cannot be cheaper is not looked at
        while heap:
            guess, _, cost, entry, goal = heappop(heap)
            if goal is not None:
                return self._finish(net, entry, goal)
            corridor = entry.corridor
            if guess > best[corridor]:
                continue
            way, at, lo, hi = self.way[corridor], self.at[corridor], self.lo[corridor], self.hi[corridor]
            for ray in rays:
                end = self._reach(cost, entry, ray, way, at, lo, hi, net)
                if end is not None and end < least_end:
                    least_end = end
                    count += 1
                    heappush(heap, (end, count, end, entry, ray))
            a, b = entry.a, entry.b
            if way == HORIZONTAL:
                rest, low, high = max(top - at, at - bottom, 0.0), left, right
            else:
                rest, low, high = max(left - at, at - right, 0.0), top, bottom
            least, turned = cost + BEND + eager * rest, cost + BEND
            hits: list[float] | None = None
            others: list[tuple[float, float]] = []
            for where, other in self._crossed(corridor):
                way_there = a - where if where < a else where - b if where > b else 0.0
                away = low - where if where < low else where - high if where > high else 0.0
                bound = least + way_there + eager * away
                if bound >= least_end or best.get(other, _FAR) <= bound:
                    continue
                price = turned
                if way_there:  # as `_along` and `push`, which would be called too often from here
                    if hits is None:
                        hits = self._known(corridor)
                        others = [(first, last) for first, last, owner in self.used[corridor] if owner != net]
                    first, last = (where, a) if where < a else (b, where)
                    price += last - first + CROSSING * (bisect_left(hits, last) - bisect_right(hits, first))
                    for lo, hi in others:
                        if lo < last and hi > first:
                            price += BESIDE
                guess = price + eager * (away + rest)
                if guess < least_end and guess < best.get(other, _FAR):
                    best[other] = guess
                    count += 1
                    heappush(heap, (guess, count, price, _Entry(other, at, at, entry), None))
        return None

    def _reach(
        self, cost: float, entry: _Entry, ray: _Ray, way: int, at: float, lo: float, hi: float, net: int
    ) -> float | None:
        """What it costs to end through `ray`, or None where it cannot be reached from this corridor."""
        if way == ray.way:
            nearest = min(max(ray.port, entry.a), entry.b)
            reach = ray.port + self.clearance * ray.sign
            straight = abs(at - ray.at) < 0.01 and (nearest - ray.port) * ray.sign >= 0 and lo <= reach <= hi
            return cost + ray.spot.cost + self._along(entry.corridor, entry, ray.port, net) if straight else None
        if not (lo <= ray.at <= hi and ray.lo <= at <= ray.hi):
            return None
        rest = abs(at - ray.port) + ray.spot.cost + BEND
        first, last = min(at, ray.port), max(at, ray.port)
        across, along = self.segments[1 - ray.way], self.segments[ray.way]
        for _, low, high, owner in across[bisect_left(across, (first,)) : bisect_right(across, (last, _FAR))]:
            if owner != net and low < ray.at < high:
                rest += CROSSING
        for _, low, high, owner in along[
            bisect_right(along, (ray.at - GRID, _FAR)) : bisect_left(along, (ray.at + GRID,))
        ]:
            if owner != net and low < last and high > first:
                rest += STUCK
        return cost + rest + self._along(entry.corridor, entry, ray.at, net)

    def _along(self, corridor: int, entry: _Entry, to: float, net: int) -> float:
        """The cost of running on a corridor from where it was entered to `to`."""
        start = min(max(to, entry.a), entry.b)
        low, high = (start, to) if start <= to else (to, start)
        if low == high:
            return 0.0
        hits = self._known(corridor)
        cost = high - low + CROSSING * (bisect_left(hits, high) - bisect_right(hits, low))
        for lo, hi, owner in self.used[corridor]:
            if owner != net and lo < high and hi > low:
                cost += BESIDE
        return cost

    # -- results -------------------------------------------------------------------------------------------------------

    def _finish(self, net: int, entry: _Entry, ray: _Ray) -> Path:
        chain: list[_Entry] = []
        step: _Entry | _Start = entry
        while isinstance(step, _Entry):
            chain.append(step)
            step = step.before
        chain.reverse()
        corridors = [item.corridor for item in chain]
        segments = [(self.way[c], self.at[c]) for c in corridors]
        if (ray.way, ray.at) != segments[-1]:
            segments.append((ray.way, ray.at))
            corridors.append(self._keep(ray))
        before: tuple[tuple[int, float], ...] = ()
        if step.tree is not None:
            path = self.paths[step.tree[0]]
            before, start = path.segments[: step.tree[1]], path.start
        else:
            assert step.spot is not None
            start = step.spot
        shared = len(before) + (step.tree is not None)
        made = Path(net, start, ray.spot, (*before, *segments), shared)
        self.add(made, [-1] * len(before) + corridors)
        return made

    def add(self, path: Path, corridors: Sequence[int] | None = None) -> None:
        """Takes in a path; without `corridors` it was not found by a search."""
        number = len(self.paths)
        self.paths.append(path)
        for k, (way, at, lo, hi) in enumerate(stretches(path)):
            if corridors is None or corridors[k] >= 0:
                self._occupy(way, at, lo, hi, path.net)
            if corridors is not None and corridors[k] >= 0:
                self.trees.setdefault(path.net, []).append((corridors[k], lo, hi, number, k))
        if corridors is None:
            self.bare.setdefault(path.net, []).append(number)

    def take(self, paths: Iterable[Path]) -> None:
        """Takes in many paths that were routed before, while nothing has been asked yet."""
        for path in paths:
            self.bare.setdefault(path.net, []).append(len(self.paths))
            self.paths.append(path)
            for way, at, lo, hi in stretches(path):
                if lo != hi:
                    self.segments[way].append((at, lo, hi, path.net))
        for along in self.segments:
            along.sort()

    def _tree(self, net: int) -> list[tuple[int, float, float, int, int]]:
        """What a source has already: corridor, from, to, and which segment of which path it is."""
        tree = self.trees.setdefault(net, [])
        for number in self.bare.pop(net, ()):
            for k, (way, at, lo, hi) in enumerate(stretches(self.paths[number])):
                tree.append((self._add(way, at, lo, hi), lo, hi, number, k))
        return tree

    def _occupy(self, way: int, at: float, lo: float, hi: float, net: int) -> None:
        if lo == hi:
            return
        insort(self.segments[way], (at, lo, hi, net))
        for corridor in self.asked:
            if self.way[corridor] != way:
                if self.lo[corridor] <= at <= self.hi[corridor] and lo < self.at[corridor] < hi:
                    insort(self._known(corridor), at)
            elif abs(self.at[corridor] - at) < GRID:
                self.used[corridor].append((lo, hi, net))


def stretches(path: Path) -> list[tuple[int, float, float, float]]:
    """Every segment of a path as direction, coordinate, from, to."""
    segments = path.segments
    last = len(segments) - 1
    found = []
    for k, (way, at) in enumerate(segments):
        a = segments[k - 1][1] if k else (path.start.x if way == HORIZONTAL else path.start.y)
        b = segments[k + 1][1] if k < last else (path.end.x if way == HORIZONTAL else path.end.y)
        found.append((way, at, a, b) if a <= b else (way, at, b, a))
    return found
