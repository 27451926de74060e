"""The value that a wire carries at the chosen step, or the gradient that flows back along it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from playground.cell.layout.shapes import Layout, Point
from playground.ui.canvas.style import Style, pen, width_of
from playground.ui.cell_canvas.items.node import CENTRE, READABLE

WIDE, HIGH = 44.0, 16.0


class ChipItem(QGraphicsObject):
    """A small pill on the wires of node `source`. It grows with its text; empty it is not there."""

    def __init__(self, source: str, x: float, y: float, style: Style) -> None:
        super().__init__()
        self.setObjectName(f"cell.value.{source}")
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(1.7)
        self.setPos(x, y)
        self.source, self.style = source, style
        self.text = ""
        self._width = WIDE
        self.setVisible(False)

    def set_text(self, text: str) -> None:
        if text == self.text:
            return
        width = max(WIDE - 8, width_of(text, self.style.small) + 12)
        if abs(width - self._width) > 3:
            self.prepareGeometryChange()
            self._width = width
        self.text = text
        self.setVisible(bool(text))
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(-self._width / 2 - 1, -HIGH / 2 - 1, self._width + 2, HIGH + 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if option.levelOfDetailFromTransform(painter.worldTransform()) < READABLE:
            return
        theme = self.style.theme
        box = QRectF(-self._width / 2, -HIGH / 2, self._width, HIGH)
        painter.setPen(pen(theme.border, 1.0))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(box, HIGH / 2, HIGH / 2)
        painter.setFont(self.style.small)
        painter.setPen(QColor(theme.muted))
        painter.drawText(box, CENTRE, self.text)


def chip_places(layout: Layout, wanted: list[str], room: float = WIDE + 12) -> dict[str, tuple[float, float]]:
    """Where the chips of these nodes go: on the longest stretch of one of their wires, covering nothing else."""
    numbers = {box.id: number for number, box in enumerate(layout.boxes)}
    by_source: dict[str, list[tuple[Point, Point]]] = {}
    lines = []
    for route in layout.routes:
        for a, b in zip(route.points, route.points[1:], strict=False):
            by_source.setdefault(route.source, []).append((a, b))
            lines.append((min(a.x, b.x), min(a.y, b.y), max(a.x, b.x), max(a.y, b.y), numbers.get(route.source, -1)))
    segments = np.array(lines, float).reshape(-1, 5)
    taken = np.array([(b.x - 4, b.y - 4, b.right + 4, b.bottom + 4, -2) for b in layout.boxes], float).reshape(-1, 5)
    places = {}
    for source in wanted:
        for x, y in _spots(by_source.get(source, ()), room):
            box = (x - room / 2, y - HIGH / 2 - 2, x + room / 2, y + HIGH / 2 + 2)
            if not _meets(taken, box, -1) and not _meets(segments, box, numbers[source]):
                taken = np.vstack([taken, (*box, -2)])
                places[source] = (x, y)
                break
    return places


def _spots(stretches: Sequence[tuple[Point, Point]], room: float) -> list[tuple[float, float]]:
    """Middles where a chip could sit, the best first: flat and long stretches."""
    spots = []
    for a, b in stretches:
        flat, length = a.y == b.y, abs(a.x - b.x) + abs(a.y - b.y)
        if length >= (room if flat else HIGH + 8):
            for share in (0.5, 0.3, 0.7):
                spots.append((not flat, -min(length, 400.0), a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share))
    return [(x, y) for _, _, x, y in sorted(spots)[:6]]


def _meets(boxes: NDArray[np.float64], box: tuple[float, float, float, float], but: int) -> bool:
    """Whether the box meets one of [left, top, right, bottom, owner], but for those of one owner."""
    left, top, right, bottom = box
    found = (boxes[:, 0] < right) & (boxes[:, 2] > left) & (boxes[:, 1] < bottom) & (boxes[:, 3] > top)
    return bool((found & (boxes[:, 4] != but)).any())
