"""The headline metric on the test data against the training step, with chance and the baselines; other seeds as a
band."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtGui import QAction

from playground.export.tables import aligned
from playground.ui.plots.base import Plot
from playground.ui.plots.geometry import MARKS
from playground.ui.plots.history import History
from playground.ui.plots.items import Curve, Style, contestant
from playground.ui.plots.legend import Entry
from playground.ui.plots.ranges import Range, loss_range, spread, steps_range
from playground.ui.plots.seeds import SeedBands
from playground.ui.plots.ticks import Axis, nice_upper, value_text
from playground.ui.plots.words import metric_axis, metric_text, step_axis, step_text, tr


class MetricPlot(Plot):
    """One curve per network; accuracy always has the axis 0 … 1."""

    name = "metric"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Test metric"))
    SHORT = str(QT_TRANSLATE_NOOP("Plot", "Test"))
    group = "training"
    EMPTY = str(QT_TRANSLATE_NOOP("Plot", "Press Space to train. After each test the result appears here."))
    logarithmic = True

    def build(self) -> None:
        self._names: tuple[str, ...] | None = None
        self._runs: list[History] = []
        self._seeds = SeedBands(self.session)
        if hasattr(self.session, "repeats"):
            self.session.repeats.changed.connect(self.make_stale)
        self.clock = QAction(tr("Against the seconds of its own training"), self)
        self.clock.setObjectName("metric.seconds")
        self.clock.setCheckable(True)
        self.clock.toggled.connect(self._turn)
        self.acts.append(self.clock)
        self._show_axis()
        self.session.tests_changed.connect(self.make_stale)

    def _turn(self, *_: object) -> None:
        """Another x axis: all curves begin anew."""
        self._names = None
        self._show_axis()
        self.chart.reset_zoom()
        self.make_stale()

    def _show_axis(self) -> None:
        seconds = self.clock.isChecked()
        if seconds:
            self.chart.cursor.set_at(None)  # it marks a training step
        axis = Axis((tr("training time of each network alone (s)"), tr("own time (s)")))
        self.chart.frame.x_axis = axis if seconds else step_axis()
        self.chart.x_name = tr("second") if seconds else tr("step")
        self.chart.format_x = value_text if seconds else step_text

    def settings(self) -> dict[str, Any]:
        return super().settings() | ({"seconds": True} if self.clock.isChecked() else {})

    def restore(self, settings: dict[str, Any]) -> None:
        self.clock.setChecked(settings.get("seconds") is True)
        super().restore(settings)

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
        curves, metric = self.session.curves, self.metric_key
        steps, seconds = curves.test_steps, self.clock.isChecked()
        if self._seeds.update(() if seconds else names, metric) or names != self._names:
            self._begin(names)
        self._seeds.show(self.chart.curves)
        log = self.log_y and metric != "accuracy"
        self.chart.frame.y_axis = metric_axis(metric, log)
        self.chart.frame.set_title(
            f"{tr('Test')}: {metric_text(metric)} {self.number}".rstrip() if metric else self.title
        )
        empty = not len(steps) or not len(values)
        self.chart.set_message(tr(self.EMPTY) if empty and not self._seeds.bands else "")
        for row, run in enumerate(self._runs):
            if row < len(values):
                low, high = curves.extremes(metric)
                if seconds:
                    known = np.isfinite(own := curves.test_own_seconds[row])
                    run.update(own[known], values[row][known])
                else:
                    run.update(steps, values[row], low[row], high[row])
            else:
                run.update(np.empty(0), np.empty(0))
        self.chart.levels.set_levels(self._levels())
        if seconds:
            home = (0.0, nice_upper(max((float(run.x[-1]) for run in self._runs if len(run.x)), default=1.0)))
        else:
            home = steps_range(max(float(steps[-1]) if len(steps) else 0.0, self._seeds.last))
        self.chart.set_home(home, self._range(metric, log))
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
        drawn = [*(run.reach(log) for run in self._runs), *self._seeds.values()]
        drawn.append(np.array([value for _, value in self.chart.levels.levels]))
        return loss_range(spread(drawn, positive=log), log)

    def _begin(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._runs = [History() for _ in names]
        curves, entries = self._seeds.curves(names), []
        for index, name in enumerate(names):
            style = Style(contestant(index), 1.7, mark=MARKS[index % len(MARKS)])
            curves.append(Curve(name, name, style, (name,)))
            entries.append(Entry(name, name, style))
        self.set_series(curves, entries + self._seeds.entries())
        for name, run in zip(names, self._runs, strict=True):
            self.chart.curves[name].set_source(run)

    def columns(self) -> dict[str, Any]:
        self.refresh()
        curves, names = self.session.curves, self._names or ()
        table: dict[str, Any] = {}
        for metric, values in curves.test_metrics.items():
            table |= {f"{name} {metric} [{_unit(metric)}]": row for name, row in zip(names, values, strict=False)}
        if self.clock.isChecked():
            table |= {f"{name} own time [s]": row for name, row in zip(names, curves.test_own_seconds, strict=False)}
        seeds = self._seeds.columns(_unit(self.metric_key))
        return aligned("training step [step]", [(curves.test_steps.astype(np.int64), table), *seeds])


def _unit(metric: str) -> str:
    return "bit" if metric.startswith("bits") else "1"
