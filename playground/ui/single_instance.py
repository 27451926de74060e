"""One window at a time: a second launch hands its file to the first and leaves."""

import hashlib
import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger(__name__)
PATIENCE_MS = 1000
LONGEST = 64 * 1024
ANSWER = b"taken\n"


def server_name(home: Path) -> str:
    """One name for each settings folder, and so for each person."""
    return "rnn-playground-" + hashlib.sha256(str(home).encode()).hexdigest()[:16]


def hand_over(name: str, path: Path | None, patience_ms: int = PATIENCE_MS) -> bool:
    """Ask a running window to open `path` (None: just to come to the front). False: there is none, or it is silent."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(patience_ms):
        return False
    socket.write((str(path.resolve()) if path else "").encode() + b"\n")
    socket.flush()
    answered = socket.waitForReadyRead(patience_ms) and bytes(socket.readAll().data()).startswith(ANSWER.strip())
    socket.disconnectFromServer()
    return bool(answered)


class SingleInstance(QObject):
    """Listens for later launches. `called(path)`: one has a file for us, or "" when it has none."""

    called = Signal(str)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._take)
        if not self._server.listen(name):
            QLocalServer.removeServer(name)  # left behind by a window that crashed
            if not self._server.listen(name):
                log.warning("no single instance: %s", self._server.errorString())

    def close(self) -> None:
        self._server.close()

    def _take(self) -> None:
        while socket := self._server.nextPendingConnection():
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            if socket.bytesAvailable():
                self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > LONGEST:
                socket.abort()
            return
        text = bytes(socket.readLine().data()).decode(errors="replace").strip()
        socket.write(ANSWER)
        socket.flush()
        self.called.emit(text)
