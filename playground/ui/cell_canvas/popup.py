"""A small list that opens on the canvas: type to narrow it down, Enter takes, Escape leaves."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
WIDE, ROW, ROWS = 232, 26, 9


class ChoicePopup(QFrame):
    """`choices`: (what `chosen` gets, words for people). It goes away by itself, and tells with `closed`."""

    closed = Signal()

    def __init__(
        self, parent: QWidget, title: str, choices: Sequence[tuple[str, str]], chosen: Callable[[str], object]
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("cell.popup")
        self.setProperty("card", "true")
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._chosen = chosen
        self.line = QLineEdit()
        self.line.setObjectName("cell.popup.filter")
        self.line.setPlaceholderText(title)
        self.line.setAccessibleName(title)
        self.list = QListWidget()
        self.list.setObjectName("cell.popup.list")
        self.list.setAccessibleName(title)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for key, words in choices:
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, key)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.line)
        column.addWidget(self.list)
        self.line.textChanged.connect(self._narrow)
        self.line.returnPressed.connect(self._take)
        self.list.itemClicked.connect(lambda _: self._take())
        self.line.installEventFilter(self)

    def open_at(self, at: QPoint) -> None:
        """Show it below this place of the screen, kept on the screen."""
        high = 56 + ROW * min(ROWS, max(1, self.list.count()))
        screen = self.screen().availableGeometry()
        x = min(max(screen.left(), at.x()), screen.right() - WIDE)
        y = min(max(screen.top(), at.y()), screen.bottom() - high)
        self.setGeometry(x, y, WIDE, high)
        self.show()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def _narrow(self, text: str) -> None:
        """Only what has the typed words in it; what is called so, or begins so, is current."""
        words, best, first = text.lower().split(), 9, None
        for row in range(self.list.count()):
            item = self.list.item(row)
            found = f"{item.text()} {item.data(Qt.ItemDataRole.UserRole)}".lower()
            fits = all(word in found for word in words)
            item.setHidden(not fits)
            rank = _rank(text.lower().strip(), str(item.data(Qt.ItemDataRole.UserRole)), item.text().lower())
            if fits and rank < best:
                best, first = rank, item
        if first is None:
            self.list.clearSelection()
            self.list.setCurrentRow(-1)
        else:
            self.list.setCurrentItem(first)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None and not item.isHidden():
            key = str(item.data(Qt.ItemDataRole.UserRole))
            self.close()
            self._chosen(key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in MOVES:
                self._step(-1 if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_PageUp) else 1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close()
                return True
        return super().eventFilter(watched, event)

    def _step(self, by: int) -> None:
        """The next row that is not hidden."""
        row = self.list.currentRow() + by
        while 0 <= row < self.list.count():
            if not self.list.item(row).isHidden():
                self.list.setCurrentRow(row)
                return
            row += by


def _rank(text: str, key: str, words: str) -> int:
    """How well a row fits what was typed: its very name, its beginning, anything else."""
    return 0 if text == key else 1 if key.startswith(text) or words.startswith(text) else 2
