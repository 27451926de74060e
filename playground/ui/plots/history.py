"""Long curves that grow: a pyramid of minima and maxima, so that a million steps are drawn with a few points per pixel.

Only the new part of a curve is looked at on each update, and a query never touches more than a few thousand numbers.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FACTOR = 8
CHUNK = 256  # values that are smoothed in one matrix product


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

    def __init__(self, x: NDArray, y: NDArray) -> None:
        self.x, self.y = np.asarray(x, np.float64), np.asarray(y, np.float64)

    def __len__(self) -> int:
        return len(self.x)

    def within(self, low: float, high: float, points: int) -> tuple[Floats, Floats]:
        """What to draw between `low` and `high`: at most 2 × `points` + 2 points, minima and maxima kept."""
        first, last = _indices(self.x, low, high)
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
        super().__init__(np.empty(0), np.empty(0))
        self.generation = 0  # counts the beginnings anew
        self._levels: list[tuple[Grown, Grown]] = []

    def update(self, x: NDArray, y: NDArray) -> bool:
        """Take over x (rising) and y, kept by reference. A curve that is no continuation begins anew.

        Returns whether anything changed.
        """
        old, n = len(self.y), min(len(x), len(y))
        x, y = x[:n], y[:n]
        same = n >= old and (old == 0 or (x[0] == self.x[0] and _same(x[old - 1], self._last[0])
                                          and _same(y[old - 1], self._last[1])))  # fmt: skip
        changed = n != old or not same
        if not same:
            self._levels = []
            self.generation += 1
        self.x, self.y = x, y
        self._last = (x[n - 1], y[n - 1]) if n else (np.nan, np.nan)
        if changed:
            self._grow()
        return changed

    _last: tuple[float, float] = (np.nan, np.nan)

    def _grow(self) -> None:
        low: NDArray = self.y
        high: NDArray = self.y
        level = 0
        while len(low) >= FACTOR:
            if level == len(self._levels):
                self._levels.append((Grown(), Grown()))
            lows, highs = self._levels[level]
            begin, end = lows.count * FACTOR, len(low) // FACTOR * FACTOR
            if end > begin:
                lows.extend(np.fmin.reduce(low[begin:end].reshape(-1, FACTOR), axis=1).astype(np.float64))
                highs.extend(np.fmax.reduce(high[begin:end].reshape(-1, FACTOR), axis=1).astype(np.float64))
            low, high = lows.values, highs.values
            level += 1

    def within(self, low: float, high: float, points: int) -> tuple[Floats, Floats]:
        first, last = _indices(self.x, low, high)
        if last - first <= 2 * points:
            return np.asarray(self.x[first:last], np.float64), np.asarray(self.y[first:last], np.float64)
        level, block = 0, 1
        while level < len(self._levels) and (last - first) // (block * FACTOR) >= points:
            level, block = level + 1, block * FACTOR
        if level == 0:
            x, y = np.asarray(self.x[first:last], np.float64), np.asarray(self.y[first:last], np.float64)
            return _reduce(x, y, y, first, points)
        lows, highs = self._levels[level - 1]
        begin, end = first // block, min(lows.count, -(-last // block))
        x = np.asarray(self.x[begin * block : end * block : block], np.float64)
        bottom, top = lows.values[begin:end], highs.values[begin:end]
        rest = self.y[end * block : last]  # the block that is not full yet
        if len(rest):
            x = np.append(x, float(self.x[end * block]))
            bottom, top = np.append(bottom, np.fmin.reduce(rest)), np.append(top, np.fmax.reduce(rest))
        return _reduce(x, bottom, top, begin, points)


class Smoothed:
    """An exponential moving average over about `span` steps, continued as the curve grows; not-finite values count for
    nothing. It is unbiased from the first step on (each average is divided by the weight it holds)."""

    def __init__(self, span: int) -> None:
        self.span = span
        self._decay = 1.0 - 1.0 / max(1, span)
        self._out, self._at = Grown(), Grown()
        self._sum = self._weight = 0.0
        steps = np.arange(CHUNK)
        with np.errstate(under="ignore"):
            self._powers = self._decay ** (steps + 1.0)
            lags = steps[:, None] - steps[None, :]
            self._kernel = np.where(lags >= 0, self._decay ** np.maximum(lags, 0), 0.0)

    @property
    def values(self) -> Floats:
        return self._out.values

    def places(self, x: NDArray) -> Floats:
        """Where along x the averages belong: at the mean age of what is in them, so that the smoothed curve does not
        run late. x: [N], rising; N values must have been smoothed."""
        begin, end, a = self._at.count, len(self.values), self._decay
        if end > begin:
            n = np.arange(begin + 1.0, end + 1.0)
            with np.errstate(under="ignore"):
                part = a**n
            age = a / (1.0 - a) - n * part / (1.0 - part)
            pace = (float(x[end - 1]) - float(x[0])) / max(1, end - 1)
            self._at.extend(np.asarray(x[begin:end], np.float64) - age * pace)
        return self._at.values

    def clear(self) -> None:
        self._out.clear()
        self._at.clear()
        self._sum = self._weight = 0.0

    def update(self, y: NDArray) -> Floats:
        """The smoothed curve of all of `y`; only what came after the last update is computed."""
        for begin in range(self._out.count, len(y), CHUNK):
            part = np.asarray(y[begin : begin + CHUNK], np.float64)
            good = np.isfinite(part)
            both = np.stack([np.where(good, part, 0.0), good.astype(np.float64)], axis=1)
            n = len(part)
            running = self._kernel[:n, :n] @ both + self._powers[:n, None] * (self._sum, self._weight)
            self._sum, self._weight = running[-1]
            with np.errstate(invalid="ignore", divide="ignore"):
                self._out.extend(np.where(running[:, 1] > 0, running[:, 0] / running[:, 1], np.nan))
        return self.values


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
    starts = np.unique(np.concatenate([[0], np.arange(-first % size, len(x), size)]))
    bottom, top = np.fmin.reduceat(low, starts), np.fmax.reduceat(high, starts)
    x0 = x[starts]
    x1 = np.append(x0[1:], x[-1])
    out_x, out_y = np.empty(2 * len(starts)), np.empty(2 * len(starts))
    out_x[0::2], out_x[1::2] = x0, (x0 + x1) / 2
    out_y[0::2], out_y[1::2] = bottom, top
    return np.append(out_x, x[-1]), np.append(out_y, (low[-1] + high[-1]) / 2)


def _nearest(xs: NDArray, ys: NDArray, x: float) -> tuple[float, float] | None:
    if not len(xs):
        return None
    right = min(len(xs) - 1, int(np.searchsorted(xs, x)))
    left = max(0, right - 1)
    index = left if abs(xs[left] - x) <= abs(xs[right] - x) else right
    return float(xs[index]), float(ys[index])
