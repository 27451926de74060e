"""The norm of the gradient at every training step, before and after clipping, with the threshold."""

from functools import lru_cache
from typing import Any

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.ui.plots.base import Plot
from playground.ui.plots.geometry import MARKS
from playground.ui.plots.history import Floats, Grown, History
from playground.ui.plots.items import Curve, Style, contestant
from playground.ui.plots.legend import Entry
from playground.ui.plots.ranges import Range, loss_range, spread, steps_range
from playground.ui.plots.ticks import Axis, value_text
from playground.ui.plots.words import step_axis, tr


@lru_cache(maxsize=2)
def _axis(log: bool) -> Axis:
    return Axis((tr("gradient norm ‖g‖ (loss per weight)"), tr("gradient norm ‖g‖"), "‖g‖"), log=log)


class ClippingPlot(Plot):
    """Pale: ‖g‖ as BPTT found it, the largest of a step's windows. In full colour: what the optimizer was given of it;
    dashes would cost ten times as much, the curve is that rough."""

    name = "clipping"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Gradient norm and clipping"))
    SHORT = str(QT_TRANSLATE_NOOP("Plot", "Clipping"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "The norm ‖g‖ of the gradient of all weights at every training step, and what is left of it after "
            "clipping: g ← θ g/‖g‖ where ‖g‖ ≥ θ (Pascanu et al. 2013). Peaks that are cut off here would have thrown "
            "the weights far away. The stronger line keeps to the threshold θ as it was at each step.",
        )
    )
    EMPTY = str(QT_TRANSLATE_NOOP("Plot", "Press Space to train. The norm of the gradient appears here, step by step."))
    group = "gradient"
    logarithmic = True

    def build(self) -> None:
        self.log_y = True
        self._names: tuple[str, ...] | None = None
        self._before: list[History] = []
        self._after: list[History] = []
        self._left: list[Grown] = []
        self.chart.frame.x_axis = step_axis()
        self.chart.x_name = tr("step")
        self.chart.format_x = lambda x: f"{x:,.0f}"
        self.session.scalars_changed.connect(self.make_stale)

    def draw(self) -> None:
        names = tuple(net.name for net in self.session.experiment.networks)
        if names != self._names:
            self._begin(names)
        curves = self.session.curves
        rows = min(len(names), len(curves.gradient_norms))
        empty = not rows or not len(curves.steps)
        self.chart.set_message(tr(self.EMPTY) if empty else "")
        self.chart.frame.y_axis = _axis(self.log_y)
        if not empty:
            self._update(rows)
        last = float(curves.steps[-1]) if len(curves.steps) else 0.0
        self.chart.levels.set_levels(self._levels())
        drawn = [line.reach(self.log_y) for line in (*self._before[:rows], *self._after[:rows])]
        drawn.append(np.array([value for _, value in self.chart.levels.levels]))
        self.chart.set_home(steps_range(last), self._range(drawn))
        self.chart.rebuild()

    def _update(self, rows: int) -> None:
        """Only what is new is computed: a million steps cost as much as a thousand."""
        curves = self.session.curves
        lows, highs = curves.extremes("gradient_norms")
        for row in range(rows):
            norms, before = curves.gradient_norms[row], self._before[row]
            generation = before.generation
            before.update(curves.steps, norms, lows[row], highs[row])
            left = self._left[row]
            if before.generation != generation:
                left.clear()
            done = left.count
            left.extend(self._limited(curves.steps[done:], norms[done:]))
            thinned = curves.steps[: lows.shape[1]]
            bounds = [self._limited(thinned, edge) for edge in (lows[row], highs[row])] if len(thinned) else []
            self._after[row].update(curves.steps, left.values, *bounds)

    def _limited(self, steps: Floats, norms: Floats) -> Floats:
        """What clipping leaves of each norm."""
        threshold = self.session.curves.thresholds(steps, self.session.experiment.training.clip_norm)
        return np.where((threshold > 0) & (norms > threshold), threshold, norms)

    def _levels(self) -> tuple[tuple[str, float], ...]:
        threshold = self.session.experiment.training.clip_norm
        return ((tr("threshold θ = {0}").format(value_text(threshold)), threshold),) if threshold else ()

    def _range(self, drawn: list[Floats]) -> Range:
        return loss_range(spread(drawn, positive=self.log_y), self.log_y)

    def _begin(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._before, self._after = [History() for _ in names], [History() for _ in names]
        self._left = [Grown() for _ in names]
        curves, entries = [], []
        for index, name in enumerate(names):
            colour, mark = contestant(index), MARKS[index % len(MARKS)]
            before, after = Style(colour, 1.0, strength=0.45), Style(colour, 1.6, mark=mark)
            curves.append(Curve(f"{name} before", f"{name} {tr('before clipping')}", before, (name, "before")))
            curves.append(Curve(f"{name} after", f"{name} {tr('after clipping')}", after, (name, "after")))
            curves[-1].setZValue(2)
            entries.append(Entry(name, name, Style(colour, 1.6, mark=mark)))
        muted = lambda theme: theme.muted  # noqa: E731
        entries.append(Entry("before", tr("before clipping"), Style(muted, 1.0, strength=0.6)))
        entries.append(Entry("after", tr("after"), Style(muted, 1.6)))
        self.set_series(curves, entries if names else [])
        for name, first, second in zip(names, self._before, self._after, strict=True):
            self.chart.curves[f"{name} before"].set_source(first)
            self.chart.curves[f"{name} after"].set_source(second)

    def columns(self) -> dict[str, Any]:
        self.refresh()
        curves, names = self.session.curves, self._names or ()
        table: dict[str, Any] = {"training step [step]": curves.steps.astype(np.int64)}
        for name, norms in zip(names, curves.gradient_norms, strict=False):
            table[f"{name} gradient norm before clipping [loss/1]"] = norms
            table[f"{name} gradient norm after clipping [loss/1]"] = self._limited(curves.steps, norms)
        threshold = self.session.experiment.training.clip_norm
        table["threshold [loss/1]"] = curves.thresholds(curves.steps, threshold)
        return table
