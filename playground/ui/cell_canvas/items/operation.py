"""An elementwise operation: a circle with a sign, or a pill with a word."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter

from playground.ui.canvas.style import elide, pen
from playground.ui.cell_canvas.items.node import CENTRE, NodeItem

ARM = 4.5  # of the drawn × and +, whose letters sit differently in every font


class OperationItem(NodeItem):
    """`symbol` is drawn where it is a plain sign, else written."""

    def _prepare(self) -> None:
        super()._prepare()
        self._font = QFont(self.style.title)
        self._text = elide(self.look.symbol, self._font, self.box.width() - 8)

    def paint_body(self, painter: QPainter, readable: bool) -> None:
        theme, colour = self.style.theme, self.colour
        painter.setPen(pen(colour, 2.0))
        painter.setBrush(QColor(theme.panel))
        self.outline(painter, self.box)
        centre = self.box.center()
        if self.look.symbol in ("×", "+", "−", "÷"):
            painter.setPen(pen(colour, 2.0))
            _draw_sign(painter, self.look.symbol, centre)
        elif readable:
            painter.setFont(self._font)
            painter.setPen(colour)
            painter.drawText(QRectF(self.box), CENTRE, self._text)


def _draw_sign(painter: QPainter, sign: str, centre: QPointF) -> None:
    across, down = QPointF(ARM, 0), QPointF(0, ARM)
    if sign == "×":
        across, down = QPointF(ARM - 0.7, ARM - 0.7), QPointF(ARM - 0.7, 0.7 - ARM)
    painter.drawLine(centre - across, centre + across)
    if sign == "÷":
        painter.setBrush(painter.pen().color())
        for side in (-1, 1):
            painter.drawEllipse(centre + QPointF(0, side * ARM), 0.7, 0.7)
    elif sign != "−":
        painter.drawLine(centre - down, centre + down)
