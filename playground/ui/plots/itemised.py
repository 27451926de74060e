"""The gradient taken apart by the step whose error it comes from (RNNbow: Cashman, Patterson, Mosca et al. 2018)."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.network.inspections.spec import Inspection, ItemisedGradient
from playground.ui.plots.asking import Asking
from playground.ui.plots.choosers import units_text
from playground.ui.plots.heat import ColourBar, HeatItem, rising_indices, rising_table
from playground.ui.plots.layers import BACK, flowing, layer_cell
from playground.ui.plots.ranges import Range, steady
from playground.ui.plots.readout import Reading
from playground.ui.plots.stack import Stack, ramp
from playground.ui.plots.ticks import Axis, value_text
from playground.ui.plots.timeplot import TimePlot
from playground.ui.plots.words import tr
from playground.ui.theme import Theme

PARTS, SHARES, NORMS = "parts", "shares", "norms"
DECADES = 8  # of the norms' colours
READ = 4  # items that are read off at once
LEAST = 1e-9  # of the largest total: below it there is nothing to have shares of


@lru_cache(maxsize=64)
def _axis(symbol: str, relative: bool, unit: int) -> Axis:
    """Of the stacked parts."""
    if relative:
        label = tr("share of ∂L/∂{0} (adds up to 1)").format(symbol)
    elif unit >= 0:
        label = tr("parts of ∂L/∂{0}, unit {1} (signed; they add up)").format(symbol, unit)
    else:
        label = tr("parts along ∂L/∂{0} (they add up to its norm)").format(symbol)
    return Axis((label, label.partition(" (")[0], f"∂E/∂{symbol}"))


@lru_cache(maxsize=4)
def _stops(theme: Theme) -> list[str]:
    """The colours of the items, from the first to the last."""
    return [ramp(theme, place / 8).name() for place in range(9)]


class ItemisedPlot(Asking, TimePlot):
    """Stacked: parts that add up exactly. Unstacked: the plain norms, item by item, as a heatmap."""

    name = "itemised"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Itemised gradient"))
    SHORT = str(QT_TRANSLATE_NOOP("Plot", "Itemised"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "What reaches step k of the errors E_t of later steps: ∂L/∂h_k = Σ_t ∂E_t/∂h_k (RNNbow, Cashman et al. "
            "2018). Vectors add up, their norms do not: so the stacked parts are the items along the total's "
            "direction, ⟨∂E_t/∂h_k, ∂L/∂h_k⟩ / ‖∂L/∂h_k‖, which add up to ‖∂L/∂h_k‖ exactly; one that pulls the other "
            "way hangs below 0. The part of the cursor's step is filled dark. The heatmap shows the plain norms "
            "‖∂E_t/∂h_k‖ on a logarithmic scale.",
        )
    )
    group = "gradient"

    def build(self) -> None:
        super().build()
        self._layer = self.make_layer_chooser()
        self._node = self.add_chooser("node", tr("gradient of what"))
        self._unit = self.add_chooser("unit", tr("of which unit"))
        self._mode = self.add_chooser("mode", tr("how it is shown"))
        modes = (PARTS, tr("stacked parts")), (SHARES, tr("shares of the total")), (NORMS, tr("norms, item by item"))
        self._mode.offer(list(modes))
        self._found: dict[str, NDArray] = {}
        self._range: Range | None = None  # of the y axis, which does not follow every small change
        self._axis_of: object = None
        self._heat = HeatItem(lambda theme: rising_table(theme, lambda t: t.accent))
        self._bar, self._stack = ColourBar(), Stack()
        self.chart.add_heat(self._heat, self._bar)
        self.chart.add_item(self._stack)
        self.chart.bar_alone = True
        self.chart.extra_readings = self._reading
        self.session.time_changed.connect(self.make_stale)

    # -- drawing --------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        net, layer = choice = self.offer_layers(self._layer)
        cell = layer_cell(self.session.experiment, choice)
        self._node.offer(flowing(cell) if cell is not None else [])
        node, traces = self._node.currentData(), self.traces_of(net)
        known = traces.nodes if traces is not None else {}
        size = known[f"{layer}/{node}"].shape[1] if f"{layer}/{node}" in known else 0
        self._unit.offer([(-1, tr("all units")), *units_text(size)])
        unit = self._unit.currentData()
        unit = -1 if unit is None else int(unit)
        questions: dict[Any, Inspection] = {}
        if cell is not None and node:
            inner = f"back.{node}" if layer.endswith(BACK) and node != "x" else node
            questions[choice, node, unit] = ItemisedGradient(net, layer.removesuffix(BACK), inner, unit)
        answers = self.ask(questions)
        answer = next(iter(answers.values()), None)
        self._found = dict(answer.arrays) if answer is not None and len(answer.arrays.get("targets", ())) else {}
        mode = self._mode.currentData()
        self.chart.show_heat(mode == NORMS)
        self._stack.setVisible(mode != NORMS and bool(self._found))
        if not self._found:
            self._heat.set_cells(np.zeros((0, 0), np.uint8), 0.0, 1.0)
            none = tr("No step of this sequence has an error.") if answer is not None else tr(self.EMPTY)
            self.chart.set_message(self.problem_of(answers) or none)
            self.place_choosers()
            return
        self.chart.set_message("")
        self.update_times(len(self._found["total"]))
        if mode == NORMS:
            self._draw_norms()
        else:
            self._draw_stack(mode == SHARES, unit)
        self.place_choosers()

    def _draw_stack(self, relative: bool, unit: int) -> None:
        parts, total = self._parts(relative)
        low, high = self.time_range(0.5)
        step = (high - low) / len(total)
        edges = np.arange(low, high + 0.5 * step, step)
        self._stack.set_parts(parts, total, edges, self._item_at(int(self.session.time)))
        bottom, top = self._stack.edges
        self.chart.frame.y_axis = _axis(str(self._node.currentData()), relative, unit)
        self._bar.stops = _stops
        several = len(parts) > 1
        self._bar.set_ends(self._said(0, tr("error at")) if several else "", self._said(-1, "") if several else "")
        least, most = float(bottom.min(initial=0.0)), float(top.max(initial=0.0))
        if (relative, unit) != self._axis_of:
            self._axis_of, self._range = (relative, unit), None
        self._range = steady((least, max(most, least + 1e-300)), self._range)
        self.chart.set_home((low, high), self._range)

    def _draw_norms(self) -> None:
        norms, targets = self._found["norms"], self._found["targets"]
        largest = float(norms.max(initial=0.0)) or 1.0
        with np.errstate(divide="ignore"):
            shade = 1.0 + np.log10(norms / largest) / DECADES
        low, high = self.time_range(0.5)
        self._heat.set_cells(rising_indices(shade), float(self.times[0]), (high - low) / norms.shape[1])
        names = tuple(self._step_text(first, last) for first, last in targets)
        self.chart.frame.y_axis = Axis((tr("step of the error"), tr("error at")), names=names)
        self._bar.stops = lambda theme: [theme.zero, theme.accent]
        least = value_text(largest / 10**DECADES, 2)
        self._bar.set_ends(tr("norm {0}").format(f"≤ {least}"), value_text(largest, 2))
        self.chart.set_home((low, high), (-0.5, len(norms) - 0.5))

    def _parts(self, relative: bool) -> tuple[NDArray, NDArray]:
        """Parts [J, T] and their sum; relative: divided by it, NaN-free (0 where there is nothing to divide)."""
        parts, total = self._found["shares"], self._found["total"]
        if not relative:
            return parts, total
        there = np.abs(total) > LEAST * np.abs(total).max(initial=0.0)
        divisor = np.where(there, total, 1.0)
        return np.where(there, parts / divisor, 0.0), np.where(there, 1.0, 0.0)

    # -- words ----------------------------------------------------------------------------------------------------

    def _item_at(self, time: int) -> int:
        """The item with the error of this step, -1 for none."""
        targets = self._found["targets"]
        inside = np.flatnonzero((targets[:, 0] <= time) & (time <= targets[:, 1]))
        return int(inside[0]) if len(inside) else -1

    def _step_text(self, first: int, last: int) -> str:
        texts = [self.chart.format_x(float(self.times[at])) for at in (first, last)]
        return texts[0] if first == last else "–".join(texts)

    def _said(self, item: int, before: str) -> str:
        return f"{before} {self._step_text(*self._found['targets'][item])}".strip()

    def _reading(self, x: float, y: float) -> list[Reading]:
        if not self._found:
            return []
        at, targets = int(np.argmin(np.abs(self.times - x))), self._found["targets"]
        if self._mode.currentData() == NORMS:
            item = int(np.clip(round(y), 0, len(targets) - 1))
            text = tr("‖∂E/∂·‖, error at {0}").format(self._step_text(*targets[item]))
            return [Reading(text, value_text(float(self._found["norms"][item, at])), self.theme.accent, "square")]
        parts, _ = self._parts(False)
        total = float(self._found["total"][at])
        found = [Reading(tr("total"), value_text(total), self.theme.text, "circle")]
        largest = np.argsort(-np.abs(parts[:, at]), kind="stable")[:READ].tolist()
        chosen = self._item_at(int(self.session.time))
        for item in dict.fromkeys([*largest, *([chosen] if chosen >= 0 else [])]):
            value = float(parts[item, at])
            if value:
                share = f"{100 * value / total:.0f} %" if total else ""
                text = tr("error at {0}").format(self._step_text(*targets[item]))
                colour = ramp(self.theme, item / max(1, len(parts) - 1)).name()
                found.append(Reading(text, f"{value_text(value)}  {share}", colour, "square"))
        return found

    def columns(self) -> dict[str, Any]:
        self.refresh()
        if not self._found:
            return {}
        header, times = self.time_column()
        table: dict[str, Any] = {header: times, "total [loss/1]": self._found["total"]}
        key, kind = ("norms", "norm") if self._mode.currentData() == NORMS else ("shares", "part")
        for item, values in zip(self._found["targets"], self._found[key], strict=True):
            table[f"{kind} of the error at {self._step_text(*item)} [loss/1]"] = values
        return table
