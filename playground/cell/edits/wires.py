"""Edits of wires."""

from msgspec import structs

from playground.cell.check import arity
from playground.cell.edits.base import (
    CellEdit,
    find,
    no_wire,
    put_in,
    swap,
    taken_ids,
    wire_index,
    with_sources,
    with_wire,
)
from playground.cell.edits.values import check_init, checked
from playground.cell.graph import AnyNode, Cell, Gate, Init, Input, Memory, Operation, Output, Wire, WireKind
from playground.cell.names import as_id, free_id, is_id
from playground.errors import BadInput


class Connect(CellEdit, frozen=True):
    """A wire from `source` to `target`.

    Into a gate: one more wire, of `kind`. Into a memory: what it remembers from now on. Into the output: what leaves
    the cell; at a `port` (0, 1, …) that part of it. Into an operation: one more input, at the end or before what stands
    at `port`; where all its inputs are taken, what stands at `port` is replaced (the only one needs no port).
    """

    source: str
    target: str
    kind: WireKind = "full"
    port: int = -1

    def label(self) -> str:
        return f"wire {self.source} into {self.target}"

    def apply(self, cell: Cell) -> Cell:
        source, target = find(cell, self.source), find(cell, self.target)
        if isinstance(source, Output):
            raise BadInput(self.source, "the output is where the cell ends", "take the wire from the node before it")
        return swap(
            cell, wired(target, self.source, Wire(self.source, checked(WireKind, self.kind, "kind")), self.port)
        )


class Disconnect(CellEdit, frozen=True):
    """One wire less; at `port` where several come from the same source."""

    source: str
    target: str
    port: int = -1

    def label(self) -> str:
        return f"cut the wire from {self.source} to {self.target}"

    def apply(self, cell: Cell) -> Cell:
        target = find(cell, self.target)
        if isinstance(target, Gate):
            return swap(cell, with_wire(target, wire_index(target, self.source, self.port), None))
        if isinstance(target, Memory) and target.source == self.source and self.source:
            return swap(cell, structs.replace(target, source=""))
        index = _place(target, self.source, self.port)
        return swap(cell, _with_source(target, index, None))


class Rewire(CellEdit, frozen=True):
    """A wire's near end put on another node: `target` reads `new` where it read `source`. The wire's settings stay."""

    source: str
    target: str
    new: str
    port: int = -1

    def label(self) -> str:
        return f"wire {self.new} into {self.target} instead of {self.source}"

    def apply(self, cell: Cell) -> Cell:
        if isinstance(find(cell, self.new), Output):
            raise BadInput(self.new, "the output is where the cell ends", "take the wire from the node before it")
        return swap(cell, rewired(find(cell, self.target), self.source, self.new, self.port))


class SetWire(CellEdit, frozen=True):
    """Settings of the wire from `source` into `gate`; None leaves one as it is."""

    gate: str
    source: str
    kind: WireKind | None = None
    init: Init | None = None
    stop_gradient: bool | None = None
    freeze: bool | None = None
    port: int = -1

    def label(self) -> str:
        name = f"the wire from {self.source} to {self.gate}"
        if self.kind is not None:
            return f"make {name} {self.kind}"
        if self.freeze is not None:
            return f"{'freeze' if self.freeze else 'free'} {name}"
        if self.stop_gradient is not None:
            return f"stop the gradient at {name}" if self.stop_gradient else f"let the gradient through {name}"
        return f"change how {name} starts"

    def setting(self) -> str:
        settings = ("kind", "init", "stop_gradient", "freeze")
        changed = ",".join(name for name in settings if getattr(self, name) is not None)
        return f"{self.gate}.weight.{self.source}.{changed}"

    def apply(self, cell: Cell) -> Cell:
        gate = find(cell, self.gate)
        if not isinstance(gate, Gate):
            raise BadInput(self.gate, "only wires into a gate have settings", "choose a wire into a gate")
        index = wire_index(gate, self.source, self.port)
        wire = gate.wires[index]
        if self.kind is not None:
            wire = structs.replace(wire, kind=checked(WireKind, self.kind, "kind"))
        if self.init is not None:
            wire = structs.replace(wire, init=check_init(self.init, "init"))
        if self.stop_gradient is not None:
            wire = structs.replace(wire, stop_gradient=checked(bool, self.stop_gradient, "stop_gradient"))
        if self.freeze is not None:
            wire = structs.replace(wire, freeze=checked(bool, self.freeze, "freeze"))
        return swap(cell, with_wire(gate, index, wire))


class InsertOnWire(CellEdit, frozen=True):
    """A gate, an operation or a memory dropped onto a wire: source → node → target.

    `node`: a new one (it gets another id where its own is taken), or the id of one that lies on the canvas. The second
    half of the wire keeps the settings that the whole had; the first half is full.
    """

    node: AnyNode | str
    source: str
    target: str
    port: int = -1

    def label(self) -> str:
        name = self.node if isinstance(self.node, str) else self.node.id
        return f"put {name} between {self.source} and {self.target}"

    def apply(self, cell: Cell) -> Cell:
        if isinstance(self.node, str):
            if self.node in (self.source, self.target):
                raise BadInput(self.node, "it is an end of this wire", "drop it onto another one")
            node = find(cell, self.node)
        else:
            node = new_node(cell, self.node)
            cell = put_in(cell, [node])
        if isinstance(node, Input | Output):
            raise BadInput(node.id, "the input and the output lie at the ends of a cell", "drop a gate onto the wire")
        cell = swap(cell, rewired(find(cell, self.target), self.source, node.id, self.port))
        return swap(cell, wired(node, self.source, Wire(self.source), -1, replace=False))


def new_node(cell: Cell, node: AnyNode) -> AnyNode:
    """The node as it can be put into the cell: with an id that is free, and no wire from a node that is not there."""
    there = taken_ids(cell)
    id = free_id(node.id if is_id(node.id) else as_id(node.id), there)
    return structs.replace(with_sources(node, lambda source: source if source in there else None), id=id)


def wired(target: AnyNode, source: str, wire: Wire, port: int, replace: bool = True) -> AnyNode:
    """The target with one more wire (see `Connect`). Raises BadInput where it cannot have one."""
    if isinstance(target, Input):
        raise BadInput(target.id, "nothing can be wired into the input", "wire it into a gate")
    if isinstance(target, Gate):
        if any(other.source == source for other in target.wires):
            raise BadInput(target.id, f"{source} is wired into it already", "change the settings of that wire")
        return structs.replace(target, wires=(*target.wires, wire))
    if isinstance(target, Memory):
        if target.source and not replace:
            raise BadInput(target.id, f"it remembers {target.source} already", "cut that wire first")
        return structs.replace(target, source=source)
    sources = target.sources
    if isinstance(target, Output):
        if port < 0:
            return structs.replace(target, sources=(source,))
        return structs.replace(target, sources=(*sources[:port], source, *sources[port + 1 :]))
    most = arity(target.operation)[1]
    if most == 0:
        raise BadInput(target.id, "a constant takes no input", "wire it into another operation")
    if most is None or len(sources) < most:
        at = len(sources) if port < 0 else min(port, len(sources))
        return structs.replace(target, sources=(*sources[:at], source, *sources[at:]))
    port = 0 if most == 1 else port
    if not replace or not 0 <= port < len(sources):
        count = "one input" if most == 1 else f"{most} inputs"
        raise BadInput(target.id, f"{target.operation} takes {count}, and has them", "cut a wire first")
    return _with_source(target, port, source)


def rewired(target: AnyNode, source: str, new: str, port: int = -1) -> AnyNode:
    """The target with `new` where it read `source`. Raises BadInput when it does not, or reads `new` already."""
    if isinstance(target, Gate):
        index = wire_index(target, source, port)
        if any(wire.source == new for wire in target.wires):
            raise BadInput(target.id, f"{new} is wired into it already", "change the settings of that wire")
        return with_wire(target, index, structs.replace(target.wires[index], source=new))
    if isinstance(target, Memory) and target.source == source and source:
        return structs.replace(target, source=new)
    return _with_source(target, _place(target, source, port), new)


def _place(target: AnyNode, source: str, port: int) -> int:
    """Where `source` stands among the inputs of an operation or an output. Raises BadInput."""
    sources = target.sources if isinstance(target, Operation | Output) else ()
    if 0 <= port < len(sources) and sources[port] == source:
        return port
    if port < 0 and source in sources:
        return sources.index(source)
    raise no_wire(source, target.id)


def _with_source(target: AnyNode, index: int, source: str | None) -> AnyNode:
    assert isinstance(target, Operation | Output)
    middle = () if source is None else (source,)
    return structs.replace(target, sources=(*target.sources[:index], *middle, *target.sources[index + 1 :]))
