"""Plots that look into a layer: they choose which one, and follow what is selected on the canvas and inside a cell."""

import numpy as np
from numpy.typing import NDArray

from playground.network.traces import NetTraces, Traces
from playground.ui.plots.base import Plot
from playground.ui.plots.choosers import Chooser, same
from playground.ui.plots.layers import BACK, Choice, gates, layer_cell, layer_choices, trace_key
from playground.ui.plots.words import tr


class LayerPlot(Plot):
    """A subclass calls `make_layer_chooser` once and `offer_layers` in every `draw`. Choosers of the parts "unit" and
    "node" follow the cell editor."""

    def build(self) -> None:
        super().build()
        workshop = getattr(self.session, "workshop", None)
        if workshop is not None:  # methods, no lambdas: those would keep a closed plot alive
            workshop.inside_changed.connect(self._follow_layer)
            workshop.unit_changed.connect(self._follow_unit)
            workshop.chosen_changed.connect(self._follow_node)

    def make_layer_chooser(self) -> Chooser:
        """A chooser of network and layer that also follows the selection on the canvas."""
        self.one_layer = True
        chooser = self.add_chooser("layer", tr("network and layer"))
        self.session.selection_changed.connect(self._follow_layer)
        return chooser

    def take_unit(self, layer: object, unit: int) -> None:
        """A unit of a layer was clicked in another plot: look at it too, if this one shows the layer."""
        chooser, shown = self.chooser("unit"), self.chooser("layer")
        if self.follows and chooser is not None and shown is not None and shown.currentData() == layer:
            chooser.choose(unit)

    def _follow_layer(self, place: object) -> None:
        """place: the selection on the canvas, or the layer whose cell is open; None: neither."""
        net, layer, chooser = getattr(place, "net", ""), getattr(place, "layer", ""), self.chooser("layer")
        if self.follows and chooser is not None and net and layer:
            chooser.choose((net, layer))

    def _follow_unit(self, unit: int) -> None:
        inside = self.session.workshop.inside
        if inside is not None:
            self.take_unit((inside.net, inside.layer), unit)

    def _follow_node(self) -> None:
        chooser, nodes = self.chooser("node"), self.session.workshop.nodes
        if self.follows and chooser is not None and len(nodes) == 1:
            chooser.choose(nodes[0])

    def offer_layers(self, chooser: Chooser, backward: bool = True) -> Choice:
        """Bring the chooser up to date; at first the layer with the most gates is chosen. ("", "") without layers.

        backward: also offer the backward directions.
        """
        choices = layer_choices(self.session.experiment)
        if not backward:
            choices = [(data, text) for data, text in choices if not _backward(data)]
        if chooser.offers(choices) and (chosen := chooser.currentData()) is not None:
            return chosen  # type: ignore[no-any-return]
        known = {data for data, _ in choices}
        fresh = chooser.currentData() not in known
        chooser.offer(choices)
        if fresh and choices and not any(same(data, chooser.wanted) for data in known):
            cells = [(layer_cell(self.session.experiment, data), data) for data, _ in choices]  # type: ignore[arg-type]
            counts = [len(gates(cell)) if cell is not None else 0 for cell, _ in cells]
            chooser.blockSignals(True)
            chooser.setCurrentIndex(int(np.argmax(counts)))
            chooser.blockSignals(False)
        return chooser.currentData() or ("", "")

    def traces_of(self, net: str) -> NetTraces | None:
        """The traces of one network, None while there are none."""
        traces: Traces | None = self.session.traces
        for found in traces.networks if traces is not None else ():
            if found.name == net:
                return found
        return None

    def node_values(self, choice: Choice, node: object) -> NDArray:
        """The values [T, n] of a layer's node, [0, 0] while there are none."""
        traces = self.traces_of(choice[0])
        nodes = traces.nodes if traces is not None else {}
        return nodes.get(trace_key(choice[1], str(node)), np.zeros((0, 0))) if node else np.zeros((0, 0))

    def ghost_of(self, net: str) -> NetTraces | None:
        """The traces that those of `net` are compared with, None when there is no comparison."""
        ghosts: Traces | None = getattr(self.session, "ghosts", None)
        for found in ghosts.networks if ghosts is not None else ():
            if found.name == net:
                return found
        return None


def _backward(data: object) -> bool:
    return isinstance(data, tuple) and str(data[1]).endswith(BACK)
