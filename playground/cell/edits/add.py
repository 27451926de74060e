"""Edits that bring nodes in: from the palette, from the clipboard, and twice what is there."""

from collections.abc import Iterable

from msgspec import structs

from playground.cell.edits.base import (
    CellEdit,
    check_places,
    find,
    put_in,
    require,
    some,
    taken_ids,
    with_inits,
    with_sources,
)
from playground.cell.edits.nodes import check_id
from playground.cell.edits.values import check_init, checked
from playground.cell.edits.wires import new_node, wired
from playground.cell.graph import (
    Activation,
    AnyNode,
    Cell,
    Gate,
    Init,
    Input,
    Memory,
    Operation,
    OperationKind,
    Output,
    Place,
    Role,
    Wire,
)
from playground.cell.names import as_id, clean_label, free_id, is_id, renamed_init
from playground.errors import BadInput

# What a gate of this role is called when nobody gives it a name.
ROLE_NAMES: dict[str, str] = {"forget": "forget", "input_gate": "input", "output": "output", "candidate": "candidate"}
OPERATION_NAMES: dict[str, str] = {
    "multiply": "product", "add": "sum", "subtract": "difference", "divide": "ratio", "maximum": "greatest",
    "minimum": "least", "one_minus": "rest", "negate": "negative", "scale": "scaled", "constant": "number",
}  # fmt: skip
STEP = 24.0  # how far a copy lies from its original


class AddGate(CellEdit, frozen=True):
    """A gate. `id` "": a free one, after its role. Wires come from nodes that are there."""

    activation: Activation = "sigmoid"
    role: Role = "none"
    id: str = ""
    place: Place | None = None
    wires: tuple[Wire, ...] = ()
    bias: Init | None = Init("zeros")
    text: str = ""

    def label(self) -> str:
        return f"add {self.id or ROLE_NAMES.get(self.role, 'a gate')}"

    def apply(self, cell: Cell) -> Cell:
        activation, role = checked(Activation, self.activation, "activation"), checked(Role, self.role, "role")
        bias = None if self.bias is None else check_init(self.bias, "bias")
        id = _id(cell, self.id, ROLE_NAMES.get(role, "gate"))
        gate: AnyNode = Gate(id, clean_label(self.text), role, self.place, activation=activation, bias=bias)
        for wire in self.wires:
            _can_be_read(cell, wire.source)
            gate = wired(gate, wire.source, wire, -1)
        return _in(cell, gate)


class AddOperation(CellEdit, frozen=True):
    """An elementwise operation on nodes that are there. `id` "": a free one, after what it does."""

    operation: OperationKind = "multiply"
    role: Role = "none"
    id: str = ""
    place: Place | None = None
    sources: tuple[str, ...] = ()
    value: float = 1.0
    text: str = ""

    def label(self) -> str:
        return f"add {self.id or self.operation.replace('_', ' ')}"

    def apply(self, cell: Cell) -> Cell:
        operation, role = checked(OperationKind, self.operation, "operation"), checked(Role, self.role, "role")
        id = _id(cell, self.id, OPERATION_NAMES.get(operation, operation))
        value = checked(float, self.value, "value")
        node: AnyNode = Operation(id, clean_label(self.text), role, self.place, operation, value=value)
        for source in self.sources:
            _can_be_read(cell, source)
            node = wired(node, source, Wire(source), -1, replace=False)
        return _in(cell, node)


class AddMemory(CellEdit, frozen=True):
    """A memory z⁻¹, of the node `source` or of nothing yet. `id` "": a free one, after its source."""

    source: str = ""
    id: str = ""
    role: Role = "none"
    place: Place | None = None
    text: str = ""

    def label(self) -> str:
        return f"add a memory of {self.source}" if self.source else "add a memory"

    def apply(self, cell: Cell) -> Cell:
        if self.source:
            _can_be_read(cell, self.source)
        id = _id(cell, self.id, as_id(f"{self.source[:27]}_prev") if self.source else "memory")
        role = checked(Role, self.role, "role")
        return _in(cell, Memory(id, clean_label(self.text), role, self.place, self.source))


class AddNode(CellEdit, frozen=True):
    """Any node as it is, under an id that is free. Wires from nodes that are not there are left out."""

    node: AnyNode

    def label(self) -> str:
        return f"add {self.node.id}"

    def apply(self, cell: Cell) -> Cell:
        return _in(cell, new_node(cell, self.node))


class Paste(CellEdit, frozen=True):
    """Copies of nodes, `offset` away from where they were.

    Wires between them are copied; a wire from elsewhere is kept where that node is here too (`keep_outer`), else left
    out. A cell has one input and one output: those of the clipboard are not copied, and what read that input reads the
    one here.
    """

    nodes: tuple[AnyNode, ...]
    offset: Place = Place(STEP, STEP)
    keep_outer: bool = True

    def label(self) -> str:
        return f"paste {some([node.id for node in self.nodes])}"

    def apply(self, cell: Cell) -> Cell:
        return _pasted(cell, self.nodes, self.offset, self.keep_outer)


class Duplicate(CellEdit, frozen=True):
    """These nodes once more, with the same wires into them."""

    ids: tuple[str, ...]
    offset: Place = Place(STEP, STEP)

    def label(self) -> str:
        return f"duplicate {some(self.ids)}"

    def apply(self, cell: Cell) -> Cell:
        ids = require(cell, self.ids)
        return _pasted(cell, [node for node in cell.nodes if node.id in ids], self.offset, True)


def _pasted(cell: Cell, nodes: Iterable[AnyNode], offset: Place, keep_outer: bool) -> Cell:
    check_places({"offset": offset})
    own_input = next((node.id for node in cell.nodes if isinstance(node, Input)), None)
    taken = taken_ids(cell)
    names: dict[str, str | None] = {} if not keep_outer else {id: id for id in taken}
    copies: list[AnyNode] = []
    for node in nodes:
        if isinstance(node, Input):
            names[node.id] = own_input
        elif not isinstance(node, Output):
            id = free_id(node.id if is_id(node.id) else as_id(node.id), taken)
            taken.add(id)
            copies.append(structs.replace(node, id=id))
            names[node.id] = id
    if not copies:
        raise BadInput("clipboard", "there is nothing here that can be copied", "choose gates, operations or memories")
    gates = {node.id for node in (*cell.nodes, *copies) if isinstance(node, Gate)}
    inits = {old: new for old, new in names.items() if new is not None and new in gates}
    new = [_copy(node, names, inits, offset) for node in copies]
    check_places({node.id: node.place for node in new if node.place is not None})
    return put_in(cell, new)


def _copy(node: AnyNode, names: dict[str, str | None], inits: dict[str, str], offset: Place) -> AnyNode:
    node = with_inits(with_sources(node, names.get), lambda init: renamed_init(init, inits))
    if isinstance(node, Gate):  # the two inputs may have become one
        node = structs.replace(node, wires=tuple({wire.source: wire for wire in node.wires}.values()))
    place = node.place
    return node if place is None else structs.replace(node, place=Place(place.x + offset.x, place.y + offset.y))


def _id(cell: Cell, wanted: str, otherwise: str) -> str:
    """The id that a person gave, which must be free, or a free one. Raises BadInput."""
    if not wanted:
        return free_id(otherwise, taken_ids(cell))
    check_id(wanted)
    if wanted in taken_ids(cell):
        raise BadInput(wanted, "another node has this name", "choose another")
    return wanted


def _in(cell: Cell, node: AnyNode) -> Cell:
    if node.place is not None:
        check_places({node.id: node.place})
    return put_in(cell, [node])


def _can_be_read(cell: Cell, source: str) -> None:
    """Raises BadInput when there is no such node, or it is the output."""
    if isinstance(find(cell, source), Output):
        raise BadInput(source, "the output is where the cell ends", "take the wire from the node before it")
