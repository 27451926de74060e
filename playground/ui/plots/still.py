"""When something would look as it did: nobody sees a line move by a quarter of a pixel, or a colour by a shade."""

import numpy as np
from numpy.typing import NDArray

from playground.ui.plots.geometry import Floats, Mapping
from playground.ui.plots.history import Line

Band = tuple[Floats, Floats]  # its lower and upper edge
HAIR = 0.25  # px
SHADES = 2  # of 255


def near(values: NDArray, before: NDArray, scale: float) -> bool:
    """Whether nothing moved by more than a hair, and gaps (NaN) are where they were. scale: px of one unit."""
    if values is before:
        return True
    if values.shape != before.shape:
        return False
    with np.errstate(invalid="ignore"):
        moved = np.abs(np.subtract(values, before))
    worst = float(np.maximum.reduce(moved, axis=None, initial=0.0))
    if worst != worst:
        gaps = np.isnan(values)
        if not np.array_equal(gaps, np.isnan(before)):
            return False
        moved[gaps] = 0.0
        worst = float(np.maximum.reduce(moved, axis=None))
    return worst * scale <= HAIR  # what is infinite has moved


def near_y(values: NDArray, before: NDArray, m: Mapping) -> bool:
    """The same of values on the y axis."""
    if values is before:
        return True
    if m.log and values.shape == before.shape:
        values, before = m.positions(values), m.positions(before)
    return near(values, before, m.scale_y)


def near_line(line: Line | None, before: Line | None, m: Mapping) -> bool:
    """The same of a curve of moderate length, or of none; one that grows has moved whenever it grew."""
    if line is None or before is None:
        return line is before
    if line.version or before.version:
        return False
    return (line.x is before.x or np.array_equal(line.x, before.x)) and near_y(line.y, before.y, m)


def near_band(band: Band | None, before: Band | None, m: Mapping) -> bool:
    """The same of both edges of a band, or of none."""
    if band is None or before is None:
        return band is before
    return all(near_y(edge, other, m) for edge, other in zip(band, before, strict=True))


def near_shades(indices: NDArray[np.uint8], before: NDArray[np.uint8]) -> bool:
    """Whether no colour (0: missing, 1 … 255) is another by more than some shades."""
    if indices.shape != before.shape:
        return False
    low, high = np.minimum(indices, before), np.maximum(indices, before)
    apart = high - low
    return bool(np.maximum.reduce(apart, axis=None, initial=0) <= SHADES) and not np.any((low == 0) & (high != 0))
