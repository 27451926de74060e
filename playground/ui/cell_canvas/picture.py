"""The items of one cell in the scene. An edit replaces only the items that look different afterwards."""

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from playground.cell.check import CellError
from playground.cell.graph import AnyNode, Cell, Gate, Memory
from playground.cell.layout.shapes import Layout, NodeBox, Point, Rect, WireRoute
from playground.ui.canvas.style import Style
from playground.ui.cell_canvas.items.chip import ChipItem, chip_places
from playground.ui.cell_canvas.items.ends import EndItem
from playground.ui.cell_canvas.items.node import NodeItem, make_node
from playground.ui.cell_canvas.items.wire import STATE, THICK, THIN, JunctionsItem, WireItem, WireParts
from playground.ui.cell_canvas.looks import at_time, keys_of, look_of, name_of, wire_look
from playground.ui.cell_canvas.trunks import own_parts
from playground.ui.workshop import WireName

MARGIN_X, MARGIN_Y = 28.0, 18.0
ROOM = 46.0  # px below the end of a wire, for two lines of text


class Picture:
    """Keeps a Python reference to every item (Qt's scene alone would lose them). `keys`: of the layout's boxes."""

    def __init__(self, scene: QGraphicsScene, style: Style) -> None:
        self.scene, self.style = scene, style
        self.cell: Cell = Cell("")
        self.layout = Layout((), (), (), (), (), Rect(0.0, 0.0, 0.0, 0.0))
        self.keys: list[str] = []
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[WireName, WireItem] = {}
        self.chips: dict[str, ChipItem] = {}
        self._junctions: JunctionsItem | None = None
        self._dots: tuple[tuple[Point, str], ...] = ()
        self._cards: QRectF | None = None  # `cards`, once somebody asked

    def clear(self) -> None:
        """Nothing is drawn any more."""
        for item in (*self.nodes.values(), *self.wires.values(), *self.chips.values()):
            self.scene.removeItem(item)
        if self._junctions is not None:
            self.scene.removeItem(self._junctions)
        self.nodes, self.wires, self.chips, self._junctions, self._dots = {}, {}, {}, None, ()
        self._cards = None

    def show(self, cell: Cell, layout: Layout, errors: list[CellError]) -> None:
        """Draw this cell; what did not change stays as it is."""
        self._cards = None
        self.cell, self.layout, self.keys = cell, layout, keys_of(cell)
        by_id = {node.id: node for node in reversed(cell.nodes)}
        self._show_nodes(errors)
        self._show_wires(by_id)
        self._show_junctions(by_id)
        self._show_chips(by_id)

    def _show_nodes(self, errors: list[CellError]) -> None:
        said: dict[str, list[str]] = {}
        for error in errors:
            said.setdefault(error.node, []).append(error.message)
        old, self.nodes = self.nodes, {}
        for node, box, key in zip(self.cell.nodes, self.layout.boxes, self.keys, strict=True):
            look = look_of(self.cell, node, key, box.shape, tuple(said.get(node.id, ())))
            item = old.pop(key, None)
            if item is None or item.look != look or _size(item.placed) != _size(box):
                if item is not None:
                    self.scene.removeItem(item)
                item = make_node(look, box, self.style)
                self.scene.addItem(item)
            item.placed = box
            if item.pos() != QPointF(box.x, box.y):
                item.set_place(box.x, box.y)
            self.nodes[key] = item
        for item in old.values():
            self.scene.removeItem(item)

    def _show_wires(self, by_id: dict[str, AnyNode]) -> None:
        carried = {lane.memory for lane in self.layout.lanes if lane.nodes}
        parts, has_room = own_parts(self.layout.routes), _room(self.layout)
        old, self.wires = self.wires, {}
        widths: dict[str, float] = {}
        for route in self.layout.routes:
            key = WireName(route.source, route.target, route.port)
            look = wire_look(by_id, *key)
            if route.memory in by_id:
                look = replace(look, role=by_id[route.memory].role)
            width = _width(route, by_id, carried)
            widths[route.source] = max(widths.get(route.source, 0.0), width)
            if route.back:
                widths[route.target] = max(widths.get(route.target, 0.0), width)
            title = at_time(name_of(by_id[route.source])) if route.back else ""
            note = route.back and has_room(route)
            item = old.pop(key, None)
            drawn = WireParts(route, parts[key], width, title, note)
            if item is None:
                item = WireItem(drawn, look, self.style)
                self.scene.addItem(item)
            elif (item.parts, item.look) != (drawn, look):
                item.become(drawn, look)
            self.wires[key] = item
        for item in old.values():
            self.scene.removeItem(item)
        self._show_ends(widths)

    def _show_ends(self, widths: dict[str, float]) -> None:
        """The wires that begin or end in a name are as thick as they are elsewhere."""
        ends = {item.look.id: item for item in self.nodes.values() if isinstance(item, EndItem)}
        joints: dict[str, set[tuple[float, float]]] = {id: set() for id in ends}
        into: dict[str, float] = {}
        for route in self.layout.routes:
            if route.source in ends:
                joints[route.source].add(_corner(ends[route.source].placed, route.points[0]))
            if route.target in ends and not route.back:
                joints[route.target].add(_corner(ends[route.target].placed, route.points[-1]))
                width = self.wires[WireName(route.source, route.target, route.port)].width
                into[route.target] = max(into.get(route.target, 0.0), width)
        for id, item in ends.items():
            item.set_width(into.get(id) or widths.get(id, THIN))
            item.set_joints(tuple(sorted(joints[id])))

    def _show_junctions(self, by_id: dict[str, AnyNode]) -> None:
        corners = {p: by_id[route.source].role for route in self.layout.routes for p in route.points[1:-1]}
        dots = tuple((point, corners.get(point, "none")) for point in self.layout.junctions)
        if dots == self._dots and self._junctions is not None:
            return
        if self._junctions is not None:
            self.scene.removeItem(self._junctions)
        self._junctions, self._dots = JunctionsItem(dots, self.style), dots
        self.scene.addItem(self._junctions)

    def _show_chips(self, by_id: dict[str, AnyNode]) -> None:
        """A chip for every source whose value stands nowhere else: operations, and what memories hold."""
        named = {item.look.id for item in self.nodes.values() if isinstance(item, EndItem)}
        wanted = [id for id, node in by_id.items() if not isinstance(node, Gate) and id not in named]
        places = chip_places(self.layout, wanted)
        old, self.chips = self.chips, {}
        for id, (x, y) in places.items():
            item = old.pop(id, None)
            if item is None:
                item = ChipItem(id, x, y, self.style)
                self.scene.addItem(item)
            elif item.pos() != QPointF(x, y):
                item.setPos(x, y)
            self.chips[id] = item
        for item in old.values():
            self.scene.removeItem(item)

    # -- where things are -----------------------------------------------------------------------------------------

    def cards(self) -> QRectF:
        """Everything that is drawn."""
        if self._cards is None:
            self._cards = self._measure()
        return QRectF(self._cards)

    def move(self, id: str, x: float, y: float) -> None:
        """A node in the hand: its middle here, without its wires."""
        item = self.nodes.get(id)
        if item is not None:
            item.set_place(x - item.box.width() / 2, y - item.box.height() / 2)
            self._cards = None

    def _measure(self) -> QRectF:
        bounds = self.layout.bounds
        left, top, right, bottom = bounds.x, bounds.y, bounds.right, bounds.bottom
        for item in self.nodes.values():  # not the layout's boxes: an item in the hand is ahead of them
            x, y, box = item.x(), item.y(), item.placed
            left, top = min(left, x), min(top, y)
            right, bottom = max(right, x + box.width), max(bottom, y + box.height)
        return QRectF(left, top, right - left, bottom - top)

    def bounds(self) -> QRectF:
        """Everything with a margin around it."""
        return self.cards().adjusted(-MARGIN_X, -MARGIN_Y, MARGIN_X, MARGIN_Y)

    def item(self, id: str) -> NodeItem | None:
        """The item of a node."""
        return self.nodes.get(id)

    def id_at(self, index: int) -> str:
        """The id of the node whose box is number `index`."""
        return self.cell.nodes[index].id

    def wire_at(self, index: int) -> WireName:
        route = self.layout.routes[index]
        return WireName(route.source, route.target, route.port)


def _width(route: WireRoute, by_id: dict[str, AnyNode], carried: set[str]) -> float:
    """Thick: a memory that is carried through the cell; middle: any other state; thin: all else."""
    if route.is_memory_line:
        return THICK if not route.back or route.target in carried else STATE
    return 2.5 if isinstance(by_id[route.source], Memory) else THIN


def _room(layout: Layout) -> Callable[[WireRoute], bool]:
    """Tells whether there is room for a line of text below the end of a wire that leaves the cell."""
    ends = [(other, other.points[-1].y) for other in layout.routes if other.back]
    middles = [(box.right, box.centre.y) for box in layout.boxes]

    def has_room(route: WireRoute) -> bool:
        x, y = route.points[-1]
        if any(0 <= level - y < ROOM for other, level in ends if other is not route):
            return False
        return not any(0 <= level - y < ROOM and abs(right - x) < 100 for right, level in middles)

    return has_room


def _corner(box: NodeBox, point: Point) -> tuple[float, float]:
    """A point, seen from the corner of a box."""
    return (point.x - box.x, point.y - box.y)


def _size(box: NodeBox) -> tuple[float, float, str]:
    return (box.width, box.height, box.shape)
