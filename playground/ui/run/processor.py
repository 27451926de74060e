"""How the window gets a processor from the training while it has much to do."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:  # the first paint does not wait for the engines
    from playground.engine.right_of_way import RightOfWay


class Processor(QObject):
    """Asks for one until Qt has nothing else to do, painting included. way: of the worker there is now, None without
    any."""

    def __init__(self, way: Callable[[], "RightOfWay | None"], parent: QObject) -> None:
        super().__init__(parent)
        self._way = way
        self._idle = QTimer(self, interval=0, singleShot=True)
        self._idle.timeout.connect(lambda: self._ask(False))

    def take(self) -> None:
        """There is much to do. Returns when the training leaves one, after 2 ms at the latest."""
        if not self._idle.isActive():
            self._idle.start()
            self._ask(True)

    def _ask(self, on: bool) -> None:
        way = self._way()
        if way is not None:
            way.ask(on)
