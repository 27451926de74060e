"""Heatmaps: a matrix of values, columns in time, one flat colour per cell; and the bar that explains the colours."""

import math
from collections.abc import Callable, Hashable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QLinearGradient, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.backdrop import Furniture
from playground.ui.plots.fonts import tick_font
from playground.ui.plots.geometry import mixed
from playground.ui.plots.items import AreaItem, Paint
from playground.ui.plots.still import near_shades
from playground.ui.theme import Theme

Table = list[int]
Place = tuple[float, float, float, float]  # of the first column and row, and how far apart: x0, dx, y0, dy
CELL = 8  # px of a cell in an export, so that viewers that smooth pictures still show cells
LARGEST = 4096  # px, the longest side of such a picture
WIDEST = 512  # columns of a picture that grows: more would not be seen


@lru_cache(maxsize=4)
def signed_table(theme: Theme) -> Table:
    """Colours of the indices 0 … 255: 0 is a missing value, 1 … 128 … 255 negative, zero, positive."""
    colours = [QColor(theme.field)]
    for index in range(1, 256):
        value = (index - 128) / 127.0
        colours.append(mixed(theme.zero, theme.positive if value > 0 else theme.negative, abs(value)))
    return [colour.rgb() for colour in colours]


def rising_table(theme: Theme, colour: Paint) -> Table:
    """Colours of the indices 0 … 255: 0 is a missing value, 1 … 255 from background to `colour`."""
    return _rising(theme.field, theme.zero, colour(theme))


@lru_cache(maxsize=64)
def _rising(missing: str, zero: str, full: str) -> Table:
    return [QColor(missing).rgb()] + [mixed(zero, full, i / 254.0).rgb() for i in range(255)]


def signed_indices(values: NDArray, level: float) -> NDArray[np.uint8]:
    """−level … +level as 1 … 255, NaN as 0."""
    return _indices(values, 127.0 / level, -127.0, 127.0, 128.0)


def rising_indices(values: NDArray) -> NDArray[np.uint8]:
    """0 … 1 as 1 … 255, NaN as 0."""
    return _indices(values, 254.0, 0.0, 254.0, 1.0)


def _indices(values: NDArray, factor: float, low: float, high: float, shift: float) -> NDArray[np.uint8]:
    """factor · values, within low … high, rounded and shifted; NaN as 0."""
    exact = np.float32 if values.dtype == np.float32 else np.float64  # as exactly as the values are
    scaled = np.multiply(values, factor, dtype=exact)
    np.minimum(np.maximum(scaled, low, out=scaled), high, out=scaled)
    np.rint(scaled, out=scaled)
    scaled += shift
    if scaled.size and not math.isfinite(float(scaled.sum())):
        scaled[np.isnan(scaled)] = 0.0
    return scaled.astype(np.uint8)


class HeatItem(AreaItem):
    """Cell (row i, column j) lies around position (x0 + j·dx, y0 + i·dy). Levels are fixed by who makes the indices."""

    def __init__(self, table: Callable[[Theme], Table]) -> None:
        super().__init__()
        self._table = table
        self._indices: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
        self._image = QImage()
        self._made: tuple[object, ...] = ()  # of which indices and colours
        self._painted: tuple[NDArray[np.uint8], Place] | None = None
        self._place: Place = (0.0, 1.0, 0.0, 1.0)
        self.exporting = False
        self.setZValue(-10)

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._indices.shape[0], self._indices.shape[1]

    def set_cells(self, indices: NDArray[np.uint8], x0: float, dx: float, y0: float = 0.0, dy: float = 1.0) -> None:
        """indices: [rows, columns]."""
        self._indices, self._place = np.ascontiguousarray(indices), (x0, dx, y0, dy)
        self.perhaps()

    def set_table(self, table: Callable[[Theme], Table]) -> None:
        self._table = table
        self.update()

    def still(self) -> bool:
        """See `PlotItem`. What is appended to is another from its last column on."""
        if self._painted is None or self._painted[1] != self._place:
            return False
        before, now = self._painted[0], self._indices
        if near_shades(now, before):
            return True
        kept = before.shape[1] - 1
        grew = 0 <= kept < now.shape[1] and np.array_equal(now[:, :kept], before[:, :kept])
        self.part = self._from_column(kept) if grew else None
        return False

    def _from_column(self, first: int) -> QRectF | None:
        """Where this column and all after it lie, in scene pixels."""
        m = self.mapping
        if m is None:
            return None
        x0, dx, *_ = self._place
        left, right = m.x(x0 + dx * np.array([first - 0.5, self.grid[1] - 0.5])).tolist()
        return QRectF(left - 1, m.rect.top(), right - left + 2, m.rect.height()).intersected(m.rect)

    @property
    def image(self) -> QImage:
        """The cells, a pixel each."""
        return self._image_of(self.grid[1])

    def _image_of(self, wide: int) -> QImage:
        """The same with so many columns; those to come look like the last one."""
        of = self._indices, self._table, self.theme
        known = self._image.width() == wide and bool(self._made)
        if not known or any(now is not then for now, then in zip(of, self._made, strict=True)):
            self._made, self._image = of, QImage()
            rows, columns = self.grid
            if rows and columns:
                more = wide > columns
                cells = self._indices.take(np.minimum(np.arange(wide), columns - 1), axis=1) if more else self._indices
                made = QImage(cells.data, wide, rows, wide, QImage.Format.Format_Indexed8)
                made.setColorTable(self._table(self.theme))
                self._image = made.convertToFormat(QImage.Format.Format_RGB32)
        return self._image

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        self.exporting = export

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        m = self.mapping
        self._painted = self._indices, self._place
        rows, columns = self.grid
        if m is None or not rows or not columns:
            return
        x0, dx, y0, dy = self._place
        first = x0 - dx / 2
        if not self.exporting and columns < (whole := math.ceil((m.x1 - first) / dx - 1e-9)) <= WIDEST:
            # more will come: the very same pixels belong to a column then, as Qt counts them from end to end
            right = float(m.x(np.array([first + columns * dx]))[0])
            painter.setClipRect(QRectF(m.rect.left(), m.rect.top(), right - m.rect.left(), m.rect.height()))
            columns = whole
        image, last = self._image_of(columns), first + columns * dx
        left, right = max(m.x0, first), min(m.x1, last)
        lowest = y0 - dy / 2
        low, high = max(m.y0, lowest), min(m.y1, lowest + rows * dy)
        if right <= left or high <= low:
            return
        across, down = m.x(np.array([left, right])), np.sort(m.y(np.array([low, high])))
        target = QRectF(QPointF(across[0], down[0]), QPointF(across[1], down[1]))
        top = (low - lowest) / dy if m.down else rows - (high - lowest) / dy
        source = QRectF((left - first) / dx, top, (right - left) / dx, (high - low) / dy)
        if not m.down:
            image = image.flipped(Qt.Orientation.Vertical)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        if not self.exporting:
            painter.drawImage(target, image, source)
            return
        factor = max(1, min(CELL, LARGEST // max(rows, columns)))
        size = image.size() * factor
        large = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.FastTransformation)
        cut = QRectF(source.topLeft() * factor, source.size() * factor).toRect()
        painter.drawImage(target, large.copy(cut))  # Qt's SVG writer knows no source rectangle


class ColourBar(Furniture):
    """A strip of the heatmap's colours with the values at its ends; it stands where legends stand."""

    STRIP = 64.0

    def __init__(self) -> None:
        super().__init__()
        self.low, self.high = "−1", "+1"
        self.stops: Callable[[Theme], list[str]] = lambda theme: [theme.negative, theme.zero, theme.positive]
        self.resized: Callable[[], None] = lambda: None  # its width is another
        self._metrics = QFontMetricsF(tick_font())
        self.setZValue(30)

    @property
    def width(self) -> float:
        return self.STRIP + 8 + self._metrics.horizontalAdvance(self.low) + self._metrics.horizontalAdvance(self.high)

    def set_ends(self, low: str, high: str) -> None:
        """What stands at the ends; "" where there is nothing to explain."""
        if (low, high) != (self.low, self.high):
            width, there = self.width, bool(self.low)
            self.prepareGeometryChange()
            self.low, self.high = low, high
            if (width, there) != (self.width, bool(low)):
                self.resized()

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self.width, 16)

    def look(self) -> Hashable:
        return self.low, self.high, tuple(self.stops(self.theme))

    def furnish(self, painter: QPainter) -> None:
        left = self._metrics.horizontalAdvance(self.low) + 4
        strip = QRectF(left, 3.5, self.STRIP, 9)
        gradient = QLinearGradient(strip.topLeft(), strip.topRight())
        colours = self.stops(self.theme)
        for number, colour in enumerate(colours):
            gradient.setColorAt(number / (len(colours) - 1), QColor(colour))
        painter.setPen(QPen(QColor(self.theme.border), 1.0))
        painter.setBrush(gradient)
        painter.drawRect(strip)
        painter.setFont(tick_font())
        painter.setPen(QColor(self.theme.muted))
        painter.drawText(QPointF(0, 12), self.low)
        painter.drawText(QPointF(strip.right() + 4, 12), self.high)
