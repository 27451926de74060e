"""The marks that tell contestants apart where colours do not."""

from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

NO_PEN, NO_BRUSH = Qt.PenStyle.NoPen, Qt.BrushStyle.NoBrush  # to look an enum up takes time
MARKS = ("circle", "square", "triangle", "diamond", "wedge", "plus")
_SHAPES = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "triangle": ((0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
    "wedge": ((0, 1.15), (1.1, -0.85), (-1.1, -0.85)),
    "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    "plus": ((-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4),
             (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4)),
}  # fmt: skip


def draw_mark(painter: QPainter, kind: str, x: float, y: float, radius: float, colour: QColor) -> None:
    """One filled mark; a "ring" is hollow, so that marks inside it stay visible."""
    if kind == "ring":
        painter.setPen(QPen(colour, radius * 0.45))
        painter.setBrush(NO_BRUSH)
        painter.drawEllipse(QPointF(x, y), radius * 1.6, radius * 1.6)
        return
    painter.setPen(NO_PEN)
    painter.setBrush(colour)
    if kind == "circle":
        painter.drawEllipse(QPointF(x, y), radius, radius)
        return
    painter.drawPolygon(_shape(kind, radius).translated(x, y))


@lru_cache(maxsize=64)
def _shape(kind: str, radius: float) -> QPolygonF:
    """Around the origin."""
    return QPolygonF([QPointF(dx * radius, dy * radius) for dx, dy in _SHAPES[kind]])
