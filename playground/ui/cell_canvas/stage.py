"""The scene of the open cell: its picture, what lies where in it, and what lights up under the hand."""

from dataclasses import replace as renew

from msgspec.structs import replace as changed
from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from playground.cell.check import CellError, sources_of
from playground.cell.edits import MoveNodes
from playground.cell.graph import Cell, Input, Output, Place
from playground.cell.layout import Layout, Sizes, lay_out, relayout
from playground.cell.layout.align import grid
from playground.cell.layout.assemble import bounds_of
from playground.cell.layout.settle import free_place, overlaps
from playground.cell.layout.shapes import CLEARANCE, Point
from playground.ui.canvas.style import Style
from playground.ui.cell_canvas.hit import EMPTY, Hit, hit, node_at
from playground.ui.cell_canvas.items.node import NodeItem
from playground.ui.cell_canvas.items.rubber import Guides, Rubber
from playground.ui.cell_canvas.palette import new_node
from playground.ui.cell_canvas.picture import Picture
from playground.ui.workshop import WireName

NEARBY = 14.0  # px around a node in which a wire let go still finds it
ROOM = 296.0  # px left and right of the middle of an empty cell
LIVE = 80  # nodes: in larger cells the wires follow when a dragged node is let go


class Stage(QObject):
    """`cell` and `layout` are what is drawn now. Hits are asked in scene points."""

    def __init__(self, style: Style, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scene = QGraphicsScene(self)
        self.scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)
        self.picture = Picture(self.scene, style)
        self.cell: Cell | None = None
        self.layout = self.picture.layout
        self.errors: list[CellError] = []
        self._sources: frozenset[int] = frozenset()
        self._hot: Hit = EMPTY
        self._lit: WireName | None = None
        self._add_helpers(style)

    def _add_helpers(self, style: Style) -> None:
        self.rubber, self.guides = Rubber(style), Guides(style)
        self.scene.addItem(self.rubber)
        self.scene.addItem(self.guides)

    def set_style(self, style: Style) -> None:
        """Other colours: everything is made anew."""
        self.picture.clear()
        for item in (self.rubber, self.guides):
            self.scene.removeItem(item)
        self.picture = Picture(self.scene, style)
        self._add_helpers(style)
        self.show()

    # -- what is drawn --------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """No cell is open."""
        self.cell = None
        self.errors = []
        self.picture.clear()

    def open(self, cell: Cell, errors: list[CellError]) -> None:
        """A cell seen for the first time, or tidied up: all laid out anew."""
        self.layout = _wide(cell) if _is_empty(cell) else lay_out(cell)
        self._take(cell, errors)

    def follow(self, cell: Cell, errors: list[CellError]) -> None:
        """The same cell after an edit: what was there stays where it was."""
        assert self.cell is not None
        layout = _renamed(self.layout, self.cell, cell)
        self.layout = layout if _alike(self.cell, cell) else relayout(layout, cell)
        self._take(cell, errors)

    def is_another(self, cell: Cell) -> bool:
        """Whether this is another cell altogether, and not the open one after an edit."""
        if self.cell is None or self.cell.name == cell.name:
            return self.cell is None
        old, new = {node.id for node in self.cell.nodes}, {node.id for node in cell.nodes}
        return len(old ^ new) > max(3, len(old) // 4)

    def _take(self, cell: Cell, errors: list[CellError]) -> None:
        self.cell, self.errors = cell, errors
        self._sources = frozenset(k for k, node in enumerate(cell.nodes) if not isinstance(node, Output))
        self._hot, self._lit = EMPTY, None
        self.show()

    def show(self) -> None:
        """Draw the cell as it is in the document."""
        if self.cell is not None:
            self.picture.show(self.cell, self.layout, self.errors)

    # -- a look ahead while nodes are dragged -----------------------------------------------------------------------

    def begin_preview(self, moved: tuple[str, ...]) -> None:
        self.guides.prepare(self.layout, moved)

    def preview(self, places: dict[str, Place]) -> None:
        """The nodes at these places, with their wires; the document does not know yet."""
        if self.cell is None:
            return
        if len(self.cell.nodes) <= LIVE:
            moved = MoveNodes(places).apply(self.cell)
            self.picture.show(moved, relayout(self.layout, moved), self.errors)
            return
        for id, place in places.items():
            self.picture.move(id, place.x, place.y)

    # -- what lies where --------------------------------------------------------------------------------------------

    def hit(self, point: QPointF) -> Hit:
        return hit(self.picture.layout, point.x(), point.y(), self._sources)

    def node_near(self, point: QPointF) -> str:
        """The id of the node there, "" for none."""
        layout = self.picture.layout
        index = node_at(layout, point.x(), point.y())
        index = index if index >= 0 else node_at(layout, point.x(), point.y(), NEARBY)
        return layout.boxes[index].id if index >= 0 else ""

    def free_place(self, text: str, point: QPointF) -> Point:
        """Where a node from the palette can lie: at the point, or near it where there is one already."""
        node, wish = new_node(text), Point(grid(point.x()), grid(point.y()))
        if node is None:
            return wish
        size = Sizes().of(node)
        box = bounds_of([wish], [size])[0]
        taken = [(each.x, each.y, each.right, each.bottom) for each in self.layout.boxes]
        return free_place(wish, size, taken) if overlaps(box, taken, CLEARANCE) else wish

    def snap_target(self, point: QPointF, targets: frozenset[str]) -> QPointF:
        """The point, or the edge of the target that it is on."""
        item = self.picture.item(self.node_near(point))
        if item is None or item.look.id not in targets:
            return point
        box = QRectF(item.pos(), item.box.size())
        if item.look.kind == "gate":
            return QPointF(box.center().x(), box.bottom())
        return QPointF(box.left(), box.center().y())

    def ids_in(self, box: QRectF) -> list[str]:
        """The nodes whose middle lies in the box."""
        return [each.id for each in self.picture.layout.boxes if box.contains(QPointF(*each.centre))]

    # -- what lights up -----------------------------------------------------------------------------------------------

    def choose(self, nodes: tuple[str, ...], wire: WireName | None) -> None:
        """Rings around what is chosen."""
        for item in self.picture.nodes.values():
            item.set_state(chosen=item.look.id in nodes)
        for key, line in self.picture.wires.items():
            line.set_state(chosen=wire is not None and key == wire)

    def set_targets(self, ids: frozenset[str]) -> None:
        """Where the wire in the hand may end."""
        for item in self.picture.nodes.values():
            item.set_state(target=item.look.id in ids)

    def light_wire(self, wire: WireName | None) -> None:
        """The wire that a drop would go into."""
        if wire != self._lit:
            for name, lit in ((self._lit, False), (wire, True)):
                item = self.picture.wires.get(name) if name is not None else None
                if item is not None:
                    item.set_state(lit=lit)
            self._lit = wire

    def hover(self, point: QPointF | None) -> Hit:
        """Show what the pointer is on, and say what it is."""
        found = EMPTY if point is None else self.hit(point)
        if found != self._hot:
            for old, on in ((self._hot, False), (found, True)):
                node, wire = self.node_item(old), self.wire_of(old)
                if node is not None:
                    node.set_state(hot=on)
                if wire is not None and (item := self.picture.wires.get(wire)) is not None:
                    item.set_state(hot=on)
            self._hot = found
        return found

    def node_item(self, found: Hit) -> NodeItem | None:
        if 0 <= found.node < len(self.picture.keys):
            return self.picture.nodes.get(self.picture.keys[found.node])
        return None

    def wire_of(self, found: Hit) -> WireName | None:
        routes = self.picture.layout.routes
        return self.picture.wire_at(found.route) if 0 <= found.route < len(routes) else None


def _is_empty(cell: Cell) -> bool:
    """Whether there is nothing but an input and an output, which nobody has placed."""
    return all(isinstance(node, Input | Output) and node.place is None for node in cell.nodes)


def _wide(cell: Cell) -> Layout:
    """An empty cell with much room between its ends for what will be drawn. The cell itself knows nothing of it."""
    places = {node.id: Place(-ROOM, 96.0) if isinstance(node, Input) else Place(ROOM, 0.0) for node in cell.nodes}
    layout = lay_out(MoveNodes(places).apply(cell)) if places else lay_out(cell)
    return renew(layout, boxes=tuple(changed(box, placed=False) for box in layout.boxes))


def _alike(before: Cell, after: Cell) -> bool:
    """Whether both have the same layout."""
    sizes = Sizes()
    return len(before.nodes) == len(after.nodes) and all(
        a is b or (sources_of(a), a.place, sizes.of(a)) == (sources_of(b), b.place, sizes.of(b))
        for a, b in zip(before.nodes, after.nodes, strict=True)
    )


def _renamed(layout: Layout, before: Cell, after: Cell) -> Layout:
    """The layout with the new name of nodes that only have another id than before."""
    if len(before.nodes) != len(after.nodes):
        return layout
    old, new = {node.id for node in before.nodes}, {node.id for node in after.nodes}
    names = {
        a.id: b.id
        for a, b in zip(before.nodes, after.nodes, strict=True)
        if a.id != b.id and a.id not in new and b.id not in old
    }
    if not names:
        return layout

    def name(id: str) -> str:
        return names.get(id, id)

    return renew(
        layout,
        boxes=tuple(changed(box, id=name(box.id)) for box in layout.boxes),
        routes=tuple(changed(route, source=name(route.source), target=name(route.target)) for route in layout.routes),
        ports=tuple(changed(port, node=name(port.node)) for port in layout.ports),
        lanes=tuple(
            renew(lane, memory=name(lane.memory), source=name(lane.source), nodes=tuple(map(name, lane.nodes)))
            for lane in layout.lanes
        ),
    )
