"""The headline metric on the test data against the training step, with chance and the baselines."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.ui.plots.base import Plot
from playground.ui.plots.geometry import MARKS
from playground.ui.plots.history import History
from playground.ui.plots.items import Curve, Style, contestant
from playground.ui.plots.legend import Entry
from playground.ui.plots.ranges import Range, loss_range, spread, steps_range
from playground.ui.plots.words import metric_axis, metric_text, step_axis, tr


class MetricPlot(Plot):
    """One curve per network; accuracy always has the axis 0 … 1."""

    name = "metric"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Test metric"))
    EMPTY = str(QT_TRANSLATE_NOOP("Plot", "Press Space to train. After each test the result appears here."))
    logarithmic = True

    def build(self) -> None:
        self._names: tuple[str, ...] | None = None
        self._runs: list[History] = []
        self.chart.frame.x_axis = step_axis()
        self.chart.x_name = tr("step")
        self.chart.format_x = lambda x: f"{x:,.0f}"
        self.session.tests_changed.connect(self.make_stale)

    @property
    def metric_key(self) -> str:
        """The metric's key: the task's first; "" when neither the task nor a test has said."""
        facts = self.session.facts
        if facts is not None and facts.metrics:
            return str(facts.metrics[0])
        return next(iter(self.session.curves.test_metrics), "")

    def _values(self) -> NDArray[np.float64]:
        curves = self.session.curves
        empty = np.empty((0, len(curves.test_steps)))
        return curves.test_metrics.get(self.metric_key, empty)

    def draw(self) -> None:
        names, values = tuple(net.name for net in self.session.experiment.networks), self._values()
        if names != self._names:
            self._begin(names)
        metric, steps = self.metric_key, self.session.curves.test_steps
        log = self.log_y and metric != "accuracy"
        self.chart.frame.y_axis = metric_axis(metric, log)
        self.chart.frame.set_title(f"{tr('Test')}: {metric_text(metric)}" if metric else self.title)
        empty = not len(steps) or not len(values)
        self.chart.set_message(tr(self.EMPTY) if empty else "")
        for row, run in enumerate(self._runs):
            run.update(steps, values[row]) if row < len(values) else run.update(np.empty(0), np.empty(0))
        self.chart.levels.set_levels(self._levels())
        last = float(steps[-1]) if len(steps) else 0.0
        self.chart.set_home(steps_range(last), self._range(metric, log))
        self.chart.rebuild()

    def _levels(self) -> tuple[tuple[str, float], ...]:
        facts = self.session.facts
        found = [(name, metric) for name, (metric, _) in self.session.baselines.items() if np.isfinite(metric)]
        chance = facts.chance if facts is not None else None
        if chance is not None and not any(abs(value - chance) <= 1e-3 * abs(chance) for _, value in found):
            found.append((tr("chance"), float(chance)))
        return tuple(found)

    def _range(self, metric: str, log: bool) -> Range:
        if metric == "accuracy":
            return (-0.02, 1.04)
        drawn = [run.within(-np.inf, np.inf, 500)[1] for run in self._runs]
        drawn.append(np.array([value for _, value in self.chart.levels.levels]))
        return loss_range(spread(drawn, positive=log), log)

    def _begin(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._runs = [History() for _ in names]
        curves, entries = [], []
        for index, name in enumerate(names):
            style = Style(contestant(index), 1.7, mark=MARKS[index % len(MARKS)])
            curves.append(Curve(name, name, style, (name,)))
            entries.append(Entry(name, name, style))
        self.set_series(curves, entries)
        for name, run in zip(names, self._runs, strict=True):
            self.chart.curves[name].set_source(run)

    def columns(self) -> dict[str, Any]:
        self.refresh()
        curves, names = self.session.curves, self._names or ()
        table: dict[str, Any] = {"training step [step]": curves.test_steps.astype(np.int64)}
        for metric, values in curves.test_metrics.items():
            unit = "bit" if metric.startswith("bits") else "1"
            table |= {f"{name} {metric} [{unit}]": row for name, row in zip(names, values, strict=False)}
        return table
