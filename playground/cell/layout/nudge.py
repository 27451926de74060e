"""Pulls wires of different sources apart that run on the same line or nearly so.

All segments of one source on one line form a bar. A bar that no port holds may be moved across its direction; what
hangs on it follows. Each is tried at a few places near by, and the one with the fewest conflicts, crossings and
pixels wins.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from math import inf

from playground.cell.layout.corridors import Path, stretches
from playground.cell.layout.obstacles import HORIZONTAL, Bounds, Obstacles
from playground.cell.layout.shapes import CLEARANCE, GRID

REACH = 8  # grid steps a bar may move to either side
ROUNDS = 3
RIM = 3.0  # how far inside of a circle's box its rim may lie
SPACE = 4.0  # bars in line with each other keep this distance
CONFLICT, CROSS = 1000.0, 30.0


class Bar:
    """One line of one source.

    `pins`: fixed ends along it; `stops`: the bars at right angles that end or begin on it.
    """

    __slots__ = ("at", "fixed", "hi", "lo", "net", "pins", "still", "stops", "way")

    def __init__(self, net: int, way: int, at: float) -> None:
        self.net, self.way, self.at = net, way, at
        self.fixed = False  # a port holds it
        self.still = True  # and all of it was there before
        self.pins: list[float] = []
        self.stops: set[int] = set()
        self.lo = self.hi = 0.0


class Nudger:
    """Works on paths; `moved()` gives them back with new coordinates. Paths in `still` keep their place.

    `before`: how many pairs were too near when all that is still was laid. If none were, only what is loose can be, and
    only what lies around it is looked at.
    """

    def __init__(
        self, paths: Sequence[Path], boxes: Sequence[Bounds], still: Sequence[bool] | None = None, before: int = 1
    ) -> None:
        self.before = before
        self.paths = paths
        self.obstacles = Obstacles(boxes, CLEARANCE)
        self.bars: list[Bar] = []
        self.of: list[list[int]] = []  # the bar of every segment
        self.lines: dict[tuple[int, int, float], list[int]] = {}
        held = still or [False] * len(paths)
        nets = {path.net for path, fixed in zip(paths, held, strict=True) if not fixed}
        area = _around([path for path, fixed in zip(paths, held, strict=True) if not fixed]) if not before else None
        for path, fixed in zip(paths, held, strict=True):
            if path.net in nets:
                self._take(path, fixed)
            else:
                self._mind(path, area)
        for bar in self.bars:
            if bar.net in nets:
                self._measure(bar)
        self.loose = [number for number, bar in enumerate(self.bars) if not bar.still]
        self.order: list[list[tuple[float, int]]] = [
            sorted((bar.at, number) for number, bar in enumerate(self.bars) if bar.way == way) for way in (0, 1)
        ]

    def _mind(self, path: Path, area: Bounds | None) -> None:
        """A path of a source of which nothing moves: its bars are only in the way of others, and only in the area."""
        self.of.append([])
        left, top, right, bottom = area or (-inf, -inf, inf, inf)
        for way, at, lo, hi in stretches(path):
            if way == HORIZONTAL:
                inside = top <= at <= bottom and lo <= right and hi >= left
            else:
                inside = left <= at <= right and lo <= bottom and hi >= top
            if inside:
                self._bar(path.net, way, at, lo, hi)

    def _take(self, path: Path, still: bool) -> None:
        numbers = [self._bar(path.net, way, at, lo, hi) for way, at, lo, hi in stretches(path)]
        self.of.append(numbers)
        for k, number in enumerate(numbers):
            bar = self.bars[number]
            for step, end in ((-1, path.start), (1, path.end)):
                if 0 <= k + step < len(numbers):
                    bar.stops.add(numbers[k + step])
                else:
                    bar.pins.append(end.x if bar.way == HORIZONTAL else end.y)
                    bar.fixed = True
            bar.fixed = bar.fixed or still
            bar.still = bar.still and still

    def _bar(self, net: int, way: int, at: float, lo: float, hi: float) -> int:
        """The bar that a segment belongs to: one that it overlaps, or a new one."""
        same = self.lines.setdefault((net, way, at), [])
        for number in same:
            bar = self.bars[number]
            if lo <= bar.hi and bar.lo <= hi:
                bar.lo, bar.hi = min(bar.lo, lo), max(bar.hi, hi)
                return number
        bar = Bar(net, way, at)
        bar.lo, bar.hi = lo, hi
        self.bars.append(bar)
        same.append(len(self.bars) - 1)
        return same[-1]

    def _measure(self, bar: Bar) -> None:
        ends = [*bar.pins, *(self.bars[stop].at for stop in bar.stops)]
        bar.lo, bar.hi = min(ends), max(ends)

    # -- judging -------------------------------------------------------------------------------------------------------

    def _between(self, way: int, low: float, high: float) -> list[int]:
        """The bars of a direction whose coordinate lies between two."""
        order = self.order[way]
        found = order[bisect_right(order, (low, len(self.bars))) : bisect_left(order, (high, -1))]
        return [number for _, number in found]

    def _beside(self, bar: Bar) -> int:
        """How many bars of other sources run beside this one, too near."""
        return len(self._near(bar))

    def _near(self, bar: Bar) -> list[int]:
        if bar.lo == bar.hi:
            return []
        lo, hi, net = bar.lo - SPACE, bar.hi + SPACE, bar.net
        near = ((number, self.bars[number]) for number in self._between(bar.way, bar.at - GRID, bar.at + GRID))
        return [number for number, o in near if o.net != net and o.lo < hi and o.hi > lo and o.lo < o.hi]

    def _crossings(self, bar: Bar) -> int:
        at, net = bar.at, bar.net
        across = map(self.bars.__getitem__, self._between(1 - bar.way, bar.lo, bar.hi))
        return sum(1 for o in across if o.net != net and o.lo < at < o.hi)

    def _blocked(self, bar: Bar) -> bool:
        """Whether a bar comes too near to a box; it may touch one where a port holds it, from outside."""
        low, high = (0, 2) if bar.way == HORIZONTAL else (1, 3)
        for box in self.obstacles.beside(bar.way, bar.at):
            if bar.lo >= box[high] + CLEARANCE or bar.hi <= box[low] - CLEARANCE:
                continue
            held = any(box[low] - RIM <= pin <= box[high] + RIM for pin in bar.pins)
            room = -RIM if held else CLEARANCE
            if bar.lo < box[high] + room and bar.hi > box[low] - room:
                return True
        return False

    def _cost(self, bar: Bar) -> float:
        cost = 0.0
        for one in (bar, *(self.bars[stop] for stop in bar.stops)):
            cost += CONFLICT * self._beside(one) + CROSS * self._crossings(one)
        return cost

    def _place(self, number: int, at: float) -> None:
        bar = self.bars[number]
        order = self.order[bar.way]
        del order[bisect_left(order, (bar.at, number))]
        insort(order, (at, number))
        bar.at = at
        for stop in bar.stops:
            self._measure(self.bars[stop])

    def _allowed(self, bar: Bar) -> bool:
        """Whether bar and what hangs on it stay clear of all boxes."""
        return not (self._blocked(bar) or any(self._blocked(self.bars[stop]) for stop in bar.stops))

    # -- moving --------------------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Moves bars; returns how many pairs are still too near."""
        for _ in range(ROUNDS):
            troubled = [number for number in self.loose if self._beside(self.bars[number])]
            free = [number for number in troubled if not self.bars[number].fixed]
            if not free:  # what is held may still be relieved by moving what hangs on it
                hanging = (stop for number in troubled for stop in sorted(self.bars[number].stops))
                free = [stop for stop in dict.fromkeys(hanging) if not self.bars[stop].fixed]
            if not free:
                break
            free.sort(key=lambda number: (self.bars[number].hi - self.bars[number].lo, number))
            moved = [self._improve(number) for number in free]
            if not any(moved):
                break
        return self.strained()

    def strained(self) -> int:
        """How many pairs of bars of different sources run beside each other too near."""
        if self.before:
            return sum(self._beside(bar) for bar in self.bars) // 2
        found = {
            (min(number, other), max(number, other)) for number in self.loose for other in self._near(self.bars[number])
        }
        return len(found)

    def _improve(self, number: int) -> bool:
        bar = self.bars[number]
        start = bar.at
        best, found = self._cost(bar), start
        if best < CROSS:
            return False
        base = start // GRID * GRID
        for step in range(1, REACH + 1):
            for at in (base - step * GRID, base + step * GRID):
                self._place(number, at)
                if self._allowed(bar):
                    cost = self._cost(bar) + abs(at - start) / 4.0
                    if cost < best:
                        best, found = cost, at
            if best < CONFLICT and step > 3:
                break
        self._place(number, found)
        return found != start

    def moved(self) -> list[Path]:
        """The paths, in the order in which they were given."""
        made = []
        for path, numbers in zip(self.paths, self.of, strict=True):
            segments = tuple((self.bars[number].way, self.bars[number].at) for number in numbers)
            made.append(path if not segments or segments == path.segments else path._replace(segments=segments))
        return made


def _around(paths: Sequence[Path]) -> Bounds:
    """The rectangle in which bars of these paths can come to lie, or near."""
    room = ROUNDS * REACH * GRID + GRID
    found = [stretch for path in paths for stretch in stretches(path)]
    xs = [x for way, at, lo, hi in found for x in ((lo, hi) if way == HORIZONTAL else (at,))]
    ys = [y for way, at, lo, hi in found for y in ((at,) if way == HORIZONTAL else (lo, hi))]
    return (min(xs) - room, min(ys) - room, max(xs) + room, max(ys) + room)
