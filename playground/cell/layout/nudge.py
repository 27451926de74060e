"""Pulls wires of different sources apart that run on the same line or nearly so.

All segments of one source on one line form a bar. A bar that no port holds may be moved across its direction; what hangs on it
follows. Each is tried at a few places near by, and the one with the fewest conflicts, crossings and pixels wins.
"""

from collections.abc import Sequence

from playground.cell.layout.corridors import HORIZONTAL, Bounds, Path, stretches
from playground.cell.layout.shapes import CLEARANCE, GRID

REACH = 8  # grid steps a bar may move to either side
ROUNDS = 3
RIM = 3.0  # how far inside of a circle's box its rim may lie
SPACE = 4.0  # bars in line with each other keep this distance
CONFLICT, CROSS = 1000.0, 30.0


class Bar:
    """One line of one source. `pins`: fixed ends along it; `stops`: the bars at right angles that end or begin on it."""

    __slots__ = ("at", "fixed", "hi", "lo", "net", "pins", "stops", "way")

    def __init__(self, net: int, way: int, at: float) -> None:
        self.net, self.way, self.at = net, way, at
        self.fixed = False
        self.pins: list[float] = []
        self.stops: set[int] = set()
        self.lo = self.hi = 0.0


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

    def _take(self, path: Path, still: bool) -> None:
        points = path.points()
        numbers = [self._bar(path.net, way, at, lo, hi) for way, at, lo, hi in stretches(path)]
        for k, number in enumerate(numbers):
            bar = self.bars[number]
            along = (lambda p: p.x) if bar.way == HORIZONTAL else (lambda p: p.y)
            for step, end in ((-1, points[0]), (1, points[-1])):
                if 0 <= k + step < len(numbers):
                    bar.stops.add(numbers[k + step])
                elif (step < 0 and k == 0) or (step > 0 and k == len(numbers) - 1):
                    bar.pins.append(along(end))
                    bar.fixed = True
            bar.fixed = bar.fixed or still
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

    def _conflicts(self, bar: Bar) -> int:
        """Bars of other sources that run beside this one, too near."""
        lo, hi, at, way, net = bar.lo - SPACE, bar.hi + SPACE, bar.at, bar.way, bar.net
        if bar.lo == bar.hi:
            return 0
        count = 0
        for other in self.bars:
            if other.way == way and other.net != net and -GRID < other.at - at < GRID and other.lo < hi and other.hi > lo:
                count += other.lo < other.hi
        return count

    def _crossings(self, bar: Bar) -> int:
        lo, hi, at, way, net = bar.lo, bar.hi, bar.at, bar.way, bar.net
        return sum(
            1 for o in self.bars if o.way != way and o.net != net and lo < o.at < hi and o.lo < at < o.hi
        )

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
        hanging = [self.bars[stop] for stop in bar.stops]
        cost = CONFLICT * self._conflicts(bar) + CROSS * self._crossings(bar)
        for other in hanging:
            cost += CONFLICT * self._conflicts(other) + CROSS * self._crossings(other)
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
            troubled = [bar for pair in self._pairs() for bar in pair]
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
        return len(self._pairs())

    def _pairs(self) -> list[tuple[Bar, Bar]]:
        """Bars of different sources that run beside each other too near."""
        found = []
        for way in (0, 1):
            bars = sorted((b for b in self.bars if b.way == way and b.lo < b.hi), key=lambda b: (b.at, b.lo, b.net))
            for k, bar in enumerate(bars):
                for other in bars[k + 1 :]:
                    if other.at - bar.at >= GRID:
                        break
                    if other.net != bar.net and other.lo < bar.hi + SPACE and other.hi > bar.lo - SPACE:
                        found.append((bar, other))
        return found

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
