"""Nodes on the system's clipboard: plain JSON under our own type, read with the same care as a file."""

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from playground.cell.check import MOST_NODES
from playground.cell.edits import Group, RemoveNodes
from playground.cell.edits.base import some
from playground.cell.graph import AnyNode, Cell, Place
from playground.cell.layout.align import grid
from playground.cell.layout.shapes import Layout
from playground.errors import BadInput

if TYPE_CHECKING:
    from playground.ui.cell_canvas.canvas import CellCanvas

NODES_TYPE = "application/x-rnn-nodes"
LARGEST = 4_000_000  # bytes that are looked at
STEP = 24.0  # how far a copy lies from its original


def to_mime(cell: Cell, layout: Layout, ids: tuple[str, ...]) -> QMimeData:
    """The nodes, each with the place where it is seen."""
    nodes = []
    for node, box in zip(cell.nodes, layout.boxes, strict=True):
        if node.id in ids:
            nodes.append(replace(node, place=Place(box.centre.x, box.centre.y)))
    mime = QMimeData()
    mime.setData(NODES_TYPE, msgspec.json.encode(nodes))
    return mime


def from_mime(mime: QMimeData) -> tuple[AnyNode, ...]:
    """The nodes of a clipboard; empty when it holds something else. Raises BadInput for what only looks like nodes."""
    if not mime.hasFormat(NODES_TYPE):
        return ()
    data = bytes(mime.data(NODES_TYPE).data())
    try:
        if len(data) > LARGEST:
            raise msgspec.ValidationError("it is far too large")
        nodes = msgspec.json.decode(data, type=tuple[AnyNode, ...])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput("clipboard", f"it holds no nodes of a cell ({error})"[:200], "copy them again") from None
    if len(nodes) > MOST_NODES:
        raise BadInput("clipboard", f"it holds {len(nodes)} nodes", f"paste at most {MOST_NODES}")
    return nodes


def middle(nodes: tuple[AnyNode, ...]) -> tuple[float, float]:
    """The middle of the places of nodes."""
    xs = [node.place.x for node in nodes if node.place]
    ys = [node.place.y for node in nodes if node.place]
    return ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2) if xs else (0.0, 0.0)


class Clipboard:
    """Copy, cut and paste of what is chosen. A second paste lies a little beside the first one."""

    def __init__(self, canvas: "CellCanvas") -> None:
        self.canvas = canvas
        self._pasted: tuple[bytes, int] = (b"", 0)

    def copy(self) -> bool:
        canvas = self.canvas
        ids = canvas.workshop.nodes
        if not ids or canvas.workshop.cell is None:
            return False
        QGuiApplication.clipboard().setMimeData(to_mime(canvas.edits.cell, canvas.stage.layout, ids))
        self._pasted = (b"", 0)
        return True

    def cut(self) -> bool:
        return self.copy() and self.canvas.edits.apply(
            Group((RemoveNodes(self.canvas.workshop.nodes),), f"cut {some(self.canvas.workshop.nodes)}")
        )

    def paste(self) -> bool:
        """Beside the originals; where those are out of sight, in the middle of what is seen."""
        canvas, mime = self.canvas, QGuiApplication.clipboard().mimeData()
        try:
            nodes = from_mime(mime)
        except BadInput as problem:
            canvas.edits.refuse(problem)
            return False
        if not nodes:
            canvas.acts.say(canvas.tr("There are no nodes on the clipboard."))
            return False
        data = bytes(mime.data(NODES_TYPE).data())
        count = self._pasted[1] + 1 if self._pasted[0] == data else 1
        self._pasted = (data, count)
        x, y = middle(nodes)
        seen = canvas.view.seen()
        dx = dy = STEP * count
        if not seen.contains(x + dx, y + dy):
            dx, dy = grid(seen.center().x() - x) + dx, grid(seen.center().y() - y) + dy
        return canvas.edits.paste(nodes, Place(dx, dy))
