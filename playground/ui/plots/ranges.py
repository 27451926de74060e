"""Ranges that stay put while values move a little, so that a plot does not breathe with every frame."""

import math
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from playground.ui.plots.ticks import nice_log_bounds, nice_step, nice_upper

Range = tuple[float, float]
FEW = 32  # values that are looked at one by one


def spread(arrays: Iterable[NDArray], positive: bool = False) -> Range | None:
    """Smallest and largest finite value of all arrays, None without any. positive: values above 0 only."""
    parts = [np.asarray(array).reshape(-1) for array in arrays]
    values = np.concatenate(parts) if parts else np.empty(0)  # many are small: copied at once they are soon looked at
    if len(values) <= FEW:
        some = [value for value in values.tolist() if math.isfinite(value) and (value > 0 or not positive)]
        return (min(some), max(some)) if some else None
    low, high = float(np.minimum.reduce(values)), float(np.maximum.reduce(values))  # NaN where there is one
    if not (math.isfinite(low) and math.isfinite(high)) or (positive and low <= 0):
        values = values[np.isfinite(values) & (values > 0)] if positive else values[np.isfinite(values)]
        if not values.size:
            return None
        low, high = float(np.minimum.reduce(values)), float(np.maximum.reduce(values))
    return low, high


@lru_cache(maxsize=256)
def steps_range(last: float) -> Range:
    """0 … a round number at or after `last`: it grows in leaps, not with every step."""
    return (0.0, nice_upper(max(10.0, last)))


def moment_columns(steps: NDArray, most: int) -> tuple[NDArray[np.intp], float]:
    """Columns equally wide along `steps_range`, at most so many, up to the last of `steps` (rising, one at least): for
    each which of them it shows, the first at or after its place or else the last; and how far apart they are. All but
    the last column stay what they are while steps are appended, until the range leaps."""
    last, end = float(steps[-1]), steps_range(float(steps[-1]))[1]
    count = min(most, int(end) + 1)
    apart = end / (count - 1)
    places = np.searchsorted(steps, np.arange(min(count, math.ceil(last / apart) + 1)) * apart)
    return np.minimum(places, len(steps) - 1), apart


def steady(wanted: Range, before: Range | None, room: float = 0.15) -> Range:
    """A range around all values that has room to spare: as before, while it holds what is wanted and is not larger by
    more than a share of `room` on either side."""
    low, high = wanted
    spare = room * (high - low)
    if before is not None and before[0] <= low <= before[0] + 2 * spare and before[1] - 2 * spare <= high <= before[1]:
        return before
    return low - (spare if low < 0 else 0.0), high + spare


@lru_cache(maxsize=256)  # the extremes of long curves change seldom
def loss_range(found: Range | None, log: bool) -> Range:
    """The y range of a loss; on a log axis in log₁₀."""
    if found is None:
        return (-3.0, 0.0) if log else (0.0, 1.0)
    if log:
        return nice_log_bounds(max(found[0], found[1] * 1e-12), found[1])
    return (min(0.0, found[0]), nice_upper(max(found[1] * 1.02, 1e-12)))


def value_range(found: Range | None, before: Range | None = None, pad: float = 0.04) -> Range:
    """A range for values of either sign: 0 … 1 or −1 … 1 where they fit, otherwise round numbers around them.

    `before` is kept while the values fill at least half of it and do not leave it.
    """
    if found is None:
        return (-pad, 1.0 + pad)
    low, high = found
    if low >= -0.02 and high <= 1.02 and high > 0.2:
        return (-pad, 1.0 + pad)
    if low >= -1.02 and high <= 1.02 and high - low > 0.4:
        return (-1.0 - 2 * pad, 1.0 + 2 * pad)
    if before is not None and before[0] <= low and high <= before[1] and high - low >= 0.5 * (before[1] - before[0]):
        return before
    step = nice_step(max(high - low, 1e-12, abs(high) * 1e-6) / 10)
    bottom, top = np.floor(low / step - 1e-9) - 0.1, np.ceil(high / step + 1e-9) + 0.1
    return float(bottom * step), float(top * step)


class NormRange:
    """The y range of norms that change all the time, from 0 or in log₁₀: it widens at once and shrinks late."""

    def __init__(self, floor: float) -> None:
        """floor: of the largest value; what is smaller is rounding, and gets no room on a log axis."""
        self._floor = floor
        self._before: tuple[bool, Range] | None = None

    def clear(self) -> None:
        """What comes is something else."""
        self._before = None

    def take(self, found: Range | None, log: bool) -> Range:
        """The range for values from `found[0]` to `found[1]`."""
        low, high = found or (1e-3, 1.0)
        before = self._before[1] if self._before is not None and self._before[0] == log else None
        if log:
            wanted = nice_log_bounds(max(low, high * self._floor), high)
            fits = before is not None and before[0] <= wanted[0] and wanted[1] <= before[1]
            least = 0.6
        else:
            wanted = (0.0, 1.05 * (high or 1.0))
            fits = before is not None and wanted[1] <= before[1]
            least = 0.4
        if before is None or not fits or wanted[1] - wanted[0] < least * (before[1] - before[0]):
            before = wanted if log else (0.0, 1.2 * wanted[1])
        self._before = log, before
        return before
