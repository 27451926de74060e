"""How often something may be done beside the training."""

import math

CATCHES_UP = 3.0


class Pace:
    """At most once in `interval` seconds on the average, and at most `share` of the time. Clock readings are
    `time.perf_counter()`."""

    def __init__(self, interval: float, share: float = math.inf) -> None:
        self._interval = interval
        self._share = share
        self._next = 0.0
        self._last = 0.0

    def due(self, now: float) -> bool:
        return now >= self._next

    def done(self, began: float, ended: float) -> None:
        """It was done, and took from `began` to `ended`. What takes long only once, because something was compiled for
        it, says nothing about the next time: the shorter of two in a row counts. Who was kept waiting for up to
        `CATCHES_UP` intervals, by a long training step or a test, comes sooner the next times."""
        took = ended - began
        interval = self._interval
        beat = self._next if -interval / 2 <= began - self._next < CATCHES_UP * interval else began
        self._next = max(beat + interval, began + max(interval / 2, min(took, self._last) / self._share))
        self._last = took

    def at_once(self) -> None:
        """It is due whatever was before."""
        self._next = 0.0
