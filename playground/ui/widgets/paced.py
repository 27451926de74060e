"""Shows what comes often, but no more often than an eye can follow."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

REST_MS = 80  # between two pictures: about 12 a second, every second time that traces come


class Paced(QObject):
    """Calls `show`, which looks for itself at what is newest, at most every `rest` milliseconds. What came last is
    always shown in the end."""

    def __init__(self, show: Callable[[], None], parent: QObject, rest: float = REST_MS) -> None:
        super().__init__(parent)
        self._show, self._rest = show, rest
        self._shown = float("-inf")
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.now)

    def soon(self) -> None:
        """Show it as soon as the last picture has stood long enough: at once, where nothing came lately."""
        rest = self._rest - (time.monotonic() - self._shown) * 1e3
        if rest <= 0:
            self.now()
        elif not self._timer.isActive():
            self._timer.start(max(1, round(rest)))

    def now(self) -> None:
        """Show it at once."""
        self._timer.stop()
        self._shown = time.monotonic()
        self._show()
