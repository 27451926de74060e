"""Small fields that open on the canvas: Enter and a click elsewhere keep what was typed, Escape does not."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSpinBox, QWidget

MOST_UNITS = 4096


class Field(QObject):
    """One open field. `done(text)` is called at most once, with what was typed, unless Escape ended it."""

    def __init__(self, widget: QSpinBox | QLineEdit, place: QRect, done: Callable[[str], None]) -> None:
        super().__init__(widget)
        self.widget = widget
        self._done: Callable[[str], None] | None = done
        widget.setStyleSheet("min-height: 0; padding: 0 4px;")  # the window's own is made for forms
        widget.setGeometry(place)
        widget.installEventFilter(self)
        widget.show()
        widget.selectAll()
        widget.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def is_open(self) -> bool:
        return self._done is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.close(keep=True)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close(keep=False)
                return True
        if event.type() == QEvent.Type.FocusOut:
            self.close(keep=True)
        return False

    def close(self, keep: bool) -> None:
        """End the field; a second call does nothing."""
        done, self._done = self._done, None
        if done is None:
            return
        if isinstance(self.widget, QSpinBox):
            self.widget.interpretText()
        text = self.widget.text()
        parent = self.widget.parentWidget()
        had_focus = self.widget.hasFocus()
        self.widget.hide()
        self.widget.deleteLater()
        if had_focus and parent is not None:
            (parent.parentWidget() or parent).setFocus(Qt.FocusReason.OtherFocusReason)
        if keep:
            done(text)


def units_field(parent: QWidget, place: QRect, units: int, done: Callable[[int], None]) -> Field:
    """A number from 1 to 4096."""
    box = QSpinBox(parent)
    box.setObjectName("canvas.units")
    box.setAccessibleName(QObject.tr(box, "Units of the layer"))
    box.setRange(1, MOST_UNITS)
    box.setValue(units)
    box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
    box.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return Field(box, place, lambda text: done(int(text)))


def name_field(parent: QWidget, place: QRect, name: str, done: Callable[[str], None]) -> Field:
    """A line of text."""
    line = QLineEdit(name, parent)
    line.setObjectName("canvas.name")
    line.setAccessibleName(QObject.tr(line, "Name of the network"))
    line.setMaxLength(64)
    return Field(line, place, done)
