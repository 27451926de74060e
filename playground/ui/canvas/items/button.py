"""The small round buttons: × and ⌄ (look inside) on a card, + on a wire."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from playground.ui.canvas.style import Style, pen

SIZE = 9.0
BOUNDS = QRectF(-SIZE - 1, -SIZE - 1, 2 * SIZE + 2, 2 * SIZE + 2)


class ButtonItem(QGraphicsObject):
    """Painted only; clicks are found by `Plan.hit`. `shy`: seen only while the pointer is near."""

    def __init__(self, parent: QGraphicsItem, centre: QPointF, sign: str, style: Style, shy: bool = False) -> None:
        super().__init__(parent)
        self.setPos(centre)
        self.setZValue(3)
        self.sign, self.style, self.shy = sign, style, shy
        self.hot = False
        self.setOpacity(0.0 if shy else 1.0)

    def set_hot(self, hot: bool) -> None:
        """Whether the pointer is on it."""
        if hot != self.hot:
            self.hot = hot
            self.setOpacity(0.0 if self.shy and not hot else 1.0)
            self.update()

    def setExportMode(self, on: bool, options: object = None) -> None:
        """Not part of a figure."""
        self.setVisible(not on)

    def boundingRect(self) -> QRectF:
        return BOUNDS

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme = self.style.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen(theme.accent if self.hot else theme.border, 1.0))
        painter.setBrush(QColor(theme.accent if self.hot else theme.panel))
        painter.drawEllipse(QPointF(0, 0), SIZE, SIZE)
        painter.setPen(pen(theme.on_accent if self.hot else theme.muted, 1.4))
        arm = 3.0
        if self.sign == "+":
            painter.drawLine(QPointF(-arm - 0.5, 0), QPointF(arm + 0.5, 0))
            painter.drawLine(QPointF(0, -arm - 0.5), QPointF(0, arm + 0.5))
        elif self.sign == "⌄":  # four corners of a frame: look inside
            for x, y in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
                corner = QPointF(x * arm, y * arm)
                painter.drawLine(corner, corner - QPointF(x * 2, 0))
                painter.drawLine(corner, corner - QPointF(0, y * 2))
        else:
            painter.drawLine(QPointF(-arm, -arm), QPointF(arm, arm))
            painter.drawLine(QPointF(-arm, arm), QPointF(arm, -arm))
