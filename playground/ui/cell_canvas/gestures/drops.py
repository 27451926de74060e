"""What can be dropped into a cell: gates, operations and memories; another cell; a sequence."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF

from playground.cell.edits import InsertOnWire
from playground.ui.canvas.edits import CanvasEdits
from playground.ui.canvas.gestures.base import read_text
from playground.ui.canvas.gestures.drop_cell import CELL_TYPE
from playground.ui.cell_canvas.gestures.base import CellDrop
from playground.ui.cell_canvas.palette import NODE_TYPE, new_node
from playground.ui.workshop import WireName

if TYPE_CHECKING:
    from playground.ui.cell_canvas.canvas import CellCanvas


class DropNode(CellDrop):
    """On a wire: it goes in between. Elsewhere: it lies there, with nothing wired to it yet."""

    def accepts(self, mime: QMimeData) -> bool:
        return mime.hasFormat(NODE_TYPE) and new_node(read_text(mime, NODE_TYPE)) is not None

    def move(self, mime: QMimeData, point: QPointF) -> None:
        self.canvas.stage.light_wire(self._wire(mime, point))
        self.canvas.stage.rubber.show_ghost(point, read_text(mime, NODE_TYPE))

    def drop(self, mime: QMimeData, point: QPointF) -> None:
        wire, text = self._wire(mime, point), read_text(mime, NODE_TYPE)
        if wire is None or not self.canvas.edits.insert(text, wire, point.x(), point.y()):
            self.canvas.acts.add(text, point)

    def _wire(self, mime: QMimeData, point: QPointF) -> WireName | None:
        """The wire it would go into: none below a node, and none where it could not go."""
        found = self.canvas.stage.hit(point)
        node = new_node(read_text(mime, NODE_TYPE))
        if found.kind != "wire" or node is None:
            return None
        wire = self.canvas.picture.wire_at(found.route)
        return wire if self.canvas.edits.works(InsertOnWire(node, *wire)) else None


class DropOtherCell(CellDrop):
    """A cell of the palette takes the place of this one in its layer."""

    def __init__(self, canvas: "CellCanvas") -> None:
        super().__init__(canvas)
        self.networks = CanvasEdits(canvas.session, canvas)

    def accepts(self, mime: QMimeData) -> bool:
        return mime.hasFormat(CELL_TYPE) and read_text(mime, CELL_TYPE) in self.networks.cells()

    def move(self, mime: QMimeData, point: QPointF) -> None:
        self.canvas.stage.rubber.show_ghost(point, "")

    def drop(self, mime: QMimeData, point: QPointF) -> None:
        inside = self.canvas.workshop.inside
        for number, net in enumerate(self.canvas.session.experiment.networks):
            if inside is not None and net.name == inside.net:
                layer = [each.id for each in net.layers].index(inside.layer)
                self.networks.replace_cell(number, layer, read_text(mime, CELL_TYPE))
                return
