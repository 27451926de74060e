"""Moving the view: the middle button anywhere, the left button beside everything."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from playground.ui.canvas.gestures.base import Gesture


class Pan(Gesture):
    """A left click that does not move selects nothing."""

    last = QPointF()
    moving = False

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        beside = self.canvas.picture.plan.hit(point.x(), point.y()).kind in ("empty", "gap")
        left = event.button() == Qt.MouseButton.LeftButton and beside
        self.start = self.last = event.position()
        self.moving = False
        return left or event.button() == Qt.MouseButton.MiddleButton

    def move(self, event: QMouseEvent, point: QPointF) -> None:
        if not self.moving and not self.far(event):
            return
        self.moving = True
        step = event.position() - self.last
        self.last = event.position()
        self.canvas.view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self.canvas.view.pan(step.x(), step.y())

    def release(self, event: QMouseEvent, point: QPointF) -> None:
        self.canvas.view.viewport().unsetCursor()
        if not self.moving and event.button() == Qt.MouseButton.LeftButton:
            self.canvas.session.select(None)

    def cancel(self) -> None:
        self.canvas.view.viewport().unsetCursor()
