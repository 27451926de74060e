"""What a cell is made of, as far as the doctor cares: where it remembers, and which gates keep the memory."""

from playground.cell.graph import Cell, Gate, Memory, Operation, Output

Keeping = dict[str, bool]


def carriers(cell: Cell) -> list[str]:
    """The nodes through which a layer remembers: sources of its memories, in the cell's order."""
    return list(dict.fromkeys(node.source for node in cell.nodes if isinstance(node, Memory)))


def outputs(cell: Cell) -> tuple[str, ...]:
    """The nodes that the next layer sees."""
    return next((node.sources for node in cell.nodes if isinstance(node, Output)), ())


def keepers(cell: Cell) -> Keeping:
    """Gates that decide how much of a memory is kept: True for one that keeps it when it is open (the LSTM's forget
    gate, the GRU's update gate), False for one that keeps it when it is shut (the MGU's).

    Such a gate, or one minus it, multiplies a memory, and the product goes to the memory's next value through
    operations alone. Gates that act through logarithms (sLSTM) are known by their role.
    """
    nodes = {node.id: node for node in cell.nodes}
    memories = {node.id: node.source for node in cell.nodes if isinstance(node, Memory)}
    found: Keeping = {}
    for node in cell.nodes:
        if not isinstance(node, Operation) or node.operation != "multiply":
            continue
        held = [memories[source] for source in node.sources if source in memories]
        if not any(_leads(cell, node.id, target) for target in held):
            continue
        for source in node.sources:
            gate, opens = source, True
            while isinstance(step := nodes.get(gate), Operation):
                if step.operation not in ("one_minus", "sigmoid", "hard_sigmoid", "exp") or len(step.sources) != 1:
                    break
                opens ^= step.operation == "one_minus"
                gate = step.sources[0]
            if isinstance(nodes.get(gate), Gate):
                found[gate] = opens
    if not found:
        roles = ("sigmoid", "log_sigmoid")
        found = {n.id: True for n in cell.nodes if isinstance(n, Gate) and n.role == "forget" and n.activation in roles}
    return found


def writers(cell: Cell) -> list[str]:
    """Sigmoid gates that decide how much is written into the memory beside one that keeps it."""
    kept = keepers(cell)
    return [gate for gate in sigmoid_gates(cell) if gate not in kept and _gate(cell, gate).role == "input_gate"]


def sigmoid_gates(cell: Cell) -> list[str]:
    """Gates whose values lie between 0 and 1."""
    kinds = ("sigmoid", "hard_sigmoid")
    return [
        node.id
        for node in cell.nodes
        if isinstance(node, Gate) and node.activation in kinds and node.scale == 1.0 and node.shift == 0.0
    ]


def recurrent_wires(cell: Cell) -> list[str]:
    """Parameter names of the full matrices that a memory's value passes through on its way into a gate."""
    memories = {node.id for node in cell.nodes if isinstance(node, Memory)}
    past = set(memories)
    for _ in cell.nodes:
        past |= {n.id for n in cell.nodes if isinstance(n, Operation) and memories & past & set(n.sources)}
    return [
        f"{node.id}.weight.{wire.source}"
        for node in cell.nodes
        if isinstance(node, Gate)
        for wire in node.wires
        if wire.kind == "full" and wire.source in past
    ]


def rectifiers(cell: Cell) -> list[str]:
    """Gates that are 0 for all that is below 0, and whose units can die."""
    return [node.id for node in cell.nodes if isinstance(node, Gate) and node.activation == "relu"]


def _gate(cell: Cell, id: str) -> Gate:
    node = cell.node(id)
    assert isinstance(node, Gate)
    return node


def _leads(cell: Cell, start: str, target: str) -> bool:
    """Whether a value goes from one node to another through operations alone."""
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        if here == target:
            return True
        for node in cell.nodes:
            if isinstance(node, Operation) and here in node.sources and node.id not in seen:
                seen.add(node.id)
                todo.append(node.id)
    return False
