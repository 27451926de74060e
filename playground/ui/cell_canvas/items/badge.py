"""The mark of an intervention: a pill at the corner of a node, or on a wire, that says what is done there."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from playground.ui.canvas.style import Style, pen, width_of
from playground.ui.cell_canvas.items.node import CENTRE, READABLE

HIGH = 15.0


class BadgeItem(QGraphicsObject):
    """`now`: it is in force at the step that is looked at; then it is filled, otherwise only drawn around."""

    def __init__(self, name: str, text: str, now: bool, style: Style, parent: QGraphicsItem | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"cell.badge.{name}")
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(4)
        self.text, self.now, self.style = text, now, style
        self._wide = max(HIGH, width_of(text, style.small) + 10)
        self._exporting = False

    def setExportMode(self, on: bool, options: object = None) -> None:
        """A figure shows them at any size (the name is the exporter's)."""
        self._exporting = on

    def boundingRect(self) -> QRectF:
        return QRectF(-self._wide / 2 - 1, -HIGH / 2 - 1, self._wide + 2, HIGH + 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme = self.style.theme
        box = QRectF(-self._wide / 2, -HIGH / 2, self._wide, HIGH)
        painter.setPen(pen(theme.warning, 1.4))
        painter.setBrush(QColor(theme.warning if self.now else theme.panel))
        painter.drawRoundedRect(box, HIGH / 2, HIGH / 2)
        if self._exporting or option.levelOfDetailFromTransform(painter.worldTransform()) >= READABLE:
            painter.setFont(self.style.small)
            painter.setPen(QColor(theme.panel if self.now else theme.text))
            painter.drawText(box, CENTRE, self.text)
