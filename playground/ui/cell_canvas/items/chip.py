"""The value that a wire carries at the chosen step, or the gradient that flows back along it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from playground.cell.layout.shapes import Layout, Rect, WireRoute
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
    taken = [Rect(box.x - 4, box.y - 4, box.width + 8, box.height + 8) for box in layout.boxes]
    by_source: dict[str, list[WireRoute]] = {}
    for route in layout.routes:
        by_source.setdefault(route.source, []).append(route)
    places = {}
    for source in wanted:
        spots = []
        for route in by_source.get(source, ()):
            for a, b in zip(route.points, route.points[1:], strict=False):
                flat = a.y == b.y
                length = abs(a.x - b.x) + abs(a.y - b.y)
                need = room if flat else HIGH + 8
                if length >= need:
                    spots += [(not flat, -min(length, 400.0), _between(a.x, b.x, f), _between(a.y, b.y, f))
                              for f in (0.5, 0.3, 0.7)]  # fmt: skip
        for *_, x, y in sorted(spots):
            box = Rect(x - room / 2, y - HIGH / 2 - 2, room, HIGH + 4)
            if not any(_meet(box, other) for other in taken) and not _crossed(layout, source, box):
                taken.append(box)
                places[source] = (x, y)
                break
    return places


def _between(a: float, b: float, share: float) -> float:
    return a + (b - a) * share


def _meet(a: Rect, b: Rect) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def _crossed(layout: Layout, source: str, box: Rect) -> bool:
    """Whether a wire of another source runs below the box."""
    for route in layout.routes:
        if route.source != source:
            for a, b in zip(route.points, route.points[1:], strict=False):
                if (
                    min(a.x, b.x) < box.right
                    and max(a.x, b.x) > box.x
                    and min(a.y, b.y) < box.bottom
                    and max(a.y, b.y) > box.y
                ):
                    return True
    return False
