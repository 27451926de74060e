"""Everything a person can do to an experiment, as data.

Each edit has a `label` for the undo menu and `apply`, which returns the new experiment or raises BadInput. What an edit
does not mention stays as it is.
"""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from playground.cell.graph import Cell
from playground.cell.library import LIBRARY
from playground.errors import BadInput
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.experiment.paths import set_path
from playground.experiment.schema import suggest
from playground.network.spec import Layer, Net
from playground.tasks.spec import AnyTask

DEFAULT_UNITS = 16


def cell_of(experiment: Experiment, name: str) -> Cell:
    """The experiment's own cell of this name, or the library's. Raises BadInput."""
    known = known_cells(experiment)
    if name not in known:
        raise BadInput(name or "cell", "there is no such cell", suggest(name, known))
    return known[name]


def net_of(experiment: Experiment, name: str) -> Net:
    """The network of this name. Raises BadInput."""
    for net in experiment.networks:
        if net.name == name:
            return net
    names = [net.name for net in experiment.networks]
    raise BadInput(f"networks.{name}", "there is no such network", suggest(name, names))


def unique_name(wanted: str, taken: list[str]) -> str:
    """`wanted`, or `wanted 2`, `wanted 3`, … where that is taken."""
    name, n = wanted, 2
    while name in taken:
        name, n = f"{wanted} {n}", n + 1
    return name


class Edit(Struct, frozen=True):
    """What every edit can do."""

    def label(self) -> str:
        """A few words for the undo menu: "add LSTM"."""
        raise NotImplementedError

    def target(self) -> str:
        """The path of the one setting that is set, or nothing: edits of the same setting can be one undo."""
        return ""

    def apply(self, experiment: Experiment) -> Experiment:
        """The experiment after this edit. Raises BadInput."""
        raise NotImplementedError


class AddNet(Edit, frozen=True):
    """One more contestant, of one layer. `name`: by itself the cell's label; `units` 0: as the last network has."""

    cell: str
    name: str = ""
    units: int = 0

    def label(self) -> str:
        return f"add {self.name or _label(self.cell)}"

    def apply(self, experiment: Experiment) -> Experiment:
        cell = cell_of(experiment, self.cell)
        taken = [net.name for net in experiment.networks]
        name = self.name.strip()
        if name in taken:
            raise BadInput(f"networks.{name}", "this name is taken", "choose another")
        last = experiment.networks[-1].layers if experiment.networks else ()
        layer = _layer("layer1", self.cell, self.units or (last[-1].units if last else DEFAULT_UNITS))
        net = Net(name or unique_name(cell.label or cell.name, taken), (layer,))
        return replace(experiment, networks=(*experiment.networks, net))


class RemoveNet(Edit, frozen=True):
    """One contestant less."""

    name: str

    def label(self) -> str:
        return f"remove {self.name}"

    def apply(self, experiment: Experiment) -> Experiment:
        net_of(experiment, self.name)
        return replace(experiment, networks=tuple(net for net in experiment.networks if net.name != self.name))


class RenameNet(Edit, frozen=True):
    """Another name for a contestant."""

    old: str
    new: str

    def label(self) -> str:
        return f"rename {self.old} to {self.new}"

    def apply(self, experiment: Experiment) -> Experiment:
        net = net_of(experiment, self.old)
        new = self.new.strip()
        if not new:
            raise BadInput(f"networks.{self.old}.name", "a network needs a name", "type one")
        if new != self.old and new in [other.name for other in experiment.networks]:
            raise BadInput(f"networks.{self.old}.name", f'"{new}" is taken', "choose another")
        return _with_net(experiment, self.old, replace(net, name=new))


class AddLayer(Edit, frozen=True):
    """A layer before the one that now has number `index` (at the end: one past the last). `units` 0: as a neighbour."""

    net: str
    index: int
    cell: str
    units: int = 0

    def label(self) -> str:
        return f"add a layer of {_label(self.cell)}"

    def apply(self, experiment: Experiment) -> Experiment:
        net = net_of(experiment, self.net)
        cell_of(experiment, self.cell)
        index = min(max(self.index, 0), len(net.layers))
        near = net.layers[index - 1] if index else (net.layers[0] if net.layers else None)
        units = self.units or (near.units if near else DEFAULT_UNITS)
        layers = list(net.layers)
        layers.insert(index, _layer(_next_id(net), self.cell, units))
        return _with_net(experiment, self.net, replace(net, layers=tuple(layers)))


class RemoveLayer(Edit, frozen=True):
    """One layer less."""

    net: str
    layer: str

    def label(self) -> str:
        return "remove a layer"

    def apply(self, experiment: Experiment) -> Experiment:
        net, index = _find_layer(experiment, self.net, self.layer)
        layers = net.layers[:index] + net.layers[index + 1 :]
        return _with_net(experiment, self.net, replace(net, layers=layers))


class MoveLayer(Edit, frozen=True):
    """The layer to place `index`, counted in the new order."""

    net: str
    layer: str
    index: int

    def label(self) -> str:
        return "move a layer"

    def apply(self, experiment: Experiment) -> Experiment:
        net, old = _find_layer(experiment, self.net, self.layer)
        layers = list(net.layers)
        moved = layers.pop(old)
        layers.insert(min(max(self.index, 0), len(layers)), moved)
        return _with_net(experiment, self.net, replace(net, layers=tuple(layers)))


class SetUnits(Edit, frozen=True):
    """How many units a layer has."""

    net: str
    layer: str
    units: int

    def label(self) -> str:
        return f"set units to {self.units}"

    def target(self) -> str:
        return f"networks.{self.net}.layers.{self.layer}.units"

    def apply(self, experiment: Experiment) -> Experiment:
        _find_layer(experiment, self.net, self.layer)
        return set_path(experiment, self.target(), self.units)


class ReplaceCell(Edit, frozen=True):
    """Another cell in a layer. The units stay; initialisers that were named for the old cell go.

    A network of this one layer that is still called after its old cell is called after the new one.
    """

    net: str
    layer: str
    cell: str

    def label(self) -> str:
        return f"replace the cell by {_label(self.cell)}"

    def apply(self, experiment: Experiment) -> Experiment:
        net, index = _find_layer(experiment, self.net, self.layer)
        new = cell_of(experiment, self.cell)
        old = net.layers[index]
        if old.cell == self.cell:
            return experiment
        layers = (*net.layers[:index], _layer(old.id, self.cell, old.units), *net.layers[index + 1 :])
        others = [other.name for other in experiment.networks if other.name != self.net]
        name = net.name
        if len(layers) == 1 and name == unique_name(_label(old.cell, experiment), others):
            name = unique_name(new.label or new.name, others)
        return _with_net(experiment, self.net, replace(net, name=name, layers=layers))


class SetTask(Edit, frozen=True):
    """Another source of sequences, or the same with other settings."""

    task: AnyTask

    def label(self) -> str:
        return "change the sequence"

    def apply(self, experiment: Experiment) -> Experiment:
        return set_path(experiment, "task", self.task)


class SetValue(Edit, frozen=True):
    """One setting by its path (see `playground.experiment.paths`), to a value as it stands in JSON."""

    path: str
    value: Any

    def label(self) -> str:
        name = self.path.rsplit(".", 1)[-1].replace("_", " ")
        plain = isinstance(self.value, str | int | float) and len(str(self.value)) <= 24
        return f"set {name} to {self.value}" if plain else f"change {name}"

    def target(self) -> str:
        return self.path

    def apply(self, experiment: Experiment) -> Experiment:
        return set_path(experiment, self.path, self.value)


class SetSeed(Edit, frozen=True):
    """The number that all randomness of the experiment comes from."""

    seed: int

    def label(self) -> str:
        return f"set seed to {self.seed}"

    def target(self) -> str:
        return "seed"

    def apply(self, experiment: Experiment) -> Experiment:
        return set_path(experiment, self.target(), self.seed)


class Together(Edit, frozen=True):
    """Several edits, in order, as one step that can be undone. `text` is the label."""

    edits: tuple[Edit, ...]
    text: str

    def label(self) -> str:
        return self.text

    def apply(self, experiment: Experiment) -> Experiment:
        for edit in self.edits:
            experiment = edit.apply(experiment)
        return experiment


class ReplaceExperiment(Edit, frozen=True):
    """A whole other experiment, as one step that can be undone. `text` is the label."""

    experiment: Experiment
    text: str

    def label(self) -> str:
        return self.text

    def apply(self, experiment: Experiment) -> Experiment:
        return self.experiment


def _label(cell: str, experiment: Experiment | None = None) -> str:
    """What people call a cell."""
    known = (known_cells(experiment) if experiment else LIBRARY).get(cell)
    return (known.label or known.name) if known else cell


def _layer(id: str, cell: str, units: int) -> Layer:
    if not 1 <= units <= 4096:
        raise BadInput("units", f"found {units}", "give a whole number from 1 to 4096")
    return Layer(id, cell, units)


def _next_id(net: Net) -> str:
    """An id that no layer of this network has: one above the highest number in use."""
    numbers = [int(layer.id.removeprefix("layer")) for layer in net.layers if layer.id.removeprefix("layer").isdigit()]
    return f"layer{max(numbers, default=0) + 1}"


def _find_layer(experiment: Experiment, net_name: str, layer: str) -> tuple[Net, int]:
    net = net_of(experiment, net_name)
    ids = [each.id for each in net.layers]
    if layer not in ids:
        raise BadInput(f"networks.{net_name}.layers.{layer}", "there is no such layer", suggest(layer, ids))
    return net, ids.index(layer)


def _with_net(experiment: Experiment, name: str, net: Net) -> Experiment:
    """The experiment with the first network called `name` replaced by `net`."""
    index = [other.name for other in experiment.networks].index(name)
    networks = (*experiment.networks[:index], net, *experiment.networks[index + 1 :])
    return replace(experiment, networks=networks)
