"""What is only there while the hand moves: a wire that is pulled, a rubber band, the ghost of a node, guides."""

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from playground.cell.layout.align import grid
from playground.cell.layout.shapes import Layout
from playground.ui.canvas.style import Style, pen

SNAP = 6.0  # px: how near a middle must be to another one to be drawn to it
GHOSTS = {"gate": (112.0, 72.0), "memory": (64.0, 32.0), "operation": (34.0, 34.0)}


class Rubber(QGraphicsObject):
    """One of: a wire, a band, a ghost; or nothing."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.setObjectName("cell.rubber")
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(9)
        self.style = style
        self.path = QPainterPath()
        self.colour = QColor()
        self.filled = self.dashed = False
        self.setVisible(False)

    def show_wire(self, start: QPointF, end: QPointF, colour: QColor) -> None:
        path = QPainterPath(start)
        middle = max(24.0, abs(end.x() - start.x()) / 2)
        path.cubicTo(start + QPointF(middle, 0), end - QPointF(middle, 0), end)
        path.addEllipse(end, 4, 4)
        self._show(path, colour, filled=False, dashed=False)

    def show_band(self, box: QRectF) -> None:
        path = QPainterPath()
        path.addRect(box)
        self._show(path, QColor(self.style.theme.accent), filled=True, dashed=True)

    def show_ghost(self, at: QPointF, text: str) -> None:
        """Where what is dragged would lie; without a text, nothing."""
        if not text:
            self.hide()
            return
        wide, high = GHOSTS.get(text.partition(":")[0], (64.0, 34.0))
        path = QPainterPath()
        path.addRoundedRect(QRectF(at.x() - wide / 2, at.y() - high / 2, wide, high), 8, 8)
        self._show(path, QColor(self.style.theme.accent), filled=True, dashed=True)

    def _show(self, path: QPainterPath, colour: QColor, filled: bool, dashed: bool) -> None:
        self.prepareGeometryChange()
        self.path, self.colour, self.filled, self.dashed = path, colour, filled, dashed
        self.setVisible(True)
        self.update()

    def setExportMode(self, on: bool, options: object = None) -> None:
        """Not part of a figure."""
        self.setOpacity(0.0 if on else 1.0)

    def boundingRect(self) -> QRectF:
        return self.path.boundingRect().adjusted(-8, -8, 8, 8)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(pen(self.colour, 2.0 if not self.dashed else 1.2, self.dashed))
        fill = QColor(self.colour)
        fill.setAlpha(30)
        painter.setBrush(fill if self.filled else Qt.BrushStyle.NoBrush)
        painter.drawPath(self.path)


class Guides(QGraphicsObject):
    """Lines through the middles of boxes that a dragged one is in line with; it is drawn to them."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.setObjectName("cell.guides")
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(8)
        self.style = style
        self.lines: list[QLineF] = []
        self._others: list[QPointF] = []
        self.setVisible(False)

    def prepare(self, layout: Layout, moved: tuple[str, ...]) -> None:
        """Remember the middles of all boxes that stay."""
        self._others = [QPointF(*box.centre) for box in layout.boxes if box.id not in moved]

    def snap(self, x: float, y: float) -> tuple[float, float]:
        """The place (x, y) on the grid, or drawn to the middles of others nearby; shows the lines."""
        near_x = min(
            (at for at in self._others if abs(at.x() - x) <= SNAP), key=lambda at: abs(at.y() - y), default=None
        )
        near_y = min(
            (at for at in self._others if abs(at.y() - y) <= SNAP), key=lambda at: abs(at.x() - x), default=None
        )
        x, y = near_x.x() if near_x else grid(x), near_y.y() if near_y else grid(y)
        here = QPointF(x, y)
        self.prepareGeometryChange()
        self.lines = [QLineF(here, at) for at in (near_x, near_y) if at is not None]
        self.setVisible(bool(self.lines))
        return x, y

    def setExportMode(self, on: bool, options: object = None) -> None:
        """Not part of a figure."""
        self.setOpacity(0.0 if on else 1.0)

    def boundingRect(self) -> QRectF:
        box = QRectF()
        for line in self.lines:
            box = box.united(QRectF(line.p1(), line.p2()).normalized().adjusted(-2, -2, 2, 2))
        return box

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(pen(self.style.theme.accent, 1.0, dashed=True))
        for line in self.lines:
            painter.drawLine(line)
