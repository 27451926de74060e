"""How often something may be done beside the training."""

import math


class Pace:
    """At most once in `interval` seconds, and at most `share` of the time. Clock readings are `time.perf_counter()`."""

    def __init__(self, interval: float, share: float = math.inf) -> None:
        self._interval = interval
        self._share = share
        self._next = 0.0
        self._last = 0.0

    def due(self, now: float) -> bool:
        return now >= self._next

    def done(self, began: float, ended: float) -> None:
        """It was done, and took from `began` to `ended`. What takes long only once, because something was compiled for
        it, says nothing about the next time: the shorter of two in a row counts."""
        took = ended - began
        self._next = began + max(self._interval, min(took, self._last) / self._share)
        self._last = took

    def at_once(self) -> None:
        """It is due whatever was before."""
        self._next = 0.0
