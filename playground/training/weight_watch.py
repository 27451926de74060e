"""Sends the weights that somebody looks at: a few times a second while they change, and nothing when nobody looks."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.engine.devices import to_numpy
from playground.training import messages
from playground.training.looking import Glass
from playground.training.pace import Pace
from playground.training.run import Run

EVERY, SHARE = 1 / 5, 0.03
ROOM = 1 << 20  # bytes of values after which a message is full
LARGEST = 1 << 23  # bytes of one parameter, 10 ms for the window; larger ones are not sent

Name = tuple[str, str]  # network, parameter


class WeightWatch:
    """Knows what is watched and what was sent of it. One message is on its way at a time, so that a window that does
    not read never keeps the worker waiting for long."""

    pressing = True

    def __init__(self, glass: Glass | None = None) -> None:
        self._glass = glass or Glass()
        self._names: deque[Name] = deque()
        self._sent: dict[Name, NDArray[np.float32] | None] = {}  # None: that there is none
        self._at_once = 0  # names that are to be looked at whatever the pace says
        self._unread = False
        self._pace = Pace(EVERY, SHARE)

    @property
    def commands(self) -> Mapping[type, Callable[[Any], None]]:
        """See `SideJob`; so are all doors below that say nothing else."""
        return {
            messages.WatchWeights: lambda command: self.watch(command.names),
            messages.WeightsRead: lambda _: self.read(),
        }

    def watch(self, names: Iterable[Name]) -> None:
        """These from now on, and all of them at once."""
        self._names = deque(dict.fromkeys(names))
        self.rebuilt()

    def begin(self) -> None:
        """Another run: nothing is watched, nothing is on its way."""
        self.watch(())
        self._unread = False

    def rebuilt(self) -> None:
        """The networks are others: all is to be sent again."""
        self._sent.clear()
        self.want()

    def want(self) -> None:
        """What differs from what was sent goes out at once."""
        self._at_once = len(self._names)

    def slowly(self) -> None:
        """A heatmap a few times a second is enough, at any speed."""

    def read(self) -> None:
        """The window has taken the last message."""
        self._unread = False

    @property
    def ready(self) -> bool:
        """Something is to go out at once, and may."""
        return self._at_once > 0 and not self._unread

    def due(self, now: float) -> bool:
        """While training: somebody looks, and it is within its share of the time."""
        return bool(self._names) and not self._glass.still and not self._unread and self._pace.due(now)

    def send(self, run: Run, number: int, send: Callable[[messages.Event], None]) -> None:
        """One message with what has changed, none when nothing has."""
        began = time.perf_counter()
        with self._glass.seen(run) as step:
            arrays, absent = self._gather(run)
        if arrays or absent:
            self._unread = True
            send(messages.Weights(number, step, tuple(arrays), tuple(absent)))
        self._pace.done(began, time.perf_counter())

    def _gather(self, run: Run) -> tuple[list[messages.WeightArray], list[Name]]:
        """What has changed and what is not there, until the message is full; the next one goes on from there."""
        parameters = {trainer.name: trainer.network.parameters for trainer in run.trainers}
        found: list[messages.WeightArray] = []
        absent: list[Name] = []
        size = 0
        for _ in range(len(self._names)):
            if size >= ROOM:
                break
            net, name = self._names[0]
            self._names.rotate(-1)
            self._at_once = max(0, self._at_once - 1)
            known = net in parameters and name in parameters[net].entries
            if not known or parameters[net].entries[name].size * 4 > LARGEST:
                if (net, name) not in self._sent or self._sent[net, name] is not None:
                    self._sent[net, name] = None
                    absent.append((net, name))
                continue
            with np.errstate(over="ignore"):
                values = np.array(to_numpy(parameters[net].view(name)), "<f4")
            before = self._sent.get((net, name))
            if before is None or not np.array_equal(before, values):
                self._sent[net, name] = values
                found.append(messages.WeightArray(net, name, values.shape, values.tobytes()))
                size += values.nbytes
        return found, absent
