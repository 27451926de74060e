"""The values of a cell's step: which nodes are computed, what is computed once, and by which name others read it."""

from playground.cell.check import reached
from playground.cell.graph import Cell, Gate, Input, Memory, Operation, Output
from playground.cell.sizes import in_numbers, infer_sizes
from playground.compiler.expressions import Ref
from playground.compiler.plan import Apply, Assign, Statement
from playground.compiler.reach import (
    HELD,
    HOLD,
    KEEP,
    NEUTRAL,
    SEEN,
    STOP,
    UNTOUCHED,
    VALUE,
    Reach,
    clamp_expression,
    neutral,
)


class Values:
    """Base of the lowering. sizes: node → its width. forward: the statements so far."""

    def __init__(self, cell: Cell, inputs: int, units: int, reach: Reach) -> None:
        self.cell, self.inputs, self.units = cell, inputs, units
        used = reached(cell)
        self.reach = reach.within(set(used) | {node.id for node in cell.nodes if isinstance(node, Output | Input)})
        self.removed = tuple(node.id for node in cell.nodes if node.id not in used and not isinstance(node, Output))
        # sorted by id: the same graph gives the same bits, however it was drawn
        nodes = sorted((node for node in cell.nodes if node.id in used), key=lambda node: node.id)
        self.input = next(node for node in cell.nodes if isinstance(node, Input))
        self.output = next(node for node in nodes if isinstance(node, Output))
        self.gates = [node for node in nodes if isinstance(node, Gate)]
        self.memories = [node for node in nodes if isinstance(node, Memory)]
        self.operations = [node for node in nodes if isinstance(node, Operation)]
        shares = infer_sizes(cell)
        self.sizes = {id: in_numbers(share, inputs, units) or 0 for id, share in shares.items()}
        self.packs = self._share_equals(UNTOUCHED)  # decides how the weights lie, whatever is reached into
        self.value = self._share_equals(self.reach) if self.reach != UNTOUCHED else self.packs
        self.forward: list[Statement] = []
        self._extra: dict[str, int] = {}

    def _share_equals(self, reach: Reach) -> dict[str, str]:
        """node → the node that computes its value; operations and memories that are equal share one."""
        value = {node.id: node.id for node in (self.input, *self.gates, *self.memories, *self.operations)}

        def own(id: str) -> str:
            return id if id in reach.clamped else ""

        while True:
            seen: dict[object, str] = {}
            before = dict(value)
            for memory in self.memories:
                if not memory.learned:
                    start = memory.start.value if memory.start.kind == "constant" else 0.0
                    wire = reach.changes(memory.id, memory.source)
                    key: object = ("memory", value[memory.source], start, own(memory.id), wire)
                    value[memory.id] = seen.setdefault(key, memory.id)
            for operation in self.operations:
                sources = tuple((value[s], reach.changes(operation.id, s)) for s in operation.sources)
                size = self.sizes[operation.id]
                key = (operation.operation, sources, operation.value, size, own(operation.id))
                value[operation.id] = seen.setdefault(key, operation.id)
            if value == before:
                return value

    # -- values as they are read -------------------------------------------------------------------------------

    def _own(self, id: str) -> str:
        """The value of a node before it is clamped; the one that a memory gives, where the wire into it is cut."""
        value = self.value[id]
        slot = next((memory for memory in self.memories if memory.id == value), None)
        change = self.reach.changes(slot.id, slot.source) if slot else ""
        return {"cut": f"{NEUTRAL}{value}", "stopped": f"{STOP}{value}"}.get(change, value)

    def _seen(self, id: str) -> str:
        """The value of a node as others read it."""
        return SEEN + self.value[id] if self.value[id] in self.reach.clamped else self._own(id)

    def _made_late(self) -> list[str]:
        """Nodes that are there when a step begins, but are read by another name, which is made first."""
        nodes = [self.input.id, *(memory.id for memory in self.memories)]
        return [id for id in nodes if self.value[id] == id and self._seen(id) != id]

    def _reach_into(self, id: str) -> None:
        """The statements that make of the value of a node, which is there now, the one that others read."""
        own, size = self._own(id), self.sizes[id]
        if own != id:
            self._extra[own] = size
            start = next(memory.start for memory in self.memories if memory.id == id)
            if own.startswith(STOP):
                self.forward.append(Assign(own, Ref(id)))
            else:
                self.forward.append(Apply(own, "constant", (), start.value if start.kind == "constant" else 0.0))
        if id in self.reach.clamped:
            held = id in self.reach.held
            self._extra |= {
                prefix + id: size for prefix in ((KEEP, VALUE, SEEN, HOLD, HELD) if held else (KEEP, VALUE, SEEN))
            }
            self.forward.append(Assign(SEEN + id, clamp_expression(id, own, held)))

    def _fetch(self, node: Operation | Output, source: str) -> str:
        """What an operation, or the output, reads from a source; made here where the wire is cut."""
        change = self.reach.changes(node.id, source)
        seen = self._seen(source)
        if not change:
            return seen
        size = self.sizes[node.id] if isinstance(node, Operation) and change == "cut" else self.sizes[source]
        name = f"{NEUTRAL}{node.id}:{source}" if change == "cut" else STOP + seen
        if name not in self._extra:
            self._extra[name] = size
            if change == "cut":
                alone = all((node.id, other) in self.reach.cut for other in node.sources)
                value = neutral(node.operation, alone) if isinstance(node, Operation) else 0.0
                self.forward.append(Apply(name, "constant", (), value))
            else:
                self.forward.append(Assign(name, Ref(seen)))
        return name
