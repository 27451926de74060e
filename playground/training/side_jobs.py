"""What the window wants of the running networks beside their training: one list of jobs with the same doors."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from playground.training import messages
from playground.training.run import Run

Send = Callable[[messages.Event], None]


class WindowGone(Exception):
    """Nobody is at the other end of the pipe: raised by whatever sends."""


class SideJob(Protocol):
    """Traces, weights, inspections: each sends the window what it asked for, and keeps to its share of the time.

    The worker serves jobs that are `ready` before it trains on where they are `pressing`, else when it has nothing to
    train; after a slice of training it serves those that are `due`. Clock readings are `time.perf_counter()`.
    """

    @property
    def pressing(self) -> bool:
        """Whether what is ready comes before the next training step."""
        ...

    @property
    def commands(self) -> Mapping[type, Callable[[Any], None]]:
        """Which commands of the window are this job's own, whatever the run is doing."""
        ...

    @property
    def ready(self) -> bool:
        """Something is to go out at once, and may."""
        ...

    def due(self, now: float) -> bool:
        """While training: somebody looks, the window is not behind, and it is within its share of the time."""
        ...

    def send(self, run: Run, number: int, send: Send) -> None:
        """Do one piece of it. Raises BadInput for what a person should read; the run goes on."""
        ...

    def begin(self) -> None:
        """Another run: nobody looks yet."""
        ...

    def rebuilt(self) -> None:
        """The networks or the sequence are others: what is shown is to be sent anew, at once."""
        ...

    def want(self) -> None:
        """The networks stand still or were changed by hand: what is shown is to be true at once."""
        ...

    def slowly(self) -> None:
        """A training step was made in slow motion, so that a person can follow every one."""
        ...
