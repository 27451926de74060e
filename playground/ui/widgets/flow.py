"""Lays widgets out like words: from left to right, and on to the next line where the room ends."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Columns of equal width, as many as fit with at least `least` pixels; what is wider gets a line of its own."""

    def __init__(self, parent: QWidget | None = None, gap: int = 6, least: int = 72) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap, self._least = gap, least
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Of one line; how high it really is depends on the width (`heightForWidth`)."""
        return QSize(self._least, max((item.sizeHint().height() for item in self._items), default=0))

    def _arrange(self, rect: QRect, move: bool) -> int:
        shown = [item for item in self._items if (widget := item.widget()) is None or not widget.isHidden()]
        columns = max(1, (rect.width() + self._gap) // (self._least + self._gap))
        width = (rect.width() - (columns - 1) * self._gap) // columns
        y, column, height = rect.y(), 0, 0
        for item in shown:
            hint = item.sizeHint()
            wide = hint.width() > width and columns > 1
            if column and (wide or column == columns):
                y, column, height = y + height + self._gap, 0, 0
            height = max(height, hint.height())
            if move:
                place = QPoint(rect.x() + column * (width + self._gap), y)
                item.setGeometry(QRect(place, QSize(rect.width() if wide else width, hint.height())))
            column = columns if wide else column + 1
        return y + height - rect.y()
