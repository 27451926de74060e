"""Wires: orthogonal, with round corners and an arrow at the end; and the place on them where a layer can go in."""

from collections.abc import Sequence
from math import hypot

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from playground.ui.canvas.items.button import ButtonItem
from playground.ui.canvas.layout import Gap, Point
from playground.ui.canvas.style import RADIUS, Style, pen

CORNER = 10.0
ARROW = 7.0


class WireItem(QGraphicsObject):
    """One wire from its first point to the arrow at its last."""

    def __init__(self, name: str, points: Sequence[Point], colour: str, width: float) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setZValue(-1)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.colour, self.width = colour, width
        end = points[-1]
        self.path = rounded([*points[:-1], Point(end.x - ARROW, end.y)])
        self.arrow = QPolygonF(
            [QPointF(end.x - 1, end.y), QPointF(end.x - ARROW, end.y - 4), QPointF(end.x - ARROW, end.y + 4)]
        )
        self._bounds = self.path.boundingRect().united(self.arrow.boundingRect()).adjusted(-3, -3, 3, 3)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen(self.colour, self.width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self.path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.colour))
        painter.drawPolygon(self.arrow)


class GapItem(QGraphicsObject):
    """Where a layer can go in. Invisible until something is dragged over it; holds the + of the wire."""

    def __init__(self, name: str, gap: Gap, style: Style, shy: bool) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setPos(gap.rect.x, gap.rect.y)
        self.gap, self.style = gap, style
        self.lit = False
        self.box = QRectF(0, 0, gap.rect.width, gap.rect.height)
        centre = QPointF(gap.plus.x - gap.rect.x, gap.plus.y - gap.rect.y)
        self.plus = ButtonItem(self, centre, "+", style, shy)

    def set_lit(self, lit: bool) -> None:
        """Show that what is dragged would go in here."""
        if lit != self.lit:
            self.lit = lit
            self.plus.set_hot(lit)
            self.update()

    def boundingRect(self) -> QRectF:
        return self.box

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not self.lit:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = QColor(self.style.theme.accent)
        painter.setPen(pen(accent, 1.5, dashed=True))
        accent.setAlpha(30)
        painter.setBrush(accent)
        wide = min(self.box.width() - 6, 56.0)
        centre = self.plus.pos().x()
        painter.drawRoundedRect(QRectF(centre - wide / 2, 2, wide, self.box.height() - 4), RADIUS, RADIUS)


def rounded(points: Sequence[Point]) -> QPainterPath:
    """The orthogonal polyline through `points`, its corners rounded as far as the legs allow."""
    path = QPainterPath(QPointF(*points[0]))
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        arriving = hypot(corner.x - before.x, corner.y - before.y)
        leaving = hypot(after.x - corner.x, after.y - corner.y)
        radius = min(CORNER, arriving / 2, leaving / 2)
        if radius <= 0:
            continue
        path.lineTo(corner.x + (before.x - corner.x) / arriving * radius,
                    corner.y + (before.y - corner.y) / arriving * radius)  # fmt: skip
        path.quadTo(corner.x, corner.y, corner.x + (after.x - corner.x) / leaving * radius,
                    corner.y + (after.y - corner.y) / leaving * radius)  # fmt: skip
    path.lineTo(*points[-1])
    return path
