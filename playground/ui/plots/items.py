"""What lies inside a plot's area: curves, bands, level lines, the time cursor. All drawn in scene pixels, so that pens
keep their width in every export, and clipped with numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import HoverEvent, MouseDragEvent
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.fonts import label_font
from playground.ui.plots.geometry import Floats, Mapping, clip, draw_mark, faded
from playground.ui.plots.history import Line
from playground.ui.theme import LIGHT, Theme

Paint = Callable[[Theme], str]
CALM = 3.0  # a curve longer than this times its plot's width + height is drawn thin: Qt's wide pens are slow there


@dataclass(frozen=True)
class Style:
    """colour: asked of the theme. dash: lengths in pixels, () is solid. mark: at the curve's end, "" for none.

    opacity below 1 draws the line pale (the raw loss behind its smoothed curve).
    """

    colour: Paint
    width: float = 1.6
    dash: tuple[float, ...] = ()
    mark: str = ""
    opacity: float = 1.0
    dots: bool = False


def contestant(index: int) -> Paint:
    """The colour of the index-th network."""
    return lambda theme: theme.contestant(index)


def role_colour(role: str) -> Paint:
    """The colour of a node's role."""
    return lambda theme: theme.role(role)


class AreaItem(QGraphicsItem):
    """An item that fills the plot's area and is rebuilt when the area, its range or the theme changes."""

    def __init__(self) -> None:
        super().__init__()
        self.mapping: Mapping | None = None
        self.theme: Theme = LIGHT
        self._bounds = QRectF()

    def set_mapping(self, mapping: Mapping) -> None:
        bounds = mapping.rect.adjusted(-8, -8, 8, 8)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.mapping = mapping
        self.rebuild()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    def rebuild(self) -> None:
        """Compute what is drawn for the present mapping."""
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds


class Curve(AreaItem):
    """One line, perhaps with a band around it. `label` is what a person reads; `groups` are the legend's switches."""

    def __init__(self, key: str, label: str, style: Style, groups: tuple[str, ...]) -> None:
        super().__init__()
        self.key, self.label, self.style, self.groups = key, label, style, groups
        self.source: Line = Line(np.empty(0), np.empty(0))
        self.band: tuple[Floats, Floats] | None = None
        self.read_from: Line | None = None  # where values are read off, when what is drawn is scaled
        self.drawn = 0  # points that were handed to Qt
        self._path = QPainterPath()
        self._band_shape = QPolygonF()
        self._dots: list[tuple[float, float]] = []
        self._end: tuple[float, float] | None = None
        self._calm = True

    def set_source(self, source: Line, band: tuple[Floats, Floats] | None = None) -> None:
        """band: lower and upper edge at the source's x, for lines of moderate length."""
        self.source, self.band = source, band
        if self.mapping is not None:
            self.rebuild()

    def rebuild(self) -> None:
        m = self.mapping
        if m is None:
            return
        x, y = self.source.within(m.x0, m.x1, max(16, int(m.rect.width())))
        with np.errstate(invalid="ignore"):
            px, py = m.x(x), m.y(m.positions(y))
        self._dots = lonely(px, py, m.rect, self.style.dots)
        px, py = clip(px, py, m.rect.left(), m.rect.right())
        py, px = clip(py, px, m.rect.top() - 1, m.rect.bottom() + 1)
        self.drawn = len(px)
        finite = np.isfinite(py)
        if self.style.dots or not finite.any():
            self._path, self._end = QPainterPath(), None
        else:
            self._path = pg.functions.arrayToQPath(px, py, connect="all" if finite.all() else "finite")
            last = int(np.flatnonzero(finite)[-1])
            self._end = (float(px[last]), float(py[last]))
        travelled = float(np.nansum(np.abs(np.diff(py)))) if len(py) > 1 else 0.0
        self._calm = travelled < CALM * (m.rect.width() + m.rect.height())
        self._band_shape = self._shape(m) if self.band is not None else QPolygonF()
        self.update()

    def _shape(self, m: Mapping) -> QPolygonF:
        assert self.band is not None
        low, high = (np.clip(m.y(m.positions(edge)), m.rect.top(), m.rect.bottom()) for edge in self.band)
        px = m.x(self.source.x)
        inside = (px >= m.rect.left() - 1e-6) & (px <= m.rect.right() + 1e-6) & np.isfinite(low) & np.isfinite(high)
        px, low, high = px[inside], low[inside], high[inside]
        xs, ys = np.concatenate([px, px[::-1]]), np.concatenate([low, high[::-1]])
        return QPolygonF([QPointF(a, b) for a, b in zip(xs.tolist(), ys.tolist(), strict=True)])

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        style, name = self.style, self.style.colour(self.theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._band_shape.isEmpty():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(faded(name, 0.11)))
            painter.drawPolygon(self._band_shape)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(line_pen(faded(name, style.opacity), style.width if self._calm else 1.0, style.dash))
        if not self._path.isEmpty():  # an empty path makes a faulty SVG
            painter.drawPath(self._path)
        colour = QColor(name)
        for x, y in self._dots:
            draw_mark(painter, style.mark or "circle", x, y, 3.2, colour)
        if style.mark and self._end is not None:
            draw_mark(painter, style.mark, *self._end, 3.4, colour)


def line_pen(colour: QColor, width: float, dash: tuple[float, ...] = ()) -> QPen:
    """A pen with round joins; dashes are given in pixels, whatever the width."""
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dash:
        pen.setDashPattern([length / width for length in dash])
    return pen


def lonely(px: Floats, py: Floats, rect: QRectF, all_of_them: bool) -> list[tuple[float, float]]:
    """Points that no line would show, because both neighbours are missing; or all points."""
    good = np.isfinite(py)
    if not all_of_them:
        padded = np.concatenate([[False], good, [False]])
        good = good & ~padded[:-2] & ~padded[2:]
    good = good & (px >= rect.left() - 1) & (px <= rect.right() + 1)
    with np.errstate(invalid="ignore"):
        good &= (py >= rect.top() - 4) & (py <= rect.bottom() + 4)
    found = np.flatnonzero(good)[:2000]
    return [(float(px[i]), float(py[i])) for i in found]


class Levels(AreaItem):
    """Horizontal dotted lines with a text each: baselines, chance. Texts that would touch are moved sideways."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: tuple[tuple[str, float], ...] = ()
        self._lines: list[tuple[float, str, QPointF]] = []

    def set_levels(self, levels: tuple[tuple[str, float], ...]) -> None:
        if levels != self.levels:
            self.levels = levels
            if self.mapping is not None:
                self.rebuild()

    def rebuild(self) -> None:
        m = self.mapping
        if m is None:
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
            self._lines.append((y, text, QPointF(box.left(), box.bottom() - 3)))
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.mapping is None:
            return
        rect, muted = self.mapping.rect, QColor(self.theme.muted)
        painter.setFont(label_font())
        for y, text, at in self._lines:
            painter.setPen(line_pen(muted, 1.0, (1.5, 3.0)))
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
            painter.setPen(muted)
            painter.drawText(at, text)


class Cursor(AreaItem):
    """The moment of sequence time that is looked at: a line that can be dragged. `moved(x)` is told where to."""

    def __init__(self, moved: Callable[[float], None]) -> None:
        super().__init__()
        self._moved = moved
        self.at: float | None = None
        self._px = -100.0
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setZValue(20)

    def set_at(self, x: float | None) -> None:
        if x != self.at:
            self.at = x
            self.rebuild()

    def rebuild(self) -> None:
        m = self.mapping
        self.prepareGeometryChange()
        inside = m is not None and self.at is not None and m.x0 - 1e-9 <= self.at <= m.x1 + 1e-9
        self._px = float(m.x(np.array([self.at]))[0]) if m is not None and inside else -100.0
        self.update()

    def boundingRect(self) -> QRectF:
        if self.mapping is None:
            return QRectF()
        return QRectF(self._px - 5, self.mapping.rect.top() - 4, 10, self.mapping.rect.height() + 8)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.mapping is None or self._px < 0:
            return
        rect, colour = self.mapping.rect, QColor(self.theme.accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.2))
        painter.drawLine(QPointF(self._px, rect.top()), QPointF(self._px, rect.bottom()))
        draw_mark(painter, "wedge", self._px, rect.top() - 0.5, 3.4, colour)

    # -- pyqtgraph's scene calls these ---------------------------------------------------------------------------

    def mouseDragEvent(self, event: MouseDragEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.mapping is None:
            event.ignore()
            return
        event.accept()
        self._moved(self.mapping.value_x(event.scenePos().x()))

    def hoverEvent(self, event: HoverEvent) -> None:
        if not event.isExit():
            event.acceptDrags(Qt.MouseButton.LeftButton)
