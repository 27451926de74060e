"""How wide the open cell's nodes are, in numbers. No Qt here."""

from playground.cell.check import check_cell
from playground.cell.graph import Cell
from playground.cell.sizes import in_numbers, infer_sizes
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.network.counting import layer_outputs, layer_weights
from playground.network.spec import Layer, Net
from playground.tasks.base import Facts


def layer_inputs(experiment: Experiment, facts: Facts | None, net: Net, layer: str) -> int | None:
    """D of the layer: what the task gives, or what the layer before it hands on. None: it cannot be known."""
    known, inputs = known_cells(experiment), facts.inputs if facts is not None else None
    for each in net.layers:
        if each.id == layer or inputs is None:
            return inputs
        cell = known.get(each.cell)
        made = layer_outputs(cell, inputs, each.units) if cell is not None and not check_cell(cell) else None
        inputs = None if made is None else made * (2 if each.bidirectional else 1)
    return None


def node_sizes(cell: Cell, inputs: int | None, units: int) -> dict[str, int]:
    """Node → how many numbers it has; those that cannot be known are left out."""
    if any(error.kind in ("bad_id", "twin", "dangling", "from_output") for error in check_cell(cell)):
        return {}
    shares = infer_sizes(cell)
    wide = {id: in_numbers(share, inputs or 0, units) for id, share in shares.items() if inputs or not share[0]}
    return {id: size for id, size in wide.items() if size}


def weight_count(cell: Cell, inputs: int | None, layer: Layer) -> int | None:
    """How many numbers the layer trains; None where it cannot be known."""
    if inputs is None or check_cell(cell, inputs, layer.units):
        return None
    count = layer_weights(cell, inputs, layer.units)
    return None if count is None else count * (2 if layer.bidirectional else 1)
