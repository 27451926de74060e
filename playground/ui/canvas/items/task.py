"""The sequence card: its name and size, and the probe's real input with the cursor of sequence time."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath

from playground.tasks.base import Facts
from playground.tasks.spec import AnyTask, DelayedRecall
from playground.ui.canvas.items.card import CENTRE, LEFT, PADDING, RIGHT, WRAPPED, Card, card_tip
from playground.ui.canvas.layout import Rect
from playground.ui.canvas.style import Style, elide, pen, width_of
from playground.ui.sequences import title_of

MOST_CURVES = 3  # input columns drawn; the first is the strong one
MOST_POINTS = 400


class TaskItem(Card):
    """`set_probe` gives it the inputs [T, D]; a text shows its characters around the cursor instead of curves."""

    def __init__(self, spec: AnyTask, facts: Facts | None, problem: str, rect: Rect, style: Style) -> None:
        theme = style.theme
        super().__init__("canvas.task", rect, style, theme.warning if problem else theme.input, 1.5)
        self.spec, self.facts, self.problem = spec, facts, problem
        self.inputs: NDArray[np.floating] = np.zeros((0, 0))
        self.curves: list[QPainterPath] = []
        self.time = 0
        self.chart = QRectF(PADDING, 34, rect.width - 2 * PADDING, rect.height - 34 - 32)
        translate = QCoreApplication.translate
        name = title_of(spec) or translate("TaskItem", "Sequence")
        size = f"{facts.inputs} × {facts.length}" if facts else ""
        head = self.line(9)
        self.write(name, head, style.title, theme.text)
        if width_of(name, style.title) + 8 + width_of(size, style.small) <= head.width():
            self.write(size, head, style.small, theme.muted, RIGHT)
        else:
            self.write(size, head.translated(0, 16), style.small, theme.muted)
            self.chart.setTop(46)
        if problem:
            inside = QRectF(PADDING, 30, self.chart.width(), rect.height - 40)
            text = elide(problem, style.small, inside.width() * int(inside.height() // 16) * 0.85)
            self.write(text, inside, style.small, theme.warning, WRAPPED, wrap=True)
        elif facts:
            self._write_foot(facts)
        counts = ""
        if facts:
            counts = translate("TaskItem", "{0} inputs × {1} steps, {2} outputs").format(
                facts.inputs, facts.length, facts.outputs
            )
        self.setToolTip(card_tip(name, counts, facts.about if facts else "", problem))

    def _write_foot(self, facts: Facts) -> None:
        """What comes in, and where the answer is wanted."""
        style, theme = self.style, self.style.theme
        translate = QCoreApplication.translate
        foot = self.line(self.box.height() - 26)
        if isinstance(self.spec, DelayedRecall):
            left, middle, right = (
                translate("TaskItem", "cue"), translate("TaskItem", "noise"), translate("TaskItem", "answer?"),
            )  # fmt: skip
            sides = max(width_of(left, style.small), width_of(right, style.small))
            if 2 * sides + width_of(middle, style.small) + 16 <= foot.width():
                self.write(middle, foot, style.small, theme.muted, CENTRE)
        else:
            left = facts.input_names[0] if facts.input_names and not facts.input_symbols else facts.time_name
            right = translate("TaskItem", "answer?") if facts.at == "last" else translate("TaskItem", "next?")
        taken = width_of(right, style.small)
        self.write(right, foot, style.small, theme.accent, RIGHT)
        self.write(left, foot.adjusted(0, 0, -taken - 8, 0), style.small, theme.accent, LEFT)

    def set_probe(self, inputs: NDArray[np.floating] | None) -> None:
        """inputs [T, D] of the one sequence that is looked at."""
        self.inputs = np.zeros((0, 0)) if inputs is None else inputs
        symbolic = self.facts is not None and self.facts.input_symbols is not None
        self.curves = [] if symbolic else curves(self.inputs[:, :MOST_CURVES], self.chart)
        self.update()

    def set_time(self, time: int) -> None:
        if time != self.time:
            self.time = time
            self.update()

    def paint_inside(self, painter: QPainter) -> None:
        if self.problem or len(self.inputs) == 0:
            return
        if self.facts is not None and self.facts.input_symbols is not None:
            self._paint_symbols(painter, self.facts.input_symbols)
        else:
            self._paint_curves(painter)

    def _paint_curves(self, painter: QPainter) -> None:
        theme = self.style.theme
        for number, path in reversed(list(enumerate(self.curves))):
            colour = QColor(theme.input)
            colour.setAlpha(255 if number == 0 else 110)
            painter.setPen(pen(colour, 1.4 if number == 0 else 1.0))
            painter.drawPath(path)
        steps = len(self.inputs)
        time = min(self.time, steps - 1)
        x = self.chart.x() + (time / max(1, steps - 1)) * self.chart.width()
        line = QColor(theme.accent)
        line.setAlpha(90)
        painter.setPen(pen(line, 1.0))
        painter.drawLine(QLineF(x, self.chart.top(), x, self.chart.bottom()))
        painter.setPen(pen(theme.panel, 1.0))
        painter.setBrush(QColor(theme.accent))
        painter.drawEllipse(QPointF(x, height_of(self.inputs[:, :MOST_CURVES], time, self.chart)), 4.0, 4.0)

    def _paint_symbols(self, painter: QPainter, symbols: tuple[str, ...]) -> None:
        """The text around the cursor, the character at the cursor on a coloured field."""
        theme, font = self.style.theme, self.style.fixed
        advance, line = width_of("m", font), 17.0
        fits, lines = int(self.chart.width() // advance), max(1, int(self.chart.height() // line))
        steps = len(self.inputs)
        time = min(self.time, steps - 1)
        first = int(np.clip(time - fits * lines // 2, 0, max(0, steps - fits * lines)))
        shown = self.inputs[first : first + fits * lines]
        painter.setFont(font)
        for column, number in enumerate(np.argmax(shown, axis=1)):
            down, right = divmod(column, fits)
            place = QRectF(self.chart.x() + right * advance, self.chart.y() + down * line, advance, line)
            here = first + column == time
            if here:
                painter.fillRect(place, QColor(theme.accent))
            painter.setPen(QColor(theme.on_accent if here else theme.text if first + column < time else theme.muted))
            symbol = symbols[number] if shown[column].any() else "–"
            painter.drawText(place, CENTRE, {"\n": "↵", " ": "·", "\t": "→"}.get(symbol, symbol))


def curves(inputs: NDArray[np.floating], chart: QRectF) -> list[QPainterPath]:
    """One path for each column of inputs [T, n], all on one scale; long sequences are thinned by taking extremes."""
    if inputs.size == 0:
        return []
    steps = len(inputs)
    if steps > MOST_POINTS:
        picked = _extremes(inputs[:, 0], MOST_POINTS)
    else:
        picked = np.arange(steps)
    x = chart.x() + picked / max(1, steps - 1) * chart.width()
    low, high = _range(inputs)
    paths = []
    for column in inputs.T:
        y = chart.bottom() - (np.nan_to_num(column[picked]) - low) / (high - low) * chart.height()
        path = QPainterPath(QPointF(x[0], y[0]))
        for point in zip(x[1:], y[1:], strict=True):
            path.lineTo(*point)
        paths.append(path)
    return paths


def height_of(inputs: NDArray[np.floating], time: int, chart: QRectF) -> float:
    """The y of the first column at `time`."""
    low, high = _range(inputs)
    return float(chart.bottom() - (np.nan_to_num(inputs[time, 0]) - low) / (high - low) * chart.height())


def _range(inputs: NDArray[np.floating]) -> tuple[float, float]:
    finite = inputs[np.isfinite(inputs)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _extremes(values: NDArray[np.floating], most: int) -> NDArray[np.intp]:
    """Indices of the least and greatest value of each of `most` / 2 blocks, in order."""
    edges = np.linspace(0, len(values), most // 2 + 1).astype(int)
    found: list[int] = [0]
    for start, end in pairwise(edges):
        block = np.nan_to_num(values[start:end])
        found.extend(sorted({start + int(block.argmin()), start + int(block.argmax())}))
    return np.unique(np.array([*found, len(values) - 1]))
