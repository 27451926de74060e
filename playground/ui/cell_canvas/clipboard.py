"""Nodes on the system's clipboard: plain JSON under our own type, read with the same care as a file."""

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QMimeData

from playground.cell.check import MOST_NODES
from playground.cell.graph import AnyNode, Cell, Place
from playground.cell.layout.shapes import Layout
from playground.errors import BadInput

NODES_TYPE = "application/x-rnn-nodes"
LARGEST = 4_000_000  # bytes that are looked at


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
