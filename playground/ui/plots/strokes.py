"""Lines for Qt, made with numbers: single pieces, dashes, and the points that no line would show."""

import math
from typing import cast

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from playground.ui.plots.geometry import Floats, Mapping


def line_pen(colour: QColor, width: float, dash: tuple[float, ...] = ()) -> QPen:
    """A pen with round joins; dashes are given in pixels, whatever the width."""
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dash:
        pen.setDashPattern([length / width for length in dash])
    return pen


def draw_lines(painter: QPainter, lines: Floats) -> None:
    """Draw single lines [n, 4] (x1, y1, x2, y2) without making n objects: a QLineF is just four such numbers."""
    if len(lines):
        first = cast(QLineF, shiboken6.wrapInstance(lines.__array_interface__["data"][0], QLineF))
        painter.drawLines(first, len(lines))


def segments(px: Floats, py: Floats, dash: tuple[float, ...], unbroken: bool | None = None) -> Floats:
    """The single lines [n, 4] of a polyline with gaps (NaN); with `dash` (on, off in pixels) what is on of them.

    unbroken: whether it has no gap, None where that is not known.
    """
    unbroken, on = whole(px, py) if unbroken is None else unbroken, None
    if dash:
        px, py, on = dashed(px, py, dash[0], dash[1], unbroken)
    rows = np.empty((max(0, len(px) - 1), 4))
    rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3] = px[:-1], py[:-1], px[1:], py[1:]
    if on is not None:
        rows = rows[on]
    return rows if unbroken else np.ascontiguousarray(rows[np.isfinite(rows).all(axis=1)])


def whole(px: Floats, py: Floats) -> bool:
    """Whether it is a line without a gap: one NaN makes a product NaN."""
    return len(px) > 1 and math.isfinite(float(np.dot(px, px)) + float(np.dot(py, py)))


def fits(px: Floats, py: Floats, m: Mapping, over: float = 0.0) -> bool:
    """Whether a line of rising x has no gap and lies within the area (and `over` px above and below it): then there is
    nothing to cut off."""
    if not m.spans(px):
        return False
    _, top, _, bottom = m.edges
    low, high = np.minimum.reduce(py), np.maximum.reduce(py)  # NaN where there is one
    return bool(top - over <= low and high <= bottom + over)


def dashed(
    px: Floats, py: Floats, on: float, off: float, unbroken: bool = False
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """The polyline with a point wherever a dash begins or ends, and for each of its pieces whether it is drawn.

    unbroken: it is known to have no gap.
    """
    if unbroken:
        lengths = np.hypot(px[1:] - px[:-1], py[1:] - py[:-1])
    else:
        with np.errstate(invalid="ignore"):
            lengths = np.nan_to_num(np.hypot(px[1:] - px[:-1], py[1:] - py[:-1]))
    along = np.zeros(len(px))
    np.add.accumulate(lengths, out=along[1:])
    periods = np.arange(0.0, along[-1], on + off)
    cuts = np.empty(2 * len(periods))
    cuts[0::2] = periods
    np.add(periods, on, out=cuts[1::2])
    cuts = cuts[1 : np.searchsorted(cuts, along[-1])]  # where the line begins and ends there is a point anyway
    if unbroken:
        at = np.concatenate([along, cuts])
        at.sort(kind="stable")  # two parts that are sorted already
        x, y = np.interp(at, along, px), np.interp(at, along, py)
    else:
        x, y, at = _with_gaps(px, py, cuts, along, lengths)
    middle = at[:-1] + at[1:]
    middle *= 0.5 / (on + off)
    middle -= np.floor(middle)
    return x, y, middle < on / (on + off)


def _with_gaps(px: Floats, py: Floats, cuts: Floats, along: Floats, lengths: Floats) -> tuple[Floats, Floats, Floats]:
    """The polyline with points at `cuts` (lengths along it) put in, and how far along each point lies."""
    before = np.searchsorted(along, cuts, "right") - 1
    part = (cuts - along[before]) / lengths[before]
    places = np.concatenate([np.arange(len(px)), before + part])
    order = np.argsort(places, kind="stable")
    x = np.concatenate([px, px[before] + part * (px[before + 1] - px[before])])[order]
    y = np.concatenate([py, py[before] + part * (py[before + 1] - py[before])])[order]
    return x, y, np.concatenate([along, cuts])[order]


def last_finite(values: Floats) -> int:
    """The place of the last finite value, -1 without any."""
    if len(values) and math.isfinite(values[-1]):
        return len(values) - 1
    places = np.flatnonzero(np.isfinite(values))
    return int(places[-1]) if len(places) else -1


def lonely(px: Floats, py: Floats, rect: QRectF, all_of_them: bool) -> tuple[Floats, Floats]:
    """x and y of the points that no line would show, because both neighbours are missing; or of all points."""
    good = np.isfinite(py)
    if not all_of_them:
        padded = np.concatenate([[False], good, [False]])
        good = good & ~padded[:-2] & ~padded[2:]
    good = good & (px >= rect.left() - 1) & (px <= rect.right() + 1)
    with np.errstate(invalid="ignore"):
        good &= (py >= rect.top() - 4) & (py <= rect.bottom() + 4)
    found = np.flatnonzero(good)[:2000]
    return px[found], py[found]
