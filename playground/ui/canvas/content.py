"""What the canvas says, as data: the experiment, read once, without Qt. Two equal contents need no new picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from playground.cell.check import check_cell
from playground.cell.graph import Cell, Output
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.network.counting import directions, layer_outputs, layer_weights, readout_weights
from playground.network.spec import Layer, Net
from playground.tasks.base import Facts
from playground.tasks.spec import AnyTask
from playground.ui.canvas.problems import Complaint, find
from playground.ui.formulas import formulas


@dataclass(frozen=True)
class LayerContent:
    """One layer card. label: of its cell. traces: the keys in `NetTraces.nodes` of what it hands on.

    weights: None where it cannot be known (an unknown cell, a bad task). chrono: the gates start with chrono biases.
    about: what the cell is, and its formulas.
    """

    id: str
    cell: str
    label: str
    units: int
    weights: int | None
    traces: tuple[str, ...]
    chrono: bool = False
    about: str = ""
    problem: str = ""


@dataclass(frozen=True)
class NetContent:
    """One row. inputs and outputs: of the readout, None where they cannot be known."""

    name: str
    layers: tuple[LayerContent, ...]
    inputs: int | None
    outputs: int | None
    weights: int | None
    problem: str = ""

    def layer_index(self, id: str) -> int:
        """-1 when there is no such layer."""
        return next((index for index, layer in enumerate(self.layers) if layer.id == id), -1)


@dataclass(frozen=True)
class Look:
    """What a cell is, on so many inputs and with so many units. nodes: what it hands on. trouble: why it cannot be."""

    label: str
    nodes: tuple[str, ...] = ()
    weights: int | None = None
    outputs: int | None = None
    about: str = ""
    trouble: str = ""


@lru_cache(maxsize=512)
def look(cell: Cell, inputs: int | None, units: int) -> Look:
    """Kept, because every edit of the document asks again for every layer. inputs: D, None where it is not known."""
    error = next(iter(check_cell(cell, inputs, units)), None)
    nodes = next((node.sources for node in cell.nodes if isinstance(node, Output)), ())
    return Look(
        label=cell.label or cell.name,
        nodes=nodes,
        weights=layer_weights(cell, inputs, units) if inputs else None,
        outputs=layer_outputs(cell, inputs, units) if inputs else None,
        about="" if error else "\n".join([cell.about, *formulas(cell)]).strip(),
        trouble=f"{error.message}; {error.remedy}" if error else "",
    )


@dataclass(frozen=True)
class Content:
    """The whole canvas. problem: of the experiment as a whole, those of parts stand with the parts.
    goal: the test loss at which to stop, 0 for none."""

    task: AnyTask
    facts: Facts | None
    task_problem: str
    nets: tuple[NetContent, ...]
    problem: str
    seed: int
    goal: float

    def net_index(self, name: str) -> int:
        """-1 when there is no such network."""
        return next((index for index, net in enumerate(self.nets) if net.name == name), -1)


def read(experiment: Experiment, facts: Facts | None, complaints: Sequence[Complaint] = ()) -> Content:
    """Read an experiment. Unknown cells and impossible sizes leave numbers out, they never raise."""
    cells = known_cells(experiment)
    nets = tuple(_net(number, net, cells, facts, complaints) for number, net in enumerate(experiment.networks))
    goal = experiment.training.goal.loss
    return Content(experiment.task, facts, find(complaints, task=True), nets, find(complaints), experiment.seed, goal)


def _net(
    number: int, net: Net, cells: Mapping[str, Cell], facts: Facts | None, complaints: Sequence[Complaint]
) -> NetContent:
    size = facts.inputs if facts else None
    layers = []
    for place, layer in enumerate(net.layers):
        seen = look(cells[layer.cell], size, layer.units) if layer.cell in cells else Look(label=layer.cell)
        layers.append(_layer(layer, seen, find(complaints, number, place)))
        size = seen.outputs and directions(layer) * seen.outputs
    outputs = facts.outputs if facts else None
    total = None
    if not layers:
        size = None
    if size and outputs and all(layer.weights is not None for layer in layers):
        total = sum(layer.weights or 0 for layer in layers) + readout_weights(size, outputs)
    return NetContent(net.name, tuple(layers), size, outputs, total, find(complaints, number))


def _layer(layer: Layer, seen: Look, problem: str) -> LayerContent:
    chrono = any(init.kind.startswith("chrono") for init in layer.init.values())
    traces = tuple(f"{layer.id}/{node}" for node in seen.nodes)
    weights = seen.weights if seen.weights is None else directions(layer) * seen.weights
    return LayerContent(
        layer.id, layer.cell, seen.label, layer.units, weights, traces, chrono, seen.about, problem or seen.trouble
    )


def export_columns(content: Content) -> dict[str, list[str | int]]:
    """One row per layer, for a CSV."""
    rows = [(net.name, layer) for net in content.nets for layer in net.layers]
    return {
        "net": [name for name, _ in rows],
        "layer": [layer.id for _, layer in rows],
        "cell": [layer.label for _, layer in rows],
        "units": [layer.units for _, layer in rows],
        "weights": [layer.weights if layer.weights is not None else "" for _, layer in rows],
    }
