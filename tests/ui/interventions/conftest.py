"""Pressing what is on the screen, by its name."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

WAIT = 60_000  # ms


class Hands:
    """A person at the window: finds widgets by name, clicks and types with real events."""

    def __init__(self, qtbot, window) -> None:
        self.qtbot, self.window, self.session = qtbot, window, window.session

    def find(self, name: str, kind: type = QWidget) -> QWidget:
        def found() -> list[QWidget]:
            return [widget for widget in self.window.findChildren(kind, name) if widget.isVisible()]

        self.qtbot.waitUntil(lambda: bool(found()), timeout=5000)
        return found()[0]

    def press(self, name: str) -> None:
        button = self.find(name, QPushButton)
        assert button.isEnabled(), name
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def tick(self, name: str) -> None:
        box = self.find(name)
        self.qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center().__class__(8, box.height() // 2))

    def type(self, name: str, text: str) -> None:
        field = self.find(name, QLineEdit)
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClick(field, Qt.Key.Key_Delete)
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)

    def until(self, true, timeout: int = WAIT) -> None:
        self.qtbot.waitUntil(true, timeout=timeout)

    def metric(self) -> tuple[float, float] | None:
        """The headline metric of the only network that is reached into, without and with."""
        effects = self.session.reaching.effects()
        return effects[0].metric[1:] if effects and effects[0].metric else None


@pytest.fixture
def hands(qtbot, window) -> Hands:
    return Hands(qtbot, window)
