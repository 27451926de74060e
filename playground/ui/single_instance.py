"""One window at a time: a second launch hands its file to the first and leaves."""

import logging
import zlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger(__name__)
PATIENCE_MS = 1000
LONGEST = 64 * 1024
ANSWER = b"taken\n"


def server_name(home: Path) -> str:
    """One name for each settings folder, and so for each person."""
    return "rnn-playground-" + f"{zlib.crc32(str(home).encode()):08x}"


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
        self._callers: list[QLocalSocket] = []
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
        while (socket := self._server.nextPendingConnection()) is not None:
            self._callers.append(socket)
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(self._tidy)
        self._read()

    def _read(self) -> None:
        for socket in list(self._callers):
            if socket.canReadLine():
                text = bytes(socket.readLine().data()).decode(errors="replace").strip()
                socket.write(ANSWER)
                socket.flush()
                self.called.emit(text)
            elif socket.bytesAvailable() > LONGEST:
                socket.abort()

    def _tidy(self) -> None:
        gone = [socket for socket in self._callers if socket.state() == QLocalSocket.LocalSocketState.UnconnectedState]
        self._callers = [socket for socket in self._callers if socket not in gone]
        for socket in gone:
            socket.deleteLater()
