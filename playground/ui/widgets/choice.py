"""A choice among a few named things."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget


class ChoiceField(QComboBox):
    """`options`: (value, text) pairs. `chosen(value)` is called when a person picks one, never from `show_value`."""

    def __init__(
        self, options: Sequence[tuple[str, str]], chosen: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._chosen = chosen
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.set_options(options)
        self.activated.connect(lambda index: self._chosen(self.itemData(index)))

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Replace what can be chosen, only when it differs."""
        if [(self.itemData(i), self.itemText(i)) for i in range(self.count())] == list(options):
            return
        self.blockSignals(True)
        self.clear()
        for value, text in options:
            self.addItem(text, value)
        self.blockSignals(False)

    def show_value(self, value: str) -> None:
        self.setCurrentIndex(self.findData(value))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.PlaceholderText), 1.4))
        right, middle = self.width() - 11.0, self.height() / 2
        points = [QPointF(right - 7, middle - 1.5), QPointF(right - 3.5, middle + 2), QPointF(right, middle - 1.5)]
        painter.drawPolyline(points)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling a page must not change what lies under the mouse."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
