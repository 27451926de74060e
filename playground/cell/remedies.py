"""What can be done about an error of `check_cell`, as an edit: the button beside the sentence."""

from collections.abc import Callable

from playground.cell.check import CellError, arity, sources_of
from playground.cell.edits.add import AddNode
from playground.cell.edits.base import CellEdit, Group
from playground.cell.edits.nodes import Dissolve, RemoveNodes, RenameNode, RenameTwins, SetNode
from playground.cell.edits.wires import Connect, Disconnect, InsertOnWire, Rewire, SetWire
from playground.cell.graph import AnyNode, Cell, Gate, Init, Input, Memory, Operation, Output
from playground.cell.names import as_id, free_id
from playground.errors import BadInput

LAG = 100.0  # the longest lag proposed for a chrono start


def remedy(cell: Cell, error: CellError) -> CellEdit | None:
    """An edit after which this error is gone, or None where only the person can know what was meant."""
    make = REMEDIES.get(error.kind)
    edit = make(cell, error) if make is not None else None
    if edit is not None:
        try:
            edit.apply(cell)
        except BadInput:
            return None
    return edit


def _first(cell: Cell, kind: type[AnyNode]) -> AnyNode | None:
    return next((node for node in cell.nodes if isinstance(node, kind)), None)


def _node(cell: Cell, id: str) -> AnyNode | None:
    return next((node for node in cell.nodes if node.id == id), None)


def _readers(cell: Cell, id: str) -> list[AnyNode]:
    return [node for node in cell.nodes if id in sources_of(node)]


def _bad_id(cell: Cell, error: CellError) -> CellEdit | None:
    node = next((node for node in cell.nodes if node.id[:40] == error.node), None)
    return RenameNode(node.id, free_id(as_id(node.id), {other.id for other in cell.nodes})) if node else None


def _twin(cell: Cell, error: CellError) -> CellEdit:
    return RenameTwins(error.node)


def _no_input(cell: Cell, error: CellError) -> CellEdit:
    return AddNode(Input("x", "x", "input"))


def _no_output(cell: Cell, error: CellError) -> CellEdit:
    source = _result(cell)
    return AddNode(Output("out", sources=(source,) if source else ()))


def _many_inputs(cell: Cell, error: CellError) -> CellEdit:
    """The first one stays, and what read the others reads it."""
    first, *others = [node.id for node in cell.nodes if isinstance(node, Input)]
    edits: list[CellEdit] = []
    for node in cell.nodes:
        seen = first in sources_of(node)
        for source in sources_of(node):
            if source in others:
                twice = seen and isinstance(node, Gate)
                edits.append(Disconnect(source, node.id) if twice else Rewire(source, node.id, first))
                seen = True
    return Group((*edits, RemoveNodes(tuple(others))), f"keep only the input {first}")


def _many_outputs(cell: Cell, error: CellError) -> CellEdit:
    """One that something leads to stays."""
    outputs = [node for node in cell.nodes if isinstance(node, Output)]
    kept = next((node for node in outputs if node.sources), outputs[0])
    others = tuple(node.id for node in outputs if node is not kept)
    return Group((RemoveNodes(others),), f"keep only the output {kept.id}")


def _result(cell: Cell) -> str | None:
    """The one node that is plainly meant to leave the cell: the hidden state, or the only one that nothing reads."""
    inside = [node for node in cell.nodes if isinstance(node, Gate | Operation)]
    if any(node.id == "h" for node in inside):
        return "h"
    hidden = [node.id for node in inside if node.role == "hidden"]
    ends = [node.id for node in inside if not _readers(cell, node.id)]
    return hidden[0] if len(hidden) == 1 else ends[0] if len(ends) == 1 else None


def _cut(cell: Cell, error: CellError) -> CellEdit:
    return Disconnect(error.source, error.node)


def _from_output(cell: Cell, error: CellError) -> CellEdit:
    output, target = _node(cell, error.source), _node(cell, error.node)
    sources = output.sources if isinstance(output, Output) else ()
    twice = isinstance(target, Gate) and sources and sources[0] in sources_of(target)
    return Rewire(error.source, error.node, sources[0]) if len(sources) == 1 and not twice else _cut(cell, error)


def _too_few(cell: Cell, error: CellError) -> CellEdit | None:
    """An operation with one wire left does nothing: its wires are joined."""
    node = _node(cell, error.node)
    return Dissolve(error.node) if node is not None and len(sources_of(node)) == 1 else None


def _too_many(cell: Cell, error: CellError) -> CellEdit | None:
    node = _node(cell, error.node)
    if not isinstance(node, Operation):
        return None
    most = arity(node.operation)[1] or 0
    cuts = tuple(Disconnect(node.sources[at], node.id, at) for at in reversed(range(most, len(node.sources))))
    return Group(cuts, "cut the last wire" if len(cuts) == 1 else f"cut the last {len(cuts)} wires")


def _empty_memory(cell: Cell, error: CellError) -> CellEdit | None:
    meant = error.node.removesuffix("_prev")
    if meant != error.node and _node(cell, meant) is not None:
        return Connect(meant, error.node)
    return None if _readers(cell, error.node) else RemoveNodes((error.node,))


def _empty_output(cell: Cell, error: CellError) -> CellEdit | None:
    source = _result(cell)
    return Connect(source, error.node) if source else None


def _empty_gate(cell: Cell, error: CellError) -> CellEdit | None:
    x = _first(cell, Input)
    return Connect(x.id, error.node) if x is not None else None


def _double_wire(cell: Cell, error: CellError) -> CellEdit | None:
    gate = _node(cell, error.node)
    if not isinstance(gate, Gate):
        return None
    ports = [port for port, wire in enumerate(gate.wires) if wire.source == error.source]
    cuts = tuple(Disconnect(error.source, gate.id, port) for port in reversed(ports[1:]))
    return cuts[0] if len(cuts) == 1 else Group(cuts, f"keep one wire from {error.source}")


def _init_edit(cell: Cell, error: CellError, init: Init) -> CellEdit:
    """The initialiser that the error is about, replaced."""
    if error.source:
        return SetWire(error.node, error.source, init=init)
    return SetNode(error.node, "start" if isinstance(_node(cell, error.node), Memory) else "bias", init)


def _init_of(cell: Cell, error: CellError) -> Init:
    node = _node(cell, error.node)
    if isinstance(node, Gate):
        found = [wire.init for wire in node.wires if wire.source == error.source] if error.source else [node.bias]
        return found[0] or Init("zeros")
    return node.start if isinstance(node, Memory) else Init("zeros")


def _chrono_lag(cell: Cell, error: CellError) -> CellEdit:
    init = _init_of(cell, error)
    edit = _init_edit(cell, error, Init(init.kind, LAG, init.of))
    return Group((edit,), f"set the lag to {LAG:g}")


def _chrono_of(cell: Cell, error: CellError) -> CellEdit | None:
    """The only gate that starts chrono is the one that was meant."""
    gates = [n.id for n in cell.nodes if isinstance(n, Gate) and n.bias is not None and n.bias.kind == "chrono"]
    if len(gates) != 1:
        return None
    init = Init("chrono_opposite", _init_of(cell, error).value, gates[0])
    return Group((_init_edit(cell, error, init),), f"name {gates[0]}")


def _loop(cell: Cell, error: CellError) -> CellEdit | None:
    """A memory on the wire that leads back: out of the loop's node that is nearest to the output. One that is there
    already is used."""
    loop = _loop_through(cell, error.node, error.source)
    if not loop:
        return None
    distance = _steps_to_output(cell)
    source = min(loop, key=lambda id: (distance.get(id, len(cell.nodes)), id))
    target = loop[source]
    reads = sources_of(cell.node(target))
    for node in cell.nodes:
        if isinstance(node, Memory) and node.source == source and node.id not in reads:
            return Rewire(source, target, node.id)
    taken = {node.id for node in cell.nodes}
    memory = Memory(free_id(as_id(f"{source[:27]}_prev"), taken), role=cell.node(source).role)
    return InsertOnWire(memory, source, target)


def _loop_through(cell: Cell, start: str, last: str) -> dict[str, str]:
    """The loop that the wire start → last closes, as node → the node that reads it; memories break it."""
    nodes = {node.id: node for node in cell.nodes}
    come_from = {start: ""}  # backwards from `start`, along what each node reads
    queue = [start]
    while queue and last not in come_from:
        node = nodes[queue.pop(0)]
        for source in () if isinstance(node, Memory) else sources_of(node):
            if source in nodes and source not in come_from:
                come_from[source] = node.id
                queue.append(source)
    if last not in come_from or start not in sources_of(nodes[last]):
        return {}
    loop = {start: last}
    id = last
    while id != start:
        loop[id] = come_from[id]
        id = come_from[id]
    return loop


def _steps_to_output(cell: Cell) -> dict[str, int]:
    nodes = {node.id: node for node in cell.nodes}
    queue = [node.id for node in cell.nodes if isinstance(node, Output)]
    distance = dict.fromkeys(queue, 0)
    while queue:
        id = queue.pop(0)
        for source in sources_of(nodes[id]):
            if source in nodes and source not in distance:
                distance[source] = distance[id] + 1
                queue.append(source)
    return distance


def _size(cell: Cell, error: CellError) -> CellEdit:
    """A gate gets a full matrix; before an operation a gate without bias or squashing brings the size in line."""
    if isinstance(_node(cell, error.node), Gate):
        return SetWire(error.node, error.source, kind="full")
    return InsertOnWire(Gate("projection", activation="identity", bias=None), error.source, error.node)


REMEDIES: dict[str, Callable[[Cell, CellError], CellEdit | None]] = {
    "bad_id": _bad_id,
    "twin": _twin,
    "no_input": _no_input,
    "no_output": _no_output,
    "many_inputs": _many_inputs,
    "many_outputs": _many_outputs,
    "dangling": _cut,
    "from_output": _from_output,
    "too_few_wires": _too_few,
    "too_many_wires": _too_many,
    "empty_memory": _empty_memory,
    "empty_output": _empty_output,
    "empty_gate": _empty_gate,
    "double_wire": _double_wire,
    "block": lambda cell, error: SetNode(error.node, "block", 1),
    "scale": lambda cell, error: SetNode(error.node, "scale", 1.0),
    "chrono_lag": _chrono_lag,
    "chrono_of": _chrono_of,
    "random_start": lambda cell, error: SetNode(error.node, "learned", True),
    "loop": _loop,
    "size": _size,
}
