"""Stretches of the x axis that are marked: where something was clamped, held or chosen. Each says what it is."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.fonts import tick_font, tick_width
from playground.ui.plots.geometry import Floats, Mapping, faded
from playground.ui.plots.items import AreaItem, Paint
from playground.ui.plots.strokes import draw_lines

SHADE = 0.13  # opacity
EDGE_DASH = (4.0, 2.0)  # px: what Qt draws of a dashed line, which takes it a hundred times as long


@dataclass(frozen=True)
class Stretch:
    """From `begin` to `end` on the x axis; the text stands at its top."""

    begin: float
    end: float
    text: str
    colour: Paint = lambda theme: theme.warning


def shade(painter: QPainter, box: QRectF, colour: str, exporting: bool) -> None:
    """Fill a box that begins and ends within pixels, which in a figure it does itself: Qt needs ten times as long for
    that as for the whole pixels and what is left of the columns beside them."""
    first, last = math.ceil(box.left()), math.floor(box.right())
    top, bottom = round(box.top()), round(box.bottom())
    device = painter.device()
    if exporting or last < first or (top, bottom) != (box.top(), box.bottom()) or device.devicePixelRatioF() != 1.0:
        painter.fillRect(box, _shade(colour, SHADE))
        return
    for left, width, part in ((first, last - first, 1.0), (first - 1, 1, first - box.left()),
                              (last, 1, box.right() - last)):  # fmt: skip
        if width and part > 0.0:
            painter.fillRect(left, top, width, bottom - top, _shade(colour, SHADE * part))


@lru_cache(maxsize=256)
def _shade(colour: str, alpha: float) -> QColor:
    return faded(colour, alpha)


@lru_cache(maxsize=16)
def _edge(colour: str) -> QPen:
    return QPen(QColor(colour), 1.0)


class Stretches(AreaItem):
    """Shaded behind the curves, with an edge on either side."""

    def __init__(self) -> None:
        super().__init__()
        self.stretches: tuple[Stretch, ...] = ()
        self.exporting = False
        self._built: list[tuple[Stretch, QRectF, Floats]] | None = None  # each with its place and edges
        self.setZValue(-8)
        self.set_empty(True)

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """In a figure each edge is one dashed line."""
        self.exporting = export

    def set_stretches(self, stretches: tuple[Stretch, ...]) -> None:
        if stretches != self.stretches:
            self.stretches = stretches
            self.set_empty(not stretches)
            self.rebuild()

    def rebuild(self) -> None:
        """Where they lie is found when they are painted."""
        self._built = None
        self.update()

    def _build(self, m: Mapping) -> list[tuple[Stretch, QRectF, Floats]]:
        shown = [stretch for stretch in self.stretches if stretch.end >= m.low and stretch.begin <= m.high]
        if not shown:
            return []
        places = np.array([(stretch.begin, stretch.end) for stretch in shown])
        sides = m.x(np.minimum(np.maximum(places, m.low), m.high))
        sides[:, 1] = np.maximum(sides[:, 1], sides[:, 0] + 2.0)
        top, bottom = m.rect.top(), m.rect.bottom()
        tops = np.arange(top, bottom, sum(EDGE_DASH))
        edges = np.empty((len(shown), 2, len(tops), 4))
        edges[..., 0::2] = sides[:, :, None, None]
        edges[..., 1], edges[..., 3] = tops, np.minimum(tops + EDGE_DASH[0], bottom)
        boxes = [QRectF(left, top, right - left, bottom - top) for left, right in sides.tolist()]
        return list(zip(shown, boxes, edges.reshape(len(shown), -1, 4), strict=True))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        m = self.mapping
        if m is None or not self.stretches:
            return
        if self._built is None:
            self._built = self._build(m)
        taken: list[QRectF] = []
        ink = QColor(self.theme.text)
        area_left, _, area_right, _ = m.edges
        painter.setFont(tick_font())
        for stretch, box, edges in self._built:
            colour = stretch.colour(self.theme)
            shade(painter, box, colour, self.exporting)
            if self.exporting:
                painter.setPen(QPen(QColor(colour), 1.0, Qt.PenStyle.DashLine))
                painter.drawLine(box.topLeft(), box.bottomLeft())
                painter.drawLine(box.topRight(), box.bottomRight())
            else:
                painter.setPen(_edge(colour))
                draw_lines(painter, edges)
            painter.setPen(ink)
            width = tick_width(stretch.text)
            left = min(max(box.left() + 3, area_left), max(area_left, area_right - width))
            text = QRectF(left, box.top(), width, 12.0)
            if not any(text.intersects(other) for other in taken):
                taken.append(text.adjusted(-2, 0, 2, 0))
                painter.drawText(QPointF(left, box.top() + 11), stretch.text)
