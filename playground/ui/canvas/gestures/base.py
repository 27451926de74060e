"""What the view asks of a gesture."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from playground.ui.canvas.canvas import NetworkCanvas


class Gesture:
    """From a press to its release. `point` is always in the scene."""

    def __init__(self, canvas: "NetworkCanvas") -> None:
        self.canvas = canvas
        self.start = QPointF()  # of the press, in the viewport

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        """True takes this press and everything up to its release."""
        raise NotImplementedError

    def move(self, event: QMouseEvent, point: QPointF) -> None:
        """The pointer moved with the button down."""

    def release(self, event: QMouseEvent, point: QPointF) -> None:
        """The button came up."""

    def cancel(self) -> None:
        """Escape, or the picture changed meanwhile: leave no trace."""

    def far(self, event: QMouseEvent) -> bool:
        """Whether the pointer has left the place of the press, so that it is a drag and not a click."""
        return (event.position() - self.start).manhattanLength() >= QApplication.startDragDistance()


class Drop:
    """Something dragged from elsewhere. Shows where it would land, and lands."""

    def __init__(self, canvas: "NetworkCanvas") -> None:
        self.canvas = canvas

    def accepts(self, mime: QMimeData) -> bool:
        raise NotImplementedError

    def move(self, mime: QMimeData, point: QPointF) -> None:
        """Show what a drop here would do."""
        raise NotImplementedError

    def drop(self, mime: QMimeData, point: QPointF) -> None:
        raise NotImplementedError


def read_text(mime: QMimeData, kind: str) -> str:
    """The text a drag carries under a MIME type."""
    return bytes(mime.data(kind).data()).decode("utf-8", errors="replace").strip()
