"""A few sentences in a form, as high as they need."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget


class Paragraph(QPlainTextEdit):
    """Taken with Ctrl+Enter or a click elsewhere; Escape brings the old text back."""

    def __init__(self, commit: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commit, self._old = commit, ""
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # a file dropped here is for the window
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # the page scrolls, never a box in it
        self.textChanged.connect(self._fit)

    def show_value(self, text: str) -> None:
        """What the document says. Text that is being typed is left alone."""
        self._old = text
        if not self.hasFocus() and self.toPlainText() != text:
            self.setPlainText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._take()
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._take()
        elif event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._old)
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        """As high as the text; a plain text's layout counts in lines."""
        lines = max(2, round(self.document().documentLayout().documentSize().height()))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 18)

    def _take(self) -> None:
        if self.toPlainText() != self._old:
            self._commit(self.toPlainText())
