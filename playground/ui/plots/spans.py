"""Many thin lines as one picture of how many lie on each pixel. It is computed with numbers, because Qt needs 90 ns for
every piece of a line, and 64 units over 200 steps are 13,000 of them."""

import numpy as np
from numpy.typing import NDArray

from playground.ui.plots.geometry import Floats

MOST = 255  # lines on one pixel that are told apart


def spans(px: Floats, py: Floats, width: int, height: int, thick: int = 1) -> NDArray[np.uint8]:
    """How many lines lie on each pixel [height, width]. px [T]: rising, py [T, lines], both in pixels from the
    picture's top left corner, NaN for a gap. In each column a line covers whatever it passes there, corners included;
    what lies above or below the picture is left out. thick: pixels that a level line covers, downwards."""
    heights = np.asarray(py, np.float32)
    lows, highs = _passed(px, heights, width)
    first, last = np.searchsorted(px, [0.0, width]).tolist()
    if first < last:
        columns = px[first:last].astype(np.intp)
        begin = np.concatenate([[0], np.flatnonzero(columns[1:] != columns[:-1]) + 1])
        low = high = corners = heights[first:last]
        if len(begin) < len(columns):  # several corners in one column
            low, high = np.fmin.reduceat(corners, begin, axis=0), np.fmax.reduceat(corners, begin, axis=0)
            columns = columns[begin]
        lows[columns], highs[columns] = np.fmin(lows[columns], low), np.fmax(highs[columns], high)
    highs += thick - 1
    # a row more above and below takes what lies there, and gaps; where a line ends one is taken away, column by column
    gaps = np.isnan(lows)
    if gaps.any():
        lows[gaps] = highs[gaps] = -1.0
    rows = height + 3
    column = (np.arange(width, dtype=np.int32) * rows)[:, None]
    tops, ends = ((np.clip(edge, -1.0, height) + 1.0).astype(np.int32) + column for edge in (lows, highs))
    steps = np.bincount(tops.ravel(), minlength=width * rows)
    steps -= np.bincount(ends.ravel() + 1, minlength=width * rows)
    counts = np.minimum(np.add.accumulate(steps), MOST).astype(np.uint8).reshape(width, rows)
    return np.ascontiguousarray(counts[:, 1 : height + 1].T)


def _passed(px: Floats, py: NDArray[np.float32], width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Between which heights lines are at the two edges of each column [width, lines]; NaN beyond their ends."""
    if len(px) < 2:
        return np.full((width, py.shape[1]), np.nan, np.float32), np.full((width, py.shape[1]), np.nan, np.float32)
    edges = np.arange(width + 1.0)
    after = np.minimum(np.maximum(np.searchsorted(px, edges, "right"), 1), len(px) - 1)
    before = after - 1
    part = (edges - px[before]) / (px[after] - px[before])
    part[(part < 0.0) | (part > 1.0)] = np.nan
    at, rise = py.take(before, axis=0), py.take(after, axis=0)
    rise -= at
    rise *= part.astype(np.float32)[:, None]
    at += rise
    return np.fmin(at[:-1], at[1:]), np.fmax(at[:-1], at[1:])  # one edge and a corner between them where a line ends
