"""Quick questions to a pipe. `Connection.poll` makes a new selector for every look, which takes 20 times as long as the
look itself; where the system has `poll`, one that is kept does. Both ends ask hundreds of times a second."""

import select
from collections.abc import Callable
from multiprocessing.connection import Connection


def readable(connection: Connection) -> Callable[[], bool]:
    """What tells whether something has come, or nobody is at the other end any more."""
    if not hasattr(select, "poll"):
        return connection.poll
    kept = select.poll()
    kept.register(connection.fileno(), select.POLLIN)
    return lambda: bool(kept.poll(0))


def has_room(connection: Connection) -> Callable[[], bool]:
    """What tells whether a few bytes would go in at once; False where that cannot be known."""
    if not hasattr(select, "poll"):
        return lambda: False
    kept = select.poll()
    kept.register(connection.fileno(), select.POLLOUT)
    return lambda: [event for _, event in kept.poll(0)] == [select.POLLOUT]
