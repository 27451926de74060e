"""How many numbers a network trains: arithmetic on its cells, known before anything is built."""

from collections.abc import Mapping

from playground.cell.graph import Cell, Gate, Memory, Output
from playground.cell.sizes import in_numbers, infer_sizes
from playground.network.spec import Layer, Net


def layer_weights(cell: Cell, inputs: int, units: int) -> int | None:
    """Weights, biases and learned start values of `units` copies of `cell` on D = `inputs`. None: sizes do not fit."""
    sizes = {id: in_numbers(size, inputs, units) for id, size in infer_sizes(cell).items()}
    total = 0
    for node in cell.nodes:
        size = sizes.get(node.id)
        if size is None:
            return None
        if isinstance(node, Memory) and node.learned:
            total += size
        if isinstance(node, Gate):
            total += size if node.bias is not None else 0
            for wire in node.wires:
                source = sizes.get(wire.source)
                if source is None:
                    return None
                total += {"full": size * source, "diagonal": size, "identity": 0}[wire.kind]
    return total


def layer_outputs(cell: Cell, inputs: int, units: int) -> int | None:
    """How many numbers the layer hands on at every step. None: sizes do not fit."""
    sizes = infer_sizes(cell)
    for node in cell.nodes:
        if isinstance(node, Output):
            return in_numbers(sizes[node.id], inputs, units)
    return None


def readout_weights(inputs: int, outputs: int) -> int:
    """y = V h + b."""
    return outputs * (inputs + 1)


def directions(layer: Layer) -> int:
    """How many copies of its cell a layer has: one more reads a sequence from its end."""
    return 2 if layer.bidirectional else 1


def net_weights(net: Net, cells: Mapping[str, Cell], inputs: int, outputs: int) -> int | None:
    """All that is trained in a network on D = `inputs`, with its readout. None: a cell is not known or sizes do not
    fit."""
    total, size = 0, inputs
    for layer in net.layers:
        cell = cells.get(layer.cell)
        own = layer_weights(cell, size, layer.units) if cell is not None else None
        out = layer_outputs(cell, size, layer.units) if cell is not None else None
        if own is None or out is None:
            return None
        total, size = total + directions(layer) * own, directions(layer) * out
    return total + readout_weights(size, outputs) if net.layers else None
