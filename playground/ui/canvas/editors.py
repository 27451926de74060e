"""Small fields that open on the canvas: Enter and a click elsewhere keep what was typed, Escape does not."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt
from PySide6.QtGui import QIntValidator, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

MOST_UNITS = 4096
LONGEST_NAME = 64
LOOK = """QLineEdit { min-height: 0; padding: 0 6px; border: 1px solid palette(highlight); border-radius: 6px; }"""
KEEP = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}


class Field(QLineEdit):
    """One open field. `done(text)` is called at most once, with what was typed, unless Escape ended it."""

    def __init__(self, parent: QWidget, name: str, text: str, place: QRect, done: Callable[[str], None]) -> None:
        super().__init__(text, parent)
        self._done: Callable[[str], None] | None = done
        self.setObjectName(name)
        self.setStyleSheet(LOOK)  # the window's own look is made for forms
        self.setAcceptDrops(False)
        self.setGeometry(place)
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def is_open(self) -> bool:
        return self._done is not None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.finish(keep=True)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in KEEP:
            self.finish(keep=True)
        elif event.key() == Qt.Key.Key_Escape:
            self.finish(keep=False)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forwards: bool) -> bool:
        """Tab keeps what was typed and stays on the canvas."""
        self.finish(keep=True)
        return True

    def finish(self, keep: bool) -> None:
        """End the field; a second call does nothing."""
        done, self._done = self._done, None
        if done is None:
            return
        text, focused, viewport = self.text(), self.hasFocus(), self.parentWidget()
        self.hide()
        self.deleteLater()
        if focused and viewport is not None:
            viewport.setFocus(Qt.FocusReason.OtherFocusReason)  # which hands it to the view
        if keep:
            done(text)


class UnitsField(Field):
    """Digits only; the arrow keys count up and down."""

    def __init__(self, parent: QWidget, units: int, place: QRect, done: Callable[[int], None]) -> None:
        super().__init__(parent, "canvas.units", str(units), place, lambda text: done(_whole(text, units)))
        self.setAccessibleName(QCoreApplication.translate("Field", "Units of the layer"))
        self.setToolTip(QCoreApplication.translate("Field", "A whole number from 1 to {0}").format(MOST_UNITS))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setValidator(QIntValidator(1, 10 * MOST_UNITS, self))
        self._units = units

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in STEPS:
            units = _whole(self.text(), self._units) + STEPS[Qt.Key(event.key())]
            self.setText(str(min(MOST_UNITS, max(1, units))))
            self.selectAll()
        else:
            super().keyPressEvent(event)


class NameField(Field):
    """The name of a network."""

    def __init__(self, parent: QWidget, name: str, place: QRect, done: Callable[[str], None]) -> None:
        super().__init__(parent, "canvas.name", name, place, done)
        self.setAccessibleName(QCoreApplication.translate("Field", "Name of the network"))
        self.setMaxLength(LONGEST_NAME)
        self.selectAll()


def _whole(text: str, otherwise: int) -> int:
    """The number typed, or the old one for an empty field; what is too large is the edit's to refuse."""
    return int(text) if text.strip().isdigit() else otherwise


__all__ = ["Field", "NameField", "UnitsField"]
