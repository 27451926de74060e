"""The hidden state as a heatmap: units × time, blue positive, orange negative, zero the background."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.ui.plots.heat import ColourBar, HeatItem, signed_indices, signed_table
from playground.ui.plots.layers import layer_cell, maps, trace_key
from playground.ui.plots.readout import Reading
from playground.ui.plots.ticks import Axis, nice_upper, value_text
from playground.ui.plots.timeplot import TimePlot
from playground.ui.plots.words import tr


class HiddenPlot(TimePlot):
    """Colours have fixed levels, ±1 where the values stay within; larger values widen them for good."""

    name = "hidden"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Hidden state"))

    def build(self) -> None:
        super().build()
        self._layer = self.make_layer_chooser()
        self._node = self.add_chooser("node", tr("which values"))
        self._values: NDArray = np.zeros((0, 0))
        self._level, self._key = 1.0, None
        self._heat, self._bar = HeatItem(signed_table), ColourBar()
        self.chart.add_heat(self._heat, self._bar)
        self.chart.frame.y_axis = Axis((tr("unit"),), integer=True)
        self.chart.extra_readings = self._reading

    def draw(self) -> None:
        net, layer = choice = self.offer_layers(self._layer)
        cell, traces = layer_cell(self.session.experiment, choice), self.traces_of(net)
        self._node.offer(maps(cell) if cell is not None else [])
        node = self._node.currentData()
        self._values = (
            traces.nodes.get(trace_key(layer, node), np.zeros((0, 0))) if traces is not None else np.zeros((0, 0))
        )
        if not self._values.size:
            self._heat.set_cells(np.zeros((0, 0), np.uint8), 0.0, 1.0)
            self.chart.set_message(tr(self.EMPTY))
            self.place_choosers()
            return
        length, units = self._values.shape
        key: Any = (choice, node, units)
        if key != self._key:
            self._key, self._level = key, 1.0
        self._widen()
        self.chart.set_message("")
        self.update_times(length)
        low, high = self.time_range(0.5)
        step = (high - low) / length
        self._heat.set_cells(signed_indices(self._values.T, self._level), float(self.times[0]), step)
        self.place_choosers()
        self.chart.set_home((low, high), (-0.5, units - 0.5))

    def _widen(self) -> None:
        with np.errstate(invalid="ignore"):
            finite = self._values[np.isfinite(self._values)]
        largest = float(np.abs(finite).max()) if finite.size else 1.0
        if largest > self._level * 1.001:
            self._level = nice_upper(largest)
        text = value_text(self._level)
        self._bar.set_ends(f"−{text}", f"+{text}")

    def _reading(self, x: float, y: float) -> list[Reading]:
        if not self._values.size:
            return []
        at, unit = int(np.argmin(np.abs(self.times - x))), int(np.clip(round(y), 0, self._values.shape[1] - 1))
        value = float(self._values[at, unit])
        colour = self.theme.positive if value >= 0 else self.theme.negative
        return [Reading(tr("unit {0}").format(unit), value_text(value), colour, "square")]

    def columns(self) -> dict[str, Any]:
        self.refresh()
        if not self._values.size:
            return {}
        header, times = self.time_column()
        table: dict[str, Any] = {header: times}
        layer, node = self._layer.currentData()[1], self._node.currentData()
        for unit in range(self._values.shape[1]):
            table[f"{layer}.{node}.{unit} [1]"] = self._values[:, unit]
        return table
