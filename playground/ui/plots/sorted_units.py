"""All units of one node as rows of a heatmap, those with the largest mean on top."""

import numpy as np
from numpy.typing import NDArray

from playground.ui.plots.chart import Chart
from playground.ui.plots.heat import ColourBar, HeatItem, signed_indices, signed_table
from playground.ui.plots.readout import Reading
from playground.ui.plots.ticks import Axis, nice_upper, value_text
from playground.ui.plots.words import tr

STEADY = 0.02  # of the level: neighbours whose means are out of order by less keep their places


class SortedUnits:
    """Turns a chart into this heatmap, and back. Levels are ±1 where the values stay within; larger ones widen them."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self._heat, self._bar = HeatItem(signed_table), ColourBar()
        self._values: NDArray = np.zeros((0, 0))
        self._times: NDArray = np.zeros(0)
        self._order: NDArray[np.intp] = np.zeros(0, np.intp)
        self._level, self._key = 1.0, None
        chart.add_heat(self._heat, self._bar)
        self.show(False)

    def show(self, on: bool) -> None:
        """The heatmap, or curves."""
        if on != self.chart.heat_on or not on:
            self.chart.show_heat(on)
        self.chart.extra_readings = self._reading if on else None

    def update(self, values: NDArray, times: NDArray, name: str, key: object) -> int:
        """values [T, H] at times [T]. key: what the levels and the order belong to. Returns the number of rows."""
        self._values, self._times = np.asarray(values, np.float64), times
        if key != self._key:
            self._key, self._level = key, 1.0  # type: ignore[assignment]
            self._order = np.zeros(0, np.intp)
        finite = self._values[np.isfinite(self._values)]
        largest = float(np.abs(finite).max(initial=0.0))
        if largest > self._level * 1.001:
            self._level = nice_upper(largest)
        text = value_text(self._level)
        self._bar.set_ends(f"−{text}", f"+{text}")
        self._order = steady_order(self._values.mean(axis=0), self._order, STEADY * self._level)
        names = tuple(str(unit) for unit in self._order)
        self.chart.frame.y_axis = Axis((tr("unit of {0}, largest mean on top").format(name), tr("unit")), names=names)
        step = float(times[-1] - times[0]) / max(1, len(times) - 1) or 1.0
        cells = signed_indices(self._values[:, self._order].T, self._level)
        self._heat.set_cells(cells, float(times[0]), step)
        return len(self._order)

    def unit_at(self, row: float) -> int:
        """Which unit a row is; -1 beyond them."""
        place = round(row)
        return int(self._order[place]) if 0 <= place < len(self._order) else -1

    def _reading(self, x: float, y: float) -> list[Reading]:
        unit = self.unit_at(float(np.clip(y, 0, max(0, len(self._order) - 1))))
        if unit < 0:
            return []
        value = float(self._values[int(np.argmin(np.abs(self._times - x))), unit])
        mean = value_text(float(self._values[:, unit].mean()))
        colour = self.chart.theme.positive if value >= 0 else self.chart.theme.negative
        said = tr("unit {0} (mean {1})").format(unit, mean)
        return [Reading(said, value_text(value), colour, "square")]


def steady_order(means: NDArray, before: NDArray[np.intp], slack: float) -> NDArray[np.intp]:
    """The units by falling mean. The order of `before` stays while no two neighbours in it are out of order by more
    than `slack`, so that rows do not jump at every step of the training. Means that are not finite come last."""
    means = np.where(np.isfinite(means), means, -np.inf)
    if len(before) == len(means):
        with np.errstate(invalid="ignore"):
            risen = np.diff(means[before])
        if not (risen > slack).any():
            return before
    return np.argsort(-means, kind="stable")
