"""Networks of a document and networks that run: which are the same, and whether they can be told apart."""

from collections.abc import Mapping, Sequence

from playground.cell.graph import Cell
from playground.cell.names import what_is_computed
from playground.errors import BadInput
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.network.spec import Net
from playground.training.trainer import Trainer


def match(old: Sequence[Net], new: Sequence[Net]) -> tuple[int, ...]:
    """For each new network the number of the old one that it was, -1 for none: by name, then by equal layers."""
    names = {net.name: number for number, net in enumerate(old)}
    sources = [names.get(net.name, -1) for net in new]
    for place, net in enumerate(new):
        if sources[place] < 0:
            layers = [(layer.id, layer.cell) for layer in net.layers]
            for number, before in enumerate(old):
                if number not in sources and layers == [(layer.id, layer.cell) for layer in before.layers]:
                    sources[place] = number
                    break
    return tuple(sources)


def same_cell(one: Cell | None, other: Cell | None) -> bool:
    """Whether two cells compute the same, wherever their nodes lie on the canvas."""
    if one is None or other is None:
        return one is other
    return one is other or what_is_computed(one) == what_is_computed(other)


def check_names(experiment: Experiment) -> None:
    """Raises BadInput where there is no network, or two of the same name."""
    names = [net.name for net in experiment.networks]
    if not names:
        raise BadInput("networks", "there is no network", "add one")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadInput("networks", f'"{twice}" is the name of several networks', "rename one")


def fits(trainer: Trainer, net: Net, cells: Mapping[str, Cell], old: Experiment, new: Experiment) -> bool:
    """Whether a network that runs in the old document is what the new one asks for, but for its name."""
    before = known_cells(old)
    return (
        new.task == old.task
        and (net.layers, net.readout) == (trainer.net.layers, trainer.net.readout)
        and all(same_cell(cells.get(layer.cell), before.get(layer.cell)) for layer in net.layers)
        and new.training.loss == old.training.loss
        and new.training.precision == old.training.precision
    )
