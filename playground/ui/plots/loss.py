"""The loss: every network's training loss, pale and smoothed, its test loss dashed, the baselines; and the test loss
of other seeds as a band."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.export.tables import aligned
from playground.training.curves import Curves
from playground.ui.plots.base import Plot
from playground.ui.plots.geometry import MARKS
from playground.ui.plots.history import History
from playground.ui.plots.items import Curve, Style, contestant
from playground.ui.plots.legend import Entry
from playground.ui.plots.ranges import Range, loss_range, spread, steps_range
from playground.ui.plots.seeds import SeedBands
from playground.ui.plots.smoothing import SPANS, Smoothed
from playground.ui.plots.words import loss_axis, step_axis, step_text, tr

TEST_DASH = (5.0, 3.0)
BULK = (0.02, 0.98)  # quantiles of the raw loss that the axis makes room for


class Run:
    """The curves of one network."""

    def __init__(self, span: int) -> None:
        self.raw, self.smooth, self.test = History(), History(), History()
        self.smoothed = Smoothed(span)
        self._generation = 0
        self._bulk: tuple[int, int, NDArray[np.float64]] | None = None  # of which curve, with how many steps

    def update(self, curves: Curves, row: int) -> None:
        """Take over the grown curves."""
        losses, (low, high) = curves.losses[row], curves.extremes("losses")
        self.raw.update(curves.steps, losses, low[row], high[row])
        if self.raw.generation != self._generation:
            self._generation = self.raw.generation
            self.smoothed.clear()
        values = self.smoothed.update(losses, curves.steps, curves.weights)
        self.smooth.update(self.smoothed.places, values)
        low, high = curves.extremes("test_losses")
        self.test.update(curves.test_steps, curves.test_losses[row], low[row], high[row])

    def bulk(self) -> NDArray[np.float64]:
        """What nearly all raw losses lie between; found anew whenever there are some more."""
        count = len(self.raw)
        if self._bulk is None or self._bulk[0] != self.raw.generation or not 0 <= count - self._bulk[1] <= count // 64:
            raw = self.raw.within(-np.inf, np.inf, 500)[1]
            raw = raw[np.isfinite(raw)]
            self._bulk = self.raw.generation, count, _quantiles(np.sort(raw)) if raw.size else raw
        return self._bulk[2]

    def clear(self) -> None:
        """No curve."""
        for line in (self.raw, self.smooth, self.test):
            line.update(np.empty(0), np.empty(0))
        self.smoothed.clear()


def _quantiles(rising: NDArray[np.float64]) -> NDArray[np.float64]:
    """`BULK` of these, as `np.quantile` has it, which takes long to get there."""
    return np.interp([part * (len(rising) - 1) for part in BULK], np.arange(len(rising)), rising)


class LossPlot(Plot):
    """A million steps cost as much as a thousand: curves are drawn from a pyramid of minima and maxima."""

    name = "loss"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Loss"))
    group = "training"
    EMPTY = str(QT_TRANSLATE_NOOP("Plot", "Press Space to train. The loss appears here, step by step."))
    logarithmic = True
    smoothed = True

    def build(self) -> None:
        self.log_y = True
        self.span = 20
        self._runs: list[Run] = []
        self._names: tuple[str, ...] | None = None
        self._seeds = SeedBands(self.session)
        self.chart.frame.x_axis = step_axis()
        self.chart.x_name = tr("step")
        self.chart.format_x = step_text
        self.session.scalars_changed.connect(self.make_stale)
        self.session.tests_changed.connect(self.make_stale)
        if hasattr(self.session, "repeats"):
            self.session.repeats.changed.connect(self.make_stale)

    @property
    def loss_kind(self) -> str:
        """The loss that is trained, "" when neither the document nor the task says."""
        wanted, facts = self.session.experiment.training.loss, self.session.facts
        return wanted if wanted != "auto" else (facts.loss if facts is not None else "")

    def set_span(self, span: int) -> None:
        """Smooth over about so many steps; 1 is none."""
        if span != self.span:
            self.span = span
            self._names = None
            self.make_stale()

    def settings(self) -> dict[str, Any]:
        return super().settings() | {"smoothing": self.span}

    def restore(self, settings: dict[str, Any]) -> None:
        if settings.get("smoothing") in SPANS:
            self.set_span(int(settings["smoothing"]))
        super().restore(settings)

    def draw(self) -> None:
        curves, names = self.session.curves, tuple(net.name for net in self.session.experiment.networks)
        if self._seeds.update(names, "loss") or names != self._names:
            self._begin(names)
        self._seeds.show(self.chart.curves)
        rows = min(len(names), len(curves.losses))
        self.chart.frame.y_axis = loss_axis(self.loss_kind, self.log_y)
        empty = not rows or (not len(curves.steps) and not len(curves.test_steps))
        self.chart.set_message(tr(self.EMPTY) if empty and not self._seeds.bands else "")
        for row, run in enumerate(self._runs):
            if row < rows:
                run.update(curves, row)
            else:
                run.clear()
        self.chart.levels.set_levels(self._baselines())
        last = max((float(at[-1]) for at in (curves.steps, curves.test_steps) if len(at)), default=0.0)
        self.chart.set_home(steps_range(max(last, self._seeds.last)), self._y_range(rows))
        self.chart.rebuild()

    def _baselines(self) -> tuple[tuple[str, float], ...]:
        """Baselines that are measured in the very loss that is drawn."""
        facts = self.session.facts
        if facts is None or facts.loss != self.loss_kind:
            return ()
        return tuple((name, loss) for name, (_, loss) in self.session.baselines.items() if np.isfinite(loss))

    def _begin(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._runs = [Run(self.span) for _ in names]
        curves, entries = self._seeds.curves(names), []
        for index, name in enumerate(names):
            colour = contestant(index)
            mark = MARKS[index % len(MARKS)]
            if self.span > 1:
                pale = Curve(f"{name} raw", "", Style(colour, 1.0, strength=0.35), (name, "train"))
                pale.setZValue(1)
                curves.append(pale)
            main = Curve(f"{name} train", f"{name} {tr('train')}", Style(colour, 1.7, mark=mark), (name, "train"))
            test = Curve(f"{name} test", f"{name} {tr('test')}", Style(colour, 1.5, TEST_DASH, mark), (name, "test"))
            main.setZValue(2)
            test.setZValue(3)
            curves += [main, test]
            entries.append(Entry(name, name, Style(colour, 1.7, mark=mark)))
        muted = lambda theme: theme.muted  # noqa: E731
        entries.append(Entry("train", tr("train"), Style(muted, 1.5)))
        entries.append(Entry("test", tr("test"), Style(muted, 1.5, TEST_DASH)))
        entries += self._seeds.entries()
        self.set_series(curves, entries if names else [])
        for name, run in zip(names, self._runs, strict=True):
            if self.span > 1:
                self.chart.curves[f"{name} raw"].set_source(run.raw)
            self.chart.curves[f"{name} train"].set_source(run.smooth if self.span > 1 else run.raw)
            self.chart.curves[f"{name} test"].set_source(run.test)

    def _y_range(self, rows: int) -> Range:
        """Room for the smoothed and the test curves, the bulk of the raw ones, and the baselines."""
        drawn = [np.array([value for _, value in self.chart.levels.levels]), *self._seeds.values()]
        for run in self._runs[:rows]:
            drawn += [run.smooth.reach(self.log_y), run.test.reach(self.log_y)]
            if len(run.raw):
                drawn.append(run.bulk())
        return loss_range(spread(drawn, positive=self.log_y), self.log_y)

    def columns(self) -> dict[str, Any]:
        self.refresh()
        curves, unit = self.session.curves, self.loss_kind.replace("_", " ") or "loss"
        names = self._names or ()
        rows = min(len(names), len(curves.losses))
        trained = {f"{name} train [{unit}]": curves.losses[row] for row, name in enumerate(names[:rows])}
        tested = {f"{name} test [{unit}]": curves.test_losses[row] for row, name in enumerate(names[:rows])}
        steps = curves.steps.astype(np.int64), curves.test_steps.astype(np.int64)
        groups = [(steps[0], trained), (steps[1], tested), *self._seeds.columns(unit)]
        return aligned("training step [step]", groups)
