"""A double-click on a node opens a field for its name."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from playground.ui.cell_canvas.gestures.base import CellGesture


class Rename(CellGesture):
    """Comes before selecting and moving."""

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        if event.type() != QEvent.Type.MouseButtonDblClick or event.button() != Qt.MouseButton.LeftButton:
            return False
        found = self.canvas.stage.hit(point)
        if found.node < 0:
            return False
        self.canvas.acts.edit_name(self.canvas.picture.id_at(found.node))
        return True
