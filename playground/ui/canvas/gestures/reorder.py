"""Dragging a layer card sideways: another place in its network."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from playground.ui.canvas.gestures.base import Gesture
from playground.ui.canvas.layout import Hit, Rect


class Reorder(Gesture):
    """The card follows the pointer along its row; the gap where it would go in lights up. A plain press selects."""

    hit = Hit("empty")
    moving = False
    grip = QPointF()

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        picture = self.canvas.picture
        self.hit = picture.plan.hit(point.x(), point.y())
        if event.button() != Qt.MouseButton.LeftButton or self.hit.kind != "layer":
            return False
        self.start, self.grip, self.moving = event.position(), point, False
        self.canvas.session.select(picture.selection_at(self.hit))
        return True

    def move(self, event: QMouseEvent, point: QPointF) -> None:
        picture = self.canvas.picture
        if len(picture.plan.rows[self.hit.net].layers) < 2 or not (self.moving or self.far(event)):
            return
        self.moving = True
        item, rect = picture.layers[self.hit.net, self.hit.index], self._rect()
        item.setZValue(5)
        item.setOpacity(0.85)
        item.setPos(rect.x + point.x() - self.grip.x(), rect.y)
        picture.clear_lights()
        gap = self._gap(point)
        if gap not in (self.hit.index, self.hit.index + 1):
            picture.gaps[self.hit.net, gap].set_lit(True)

    def release(self, event: QMouseEvent, point: QPointF) -> None:
        if not self.moving:
            return
        gap, old = self._gap(point), self.hit.index
        self.cancel()
        new = gap - 1 if gap > old else gap
        if new != old:
            self.canvas.edits.move_layer(self.hit.net, old, new)

    def cancel(self) -> None:
        """Put the card back."""
        picture = self.canvas.picture
        item = picture.layers.get((self.hit.net, self.hit.index))
        if self.moving and item is not None:
            item.setPos(self._rect().x, self._rect().y)
            item.setOpacity(1.0)
            item.setZValue(0)
        picture.clear_lights()
        self.moving = False

    def _rect(self) -> Rect:
        return self.canvas.picture.plan.rows[self.hit.net].layers[self.hit.index]

    def _gap(self, point: QPointF) -> int:
        """Judged by the middle of the moved card."""
        middle = self._rect().centre.x + point.x() - self.grip.x()
        row = self.canvas.picture.plan.rows[self.hit.net]
        others = sum(1 for k, card in enumerate(row.layers) if k != self.hit.index and card.centre.x < middle)
        return others if others <= self.hit.index else others + 1
