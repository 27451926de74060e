"""Which nodes of a cell are looked at: what it remembers, its gates, what leaves it, and where a gradient flows."""

from playground.cell.check import reached
from playground.cell.graph import AnyNode, Cell, Gate, Input, Memory, Operation, Output


def states(cell: Cell) -> list[AnyNode]:
    """The nodes whose values memories hold, in the cell's order."""
    sources = {node.source for node in cell.nodes if isinstance(node, Memory)}
    return [node for node in cell.nodes if node.id in sources]


def squashing_gates(cell: Cell) -> list[Gate]:
    """In the cell's order. A gate without any squashing function (the GRU's product with the past) opens and closes
    nothing: it is left out."""
    return [node for node in cell.nodes if isinstance(node, Gate) and node.activation != "identity"]


def hidden_id(cell: Cell) -> str:
    """The node that leaves the cell: the hidden state h. "" where nothing does."""
    outputs = [node for node in cell.nodes if isinstance(node, Output)]
    if outputs and len(outputs[0].sources) == 1:
        return outputs[0].sources[0]
    return outputs[0].id if outputs else ""


def with_gradient(cell: Cell) -> list[str]:
    """Nodes whose gradient can be shown: the hidden state first, other states, gates, operations, and the input."""
    used = reached(cell)
    first = [hidden_id(cell), *[node.id for node in [*states(cell), *squashing_gates(cell)]]]
    others = [node.id for node in cell.nodes if isinstance(node, Gate | Operation)]
    inputs = [node.id for node in cell.nodes if isinstance(node, Input)]
    return [*[id for id in dict.fromkeys([*first, *others]) if id in used and id not in inputs], *inputs]
