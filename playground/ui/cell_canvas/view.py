"""The window onto the scene of a cell: the canvas's own view, with a word when it moves and while a hand is busy."""

import time

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QGraphicsScene, QWidget

from playground.ui.canvas.view import CanvasView


class CellView(CanvasView):
    """`busy_changed`: a button went down on it, or came up. `moved`: another part of the scene is seen."""

    busy_changed = Signal(bool)
    moved = Signal()
    least = 0.06

    def __init__(self, scene: QGraphicsScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.setObjectName("cell.view")
        self._seen = QRectF()
        self.paint_seconds = 0.0  # what the last painting took

    def seen(self) -> QRectF:
        """The part of the scene that is seen."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.busy_changed.emit(True)
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.busy_changed.emit(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        begin = time.perf_counter()
        super().paintEvent(event)
        self.paint_seconds = time.perf_counter() - begin
        seen = self.seen()
        if seen != self._seen:
            self._seen = seen
            self.moved.emit()
