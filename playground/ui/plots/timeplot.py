"""Plots over the probe sequence: their x axis is sequence time, and a cursor marks the moment that is looked at."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.network.traces import NetTraces, Traces
from playground.ui.plots.base import Plot
from playground.ui.plots.choosers import Chooser
from playground.ui.plots.layers import Choice, gates, layer_cell, layer_choices
from playground.ui.plots.ticks import value_text
from playground.ui.plots.words import time_axis, tr


class TimePlot(Plot):
    """`times` are what the x axis reads ([T]: years, or 0 … T−1); the session's time is an index into them."""

    EMPTY = str(QT_TRANSLATE_NOOP("Plot", "Press Space to train. What happens along one test sequence appears here."))

    def build(self) -> None:
        self.times: NDArray[np.float64] = np.arange(2.0)
        self.session.traces_changed.connect(self.make_stale)
        self.session.time_changed.connect(self._move_cursor)
        self.chart.time_picked.connect(self._pick)

    def make_layer_chooser(self) -> Chooser:
        """A chooser of network and layer that also follows the selection on the canvas."""
        chooser = self.add_chooser("layer", tr("network and layer"))
        self.session.selection_changed.connect(lambda selection: self._follow(chooser, selection))
        return chooser

    def _follow(self, chooser: Chooser, selection: object) -> None:
        net, layer = getattr(selection, "net", ""), getattr(selection, "layer", "")
        if net and layer:
            chooser.choose((net, layer))

    def offer_layers(self, chooser: Chooser) -> Choice:
        """Bring the chooser up to date; at first the layer with the most gates is chosen. ("", "") without layers."""
        choices = layer_choices(self.session.experiment)
        known = {data for data, _ in choices}
        fresh = chooser.currentData() not in known
        chooser.offer(choices)
        if fresh and choices:
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

    def update_times(self, length: int) -> None:
        """Take over the time axis of the probe; whole numbers when it has none that fits."""
        probe, facts = self.session.probe, self.session.facts
        fits = probe is not None and len(probe.times) == length
        name = facts.time_name if facts is not None and fits else "step"
        times = np.asarray(probe.times, np.float64) if fits else np.arange(float(length))
        if length > 1 and not (np.all(np.isfinite(times)) and np.all(np.diff(times) > 0)):
            name, times = "step", np.arange(float(length))
        self.times = times
        self.chart.frame.x_axis = time_axis(name)
        self.chart.x_name = "t" if name == "step" else name
        self.chart.format_x = (lambda x: f"{x:.0f}") if name == "step" else value_text
        self._move_cursor()

    def time_range(self, half: float = 0.0) -> tuple[float, float]:
        """First to last time; `half` a step more on either side for cells."""
        first, last = float(self.times[0]), float(self.times[-1])
        if last <= first:
            return first - 0.5, first + 0.5
        step = (last - first) / (len(self.times) - 1)
        return first - half * step, last + half * step

    def time_column(self) -> tuple[str, NDArray]:
        """Header and values of the first column of a table."""
        return f"time [{'step' if self.chart.x_name == 't' else self.chart.x_name}]", self.times

    def _move_cursor(self, *_: object) -> None:
        index = int(self.session.time)
        self.chart.cursor.set_at(float(self.times[index]) if 0 <= index < len(self.times) else None)

    def _pick(self, x: float) -> None:
        self.session.set_time(int(np.argmin(np.abs(self.times - x))))
