"""Commands that wait: in order, but of edits that come faster than they can be followed only the latest."""

from collections import deque
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from playground.training import messages
from playground.training.pipe import readable

# the latest says all that earlier ones said
REPLACED = (messages.Update, messages.WatchWeights, messages.Inspect, messages.LookAt)
RECEIPTS = (messages.TracesRead, messages.WeightsRead, messages.InspectionRead)
PASSED = (*REPLACED, *RECEIPTS)  # what they may overtake


def put(waiting: deque[messages.Command], command: messages.Command) -> None:
    """Append a command. It takes the place of one of its own kind and run where nothing but what has no part in it
    waits in between."""
    if isinstance(command, REPLACED):
        for place in range(len(waiting) - 1, -1, -1):
            other = waiting[place]
            if type(other) is type(command) and other.run == command.run:
                del waiting[place]
                break
            if not isinstance(other, PASSED):
                break
    waiting.append(command)


class Unreadable(ValueError):
    """Something came that is no command. run: its run. start: whether it was to begin one."""

    def __init__(self, run: int, start: bool, reason: str) -> None:
        self.run, self.start = run, start
        super().__init__(reason)


class Inbox:
    """The worker's end of the pipe."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: deque[messages.Command] = deque()
        self._wrong: Exception | None = None  # what came after those that wait, and is not a command
        self._ready = readable(connection)

    def called(self) -> bool:
        """Whether there is a command, or nobody at the other end."""
        self._fetch(0)
        return bool(self._waiting) or self._wrong is not None

    def first(self, kinds: type | tuple[type, ...]) -> Any:
        """The next command, if it has come and is of these kinds."""
        return self._waiting.popleft() if self.called() and isinstance(self.next, kinds) else None

    @property
    def next(self) -> messages.Command | None:
        """The one that has come and is next."""
        return self._waiting[0] if self._waiting else None

    def receive(self, patience: float | None) -> messages.Command | None:
        """The next command, None when there is none for `patience` seconds (None: wait on).

        Raises Unreadable, and EOFError or OSError when nobody is at the other end.
        """
        self._fetch(0 if self._waiting else patience)
        if self._waiting:
            return self._waiting.popleft()
        wrong, self._wrong = self._wrong, None
        if wrong is not None:
            raise wrong
        return None

    def _fetch(self, patience: float | None) -> None:
        """Take all that has come out of the pipe."""
        try:
            while self._wrong is None and (self._ready() if patience == 0 else self._connection.poll(patience)):
                put(self._waiting, _decode(self._connection.recv_bytes()))
                patience = 0
        except (Unreadable, EOFError, OSError) as error:
            self._wrong = error


def _decode(data: bytes) -> messages.Command:
    try:
        return messages.decode_command(data)
    except msgspec.DecodeError as error:
        raw: Any = msgspec.msgpack.decode(data)
        raise Unreadable(int(raw.get("run", -1)), raw.get("type") == "start", str(error)) from None
