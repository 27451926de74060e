"""Predicted classes along the probe: probabilities as a heatmap, symbols as rows, the right symbol marked."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.chart import Chart
from playground.ui.plots.geometry import draw_mark
from playground.ui.plots.heat import ColourBar, HeatItem, rising_indices, rising_table
from playground.ui.plots.items import AreaItem, Paint
from playground.ui.plots.readout import Reading
from playground.ui.plots.ticks import Axis, value_text
from playground.ui.plots.words import tr

ROW = 11.0  # px: a symbol's row is not lower than that, as long as all that occur have one
LIKELY = 0.05
VISIBLE = {" ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍", "": "∅"}


def symbol_text(symbol: str) -> str:
    """A symbol as something that can be seen."""
    return VISIBLE.get(symbol, symbol)


def rows_for(output: NDArray, targets: NDArray, most: int) -> NDArray[np.intp]:
    """Class numbers worth a row, in order: every one that is a target, then the likeliest others, at most `most`."""
    likely = np.nan_to_num(np.nanmax(np.nan_to_num(output), axis=0, initial=0.0))
    wanted = np.unique(targets[np.isfinite(targets)]).astype(np.intp)
    wanted = wanted[(wanted >= 0) & (wanted < output.shape[1])]
    score = likely.copy()
    score[wanted] += 2.0 + np.array([np.sum(targets == w) for w in wanted]) if wanted.size else 0.0
    order = np.argsort(-score, kind="stable")
    order = order[score[order] >= LIKELY] if np.any(score >= LIKELY) else order
    return np.sort(order[: max(2, most)])


class Marks(AreaItem):
    """A dot in the cell of each right symbol."""

    def __init__(self) -> None:
        super().__init__()
        self._cells: list[tuple[float, float]] = []
        self.setZValue(5)

    def set_cells(self, cells: list[tuple[float, float]]) -> None:
        """cells: (time, row) each."""
        if cells != self._cells:
            self._cells = cells
            self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        m = self.mapping
        if m is None or not self._cells:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = np.array(self._cells)
        px, py = m.x(at[:, 0]), m.y(at[:, 1])
        rim, core = QColor(self.theme.panel), QColor(self.theme.text)
        for x, y in zip(px.tolist(), py.tolist(), strict=True):
            if m.rect.contains(x, y):
                draw_mark(painter, "circle", x, y, 3.4, rim)
                draw_mark(painter, "circle", x, y, 2.2, core)


class ClassView:
    """Turns a chart into a heatmap of probabilities, and back."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self._heat = HeatItem(lambda theme: rising_table(theme, lambda t: t.accent))
        self._bar, self._marks = ColourBar(), Marks()
        self._bar.low, self._bar.high = "0", tr("probability 1")
        self._output: NDArray = np.zeros((0, 0))
        self._targets: NDArray = np.zeros(0)
        self._times: NDArray = np.zeros(0)
        self._symbols: tuple[str, ...] = ()
        self._paint: Paint = lambda theme: theme.accent
        self._key: object = None
        chart.add_heat(self._heat, self._bar)
        chart.add_item(self._marks)
        self.show(False)

    def show(self, on: bool) -> None:
        """Classes, or curves."""
        self.chart.show_heat(on)
        self._marks.setVisible(on)
        self.chart.extra_readings = self._reading if on else None

    def update(self, output: NDArray, targets: NDArray, symbols: tuple[str, ...], times: NDArray, colour: Paint) -> int:
        """output [T, O] probabilities, targets [T] class numbers (NaN: none). Returns the number of rows."""
        self._output, self._targets, self._symbols, self._times = output, targets, symbols, times
        self._paint = colour
        rows = rows_for(output, targets, int(max(60.0, self.chart.height() - 70.0) / ROW))
        self.chart.frame.y_axis = Axis((tr("symbol"),), names=tuple(symbol_text(symbols[row]) for row in rows))
        key = colour(self.chart.theme), self.chart.theme.name
        if key != self._key:
            self._key = key
            self._heat.set_table(lambda theme: rising_table(theme, self._paint))
            self._bar.stops = lambda theme: [theme.zero, self._paint(theme)]
        step = float(times[-1] - times[0]) / max(1, len(times) - 1) or 1.0
        self._heat.set_cells(rising_indices(output[:, rows].T), float(times[0]), step)
        place = {int(row): number for number, row in enumerate(rows)}
        wanted = [(float(t), place.get(int(c))) for t, c in zip(times, targets, strict=True) if np.isfinite(c)]
        self._marks.set_cells([(t, float(row)) for t, row in wanted if row is not None])
        return len(rows)

    def _reading(self, x: float, y: float) -> list[Reading]:
        if not len(self._times):
            return []
        at = int(np.argmin(np.abs(self._times - x)))
        theme, found = self.chart.theme, []
        if np.isfinite(self._targets[at]):
            target = int(self._targets[at])
            text = symbol_text(self._symbols[target])
            found.append(Reading(f"{tr('right')}: {text}", value_text(float(self._output[at, target])), theme.text))
        for row in np.argsort(-np.nan_to_num(self._output[at]), kind="stable")[:3]:
            value = float(self._output[at, row])
            found.append(Reading(symbol_text(self._symbols[row]), value_text(value), self._paint(theme), "square"))
        return found
