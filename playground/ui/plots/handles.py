"""Points that can be dragged up and down."""

from collections.abc import Callable

import numpy as np
from pyqtgraph.GraphicsScene.mouseEvents import HoverEvent, MouseDragEvent
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.geometry import Floats
from playground.ui.plots.items import AreaItem, Paint
from playground.ui.plots.stamps import draw_marks

NEAR = 9.0  # px around a point that take hold of it
SMALL, LARGE = 2.4, 4.2


class Handles(AreaItem):
    """`dragged(index, y, first)` is told while a point is moved: first, at the beginning of a gesture.

    changed: which of them are not where they were at first; these are drawn hollow.
    """

    def __init__(self, colour: Paint, dragged: Callable[[int, float, bool], None]) -> None:
        super().__init__()
        self._colour, self._dragged = colour, dragged
        self._x: Floats = np.zeros(0)
        self._y: Floats = np.zeros(0)
        self.changed: frozenset[int] = frozenset()
        self.hot = -1
        self._held = -1
        self.exporting = False
        self.setZValue(21)  # above the cursor: a point on it can still be taken

    def set_points(self, x: Floats, y: Floats, changed: frozenset[int]) -> None:
        """y: positions on the axis, NaN for a point that is not there."""
        before = self._x, self._y, self.changed
        self._x, self._y, self.changed = np.asarray(x, float), np.asarray(y, float), changed
        same = changed == before[2] and np.array_equal(self._x, before[0])
        if not same or not np.array_equal(self._y, before[1], equal_nan=True):
            self.update()

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """In a figure points are circles, no stamps."""
        self.exporting = export

    def near(self, at: QPointF) -> int:
        """The number of the point under the pointer, -1 for none."""
        m = self.mapping
        if m is None or not len(self._x):
            return -1
        with np.errstate(invalid="ignore"):
            far = np.hypot(m.x(self._x) - at.x(), m.y(self._y) - at.y())
        if not np.isfinite(far).any():
            return -1
        best = int(np.nanargmin(far))
        return best if far[best] <= NEAR else -1

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        m = self.mapping
        if m is None or not len(self._x):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour, ground = QColor(self._colour(self.theme)), QColor(self.theme.panel)
        px, py = m.x(self._x), m.y(self._y)
        inside = m.rect.adjusted(-1, -1, 1, 1)
        with np.errstate(invalid="ignore"):
            seen = (px >= inside.left()) & (px <= inside.right()) & (py >= inside.top()) & (py <= inside.bottom())
        large = [number for number in {*self.changed, self.hot, self._held} if 0 <= number < len(px) and seen[number]]
        seen[large] = False
        draw_marks(painter, "circle", px[seen], py[seen], SMALL, colour, self.exporting)
        for number in large:
            painter.setPen(QPen(QColor(self.theme.warning) if number in self.changed else colour, 1.6))
            painter.setBrush(ground)
            painter.drawEllipse(QPointF(px[number], py[number]), LARGE, LARGE)

    # -- pyqtgraph's scene calls these ---------------------------------------------------------------------------

    def hoverEvent(self, event: HoverEvent) -> None:
        hot = -1 if event.isExit() else self.near(event.scenePos())
        if hot >= 0 and not event.acceptDrags(Qt.MouseButton.LeftButton):
            hot = -1
        if hot != self.hot:
            self.hot = hot
            self.setCursor(Qt.CursorShape.SizeVerCursor) if hot >= 0 else self.unsetCursor()
            self.update()

    def mouseDragEvent(self, event: MouseDragEvent) -> None:
        first = self._held < 0
        if first:
            self._held = self.near(event.buttonDownScenePos())
        if self._held < 0 or event.button() != Qt.MouseButton.LeftButton or self.mapping is None:
            self._held = -1
            event.ignore()
            return
        event.accept()
        self._dragged(self._held, self.mapping.value_y(event.scenePos().y()), first)
        if event.isFinish():
            self._held = -1
            self.update()
