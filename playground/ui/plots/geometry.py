"""From values to pixels: the mapping of a plot's area, clipping, and the marks that tell curves apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

Floats = NDArray[np.float64]
MARKS = ("circle", "square", "triangle", "diamond", "wedge", "plus")
_SHAPES = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "triangle": ((0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
    "wedge": ((0, 1.15), (1.1, -0.85), (-1.1, -0.85)),
    "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    "plus": ((-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4),
             (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4)),
}  # fmt: skip


@dataclass(frozen=True)
class Mapping:
    """Positions x0 … x1, y0 … y1 onto `rect`, in scene pixels. With `log`, y positions are log₁₀ of the values.

    down: y grows downwards (rows of a heatmap).
    """

    rect: QRectF
    x0: float
    x1: float
    y0: float
    y1: float
    log: bool = False
    down: bool = False

    def positions(self, values: Floats) -> Floats:
        """y values as positions on the axis; what has no logarithm becomes a gap."""
        if not self.log:
            return np.asarray(values, np.float64)
        values = np.asarray(values, np.float64)
        return np.log10(values, out=np.full(values.shape, np.nan), where=values > 0)

    def x(self, positions: Floats) -> Floats:
        return self.rect.left() + (positions - self.x0) * (self.rect.width() / (self.x1 - self.x0))

    def y(self, positions: Floats) -> Floats:
        part = (positions - self.y0) * (self.rect.height() / (self.y1 - self.y0))
        return self.rect.top() + part if self.down else self.rect.bottom() - part

    def value_x(self, pixel: float) -> float:
        """The x that lies under a pixel."""
        return self.x0 + (pixel - self.rect.left()) * (self.x1 - self.x0) / max(1e-9, self.rect.width())

    def value_y(self, pixel: float) -> float:
        """The y position under a pixel."""
        part = (pixel - self.rect.top()) if self.down else (self.rect.bottom() - pixel)
        return self.y0 + part * (self.y1 - self.y0) / max(1e-9, self.rect.height())


def clip(a: Floats, b: Floats, low: float, high: float) -> tuple[Floats, Floats]:
    """A polyline (a, b) cut to low ≤ a ≤ high: crossings are put in, what lies outside becomes a gap (NaN).

    Done with numbers, because Qt's SVG writer knows no clipping.
    """
    if len(a) == 0:
        return a, b
    with np.errstate(invalid="ignore", divide="ignore"):
        outside = (a < low) | (a > high)
        if not outside.any():
            return a, b
        da, db = np.diff(a), np.diff(b)
        at = np.stack([(low - a[:-1]) / da, (high - a[:-1]) / da], axis=1)
        at[~((at > 0) & (at < 1))] = np.nan
        at.sort(axis=1)
        out_a, out_b = np.full((len(a), 3), np.nan), np.full((len(a), 3), np.nan)
        keep = np.zeros((len(a), 3), bool)
        out_a[:, 0], out_b[:, 0], keep[:, 0] = np.where(outside, np.nan, a), np.where(outside, np.nan, b), True
        out_a[:-1, 1:] = a[:-1, None] + at * da[:, None]
        out_b[:-1, 1:] = b[:-1, None] + at * db[:, None]
        keep[:-1, 1:] = np.isfinite(at)
    return out_a[keep], out_b[keep]


def draw_mark(painter: QPainter, kind: str, x: float, y: float, radius: float, colour: QColor) -> None:
    """One filled mark; a "ring" is hollow, so that marks inside it stay visible."""
    if kind == "ring":
        painter.setPen(QPen(colour, radius * 0.45))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y), radius * 1.6, radius * 1.6)
        return
    painter.setPen(QPen(Qt.PenStyle.NoPen))
    painter.setBrush(QBrush(colour))
    if kind == "circle":
        painter.drawEllipse(QPointF(x, y), radius, radius)
        return
    painter.drawPolygon(QPolygonF([QPointF(x + dx * radius, y + dy * radius) for dx, dy in _SHAPES[kind]]))


def faded(colour: str, alpha: float) -> QColor:
    """A colour with an opacity of 0 … 1."""
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made


def mixed(first: str, second: str, part: float) -> QColor:
    """The colour `part` of the way from the first to the second."""
    a, b = QColor(first), QColor(second)
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*[round(p + (q - p) * part) for p, q in pairs])
