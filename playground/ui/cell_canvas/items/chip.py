"""The value that a wire carries at the chosen step, or the gradient that flows back along it."""

from collections.abc import Sequence
from itertools import pairwise

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
        owner, stretches = numbers.get(route.source, -1), by_source.setdefault(route.source, [])
        for a, b in pairwise(route.points):
            (ax, ay), (bx, by) = a, b
            stretches.append((a, b))
            # Each is flat or upright: its ends in order are those of its box.
            lines.append((ax, ay, bx, by, owner) if ax <= bx and ay <= by else (bx, by, ax, ay, owner))
    # One array for boxes, chips (all of nobody: -2) and wires; a chip minds all but the wires of its own source.
    boxes = [(b.x - 4, b.y - 4, b.x + b.width + 4, b.y + b.height + 4, -2) for b in layout.boxes]
    count = len(boxes) + len(lines)
    taken = np.full((5, count + len(wanted)), np.nan)
    if count:
        taken[:, :count] = np.array(boxes + lines, float).T
    places = {}
    for source in wanted:
        for x, y in _spots(by_source.get(source, ()), room):
            box = (x - room / 2, y - HIGH / 2 - 2, x + room / 2, y + HIGH / 2 + 2)
            if not _meets(taken[:, :count], box, numbers[source]):
                taken[:, count] = (*box, -2)
                count += 1
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
    """Whether the box meets one of [left, top, right, bottom, owner] (each a row), but for those of one owner."""
    left, top, right, bottom = box
    found = (boxes[0] < right) & (boxes[2] > left) & (boxes[1] < bottom) & (boxes[3] > top)
    return bool((boxes[4][found] != but).any())
