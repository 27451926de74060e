"""Clicks: the round buttons, the number of units, the race zone, and choosing a card."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from playground.ui.canvas.gestures.base import Gesture
from playground.ui.canvas.layout import Hit


class Press(Gesture):
    """× removes a layer, ⌄ opens its cell, + asks which cell to insert, the race zone which to add (when let go)."""

    hit = Hit("empty")

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        self.hit = self.canvas.picture.plan.hit(point.x(), point.y())
        return event.button() == Qt.MouseButton.LeftButton and self.hit.kind in ("remove", "open", "insert", "race")

    def release(self, event: QMouseEvent, point: QPointF) -> None:
        if self.canvas.picture.plan.hit(point.x(), point.y()) != self.hit:
            return
        place = event.globalPosition().toPoint()
        if self.hit.kind == "remove":
            self.canvas.edits.remove_layer(self.hit.net, self.hit.index)
        elif self.hit.kind == "open":
            self.canvas.open_cell(self.hit.net, self.hit.index)
        elif self.hit.kind == "insert":
            self.canvas.menus.insert(self.hit.net, self.hit.index, place)
        else:
            self.canvas.menus.add_net(place)


class EditUnits(Gesture):
    """A click on the number of units opens a field there."""

    hit = Hit("empty")

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        picture = self.canvas.picture
        self.start = event.position()
        self.hit = picture.plan.hit(point.x(), point.y())
        if event.button() != Qt.MouseButton.LeftButton or self.hit.kind != "layer":
            return False
        item = picture.layers[self.hit.net, self.hit.index]
        if not item.units_box.contains(item.mapFromScene(point)):
            return False
        self.canvas.session.select(picture.selection_at(self.hit))
        return True

    def release(self, event: QMouseEvent, point: QPointF) -> None:
        if not self.far(event):
            self.canvas.edit_units(self.hit.net, self.hit.index)


class OpenCell(Gesture):
    """A double-click on a layer shows the inside of its cell."""

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        hit = self.canvas.picture.plan.hit(point.x(), point.y())
        double = event.type() == QEvent.Type.MouseButtonDblClick and event.button() == Qt.MouseButton.LeftButton
        return double and hit.kind == "layer" and self.canvas.open_cell(hit.net, hit.index)


class Select(Gesture):
    """A press on a card selects it; a click beside everything selects nothing."""

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        picture = self.canvas.picture
        hit = picture.plan.hit(point.x(), point.y())
        if event.button() != Qt.MouseButton.LeftButton or hit.kind in ("empty", "gap"):
            return False
        self.canvas.session.select(picture.selection_at(hit))
        return True
