"""The area of a plot under the mouse: wheel, drag, box and click become zooms, pans and choices of time."""

import math

from pyqtgraph import ViewBox
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent, MouseDragEvent
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsSceneWheelEvent, QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.geometry import faded
from playground.ui.plots.plot_item import PlotItem
from playground.ui.theme import LIGHT, Theme

THIN = 12.0  # px: a box that is flatter than this zooms along the other axis alone


class Area(ViewBox):
    """The wheel zooms along x, with Ctrl along y; a drag pans what is zoomed; Shift and a drag is a box to zoom into; a
    double click and a single click are signals. No menu of its own."""

    reset_asked = Signal()
    clicked = Signal(float, float)  # scene pixels
    box_drawn = Signal(object)  # QRectF in scene pixels, while it is being drawn; empty when done
    boxed = Signal(object)

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.pan_axis: int | None = 0  # 0: only x, None: both
        self.disableAutoRange()
        self.setZValue(-30)

    def show_x(self, low: float, high: float) -> None:
        """`setRange` of x alone, for an axis that grows all the time: without asking for limits, an aspect or other
        views that are linked, of which there are none, and without a signal."""
        if not (math.isfinite(low) and math.isfinite(high) and high - low > 1e-9 * max(abs(low), abs(high))):
            self.setRange(xRange=(low, high), padding=0)
            return
        self.state["targetRange"][0], self.state["viewRange"][0] = [low, high], [low, high]
        self._viewPixelSizeCache, self._matrixNeedsUpdate = None, True  # of pyqtgraph: found anew when they are asked

    def wheelEvent(self, ev: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:
        if axis is None:
            axis = 1 if ev.modifiers() & Qt.KeyboardModifier.ControlModifier else 0
        super().wheelEvent(ev, axis)

    def mouseDragEvent(self, ev: MouseDragEvent, axis: int | None = None) -> None:
        if ev.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            ev.ignore()
        elif ev.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            ev.accept()
            self._draw_box(ev)
        else:
            super().mouseDragEvent(ev, self.pan_axis)

    def _draw_box(self, ev: MouseDragEvent) -> None:
        inside = self.mapRectToScene(self.boundingRect())
        rect = QRectF(ev.buttonDownScenePos(), ev.scenePos()).normalized().intersected(inside)
        if rect.width() < THIN:
            rect.setLeft(inside.left())
            rect.setRight(inside.right())
        if rect.height() < THIN:
            rect.setTop(inside.top())
            rect.setBottom(inside.bottom())
        self.box_drawn.emit(QRectF() if ev.isFinish() else rect)
        if ev.isFinish() and rect != inside:
            self.boxed.emit(rect)

    def mouseClickEvent(self, ev: MouseClickEvent) -> None:
        if ev.button() != Qt.MouseButton.LeftButton:
            ev.ignore()
            return
        ev.accept()
        if ev.double():
            self.reset_asked.emit()
        else:
            at: QPointF = ev.scenePos()
            self.clicked.emit(at.x(), at.y())


class Box(PlotItem):
    """The rectangle that is being drawn to zoom into."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self._rect = QRectF()
        self.setZValue(60)
        self.set_empty(True)

    def set_rect(self, rect: QRectF) -> None:
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect
            self.set_empty(rect.isEmpty())

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-1, -1, 1, 1) if not self._rect.isEmpty() else QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(QPen(QColor(self.theme.accent), 1.0, Qt.PenStyle.DashLine))
        painter.setBrush(faded(self.theme.accent, 0.12))
        painter.drawRect(self._rect)
