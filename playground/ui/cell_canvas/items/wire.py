"""Wires, where they fork, and what is marked on them. One path each, orthogonal with round corners."""

from collections.abc import Sequence
from math import hypot
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from playground.cell.layout.shapes import Point, WireRoute
from playground.ui.canvas.items.wire import rounded
from playground.ui.canvas.layout import Point as PlanPoint
from playground.ui.canvas.style import Style, pen
from playground.ui.cell_canvas.items.ends import ARROW, draw_arrow
from playground.ui.cell_canvas.looks import WireLook

THICK, STATE, THIN = 5.0, 3.0, 2.0
MARK = 4.0  # half the size of a mark on a wire
FINE = 0.45  # below this scale marks are left out


class WireParts(NamedTuple):
    """own: the points from where it leaves other wires of its source. title: at the end of a wire that leaves the cell;
    note: there is room below it to say where it goes."""

    route: WireRoute
    own: tuple[Point, ...]
    width: float
    title: str = ""
    note: bool = False


class WireItem(QGraphicsObject):
    """One wire. `exit`: it is the way into a memory, and ends in an arrow with `title` where it leaves the cell."""

    def __init__(self, parts: WireParts, look: WireLook, style: Style) -> None:
        super().__init__()
        self.setObjectName(f"cell.wire.{look.source}.{look.target}.{look.port}")
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.style = style
        self.chosen = self.hot = self.lit = self.away = self.exporting = False
        self.become(parts, look)

    def become(self, parts: WireParts, look: WireLook) -> None:
        """The same wire on another way, or with other settings."""
        self.prepareGeometryChange()
        self.parts, self.look, self.route = parts, look, parts.route
        self.width, self.title = parts.width, parts.title
        self.path, self.own = _path(self.route.points, self.route.back), _path(parts.own, self.route.back)
        self._bounds = self.path.boundingRect().adjusted(-80 if self.title else -12, -28, 14, 28)
        self.setZValue(1 if self.route.is_memory_line else 0)
        self.update()

    def set_state(self, chosen: bool | None = None, hot: bool | None = None, lit: bool | None = None) -> None:
        """Selected, under the pointer, a place where something can be dropped; None leaves one as it is."""
        new = (
            self.chosen if chosen is None else chosen,
            self.hot if hot is None else hot,
            self.lit if lit is None else lit,
        )
        if new != (self.chosen, self.hot, self.lit):
            self.chosen, self.hot, self.lit = new
            self.setZValue(1.5 if self.chosen or self.lit else 1 if self.route.is_memory_line else 0)
            self.update()

    def set_away(self, away: bool) -> None:
        """While its end is pulled off: only a shadow of it stays."""
        self.away = away
        self.setOpacity(0.25 if away else 1.0)

    def setExportMode(self, on: bool, options: object = None) -> None:
        self.exporting = on

    @property
    def colour(self) -> QColor:
        return QColor(self.style.theme.role(self.look.role))

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme, colour = self.style.theme, self.colour
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if not self.exporting and (self.chosen or self.lit or self.hot):
            halo = QColor(theme.accent)
            halo.setAlpha(40 if self.hot and not self.chosen and not self.lit else 110)
            painter.setPen(pen(halo, self.width + 6))
            painter.drawPath(self.path)
        line = pen(colour, self.width)
        line.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(line)
        painter.drawPath(self.own)
        end = self.route.points[-1]
        if self.route.back:
            draw_arrow(painter, QPointF(*end), colour, self.width)
            if self.title and (scale >= 0.4 or self.exporting):
                self._paint_title(painter, end, colour)
        elif not self.exporting and (self.chosen or self.lit):
            self._paint_head(painter, colour)
        if self.look.kind and (scale >= FINE or self.exporting):
            self._paint_marks(painter, colour)

    def _paint_title(self, painter: QPainter, end: Point, colour: QColor) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        above = QRectF(end.x - 120, end.y - 19 - self.width / 2, 120, 16)
        painter.setFont(self.style.title)
        painter.setPen(colour)
        painter.drawText(above, right, self.title)
        if not self.parts.note:
            return
        below = QRectF(end.x - 120, end.y + 2 + self.width / 2, 120, 16)
        painter.setFont(self.style.small)
        painter.setPen(QColor(self.style.theme.muted))
        painter.drawText(below, right, QCoreApplication.translate("WireItem", "next step"))

    def _paint_head(self, painter: QPainter, colour: QColor) -> None:
        """Which way the signal goes."""
        a, b = self.route.points[-2], self.route.points[-1]
        length = hypot(b.x - a.x, b.y - a.y) or 1.0
        along, aside = (
            QPointF((b.x - a.x) / length, (b.y - a.y) / length),
            QPointF((a.y - b.y) / length, (b.x - a.x) / length),
        )
        tip = QPointF(*b)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([tip, tip - along * 8 + aside * 5, tip - along * 8 - aside * 5]))

    def mark_places(self) -> list[QPointF]:
        """Where the marks sit: on the last stretch of the wire, beginning near the gate."""
        a, b = self.route.points[-2], self.route.points[-1]
        length = hypot(b.x - a.x, b.y - a.y) or 1.0
        step = QPointF((a.x - b.x) / length, (a.y - b.y) / length)
        count = 1 + self.look.stop_gradient + self.look.freeze
        first = min(11.0, length / 2)
        return [QPointF(*b) + step * min(length, first + 11.0 * index) for index in range(count)]

    def _paint_marks(self, painter: QPainter, colour: QColor) -> None:
        """full: a small grid; diagonal: a stroke in a circle; identity: = in a circle; then ⊣ and ✱."""
        theme, places = self.style.theme, self.mark_places()
        painter.setPen(pen(colour, 1.2))
        painter.setBrush(QColor(theme.panel))
        at = places[0]
        if self.look.kind == "full":
            box = QRectF(at.x() - MARK, at.y() - MARK, 2 * MARK, 2 * MARK)
            painter.drawRect(box)
            painter.drawLine(QPointF(at.x(), box.top()), QPointF(at.x(), box.bottom()))
            painter.drawLine(QPointF(box.left(), at.y()), QPointF(box.right(), at.y()))
        else:
            painter.drawEllipse(at, MARK + 0.8, MARK + 0.8)
            if self.look.kind == "diagonal":
                painter.drawLine(at + QPointF(-2.6, -2.6), at + QPointF(2.6, 2.6))
            else:
                painter.drawLine(at + QPointF(-2.2, -1.3), at + QPointF(2.2, -1.3))
                painter.drawLine(at + QPointF(-2.2, 1.3), at + QPointF(2.2, 1.3))
        following = iter(places[1:])
        if self.look.stop_gradient:
            self._paint_stop(painter, next(following), colour)
        if self.look.freeze:
            self._paint_frozen(painter, next(following), colour)

    def _paint_stop(self, painter: QPainter, at: QPointF, colour: QColor) -> None:
        """Two bars across the wire."""
        a, b = self.route.points[-2], self.route.points[-1]
        painter.setPen(pen(colour, 1.8))
        upright = a.x == b.x
        for shift in (-1.8, 1.8):
            middle = at + (QPointF(0, shift) if upright else QPointF(shift, 0))
            arm = QPointF(MARK + 1.5, 0) if upright else QPointF(0, MARK + 1.5)
            painter.drawLine(middle - arm, middle + arm)

    def _paint_frozen(self, painter: QPainter, at: QPointF, colour: QColor) -> None:
        """A snowflake."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(at, MARK + 1, MARK + 1)
        painter.setPen(pen(colour, 1.3))
        for x, y in ((0.0, 4.4), (3.8, 2.2), (3.8, -2.2)):
            painter.drawLine(at - QPointF(x, y), at + QPointF(x, y))


def _path(points: Sequence[Point], arrow: bool) -> QPainterPath:
    """With round corners; `arrow`: a little shorter, for the arrow at its end."""
    if len(points) < 2:
        return QPainterPath()
    line = [PlanPoint(*point) for point in points]
    if arrow and line[-1].x - line[-2].x > ARROW:
        line[-1] = PlanPoint(line[-1].x - ARROW, line[-1].y)
    return rounded(line)


class JunctionsItem(QGraphicsObject):
    """All places where wires fork, so that a fork is not a crossing."""

    def __init__(self, dots: Sequence[tuple[Point, str]], style: Style) -> None:
        super().__init__()
        self.setObjectName("cell.junctions")
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(1.2)
        self.paths: dict[str, QPainterPath] = {}
        for point, role in dots:
            path = self.paths.setdefault(style.theme.role(role), QPainterPath())
            path.addEllipse(QPointF(*point), 3.2, 3.2)
        self._bounds = QRectF()
        for path in self.paths.values():
            self._bounds = self._bounds.united(path.boundingRect())

    def boundingRect(self) -> QRectF:
        return self._bounds.adjusted(-1, -1, 1, 1)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for colour, path in self.paths.items():
            painter.setBrush(QColor(colour))
            painter.drawPath(path)
