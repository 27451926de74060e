"""Pulls wires of different sources apart that run on the same line or nearly so.

All segments of one source on one line form a bar. A bar that no port holds may be moved across its direction; what
hangs on it follows. Each is tried at a few places near by, and the one with the fewest conflicts, crossings and
pixels wins.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from playground.cell.layout.corridors import HORIZONTAL, Bounds, Path, stretches
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


def _at(bar: Bar) -> float:
    return bar.at


class Nudger:
    """Works on paths; `moved()` gives them back with new coordinates. Paths in `still` keep their place."""

    def __init__(self, paths: Sequence[Path], boxes: Sequence[Bounds], still: Sequence[bool] | None = None) -> None:
        self.paths = paths
        self.boxes = boxes
        self.bars: list[Bar] = []
        self.of: list[list[int]] = []  # the bar of every segment
        self.lines: dict[tuple[int, int, float], list[int]] = {}
        for number, path in enumerate(paths):
            self._take(path, bool(still and still[number]))
        for bar in self.bars:
            self._measure(bar)
        self.loose = [bar for bar in self.bars if not bar.still]
        self.calm: list[list[Bar]] = [
            sorted((b for b in self.bars if b.still and b.way == way and b.lo < b.hi), key=_at) for way in (0, 1)
        ]

    def _take(self, path: Path, still: bool) -> None:
        numbers = [self._bar(path.net, way, at, lo, hi) for way, at, lo, hi in stretches(path)]
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
        self.of.append(numbers)

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

    def _beside(self, bar: Bar) -> Iterator[Bar]:
        """Bars of other sources that run beside this one, too near."""
        if bar.lo == bar.hi:
            return
        lo, hi, at, way, net = bar.lo - SPACE, bar.hi + SPACE, bar.at, bar.way, bar.net
        calm = self.calm[way]
        for other in (
            *self.loose,
            *calm[bisect_right(calm, at - GRID, key=_at) : bisect_left(calm, at + GRID, key=_at)],
        ):
            if (
                other.way == way
                and other.net != net
                and -GRID < other.at - at < GRID
                and other.lo < hi
                and other.hi > lo
            ) and other.lo < other.hi:
                yield other

    def _crossings(self, bar: Bar) -> int:
        lo, hi, at, way, net = bar.lo, bar.hi, bar.at, bar.way, bar.net
        calm = self.calm[1 - way]
        others = (*self.loose, *calm[bisect_right(calm, lo, key=_at) : bisect_left(calm, hi, key=_at)])
        return sum(1 for o in others if o.way != way and o.net != net and lo < o.at < hi and o.lo < at < o.hi)

    def _blocked(self, bar: Bar) -> bool:
        """Whether a bar comes too near to a box; it may touch one where a port holds it, from outside."""
        low, high, near, far = (0, 2, 1, 3) if bar.way == HORIZONTAL else (1, 3, 0, 2)
        for box in self.boxes:
            if not box[near] - CLEARANCE < bar.at < box[far] + CLEARANCE:
                continue
            held = any(box[low] - RIM <= pin <= box[high] + RIM for pin in bar.pins)
            room = -RIM if held else CLEARANCE
            if bar.lo < box[high] + room and bar.hi > box[low] - room:
                return True
        return False

    def _cost(self, bar: Bar) -> float:
        cost = 0.0
        for one in (bar, *(self.bars[stop] for stop in bar.stops)):
            cost += CONFLICT * sum(1 for _ in self._beside(one)) + CROSS * self._crossings(one)
        return cost

    def _place(self, bar: Bar, at: float) -> None:
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
            troubled = [bar for bar in self.loose if any(True for _ in self._beside(bar))]
            free = list(dict.fromkeys(bar for bar in troubled if not bar.fixed))
            if not free:  # what is held may still be relieved by moving what hangs on it
                hanging = (self.bars[stop] for bar in troubled for stop in sorted(bar.stops))
                free = list(dict.fromkeys(bar for bar in hanging if not bar.fixed))
            if not free:
                break
            free.sort(key=lambda bar: (bar.hi - bar.lo, bar.net, bar.way, bar.at))
            changed = [self._improve(bar) for bar in free]
            if not any(changed):
                break
        return self.strained()

    def strained(self) -> int:
        """How many pairs of bars of different sources run beside each other too near."""
        count = 0
        for way in (0, 1):
            bars = sorted((b for b in self.bars if b.way == way and b.lo < b.hi), key=_at)
            for k, bar in enumerate(bars):
                net, at, lo, hi = bar.net, bar.at + GRID, bar.lo - SPACE, bar.hi + SPACE
                for other in bars[k + 1 :]:
                    if other.at >= at:
                        break
                    count += other.net != net and other.lo < hi and other.hi > lo
        return count

    def _improve(self, bar: Bar) -> bool:
        start = bar.at
        best, found = self._cost(bar), start
        if best < CROSS:
            return False
        base = start // GRID * GRID
        for step in range(1, REACH + 1):
            for at in (base - step * GRID, base + step * GRID):
                self._place(bar, at)
                if self._allowed(bar):
                    cost = self._cost(bar) + abs(at - start) / 4.0
                    if cost < best:
                        best, found = cost, at
            if best < CONFLICT and step > 3:
                break
        self._place(bar, found)
        return found != start

    def moved(self) -> list[Path]:
        """The paths, in the order in which they were given."""
        made = []
        for path, numbers in zip(self.paths, self.of, strict=True):
            segments = tuple((self.bars[number].way, self.bars[number].at) for number in numbers)
            made.append(path if segments == path.segments else path._replace(segments=segments))
        return made
