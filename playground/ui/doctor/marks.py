"""The marks of the doctor: a shape for each severity, so that none is told by colour alone."""

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.ui.theme import Theme

Sign = Literal["serious", "warning", "note", "fine", "waiting"]
SIZE = 14


class Mark(QWidget):
    """serious: an octagon; warning: a triangle; note: a disc with an i; fine: a tick; waiting: a ring."""

    def __init__(self, sign: Sign, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign, self._theme = sign, theme
        self.setFixedSize(SIZE + 2, SIZE + 2)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return QSize(SIZE + 2, SIZE + 2)

    def show_sign(self, sign: Sign, theme: Theme) -> None:
        """Another one, or in other colours."""
        if (sign, theme) != (self._sign, self._theme):
            self._sign, self._theme = sign, theme
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, box = self._theme, QRectF(1, 1, SIZE, SIZE)
        colours = {"serious": theme.bad, "warning": theme.warning, "note": theme.accent, "fine": theme.good}
        colour = QColor(colours.get(self._sign, theme.muted))
        ground = QPen(QColor(theme.panel), 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        middle = box.center()
        if self._sign == "serious":
            cut = SIZE * 0.29
            low, high = 1.0, 1.0 + SIZE
            painter.drawPolygon(
                QPolygonF(
                    [QPointF(low + cut, low), QPointF(high - cut, low), QPointF(high, low + cut),
                     QPointF(high, high - cut), QPointF(high - cut, high), QPointF(low + cut, high),
                     QPointF(low, high - cut), QPointF(low, low + cut)]
                )
            )  # fmt: skip
            painter.setPen(ground)
            d = SIZE * 0.2
            painter.drawLine(middle + QPointF(-d, -d), middle + QPointF(d, d))
            painter.drawLine(middle + QPointF(-d, d), middle + QPointF(d, -d))
        elif self._sign == "warning":
            painter.drawPolygon(QPolygonF([QPointF(middle.x(), 1), QPointF(SIZE + 1, SIZE), QPointF(1, SIZE)]))
            painter.setPen(ground)
            painter.drawLine(QPointF(middle.x(), 5.5), QPointF(middle.x(), 9.2))
            painter.drawPoint(QPointF(middle.x(), 11.8))
        elif self._sign == "note":
            painter.drawEllipse(box)
            painter.setPen(ground)
            painter.drawPoint(QPointF(middle.x(), 4.6))
            painter.drawLine(QPointF(middle.x(), 7.4), QPointF(middle.x(), 11.6))
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            pen = QPen(colour, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            if self._sign == "fine":
                painter.drawPolyline([QPointF(3, 8.5), QPointF(6.5, 12), QPointF(13, 4.5)])
            else:
                painter.drawEllipse(box.adjusted(2.5, 2.5, -2.5, -2.5))
