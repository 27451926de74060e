"""Counting values in equal bins, and putting such counts on another axis."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
BINS = 48


def histogram(values: NDArray, bins: int = BINS) -> tuple[Array, float, float]:
    """How many of the finite values lie in each of `bins` equal bins from the smallest to the largest, and these two.

    Values that are all the same lie in the middle of a range of one thousandth of their size (at least 1e-9). Without
    values: zeros and NaN.
    """
    flat = np.asarray(values).ravel()
    if flat.dtype != np.float32:
        flat = flat.astype(np.float64, copy=False)
    low, high = (float(flat.min()), float(flat.max())) if flat.size else (float("nan"), float("nan"))
    if not 1e-30 < high - low < 1e30:  # what is not finite shows in these two; float32 has no room for such ranges
        flat = flat[np.isfinite(flat)].astype(np.float64, copy=False)
        if not flat.size:
            return np.zeros(bins), float("nan"), float("nan")
        low, high = float(flat.min()), float(flat.max())
    if high - low <= 1e-12 * max(abs(low), abs(high)) or high == low:
        half = max(5e-4 * abs(low), 5e-10)
        low, high = low - half, high + half
    places = flat - flat.dtype.type(low)
    places *= flat.dtype.type(bins / (high - low))
    counts = np.bincount(places.astype(np.intp), minlength=bins + 1).astype(np.float64)
    counts[bins - 1] += counts[bins]  # the largest value itself
    return counts[:bins], low, high


def rebinned(counts: NDArray, low: float, high: float, edges: Array) -> Array:
    """The share of the values in each bin of `edges` [n + 1]: within a bin of `counts` they lie evenly. NaN without
    values; what lies beyond the edges is in no bin."""
    below = parts_below(counts)
    if below is None:
        return np.full(len(edges) - 1, np.nan)
    found = np.interp(edges, edges_between(low, high, len(counts)), below)
    return found[1:] - found[:-1]


def parts_below(counts: NDArray) -> Array | None:
    """Which part of the values lies below each edge of the bins, [n + 1] from 0 to 1; None without values."""
    below = np.zeros(len(counts) + 1)
    counts.cumsum(dtype=np.float64, out=below[1:])
    total = below[-1]
    return below / total if total else None


def edges_between(low: float, high: float, bins: int) -> Array:
    """[bins + 1], the very ends among them."""
    edges = np.arange(bins + 1.0) * ((high - low) / bins) + low
    edges[-1] = high
    return edges
