"""Stretches of the x axis that are marked: where something was clamped, held or chosen. Each says what it is."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.fonts import tick_font
from playground.ui.plots.geometry import faded
from playground.ui.plots.items import AreaItem, Paint
from playground.ui.plots.strokes import draw_lines

EDGE_DASH = (4.0, 2.0)  # px: what Qt draws of a dashed line, which takes it a hundred times as long


@dataclass(frozen=True)
class Stretch:
    """From `begin` to `end` on the x axis; the text stands at its top."""

    begin: float
    end: float
    text: str
    colour: Paint = lambda theme: theme.warning


class Stretches(AreaItem):
    """Shaded behind the curves, with an edge on either side."""

    def __init__(self) -> None:
        super().__init__()
        self.stretches: tuple[Stretch, ...] = ()
        self.exporting = False
        self.setZValue(-8)
        self.set_empty(True)

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """In a figure each edge is one dashed line."""
        self.exporting = export

    def set_stretches(self, stretches: tuple[Stretch, ...]) -> None:
        if stretches != self.stretches:
            self.stretches = stretches
            self.set_empty(not stretches)
            self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        m = self.mapping
        if m is None or not self.stretches:
            return
        metrics, taken = QFontMetricsF(tick_font()), list[QRectF]()
        painter.setFont(tick_font())
        tops = np.arange(m.rect.top(), m.rect.bottom(), sum(EDGE_DASH))
        ends = np.minimum(tops + EDGE_DASH[0], m.rect.bottom())
        dashes = np.tile(np.stack([np.zeros(len(tops)), tops, np.zeros(len(tops)), ends], axis=1), (2, 1))
        for stretch in self.stretches:
            if stretch.end < m.low or stretch.begin > m.high:
                continue
            left, right = m.x(np.clip([stretch.begin, stretch.end], m.low, m.high)).tolist()
            box = QRectF(QPointF(left, m.rect.top()), QPointF(max(right, left + 2.0), m.rect.bottom()))
            colour = stretch.colour(self.theme)
            painter.fillRect(box, faded(colour, 0.13))
            if self.exporting:
                painter.setPen(QPen(QColor(colour), 1.0, Qt.PenStyle.DashLine))
                painter.drawLine(box.topLeft(), box.bottomLeft())
                painter.drawLine(box.topRight(), box.bottomRight())
            else:
                painter.setPen(QPen(QColor(colour), 1.0))
                edges = dashes.copy()
                edges[: len(dashes) // 2, 0::2] += box.left()
                edges[len(dashes) // 2 :, 0::2] += box.right()
                draw_lines(painter, edges)
            painter.setPen(QColor(self.theme.text))
            width = metrics.horizontalAdvance(stretch.text)
            left = min(max(box.left() + 3, m.rect.left()), max(m.rect.left(), m.rect.right() - width))
            text = QRectF(left, box.top(), width, 12.0)
            if not any(text.intersects(other) for other in taken):
                taken.append(text.adjusted(-2, 0, 2, 0))
                painter.drawText(QPointF(left, box.top() + 11), stretch.text)
