"""Edits of the cells inside an experiment: the step from "inside a cell" to the document, and its undo.

A library cell is never changed: the first edit of a layer that uses one gives the experiment a cell of its own, and the
layer uses that from then on. All layers that use an own cell follow its edits.
"""

from msgspec.structs import replace

from playground.cell.edits import CellEdit
from playground.cell.graph import Cell, Gate, Init
from playground.cell.library import LIBRARY
from playground.cell.names import (
    LONGEST_ID,
    as_id,
    clean_label,
    free_id,
    free_label,
    is_id,
    parameter_names,
    renamed_init,
    renamed_parameter,
)
from playground.errors import BadInput
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.experiment.edits import AddLayer, AddNet, Edit, ReplaceCell, cell_of, net_of
from playground.experiment.schema import suggest
from playground.network.spec import Layer


def layer_of(experiment: Experiment, net: str, layer: str) -> Layer:
    """The layer with this id. Raises BadInput."""
    layers = {each.id: each for each in net_of(experiment, net).layers}
    if layer not in layers:
        raise BadInput(f"networks.{net}.layers.{layer}", "there is no such layer", suggest(layer, layers))
    return layers[layer]


def is_own(experiment: Experiment, name: str) -> bool:
    """Whether the experiment itself holds the cell of this name."""
    return any(cell.name == name for cell in experiment.cells)


def users(experiment: Experiment, name: str) -> list[tuple[str, str]]:
    """Network and id of every layer that uses the cell."""
    return [(net.name, layer.id) for net in experiment.networks for layer in net.layers if layer.cell == name]


def edit_cell(experiment: Experiment, net: str, layer: str, edit: CellEdit) -> "EditCell":
    """The edit of a layer's cell, with a label that tells how many layers follow. Raises BadInput."""
    name = layer_of(experiment, net, layer).cell
    return EditCell(net, layer, edit, len(users(experiment, name)) if is_own(experiment, name) else 1)


class EditCell(Edit, frozen=True):
    """An edit of the cell that a layer uses.

    An own copy of a library cell is made first ("LSTM (mine)"). Initialisers that a layer sets by parameter name follow
    nodes that are renamed, and go with the parameter. `followers`: how many layers use the cell, for the label.
    """

    net: str
    layer: str
    edit: CellEdit
    followers: int = 1

    def label(self) -> str:
        return self.edit.label() + (f" (in {self.followers} layers)" if self.followers > 1 else "")

    def target(self) -> str:
        inner = self.edit.setting()
        return f"networks.{self.net}.layers.{self.layer}.cell.{inner}" if inner else ""

    def apply(self, experiment: Experiment) -> Experiment:
        old = cell_of(experiment, layer_of(experiment, self.net, self.layer).cell)
        new = self.edit.apply(old)
        if new == old:
            return experiment
        if is_own(experiment, old.name):
            experiment = _with_cell(experiment, new)
            chosen = set(users(experiment, old.name))
        else:
            label = _mine(experiment, old.label or old.name) if new.label == old.label else new.label
            new = replace(new, name=free_id(_joined(old.name, "mine"), known_cells(experiment)), label=label)
            experiment = replace(experiment, cells=(*experiment.cells, new))
            chosen = {(self.net, self.layer)}
        return _followed(experiment, new, chosen, self.edit.renames())


class SaveCellAs(Edit, frozen=True):
    """The cell of a layer once more under another name; the layer uses the new one, the old one stays as it is.

    `name` "": after the label. `label` "": the next number ("my cell 2").
    """

    net: str
    layer: str
    name: str = ""
    text: str = ""

    def label(self) -> str:
        return f"save the cell as {self.text or self.name or 'a new version'}"

    def apply(self, experiment: Experiment) -> Experiment:
        old = cell_of(experiment, layer_of(experiment, self.net, self.layer).cell)
        new = _version(experiment, old, self.name, self.text)
        experiment = replace(experiment, cells=(*experiment.cells, new))
        return _followed(experiment, new, {(self.net, self.layer)}, {})


class RenameCell(Edit, frozen=True):
    """Another label for an own cell and, where `new` is given, another name; the layers follow."""

    old: str
    text: str
    new: str = ""

    def label(self) -> str:
        return f"rename {self.old} to {self.text or self.new}"

    def apply(self, experiment: Experiment) -> Experiment:
        cell = _own(experiment, self.old)
        new = self.new or self.old
        if new != self.old:
            _check_name(experiment, new)
        label = clean_label(self.text)
        if not label:
            raise BadInput(f"cells.{self.old}.label", "a cell needs a name", "type one")
        chosen = set(users(experiment, self.old))
        experiment = _with_cell(experiment, replace(cell, name=new, label=label), self.old)
        return _followed(experiment, replace(cell, name=new), chosen, {})


class DeleteCell(Edit, frozen=True):
    """An own cell that no layer uses."""

    name: str

    def label(self) -> str:
        return f"delete the cell {self.name}"

    def apply(self, experiment: Experiment) -> Experiment:
        _own(experiment, self.name)
        used = users(experiment, self.name)
        if used:
            net, layer = used[0]
            raise BadInput(f"cells.{self.name}", f"{layer} of {net} uses it", "give that layer another cell first")
        return replace(experiment, cells=tuple(cell for cell in experiment.cells if cell.name != self.name))


class AddOwnCell(Edit, frozen=True):
    """A cell from a file or from the palette. It gets another name where its own is taken by another cell."""

    cell: Cell

    def label(self) -> str:
        return f"add the cell {self.cell.label or self.cell.name}"

    def apply(self, experiment: Experiment) -> Experiment:
        return with_own_cell(experiment, self.cell)[0]


class PlaceCell(Edit, frozen=True):
    """A cell from the palette put to use, as one step: it joins the experiment's own cells where it is not known yet.

    With `net` and `layer` it replaces that layer's cell, with `net` and `index` it makes a new layer there, with
    neither a new network. `fresh`: always a copy of its own, as for a blank cell that one begins to draw on.
    """

    cell: Cell
    net: str = ""
    layer: str = ""
    index: int = -1
    fresh: bool = False

    def label(self) -> str:
        return f"use {self.cell.label or self.cell.name}"

    def apply(self, experiment: Experiment) -> Experiment:
        if self.fresh:
            new = _version(experiment, self.cell, "", "")
            experiment, name = replace(experiment, cells=(*experiment.cells, new)), new.name
        else:
            experiment, name = with_own_cell(experiment, self.cell)
        if not self.net:
            return AddNet(name).apply(experiment)
        if self.layer:
            return ReplaceCell(self.net, self.layer, name).apply(experiment)
        return AddLayer(self.net, self.index if self.index >= 0 else 10**6, name).apply(experiment)


class DuplicateCell(Edit, frozen=True):
    """A copy of any cell as one of the experiment's own: another version ("my cell 2")."""

    name: str

    def label(self) -> str:
        return f"duplicate the cell {self.name}"

    def apply(self, experiment: Experiment) -> Experiment:
        new = _version(experiment, cell_of(experiment, self.name), "", "")
        return replace(experiment, cells=(*experiment.cells, new))


def with_own_cell(experiment: Experiment, cell: Cell) -> tuple[Experiment, str]:
    """The experiment with this cell, and the name that it has there; nothing changes if it is known already."""
    known = known_cells(experiment)
    if known.get(cell.name) == cell:
        return experiment, cell.name
    for other in experiment.cells:
        if replace(other, name=cell.name, label=cell.label) == cell and _stem(other.label) == _stem(cell.label):
            return experiment, other.name
    name = free_id(cell.name if is_id(cell.name) else as_id(cell.name, "cell"), known)
    label = free_label(clean_label(cell.label) or name, _labels(experiment))
    return replace(experiment, cells=(*experiment.cells, replace(cell, name=name, label=label))), name


def _version(experiment: Experiment, old: Cell, name: str, text: str) -> Cell:
    """The cell under a name and a label that are free."""
    label = clean_label(text) or free_label(old.label or old.name, _labels(experiment))
    if name:
        _check_name(experiment, name)
    else:
        wanted = as_id(text, "cell") if clean_label(text) else old.name if is_id(old.name) else as_id(old.name, "cell")
        name = free_id(wanted, known_cells(experiment))
    return replace(old, name=name, label=label)


def _own(experiment: Experiment, name: str) -> Cell:
    """The experiment's own cell of this name. Raises BadInput."""
    own = {cell.name: cell for cell in experiment.cells}
    if name in own:
        return own[name]
    if name in LIBRARY:
        raise BadInput(name, "this cell belongs to the library", "save it under another name first")
    raise BadInput(name[:40] or "cell", "there is no such cell", suggest(name[:40], own))


def _check_name(experiment: Experiment, name: str) -> None:
    if not is_id(name):
        remedy = f"use small letters, digits and _, at most {LONGEST_ID}, a letter first"
        raise BadInput(f"cells.{name[:40]}", "this cannot be the name of a cell", remedy)
    if name in known_cells(experiment):
        raise BadInput(f"cells.{name}", "this name is taken", "choose another")


def _with_cell(experiment: Experiment, new: Cell, old: str = "") -> Experiment:
    """The experiment with its own cell called `old` (by itself: of the same name) replaced."""
    old = old or new.name
    cells = tuple(new if cell.name == old else cell for cell in experiment.cells)
    return replace(experiment, cells=cells)


def _followed(experiment: Experiment, cell: Cell, chosen: set[tuple[str, str]], renames: dict[str, str]) -> Experiment:
    """The experiment whose chosen layers use the cell, with the initialisers that still name something."""
    networks = []
    for net in experiment.networks:
        layers = tuple(
            replace(layer, cell=cell.name, init=_kept(layer.init, cell, renames))
            if (net.name, layer.id) in chosen
            else layer
            for layer in net.layers
        )
        networks.append(net if layers == net.layers else replace(net, layers=layers))
    return replace(experiment, networks=tuple(networks))


def _kept(init: dict[str, Init], cell: Cell, renames: dict[str, str]) -> dict[str, Init]:
    if not init:
        return init
    names = set(parameter_names(cell))
    gates = {node.id for node in cell.nodes if isinstance(node, Gate)}
    moved = {renamed_parameter(name, renames): renamed_init(value, renames) for name, value in init.items()}
    return {
        name: value
        for name, value in moved.items()
        if name in names and (value.kind != "chrono_opposite" or value.of in gates)
    }


def _mine(experiment: Experiment, label: str) -> str:
    return free_label(f"{label} (mine)", _labels(experiment))


def _labels(experiment: Experiment) -> list[str]:
    return [cell.label for cell in known_cells(experiment).values()]


def _joined(name: str, end: str) -> str:
    return f"{(name if is_id(name) else as_id(name, 'cell'))[: LONGEST_ID - len(end) - 1]}_{end}"


def _stem(label: str) -> str:
    """A label without the number that kept it apart from others."""
    head, _, tail = label.rpartition(" ")
    return head if head and tail.isdigit() else label
