"""What keeps an experiment from being trained. It can be saved and edited all the same."""

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from playground.cell.check import check_cell
from playground.cell.graph import NODE_ID, Cell, Gate, Memory
from playground.errors import BadInput
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.experiment.interventions import misfit_in
from playground.experiment.schema import item_names, suggest
from playground.network.changes import ProbeEdit
from playground.network.spec import Layer, Net
from playground.tasks.base import Facts


class Problem(Struct, frozen=True):
    """path: the setting (`networks.LSTM.layers.layer1`). node: of a cell, or "". message: what is wrong, what to do."""

    path: str
    node: str
    message: str


def check_experiment(experiment: Experiment, folder: Path | None = None, facts: Facts | None = None) -> list[Problem]:
    """All problems of an experiment whose relative paths begin in `folder`; none means that it can be trained.

    Looks at the task's file where it has one, unless the task has been built already and its `facts` are given.
    """
    problems = [*_check_networks(experiment), *_check_cells(experiment), *_check_interventions(experiment)]
    try:
        if facts is None:
            from playground.tasks import build_task  # late: a window that knows the facts does not wait for it

            facts = build_task(experiment.task, folder).facts
    except BadInput as error:
        problems.append(Problem(error.place or "task", "", _sentence(error.problem, error.remedy)))
    else:
        problems.extend(_check_training(experiment, facts))
    return problems


def _sentence(problem: str, remedy: str) -> str:
    return f"{problem}; {remedy}" if remedy else problem


def _check_networks(experiment: Experiment) -> Iterator[Problem]:
    if not experiment.networks:
        yield Problem("networks", "", "there is no network; add one")
    names = [net.name for net in experiment.networks]
    for place, net in zip(item_names(experiment.networks), experiment.networks, strict=True):
        path = f"networks.{place}"
        if not net.name.strip():
            yield Problem(f"{path}.name", "", "a network needs a name; type one")
        elif names.count(net.name) > 1:
            yield Problem(f"{path}.name", "", f'"{net.name}" is the name of several networks; rename one')
        yield from _check_layers(experiment, net, path)


def _check_layers(experiment: Experiment, net: Net, path: str) -> Iterator[Problem]:
    if not net.layers:
        yield Problem(f"{path}.layers", "", "there is no layer; add one")
    ids = [layer.id for layer in net.layers]
    known = known_cells(experiment)
    for place, layer in zip(item_names(net.layers), net.layers, strict=True):
        here = f"{path}.layers.{place}"
        if not re.match(NODE_ID, layer.id):
            yield Problem(f"{here}.id", "", f'"{layer.id}" cannot be an id; use small letters, digits and _')
        elif ids.count(layer.id) > 1:
            yield Problem(f"{here}.id", "", f'"{layer.id}" is the id of several layers; change one')
        if layer.cell not in known:
            message = _sentence(f'there is no cell "{layer.cell}"', suggest(layer.cell, known))
            yield Problem(f"{here}.cell", "", message)
        else:
            yield from _check_init(layer, known[layer.cell], here)


def _check_init(layer: Layer, cell: Cell, path: str) -> Iterator[Problem]:
    parameters = _parameters(cell)
    gates = [node.id for node in cell.nodes if isinstance(node, Gate)]
    for name, init in layer.init.items():
        if name not in parameters:
            message = _sentence(f'the cell "{cell.name}" has no parameter "{name}"', suggest(name, parameters))
            yield Problem(f"{path}.init.{name}", "", message)
        elif init.kind == "chrono_opposite" and init.of not in gates:
            message = _sentence(f'"{init.of}" is no gate of this cell', suggest(init.of, gates))
            yield Problem(f"{path}.init.{name}.of", "", message)


def _parameters(cell: Cell) -> list[str]:
    """Names of everything that is trained in a cell, as `Layer.init` uses them."""
    names = []
    for node in cell.nodes:
        if isinstance(node, Gate):
            names += [f"{node.id}.weight.{wire.source}" for wire in node.wires if wire.kind != "identity"]
            names += [f"{node.id}.bias"] if node.bias is not None else []
        elif isinstance(node, Memory) and node.learned:
            names.append(f"{node.id}.start")
    return names


def _check_cells(experiment: Experiment) -> Iterator[Problem]:
    """Own cells with a name twice, and errors of the cells that are in use."""
    names = [cell.name for cell in experiment.cells]
    for place, cell in zip(item_names(experiment.cells), experiment.cells, strict=True):
        if names.count(cell.name) > 1:
            yield Problem(f"cells.{place}.name", "", f'"{cell.name}" is the name of several cells; rename one')
    used = {layer.cell for net in experiment.networks for layer in net.layers}
    for name, cell in known_cells(experiment).items():
        if name in used:
            for error in check_cell(cell):
                yield Problem(f"cells.{name}", error.node, _sentence(error.message, error.remedy))


def _check_interventions(experiment: Experiment) -> Iterator[Problem]:
    ids = [change.id for change in experiment.interventions]
    for place, change in zip(item_names(experiment.interventions), experiment.interventions, strict=True):
        if not change.id or ids.count(change.id) > 1:
            yield Problem(f"interventions.{place}.id", "", "every intervention needs an id of its own; change it")
        error = None if isinstance(change, ProbeEdit) else misfit_in(experiment, change)
        if error is not None:
            yield Problem(error.place, "", _sentence(error.problem, error.remedy))


def _check_training(experiment: Experiment, facts: Facts) -> Iterator[Problem]:
    training = experiment.training
    if training.truncate > facts.length:
        message = f"windows of {training.truncate} steps are longer than the sequence; give {facts.length} or less"
        yield Problem("training.truncate", "", f"{message} (0 for the whole of it)")
    wanted = training.loss
    if wanted != "auto" and (wanted == "cross_entropy") != (facts.loss == "cross_entropy"):
        yield Problem("training.loss", "", f'"{wanted}" does not fit this task; choose "{facts.loss}" or "auto"')
    elif wanted == "binary_cross_entropy" and facts.loss == "mse":
        yield Problem("training.loss", "", 'this task\'s targets are not 0 or 1; choose "mse" or "auto"')
