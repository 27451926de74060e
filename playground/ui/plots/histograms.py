"""Histograms against the training step: activations, weights or gradients, gate by gate (after see-rnn)."""

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.cell.graph import Cell, Gate
from playground.cell.names import parameter_names
from playground.cell.saturation import between_0_and_1, saturation
from playground.network.histogram import BINS, edges_between, parts_below, rebinned
from playground.network.inspections.histograms import ALL
from playground.network.inspections.spec import Inspection, ParameterHistograms
from playground.ui.plots.asking import Asking
from playground.ui.plots.heat import ColourBar, HeatItem, rising_indices, rising_table
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style
from playground.ui.plots.layerplot import LayerPlot
from playground.ui.plots.layers import layer_cell, maps
from playground.ui.plots.ranges import moment_columns, steps_range
from playground.ui.plots.readout import Reading
from playground.ui.plots.ticks import Axis, nice_step, value_text
from playground.ui.plots.words import step_axis, step_text, tr
from playground.ui.run.inspections import Answer
from playground.ui.run.unit_record import SpreadHistory

ACTIVATIONS, WEIGHTS, GRADIENTS = "activations", "weights", "gradients"
ROWS, WIDEST = 64, 256  # of the picture
PARTS = (0.05, 0.5, 0.95)  # of the values lie below the three lines
KEPT = 64  # histories of parameters that are kept


class HistogramsPlot(Asking, LayerPlot):
    """Columns are moments of the training, rows values; the fuller a bin, the stronger its colour. Lines show the
    median and the middle nine tenths."""

    name = "histograms"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Histograms"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "How the values of one gate are spread, at every moment of the training: its activations over all units "
            "and steps of the probe sequence, its weights, or log₁₀|∂L/∂w|, the sizes of the gradients of the probe's "
            "loss by its weights. Colour: the share of a bin, relative to the fullest of its column. Lines: median "
            "(solid), 5 % and 95 % (dashed). Weights and gradients are recorded while this plot is seen.",
        )
    )
    EMPTY = str(QT_TRANSLATE_NOOP("Plot", "Press Space to train. Each column of this picture is one moment of it."))
    group = "memory"

    def build(self) -> None:
        super().build()
        self._layer = self.make_layer_chooser()
        self._of = self.add_chooser("of", tr("histograms of what"))
        self._of.offer([(ACTIVATIONS, tr("activations")), (WEIGHTS, tr("weights")), (GRADIENTS, tr("gradients"))])
        self._node = self.add_chooser("node", tr("which gate"))
        self._recorded: dict[tuple[Hashable, ...], SpreadHistory] = {}
        self._history: SpreadHistory | None = None
        self._drawn: object = None
        self._labelled = ""
        self._edges: NDArray = np.linspace(0, 1, ROWS + 1)
        self._shares: NDArray = np.zeros((0, ROWS))
        self._lines: NDArray = np.zeros((0, len(PARTS)))
        self._known: SpreadHistory | None = None  # what is derived is of this history, and of these moments
        self._moments: NDArray[np.int64] = np.zeros(0, np.int64)
        self._quantiles: NDArray = np.zeros((0, len(PARTS) + 2))
        self._cells: NDArray[np.uint8] = np.zeros((0, ROWS), np.uint8)
        self._heat, self._bar = HeatItem(lambda theme: rising_table(theme, lambda t: t.accent)), ColourBar()
        self._bar.stops = lambda theme: [theme.zero, theme.accent]
        self._bar.set_ends("0", tr("fullest"))
        self.chart.add_heat(self._heat, self._bar, down=False)
        self.chart.frame.x_axis = step_axis()
        self.chart.x_name = tr("step")
        self.chart.format_x = step_text
        self.chart.extra_readings = self._reading
        self.session.traces_changed.connect(self._traced)
        self.session.started.connect(self._begun)
        curves = []
        for part in PARTS:
            text = tr("median") if part == 0.5 else tr("{0} %").format(round(100 * part))
            style = Style(lambda theme: theme.text, 1.4 if part == 0.5 else 1.0, () if part == 0.5 else (3.0, 3.0))
            curves.append(Curve(str(part), text, style, (str(part),)))
        self.set_series(curves, [])

    def _traced(self, *_: object) -> None:
        if self._of.currentData() == ACTIVATIONS:
            self.make_stale()

    def _begun(self, event: object) -> None:
        if not getattr(event, "kept", False):
            self._recorded.clear()

    # -- drawing --------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        net, layer = choice = self.offer_layers(self._layer)
        cell, of = layer_cell(self.session.experiment, choice), str(self._of.currentData())
        self._node.offer([] if cell is None else maps(cell) if of == ACTIVATIONS else parameters(cell))
        node, problem = str(self._node.currentData() or ""), ""
        if of == ACTIVATIONS:
            self.ask({})
            self._history = self.session.units.history(net, layer, node)
        else:
            questions: dict[Hashable, Inspection] = {}
            if cell is not None:
                questions[choice, of] = ParameterHistograms(net, layer, of)  # type: ignore[arg-type]
            answers = self.ask(questions)
            for answer in answers.values():
                self._record((net, layer, of), answer)
            problem = self.problem_of(answers)
            self._history = self._recorded.get((net, layer, of, node))
        history = self._history
        self._label(of)
        self.place_choosers()
        if history is None or not np.isfinite(history.ranges).any():
            self._drawn = None
            self._show_nothing(problem or tr(self.EMPTY))
            return
        self.chart.set_message("")
        if (history, history.version, node) != self._drawn:
            self._drawn = history, history.version, node
            self._paint(history, _bounds(cell, node) if of == ACTIVATIONS else None)
            self.chart.read()
        self.chart.set_home(steps_range(float(history.steps[-1])), (float(self._edges[0]), float(self._edges[-1])))

    def _show_nothing(self, message: str) -> None:
        self._heat.set_cells(np.zeros((0, 0), np.uint8), 0.0, 1.0)
        for curve in self.chart.curves.values():
            curve.set_source(Line(np.empty(0), np.empty(0)))
        self.chart.set_message(message)

    def _record(self, place: tuple[str, str, str], answer: Answer) -> None:
        """Take an answer into the histories; when the run went back, they begin anew."""
        for name, counts in answer.arrays.items():
            if name.endswith("|range"):
                continue
            history = self._recorded.get((*place, name))
            behind = history is not None and len(history.steps) and answer.step < history.steps[-1]
            if history is None or (behind and self.session.run_state.step < history.steps[-1]):
                history = self._recorded[(*place, name)] = SpreadHistory()
            if not len(history.steps) or answer.step > history.steps[-1]:
                low, high = answer.arrays[f"{name}|range"]
                history.append(answer.step, counts, float(low), float(high))
        while len(self._recorded) > KEPT:
            self._recorded.pop(next(key for key in self._recorded if key[:3] != place), None)

    def _derive(self, history: SpreadHistory, bounds: tuple[float, float] | None) -> None:
        """Quantiles, edges and shares of all moments; of those that were there before, what was found then."""
        steps = history.steps
        kept = self._keep(history)
        self._quantiles = _with_room(self._quantiles, kept, len(steps))
        for i in range(kept, len(steps)):
            self._quantiles[i] = _quantiles(history.counts[i], history.ranges[i])
        bottom, top = bounds or _range(self._quantiles)
        if (bottom, top) != (self._edges[0], self._edges[-1]):
            self._edges, kept = np.linspace(bottom, top, ROWS + 1), 0
        self._shares, self._cells = (_with_room(each, kept, len(steps)) for each in (self._shares, self._cells))
        for i in range(kept, len(steps)):
            low, high = history.ranges[i].tolist()
            shares = self._shares[i] = rebinned(history.counts[i], low, high, self._edges)
            fullest = float(np.fmax.reduce(shares))
            self._cells[i] = rising_indices(np.sqrt(shares / fullest if fullest > 0 else shares))
        self._lines = self._quantiles[:, 1:-1]

    def _keep(self, history: SpreadHistory) -> int:
        """Leave only what was derived of moments that are still there, and tell of how many: they are the first ones.
        A history only grows, or drops some of its moments before it goes on."""
        steps, before = history.steps, self._moments
        if self._known is not history:
            self._known, kept = history, 0
        elif 0 < len(before) <= len(steps) and before[-1] == steps[len(before) - 1]:
            kept = len(before)
        else:
            there = np.isin(before, steps)
            kept = int(there.sum())
            self._quantiles, self._shares, self._cells = (
                each[there] for each in (self._quantiles, self._shares, self._cells)
            )
        self._moments = steps.copy()
        return kept

    def _paint(self, history: SpreadHistory, bounds: tuple[float, float] | None) -> None:
        self._derive(history, bounds)
        bottom, steps = float(self._edges[0]), history.steps
        (places, apart), row = moment_columns(steps, WIDEST), float(self._edges[1] - self._edges[0])
        self._heat.set_cells(self._cells[places].T, 0.0, apart, bottom + row / 2, row)
        at = steps.astype(np.float64)
        for number, part in enumerate(PARTS):
            self.chart.curves[str(part)].set_source(Line(at, self._lines[:, number]))

    # -- words ----------------------------------------------------------------------------------------------------

    def _label(self, of: str) -> None:
        if of == self._labelled:
            return
        self._labelled = of
        texts = {
            ACTIVATIONS: (tr("activation (no unit)"), tr("activation")),
            WEIGHTS: (tr("weight (no unit)"), tr("weight")),
            GRADIENTS: (tr("log₁₀ |∂L/∂w| (loss per unit of the weight)"), "log₁₀ |∂L/∂w|"),
        }
        self.chart.frame.y_axis = Axis(texts[of])

    def _reading(self, x: float, y: float) -> list[Reading]:
        history = self._history
        if history is None or not len(self._shares):
            return []
        at = min(int(np.searchsorted(history.steps, x)), len(self._shares) - 1)
        row = int(np.clip(np.searchsorted(self._edges, y) - 1, 0, ROWS - 1))
        low, high = value_text(float(self._edges[row])), value_text(float(self._edges[row + 1]))
        share = f"{100 * float(np.nan_to_num(self._shares[at, row])):.1f} %"
        said = tr("after step {0}, {1} to {2}").format(step_text(float(history.steps[at])), low, high)
        return [Reading(said, share, self.theme.accent, "square")]

    def columns(self) -> dict[str, Any]:
        self.refresh()
        history = self._history
        if history is None or not len(history.steps):
            return {}
        unit = "log10(loss/1)" if self._of.currentData() == GRADIENTS else "1"
        table: dict[str, Any] = {"training step [step]": history.steps.copy()}
        table[f"lowest value [{unit}]"], table[f"highest value [{unit}]"] = history.ranges.T.copy()
        for k in range(BINS):
            table[f"values in bin {k + 1} of {BINS} [count]"] = history.counts[:, k]
        return table


def parameters(cell: Cell) -> list[tuple[object, str]]:
    """What there are weights of: each gate as a whole, then its parts where it has several."""
    found: list[tuple[object, str]] = []
    names = parameter_names(cell)
    for gate in [node for node in cell.nodes if isinstance(node, Gate)]:
        own = [name for name in names if name.partition(".")[0] == gate.id]
        label = gate.label or gate.id
        if own:
            found.append((f"{gate.id}.{ALL}", label))
        for name in own if len(own) > 1 else []:
            source = name.partition(".weight.")[2]
            found.append((name, f"{label} ← {source}" if source else tr("{0}: bias").format(label)))
    return found


def _bounds(cell: Cell | None, node: str) -> tuple[float, float] | None:
    """The whole range of a gate that has one, so that the axis stays."""
    gate = next((each for each in cell.nodes if each.id == node), None) if cell is not None else None
    if not isinstance(gate, Gate) or saturation(gate) is None:
        return None
    low, high = sorted(gate.scale * end + gate.shift for end in ((0.0, 1.0) if between_0_and_1(gate) else (-1.0, 1.0)))
    return low, high


def _with_room(rows: NDArray, kept: int, count: int) -> NDArray:
    """The first `kept` of rows and others for what comes, `count` together."""
    made = np.empty((count, *rows.shape[1:]), rows.dtype)
    made[:kept] = rows[:kept]
    return made


def _quantiles(counts: NDArray, ends: NDArray) -> NDArray[np.float64]:
    """Where 0.5 %, the `PARTS` and 99.5 % of a histogram's values lie below; NaN without values."""
    below = parts_below(counts)
    if below is None:
        return np.full(len(PARTS) + 2, np.nan)
    return np.interp((0.005, *PARTS, 0.995), below, edges_between(float(ends[0]), float(ends[1]), len(counts)))


def _range(quantiles: NDArray) -> tuple[float, float]:
    """Round numbers around what nearly all values lie between at all moments."""
    low, high = float(np.fmin.reduce(quantiles[:, 0])), float(np.fmax.reduce(quantiles[:, -1]))
    step = nice_step(max(high - low, 1e-9) / 8)
    return float(np.floor(low / step) * step), float(np.ceil(high / step) * step)
