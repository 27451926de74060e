"""What was wanted and what every network said, along the probe sequence."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.network.traces import Traces
from playground.ui.plots.classes import ClassView, symbol_text
from playground.ui.plots.geometry import MARKS
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style, contestant
from playground.ui.plots.legend import Entry
from playground.ui.plots.ranges import spread, value_range
from playground.ui.plots.ticks import Axis
from playground.ui.plots.timeplot import TimePlot
from playground.ui.plots.words import tr

FEW = 5  # so many targets or fewer are drawn as marks, with the input behind them
INPUT, TARGET = "input", "target"


@lru_cache(maxsize=64)
def _axis(binary: bool, name: str) -> Axis:
    return Axis((tr("probability"),) if binary else (name or tr("value"), tr("value")))


class PredictionPlot(TimePlot):
    """Numbers are curves; classes are a heatmap of probabilities with the right symbol marked (see `ClassView`)."""

    name = "prediction"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Prediction"))

    def build(self) -> None:
        super().build()
        self._column = self.add_chooser("column", tr("which output"))
        self._net = self.add_chooser("net", tr("network"))
        self._classes = ClassView(self.chart)
        self._key: object = None
        self._range: tuple[float, float] | None = None
        self._input: NDArray = np.zeros(0)
        self._drawn_behind: object = None  # the curve of the input, and what was drawn there

    def draw(self) -> None:
        traces, facts = self.session.traces, self.session.facts
        networks = [net.name for net in self.session.experiment.networks]
        found = [net for net in (traces.networks if traces is not None else ()) if net.name in networks]
        if facts is not None and any(net.output.shape[1] != facts.outputs for net in found):
            found = []  # these are answers to the task before
        if traces is None or not found or not len(traces.targets):
            self._key = None
            self._classes.show(False)
            self.set_series([], [])
            self.chart.set_message(tr(self.EMPTY))
            self.place_choosers()
            return
        self.chart.set_message("")
        self.update_times(len(traces.targets))
        classes = facts is not None and facts.loss == "cross_entropy"
        self._classes.show(classes)
        if classes:
            self._draw_classes(traces, networks)
        else:
            self._draw_values(traces, networks)

    # -- classes --------------------------------------------------------------------------------------------------

    def _draw_classes(self, traces: Traces, networks: list[str]) -> None:
        self._column.offer([])
        self._column.setVisible(False)
        known = {net.name: net for net in traces.networks}
        offered = [known[name] for name in networks if name in known]
        fresh = self._net.currentData() not in [net.name for net in offered]
        self._net.offer([(net.name, net.name) for net in offered])
        if fresh:  # at first, the one that knows most
            self._net.choose(min(offered, key=lambda net: np.nan_to_num(net.loss, nan=np.inf)).name)
        if self._key != "classes":
            self._key = "classes"
            self.set_series([], [])
        name = self._net.currentData()
        output = next(net.output for net in traces.networks if net.name == name)
        index = networks.index(name)
        symbols = self.session.facts.symbols or tuple(str(number) for number in range(output.shape[1]))
        low, high = self.time_range(0.5)
        rows = self._classes.update(output, traces.targets[:, 0], symbols, self.times, contestant(index))
        self.place_choosers()
        self.chart.set_home((low, high), (-0.5, max(1, rows) - 0.5))

    # -- values ---------------------------------------------------------------------------------------------------

    def _draw_values(self, traces: Traces, networks: list[str]) -> None:
        facts = self.session.facts
        self._net.offer([])
        self._net.setVisible(False)
        width = traces.targets.shape[1]
        names = facts.output_names if facts is not None and len(facts.output_names) == width else ()
        self._column.offer([(i, names[i] if names else tr("output {0}").format(i)) for i in range(width)])
        column = self._column.currentData() or 0
        wanted = traces.targets[:, column].astype(np.float64)
        few = int(np.isfinite(wanted).sum()) <= FEW
        said = {net.name: net.output[:, column].astype(np.float64) for net in traces.networks if net.name in networks}
        key = (tuple(networks), tuple(said), few)
        if key != self._key:
            self._key, self._range = key, None
            self._begin(networks, list(said), few)
        lines = {TARGET: wanted}
        for name, values in said.items():
            lines[name] = np.where(np.isfinite(wanted), values, np.nan) if few else values
        self._range = value_range(spread(lines.values()), self._range)
        if few:
            self._behind(traces.inputs[:, 0].astype(np.float64))
        for name, values in lines.items():
            self.chart.curves[name].set_source(Line(self.times, values))
        self._compare(column, few, list(said))
        self._label(names[column] if names else "")
        self.place_choosers()
        self.chart.set_home(self.time_range(0.5 if few else 0.0), self._range)

    def _compare(self, column: int, few: bool, networks: list[str]) -> None:
        """What they would say without interventions, on the sequence as the task made it."""
        ghosts: Traces | None = getattr(self.session, "ghosts", None)
        lines: dict[str, NDArray] = {}
        for net in ghosts.networks if ghosts is not None else ():
            if net.name in networks and column < net.output.shape[1]:
                lines[net.name] = net.output[: len(self.times), column].astype(np.float64)
        if ghosts is not None and few and lines and self._input.size:
            before = ghosts.inputs[: len(self.times), 0].astype(np.float64)
            if not np.array_equal(before, self._input[: len(before)]):
                lines[INPUT] = self._scaled(before)
        self.draw_ghosts(lines)

    def _behind(self, values: NDArray) -> None:
        """The input as a pale line that fills the height: it shows what came when, on a scale of its own."""
        self._input = values
        of = self.chart.curves[INPUT], self._range, self.times.tobytes(), values.tobytes()
        if of == self._drawn_behind:  # it is the same at every moment of the training
            return
        self._drawn_behind, curve = of, of[0]
        curve.read_from = Line(self.times, values)
        curve.set_source(Line(self.times, self._scaled(values)))

    def _scaled(self, values: NDArray) -> NDArray:
        """Inputs on the scale of the answers."""
        assert self._range is not None
        low, high = self._range
        found = spread([self._input]) or (0.0, 1.0)
        part = (values - found[0]) / ((found[1] - found[0]) or 1.0)
        return np.asarray(low + (0.08 + 0.84 * part) * (high - low))

    def _label(self, name: str) -> None:
        facts = self.session.facts
        binary = facts is not None and facts.loss == "binary_cross_entropy"
        self.chart.frame.y_axis = _axis(binary, name)

    def _begin(self, networks: list[str], said: list[str], few: bool) -> None:
        curves, entries = [], []

        def add(key: str, text: str, style: Style, z: float) -> None:
            curve = Curve(key, text, style, (key,))
            curve.setZValue(z)
            curves.append(curve)
            entries.append(Entry(key, text, style))

        if few:
            add(INPUT, tr("input (scaled)"), Style(lambda theme: theme.input, 1.0, strength=0.5), 1)
            add(TARGET, tr("target"), Style(lambda theme: theme.text, 1.4, mark="ring", dots=True), 2)
        else:
            add(TARGET, tr("target"), Style(lambda theme: theme.text, 3.0, strength=0.32), 2)
        for name in said:
            index = networks.index(name)
            mark = MARKS[index % len(MARKS)]
            add(name, name, Style(contestant(index), 1.6, mark=mark, dots=few), 3 + index)
        self.set_series(curves, entries)

    # -- tables ---------------------------------------------------------------------------------------------------

    def columns(self) -> dict[str, Any]:
        self.refresh()
        traces, facts = self.session.traces, self.session.facts
        if traces is None:
            return {}
        header, times = self.time_column()
        table: dict[str, Any] = {header: times}

        def add(kind: str, values: NDArray, names: tuple[str, ...]) -> None:
            for column in range(values.shape[1]):
                name = symbol_text(names[column]) if len(names) == values.shape[1] else str(column)
                table[f"{kind} {name}" + ("" if "[" in name else " [1]")] = values[:, column]

        add("input", traces.inputs, facts.input_names if facts is not None else ())
        names = facts.output_names if facts is not None else ()
        add("target", traces.targets, names)
        for net in traces.networks:
            add(net.name, net.output, (facts.symbols or names) if facts is not None else ())
        return table
