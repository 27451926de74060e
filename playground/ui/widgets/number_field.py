"""A field for one number: typed, stepped with the arrow keys, or dragged at its label."""

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from playground.errors import BadInput


def format_number(value: float | int | None) -> str:
    """As short as exact: 0.003, 1e-08, 1000, empty for None."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return f"{value:.10f}".rstrip("0").rstrip(".")
    return f"{value:.6g}"


def read_number(text: str, whole: bool, none: bool = False) -> float | int | None:
    """What was typed; a comma counts as a decimal point. Raises BadInput for anything that is not a number."""
    cleaned = text.strip().replace("\N{NO-BREAK SPACE}", "").replace("_", "")
    if not cleaned and none:
        return None
    if "," in cleaned and "." not in cleaned:
        cleaned = cleaned.replace(",", ".")
    try:
        value = float(cleaned)
    except ValueError:
        raise BadInput("", f"“{text.strip()}” is not a number", "type one such as 0.003 or 1e-3") from None
    if not math.isfinite(value):
        raise BadInput("", f"“{text.strip()}” is not a finite number", "type one such as 0.003")
    if whole:
        if value != int(value):
            raise BadInput("", f"{text.strip()} is not a whole number", f"try {round(value)}")
        return int(value)
    return value


class NumberField(QLineEdit):
    """Enter, Tab and a click elsewhere take what was typed; Escape brings the old value back.

    `commit(value, merge)` stores it and returns what is wrong with it, or None. `merge` is True while it is stepped or
    dragged, so that one gesture is one undo.
    """

    refused = Signal(object)

    def __init__(
        self, commit: Callable[[float | int | None, bool], BadInput | None], whole: bool = False, none: bool = False,
        low: float = -math.inf, high: float = math.inf, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._commit, self._whole, self._none = commit, whole, none
        self._low, self._high = low, high
        self.value: float | int | None = None
        self._handle: QLabel | None = None
        self._grip: tuple[QPoint, float] | None = None  # where the drag began, and the value there
        self._dragged = False
        self.setAcceptDrops(False)  # a file dropped here is for the window

    def show_value(self, value: float | int | None) -> None:
        """What the document says. Text that is being typed is left alone."""
        self.value = value
        if not (self.hasFocus() and self.isModified()):
            self.setText(format_number(value))
            self.setModified(False)

    def take(self) -> None:
        """Store what was typed; what is refused is told and the old value comes back."""
        if not self.isModified():
            return
        problem: BadInput | None
        try:
            problem = self._store(read_number(self.text(), self._whole, self._none), False)
        except BadInput as wrong:
            problem = wrong
        self._end(problem)

    def nudge(self, factor: float, merge: bool = False) -> None:
        """One step up (`factor` 1) or down (-1), ten with ±10: about a tenth of the value, in round numbers."""
        self._move(float(self.value or 0), factor, merge)

    def set_handle(self, handle: QLabel) -> None:
        """Dragging `handle` to the left and right changes the number."""
        self._handle = handle
        handle.setCursor(Qt.CursorShape.SizeHorCursor)
        handle.installEventFilter(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.take()
            self.selectAll()
        elif key == Qt.Key.Key_Escape:
            self._end(None)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            big = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self.nudge(big if key == Qt.Key.Key_Up else -big, event.isAutoRepeat())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.take()
        super().focusOutEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._handle and isinstance(event, QMouseEvent) and self.isEnabled():
            if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
                self._grip = (event.globalPosition().toPoint(), float(self.value or 0))
                self._dragged = False
                return True
            if event.type() == QEvent.Type.MouseMove and self._grip is not None:
                far = event.globalPosition().toPoint().x() - self._grip[0].x()
                self._dragged = self._move(self._grip[1], far / 8, self._dragged) or self._dragged
                return True
            if event.type() == QEvent.Type.MouseButtonRelease:
                self._grip = None
                return True
        return super().eventFilter(watched, event)

    def _move(self, start: float, steps: float, merge: bool) -> bool:
        """`steps` away from `start`; True when the number changed."""
        if self._whole:
            value: float | int = round(start + steps * max(1.0, abs(start) / 20))
        elif start == 0:
            value = float(f"{steps * 0.01:.3g}")
        else:
            value = float(f"{start * math.exp(steps * 0.1):.3g}")
        value = min(max(value, self._low), self._high)
        if value == self.value:
            return False
        self._end(self._store(int(value) if self._whole else value, merge))
        return True

    def _store(self, value: float | int | None, merge: bool) -> BadInput | None:
        problem = self._commit(value, merge)
        if problem is None:
            self.value = value
        return problem

    def _end(self, problem: BadInput | None) -> None:
        self.setText(format_number(self.value))
        self.setModified(False)
        if bool(self.property("wrong")) != (problem is not None):
            self.setProperty("wrong", problem is not None)
            self.style().unpolish(self)
            self.style().polish(self)
        self.refused.emit(problem)
