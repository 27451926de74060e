"""The gradient through time against the training step: when it begins to arrive, and how far back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.cell.states import hidden_id, states
from playground.ui.plots.heat import WIDEST, ColourBar, HeatItem, rising_indices, rising_table
from playground.ui.plots.layerplot import LayerPlot
from playground.ui.plots.layers import layer_cell, trace_key
from playground.ui.plots.ranges import moment_columns, steps_range
from playground.ui.plots.readout import Reading
from playground.ui.plots.ticks import Axis, value_text
from playground.ui.plots.words import step_axis, step_text, tr
from playground.ui.run.flow_record import FlowHistory

DECADES = 12.0  # of the colours at most


class GradientHistoryPlot(LayerPlot):
    """Rows are steps of the sequence, columns moments of the training, colours log₁₀ of the norm."""

    name = "gradient_history"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Gradient during training"))
    SHORT = str(QT_TRANSLATE_NOOP("Plot", "Gradient × training"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "‖∂L/∂h_t‖ at every step t of the sequence (downwards) and at every moment of the training (to the "
            "right), on a logarithmic scale of colours. One sees when the error begins to reach the early steps. Kept "
            "since the run began; of long runs, columns are means of the logarithm.",
        )
    )
    EMPTY = str(QT_TRANSLATE_NOOP("Plot", "Press Space to train. Each column of this picture is one moment of it."))
    group = "gradient"

    def build(self) -> None:
        super().build()
        self._layer = self.make_layer_chooser()
        self._node = self.add_chooser("node", tr("gradient of what"))
        self._heat, self._bar = HeatItem(lambda theme: rising_table(theme, lambda t: t.accent)), ColourBar()
        self._bar.stops = lambda theme: [theme.zero, theme.accent]
        self.chart.add_heat(self._heat, self._bar)
        self.chart.frame.x_axis = step_axis()
        self.chart.x_name = tr("step")
        self.chart.format_x = step_text
        self.chart.extra_readings = self._reading
        self._history: FlowHistory | None = None
        self._drawn: object = None
        self._shaded: object = None  # the scale of the colours in `_cells`, and what they are of
        self._cells: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)  # a row per moment: so they are picked quickly
        self._axis_of: tuple[object, ...] = (None, None, None)  # what its names are of
        self.chart.picked.connect(self._pick_row)
        self.session.traces_changed.connect(self.make_stale)

    def draw(self) -> None:
        choice = self.offer_layers(self._layer)
        cell = layer_cell(self.session.experiment, choice)
        nodes: dict[object, str] = {}
        if cell is not None:
            nodes = {hidden_id(cell): tr("hidden state h")}
            nodes |= {node.id: node.label or node.id for node in states(cell) if node.id not in nodes}
        self._node.offer(list(nodes.items()))
        node = str(self._node.currentData() or "")
        self._history = self.session.flows.history(choice[0], trace_key(choice[1], node)) if node else None
        history = self._history
        if history is None or not len(history.steps):
            self._heat.set_cells(np.zeros((0, 0), np.uint8), 0.0, 1.0)
            self.chart.set_message(tr(self.EMPTY))
            self._drawn = None
            self.place_choosers()
            return
        self.chart.set_message("")
        self._label(history.length)
        if (history, history.version) != self._drawn:
            self._drawn = history, history.version
            self._paint(history)
        self.place_choosers()
        self.chart.set_home(steps_range(float(history.steps[-1])), (-0.5, history.length - 0.5))

    def _pick_row(self, _: float, row: float) -> None:
        self.session.set_time(round(row))

    def _label(self, length: int) -> None:
        probe, facts = self.session.probe, self.session.facts
        known = probe, facts, length
        if all(one is other for one, other in zip(known, self._axis_of, strict=True)):
            return
        self._axis_of = known
        named = probe is not None and facts is not None and facts.time_name not in ("", "step")
        if named and len(probe.times) == length:
            names = tuple(value_text(float(at)) for at in probe.times)
            self.chart.frame.y_axis = Axis((facts.time_name,), names=names)
        else:
            self.chart.frame.y_axis = Axis((tr("time step t"), "t"), integer=True)

    def _paint(self, history: FlowHistory) -> None:
        """Columns equally wide in training steps; each shows one moment."""
        steps, columns = history.steps, history.columns
        top, bottom = float(columns.max()), float(columns.min())
        low = max(bottom, top - DECADES)
        self._shade(history, low, top)
        places, apart = moment_columns(steps, WIDEST)
        self._heat.set_cells(np.take(self._cells, places, axis=0).T, 0.0, apart)
        least = ("≤ " if low > bottom else "") + value_text(10.0**low, 2)
        self._bar.set_ends(tr("norm {0}").format(least), value_text(10.0**top, 2))

    def _shade(self, history: FlowHistory, low: float, top: float) -> None:
        """Colours of all columns kept; only of those that are new, where the others have theirs already."""
        known = history, history.merges, low, top
        if known != self._shaded:
            self._shaded, self._cells = known, np.zeros((0, history.length), np.uint8)
        first = max(0, len(self._cells) - 1)  # the last column may have grown
        fresh = rising_indices((history.columns[first:] - low) / max(top - low, 1e-6))
        self._cells = np.concatenate([self._cells[:first], fresh])

    def _reading(self, x: float, y: float) -> list[Reading]:
        history = self._history
        if history is None or not len(history.steps):
            return []
        place = min(int(np.searchsorted(history.steps, x)), len(history.steps) - 1)
        t = int(np.clip(round(y), 0, history.length - 1))
        names = self.chart.frame.y_axis.names
        at = names[t] if names else f"t {t}"
        value = 10.0 ** float(history.columns[place, t])
        said = tr("after step {0}, at {1}").format(step_text(float(history.steps[place])), at)
        return [Reading(said, value_text(value), self.theme.accent, "square")]

    def columns(self) -> dict[str, Any]:
        self.refresh()
        history = self._history
        if history is None or not len(history.steps):
            return {}
        norms: NDArray = 10.0 ** history.columns.astype(np.float64)
        table: dict[str, Any] = {"training step [step]": history.steps.copy()}
        node = trace_key(str(self._layer.currentData()[1]), str(self._node.currentData())).replace("/", ".")
        for t in range(history.length):
            table[f"gradient norm of {node} at t = {t} [loss/1]"] = norms[:, t]
        return table
