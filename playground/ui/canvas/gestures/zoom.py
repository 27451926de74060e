"""Zooming: Ctrl and the wheel, two fingers on a touchpad, a pinch on a screen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture

if TYPE_CHECKING:
    from playground.ui.canvas.view import CanvasView

NOTCH = 1.2  # a wheel turned by one notch
FULL_NOTCH = 120.0


class Zoom:
    """Turns events into `view.zoom_by(factor, at)`. Each method says whether it took the event."""

    def __init__(self, view: "CanvasView") -> None:
        self.view = view

    def wheel(self, event: QWheelEvent) -> bool:
        """With Ctrl: larger or smaller around the pointer."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier or not event.angleDelta().y():
            return False
        self.view.zoom_by(NOTCH ** (event.angleDelta().y() / FULL_NOTCH), event.position())
        return True

    def other(self, event: QEvent) -> bool:
        """Touchpads send native gestures, touch screens pinches."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
                return False
            self.view.zoom_by(1.0 + event.value(), event.position())
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if not isinstance(pinch, QPinchGesture):
                return False
            at = QPointF(self.view.viewport().mapFromGlobal(pinch.hotSpot()))
            self.view.zoom_by(pinch.scaleFactor(), at)
            event.accept(pinch)
            return True
        return False
