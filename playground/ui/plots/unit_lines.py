"""What the selection plot draws in its area: the lines of all units, the threshold, and the drag across steps."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.GraphicsScene.mouseEvents import HoverEvent, MouseDragEvent
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.fonts import label_font, label_width
from playground.ui.plots.geometry import Mapping, faded, mixed
from playground.ui.plots.items import AreaItem
from playground.ui.plots.spans import MOST as ON_A_PIXEL
from playground.ui.plots.spans import spans
from playground.ui.plots.still import near_y
from playground.ui.plots.strokes import draw_lines, line_pen
from playground.ui.plots.ticks import value_text

MOST = 64  # pale lines that are drawn; of more units, as many evenly chosen ones
STRONG, WIDTH = 8, 1.6  # so many chosen units have lines of that width; more of them would be a blot
DARKEST = 0.75  # where most of them lie on each other


class UnitLines(AreaItem):
    """A pale line for every unit, darker where many lie on each other; a strong one for each that is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._times: NDArray[np.float64] = np.zeros(0)
        self._values: NDArray[np.float64] = np.zeros((0, 0))
        self._chosen: NDArray[np.intp] = np.zeros(0, np.intp)
        self._of: tuple[Mapping, NDArray, NDArray, NDArray] | None = None  # what was painted
        self.exporting = False
        self.setZValue(-5)

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """In a figure lines are lines."""
        self.exporting = export

    def set_lines(self, times: NDArray, values: NDArray, chosen: NDArray[np.intp]) -> None:
        """times [T], values [T, H], the numbers of the chosen units."""
        self._times, self._values, self._chosen = times, np.asarray(values, np.float64), chosen
        self.rebuild()

    def rebuild(self) -> None:
        self.perhaps()

    def still(self) -> bool:
        """See `PlotItem`."""
        m = self.mapping
        if self._of is None or m is None:
            return False
        then, times, values, chosen = self._of
        same = then == m and np.array_equal(self._times, times) and np.array_equal(self._chosen, chosen)
        return same and near_y(self._values, values, m)

    def _pale(self) -> NDArray[np.intp]:
        pale = np.ones(self._values.shape[1], bool)
        pale[self._chosen] = False
        rest = np.flatnonzero(pale)
        return rest[np.linspace(0, len(rest) - 1, MOST).astype(int)] if len(rest) > MOST else rest

    def _rows(self, units: NDArray[np.intp], m: Mapping) -> NDArray[np.float64]:
        """Single lines [n, 4] in scene pixels; what lies beyond the picture is left out."""
        if len(self._times) < 2 or not len(units):
            return np.zeros((0, 4))
        x = m.x(self._times)
        inside = (x[:-1] >= m.rect.left() - 1) & (x[1:] <= m.rect.right() + 1)
        first, last = (int(np.argmax(inside)), len(inside) - int(np.argmax(inside[::-1]))) if inside.any() else (0, 0)
        x = x[first : last + 1]
        y = m.y(self._values[first : last + 1, units].T)
        np.minimum(np.maximum(y, m.rect.top() - 1, out=y), m.rect.bottom() + 1, out=y)
        rows = np.empty((len(units), max(0, last - first), 4))
        rows[:, :, 0], rows[:, :, 1], rows[:, :, 2], rows[:, :, 3] = x[:-1], y[:, :-1], x[1:], y[:, 1:]
        found = rows.reshape(-1, 4)
        return found if np.isfinite(np.sum(y)) else np.ascontiguousarray(found[np.isfinite(found).all(axis=1)])

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        m = self.mapping
        if m is None:
            return
        self._of = m, self._times, self._values, self._chosen
        pale = self._pale()
        strength = float(np.clip(8.0 / max(1, self._values.shape[1]), 0.15, 0.35))
        if self.exporting:
            painter.setPen(line_pen(mixed(self.theme.panel, self.theme.muted, strength), 1.0))
            draw_lines(painter, self._rows(pale, m))
        else:
            self._paint_together(painter, m, pale, strength)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = WIDTH if len(self._chosen) <= STRONG else 1.0  # Qt needs a third of the time for thin ones
        painter.setPen(line_pen(QColor(self.theme.accent), width))
        draw_lines(painter, self._rows(self._chosen, m))

    def _paint_together(self, painter: QPainter, m: Mapping, units: NDArray[np.intp], strength: float) -> None:
        """As one picture in the pixels of the screen."""
        sharp = painter.device().devicePixelRatioF()
        left, top, right, bottom = m.edges
        x0, y0 = math.floor(left * sharp), math.floor(top * sharp)
        width, height = math.ceil(right * sharp) - x0, math.ceil(bottom * sharp) - y0
        px, py = m.x(self._times), m.y(self._values[:, units])
        counts = spans(px * sharp - x0, py * sharp - y0, width, height, max(1, round(sharp)))
        picture = QImage(counts.data, width, height, width, QImage.Format.Format_Indexed8)
        picture.setColorTable(_tones(self.theme.muted, strength))
        picture.setDevicePixelRatio(sharp)
        painter.drawImage(QPointF(x0 / sharp, y0 / sharp), picture)


@lru_cache(maxsize=8)
def _tones(colour: str, strength: float) -> list[int]:
    """Of 0, 1, 2 … lines on each other, each of which covers so much of what lies behind it."""
    covered = 1.0 - (1.0 - strength) ** np.arange(ON_A_PIXEL + 1)
    return [faded(colour, part).rgba() for part in np.minimum(covered, DARKEST).tolist()]


class Threshold(AreaItem):
    """A level that can be dragged; `moved(value, done)` is told where to."""

    def __init__(self, moved: Callable[[float, bool], None]) -> None:
        super().__init__()
        self._moved = moved
        self.value = 0.0
        self._y = -100.0
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setZValue(18)

    def set_value(self, value: float) -> None:
        if value != self.value:
            self.value = value
            self.rebuild()

    def rebuild(self) -> None:
        m = self.mapping
        self.prepareGeometryChange()
        inside = m is not None and m.y0 <= self.value <= m.y1
        self._y = float(m.y(np.array([self.value]))[0]) if m is not None and inside else -100.0
        self.update()

    def boundingRect(self) -> QRectF:
        if self.mapping is None:
            return QRectF()
        return QRectF(self.mapping.rect.left(), self._y - 7, self.mapping.rect.width(), 14)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.mapping is None or self._y < 0:
            return
        rect, colour = self.mapping.rect, QColor(self.theme.warning)
        painter.setPen(line_pen(colour, 1.3, (6.0, 3.0)))
        painter.drawLine(QPointF(rect.left(), self._y), QPointF(rect.right(), self._y))
        painter.setFont(label_font())
        text = f"≥ {value_text(self.value)}"
        width = label_width(text)
        painter.drawText(QPointF(rect.right() - width - 3, self._y - 3), text)

    def hoverEvent(self, event: HoverEvent) -> None:
        if not event.isExit():
            event.acceptDrags(Qt.MouseButton.LeftButton)

    def mouseDragEvent(self, event: MouseDragEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.mapping is None:
            event.ignore()
            return
        event.accept()
        self._moved(self.mapping.value_y(event.scenePos().y()), event.isFinish())


class Brush(AreaItem):
    """Takes a plain drag across the area as a choice of steps; `dragged(x0, x1, done)` is told. With a modifier the
    drag is the area's own."""

    def __init__(self, dragged: Callable[[float, float, bool], None]) -> None:
        super().__init__()
        self._dragged = dragged
        self.setZValue(-20)
        self.set_empty(True)  # what was chosen is a stretch

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Nothing."""

    def mouseDragEvent(self, event: MouseDragEvent) -> None:
        # no drags are claimed while hovering, because a claimed one cannot be left to the area any more
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.button() != Qt.MouseButton.LeftButton or not plain or self.mapping is None:
            event.ignore()
            return
        event.accept()
        ends = (event.buttonDownScenePos().x(), event.scenePos().x())
        low, high = sorted(self.mapping.value_x(px) for px in ends)
        self._dragged(low, high, event.isFinish())
