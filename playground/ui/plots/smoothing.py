"""Smoothing of a curve that grows: an exponential moving average that is continued, not computed anew."""

import math

import numpy as np
from numpy.typing import NDArray

from playground.ui.plots.history import Floats, Grown

CHUNK = 128  # values of which each is made from all before it in one matrix product
SLAB = 64 * CHUNK  # values that are worked on at a time, so that they stay in the processor's cache
FEW = 16  # values that are taken one by one: arrays would cost more than they spare
SPANS = (1, 5, 20, 100, 500)  # steps that a person can choose


class Smoothed:
    """An exponential moving average over about `span` steps, continued as the curve grows; not-finite values count for
    nothing. It is unbiased from the first step on: each average is divided by the weight it holds.

    The places along x are averaged with the same weights, so that the smoothed curve does not run late.
    """

    def __init__(self, span: int) -> None:
        self.span = span
        self._decay = 1.0 - 1.0 / max(1, span)
        self._out, self._at = Grown(), Grown()
        self._held = np.zeros(3)  # sums of value, weight, weight × place
        self._kernels: dict[int, tuple[Floats, Floats, float]] = {}

    @property
    def values(self) -> Floats:
        return self._out.values

    @property
    def places(self) -> Floats:
        """[N]: where along x the averages belong: at the mean place of what is in them."""
        return self._at.values

    def clear(self) -> None:
        self._out.clear()
        self._at.clear()
        self._held = np.zeros(3)

    def update(self, y: NDArray, x: NDArray | None = None, weights: NDArray | None = None) -> Floats:
        """The smoothed curve of all of `y`, [N]; only what came after the last update is computed.

        x: [N], rising; 1, 2, 3 … without. weights: the first so many values stand for so many steps each.
        """
        thinned = 0 if weights is None else len(weights)
        begin = self._out.count
        if begin < thinned and weights is not None:
            self._extend_all(y, x, begin, min(thinned, len(y)), int(np.median(weights)))
        self._extend_all(y, x, max(begin, thinned), len(y), 1)
        return self.values

    def _extend_all(self, y: NDArray, x: NDArray | None, begin: int, end: int, block: int) -> None:
        if end - begin <= FEW:
            self._extend_slowly(y, x, begin, end, block)
            return
        for start in range(begin, end, SLAB):
            self._extend(y, x, start, min(end, start + SLAB), block)

    def _extend_slowly(self, y: NDArray, x: NDArray | None, begin: int, end: int, block: int) -> None:
        """The same as `_extend`, value by value."""
        a = self._decay**block
        share = self._share(a)
        held, weight, moment = self._held.tolist()
        places = range(begin + 1, end + 1) if x is None else x[begin:end].tolist()
        averages, at = [], []
        for value, place in zip(y[begin:end].tolist(), places, strict=True):
            held, weight, moment = a * held, a * weight, a * moment
            if math.isfinite(value):
                held, weight, moment = held + share * value, weight + share, moment + share * place
            averages.append(held / weight if weight > 0 else math.nan)
            at.append(moment / weight if weight > 0 else place)
        self._held[:] = held, weight, moment
        self._out.extend(np.array(averages))
        self._at.extend(np.array(at, np.float64))

    def _share(self, a: float) -> float:
        """The weight of a value that decays by `a` until the next one."""
        return (1.0 - a) / (1.0 - self._decay)

    def _extend(self, y: NDArray, x: NDArray | None, begin: int, end: int, block: int) -> None:
        """Values begin … end − 1, each of `block` steps: chunks in one product, then what each hands to the next."""
        n = end - begin
        part = np.asarray(y[begin:end], np.float64)
        place = np.arange(begin + 1.0, end + 1.0) if x is None else np.asarray(x[begin:end], np.float64)
        good = np.isfinite(part)
        chunks = -(-n // CHUNK)
        width = CHUNK if chunks > 1 else n
        kernel, powers, share = self._kernel(block)
        rows = np.zeros((chunks * width, 3))
        rows[:n, 0], rows[:n, 1], rows[:n, 2] = np.where(good, part, 0.0), good, np.where(good, place, 0.0)
        columns = rows.reshape(chunks, width, 3).transpose(1, 0, 2).reshape(width, 3 * chunks)
        running = (share * (kernel[:width, :width] @ columns)).reshape(width, chunks, 3)
        handed, held, decay = np.empty((chunks, 3)), self._held, float(powers[width - 1])
        for chunk in range(chunks):
            handed[chunk] = held
            held = running[-1, chunk] + decay * held
        running += powers[:width, None, None] * handed
        sums = running.transpose(1, 0, 2).reshape(-1, 3)[:n]
        self._held = sums[-1].copy()  # not `held`: a last chunk that was filled up has aged by that
        with np.errstate(invalid="ignore", divide="ignore"):
            self._out.extend(np.where(sums[:, 1] > 0, sums[:, 0] / sums[:, 1], np.nan))
            self._at.extend(np.where(sums[:, 1] > 0, sums[:, 2] / sums[:, 1], place))

    def _kernel(self, block: int) -> tuple[Floats, Floats, float]:
        """[CHUNK, CHUNK] of decays, [CHUNK] of what is left of the past, and the weight of a value, which itself stands
        for `block` steps."""
        if block not in self._kernels:
            a = self._decay**block
            share = self._share(a)
            steps = np.arange(CHUNK)
            lags = steps[:, None] - steps[None, :]
            with np.errstate(under="ignore"):
                kernel: Floats = np.where(lags >= 0, a ** np.maximum(lags, 0.0), 0.0).astype(np.float64)
                powers: Floats = np.power(a, steps + 1.0).astype(np.float64)
            self._kernels[block] = (kernel, powers, share)
        return self._kernels[block]
