"""What can be done to the open cell: each method is one edit and one undo. Gestures, keys and menus all come here."""

from typing import Any

from PySide6.QtCore import QObject

from playground.cell.check import sources_of
from playground.cell.edits import (
    AddGate,
    AddMemory,
    AddOperation,
    CellEdit,
    ClearPlaces,
    Connect,
    Disconnect,
    Duplicate,
    Group,
    InsertOnWire,
    MoveNodes,
    Paste,
    RemoveNodes,
    RenameNode,
    Rewire,
    SetNode,
    SetWire,
    added,
)
from playground.cell.graph import AnyNode, Cell, Gate, Init, Input, Memory, Operation, Output, Place
from playground.cell.layout.align import grid
from playground.cell.names import as_id, is_id
from playground.errors import BadInput
from playground.ui.cell_canvas.palette import new_node
from playground.ui.workshop import WireName, Workshop

# A name that people give a node tells what it is for, and so its colour.
ROLES: dict[str, str] = {
    "forget": "forget", "keep": "forget", "input": "input_gate", "write": "input_gate", "output": "output",
    "candidate": "candidate", "update": "forget", "c": "cell", "c_prev": "cell", "squash": "cell", "h": "hidden",
    "h_prev": "hidden",
}  # fmt: skip


class CellEdits(QObject):
    """Nodes are named by id, wires by `WireName`, places are middles of boxes. What is new gets selected."""

    def __init__(self, workshop: Workshop, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workshop = workshop

    @property
    def cell(self) -> Cell:
        """The open cell. Only asked for while one is open."""
        cell = self.workshop.cell
        assert cell is not None
        return cell

    def apply(self, edit: CellEdit, merge: bool = False) -> bool:
        """One undo step; nodes that it brings in are chosen."""
        before = self.workshop.cell
        if before is None or not self.workshop.apply(edit, merge):
            return False
        after = self.workshop.cell
        if after is not None and (new := added(before, after)) and not edit.renames():
            self.workshop.choose(*new)
        return True

    def refuse(self, problem: BadInput) -> None:
        """Say why something cannot be done."""
        from playground.ui.state import Notice

        self.workshop.session.notice.emit(Notice("warning", str(problem)))

    # -- nodes ----------------------------------------------------------------------------------------------------

    def add(self, text: str, x: float, y: float) -> bool:
        """A node from the palette (see `palette.new_node`), its middle at (x, y)."""
        place = Place(grid(x), grid(y))
        node = new_node(text, place)
        if isinstance(node, Gate):
            return self.apply(AddGate(node.activation, place=place))
        if isinstance(node, Operation):
            return self.apply(AddOperation(node.operation, place=place))
        return self.apply(AddMemory(place=place)) if isinstance(node, Memory) else False

    def insert(self, text: str, wire: WireName, x: float, y: float) -> bool:
        """A node from the palette, on a wire."""
        node = new_node(text, Place(grid(x), grid(y)))
        return node is not None and self.apply(InsertOnWire(node, wire.source, wire.target, wire.port))

    def remove(self) -> bool:
        """What is chosen: nodes, or a wire."""
        if self.workshop.wire is not None:
            return self.disconnect_wire(self.workshop.wire)
        ids = self.workshop.nodes
        return bool(ids) and self.apply(RemoveNodes(ids))

    def duplicate(self) -> bool:
        ids = self._inner(self.workshop.nodes)
        return bool(ids) and self.apply(Duplicate(ids))

    def paste(self, nodes: tuple[AnyNode, ...], offset: Place) -> bool:
        return self.apply(Paste(nodes, offset))

    def rename(self, id: str, text: str) -> bool:
        """Another name; one that cannot be an id becomes a label too. A telling name gives a grey node its colour."""
        text = " ".join(text.split())
        if not text or text == id:
            return False
        new = text if is_id(text) else as_id(text)
        edits: list[CellEdit] = [RenameNode(id, new)] if new != id else []
        if not is_id(text):
            edits.append(SetNode(new, "label", text))
        role = ROLES.get(new, "none")
        if role != "none" and self.cell.node(id).role == "none" and not isinstance(self.cell.node(id), Output):
            edits.append(SetNode(new, "role", role))
        done = self.apply(edits[0] if len(edits) == 1 else Group(tuple(edits), f"rename {id} to {text}"))
        if done:
            self.workshop.choose(new)
        return done

    def set_node(self, id: str, field: str, value: Any) -> bool:
        return self.apply(SetNode(id, field, value))

    def set_bias(self, id: str, start: float | None) -> bool:
        """Where the bias of a gate begins; None: it has none."""
        bias = None if start is None else Init("constant", start) if start else Init("zeros")
        return self.set_node(id, "bias", bias)

    # -- places ---------------------------------------------------------------------------------------------------

    def move(self, places: dict[str, Place], merge: bool = False) -> bool:
        return bool(places) and self.apply(MoveNodes(places), merge)

    def tidy(self) -> bool:
        """Everything back to the automatic layout; False when it is there already."""
        if all(node.place is None for node in self.cell.nodes):
            return False
        return self.apply(ClearPlaces())

    # -- wires ----------------------------------------------------------------------------------------------------

    def can_connect(self, source: str, target: str) -> bool:
        """Whether a wire from one to the other makes sense."""
        return self.works(Connect(source, target))

    def targets(self, source: str) -> list[str]:
        """Where a wire from this node may end."""
        return [node.id for node in self.cell.nodes if node.id != source and self.can_connect(source, node.id)]

    def wire(self, source: str, target: str) -> bool:
        """A wire; into a memory or output that has one, it takes its place. A grey memory takes the colour."""
        edit: CellEdit = Connect(source, target)
        node, other = self.cell.node(target), self.cell.node(source)
        if isinstance(node, Memory) and node.role == "none" and other.role != "none":
            edit = Group((edit, SetNode(target, "role", other.role)), edit.label())
        done = self.apply(edit)
        if done:
            after = self.cell.node(target)
            port = len(sources_of(after)) - 1
            self.workshop.choose_wire(WireName(source, target, port))
        return done

    def disconnect_wire(self, wire: WireName) -> bool:
        return self.apply(Disconnect(wire.source, wire.target, wire.port))

    def retarget(self, wire: WireName, target: str) -> CellEdit:
        """The far end of a wire on another node: the edit."""
        node = self.cell.node(wire.target)
        kind = node.wires[wire.port].kind if isinstance(node, Gate) else "full"
        if isinstance(self.cell.node(target), Gate):
            connect = Connect(wire.source, target, kind)
        else:
            connect = Connect(wire.source, target)
        return Group((Disconnect(*wire), connect), f"wire {wire.source} into {target} instead of {wire.target}")

    def resource(self, wire: WireName, source: str) -> CellEdit:
        """The near end of a wire on another node: the edit."""
        return Rewire(wire.source, wire.target, source, wire.port)

    def set_wire(self, wire: WireName, **settings: Any) -> bool:
        """kind, stop_gradient or freeze of a wire into a gate."""
        return self.apply(SetWire(wire.target, wire.source, port=wire.port, **settings))

    # -- what belongs together ------------------------------------------------------------------------------------

    def works(self, edit: CellEdit) -> bool:
        """Whether the edit could be made."""
        try:
            edit.apply(self.cell)
        except BadInput:
            return False
        return True

    def _inner(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Without the input and the output, of which a cell has one each."""
        return tuple(id for id in ids if not isinstance(self.cell.node(id), Input | Output))

    def colour(self, ids: tuple[str, ...], role: str) -> bool:
        """The colour role of several nodes."""
        edits = tuple(SetNode(id, "role", role) for id in ids)
        return bool(edits) and self.apply(Group(edits, f"colour {ids[0] if len(ids) == 1 else f'{len(ids)} nodes'}"))
