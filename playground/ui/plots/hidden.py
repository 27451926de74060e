"""Any node of a layer as a heatmap, the hidden state at first: units × time, blue positive, orange negative."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.network.traces import NetTraces
from playground.ui.interventions.words import stretches
from playground.ui.plots.layers import every_node, layer_cell, trace_key
from playground.ui.plots.ranges import spread
from playground.ui.plots.ticks import nice_upper
from playground.ui.plots.unit_heat import UnitHeat
from playground.ui.plots.words import tr


class HiddenPlot(UnitHeat):
    """Colours have fixed levels, ±1 where the values stay within; larger values widen them for good."""

    name = "hidden"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Units over time"))
    SHORT = str(QT_TRANSLATE_NOOP("Plot", "Units"))
    group = "memory"

    def build(self) -> None:
        super().build()
        self._layer = self.make_layer_chooser()
        self._node = self.add_chooser("node", tr("which values"))
        self._against = self.add_chooser("against", tr("the values, or what interventions change of them"))
        self._level, self._key = 1.0, None
        self.chart.picked.connect(self._pick_unit)

    def draw(self) -> None:
        net, layer = choice = self.offer_layers(self._layer)
        cell, traces = layer_cell(self.session.experiment, choice), self.traces_of(net)
        self._node.offer(every_node(cell) if cell is not None else [])
        node = self._node.currentData()
        self._values = _of(traces, trace_key(layer, node))
        before = _of(self.ghost_of(net), trace_key(layer, node))
        alike = before.shape == self._values.shape and before.size > 0
        self._against.offer([("values", tr("values")), ("change", tr("change by interventions"))] if alike else [])
        if alike and self._against.currentData() == "change":
            self._values = self._values - before
        if not self._values.size:
            self.show_nothing(tr(self.EMPTY))
            return
        length, units = self._values.shape
        key: Any = (choice, node, units)
        if key != self._key:
            self._key, self._level = key, 1.0
        self._widen()
        self.show_units(self._values, self._level, self._level)
        self.mark_stretches(stretches(self.session.experiment.interventions, net, layer, length))

    def _widen(self) -> None:
        low, high = spread([self._values]) or (-1.0, 1.0)
        largest = max(-low, high)
        if largest > self._level * 1.001:
            self._level = nice_upper(largest)

    def _pick_unit(self, _: float, row: float) -> None:
        unit = round(row)
        if self._values.size and 0 <= unit < self._values.shape[1]:
            self.unit_picked.emit(self._layer.currentData(), unit)


def _of(traces: NetTraces | None, key: str) -> NDArray:
    """The values of a node [T, n], nothing where there are none."""
    return traces.nodes.get(key, np.zeros((0, 0))) if traces is not None else np.zeros((0, 0))
