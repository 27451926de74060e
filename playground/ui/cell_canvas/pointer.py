"""What the pointer shows without pressing anything: what lies below it, a tooltip, a menu."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt

from playground.ui.cell_canvas import tell

if TYPE_CHECKING:
    from playground.ui.cell_canvas.canvas import CellCanvas


class Pointer(QObject):
    """Follows the view's signals."""

    def __init__(self, canvas: "CellCanvas") -> None:
        super().__init__(canvas)
        self.canvas = canvas
        canvas.view.hovered.connect(self.hover)
        canvas.view.left.connect(self.leave)
        canvas.view.menu_wanted.connect(self.menu)

    def hover(self, point: QPointF) -> None:
        found = self.canvas.stage.hover(point)
        shapes = {"port": Qt.CursorShape.CrossCursor, "wire": Qt.CursorShape.PointingHandCursor}
        self.canvas.view.viewport().setCursor(shapes.get(found.kind, Qt.CursorShape.ArrowCursor))
        cell, item, wire = (
            self.canvas.workshop.cell,
            self.canvas.stage.node_item(found),
            self.canvas.stage.wire_of(found),
        )
        if cell is None:
            return
        if item is not None:
            self.canvas.view.viewport().setToolTip(
                tell.node_tip(cell, item.look.id, item.look.marks, self.canvas.readings, self.canvas.stage.errors)
            )
        else:
            self.canvas.view.viewport().setToolTip(
                tell.wire_tip(cell, wire, self.canvas.readings) if wire is not None else ""
            )

    def leave(self) -> None:
        self.canvas.stage.hover(None)
        self.canvas.stage.light_wire(None)
        self.canvas.stage.rubber.hide()

    def menu(self, point: QPointF, at: QPoint | None) -> None:
        if self.canvas.workshop.cell is None:
            return
        if at is None:
            self.canvas.menus.context(self.canvas.place_for_new(), self.canvas.place_of_choice())
            return
        found = self.canvas.stage.hit(point)
        if found.node >= 0 and (id := self.canvas.picture.id_at(found.node)) not in self.canvas.workshop.nodes:
            self.canvas.workshop.choose(id)
        elif found.kind == "wire":
            self.canvas.workshop.choose_wire(self.canvas.stage.wire_of(found))
        elif found.kind == "empty":
            self.canvas.workshop.choose()
        self.canvas.menus.context(point, at)
