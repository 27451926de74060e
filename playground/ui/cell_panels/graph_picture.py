"""A cell's graph, painted small: for its card in the palette."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.cell.graph import AnyNode, Cell, Gate, Input, Memory, Operation
from playground.cell.layout import Layout, NodeBox, WireRoute, lay_out
from playground.ui.cell_panels.names import SIGNS, activation_sign
from playground.ui.theme import Theme

ROUND = 10.0  # of the corners of wires


@lru_cache(maxsize=64)
def layout_of(cell: Cell) -> Layout:
    """The automatic layout; kept, because it takes some milliseconds."""
    return lay_out(cell)


class GraphPicture(QWidget):
    """As large as fits into `width` × `height`, never larger than the canvas would show it."""

    def __init__(self, cell: Cell, theme: Theme, width: int, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cell, self._theme = cell, theme
        bounds = layout_of(cell).bounds
        self._scale = min(1.0, width / max(bounds.width, 1.0), height / max(bounds.height, 1.0))
        self.setFixedSize(QSize(width, round(bounds.height * self._scale) + 4))
        self.setAccessibleName(self.tr("The graph of {0}").format(cell.label or cell.name))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        bounds = layout_of(self._cell).bounds
        painter.translate((self.width() - bounds.width * self._scale) / 2, 2)
        painter.scale(self._scale, self._scale)
        painter.translate(-bounds.x, -bounds.y)
        paint_graph(painter, self._cell, self._theme, QFont(self.font()))


def paint_graph(painter: QPainter, cell: Cell, theme: Theme, font: QFont) -> None:
    """In the layout's own units."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    layout = layout_of(cell)
    nodes = {node.id: node for node in cell.nodes}
    for route in sorted(layout.routes, key=lambda route: route.is_memory_line):
        colour = QColor(theme.role(nodes[route.source].role))
        pen = QPen(colour, 5.0 if route.is_memory_line and not route.back else 2.5)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(rounded(route))
    for box in layout.boxes:
        _paint_box(painter, nodes[box.id], box, theme, font)


def rounded(route: WireRoute) -> QPainterPath:
    """An orthogonal polyline with round corners."""
    points = [QPointF(*point) for point in route.points]
    path = QPainterPath(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path.lineTo(_near(corner, before))
        path.quadTo(corner, _near(corner, after))
    path.lineTo(points[-1])
    return path


def _near(corner: QPointF, other: QPointF) -> QPointF:
    """The point on the way to `other` where the bend begins."""
    step = other - corner
    length = max(abs(step.x()), abs(step.y()), 1e-9)
    return corner + step * (min(ROUND, length / 2) / length)


def _paint_box(painter: QPainter, node: AnyNode, box: NodeBox, theme: Theme, font: QFont) -> None:
    rect = QRectF(box.x, box.y, box.width, box.height)
    colour = QColor(theme.role(node.role))
    bare = isinstance(node, Input | Memory) or not isinstance(node, Gate | Operation)
    painter.setPen(Qt.PenStyle.NoPen if bare else QPen(colour, 2.5))
    painter.setBrush(QColor(theme.panel))
    corner = 10.0 if box.shape == "card" else box.height / 2
    painter.drawRoundedRect(rect, corner, corner)
    painter.setPen(colour)
    if isinstance(node, Gate):
        font.setPixelSize(19)
        painter.setFont(font)
        name = painter.fontMetrics().elidedText(node.label or node.id, Qt.TextElideMode.ElideRight, int(box.width) - 12)
        painter.drawText(rect.adjusted(0, 6, 0, -box.height / 2), Qt.AlignmentFlag.AlignCenter, name)
        painter.setPen(QColor(theme.text))
        painter.drawText(
            rect.adjusted(0, box.height / 2 - 4, 0, -6), Qt.AlignmentFlag.AlignCenter, activation_sign(node.activation)
        )
        return
    text = SIGNS.get(node.operation, node.operation) if isinstance(node, Operation) else node.label or node.id
    if isinstance(node, Operation) and node.operation in ("scale", "constant"):
        text = f"{'× ' if node.operation == 'scale' else ''}{node.value:g}"
    font.setPixelSize(20)
    painter.setFont(font)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
