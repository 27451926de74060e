"""Keys that a widget needs for itself must not reach the window's shortcuts: Space in a text is a space."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

WRITING = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox)
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier)


class ShortcutGuard(QObject):
    """Watches the widget with the focus, and only that one: accepts `ShortcutOverride` where it wants the key."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.focusChanged.connect(self._follow)

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None:
            old.removeEventFilter(self)
        if new is not None:
            new.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if wants(watched, event):
                event.accept()
                return True
            if leaves_undo(watched, event):
                event.ignore()
                return True
        return super().eventFilter(watched, event)


def leaves_undo(widget: QObject, event: QKeyEvent) -> bool:
    """Whether undo means the document: a field in which nothing was typed has nothing of its own to undo."""
    if not any(event.matches(key) for key in (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)):
        return False
    if isinstance(widget, QLineEdit):
        return not widget.isModified()
    return isinstance(widget, QPlainTextEdit) and not widget.document().isModified()


def wants(widget: QObject, event: QKeyEvent) -> bool:
    """Whether this widget uses the key itself."""
    if event.modifiers() not in PLAIN:
        return False
    key = event.key()
    if isinstance(widget, (*WRITING, QComboBox, QMenu)):
        return not Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35
    if isinstance(widget, QAbstractButton):
        return key == Qt.Key.Key_Space
    return isinstance(widget, QAbstractSlider | QTabBar) and key in ARROWS
