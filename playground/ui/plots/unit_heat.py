"""A heatmap of the units of one node: rows are units, columns time steps, colours signed values."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.ui.plots.heat import ColourBar, HeatItem, signed_indices, signed_table
from playground.ui.plots.readout import Reading
from playground.ui.plots.ticks import Axis, value_text
from playground.ui.plots.timeplot import TimePlot
from playground.ui.plots.words import tr


class UnitHeat(TimePlot):
    """Base of such plots. A subclass has the choosers "layer" and "node", and calls `show_units` or `show_nothing`."""

    HEADER = "{0}.{1}.{2} [1]"  # of a column of the table: layer, node, unit

    def build(self) -> None:
        super().build()
        self._values: NDArray = np.zeros((0, 0))  # [T, units]
        self._heat, self._bar = HeatItem(signed_table), ColourBar()
        self.chart.add_heat(self._heat, self._bar)
        self.chart.frame.y_axis = Axis((tr("unit"),), integer=True)
        self.chart.extra_readings = self._reading

    def show_nothing(self, why: str) -> None:
        """A calm line."""
        self._heat.set_cells(np.zeros((0, 0), np.uint8), 0.0, 1.0)
        self.chart.set_message(why)
        self.place_choosers()

    def show_units(self, shades: NDArray, end: float, level: float = 1.0) -> None:
        """shades [T, units]: −level … level, NaN for none; `end` is the value that level stands for, as it is
        written."""
        length, units = shades.shape
        text = value_text(end, 2)
        self._bar.set_ends(f"−{text}", f"+{text}")
        self.chart.set_message("")
        self.update_times(length)
        low, high = self.time_range(0.5)
        self._heat.set_cells(signed_indices(shades.T, level), float(self.times[0]), (high - low) / length)
        self.place_choosers()
        self.chart.set_home((low, high), (-0.5, units - 0.5))

    def _reading(self, x: float, y: float) -> list[Reading]:
        if not self._values.size:
            return []
        at, unit = int(np.argmin(np.abs(self.times - x))), int(np.clip(round(y), 0, self._values.shape[1] - 1))
        value = float(self._values[at, unit])
        colour = self.theme.positive if value >= 0 else self.theme.negative
        return [Reading(tr("unit {0}").format(unit), value_text(value), colour, "square")]

    def columns(self) -> dict[str, Any]:
        self.refresh()
        layer, node = self.chooser("layer"), self.chooser("node")
        if not self._values.size or layer is None or node is None:
            return {}
        header, times = self.time_column()
        table: dict[str, Any] = {header: times}
        for unit in range(self._values.shape[1]):
            table[self.HEADER.format(layer.currentData()[1], node.currentData(), unit)] = self._values[:, unit]
        return table
