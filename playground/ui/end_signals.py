"""The system asks the program to end: SIGTERM, Ctrl-C in the terminal, the terminal closed.

Python runs a handler only when the interpreter gets the word, and an idle event loop never gives it. So the number of
the signal also goes into a socket, and the event loop wakes from that.
"""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal

NAMES = ("SIGTERM", "SIGINT", "SIGHUP")  # the last one: not on Windows


class EndSignals(QObject):
    """`arrived`, once, in the event loop; one that came before the loop ran is not lost. A second signal does what it
    would do without us, should the end take too long."""

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)
        self._before = {}
        for number in (getattr(signal, name) for name in NAMES if hasattr(signal, name)):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup, and jobs in the background
                self._before[number] = signal.signal(number, _heard)
        self._descriptor = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def close(self) -> None:
        """Every signal does again what it did before. May be called twice."""
        if not self._before:
            return
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._descriptor)
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before = {}
        self._reading.close()
        self._writing.close()

    def _read(self) -> None:
        if set(self._reading.recv(64)) & set(self._before):
            self.close()
            self.arrived.emit()


def _heard(number: int, frame: FrameType | None) -> None:
    """Python only writes the number into the socket of a signal that has a handler."""
