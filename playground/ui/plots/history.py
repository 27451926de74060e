"""Long curves that grow: a pyramid of minima and maxima, so that a million steps are drawn with a few points per pixel.

Only the new part of a curve is looked at on each update, and a query never touches more than a few thousand numbers.
"""

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FACTOR = 8
FEW = 32  # new values that are looked at one by one
NOTHING: Floats = np.empty(0)
PARTS = 32  # of a logarithmic x axis, each with as many points as it has pixels


class Grown:
    """A float64 array that is appended to; `values` is a view."""

    def __init__(self) -> None:
        self._room = np.empty(256)
        self.count = 0

    @property
    def values(self) -> Floats:
        return self._room[: self.count]

    def extend(self, values: Floats) -> None:
        need = self.count + len(values)
        if need > len(self._room):
            room = np.empty(max(need, 2 * len(self._room)))
            room[: self.count] = self.values
            self._room = room
        self._room[self.count : need] = values
        self.count = need

    def clear(self) -> None:
        self.count = 0


class Line:
    """A curve of moderate length, held as it is: x rising [N], y [N] (NaN: a gap)."""

    version = 0  # of one that grows: counts the changes

    def __init__(self, x: NDArray, y: NDArray) -> None:
        self.x, self.y = np.asarray(x, np.float64), np.asarray(y, np.float64)

    def __len__(self) -> int:
        return len(self.x)

    def within(self, low: float, high: float, points: int, log: bool = False) -> tuple[Floats, Floats]:
        """What to draw between `low` and `high`: at most 2 × `points` + 2 points, minima and maxima kept.

        log: the points are spread evenly over the logarithm of x; then there may be a few more.
        """
        if not log and len(self.x) > 0 and self.x[0] >= low and self.x[-1] <= high:
            return self._envelope(0, len(self.x), points)
        first, last = _indices(self.x, low, high)
        if not log:
            return self._envelope(first, last, points)
        first = max(first, int(np.searchsorted(self.x, 0.0, "right")))
        if last - first <= points:
            return self._envelope(first, last, points)
        bottom = np.log10(max(float(self.x[first]), low))
        inner = 10.0 ** np.linspace(bottom, np.log10(min(float(self.x[last - 1]), high)), PARTS + 1)[1:-1]
        cuts = np.unique(np.concatenate([[first], np.searchsorted(self.x[first:last], inner) + first, [last]])).tolist()
        each = max(4, points // PARTS)
        found = [self._envelope(a, b, each) for a, b in pairwise(cuts)]
        return np.concatenate([x for x, _ in found]), np.concatenate([y for _, y in found])

    def _envelope(self, first: int, last: int, points: int) -> tuple[Floats, Floats]:
        if last - first == len(self.x) <= 2 * points:
            return self.x, self.y  # the very arrays: what is known of them holds
        x, y = self.x[first:last], self.y[first:last]
        if len(x) <= 2 * points:
            return x, y
        return _reduce(x, y, y, first, points)

    def at(self, x: float) -> tuple[float, float] | None:
        """The sample nearest to x, None without any."""
        return _nearest(self.x, self.y, x)


class History(Line):
    """A curve that grows while one looks. `update` takes the whole arrays and reads only what is new."""

    def __init__(self) -> None:
        super().__init__(NOTHING, NOTHING)
        self.generation = 0  # counts the beginnings anew
        self.low, self.high = NOTHING, NOTHING  # of the samples at the front that are means of many
        self._levels: list[tuple[Grown, Grown]] = []
        self._last: tuple[float, float] = (np.nan, np.nan)
        self._reach = np.full(3, np.nan)  # lowest, lowest above 0, and highest finite value

    def reach(self, positive: bool = False) -> Floats:
        """The smallest and the largest finite value, [2], NaN without any. positive: of those above 0."""
        if not positive:
            return self._reach[::2]
        return self._reach[1:] if np.isfinite(self._reach[1]) else np.full(2, np.nan)

    def update(self, x: NDArray, y: NDArray, low: NDArray = NOTHING, high: NDArray = NOTHING) -> bool:
        """Take over x (rising) and y, kept by reference. A curve that is no continuation begins anew.

        low, high: the first so many samples are means of blocks whose extremes these are (a thinned history).
        Returns whether anything changed.
        """
        old, n = len(self.y), min(len(x), len(y))
        x, y = x[:n], y[:n]
        same = n >= old and (old == 0 or (x[0] == self.x[0] and _same(x[old - 1], self._last[0])
                                          and _same(y[old - 1], self._last[1])))  # fmt: skip
        same = same and (old == 0 or len(low) == len(self.low))
        changed = n != old or not same
        if not same:
            self._levels = []
            self.generation += 1
            self._reach = np.full(3, np.nan)
        self.x, self.y, self.low, self.high = x, y, low, high
        self._last = (x[n - 1], y[n - 1]) if n else (np.nan, np.nan)
        if changed:
            self.version += 1
            self._grow()
            self._widen(old if same else 0)
        return changed

    def _widen(self, begin: int) -> None:
        """Take the samples from `begin` on into what `reach` says."""
        parts = (self.y[begin:],) if begin >= len(self.low) else self._extremes(begin, len(self.y))
        for part in parts:
            if len(part) <= FEW:
                self._widen_by(part.tolist())
                continue
            values = part[np.isfinite(part)]
            if values.size:
                above = values[values > 0]
                found = (values.min(), above.min() if above.size else np.nan, values.max())
                self._reach[:2] = np.fmin(self._reach[:2], found[:2])
                self._reach[2] = np.fmax(self._reach[2], found[2])

    def _widen_by(self, values: list[float]) -> None:
        """The same of few values."""
        low, above, high = self._reach.tolist()
        for value in values:
            if math.isfinite(value):
                low = low if low <= value else value
                high = high if high >= value else value
                if value > 0 and not above <= value:
                    above = value
        self._reach[:] = low, above, high

    def _grow(self) -> None:
        low = high = NOTHING
        level, size = 0, len(self.y)
        while size >= FACTOR:
            if level == len(self._levels):
                self._levels.append((Grown(), Grown()))
            lows, highs = self._levels[level]
            begin, end = lows.count * FACTOR, size // FACTOR * FACTOR
            if end > begin:
                below = self._part(self.low, begin, end) if level == 0 else low[begin:end]
                above = self._part(self.high, begin, end) if level == 0 else high[begin:end]
                lows.extend(np.fmin.reduce(below.reshape(-1, FACTOR), axis=1).astype(np.float64))
                highs.extend(np.fmax.reduce(above.reshape(-1, FACTOR), axis=1).astype(np.float64))
            elif begin:
                break  # nothing new here, so nothing above
            low, high, size = lows.values, highs.values, lows.count
            level += 1

    def _part(self, extremes: NDArray, begin: int, end: int) -> NDArray:
        """Extremes of the samples begin … end − 1; those of a single value are the value itself."""
        known = len(extremes)
        if begin >= known:
            return self.y[begin:end]
        return np.concatenate([extremes[begin : min(end, known)], self.y[max(begin, known) : max(end, known)]])

    def _envelope(self, first: int, last: int, points: int) -> tuple[Floats, Floats]:
        if last - first <= 2 * points:
            x = np.asarray(self.x[first:last], np.float64)
            if first >= len(self.low):
                return x, np.asarray(self.y[first:last], np.float64)
            return _reduce(x, *self._extremes(first, last), first, len(x))
        level, block = 0, 1
        while level < len(self._levels) and (last - first) // (block * FACTOR) >= points:
            level, block = level + 1, block * FACTOR
        if level == 0:
            return _reduce(np.asarray(self.x[first:last], np.float64), *self._extremes(first, last), first, points)
        lows, highs = self._levels[level - 1]
        begin, end = first // block, min(lows.count, -(-last // block))
        x = np.array(self.x[begin * block : end * block : block], np.float64)
        x[:1] = np.maximum(x[:1], self.x[first])  # the first block may begin before what is asked for
        bottom, top = lows.values[begin:end], highs.values[begin:end]
        rest = slice(end * block, last)  # the block that is not full yet
        if last > end * block:
            x = np.append(x, float(self.x[end * block]))
            low, high = self._extremes(rest.start, last)
            bottom, top = np.append(bottom, np.fmin.reduce(low)), np.append(top, np.fmax.reduce(high))
        return _reduce(x, bottom, top, begin, points)

    def _extremes(self, begin: int, end: int) -> tuple[Floats, Floats]:
        low, high = self._part(self.low, begin, end), self._part(self.high, begin, end)
        return np.asarray(low, np.float64), np.asarray(high, np.float64)


def _same(a: float, b: float) -> bool:
    return bool(a == b or (a != a and b != b))


def _indices(x: NDArray, low: float, high: float) -> tuple[int, int]:
    """Indices of what lies between, and one sample more on either side, so that lines run to the edge."""
    first = max(0, int(np.searchsorted(x, low, "left")) - 1)
    return first, min(len(x), int(np.searchsorted(x, high, "right")) + 1)


def _reduce(x: Floats, low: NDArray, high: NDArray, first: int, points: int) -> tuple[Floats, Floats]:
    """Buckets of a power of two, counted from index 0 (so that they stand still while the curve grows): for each the
    minimum at its begin and the maximum half a bucket later; the last sample is kept as it is."""
    size = 1
    while len(x) / size > points:
        size *= 2
    offset = -first % size
    starts = np.arange(offset - size if offset else 0, len(x), size)
    starts[0] = 0  # what is left of a bucket that began before
    out_x, out_y = np.empty(2 * len(starts) + 1), np.empty(2 * len(starts) + 1)
    out_x[0:-1:2], out_x[-1] = x[starts], x[-1]
    out_x[1::2] = (out_x[0:-1:2] + out_x[2::2]) / 2
    out_y[0:-1:2], out_y[1::2] = np.fmin.reduceat(low, starts), np.fmax.reduceat(high, starts)
    out_y[-1] = (low[-1] + high[-1]) / 2
    return out_x, out_y


def _nearest(xs: NDArray, ys: NDArray, x: float) -> tuple[float, float] | None:
    if not len(xs):
        return None
    right = min(len(xs) - 1, int(np.searchsorted(xs, x)))
    left = max(0, right - 1)
    index = left if abs(xs[left] - x) <= abs(xs[right] - x) else right
    return float(xs[index]), float(ys[index])
