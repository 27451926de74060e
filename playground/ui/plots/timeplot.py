"""Plots over the probe sequence: their x axis is sequence time, and a cursor marks the moment that is looked at."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.ui.plots.history import Line
from playground.ui.plots.layerplot import LayerPlot
from playground.ui.plots.stretches import Stretch
from playground.ui.plots.ticks import value_text
from playground.ui.plots.words import time_axis, tr


class TimePlot(LayerPlot):
    """`times` are what the x axis reads ([T]: years, or 0 … T−1); the session's time is an index into them."""

    EMPTY = str(QT_TRANSLATE_NOOP("Plot", "Press Space to train. What happens along one test sequence appears here."))

    def build(self) -> None:
        super().build()
        self.times: NDArray[np.float64] = np.arange(2.0)
        self._timed: tuple[Any, Any, int] | None = None  # what `times` are of
        self.chart.frame.x_axis = time_axis("step")
        self.session.traces_changed.connect(self.make_stale)
        self.session.time_changed.connect(self._move_cursor)
        self.chart.time_picked.connect(self._pick)

    def draw_ghosts(self, ghosts: dict[str, NDArray]) -> None:
        """curve key → values [≤ T] of its ghost; curves that are not named have none. `times` must be up to date."""
        for key, curve in self.chart.curves.items():
            values = ghosts.get(key)
            curve.set_ghost(Line(self.times[: len(values)], values) if values is not None else None)
        self.chart.set_ghost_text(self.ghost_text() if ghosts else "")

    def ghost_text(self) -> str:
        """What the ghosts are, for the legend."""
        return str(getattr(self.session, "ghost_name", "")) or tr("before")

    def mark_stretches(self, stretches: Iterable[tuple[int, int, str]]) -> None:
        """Shade steps first … last of the sequence, each with a text: where something is clamped or held."""
        half = (self.times[-1] - self.times[0]) / max(1, len(self.times) - 1) / 2
        last = len(self.times) - 1
        inside = [(a, min(b, last), text) for a, b, text in stretches if 0 <= a <= min(b, last)]
        made = [Stretch(float(self.times[a] - half), float(self.times[b] + half), text) for a, b, text in inside]
        self.chart.stretches.set_stretches(tuple(made))

    def update_times(self, length: int) -> None:
        """Take over the time axis of the probe; whole numbers when it has none that fits."""
        probe, facts = self.session.probe, self.session.facts
        known = (probe, facts, length)
        before = self._timed
        if before is not None and before[0] is probe and before[1] is facts and before[2] == length:
            return
        self._timed = known
        fits = probe is not None and len(probe.times) == length
        name = facts.time_name if facts is not None and fits else "step"
        times = np.asarray(probe.times, np.float64) if fits else np.arange(float(length))
        if length > 1 and not (np.all(np.isfinite(times)) and np.all(np.diff(times) > 0)):
            name, times = "step", np.arange(float(length))
        self.times = times
        self.chart.frame.x_axis = time_axis(name)
        self.chart.x_name = "t" if name == "step" else name
        self.chart.format_x = (lambda x: f"{x:.0f}") if name == "step" else value_text
        self._move_cursor()

    def time_range(self, half: float = 0.0) -> tuple[float, float]:
        """First to last time; `half` a step more on either side for cells."""
        first, last = float(self.times[0]), float(self.times[-1])
        if last <= first:
            return first - 0.5, first + 0.5
        step = (last - first) / (len(self.times) - 1)
        return first - half * step, last + half * step

    def time_column(self) -> tuple[str, NDArray]:
        """Header and values of the first column of a table."""
        return f"time [{'step' if self.chart.x_name == 't' else self.chart.x_name}]", self.times

    def _move_cursor(self, *_: object) -> None:
        index = int(self.session.time)
        self.chart.cursor.set_at(float(self.times[index]) if 0 <= index < len(self.times) else None)

    def _pick(self, x: float) -> None:
        self.session.set_time(int(np.argmin(np.abs(self.times - x))))
