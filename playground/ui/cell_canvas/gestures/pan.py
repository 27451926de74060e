"""Moving the view with the middle button."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from playground.ui.cell_canvas.gestures.base import CellGesture


class Pan(CellGesture):
    """Anywhere; the wheel and two fingers do the same."""

    last = QPointF()

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        if event.button() != Qt.MouseButton.MiddleButton:
            return False
        self.last = event.position()
        self.canvas.view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        return True

    def move(self, event: QMouseEvent, point: QPointF) -> None:
        step = event.position() - self.last
        self.last = event.position()
        self.canvas.view.pan(step.x(), step.y())

    def release(self, event: QMouseEvent, point: QPointF) -> None:
        self.canvas.view.viewport().unsetCursor()

    def cancel(self) -> None:
        self.canvas.view.viewport().unsetCursor()
