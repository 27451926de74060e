"""A label of one line that ends in … where there is no room, and then tells the whole text in its tooltip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class ElidedLabel(QLabel):
    """Never asks for more room than `least` pixels. A tooltip that was set stays, with the whole text before it."""

    def __init__(self, text: str = "", least: int = 24, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._least = least
        self._elided = False
        self._told = ""  # what this label itself put before the tooltip
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self._least, super().minimumSizeHint().width()), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
        if self._elided != (shown != self.text()):
            self._elided = not self._elided
            own = self.toolTip().removeprefix(self._told) if self._told else self.toolTip()
            self._told = self.text() + ("\n" if own else "") if self._elided else ""
            self.setToolTip(self._told + own)
