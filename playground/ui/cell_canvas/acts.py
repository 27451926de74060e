"""What hands and menus ask of the cell canvas: choosing, aligning, renaming in place, and a word to the person."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF

from playground.cell.edits import Connect, Group, MoveNodes
from playground.cell.graph import Gate
from playground.errors import BadInput
from playground.ui.canvas.editors import Field
from playground.ui.cell_canvas.align import aligned
from playground.ui.cell_canvas.menus import KINDS
from playground.ui.state import Notice
from playground.ui.workshop import WireName

if TYPE_CHECKING:
    from playground.ui.cell_canvas.canvas import CellCanvas


class Acts(QObject):
    """Small things that are no edit of their own, or an edit and something to look at."""

    def __init__(self, canvas: "CellCanvas") -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self._field: Field | None = None

    def choose_node(self, id: str, more: bool = False) -> None:
        """Select a node; `more`: besides the others, or not any more."""
        nodes = self.canvas.workshop.nodes
        if not more:
            self.canvas.workshop.choose(id)
        elif id in nodes:
            self.canvas.workshop.choose(*(other for other in nodes if other != id))
        else:
            self.canvas.workshop.choose(*nodes, id)

    def choose_all(self) -> None:
        self.canvas.workshop.choose(*(node.id for node in self.canvas.edits.cell.nodes))

    def add(self, text: str, point: QPointF) -> bool:
        """A node from the palette, near this point: not on top of another one."""
        free = self.canvas.stage.free_place(text, point)
        return self.canvas.edits.add(text, free.x, free.y)

    def say(self, text: str) -> None:
        """Something that a person should know, calmly."""
        self.canvas.session.notice.emit(Notice("info", text))

    def say_why_not(self, source: str, target: str) -> None:
        """Why this wire cannot be."""
        try:
            Connect(source, target).apply(self.canvas.edits.cell)
        except BadInput as problem:
            self.canvas.edits.refuse(problem)

    def align(self, how: str) -> bool:
        """Put what is chosen in line."""
        boxes = [self.canvas.stage.layout.box(id) for id in self.canvas.workshop.nodes]
        if len(boxes) < 2:
            return False
        places = aligned(boxes, how)
        return self.canvas.edits.apply(Group((MoveNodes(places),), self.tr("align {0} nodes").format(len(boxes))))

    def next_kind(self, wire: WireName) -> bool:
        """Full, diagonal, identity, and again full."""
        node = self.canvas.edits.cell.node(wire.target)
        if not isinstance(node, Gate) or wire.port >= len(node.wires):
            return False
        kind = KINDS[(KINDS.index(node.wires[wire.port].kind) + 1) % 3]
        return self.canvas.edits.set_wire(wire, kind=kind)

    def edit_name(self, id: str) -> None:
        """Open the field for the name of a node."""
        item = self.canvas.picture.item(id)
        if item is None:
            return
        self.canvas.workshop.choose(id)
        box = self.canvas.view.mapFromScene(item.mapRectToScene(item.box)).boundingRect()
        high = self.canvas.fontMetrics().height() + 8
        place = box.adjusted(-20, 0, 20, 0)
        place.setHeight(high)
        place.setWidth(max(104, place.width()))
        place.moveCenter(QPoint(box.center().x(), box.top() + high // 2 + 1))
        area = self.canvas.view.viewport().rect()
        place.moveLeft(max(2, min(place.left(), area.right() - place.width())))
        self.close_field()

        def done(text: str) -> None:
            self.canvas.edits.rename(id, text)

        self._field = Field(self.canvas.view.viewport(), "cell.name", id, place, done)
        self._field.setAccessibleName(self.tr("Name of the node"))

    def close_field(self) -> None:
        field, self._field = self._field, None
        if field is not None and field.is_open:
            field.finish(keep=False)
