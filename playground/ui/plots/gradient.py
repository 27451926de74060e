"""The gradient through time: how loudly the error still speaks at each step back, ‖∂L/∂h_t‖ (Pascanu et al., 2013)."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.cell.graph import Cell
from playground.cell.states import hidden_id, states
from playground.experiment.document import Experiment
from playground.network.inspections.spec import GradientThroughTime, Inspection, Loss
from playground.network.spec import Layer, Net
from playground.network.traces import NetTraces
from playground.ui.plots.asking import Asking
from playground.ui.plots.choosers import Chooser
from playground.ui.plots.geometry import MARKS
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style, contestant
from playground.ui.plots.layers import find_cell, flowing, remembered
from playground.ui.plots.legend import Entry
from playground.ui.plots.ranges import NormRange, spread
from playground.ui.plots.ticks import Axis
from playground.ui.plots.timeplot import TimePlot
from playground.ui.plots.words import tr

TOP = -1
STATES = ""  # the choice of h and c together
FLOOR = 1e-14  # of the largest value: below it is rounding
Series = tuple[str, NDArray]  # what it is of, [T]
Chosen = tuple[int, Net, Layer, Cell]  # a layer, and the number of its network


class GradientPlot(Asking, TimePlot):
    """One solid curve per network for the hidden state; the cell state's gradient beside it, dashed.

    These come with the traces. Another node, or the error of the last step alone, is asked of the worker.
    """

    name = "gradient"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Gradient through time"))
    SHORT = str(QT_TRANSLATE_NOOP("Plot", "Gradient"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "How much of the error arrives at each step on its way back: the norm ‖∂L/∂h_t‖ of the loss's gradient, "
            "along every path from step t to the loss. A line that falls to the left is a gradient that vanishes "
            "(Hochreiter 1991; Pascanu et al. 2013). L is the mean over all steps that count, or the last one's error.",
        )
    )
    group = "gradient"
    logarithmic = True

    def build(self) -> None:
        super().build()
        self.log_y = True
        self._layer = self.add_chooser("layer", tr("layer"))
        self._node = self.add_chooser("node", tr("gradient of what"))
        self._loss = self.add_chooser("loss", tr("of which error"))
        self._found: dict[str, NDArray] = {}
        self._key: object = None
        self._offered: tuple[Experiment, object, list[Chosen]] | None = None  # layers, after what they are of
        self._range = NormRange(FLOOR)

    def draw(self) -> None:
        layers = self._offer()
        kinds: list[tuple[int, str, str]] = []
        found: dict[str, NDArray] = {}
        ghosts: dict[str, NDArray] = {}
        problem = ""
        answers = self.ask(self._questions_of(layers))
        for index, net, layer, cell in layers:
            if self._asks:
                answer = answers.get((net.name, layer.id, self._nodes(cell)))
                problem = problem or (answer.problem if answer is not None else "")
                series = [(node, values) for node, values in answer.arrays.items()] if answer is not None else []
                series = self._named(cell, series)
            else:
                series = self._of(layer, cell, self.traces_of(net.name))
                ghosts |= {f"{net.name} {kind}": v for kind, v in self._of(layer, cell, self.ghost_of(net.name))}
            for kind, values in series:
                found[f"{net.name} {kind}"] = values
                kinds.append((index, net.name, kind))
        self._found = found
        if not found:
            self._key = None
            self.set_series([], [])
            self.chart.set_message(problem or tr(self.EMPTY))
            self.place_choosers()
            return
        if kinds != self._key:
            self._key = kinds
            self._range.clear()
            self._begin(kinds)
        self.chart.set_message("")
        self.chart.frame.y_axis = _axis(str(self._node.currentData() or "h"), self.log_y)
        self.update_times(max(len(values) for values in found.values()))
        for key, values in found.items():
            self.chart.curves[key].set_source(Line(self.times[: len(values)], values))
        self.draw_ghosts(ghosts)
        norms = spread(found.values(), positive=True)
        self.chart.set_home(self.time_range(), self._range.take(norms, self.log_y))

    # -- what is chosen -------------------------------------------------------------------------------------------

    def _offer(self) -> list[Chosen]:
        """Bring the choosers up to date; returns the chosen layer of every network that has it."""
        experiment, others = self.session.experiment, (self._layer.currentData(), self.session.facts)
        before = self._offered
        if before is None or before[0] is not experiment or before[1] != others:
            found = self._offer_all(experiment)
            self._offered = experiment, (self._layer.currentData(), self.session.facts), found
            return found
        return before[2]

    def _offer_all(self, experiment: Experiment) -> list[Chosen]:
        networks = experiment.networks
        deepest = max((len(net.layers) for net in networks), default=0)
        choices: list[tuple[object, str]] = [(TOP, tr("last layer"))]
        if deepest > 1:
            choices += [(index, tr("layer {0}").format(index + 1)) for index in range(deepest)]
        self._layer.offer(choices)
        chosen = self._layer.currentData()
        found = []
        for index, net in enumerate(networks):
            if net.layers and (chosen is None or chosen < len(net.layers)):
                layer = net.layers[TOP if chosen is None else chosen]
                cell = find_cell(experiment, layer.cell)
                if cell is not None:
                    found.append((index, net, layer, cell))
        nodes: dict[object, str] = {STATES: tr("h and c")}
        for _, _, _, cell in found:
            nodes |= {id: text for id, text in flowing(cell) if id not in nodes}
        self._node.offer(list(nodes.items()))
        offer_losses(self._loss, self.session)
        return found

    @property
    def _asks(self) -> bool:
        """Whether what is chosen does not come with the traces."""
        return bool(self._node.currentData()) or self._loss.currentData() == "last"

    def _nodes(self, cell: Cell) -> tuple[str, ...]:
        """Of the chosen ones, those that the cell has; ids."""
        chosen = self._node.currentData()
        if chosen:
            return (chosen,) if chosen in [id for id, _ in flowing(cell)] else ()
        return tuple(dict.fromkeys(id for _, id in _state_ids(cell)))

    def _questions_of(self, layers: list[Chosen]) -> dict[Hashable, Inspection]:
        if not self._asks:
            return {}
        loss: Loss = "last" if self._loss.currentData() == "last" else "all"
        return {
            (net.name, layer.id, nodes): GradientThroughTime(net.name, layer.id, nodes, loss)
            for _, net, layer, cell in layers
            if (nodes := self._nodes(cell))
        }

    def _named(self, cell: Cell, series: list[Series]) -> list[Series]:
        """Nodes by what they are called here: h and c, or as they are chosen."""
        if self._node.currentData():
            return series
        found = dict(series)
        return [(kind, found[id]) for kind, id in _state_ids(cell) if id in found]

    def _of(self, layer: Layer, cell: Cell, traces: NetTraces | None) -> list[Series]:
        """("h", [T]) and, where the layer has a cell state, ("c", [T])."""
        if traces is None:
            return []
        known = [(kind, f"{layer.id}/{id}") for kind, id in _state_ids(cell)]
        return [(kind, traces.gradients[key]) for kind, key in known if key in traces.gradients]

    # -- drawing --------------------------------------------------------------------------------------------------

    def _begin(self, kinds: list[tuple[int, str, str]]) -> None:
        curves, entries = [], []
        both = {kind for _, _, kind in kinds} == {"h", "c"}
        for index, name, kind in kinds:
            dash = (5.0, 3.0) if kind == "c" else ()
            mark = "" if kind == "c" else MARKS[index % len(MARKS)]
            style = Style(contestant(index), 1.6, dash, mark)
            text = f"{name} {kind}" if both else name
            curves.append(Curve(f"{name} {kind}", text, style, (f"{name} {kind}",)))
            entries.append(Entry(f"{name} {kind}", text, style))
        self.set_series(curves, entries)
        self.place_choosers()

    def columns(self) -> dict[str, Any]:
        self.refresh()
        if not self._found:
            return {}
        header, times = self.time_column()
        table: dict[str, Any] = {header: times}
        alone = f", {tr('last step alone')}" if self._loss.currentData() == "last" else ""
        for key, values in self._found.items():
            name, kind = key.rsplit(" ", 1)
            column = np.full(len(times), np.nan)
            column[: len(values)] = values
            table[f"{name} gradient norm of {kind}{alone} [loss/1]"] = column
        return table


def offer_losses(chooser: Chooser, session: Any) -> None:
    """All errors or the last one alone; nothing to choose where there is only one."""
    choices: list[tuple[object, str]] = [("all", tr("all errors"))]
    if session.facts is None or session.facts.at != "last":
        choices.append(("last", tr("last error alone")))
    chooser.offer(choices)


@lru_cache(maxsize=64)
def _axis(symbol: str, log: bool) -> Axis:
    long = tr("gradient norm ‖∂L/∂{0}‖ (loss per unit)").format(symbol)
    return Axis((long, f"‖∂L/∂{symbol}‖", "‖∂L/∂·‖"), log=log)


@remembered
def _state_ids(cell: Cell) -> list[tuple[str, str]]:
    """("h", node) and, where there is one, ("c", node)."""
    return [("h", hidden_id(cell)), *[("c", node.id) for node in states(cell) if node.role == "cell"][:1]]
