"""Stacked parts over time: every part a band of its own, upwards where it adds, downwards where it takes away."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.geometry import Mapping, mixed
from playground.ui.plots.items import AreaItem
from playground.ui.plots.still import near_y
from playground.ui.plots.strokes import draw_lines, line_pen, segments
from playground.ui.theme import Theme

THIN = 0.25  # px: a part that is nowhere higher is not drawn


def ramp(theme: Theme, place: float) -> QColor:
    """A colour for 0 (the first item) … 1 (the last), by way of a third."""
    first, middle, last = theme.hidden, theme.candidate, theme.forget
    return mixed(first, middle, 2 * place) if place < 0.5 else mixed(middle, last, 2 * place - 1)


def stacked(parts: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper edges [J, T] of parts [J, T]: what is positive is piled up from 0, what is negative down."""
    up, down = np.cumsum(np.maximum(parts, 0.0), axis=0), np.cumsum(np.minimum(parts, 0.0), axis=0)
    positive = parts >= 0
    return np.where(positive, up - parts, down), np.where(positive, up, down - parts)


class Stack(AreaItem):
    """Bars that touch, one column per time step."""

    def __init__(self) -> None:
        super().__init__()
        self._built = False
        self._of: tuple[Mapping, tuple[NDArray, NDArray], NDArray, NDArray, int] | None = None  # what it was built of
        self.edges: tuple[NDArray, NDArray] = (np.zeros((0, 0)), np.zeros((0, 0)))
        self._total: NDArray = np.zeros(0)
        self._bounds_x: NDArray = np.zeros(1)
        self._chosen = -1
        self._paths: list[tuple[int, QPainterPath]] = []
        self._line: tuple[NDArray, NDArray] = (np.zeros(0), np.zeros(0))  # x and y of the total
        self._pieces: NDArray[np.float64] = np.zeros((0, 4))  # of the line, for the screen: Qt draws these far faster
        self.exporting = False
        self.setZValue(-8)

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """In a figure the line is one path."""
        self.exporting, self._of, self._built = export, None, False

    def set_parts(self, parts: NDArray, total: NDArray, edges: NDArray, chosen: int) -> None:
        """parts [J, T], their sum `total` [T], the columns' edges [T + 1]. chosen: one part, filled dark; -1: none."""
        self.edges, self._total, self._bounds_x, self._chosen = stacked(parts), total, edges, chosen
        self.rebuild()

    def rebuild(self) -> None:
        """What is drawn is computed when it is painted, once, however much changed before."""
        self._built = False
        self.perhaps()

    def still(self) -> bool:
        """See `PlotItem`: then what it is built of stays, as that is what was painted."""
        m = self.mapping
        if self._of is None or m is None:
            return False
        then, (low, high), total, bounds, chosen = self._of
        if then != m or chosen != self._chosen or not np.array_equal(bounds, self._bounds_x):
            return False
        near = near_y(self._total, total, m) and near_y(self.edges[0], low, m) and near_y(self.edges[1], high, m)
        self._built = near
        return near

    def _build(self) -> None:
        m = self.mapping
        if m is None:
            return
        self._built, self._of = True, (m, self.edges, self._total, self._bounds_x, self._chosen)
        self._paths, self._line, self._pieces = [], (np.zeros(0), np.zeros(0)), np.zeros((0, 4))
        if self._total.size:
            # every column twice, at its left and at its right edge; outside the area nothing is drawn
            px = np.clip(np.repeat(m.x(self._bounds_x), 2)[1:-1], m.rect.left(), m.rect.right())
            low, high = (np.clip(m.y(m.positions(edge)), m.rect.top(), m.rect.bottom()) for edge in self.edges)
            for part in np.flatnonzero(np.abs(high - low).max(axis=1) > THIN):
                ys = np.concatenate([np.repeat(high[part], 2), np.repeat(low[part], 2)[::-1]])
                self._paths.append((int(part), pg.functions.arrayToQPath(np.concatenate([px, px[::-1]]), ys)))
            line = np.clip(m.y(m.positions(self._total)), m.rect.top(), m.rect.bottom())
            self._line = px, np.repeat(line, 2)
            self._pieces = segments(*self._line, (), True)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not self._built:
            self._build()
        count = max(1, len(self.edges[0]) - 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for part, path in self._paths:
            colour = QColor(self.theme.text) if part == self._chosen else ramp(self.theme, part / count)
            painter.fillPath(path, QBrush(colour))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(line_pen(QColor(self.theme.text), 1.2))
        if not self.exporting:
            draw_lines(painter, self._pieces)
        elif len(self._line[0]):
            painter.drawPath(pg.functions.arrayToQPath(*self._line))
