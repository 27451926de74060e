"""Saturation: the share of a gate's values that are nearly shut or nearly open, against the training step."""

from typing import Any

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.cell.graph import Cell, Gate
from playground.cell.saturation import between_0_and_1, saturation
from playground.ui.plots.geometry import MARKS
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style, role_colour
from playground.ui.plots.layerplot import LayerPlot
from playground.ui.plots.layers import layer_cell, remembered
from playground.ui.plots.legend import Entry
from playground.ui.plots.ranges import steps_range
from playground.ui.plots.ticks import Axis, value_text
from playground.ui.plots.words import step_axis, step_text, tr
from playground.ui.run.unit_record import SpreadHistory

SHUT, OPEN, BOTH = "shut", "open", "both"  # curves of a gate; "both": at either end of −1 … 1
DASH = (4.0, 3.0)


class SaturationPlot(LayerPlot):
    """Solid: nearly open; dashed: nearly shut. A gate between −1 and 1 has one curve for both of its ends."""

    name = "saturation"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Saturation"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "Of all units at all steps of the probe sequence, the share whose gate is nearly open (at or above 0.95, "
            "solid) or nearly shut (at or below 0.05, dashed); for gates between −1 and 1 the share with |v| ≥ 0.95. "
            "There the slope of the activation is almost 0, and so is what the gate can still learn. Kept since the "
            "run began (after Karpathy, Johnson and Fei-Fei 2015).",
        )
    )
    EMPTY = str(QT_TRANSLATE_NOOP("Plot", "Press Space to train. How many gates saturate appears here, step by step."))
    group = "memory"

    def build(self) -> None:
        super().build()
        self._layer = self.make_layer_chooser()
        self._found: dict[str, SpreadHistory] = {}
        self._key: object = None
        self._drawn: list[tuple[SpreadHistory, int]] = []  # histories, each as it was
        self.chart.frame.x_axis = step_axis()
        self.chart.x_name = tr("step")
        self.chart.format_x = step_text
        long = tr("share of values at an end of the gate's range (1 = all)")
        self.chart.frame.y_axis = Axis((long, tr("saturated share (1 = all)"), tr("share")))
        self.session.traces_changed.connect(self.make_stale)

    def draw(self) -> None:
        net, layer = choice = self.offer_layers(self._layer)
        cell = layer_cell(self.session.experiment, choice)
        shown = saturating(cell) if cell is not None else []
        found = {gate.id: self.session.units.history(net, layer, gate.id) for gate in shown}
        self._found = {id: history for id, history in found.items() if history is not None and len(history.steps)}
        shown = [gate for gate in shown if gate.id in self._found]
        key = (choice, shown)
        if key != self._key:
            self._key, self._drawn = key, []
            self._begin(shown)
        if not shown:
            none = cell is not None and not saturating(cell)
            text = tr("No gate of this layer has bounds that it could saturate at.") if none else tr(self.EMPTY)
            self.chart.set_message(text)
            return
        self.chart.set_message("")
        now = [(history, history.version) for history in self._found.values()]
        if now == self._drawn:
            return
        self._drawn = now
        last, steps = 0.0, np.empty(0)
        for gate in shown:
            history = self._found[gate.id]
            if not np.array_equal(steps, history.steps):  # nearly always all have the same
                steps = history.steps.astype(np.float64)
            shares = history.shares.astype(np.float64)
            last = max(last, float(steps[-1]))
            if between_0_and_1(gate):
                self.chart.curves[f"{gate.id} {SHUT}"].set_source(Line(steps, shares[:, 0]))
                self.chart.curves[f"{gate.id} {OPEN}"].set_source(Line(steps, shares[:, 1]))
            else:
                self.chart.curves[f"{gate.id} {BOTH}"].set_source(Line(steps, shares.sum(axis=1)))
        self.chart.set_home(steps_range(last), (-0.03, 1.03))
        self.chart.rebuild()

    def _begin(self, shown: list[Gate]) -> None:
        curves, entries = [], []
        for number, gate in enumerate(shown):
            colour, mark, text = role_colour(gate.role), MARKS[number % len(MARKS)], gate.label or gate.id
            for kind, said in self._kinds(gate):
                style = Style(colour, 1.6, DASH if kind == SHUT else (), mark)
                curves.append(Curve(f"{gate.id} {kind}", f"{text} {said}", style, (gate.id, kind)))
            entries.append(Entry(gate.id, text, Style(colour, 1.6, mark=mark)))
        muted = lambda theme: theme.muted  # noqa: E731
        said_by_kind = {kind: said for gate in shown for kind, said in self._kinds(gate)}
        entries += [
            Entry(kind, said, Style(muted, 1.5, DASH if kind == SHUT else ())) for kind, said in said_by_kind.items()
        ]
        self.set_series(curves, entries)
        self.place_choosers()

    @staticmethod
    def _kinds(gate: Gate) -> list[tuple[str, str]]:
        """What is drawn of a gate, with the values that count."""
        ends = saturation(gate) or (0.0, 0.0)
        low, high = (value_text(end) for end in ends)
        if between_0_and_1(gate):
            return [(OPEN, tr("≥ {0}").format(high)), (SHUT, tr("≤ {0}").format(low))]
        return [(BOTH, f"|v| ≥ {high}" if ends[0] == -ends[1] else tr("≤ {0} or ≥ {1}").format(low, high))]

    def columns(self) -> dict[str, Any]:
        self.refresh()
        if not self._found:
            return {}
        histories = list(self._found.values())
        steps = max((history.steps for history in histories), key=len)
        table: dict[str, Any] = {"training step [step]": steps.copy()}
        for id, history in self._found.items():
            for column, kind in enumerate(("low", "high")):
                shares = np.full(len(steps), np.nan)
                shares[np.searchsorted(steps, history.steps)] = history.shares[:, column]
                table[f"{id} saturated {kind} [1]"] = shares
        return table


@remembered
def saturating(cell: Cell) -> list[Gate]:
    """The gates whose values have bounds on both sides, in the cell's order."""
    return [node for node in cell.nodes if isinstance(node, Gate) and saturation(node) is not None]
