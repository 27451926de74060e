"""What lies inside a plot's area: curves, bands, level lines, the time cursor. All drawn in scene pixels, so that pens
keep their width in every export, and clipped with numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import HoverEvent, MouseDragEvent
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.geometry import Floats, Mapping, clip_to, draw_mark, faded, mixed
from playground.ui.plots.growth import AROUND, Look, new_part, seen
from playground.ui.plots.history import Line
from playground.ui.plots.plot_item import PlotItem
from playground.ui.plots.stamps import draw_marks, stamp
from playground.ui.plots.still import Band, near_band, near_line
from playground.ui.plots.strokes import draw_lines, fits, last_finite, line_pen, lonely, segments, whole
from playground.ui.theme import LIGHT, Theme

Paint = Callable[[Theme], str]
GHOST_DASH = (2.0, 2.5)
GHOST_WIDTH, GHOST_STRENGTH = 1.1, 0.55
SMOOTH = QPainter.RenderHint.Antialiasing  # to look an enum up costs as much as to draw a line
NO_PEN, NO_BRUSH = Qt.PenStyle.NoPen, Qt.BrushStyle.NoBrush
NO_LINES: Floats = np.empty((0, 4))
NO_DOTS: tuple[Floats, Floats] = (np.empty(0), np.empty(0))


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


class AreaItem(PlotItem):
    """An item that fills the plot's area and is rebuilt when the area, its range or the theme changes."""

    def __init__(self) -> None:
        super().__init__()
        self.mapping: Mapping | None = None
        self.theme: Theme = LIGHT
        self._bounds = QRectF()

    def set_mapping(self, mapping: Mapping) -> None:
        if self.mapping is None or mapping.edges != self.mapping.edges:
            self.prepareGeometryChange()
            self._bounds = mapping.rect.adjusted(-8, -8, 8, 8)
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
        self.band: Band | None = None
        self.read_from: Line | None = None  # where values are read off, when what is drawn is scaled
        self.ghost: Line | None = None  # the same curve at another moment, or as it would be: pale and dashed below
        self.ghost_shown = True
        self._built = False
        self._of: tuple[Mapping, Line, int, Band | None, Line | None] | None = None  # what it was built of
        self._drawn = 0
        self._px, self._py = np.empty(0), np.empty(0)
        self._path: QPainterPath | None = None
        self._known: tuple[Theme, Style, tuple[QPen, QColor, QBrush]] | None = None
        self._lines: Floats | None = None
        self._whole: bool | None = None  # whether it has no gap, as far as that is known
        self._band_shape = QPolygonF()
        self._ghost: tuple[Floats, Floats] | None = None
        self._dots = self._ghost_dots = NO_DOTS
        self._end: tuple[float, float] | None = None
        self._shown: Look | None = None  # what was painted last
        self.exporting = False

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """A figure is drawn with care instead of speed, and the screen anew after it."""
        self.exporting, self._of, self._built = export, None, False
        self.perhaps()

    def set_source(self, source: Line, band: Band | None = None) -> None:
        """band: lower and upper edge at the source's x, for lines of moderate length."""
        self.source, self.band = source, band
        self.rebuild()

    def set_ghost(self, ghost: Line | None) -> None:
        """What the curve is compared with, or nothing."""
        if ghost is not None or self.ghost is not None:
            self.ghost = ghost
            self.rebuild()

    def show_ghost(self, on: bool) -> None:
        """The legend's switch of all ghosts."""
        if on != self.ghost_shown:
            self.ghost_shown = on
            self.update()

    def rebuild(self) -> None:
        """Something changed: what is drawn is computed when it is painted, once, however much changed before."""
        if self._built:  # else it is known already that it is to be painted
            self._built = False
            self.perhaps()

    def still(self) -> bool:
        """See `PlotItem`: then what it is built of stays, as that is what was painted."""
        m = self.mapping
        if self._of is None or m is None:
            return False
        then, source, version, band, ghost = self._of
        same = source is self.source and version == source.version
        if then is not m and then != m:
            return False
        if same or near_line(self.source, source, m):
            self._built = near_band(self.band, band, m) and near_line(self.ghost, ghost, m)
            return self._built
        if self._shown is None or band is not None or self.band is not None or self.ghost is not ghost:
            return False
        self._build()  # perhaps it grew
        self.part = new_part(self._look(m), self._shown)
        return self.part is not None and self.part.isEmpty()

    def _look(self, m: Mapping) -> Look:
        return Look(m, self._px, self._py, self._end, self._dots)

    @property
    def drawn(self) -> int:
        """Points that are handed to Qt."""
        self._build()
        return self._drawn

    def _build(self) -> None:
        m = self.mapping
        if self._built or m is None:
            return
        self._built = True
        of = (m, self.source, self.source.version, self.band, self.ghost)
        if self.source.version and self.ghost is self.band is None and of == self._of:
            return
        self._of = of
        self._path, self._lines, self._end = None, None, None
        px, py = self._pixels(*self._within(self.source, m), m)
        inside = fits(px, py, m, 1.0)  # as nearly always
        plain = not self.style.dots and (inside or whole(px, py))
        self._dots = NO_DOTS if plain else lonely(px, py, m.rect, self.style.dots)
        self._px, self._py = (px, py) if inside else clip_to(px, py, m.rect.adjusted(0, -1, 0, 1))
        self._drawn, self._whole = len(self._px), inside or None
        if not self.style.dots:
            last = len(px) - 1 if inside else last_finite(self._py)
            if last >= 0:
                self._end = (float(self._px[last]), float(self._py[last]))
        self._band_shape = self._shape(m) if self.band is not None else QPolygonF()
        self._ghost, self._ghost_dots = None, NO_DOTS
        if self.ghost is not None:
            self._ghost = clip_to(*self._pixels(*self._within(self.ghost, m), m), m.rect.adjusted(0, -1, 0, 1))
            if self.style.dots:
                self._ghost_dots = lonely(*self._pixels(self.ghost.x, self.ghost.y, m), m.rect, True)

    def _within(self, line: Line, m: Mapping) -> tuple[Floats, Floats]:
        left, _, right, _ = m.edges
        points = int((right - left) / max(1.0, self.style.width))  # no finer than the pen is wide
        return line.within(m.low, m.high, max(16, points), m.log_x)

    @staticmethod
    def _pixels(x: Floats, y: Floats, m: Mapping) -> tuple[Floats, Floats]:
        return m.x(x), m.y(m.positions(y))

    @property
    def path(self) -> QPainterPath:
        """The line as one path: for figures, and for thin pens."""
        self._build()
        if self._path is None:
            drawn = self._end is not None
            self._path = pg.functions.arrayToQPath(self._px, self._py, connect="finite") if drawn else QPainterPath()
        return self._path

    def _ends_before(self, exposed: QRectF) -> bool:
        """Whether all of it lies to the left of what is painted anew."""
        alone = self.ghost is self.band is None and self._whole is True and self._end is not None
        return alone and float(self._px[-1]) + AROUND < exposed.left()

    def _pieces(self, exposed: QRectF | None) -> Floats:
        """The line as single ones, where it can be seen."""
        if self._end is None:
            return NO_LINES
        if exposed is not None and not self.style.dash and self._lines is None:
            part = seen(self._px[:-1], self._px[1:], exposed)
            points = slice(part.start, part.stop + 1)
            return segments(self._px[points], self._py[points], (), self._whole)
        if self._lines is None:
            self._lines = segments(self._px, self._py, self.style.dash, self._whole)
        return self._lines[seen(self._lines[:, 0], self._lines[:, 2], exposed)]

    def _paint_path(self, painter: QPainter, exposed: QRectF | None) -> None:
        """The line as a path, where it can be seen."""
        if exposed is None or self.style.dash or self._end is None:  # dashes are counted from its begin
            if not self.path.isEmpty():  # an empty path makes a faulty SVG
                painter.drawPath(self.path)
            return
        part = seen(self._px[:-1], self._px[1:], exposed)
        px, py = self._px[part.start : part.stop + 1], self._py[part.start : part.stop + 1]
        if whole(px, py):
            painter.drawPolyline(pg.functions.arrayToQPolygonF(px, py))
        elif part.start < part.stop:
            painter.drawPath(pg.functions.arrayToQPath(px, py, connect="finite"))

    @property
    def _in_pieces(self) -> bool:
        """Whether the screen gets single lines: a wide pen along a path costs Qt thirty times as much."""
        return self.style.width > 1.0

    def _shape(self, m: Mapping) -> QPolygonF:
        assert self.band is not None
        low, high = (m.y(m.positions(edge)) for edge in self.band)
        px = m.x(self.source.x)
        if fits(px, low, m) and fits(px, high, m):
            return pg.functions.arrayToQPolygonF(np.concatenate([px, px[::-1]]), np.concatenate([low, high[::-1]]))
        low, high = (np.clip(edge, m.rect.top(), m.rect.bottom()) for edge in (low, high))
        inside = (px >= m.rect.left() - 1e-6) & (px <= m.rect.right() + 1e-6) & np.isfinite(low) & np.isfinite(high)
        px, low, high = px[inside], low[inside], high[inside]
        xs, ys = np.concatenate([px, px[::-1]]), np.concatenate([low, high[::-1]])
        return pg.functions.arrayToQPolygonF(xs, ys) if len(xs) else QPolygonF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        self._build()
        exposed = self.exposed
        if self.mapping is not None and not self.exporting:
            self._shown = self._look(self.mapping)
            if exposed is not None and self._ends_before(exposed):
                return
        style, (pen, colour, brush) = self.style, self._tools()
        if not self._band_shape.isEmpty():
            painter.setRenderHint(SMOOTH, self.exporting)
            painter.setPen(NO_PEN)
            painter.setBrush(brush)
            painter.drawPolygon(self._band_shape)
        painter.setRenderHint(SMOOTH)
        if self._ghost is not None and self.ghost_shown:
            self._paint_ghost(painter, *self._ghost)
        if self._in_pieces and not self.exporting:
            painter.setPen(pen)
            draw_lines(painter, self._pieces(exposed))
        else:
            painter.setPen(line_pen(style.tone(self.theme), style.width, style.dash) if self.exporting else pen)
            painter.setBrush(NO_BRUSH)
            self._paint_path(painter, exposed)
        if len(self._dots[0]):
            draw_marks(painter, style.mark or "circle", *self._dots, 3.2, colour, self.exporting)
        if style.mark and self._end is not None:
            stamp(painter, style.mark, *self._end, 3.4, colour, self.exporting)

    def _tools(self) -> tuple[QPen, QColor, QBrush]:
        """Of the line on the screen, of marks, and of the band."""
        known = self._known
        if known is None or known[0] is not self.theme or known[1] is not self.style:
            style, pieces = self.style, self._in_pieces
            name = style.colour(self.theme)
            dash = () if pieces else style.dash  # the pieces are dashes already
            pen = line_pen(style.tone(self.theme), style.width, dash)
            if pieces and not style.dash:
                pen.setCapStyle(Qt.PenCapStyle.SquareCap)
            pen.setCosmetic(not pieces)  # Qt's fast path; in a figure pens grow with it
            known = self._known = self.theme, self.style, (pen, QColor(name), QBrush(faded(name, 0.11)))
        return known[2]

    def _paint_ghost(self, painter: QPainter, px: Floats, py: Floats) -> None:
        tone = mixed(self.theme.panel, self.style.colour(self.theme), GHOST_STRENGTH)
        if not self.exporting:
            painter.setPen(line_pen(tone, GHOST_WIDTH))
            draw_lines(painter, segments(px, py, GHOST_DASH))
        elif np.isfinite(py).any():
            painter.setPen(line_pen(tone, GHOST_WIDTH, GHOST_DASH))
            painter.setBrush(NO_BRUSH)
            painter.drawPath(pg.functions.arrayToQPath(px, py, connect="finite"))
        draw_marks(painter, "ring", *self._ghost_dots, 2.2, tone, self.exporting)


class Cursor(AreaItem):
    """The moment of sequence time that is looked at: a line that can be dragged. `moved(x)` is told where to."""

    def __init__(self, moved: Callable[[float], None]) -> None:
        super().__init__()
        self._moved = moved
        self.at: float | None = None
        self._px = -100.0
        self._tools: tuple[Theme, QColor, QPen] | None = None
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setZValue(20)

    def set_at(self, x: float | None) -> None:
        if x != self.at:
            self.at = x
            self.rebuild()

    def rebuild(self) -> None:
        m = self.mapping
        self.prepareGeometryChange()
        inside = m is not None and self.at is not None and m.low - 1e-9 <= self.at <= m.high + 1e-9
        self._px = float(m.x(np.array([self.at]))[0]) if m is not None and inside else -100.0
        self.set_empty(self._px < 0)
        self.update()

    def boundingRect(self) -> QRectF:
        if self.mapping is None:
            return QRectF()
        return QRectF(self._px - 5, self.mapping.rect.top() - 4, 10, self.mapping.rect.height() + 8)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.mapping is None or self._px < 0:
            return
        tools = self._tools
        if tools is None or tools[0] is not self.theme:
            colour = QColor(self.theme.accent)
            tools = self._tools = self.theme, colour, QPen(colour, 1.2)
        _, top, _, bottom = self.mapping.edges
        painter.setRenderHint(SMOOTH)
        painter.setPen(tools[2])
        painter.drawLine(QPointF(self._px, top), QPointF(self._px, bottom))
        draw_mark(painter, "wedge", self._px, top - 0.5, 3.4, tools[1])

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
