"""The power lab's curves: one per engine, both axes logarithmic, and marks where two of them cross."""

from typing import Any, cast

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP, QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.timing.lab import PLAIN, Against, Results, crossings, value_of
from playground.ui.plots.base import Plot
from playground.ui.plots.fonts import label_font
from playground.ui.plots.history import Line
from playground.ui.plots.items import AreaItem, Curve, Paint, Style
from playground.ui.plots.legend import Entry
from playground.ui.plots.ranges import spread
from playground.ui.plots.strokes import line_pen
from playground.ui.plots.ticks import nice_log_bounds
from playground.ui.power_lab.words import SHOWS, against_text, engine_text, show_text, tr, x_axis, y_axis

LOOKS: dict[str, tuple[Paint, str, tuple[float, ...]]] = {
    "native": (lambda theme: theme.accent, "circle", ()),
    "numpy": (lambda theme: theme.forget, "square", ()),
    "cupy": (lambda theme: theme.good, "diamond", ()),
    PLAIN: (lambda theme: theme.muted, "triangle", (5.0, 3.0)),
}
AGAINST: tuple[Against, ...] = ("units", "batch", "length")


class Marks(AreaItem):
    """Upright lines with a text each: the experiment's own size, and where two engines are equally fast."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: tuple[tuple[float, str], ...] = ()
        self._lines: list[tuple[float, str, QPointF]] = []
        self.setZValue(4)

    def set_marks(self, marks: tuple[tuple[float, str], ...]) -> None:
        """(x value, text) each."""
        if marks != self.marks:
            self.marks = marks
            self.rebuild()

    def rebuild(self) -> None:
        m, self._lines = self.mapping, []
        if m is None:
            return
        metrics, placed = QFontMetricsF(label_font()), list[QRectF]()
        for value, text in self.marks:
            x = float(m.x(np.array([value]))[0])
            if not m.rect.left() - 0.5 <= x <= m.rect.right() + 0.5:
                continue
            width = metrics.horizontalAdvance(text)
            left = x + 4 if x + 4 + width <= m.rect.right() else x - 4 - width
            box = QRectF(left, m.rect.bottom() - 17, width, 13)
            while any(box.intersects(other) for other in placed) and box.top() > m.rect.top():
                box.translate(0, -14)
            placed.append(box)
            self._lines.append((x, text, QPointF(box.left(), box.bottom() - 3)))
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.mapping is None:
            return
        rect, muted = self.mapping.rect, QColor(self.theme.muted)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(label_font())
        for x, text, at in self._lines:
            painter.setPen(line_pen(muted, 1.0, (1.5, 3.0)))
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
            painter.setPen(muted)
            painter.drawText(at, text)


class PowerPlot(Plot):
    """Draws what `results` hold; whoever measures says `make_stale`."""

    name = "power"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "A training step on every engine"))
    EMPTY = str(QT_TRANSLATE_NOOP("Plot", "Points appear here as they are measured."))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "How long a training step of this network takes on each engine of this machine, against its size; both "
            "axes are logarithmic. Dotted lines: the experiment's own size, and where two engines are equally fast.",
        )
    )
    logarithmic_x = False

    def build(self) -> None:
        self.results: Results | None = None
        self.log_y = True
        self.against = self.add_chooser("against", tr("against what"))
        self.against.offer([(against, against_text(against)) for against in AGAINST])
        self.show_chooser = self.add_chooser("show", tr("what is drawn"))
        self.show_chooser.offer([(show, show_text(show)) for show in SHOWS])
        self.marks = Marks()
        self.chart.add_item(self.marks)
        self.chart.cursor.setVisible(False)
        self.chart.set_log_x(True)
        self.chart.format_x = lambda value: f"{value:.0f}"
        self._drawn: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """With the network's name, once there is one."""
        results = getattr(self, "results", None)
        text = self.text("Plot", self.TITLE)
        return text if results is None else f"{text}: {results.work.net.name}"

    def set_results(self, results: Results | None) -> None:
        """Other measurements, or none."""
        self.results = results
        self.setAccessibleName(self.title)
        self.chart.setAccessibleName(self.title)
        self.chart.frame.set_title(self.title)
        self.place_choosers()
        self.chart.following = True
        self.make_stale()

    @property
    def message(self) -> str:
        """The calm line in place of curves, "" when there are some."""
        return self.chart.frame.message

    def draw(self) -> None:
        results, show = self.results, str(self.show_chooser.currentData())
        engines = tuple(results.engines()) if results is not None else ()
        if engines != self._drawn:
            self._begin(engines)
        against = cast(Against, self.against.currentData())
        self.chart.frame.x_axis, self.chart.frame.y_axis = x_axis(against), y_axis(show)
        self.chart.x_name = against_text(against)
        self.chart.set_message("" if engines else tr(self.EMPTY))
        if results is None or not engines:
            self.marks.set_marks(())
            return
        values, drawn = [], []
        for engine in engines:
            x, y = results.curve(engine, SHOWS[show])
            line = Line(np.array(x, float), np.array(y))
            self.chart.curves[engine].set_source(line)
            self.chart.curves[f"{engine} points"].set_source(line)
            values += x
            drawn.append(np.array(y))
        low, high = spread(drawn, positive=True) or (1.0, 10.0)
        first, last = min(values), max(values)
        self.chart.set_home((first / 1.15, max(last, 2 * first) * 1.15), nice_log_bounds(low * 0.9, high * 1.1))
        self.marks.set_marks(self._marks(results, engines))
        self.chart.rebuild()

    def _marks(self, results: Results, engines: tuple[str, ...]) -> tuple[tuple[float, str], ...]:
        own = value_of(results.work, results.against)
        marks = [(float(own), tr("this experiment: {0}").format(own))]
        fast = [engine for engine in engines if engine != PLAIN]
        for place, one in enumerate(fast):
            for other in fast[place + 1 :]:
                for value, _ in crossings(results, one, other):
                    text = tr("{0} = {1} at {2}").format(engine_text(one), engine_text(other), f"{value:.0f}")
                    marks.append((value, text))
        return tuple(marks)

    def _begin(self, engines: tuple[str, ...]) -> None:
        self._drawn = engines
        curves, entries = [], []
        for engine in engines:
            colour, mark, dash = LOOKS[engine]
            style = Style(colour, 1.8, dash, mark)
            curves.append(Curve(engine, engine_text(engine), style, (engine,)))
            dots = Curve(f"{engine} points", "", Style(colour, 1.8, (), mark, dots=True), (engine,))
            dots.setZValue(3)
            curves.append(dots)
            entries.append(Entry(engine, engine_text(engine), style))
        self.set_series(curves, entries)

    def columns(self) -> dict[str, Any]:
        self.refresh()
        results = self.results
        if results is None or not results.engines():
            return {}
        unit = {"units": "number", "batch": "sequences", "length": "time steps"}[results.against]
        values = sorted({value for engine in results.engines() for value in results.curve(engine, SHOWS["time"])[0]})
        table: dict[str, Any] = {f"{results.against} [{unit}]": np.array(values, np.int64)}
        for engine in results.engines():
            for show, suffix in (("time", "step [ms]"), ("speed", "speed [sequences/s]"), ("products", "[GFLOP/s]")):
                found = dict(zip(*results.curve(engine, SHOWS[show]), strict=True))
                table[f"{engine_text(engine)} {suffix}"] = np.array([found.get(value, np.nan) for value in values])
        return table
