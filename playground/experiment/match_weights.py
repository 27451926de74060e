"""As many weights as another network: the number of units that comes nearest."""

import math
from collections.abc import Mapping

from msgspec.structs import replace

from playground.cell.check import check_cell
from playground.cell.graph import Cell, Gate
from playground.errors import BadInput
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.experiment.edits import Edit, net_of
from playground.experiment.schema import suggest
from playground.network.counting import directions, layer_outputs, net_weights
from playground.network.spec import Layer, Net

MOST_UNITS = 4096
NEAR = 64  # sizes around the best one that are tried when that one cannot be built


def matched(net: Net, cells: Mapping[str, Cell], inputs: int, outputs: int, weights: int) -> Net:
    """The network with so many units that its weights come nearest to `weights` (fewer, where two are as near).

    Layers keep their proportions; a layer whose gates serve blocks has whole blocks. inputs, outputs: of the task.
    Raises BadInput where a cell is not known, or fits no such size.
    """
    unknown = next((layer.cell for layer in net.layers if layer.cell not in cells), None)
    if unknown is not None or not net.layers:
        raise BadInput(f"networks.{net.name}", f'there is no cell "{unknown}"', suggest(unknown or "", cells))
    blocks = [_block(cells[layer.cell]) for layer in net.layers]
    widest = max(layer.units for layer in net.layers)
    counts: dict[int, int] = {}

    def sized(units: int) -> Net:
        layers = tuple(
            replace(layer, units=block * max(1, math.floor(units * layer.units / widest / block + 0.5)))
            for layer, block in zip(net.layers, blocks, strict=True)
        )
        return replace(net, layers=layers)

    def count(units: int) -> int:
        if units not in counts:
            found = net_weights(sized(units), cells, inputs, outputs)
            if found is None:
                raise BadInput(f"networks.{net.name}", "the sizes of its layers do not fit together", "change a layer")
            counts[units] = found
        return counts[units]

    most = MOST_UNITS - max(blocks)
    low, high = 1, most  # count(low) ≤ weights < count(high), unless all are on one side
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) <= weights else (low, middle)
    near = [units for units in range(low - NEAR, low + NEAR + 2) if 1 <= units <= most]
    if inputs <= most:
        near.append(inputs)  # a cell that uses its input bare needs as many units
    near.sort(key=lambda units: (abs(count(units) - weights), units))
    best = next((units for units in near if _can_be_built(sized(units), cells, inputs)), None)
    if best is None:
        raise BadInput(f"networks.{net.name}", "its cell fits no such number of units", "set the units by hand")
    return sized(best)


class MatchWeights(Edit, frozen=True):
    """As many units as bring a network's weights nearest to those of another (`like`). inputs, outputs: of the task, so
    that no file has to be read."""

    net: str
    like: str
    inputs: int
    outputs: int

    def label(self) -> str:
        return f"give {self.net} as many weights as {self.like}"

    def apply(self, experiment: Experiment) -> Experiment:
        cells = known_cells(experiment)
        wanted = net_weights(net_of(experiment, self.like), cells, self.inputs, self.outputs)
        if wanted is None:
            raise BadInput(f"networks.{self.like}", "its weights cannot be counted", "mend its cell first")
        made = matched(net_of(experiment, self.net), cells, self.inputs, self.outputs, wanted)
        networks = tuple(made if net.name == self.net else net for net in experiment.networks)
        return replace(experiment, networks=networks)


def _block(cell: Cell) -> int:
    """What the units must be a multiple of (Hochreiter and Schmidhuber, 1997: memory blocks)."""
    return math.lcm(*(node.block for node in cell.nodes if isinstance(node, Gate)))


def _can_be_built(net: Net, cells: Mapping[str, Cell], inputs: int) -> bool:
    size: int | None = inputs
    for layer in net.layers:
        if size is None or check_cell(cells[layer.cell], size, layer.units) or not _adds_up(layer, cells, size):
            return False
        out = layer_outputs(cells[layer.cell], size, layer.units)
        size = out and directions(layer) * out
    return size is not None


def _adds_up(layer: Layer, cells: Mapping[str, Cell], inputs: int) -> bool:
    """Whether a residual layer is as wide as its input."""
    if not layer.residual:
        return True
    out = layer_outputs(cells[layer.cell], inputs, layer.units)
    return out is not None and directions(layer) * out == inputs
