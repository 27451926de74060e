"""What every edit of a cell can do, and the few steps that all edits are made of.

An edit may leave a cell that `check_cell` objects to: it can be saved and drawn on, not trained. What makes no sense at
all (a wire from a node that does not exist) raises BadInput and changes nothing.
"""

import difflib
import math
from collections.abc import Callable, Collection, Iterable, Mapping

from msgspec import Struct, structs

from playground.cell.check import MOST_NODES
from playground.cell.graph import AnyNode, Cell, Gate, Init, Memory, Operation, Output, Place, Wire
from playground.errors import BadInput


class CellEdit(Struct, frozen=True):
    """One step that can be undone."""

    def label(self) -> str:
        """A few words for the undo menu: "add forget"."""
        raise NotImplementedError

    def apply(self, cell: Cell) -> Cell:
        """The cell after this edit. Raises BadInput."""
        raise NotImplementedError

    def setting(self) -> str:
        """What the edit sets, where that is one thing: edits of the same thing in one gesture can be one undo."""
        return ""

    def renames(self) -> dict[str, str]:
        """Nodes that have another id afterwards, old → new: what is named after them follows."""
        return {}


class Group(CellEdit, frozen=True):
    """Several edits as one step. `text` is the label."""

    edits: tuple[CellEdit, ...]
    text: str

    def label(self) -> str:
        return self.text

    def apply(self, cell: Cell) -> Cell:
        for edit in self.edits:
            cell = edit.apply(cell)
        return cell

    def renames(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for edit in self.edits:
            new = edit.renames()
            names = {**new, **{first: new.get(last, last) for first, last in names.items()}}
        return names


def added(before: Cell, after: Cell) -> tuple[str, ...]:
    """The ids that an edit brought in: what the canvas selects after it."""
    old = {node.id for node in before.nodes}
    return tuple(node.id for node in after.nodes if node.id not in old)


# -- what edits are made of ---------------------------------------------------------------------------------------


def find(cell: Cell, id: str) -> AnyNode:
    """The node with this id. Raises BadInput, with the nearest name that there is."""
    for node in cell.nodes:
        if node.id == id:
            return node
    near = difflib.get_close_matches(id[:40], [node.id for node in cell.nodes], n=1, cutoff=0.6)
    raise BadInput(
        id[:40] or "node", "there is no such node", f'did you mean "{near[0]}"?' if near else "choose another"
    )


def require(cell: Cell, ids: Iterable[str]) -> frozenset[str]:
    """The ids as a set. Raises BadInput when one names no node, or when there are none."""
    wanted = frozenset(ids)
    if not wanted:
        raise BadInput("selection", "no node is chosen", "choose one first")
    for id in wanted - {node.id for node in cell.nodes}:
        find(cell, id)
    return wanted


def swap(cell: Cell, node: AnyNode) -> Cell:
    """The cell with the first node of the same id replaced by `node`."""
    nodes = list(cell.nodes)
    index = next(i for i, other in enumerate(nodes) if other.id == node.id)
    nodes[index] = node
    return structs.replace(cell, nodes=tuple(nodes))


def put_in(cell: Cell, nodes: Iterable[AnyNode]) -> Cell:
    """The cell with more nodes. Raises BadInput when there would be too many."""
    more = (*cell.nodes, *nodes)
    if len(more) > MOST_NODES:
        raise BadInput("cell", f"it would have {len(more)} nodes", f"use at most {MOST_NODES}")
    return structs.replace(cell, nodes=more)


def taken_ids(cell: Cell) -> set[str]:
    """Every id of a node."""
    return {node.id for node in cell.nodes}


def with_sources(node: AnyNode, change: Callable[[str], str | None]) -> AnyNode:
    """The node with each source s replaced by change(s), or its wire removed where that is None."""
    if isinstance(node, Gate):
        wires = [(wire, change(wire.source)) for wire in node.wires]
        kept = tuple(structs.replace(wire, source=new) for wire, new in wires if new is not None)
        return node if kept == node.wires else structs.replace(node, wires=kept)
    if isinstance(node, Operation | Output):
        sources = tuple(new for new in map(change, node.sources) if new is not None)
        return node if sources == node.sources else structs.replace(node, sources=sources)
    if isinstance(node, Memory) and node.source:
        source = change(node.source) or ""
        return node if source == node.source else structs.replace(node, source=source)
    return node


def renamed(node: AnyNode, names: Mapping[str, str | None]) -> AnyNode:
    """The node with the sources named in `names` replaced (None: their wires removed); the others stay."""
    return with_sources(node, lambda id: names.get(id, id))


def with_inits(node: AnyNode, change: Callable[[Init], Init]) -> AnyNode:
    """The node with every initialiser changed."""
    if isinstance(node, Gate):
        wires = tuple(structs.replace(wire, init=change(wire.init)) for wire in node.wires)
        return structs.replace(node, wires=wires, bias=None if node.bias is None else change(node.bias))
    return structs.replace(node, start=change(node.start)) if isinstance(node, Memory) else node


def without(cell: Cell, ids: Collection[str]) -> Cell:
    """The cell without these nodes and without every wire from them."""
    gone: dict[str, str | None] = dict.fromkeys(ids)
    nodes = [renamed(node, gone) for node in cell.nodes if node.id not in gone]
    return structs.replace(cell, nodes=tuple(nodes))


def wire_index(gate: Gate, source: str, port: int = -1) -> int:
    """The place of the wire from `source` in the gate: at `port`, or the first one. Raises BadInput."""
    if 0 <= port < len(gate.wires) and gate.wires[port].source == source:
        return port
    for index, wire in enumerate(gate.wires):
        if port < 0 and wire.source == source:
            return index
    raise no_wire(source, gate.id)


def with_wire(gate: Gate, index: int, wire: Wire | None) -> Gate:
    """The gate with another wire at that place, or with none there."""
    wires = (*gate.wires[:index], *(() if wire is None else (wire,)), *gate.wires[index + 1 :])
    return structs.replace(gate, wires=wires)


def no_wire(source: str, target: str) -> BadInput:
    """The error for a wire that is not there."""
    return BadInput(target[:40], f"there is no wire from {source[:40]} into it", "choose a wire that is there")


def check_places(places: Mapping[str, Place]) -> None:
    """Raises BadInput for a place that no canvas has."""
    for id, place in places.items():
        if not all(math.isfinite(number) and abs(number) <= 1e7 for number in (place.x, place.y)):
            raise BadInput(id[:40], "this place is off the canvas", "choose one nearer to the middle")


def some(ids: Collection[str]) -> str:
    """A selection in words: the node's name, or how many."""
    return next(iter(ids)) if len(ids) == 1 else f"{len(ids)} nodes"
