"""The gradient through time: how loudly the error still speaks at each step back, ‖∂L/∂h_t‖ (Pascanu et al., 2013)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.network.traces import NetTraces
from playground.ui.plots.geometry import MARKS
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style, contestant
from playground.ui.plots.layers import find_cell, hidden_id, states
from playground.ui.plots.legend import Entry
from playground.ui.plots.ranges import spread
from playground.ui.plots.ticks import Axis, nice_log_bounds
from playground.ui.plots.timeplot import TimePlot
from playground.ui.plots.words import tr

TOP = -1
FLOOR = 1e-14  # of the largest value: below it is rounding


class GradientPlot(TimePlot):
    """One solid curve per network for the hidden state; the cell state's gradient beside it, dashed."""

    name = "gradient"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Gradient through time"))
    logarithmic = True

    def build(self) -> None:
        super().build()
        self.log_y = True
        self._layer = self.add_chooser("layer", tr("layer"))
        self._found: dict[str, NDArray] = {}
        self._key: object = None
        self._range: tuple[float, float] | None = None

    def draw(self) -> None:
        networks = self.session.experiment.networks
        deepest = max((len(net.layers) for net in networks), default=0)
        choices: list[tuple[object, str]] = [(TOP, tr("last layer"))]
        if deepest > 1:
            choices += [(index, tr("layer {0}").format(index + 1)) for index in range(deepest)]
        self._layer.offer(choices)
        kinds, found = [], {}
        for index, net in enumerate(networks):
            for kind, values in self._of(index, self.traces_of(net.name)):
                found[f"{net.name} {kind}"] = values
                kinds.append((index, net.name, kind))
        self._found = found
        if not found:
            self._key = None
            self.set_series([], [])
            self.chart.set_message(tr(self.EMPTY))
            self.place_choosers()
            return
        if kinds != self._key:
            self._key, self._range = kinds, None
            self._begin(kinds)
        self.chart.set_message("")
        self.chart.frame.y_axis = Axis((tr("gradient norm ‖∂L/∂h‖ (loss per unit)"), "‖∂L/∂h‖"), log=self.log_y)
        self.update_times(max(len(values) for values in found.values()))
        for key, values in found.items():
            self.chart.curves[key].set_source(Line(self.times[: len(values)], values))
        self.chart.set_home(self.time_range(), self._bounds())

    def _of(self, index: int, traces: NetTraces | None) -> list[tuple[str, NDArray]]:
        """("h", [T]) and, where the layer has a cell state, ("c", [T])."""
        layers = self.session.experiment.networks[index].layers
        chosen = self._layer.currentData()
        if traces is None or not layers or (chosen is not None and chosen >= len(layers)):
            return []
        layer = layers[-1 if chosen is None else chosen]
        cell = find_cell(self.session.experiment, layer.cell)
        if cell is None:
            return []
        ids = [("h", hidden_id(cell)), *[("c", node.id) for node in states(cell) if node.role == "cell"][:1]]
        known = [(kind, f"{layer.id}/{id}") for kind, id in ids]
        return [(kind, traces.gradients[key]) for kind, key in known if key in traces.gradients]

    def _begin(self, kinds: list[tuple[int, str, str]]) -> None:
        curves, entries = [], []
        both = {kind for _, _, kind in kinds} == {"h", "c"}
        for index, name, kind in kinds:
            dash = (5.0, 3.0) if kind == "c" else ()
            mark = MARKS[index % len(MARKS)] if kind == "h" else ""
            style = Style(contestant(index), 1.6, dash, mark)
            text = f"{name} {kind}" if both else name
            curves.append(Curve(f"{name} {kind}", text, style, (f"{name} {kind}",)))
            entries.append(Entry(f"{name} {kind}", text, style))
        self.set_series(curves, entries)
        self.place_choosers()

    def _bounds(self) -> tuple[float, float]:
        found = spread(self._found.values(), positive=True) or (1e-3, 1.0)
        if not self.log_y:
            top = found[1] * 1.05
            before = self._range
            if before is None or not (before[0] == 0.0 and 0.4 * before[1] <= top <= before[1]):
                self._range = (0.0, top * 1.2)
            return self._range or (0.0, 1.0)
        low, high = nice_log_bounds(max(found[0], found[1] * FLOOR), found[1])
        before = self._range
        if before is None or before[0] > low or before[1] < high or high - low < 0.6 * (before[1] - before[0]):
            self._range = (low, high)
        return self._range or (low, high)

    def set_log_y(self, on: bool) -> None:
        self._range = None
        super().set_log_y(on)

    def columns(self) -> dict[str, Any]:
        self.refresh()
        if not self._found:
            return {}
        header, times = self.time_column()
        table: dict[str, Any] = {header: times}
        for key, values in self._found.items():
            name, kind = key.rsplit(" ", 1)
            column = np.full(len(times), np.nan)
            column[: len(values)] = values
            table[f"{name} gradient norm of {kind} [loss/1]"] = column
        return table
