"""An impatient person: every button and every menu in any order, on the real window with a real worker. Nothing breaks.

The order is the same each time; what the worker has answered by then is not. That is the point.
"""

import logging
import os
import random
import signal

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QMenu,
    QToolButton,
    QWhatsThis,
    QWidget,
)
from shiboken6 import isValid

# other programs, other processes, files
LEAVE = ("file.quit", "export.", "copy", "repeats.", "cell.save", "cell.keep", "power_lab.", "qt_")
KEYS = (
    Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_R, Qt.Key.Key_M, Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight,
    Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_F11, Qt.Key.Key_Up,
    Qt.Key.Key_Down,
)  # fmt: skip


class Monkey:
    """`done`: what it did, for the message of a test that fails."""

    def __init__(self, window, seed: int) -> None:
        self.window, self.random = window, random.Random(seed)
        self.done: list[str] = []
        self.guard = QTimer(interval=50)
        self.guard.timeout.connect(self._leave_modal)
        self.guard.start()

    def _leave_modal(self) -> None:
        """Menus and dialogs that wait for an answer get none."""
        QWhatsThis.leaveWhatsThisMode()
        for widget in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if widget is not None:
                widget.close()

    def act(self) -> None:
        self.random.choices((self._action, self._button, self._key, self._kill), (8, 8, 4, 0.1))[0]()
        if QApplication.activePopupWidget() or QApplication.activeModalWidget():
            self._leave_modal()
        QTest.qWait(self.random.choice((0, 0, 5, 30)))
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()

    def _action(self) -> None:
        found = [a for menu in self.window.menuBar().actions() for a in actions(menu.menu())]
        action = self.random.choice([a for a in found if not a.objectName().startswith(LEAVE)])
        self._tell("action", action.objectName() or action.text())
        action.trigger()

    def _button(self) -> None:
        button = self._any(QAbstractButton)
        menu = isinstance(button, QToolButton) and button.menu() is not None  # it would wait in there
        if button is not None and not menu and not button.objectName().startswith(LEAVE):
            self._tell("button", button.objectName() or button.text())
            for _ in range(self.random.choice((1, 1, 3))):
                if isValid(button) and button.isVisible():
                    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))

    def _key(self) -> None:
        key, widget = self.random.choice(KEYS), QApplication.focusWidget() or self.window
        self._tell("key", f"{key.name} on {widget.objectName()}")
        QTest.keyClick(widget, key)

    def _kill(self) -> None:
        process = self.window.session._link.process_id
        if process and hasattr(signal, "SIGKILL") and self.window.session.run_state.state != "dead":
            self._tell("kill", "the worker")
            os.kill(process, signal.SIGKILL)

    def _any(self, kind: type) -> QWidget | None:
        tops = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
        found = [child for top in tops for child in top.findChildren(kind) if child.isVisible() and child.isEnabled()]
        return self.random.choice(found) if found else None

    def _tell(self, kind: str, what: str) -> None:
        self.done.append(f"{kind} {what}")


def actions(menu: QMenu) -> list:
    """What can be chosen in a menu and below."""
    menu.aboutToShow.emit()
    found = []
    for action in menu.actions():
        if action.isEnabled() and not action.isSeparator():
            found += actions(action.menu()) if action.menu() is not None else [action]
    return found


def run(window, seed: int, count: int, caplog, monkeypatch) -> None:
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_, **__: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: "")
    window.dialogs.preset.update(open=None, save=None, feed=None, folder=None, unsaved="discard")
    said: list[str] = []
    window.session.notice.connect(lambda notice: said.append(notice.text))
    monkey = Monkey(window, seed)
    with caplog.at_level(logging.ERROR, "playground"):
        for _ in range(count):
            monkey.act()
            assert window.isVisible()
            wrong = [text for text in said if "an error of its own (" in text] + [r.message for r in caplog.records]
            assert not wrong, "\n".join(monkey.done[-10:])
    monkey.guard.stop()
    window.session.history.saved()


def test_anything_in_any_order(window, caplog, monkeypatch) -> None:
    run(window, 1, 150, caplog, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
@pytest.mark.parametrize("example", ["delayed-recall", "king-and-queen"])
def test_anything_in_any_order_for_long(seed: int, example: str, window, caplog, monkeypatch) -> None:
    window.new_from_example(example)
    run(window, seed, 500, caplog, monkeypatch)
