"""From values to pixels: the mapping of a plot's area, clipping, and the marks that tell curves apart."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from playground.ui.widgets.marks import MARKS as MARKS
from playground.ui.widgets.marks import draw_mark as draw_mark

Floats = NDArray[np.float64]
SLACK = 1e-6  # px that rounding may put the ends of a line beside an edge


@dataclass(frozen=True)
class Mapping:
    """Positions x0 … x1, y0 … y1 onto `rect`, in scene pixels. With `log`, y positions are log₁₀ of the values; with
    `log_x`, so are x positions. down: y grows downwards (rows of a heatmap).
    """

    rect: QRectF
    x0: float
    x1: float
    y0: float
    y1: float
    log: bool = False
    down: bool = False
    log_x: bool = False

    @property
    def low(self) -> float:
        """The x value at the left edge."""
        return 10.0**self.x0 if self.log_x else self.x0

    @property
    def high(self) -> float:
        """The x value at the right edge."""
        return 10.0**self.x1 if self.log_x else self.x1

    def positions(self, values: Floats) -> Floats:
        """y values as positions on the axis; what has no logarithm becomes a gap."""
        return _logarithms(values) if self.log else np.asarray(values, np.float64)

    def x(self, values: Floats) -> Floats:
        """Pixels of x values; what has no logarithm becomes a gap."""
        last = self.__dict__.get("last")  # curves of one plot have their x in common
        if last is None or last[0] is not values:
            positions = _logarithms(values) if self.log_x else values
            factor, shift = self._across
            last = self.__dict__["last"] = values, positions * factor + shift
        return last[1]

    def spans(self, px: Floats) -> bool:
        """Whether rising pixels that `x` gave have no gap and lie within the area."""
        last = self.__dict__.get("spanned")
        if last is None or last[0] is not px:
            left, _, right, _ = self.edges
            inside = len(px) > 1 and left - SLACK <= px[0] and px[-1] <= right + SLACK
            last = self.__dict__["spanned"] = px, bool(inside and math.isfinite(float(np.dot(px, px))))
        return bool(last[1])

    @cached_property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the area, in scene pixels: asked of Qt once."""
        return self.rect.left(), self.rect.top(), self.rect.right(), self.rect.bottom()

    def y(self, positions: Floats) -> Floats:
        factor, shift = self._down
        return positions * factor + shift

    @property
    def scale_x(self) -> float:
        """px of one unit on the x axis, of one decade on a logarithmic one."""
        return abs(self._across[0])

    @property
    def scale_y(self) -> float:
        """px of one unit on the y axis, of one decade on a logarithmic one."""
        return abs(self._down[0])

    @cached_property
    def _across(self) -> tuple[float, float]:
        factor = self.rect.width() / (self.x1 - self.x0)
        return factor, self.rect.left() - self.x0 * factor

    @cached_property
    def _down(self) -> tuple[float, float]:
        factor = self.rect.height() / (self.y1 - self.y0)
        if self.down:
            return factor, self.rect.top() - self.y0 * factor
        return -factor, self.rect.bottom() + self.y0 * factor

    def value_x(self, pixel: float) -> float:
        """The x value that lies under a pixel."""
        position = self.x0 + (pixel - self.rect.left()) * (self.x1 - self.x0) / max(1e-9, self.rect.width())
        return 10.0**position if self.log_x else position

    def value_y(self, pixel: float) -> float:
        """The y position under a pixel."""
        part = (pixel - self.rect.top()) if self.down else (self.rect.bottom() - pixel)
        return self.y0 + part * (self.y1 - self.y0) / max(1e-9, self.rect.height())


def _logarithms(values: Floats) -> Floats:
    values = np.asarray(values, np.float64)
    return np.log10(values, out=np.full(values.shape, np.nan), where=values > 0)


def clip(a: Floats, b: Floats, low: float, high: float) -> tuple[Floats, Floats]:
    """A polyline (a, b) cut to low ≤ a ≤ high: crossings are put in, what lies outside becomes a gap (NaN).

    Done with numbers, because Qt's SVG writer knows no clipping.
    """
    if len(a) == 0 or (np.minimum.reduce(a) >= low and np.maximum.reduce(a) <= high):
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


def clip_to(px: Floats, py: Floats, rect: QRectF) -> tuple[Floats, Floats]:
    """A polyline in pixels cut to a rectangle."""
    px, py = clip(px, py, rect.left(), rect.right())
    py, px = clip(py, px, rect.top(), rect.bottom())
    return px, py


def faded(colour: str, alpha: float) -> QColor:
    """A colour with an opacity of 0 … 1."""
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made


def mixed(first: str, second: str, part: float) -> QColor:
    """The colour `part` of the way from the first to the second."""
    return QColor(_mixed(first, second, part))


@lru_cache(maxsize=4096)
def _mixed(first: str, second: str, part: float) -> QColor:
    a, b = QColor(first), QColor(second)
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*[round(p + (q - p) * part) for p, q in pairs])
