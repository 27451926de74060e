"""On which processor a thread runs.

Linux likes to wake a thread on the processor of the one who wakes it. For two threads that sleep in turns that is for
good: whenever one runs the other waits, and to the kernel one processor seems enough. Measured on two cores: a training
step of 0.9 ms took 1.7 ms for the first thirty or more after a pause. And it leaves a thread that another program has
pushed aside where it is, although the processor next to it has nothing to do.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from contextlib import suppress


def _asks() -> Callable[[], int]:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ask: Callable[[], int] = ctypes.CDLL(None).sched_getcpu
            return ask
    return lambda: -1


def available() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


current = _asks()  # the number of the processor that the calling thread runs on; -1: not known here


def keep_off(thread: int, processor: int) -> frozenset[int]:
    """Let a thread (by its native number) run anywhere but on this processor. Returns where it could run before, for
    `let_run`; empty where nothing was changed."""
    return _change(thread, processor, lambda before: before - {processor})


def bring_to(thread: int, processor: int) -> frozenset[int]:
    """Let a thread run on this processor only: at once, if it waits for another. Returns what `keep_off` does."""
    return _change(thread, processor, lambda before: before & {processor})


def send_off(thread: int, processor: int) -> None:
    """Let a thread that waits for this processor wait for another: from then on it may run on any."""
    let_run(thread, keep_off(thread, processor))


def _change(thread: int, processor: int, wanted: Callable[[frozenset[int]], frozenset[int]]) -> frozenset[int]:
    if sys.platform != "linux":
        return frozenset()
    with suppress(OSError):  # where the machine does not allow it
        before = frozenset(os.sched_getaffinity(thread))
        if len(before) > 1 and processor in before:
            os.sched_setaffinity(thread, wanted(before))
            return before
    return frozenset()


def let_run(thread: int, processors: frozenset[int]) -> None:
    """Let a thread run on these; nothing where they are none."""
    if sys.platform == "linux" and processors:
        with suppress(OSError):
            os.sched_setaffinity(thread, processors)
