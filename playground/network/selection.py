"""Units that stay on across a stretch of time, and where else they do (LSTMVis: Strobelt et al. 2018)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Match:
    """A stretch of the same length that begins at `start` of a sequence. overlap: how many of the units that were asked
    for are on all along. extra: how many others are."""

    sequence: int
    start: int
    overlap: int
    extra: int


def on_throughout(values: NDArray, threshold: float, length: int, only: bool = False) -> Bools:
    """values [T, H] → [T − length + 1, H]: whether a unit is at or above the threshold at `length` steps on end,
    beginning at each one. only: and below it one step before and one step after, as far as there are any."""
    on = np.asarray(values) >= threshold
    T = len(on)
    if not 1 <= length <= T:
        return np.zeros((0, on.shape[1]), bool)
    found, known = on, 1
    while known < length:  # on for `known` steps, and for as many again or as many as are left
        more = min(known, length - known)
        found, known = found[:-more] & found[more:], known + more
    if only:
        found = found.copy()
        found[1:] &= ~on[: T - length]
        found[:-1] &= ~on[length:]
    return np.asarray(found)


def select_units(values: NDArray, first: int, last: int, threshold: float, only: bool = False) -> NDArray[np.intp]:
    """The units of values [T, H] that are on at all steps first … last; see `on_throughout`."""
    found = on_throughout(values, threshold, last - first + 1, only)
    return np.flatnonzero(found[first]) if 0 <= first < len(found) else np.zeros(0, np.intp)


def find_matches(
    found: Bools, units: NDArray, length: int, taken: Iterable[tuple[int, int]] = (), most: int = 20, sequence: int = 0
) -> list[Match]:
    """Stretches in which the units are on, best first: most of them, then fewest others, then the earliest.

    found: of `on_throughout`. Stretches do not overlap each other, nor those `taken` (first, last). At most `most`.
    """
    if not len(found) or not len(units):
        return []
    asked = np.ones((found.shape[1], 2), np.float32)  # all units, and those that are asked for: whole numbers
    asked[:, 1] = 0.0
    asked[units, 1] = 1.0
    counts = (found.astype(np.float32) @ asked).astype(np.intp)
    overlap, extra = counts[:, 1], counts[:, 0] - counts[:, 1]
    occupied = bytearray(len(found) + length - 1)  # numbers of Python: they are looked at one by one
    for first, last in taken:
        occupied[max(0, first) : last + 1] = b"\1" * max(0, min(last + 1, len(occupied)) - max(0, first))
    made: list[Match] = []
    overlaps, extras = overlap.tolist(), extra.tolist()
    order = extra - overlap * (found.shape[1] + 1)
    for start in np.argsort(order, kind="stable").tolist():  # which keeps the order of what is equal
        if not overlaps[start] or len(made) == most:
            break
        if occupied.find(1, start, start + length) < 0:
            occupied[start : start + length] = b"\1" * length
            made.append(Match(sequence, start, overlaps[start], extras[start]))
    return made


def ranked(matches: Iterable[Match], most: int = 20) -> list[Match]:
    """Matches of several sequences in one order: most of the units, fewest others, then as they come."""
    return sorted(matches, key=lambda match: (-match.overlap, match.extra, match.sequence, match.start))[:most]
