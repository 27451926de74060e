"""The sequence as text, every symbol shaded by what one unit does there (Karpathy, Johnson and Fei-Fei 2015)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP, QPointF

from playground.ui.plots.choosers import units_text
from playground.ui.plots.classes import symbol_text
from playground.ui.plots.heat import ColourBar, HeatItem, signed_table
from playground.ui.plots.layers import layer_cell, maps
from playground.ui.plots.text_grid import TextGrid, symbols_of
from playground.ui.plots.ticks import Axis, nice_upper, value_text
from playground.ui.plots.timeplot import TimePlot
from playground.ui.plots.words import tr


class TextUnitsPlot(TimePlot):
    """Symbols of a text, or the numbers of a series as text. Blue and underlined: positive; orange and dotted:
    negative. Levels are ±1 where the values stay within; larger values widen them for good."""

    name = "text"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Sequence as text"))
    SHORT = str(QT_TRANSLATE_NOOP("Plot", "Text"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "The probe sequence as text, each symbol shaded by the value of one unit at that step: blue and underlined "
            "where it is positive, orange and dotted where it is negative, the stronger the larger (Karpathy, Johnson "
            "and Fei-Fei 2015). A series of numbers is written as numbers. A click sets the time.",
        )
    )
    group = "memory"

    def build(self) -> None:
        super().build()
        self._layer = self.make_layer_chooser()
        self._node = self.add_chooser("node", tr("which values"))
        self._unit = self.add_chooser("unit", tr("which unit"))
        self._values: NDArray = np.zeros((0, 0))
        self._symbols: list[str] = []
        self._numbers: tuple[NDArray, list[str]] = np.zeros(0), []  # inputs, and as text
        self._level, self._key = 1.0, None
        self._bar = ColourBar()
        self.chart.add_heat(HeatItem(signed_table), self._bar)
        self.chart.bar_alone = True
        self.chart.show_heat(False)
        self.chart.frame.bare = True
        self.chart.frame.y_axis = Axis((tr("value of the unit (no unit)"),))
        self._text = TextGrid(self.session.set_time)
        self.chart.add_item(self._text)
        self.chart.moved.connect(self._point)
        self.chart.cursor.setVisible(False)
        self.session.time_changed.connect(self.make_stale)

    def draw(self) -> None:
        choice = self.offer_layers(self._layer)
        cell = layer_cell(self.session.experiment, choice)
        self._node.offer(maps(cell) if cell is not None else [])
        node = self._node.currentData()
        self._values = self.node_values(choice, node)
        self._text.setVisible(bool(self._values.size))
        if not self._values.size:
            self.chart.set_message(tr(self.EMPTY))
            self.place_choosers()
            return
        length, units = self._values.shape
        self._unit.offer(list(units_text(units)))
        key: Any = (choice, node, units)
        if key != self._key:
            self._key, self._level = key, 1.0
        largest = float(max(self._values.max(), -self._values.min()))
        if not np.isfinite(largest):
            largest = float(np.nanmax(np.abs(np.where(np.isfinite(self._values), self._values, 0.0))))
        if largest > self._level * 1.001:
            self._level = nice_upper(largest)
        self._bar.set_ends(f"−{value_text(self._level)}", f"+{value_text(self._level)}")
        self.chart.set_message("")
        self.update_times(length)
        self._symbols = self._as_text(length)
        self.place_choosers()
        self.chart.set_home(self.time_range(), (0.0, 1.0))
        self._text.set_text(self._symbols, self._column() / self._level, int(self.session.time), self._said)

    def _point(self, at: QPointF | None) -> None:
        """Through a method of this: what is connected to an item that dies first is called on its remains."""
        self._text.point_at(at)

    def _column(self) -> NDArray[np.float64]:
        """The chosen unit's values [T]."""
        unit = self._unit.currentData()
        return self._values[:, unit if unit is not None and unit < self._values.shape[1] else 0].astype(np.float64)

    def _as_text(self, length: int) -> list[str]:
        """What stands for each step: its symbol, or the first number of its input."""
        facts, probe, traces = self.session.facts, self.session.probe, self.session.traces
        if facts is not None and probe is not None and facts.input_symbols and len(probe.times) == length:
            return symbols_of(probe.batch.inputs[:, 0], facts.input_symbols)
        inputs = traces.inputs[:, 0] if traces is not None and len(traces.inputs) == length else np.zeros(length)
        if not np.array_equal(inputs, self._numbers[0]):  # while it trains they are the same again and again
            self._numbers = inputs.copy(), [f"{value:.2g}".replace("-", "−") for value in inputs.tolist()]
        return self._numbers[1]

    def _said(self, step: int) -> str:
        text = tr("{0} at {1} {2}: {3} of {4} is {5}")
        at = self.chart.format_x(float(self.times[step]))
        value = value_text(float(self._column()[step]))
        unit, node = self._unit.currentText() or tr("unit {0}").format(0), self._node.currentText()
        return text.format(symbol_text(self._symbols[step]), self.chart.x_name, at, unit, node, value)

    def columns(self) -> dict[str, Any]:
        self.refresh()
        if not self._values.size:
            return {}
        header, times = self.time_column()
        table: dict[str, Any] = {header: times, "symbol [text]": [symbol_text(symbol) for symbol in self._symbols]}
        layer, node = self._layer.currentData()[1], self._node.currentData()
        table[f"{layer}.{node}.{self._unit.currentData() or 0} [1]"] = self._column()
        return table
