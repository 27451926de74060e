"""What all nodes of a cell share: a box, the ring of a selection, the mark of an error, the port of a wire."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from playground.cell.layout.shapes import NodeBox
from playground.ui.canvas.style import Style, pen, width_of
from playground.ui.cell_canvas.looks import NodeLook

RING = 3.0
NAME_HEIGHT = 16.0
PORT_RADIUS = 4.5
READABLE = 0.33  # below this scale letters are left out
CENTRE = Qt.AlignmentFlag.AlignCenter


class NodeItem(QGraphicsObject):
    """One node. `box`: its rectangle, in its own coordinates.

    `hot`: the pointer is on it; `target`: the wire in the hand may end here.
    """

    named = False  # whether the name stands on it anyway

    def __init__(self, look: NodeLook, box: NodeBox, style: Style) -> None:
        super().__init__()
        self.setObjectName(f"cell.node.{look.key}")
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(2)
        self.look, self.style = look, style
        self.chosen = self.hot = self.target = self.exporting = False
        self.placed = box
        self.setPos(box.x, box.y)
        self.box = QRectF(0, 0, box.width, box.height)
        self._prepare()

    def set_place(self, x: float, y: float) -> None:
        """While it is dragged: the top left corner."""
        self.setPos(x, y)

    @property
    def colour(self) -> QColor:
        """The colour of its role."""
        return QColor(self.style.theme.role(self.look.role))

    @property
    def port(self) -> QPointF:
        """Where a wire is pulled out of it, in the scene."""
        return self.mapToScene(QPointF(self.box.right(), self.box.center().y()))

    def set_state(self, chosen: bool | None = None, hot: bool | None = None, target: bool | None = None) -> None:
        """Selected, under the pointer, a place where a wire may end; None leaves one as it is."""
        new = (
            self.chosen if chosen is None else chosen,
            self.hot if hot is None else hot,
            self.target if target is None else target,
        )
        if new != (self.chosen, self.hot, self.target):
            self.chosen, self.hot, self.target = new
            self.setZValue(3 if self.chosen or self.hot else 2)
            self.update()

    def setExportMode(self, on: bool, options: object = None) -> None:
        """A figure shows the cell, not what is selected (the name is the exporter's)."""
        self.exporting = on

    def set_values(self, state: object) -> None:
        """New values; what they are is each kind's own."""

    # -- painting -------------------------------------------------------------------------------------------------

    def boundingRect(self) -> QRectF:
        wide = max(self.box.width() / 2 + 8.0, self._name_width / 2 + 8.0)
        middle = self.box.center().x()
        return QRectF(middle - wide, -NAME_HEIGHT - 8, 2 * wide, self.box.height() + NAME_HEIGHT + 26)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        readable = option.levelOfDetailFromTransform(painter.worldTransform()) >= READABLE or self.exporting
        if not self.exporting and (self.chosen or self.target or self.look.errors):
            self._paint_rings(painter)
        self.paint_body(painter, readable)
        if self.look.errors:
            self._paint_mark(painter)
        if not self.exporting and (self.hot or self.chosen):
            if readable and not self.named:
                self._paint_name(painter)
            if self.hot and self.look.kind != "output":
                self._paint_port(painter)

    def paint_body(self, painter: QPainter, readable: bool) -> None:
        """The node itself."""
        raise NotImplementedError

    def outline(self, painter: QPainter, box: QRectF) -> None:
        """The shape of the node around `box`."""
        radius = 8.0 if self.look.shape == "card" else box.height() / 2
        painter.drawRoundedRect(box, radius, radius)

    def _prepare(self) -> None:
        """Measure what is written, once."""
        self._name_width = width_of(self.look.title, self.style.small) + 12 if not self.named else 0.0

    def _paint_rings(self, painter: QPainter) -> None:
        theme = self.style.theme
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.look.errors:
            painter.setPen(pen(theme.bad, 2.0, dashed=True))
            self.outline(painter, self.box.adjusted(-4, -4, 4, 4))
        if self.chosen or self.target:
            halo = QColor(theme.accent if self.chosen else theme.good)
            halo.setAlpha(90)
            painter.setPen(pen(halo, 2 * RING))
            self.outline(painter, self.box)

    def _paint_mark(self, painter: QPainter) -> None:
        """An exclamation mark in the corner: errors are not told by colour alone."""
        theme = self.style.theme
        centre = self.mark_place()
        painter.setPen(pen(theme.panel, 1.5))
        painter.setBrush(QColor(theme.bad))
        painter.drawEllipse(centre, 8, 8)
        painter.setFont(self.style.title)
        painter.setPen(QColor(theme.panel))
        painter.drawText(QRectF(centre.x() - 8, centre.y() - 8, 16, 16), CENTRE, "!")

    def mark_place(self) -> QPointF:
        """Where the mark of an error goes."""
        return QPointF(self.box.right() - 2, 2)

    def _paint_name(self, painter: QPainter) -> None:
        theme = self.style.theme
        wide = self._name_width
        box = QRectF(self.box.center().x() - wide / 2, -NAME_HEIGHT - 4, wide, NAME_HEIGHT)
        painter.setPen(pen(theme.border, 1.0))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(box, 5, 5)
        painter.setFont(self.style.small)
        painter.setPen(QColor(theme.text))
        painter.drawText(box, CENTRE, self.look.title)

    def _paint_port(self, painter: QPainter) -> None:
        theme = self.style.theme
        painter.setPen(pen(theme.accent, 1.6))
        painter.setBrush(QColor(theme.panel))
        painter.drawEllipse(QPointF(self.box.right(), self.box.center().y()), PORT_RADIUS, PORT_RADIUS)


def make_node(look: NodeLook, box: NodeBox, style: Style) -> NodeItem:
    """The item for a look."""
    from playground.ui.cell_canvas.items.ends import EndItem
    from playground.ui.cell_canvas.items.gate import GateItem
    from playground.ui.cell_canvas.items.operation import OperationItem

    if look.kind == "gate":
        return GateItem(look, box, style)
    return OperationItem(look, box, style) if look.kind == "operation" else EndItem(look, box, style)
