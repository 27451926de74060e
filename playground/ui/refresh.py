"""When plots are drawn: within a budget per frame, the one that waited longest first."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

FRAME_MS = 15
BUDGET = 0.008  # s of a frame that drawing may take; Qt paints after it, and the event loop waits for both
GUESS = 0.004  # s that a plot is taken to cost before it was drawn once
REST = 0.020  # s between two drawings of the same plot: more often than 50 times a second, no eye follows


@dataclass
class Watched:
    """One plot, with what it costs: drawing and the painting that follows.

    What took long only once, because another program had the processor, says nothing about the next time: the shorter
    of the last two counts.
    """

    plot: Any
    drawn_at: float = 0.0
    seconds: float = GUESS
    count: int = 0
    last: float = 0.0

    def took(self, seconds: float) -> None:
        """It was drawn."""
        self.seconds = min(seconds, self.last) if self.count else seconds
        self.last = seconds
        self.count += 1


@dataclass(frozen=True)
class Statistics:
    """Since `reset_statistics`. refreshes: plot id → drawings; rates: the same per second of wall time.

    frames: frames in which anything was drawn. worst: the longest such frame in seconds.
    """

    seconds: float
    frames: int
    worst: float
    refreshes: dict[str, int]
    rates: dict[str, float]


class Refresher(QObject):
    """One timer for all plots. It rests while nothing visible is stale.

    What it draws has `name`, `stale`, `seen`, `refresh()`, the signal `became_stale`, and perhaps `paint_seconds`.
    """

    draws = Signal()  # it begins to draw, and Qt will paint after that

    def __init__(
        self, session: Any, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent or session)
        self._clock = clock
        self._watched: list[Watched] = []
        self._timer = QTimer(self, interval=FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.frame)
        self._began = -math.inf  # the last frame
        self._frames: deque[float] = deque(maxlen=4096)
        self.reset_statistics()

    def add(self, plot: Any) -> None:
        """Draw `plot` from now on whenever it is stale and can be seen."""
        if not any(watched.plot is plot for watched in self._watched):
            self._watched.append(Watched(plot))
            plot.became_stale.connect(self.wake)
            plot.destroyed.connect(lambda: self._forget(plot))
            self.wake()

    def remove(self, plot: Any) -> None:
        """Do not draw it any more."""
        if any(watched.plot is plot for watched in self._watched):
            plot.became_stale.disconnect(self.wake)
            self._forget(plot)

    def _forget(self, plot: Any) -> None:
        self._watched = [watched for watched in self._watched if watched.plot is not plot]

    def wake(self) -> None:
        """Something became stale."""
        if not self._timer.isActive():
            self._timer.start()

    @property
    def awake(self) -> bool:
        """Whether the timer runs."""
        return self._timer.isActive()

    def soon(self) -> None:
        """Much is new: draw it now, in one go with whatever the window did to take it, or with the next frame."""
        if self.awake and self._clock() - self._began >= FRAME_MS / 1e3:
            self.frame()

    def frame(self) -> None:
        """Draw the stalest plots until the budget is spent; at least one, so that none waits for ever."""
        self._timer.start()
        begin = self._began = self._clock()
        due = self._due()
        if due:
            self.draws.emit()
        due.sort(key=lambda watched: watched.drawn_at)
        spent = 0.0
        for number, watched in enumerate(due):
            if number and spent + watched.seconds > BUDGET:
                break
            self._draw(watched)
            spent += watched.seconds
        if due:
            self._frames.append(self._clock() - begin)
        if not any(watched.plot.stale and watched.plot.seen for watched in self._watched):
            self._timer.stop()

    def _due(self) -> list[Watched]:
        """What is stale, can be seen and has rested."""
        now = self._clock()
        waiting = [watched for watched in self._watched if watched.plot.stale and now - watched.drawn_at >= REST]
        return [watched for watched in waiting if watched.plot.seen]

    def _draw(self, watched: Watched) -> None:
        before = self._clock()
        watched.plot.refresh()
        watched.drawn_at = self._clock()
        watched.took(watched.drawn_at - before + float(getattr(watched.plot, "paint_seconds", 0.0)))

    def hurry(self) -> None:
        """A person moved a clock and waits for what it shows: draw everything that is stale, at once."""
        for watched in self._watched:
            if watched.plot.stale and watched.plot.seen:
                self.draws.emit()
                self._draw(watched)

    def reset_statistics(self) -> None:
        """Count from now."""
        self._since = self._clock()
        self._frames.clear()
        for watched in self._watched:
            watched.count = 0

    def statistics(self) -> Statistics:
        """How often each plot was drawn since `reset_statistics`."""
        seconds = max(1e-9, self._clock() - self._since)
        counts = {str(getattr(watched.plot, "id", watched.plot.name)): watched.count for watched in self._watched}
        rates = {name: count / seconds for name, count in counts.items()}
        return Statistics(seconds, len(self._frames), max(self._frames, default=0.0), counts, rates)
