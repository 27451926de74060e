"""What can be done on the canvas: each method is one edit and one undo. Gestures, keys and menus all come here."""

from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QObject

from playground.experiment.edits import (
    AddLayer,
    AddNet,
    MoveLayer,
    RemoveLayer,
    RemoveNet,
    RenameNet,
    ReplaceCell,
    ReplaceExperiment,
    SetUnits,
    unique_name,
)
from playground.network.spec import Net
from playground.ui.cell_panels.shelf import BLANK
from playground.ui.session import Session
from playground.ui.state import Selection


class CanvasEdits(QObject):
    """Networks and layers are named by their places, as the canvas shows them. What is new is selected."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session

    def cells(self) -> dict[str, str]:
        """Name → label of every cell that a layer can be made of; the experiment's own come first."""
        return self.session.shelf.choices(self.session.experiment)

    def add_net(self, cell: str) -> bool:
        if not self._use(AddNet(cell, units=self.session.matching.units_for(cell))):
            return False
        self._select_layer(len(self.session.experiment.networks) - 1, 0)
        self._open_blank(cell)
        return True

    def insert_layer(self, net: int, index: int, cell: str) -> bool:
        name = self._net(net).name
        if not self._use(AddLayer(name, index, cell)):
            return False
        self._select_layer(net, index)
        self._open_blank(cell)
        return True

    def replace_cell(self, net: int, index: int, cell: str) -> bool:
        before = self._net(net)
        if not self._use(ReplaceCell(before.name, before.layers[index].id, cell)):
            return False
        self._select_layer(net, index)  # the network may have another name now
        self._open_blank(cell)
        return True

    def remove_layer(self, net: int, index: int) -> bool:
        """Without its only layer a network is nothing: then the network goes."""
        before = self._net(net)
        if len(before.layers) < 2:
            return self.remove_net(net)
        return self.session.apply(RemoveLayer(before.name, before.layers[index].id))

    def remove_net(self, net: int) -> bool:
        return self.session.apply(RemoveNet(self._net(net).name))

    def move_layer(self, net: int, old: int, new: int) -> bool:
        """`new`: counted in the new order."""
        before = self._net(net)
        if not (0 <= new < len(before.layers)) or new == old:
            return False
        return self.session.apply(MoveLayer(before.name, before.layers[old].id, new))

    def set_units(self, net: int, index: int, units: int) -> bool:
        before = self._net(net)
        return self.session.apply(SetUnits(before.name, before.layers[index].id, units))

    def rename_net(self, net: int, name: str) -> bool:
        before = self._net(net).name
        if not self.session.apply(RenameNet(before, name)):
            return False
        self.session.select(Selection("net", self._net(net).name))
        return True

    def duplicate_net(self, net: int) -> bool:
        """A copy right below the original."""
        experiment = self.session.experiment
        original = self._net(net)
        copy = replace(original, name=unique_name(original.name, [other.name for other in experiment.networks]))
        networks = (*experiment.networks[: net + 1], copy, *experiment.networks[net + 1 :])
        text = self.tr("duplicate {0}").format(original.name)
        if not self.session.apply(ReplaceExperiment(replace(experiment, networks=networks), text)):
            return False
        self.session.select(Selection("net", copy.name))
        return True

    def set_task(self, key: str) -> bool:
        """A sequence of the palette."""
        return self.session.feed_sequence(key)

    def remove_selected(self) -> bool:
        """What Delete does: the selected layer, or the whole network."""
        place = self.selected()
        if place is None:
            return False
        net, layer = place
        return self.remove_net(net) if layer < 0 else self.remove_layer(net, layer)

    def selected(self) -> tuple[int, int] | None:
        """Places of the selected network and layer (-1: the whole network), None when it is neither."""
        chosen: Any = self.session.selection
        if chosen is None or chosen.kind not in ("net", "layer"):
            return None
        for number, net in enumerate(self.session.experiment.networks):
            if net.name == chosen.net:
                ids = [layer.id for layer in net.layers]
                return number, ids.index(chosen.layer) if chosen.layer in ids else -1
        return None

    def _use(self, edit: AddNet | AddLayer | ReplaceCell) -> bool:
        """An edit that names a cell, also one that lies on the shelf."""
        return self.session.apply(self.session.shelf.edit(edit, self.session.experiment))

    def _open_blank(self, cell: str) -> None:
        """A blank cell is there to be drawn on."""
        chosen = self.session.selection
        if cell == BLANK and chosen is not None:
            self.session.workshop.enter(chosen.net, chosen.layer)

    def _net(self, net: int) -> Net:
        return self.session.experiment.networks[net]

    def _select_layer(self, net: int, index: int) -> None:
        after = self._net(net)
        self.session.select(Selection("layer", after.name, after.layers[index].id))
