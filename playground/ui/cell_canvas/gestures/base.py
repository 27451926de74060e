"""What the view asks of a gesture inside a cell."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF
from PySide6.QtGui import QMouseEvent

from playground.ui.canvas.gestures.base import Drop, Gesture

if TYPE_CHECKING:
    from playground.ui.cell_canvas.canvas import CellCanvas


class CellGesture(Gesture):
    """From a press to its release. Changes the cell, if at all, once: at the release."""

    canvas: "CellCanvas"  # type: ignore[assignment]

    def __init__(self, canvas: "CellCanvas") -> None:
        self.canvas = canvas
        self.start = QPointF()

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        raise NotImplementedError


class CellDrop(Drop):
    """Something dragged from the palette or the desktop."""

    canvas: "CellCanvas"  # type: ignore[assignment]

    def __init__(self, canvas: "CellCanvas") -> None:
        self.canvas = canvas

    def accepts(self, mime: QMimeData) -> bool:
        raise NotImplementedError
