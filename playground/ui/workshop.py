"""What is open in the cell workshop: which layer's cell, which of its nodes, which unit. Panels talk to it."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from playground.cell.check import CellError, check_cell
from playground.cell.edits import CellEdit
from playground.cell.graph import Cell
from playground.errors import BadInput
from playground.experiment.cell_edits import edit_cell
from playground.experiment.cells import known_cells
from playground.network.spec import Layer

if TYPE_CHECKING:
    from playground.ui.session import Session

MEAN = -1  # as a unit: the mean of all units


class Inside(NamedTuple):
    """The place in the experiment that is open."""

    net: str
    layer: str


class WireName(NamedTuple):
    """A wire: into input number `port` of node `target`."""

    source: str
    target: str
    port: int


def errors_of(cell: Cell) -> tuple[CellError, ...]:
    """What `check_cell` says."""
    return tuple(check_cell(cell))


class Workshop(QObject):
    """`session.workshop`. Outside any cell, `inside` is None and everything else is empty."""

    inside_changed = Signal(object)  # Inside | None
    cell_changed = Signal(object)  # the open Cell after an edit, undo or redo
    chosen_changed = Signal()  # nodes or wire
    unit_changed = Signal(int)

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self.session = session
        self.inside: Inside | None = None
        self.nodes: tuple[str, ...] = ()
        self.wire: WireName | None = None
        self.unit = MEAN
        self._cell: Cell | None = None
        self._nets: tuple[str, ...] = ()  # as they were called when the document was looked at last
        session.document_changed.connect(self._follow)

    # -- where ----------------------------------------------------------------------------------------------------

    def enter(self, net: str, layer: str) -> bool:
        """Open the cell of a layer. False when there is no such layer or cell."""
        place = Inside(net, layer)
        cell = self._find(place)
        if cell is None:
            return False
        self._nets = tuple(net.name for net in self.session.experiment.networks)
        self.inside, self._cell, self.nodes, self.wire, self.unit = place, cell, (), None, MEAN
        self.inside_changed.emit(place)
        return True

    def leave(self) -> None:
        """Back to the network."""
        if self.inside is not None:
            self.inside, self._cell, self.nodes, self.wire, self.unit = None, None, (), None, MEAN
            self.inside_changed.emit(None)

    @property
    def layer(self) -> Layer | None:
        """The layer whose cell is open."""
        return None if self.inside is None else self._layer(self.inside)

    @property
    def cell(self) -> Cell | None:
        """The open cell as it stands in the document (or in the library, until the first edit)."""
        return self._cell

    def errors(self) -> list[CellError]:
        """What keeps the open cell from being trained."""
        layer = self.layer
        if self._cell is None or layer is None:
            return []
        return list(errors_of(self._cell))

    def _layer(self, place: Inside) -> Layer | None:
        for net in self.session.experiment.networks:
            if net.name == place.net:
                return next((layer for layer in net.layers if layer.id == place.layer), None)
        return None

    def _find(self, place: Inside) -> Cell | None:
        layer = self._layer(place)
        return None if layer is None else known_cells(self.session.experiment).get(layer.cell)

    def _follow(self, _: object) -> None:
        before, self._nets = self._nets, tuple(net.name for net in self.session.experiment.networks)
        if self.inside is None:
            return
        if self.inside.net not in self._nets and self.inside.net in before and len(before) == len(self._nets):
            self.inside = Inside(self._nets[before.index(self.inside.net)], self.inside.layer)  # it has another name
            if self._find(self.inside) is not None:
                self.inside_changed.emit(self.inside)
        cell, layer = self._find(self.inside), self.layer
        if cell is None:
            self.leave()
            return
        if layer is not None and self.unit >= layer.units:
            self.set_unit(layer.units - 1)
        if cell != self._cell:
            self._cell = cell
            ids = {node.id for node in cell.nodes}
            kept = tuple(id for id in self.nodes if id in ids)
            wire = self.wire if self.wire and {self.wire.source, self.wire.target} <= ids else None
            self.cell_changed.emit(cell)
            if (kept, wire) != (self.nodes, self.wire):
                self.nodes, self.wire = kept, wire
                self.chosen_changed.emit()

    # -- what -----------------------------------------------------------------------------------------------------

    def choose(self, *nodes: str) -> None:
        """Select these nodes (none: nothing)."""
        if (nodes, None) != (self.nodes, self.wire):
            self.nodes, self.wire = nodes, None
            self.chosen_changed.emit()

    def choose_wire(self, wire: WireName | None) -> None:
        """Select one wire."""
        if ((), wire) != (self.nodes, self.wire):
            self.nodes, self.wire = (), wire
            self.chosen_changed.emit()

    def set_unit(self, unit: int) -> None:
        """Look at one unit, or at `MEAN`."""
        if unit != self.unit:
            self.unit = unit
            self.unit_changed.emit(unit)

    def apply(self, edit: CellEdit, merge: bool = False) -> bool:
        """Change the open cell, as one undo step. False: it was refused, and a notice says why."""
        if self.inside is None:
            return False
        return self.session.apply(edit_cell(self.session.experiment, *self.inside, edit), merge)

    def try_apply(self, edit: CellEdit, merge: bool = False) -> BadInput | None:
        """The same; what is wrong with the edit is returned, and said where it was made."""
        if self.inside is None:
            return BadInput("cell", "no cell is open", "double-click a layer")
        return self.session.try_apply(edit_cell(self.session.experiment, *self.inside, edit), merge)

    # -- what it computes -------------------------------------------------------------------------------------------

    def values(self, node: str) -> np.ndarray | None:
        """A node's values over the probe sequence [T, n], None before the first traces or for a node that is new."""
        found = self._traces()
        return None if found is None or self.inside is None else found.nodes.get(f"{self.inside.layer}/{node}")

    def gradient(self, node: str) -> np.ndarray | None:
        """‖∂L/∂node_t‖₂ [T], for outputs and the sources of memories."""
        found = self._traces()
        return None if found is None or self.inside is None else found.gradients.get(f"{self.inside.layer}/{node}")

    def _traces(self):  # type: ignore[no-untyped-def]
        traces = self.session.traces
        if traces is None or self.inside is None:
            return None
        return next((net for net in traces.networks if net.name == self.inside.net), None)
