"""Puts what the network does on the items: traces of gates, values and gradients of wires, at the chosen step."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from playground.ui.cell_canvas.flows import Flows
from playground.ui.cell_canvas.items.ends import EndItem
from playground.ui.cell_canvas.items.gate import GateItem, GateState
from playground.ui.cell_canvas.looks import gradient_text, value_text, word_for
from playground.ui.cell_canvas.picture import Picture
from playground.ui.workshop import MEAN, Workshop

Array = NDArray[np.floating]
NAN = float("nan")


class Readings:
    """What the open cell does, for one unit or the mean of all. `gradients`: wires tell those instead of values.

    next_layer, next_step: words below the wires that leave the cell.
    """

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.gradients = False
        self.flows = Flows(workshop)

    def value(self, id: str) -> float:
        """A node's value at the chosen step, not a number where nothing is known."""
        return self._at(self.workshop.values(id))

    def gradient(self, id: str) -> float:
        """‖∂L/∂node‖ at the chosen step, not a number where it is not known."""
        found = self.norms(id)
        time = self.workshop.session.time
        return float(found[time]) if found is not None and 0 <= time < len(found) else NAN

    def norms(self, id: str) -> Array | None:
        """‖∂L/∂node_t‖ [T]: with the traces, or asked for because gradients are looked at."""
        traced = self.workshop.gradient(id)
        return traced if traced is not None else self.flows.norms(id)

    def text(self, id: str, traced: str = "") -> str:
        """What the wires of a node tell. traced: the node whose gradient it is, when that is another one."""
        if self.gradients:
            norm = self.gradient(traced or id)
            return "" if math.isnan(norm) else f"∂L {gradient_text(norm)}"
        value = self.value(id)
        return "" if math.isnan(value) else value_text(value)

    def _at(self, values: Array | None) -> float:
        time, unit = self.workshop.session.time, self.workshop.unit
        if values is None or not 0 <= time < len(values) or values.ndim != 2 or not values.shape[1]:
            return NAN
        row = values[time]
        return float(row[unit]) if 0 <= unit < len(row) else float(row.mean())

    def gate(self, item: GateItem) -> GateState:
        """Everything a gate's card shows. Where gradients are looked at, their trace is drawn over the largest one."""
        if self.gradients and (norms := self.norms(item.look.id)) is not None:
            peak = float(np.nanmax(norms, initial=0.0)) or 1.0
            return GateState(norms / peak, None, None, self.workshop.session.time, self.text(item.look.id))
        values = self.workshop.values(item.look.id)
        time, unit = self.workshop.session.time, self.workshop.unit
        if values is None or values.ndim != 2 or not values.size:
            return GateState(None, None, None, time, "")
        value = self._at(values)
        word = word_for(item.look, value)
        text = f"{value_text(value)} {word}".rstrip()
        if unit != MEAN and unit < values.shape[1]:
            return GateState(values[:, unit], None, None, time, text)
        if values.shape[1] == 1:
            return GateState(values[:, 0], None, None, time, text)
        return GateState(values.mean(axis=1), values.min(axis=1), values.max(axis=1), time, text)


def fill(picture: Picture, readings: Readings, tr: Callable[[str], str]) -> None:
    """Bring all items up to date."""
    cell = picture.cell
    sources = {node.id: getattr(node, "source", "") for node in cell.nodes}
    for item in picture.nodes.values():
        if isinstance(item, GateItem):
            item.set_values(readings.gate(item))
        elif isinstance(item, EndItem):
            if item.look.kind == "output":
                item.set_note(tr("next layer"))
            else:
                text = readings.text(item.look.id, sources.get(item.look.id, ""))
                item.set_note("" if readings.gradients and item.look.kind == "memory" else text)
    for id, chip in picture.chips.items():
        chip.set_text(readings.text(id))
