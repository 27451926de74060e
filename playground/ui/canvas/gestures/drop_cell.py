"""Dragging a cell from the palette: onto a wire, onto a layer, or to the race."""

from PySide6.QtCore import QCoreApplication, QMimeData, QPointF

from playground.ui.canvas.gestures.base import Drop, read_text
from playground.ui.canvas.layout import Hit

CELL_TYPE = "application/x-rnn-cell"


class DropCell(Drop):
    """A gap or readout: a new layer there. A layer: its cell is replaced. Anywhere else: one more network."""

    def accepts(self, mime: QMimeData) -> bool:
        return mime.hasFormat(CELL_TYPE) and read_text(mime, CELL_TYPE) in self.canvas.edits.cells()

    def move(self, mime: QMimeData, point: QPointF) -> None:
        picture = self.canvas.picture
        picture.clear_lights()
        hit = self._target(point)
        label = self.canvas.edits.cells()[read_text(mime, CELL_TYPE)]
        if hit.kind == "layer":
            words = QCoreApplication.translate("DropCell", "replace the cell by {0}").format(label)
            picture.layers[hit.net, hit.index].set_lit(words)
        elif hit.kind == "gap":
            picture.gaps[hit.net, hit.index].set_lit(True)
        else:
            first = not picture.content.nets
            words = QCoreApplication.translate("DropCell", "begin with {0}" if first else "let {0} race").format(label)
            picture.race.set_lit(words)

    def drop(self, mime: QMimeData, point: QPointF) -> None:
        hit, cell, edits = self._target(point), read_text(mime, CELL_TYPE), self.canvas.edits
        if hit.kind == "layer":
            edits.replace_cell(hit.net, hit.index, cell)
        elif hit.kind == "gap":
            edits.insert_layer(hit.net, hit.index, cell)
        else:
            edits.add_net(cell)

    def _target(self, point: QPointF) -> Hit:
        """What lies there, with buttons read as what they sit on and the readout as the gap before it."""
        plan = self.canvas.picture.plan
        hit = plan.hit(point.x(), point.y())
        if hit.kind in ("remove", "open"):
            return Hit("layer", hit.net, hit.index)
        if hit.kind == "insert":
            return Hit("gap", hit.net, hit.index)
        if hit.kind == "readout":
            return Hit("gap", hit.net, len(plan.rows[hit.net].layers))
        return hit
