"""Numbers to colours: blue positive, orange negative, the background at zero."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from playground.ui.theme import Theme

MOST_COLUMNS = 512  # longer sequences are averaged: no card is wider than that

LARGEST = 1e300  # of a scale


@lru_cache(maxsize=8)
def signed_table(positive: str, negative: str, zero: str) -> NDArray[np.uint32]:
    """256 colours, 0xFFRRGGBB: the first is -1, number 128 is exactly zero, the last +1."""
    colours = [QColor(name) for name in (negative, zero, positive)]
    ends = np.array([[colour.red(), colour.green(), colour.blue()] for colour in colours], dtype=np.float64)
    place = np.clip((np.arange(256) - 128) / 127, -1, 1)[:, None]
    mixed = ends[1] + np.abs(place) * (np.where(place < 0, ends[0], ends[2]) - ends[1])
    red, green, blue = np.rint(mixed).astype(np.uint32).T
    return (np.uint32(0xFF000000) | (red << 16) | (green << 8) | blue).astype(np.uint32)


def scale_of(values: NDArray[np.floating]) -> float:
    """The value of the full colours: the next power of two above all values, at least 1/16, so that it rarely jumps."""
    return _scale(values)[0]


def _scale(values: NDArray[np.floating]) -> tuple[float, bool]:
    """The same, and whether no value is beyond it, or no number."""
    largest = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
    if not (within := largest < LARGEST):
        largest = min(LARGEST, float(np.abs(values[np.isfinite(values)]).max(initial=0.0)))
    return 2.0 ** math.ceil(math.log2(max(largest, 1 / 16))), within


def heatmap(values: NDArray[np.floating], theme: Theme) -> tuple[QImage, float]:
    """values [T, n] → an image of T × n pixels (time to the right, unit 0 on top) and the value of its full colours."""
    found, scale = levels(values)
    return picture(found, theme), scale


def levels(values: NDArray[np.floating]) -> tuple[NDArray[np.uint8], float]:
    """values [T, n] → [n, T], the number of each one's colour in the `signed_table`, and the value of the last colour.

    What is not finite looks like zero. More than `MOST_COLUMNS` steps are averaged in blocks.
    """
    steps = len(values)
    block = -(-steps // MOST_COLUMNS)
    if block > 1:
        starts = np.arange(0, steps, block)
        counts = np.diff(np.append(starts, steps))[:, None]
        values = np.add.reduceat(values, starts, axis=0) / counts
    scale, within = _scale(values)
    level = values * (127.0 / scale)
    if not within:
        level = np.clip(np.nan_to_num(level, nan=0.0, posinf=127.0, neginf=-127.0), -127.0, 127.0)
    level += 128.5  # it is cut off, not rounded, below
    return np.ascontiguousarray(level.astype(np.uint8).T), scale


def alike(levels: NDArray[np.uint8], others: NDArray[np.uint8]) -> bool:
    """Whether no eye can tell them apart: neither is more than one of the colours away from the other."""
    if levels.shape != others.shape:
        return False
    apart = np.maximum(levels, others) - np.minimum(levels, others)  # there is nothing below 0 in 8 bits
    return int(apart.max(initial=0)) <= 1


def picture(levels: NDArray[np.uint8], theme: Theme) -> QImage:
    """levels [n, T] → an image of T × n pixels."""
    units, steps = levels.shape
    pixels = signed_table(theme.positive, theme.negative, theme.zero).take(levels)
    return QImage(pixels.data, steps, units, 4 * steps, QImage.Format.Format_RGB32).copy()
