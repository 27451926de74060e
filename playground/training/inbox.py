"""Commands that wait: in order, but of edits that come faster than they can be followed only the latest."""

from collections import deque
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from playground.training import messages

# the latest says all that earlier ones said
REPLACED = (messages.Update, messages.WatchWeights, messages.Inspect, messages.LookAt)
PASSED = (*REPLACED, messages.TracesRead, messages.WeightsRead, messages.InspectionRead)  # what they may overtake


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

    def called(self) -> bool:
        """Whether there is a command, or nobody at the other end."""
        return bool(self._waiting) or self._connection.poll(0)

    def receive(self, patience: float | None) -> messages.Command | None:
        """The next command, None when there is none for `patience` seconds (None: wait on).

        Raises Unreadable, and EOFError or OSError when nobody is at the other end.
        """
        while self._connection.poll(0 if self._waiting else patience):
            put(self._waiting, _decode(self._connection.recv_bytes()))
        return self._waiting.popleft() if self._waiting else None


def _decode(data: bytes) -> messages.Command:
    try:
        return messages.decode_command(data)
    except msgspec.DecodeError as error:
        raw: Any = msgspec.msgpack.decode(data)
        raise Unreadable(int(raw.get("run", -1)), raw.get("type") == "start", str(error)) from None
