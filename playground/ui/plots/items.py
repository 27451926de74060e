"""What lies inside a plot's area: curves, bands, level lines, the time cursor. All drawn in scene pixels, so that pens
keep their width in every export, and clipped with numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import pyqtgraph as pg
import shiboken6
from numpy.typing import NDArray
from pyqtgraph.GraphicsScene.mouseEvents import HoverEvent, MouseDragEvent
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.fonts import label_font
from playground.ui.plots.geometry import Floats, Mapping, clip, draw_mark, faded, mixed
from playground.ui.plots.history import Line
from playground.ui.theme import LIGHT, Theme

Paint = Callable[[Theme], str]


@dataclass(frozen=True)
class Style:
    """colour: asked of the theme. dash: lengths in pixels, () is solid. mark: at the curve's end, "" for none.

    strength below 1 draws the line pale (the raw loss behind its smoothed curve): mixed with the background, because
    Qt needs a hundred times as long for a line that lets through.
    """

    colour: Paint
    width: float = 1.6
    dash: tuple[float, ...] = ()
    mark: str = ""
    strength: float = 1.0
    dots: bool = False

    def tone(self, theme: Theme) -> QColor:
        """The colour of the line itself."""
        return mixed(theme.panel, self.colour(theme), self.strength)


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
        self._lines: Floats = np.empty((0, 4))
        self._band_shape = QPolygonF()
        self._dots: list[tuple[float, float]] = []
        self._end: tuple[float, float] | None = None
        self.exporting = False

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """A figure is drawn with care instead of speed."""
        self.exporting = export

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
            self._path, self._lines, self._end = QPainterPath(), np.empty((0, 4)), None
        else:
            self._path = pg.functions.arrayToQPath(px, py, connect="all" if finite.all() else "finite")
            self._lines = segments(px, py, self.style.dash) if self._in_pieces else np.empty((0, 4))
            last = int(np.flatnonzero(finite)[-1])
            self._end = (float(px[last]), float(py[last]))
        self._band_shape = self._shape(m) if self.band is not None else QPolygonF()
        self.update()

    @property
    def _in_pieces(self) -> bool:
        """Whether the screen gets single lines: a wide pen along a path costs Qt thirty times as much."""
        return self.style.width > 1.0

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
        if not self._band_shape.isEmpty():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.exporting)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(faded(name, 0.11)))
            painter.drawPolygon(self._band_shape)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._in_pieces and not self.exporting:
            pen = line_pen(style.tone(self.theme), style.width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap if style.dash else Qt.PenCapStyle.SquareCap)
            painter.setPen(pen)
            draw_lines(painter, self._lines)
        elif not self._path.isEmpty():  # an empty path makes a faulty SVG
            pen = line_pen(style.tone(self.theme), style.width, style.dash)
            pen.setCosmetic(style.width <= 1.0 and not self.exporting)  # Qt's fast path; in a figure pens grow with it
            painter.setPen(pen)
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


def draw_lines(painter: QPainter, lines: Floats) -> None:
    """Draw single lines [n, 4] (x1, y1, x2, y2) without making n objects: a QLineF is just four such numbers."""
    if len(lines):
        first = cast(QLineF, shiboken6.wrapInstance(lines.ctypes.data, QLineF))
        painter.drawLines(first, len(lines))


def segments(px: Floats, py: Floats, dash: tuple[float, ...]) -> Floats:
    """The single lines [n, 4] of a polyline with gaps (NaN); with `dash` (on, off in pixels) what is on of them."""
    if dash:
        px, py, on = dashed(px, py, *dash)
    else:
        on = np.ones(max(0, len(px) - 1), bool)
    rows = np.stack([px[:-1], py[:-1], px[1:], py[1:]], axis=1)[on]
    return np.ascontiguousarray(rows[np.isfinite(rows).all(axis=1)])


def dashed(px: Floats, py: Floats, on: float, off: float) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """The polyline with a point wherever a dash begins or ends, and for each of its pieces whether it is drawn."""
    with np.errstate(invalid="ignore"):
        lengths = np.nan_to_num(np.hypot(np.diff(px), np.diff(py)))
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    periods = np.arange(0.0, along[-1], on + off)
    cuts = np.concatenate([periods, periods + on])
    cuts = np.sort(cuts[(cuts > 0) & (cuts < along[-1])])
    before = np.searchsorted(along, cuts, "right") - 1
    part = (cuts - along[before]) / lengths[before]
    places = np.concatenate([np.arange(len(px)), before + part])
    order = np.argsort(places, kind="stable")
    x = np.concatenate([px, px[before] + part * (px[before + 1] - px[before])])[order]
    y = np.concatenate([py, py[before] + part * (py[before + 1] - py[before])])[order]
    at = np.concatenate([along, cuts])[order]
    return x, y, ((at[:-1] + at[1:]) / 2) % (on + off) < on


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
