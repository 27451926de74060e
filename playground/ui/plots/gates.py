"""Gates over time: every gate of a layer along the probe sequence, and the cell state dashed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.ui.interventions.words import stretches
from playground.ui.plots.choosers import units_text
from playground.ui.plots.geometry import MARKS
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style, role_colour
from playground.ui.plots.layers import Shown, gates, layer_cell, trace_key
from playground.ui.plots.legend import Entry
from playground.ui.plots.ranges import spread, value_range
from playground.ui.plots.sorted_units import SortedUnits
from playground.ui.plots.ticks import Axis
from playground.ui.plots.timeplot import TimePlot
from playground.ui.plots.words import tr

MEAN, ALL = -1, -2  # in place of a unit's number


class GatesPlot(TimePlot):
    """One unit, or the mean over units with a band of one standard deviation (never beyond the extremes), or all units
    of one gate as a heatmap, sorted."""

    name = "gates"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Gates"))
    group = "memory"

    def build(self) -> None:
        super().build()
        self._layer = self.make_layer_chooser()
        self._unit = self.add_chooser("unit", tr("one unit, the mean of all, or all of them"))
        self._node = self.add_chooser("node", tr("which gate"))
        self._sorted = SortedUnits(self.chart)
        self.chart.picked.connect(self._pick_unit)
        self._shown: list[Shown] = []
        self._key: object = None
        self._range: tuple[float, float] | None = None
        self._label()

    def _label(self) -> None:
        texts = (tr("gates and state (no unit)"), tr("activation (no unit)"), tr("activation"))
        self.chart.frame.y_axis = Axis(texts)

    def draw(self) -> None:
        net, layer = choice = self.offer_layers(self._layer)
        cell, traces = layer_cell(self.session.experiment, choice), self.traces_of(net)
        shown = gates(cell) if cell is not None else []
        nodes = traces.nodes if traces is not None else {}
        values = {node.id: nodes[trace_key(layer, node.id)] for node in shown if trace_key(layer, node.id) in nodes}
        if not values:
            self._key = None
            self._sorted.show(False)
            self.set_series([], [])
            self.chart.set_message(tr(self.EMPTY))
            self.place_choosers()
            return
        first = next(iter(values.values()))
        self._offer_units(first.shape[1])
        whole = self._unit.currentData() == ALL
        key = (choice, tuple(s for s in shown if s.id in values), first.shape, whole)
        if key != self._key:
            self._key, self._range = key, None
            self._begin([s for s in shown if s.id in values], whole)
        self.chart.set_message("")
        self.update_times(first.shape[0])
        if whole:
            self._fill_sorted(values, choice)
            self.mark_stretches(stretches(self.session.experiment.interventions, net, layer, first.shape[0]))
        else:
            self._fill(values)
            self._compare(net, layer)

    def _offer_units(self, units: int) -> None:
        choices: list[tuple[object, str]] = [(MEAN, tr("mean of {0} units").format(units))]
        if units > 1:
            choices.append((ALL, tr("all units, sorted")))
        self._unit.offer([*choices, *units_text(units)])

    def _fill_sorted(self, values: dict[str, NDArray], choice: object) -> None:
        node = str(self._node.currentData())
        rows = self._sorted.update(values[node], self.times, self._node.currentText(), (choice, node))
        self.chart.set_home(self.time_range(0.5), (-0.5, rows - 0.5))

    def _pick_unit(self, _: float, row: float) -> None:
        unit = self._sorted.unit_at(row) if self.chart.heat_on else -1
        if unit >= 0:
            self.unit_picked.emit(self._layer.currentData(), unit)

    def _begin(self, shown: list[Shown], whole: bool) -> None:
        self._shown = shown
        self._sorted.show(whole)
        self._node.offer([(node.id, node.label) for node in shown] if whole else [])
        if whole:
            self.set_series([], [])
            self.draw_ghosts({})
            self.place_choosers()
            return
        self._label()
        curves, entries = [], []
        for number, node in enumerate(shown):
            dash = (5.0, 3.0) if node.state else ()
            style = Style(role_colour(node.role), 1.6, dash, MARKS[number % len(MARKS)])
            curves.append(Curve(node.id, node.label, style, (node.id,)))
            entries.append(Entry(node.id, node.label, style))
        self.set_series(curves, entries)
        self.place_choosers()

    def _fill(self, values: dict[str, NDArray]) -> None:
        unit = self._unit.currentData()
        drawn: list[NDArray] = []
        lines = all_summarised([values[node.id] for node in self._shown], MEAN if unit is None else unit)
        for node, (mean, band) in zip(self._shown, lines, strict=True):
            self.chart.curves[node.id].set_source(Line(self.times, mean), band)
            drawn += [mean] if band is None or node.state else band  # a state may leave the axis
        self._range = value_range(spread(drawn), self._range)
        self.chart.set_home(self.time_range(), self._range)

    def _compare(self, net: str, layer: str) -> None:
        """What it would be without interventions, and where in time they are at work."""
        ghost, unit = self.ghost_of(net), self._unit.currentData()
        nodes = ghost.nodes if ghost is not None else {}
        known = {
            node.id: nodes[trace_key(layer, node.id)] for node in self._shown if trace_key(layer, node.id) in nodes
        }
        length = len(self.times)
        chosen = MEAN if unit is None else unit
        self.draw_ghosts({id: summarised(values, chosen)[0][:length] for id, values in known.items()})
        self.mark_stretches(stretches(self.session.experiment.interventions, net, layer, length))

    def columns(self) -> dict[str, Any]:
        self.refresh()
        traces = self.traces_of(self._layer.currentData()[0]) if self._shown and self._layer.currentData() else None
        if traces is None:
            return {}
        layer = self._layer.currentData()[1]
        header, times = self.time_column()
        table: dict[str, Any] = {header: times}
        for node in self._shown:
            values = traces.nodes[trace_key(layer, node.id)]
            for unit in range(values.shape[1]):
                table[f"{layer}.{node.id}.{unit} [1]"] = values[:, unit]
        return table


Summary = tuple[NDArray, tuple[NDArray, NDArray] | None]


def summarised(values: NDArray, unit: int) -> Summary:
    """values [T, H] as one line [T], with the edges of its band when it is a mean of several units."""
    return all_summarised([values], unit)[0]


def all_summarised(several: list[NDArray], unit: int) -> list[Summary]:
    """The same of nodes of one shape, all at once."""
    T, H = several[0].shape
    if 0 <= unit < H or H == 1:
        return [(np.asarray(values[:, max(0, unit) if H > 1 else 0], np.float64), None) for values in several]
    units = np.empty((H, len(several) * T))  # long rows: numpy takes five times as long for short ones
    for number, values in enumerate(several):
        units[:, number * T : (number + 1) * T] = values.T
    with np.errstate(invalid="ignore", over="ignore"):
        share, least, most = np.full(H, 1.0 / H), np.minimum.reduce(units), np.maximum.reduce(units)
        mean = share @ units
        units -= mean
        deviation = np.sqrt(share @ np.multiply(units, units, out=units))
        low = np.maximum(mean - deviation, least).reshape(-1, T)
        high = np.minimum(mean + deviation, most).reshape(-1, T)
    return [(line, (lower, upper)) for line, lower, upper in zip(mean.reshape(-1, T), low, high, strict=True)]
