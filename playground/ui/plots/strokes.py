"""Lines for Qt, made with numbers: single pieces, dashes, and the points that no line would show."""

from typing import cast

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from playground.ui.plots.geometry import Floats


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
        first = cast(QLineF, shiboken6.wrapInstance(lines.ctypes.data, QLineF))
        painter.drawLines(first, len(lines))


def segments(px: Floats, py: Floats, dash: tuple[float, ...]) -> Floats:
    """The single lines [n, 4] of a polyline with gaps (NaN); with `dash` (on, off in pixels) what is on of them."""
    if dash:
        px, py, on = dashed(px, py, *dash)
    else:
        on = np.ones(max(0, len(px) - 1), bool)
    rows = np.stack([px[:-1], py[:-1], px[1:], py[1:]], axis=1)[on]
    return np.ascontiguousarray(rows[np.isfinite(rows).all(axis=1)])


def dashed(px: Floats, py: Floats, on: float, off: float) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """The polyline with a point wherever a dash begins or ends, and for each of its pieces whether it is drawn."""
    with np.errstate(invalid="ignore"):
        lengths = np.nan_to_num(np.hypot(np.diff(px), np.diff(py)))
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    periods = np.arange(0.0, along[-1], on + off)
    cuts = np.concatenate([periods, periods + on])
    cuts = np.sort(cuts[(cuts > 0) & (cuts < along[-1])])
    before = np.searchsorted(along, cuts, "right") - 1
    part = (cuts - along[before]) / lengths[before]
    places = np.concatenate([np.arange(len(px)), before + part])
    order = np.argsort(places, kind="stable")
    x = np.concatenate([px, px[before] + part * (px[before + 1] - px[before])])[order]
    y = np.concatenate([py, py[before] + part * (py[before + 1] - py[before])])[order]
    at = np.concatenate([along, cuts])[order]
    return x, y, ((at[:-1] + at[1:]) / 2) % (on + off) < on


def lonely(px: Floats, py: Floats, rect: QRectF, all_of_them: bool) -> list[tuple[float, float]]:
    """Points that no line would show, because both neighbours are missing; or all points."""
    good = np.isfinite(py)
    if not all_of_them:
        padded = np.concatenate([[False], good, [False]])
        good = good & ~padded[:-2] & ~padded[2:]
    good = good & (px >= rect.left() - 1) & (px <= rect.right() + 1)
    with np.errstate(invalid="ignore"):
        good &= (py >= rect.top() - 4) & (py <= rect.bottom() + 4)
    found = np.flatnonzero(good)[:2000]
    return [(float(px[i]), float(py[i])) for i in found]
