"""Choosing: a click, a click with Shift, a rubber band. Moving what is chosen by dragging it."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent

from playground.cell.graph import Place
from playground.ui.cell_canvas.gestures.base import CellGesture

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


class Move(CellGesture):
    """A press on a node chooses it; dragged, all that is chosen goes along, on the grid and with guides."""

    grabbed = ""
    origins: dict[str, QPointF] = {}
    begin = QPointF()
    places: dict[str, Place] = {}
    moving = was_chosen = False

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        canvas = self.canvas
        found = canvas.stage.hit(point)
        if event.button() != Qt.MouseButton.LeftButton or found.kind != "node":
            return False
        self.start, self.begin = event.position(), point
        self.moving, self.places = False, {}
        self.grabbed = canvas.picture.id_at(found.node)
        self.was_chosen = self.grabbed in canvas.workshop.nodes
        if event.modifiers() & (SHIFT | CTRL) or not self.was_chosen:
            canvas.acts.choose_node(self.grabbed, bool(event.modifiers() & (SHIFT | CTRL)))
        return True

    def move(self, event: QMouseEvent, point: QPointF) -> None:
        canvas = self.canvas
        if self.grabbed not in canvas.workshop.nodes or (not self.moving and not self.far(event)):
            return
        if not self.moving:
            self.moving = True
            boxes = canvas.picture.layout
            self.origins = {id: QPointF(*boxes.box(id).centre) for id in canvas.workshop.nodes}
            canvas.stage.begin_preview(canvas.workshop.nodes)
            canvas.view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        origin, shift = self.origins[self.grabbed], point - self.begin
        x, y = canvas.stage.guides.snap(origin.x() + shift.x(), origin.y() + shift.y())
        dx, dy = x - origin.x(), y - origin.y()
        places = {id: Place(at.x() + dx, at.y() + dy) for id, at in self.origins.items()}
        if places != self.places:
            self.places = places
            canvas.stage.preview(places)

    def release(self, event: QMouseEvent, point: QPointF) -> None:
        canvas, moved = self.canvas, self.moving
        places = {id: place for id, place in self.places.items() if (place.x, place.y) != self.origins[id].toTuple()}
        if moved:
            self._done()
            if not places or not canvas.edits.move(places):
                canvas.stage.show()
        elif self.was_chosen and not event.modifiers() & (SHIFT | CTRL):
            canvas.workshop.choose(self.grabbed)

    def cancel(self) -> None:
        if self.moving:
            self._done()
            self.canvas.stage.show()

    def _done(self) -> None:
        self.moving = False
        self.canvas.stage.guides.hide()
        self.canvas.view.viewport().unsetCursor()


class Band(CellGesture):
    """Beside everything: a band around nodes chooses them, a click chooses nothing."""

    begin = QPointF()
    banding = False

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        if event.button() != Qt.MouseButton.LeftButton or self.canvas.stage.hit(point).kind != "empty":
            return False
        self.start, self.begin, self.banding = event.position(), point, False
        return True

    def move(self, event: QMouseEvent, point: QPointF) -> None:
        if self.banding or self.far(event):
            self.banding = True
            self.canvas.stage.rubber.show_band(QRectF(self.begin, point).normalized())

    def release(self, event: QMouseEvent, point: QPointF) -> None:
        canvas, more = self.canvas, bool(event.modifiers() & SHIFT)
        canvas.stage.rubber.hide()
        if self.banding:
            inside = canvas.stage.ids_in(QRectF(self.begin, point).normalized())
            before = canvas.workshop.nodes if more else ()
            canvas.workshop.choose(*before, *(id for id in inside if id not in before))
        elif not more:
            canvas.workshop.choose()
        self.banding = False

    def cancel(self) -> None:
        self.banding = False
        self.canvas.stage.rubber.hide()
