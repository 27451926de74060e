"""Horizontal lines across a plot's area: baselines, chance, the threshold of clipping."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.fonts import label_font
from playground.ui.plots.geometry import Floats, faded
from playground.ui.plots.growth import AROUND, seen
from playground.ui.plots.items import AreaItem
from playground.ui.plots.strokes import draw_lines, line_pen, segments
from playground.ui.theme import Theme

LEVEL_DASH = (1.5, 3.0)


class Levels(AreaItem):
    """Horizontal dotted lines with a text each: baselines, chance. Texts that would touch are moved sideways; they lie
    over the curves, which are paler behind them."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: tuple[tuple[str, float], ...] = ()
        self.exporting = False
        self._lines: list[tuple[float, str, QRectF, Floats]] = []
        self._tools: tuple[Theme, QColor, QPen, QColor] | None = None
        self.setZValue(5)

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """In a figure each is one dotted line."""
        self.exporting = export

    def set_levels(self, levels: tuple[tuple[str, float], ...]) -> None:
        if levels != self.levels:
            self.levels = levels
            if self.mapping is not None:
                self.rebuild()

    def rebuild(self) -> None:
        m = self.mapping
        if m is None:
            return
        if not self.levels and not self._lines:  # as in most plots, whose ranges may change at every refresh
            self.set_empty(True)
            return
        metrics = QFontMetricsF(label_font())
        self._lines = []
        placed: list[QRectF] = []
        for text, value in sorted(self.levels, key=lambda level: level[1]):
            y = float(m.y(m.positions(np.array([value])))[0])
            if not (m.rect.top() - 0.5 <= y <= m.rect.bottom() + 0.5):
                continue
            width = metrics.horizontalAdvance(text)
            box = QRectF(m.rect.right() - 4 - width, y - 14 if y - 15 > m.rect.top() else y + 1, width, 13)
            while any(box.intersects(other) for other in placed) and box.left() > m.rect.left():
                box.translate(-12, 0)
            placed.append(box)
            line = segments(np.array([m.rect.left(), m.rect.right()]), np.array([y, y]), LEVEL_DASH, True)
            self._lines.append((y, text, box, line))
        self.set_empty(not self._lines)
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.mapping is None:
            return
        rect, tools = self.mapping.rect, self._tools
        if tools is None or tools[0] is not self.theme:
            muted = QColor(self.theme.muted)
            tools = self._tools = self.theme, muted, line_pen(muted, 1.0), faded(self.theme.panel, 0.75)
        _, muted, pen, veil = tools
        exposed = self.exposed
        painter.setFont(label_font())
        for y, text, box, line in self._lines:
            if self.exporting:
                painter.setPen(line_pen(muted, 1.0, LEVEL_DASH))
                painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
            else:
                painter.setPen(pen)
                draw_lines(painter, line[seen(line[:, 0], line[:, 2], exposed)])
            if exposed is not None and not exposed.intersects(box.adjusted(-AROUND, 0, AROUND, 0)):
                continue
            painter.fillRect(box.adjusted(-3, 1, 3, -1), veil)
            painter.setPen(muted)
            painter.drawText(QPointF(box.left(), box.bottom() - 3), text)
