"""The worker's half of the shared memory: writes traces where the window is not reading."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from playground.errors import BadInput
from playground.training import messages
from playground.training.looking import Glass
from playground.training.pace import Pace
from playground.training.run import Run
from playground.training.traces_memory import LARGEST, SLOTS, TooLarge, TracesMemory

log = logging.getLogger(__name__)
EVERY, SHARE = 1 / 22, 0.1


class TracesWriter:
    """wanted: traces are to be written as soon as a slot is free, whatever the pace says."""

    pressing = True

    def __init__(self, glass: Glass | None = None) -> None:
        self._glass = glass or Glass()
        self.wanted = False
        self.written, self.step = 0, -1  # how many times; after how many training steps of the run the last time
        self.pace = Pace(EVERY, SHARE)
        self._memory: TracesMemory | None = None
        self._free: list[int] = []
        self._asked = 0  # bytes of a slot that the window was asked for, since the networks are these
        self._awaits_memory = False  # it was asked for: whatever the window gives back is of the old one
        self._refused = False  # these traces fit nowhere
        self._ghost_wanted = False  # the traces to compare with are to follow those that were written last
        self._haunted = False  # the window has some
        self._began = 0.0  # when the last traces were computed

    @property
    def commands(self) -> Mapping[type, Callable[[Any], None]]:
        """See `SideJob`; so are all doors below that say nothing else."""
        return {
            messages.TracesRead: lambda command: self.read(command.slot),
            messages.UseMemory: lambda command: self.use(command.name),
        }

    def begin(self) -> None:
        """Which slots are free depends on the window, not on the run."""

    def want(self) -> None:
        self.wanted = True

    def slowly(self) -> None:
        self.wanted = self.wanted or not self._glass.traces_still

    @property
    def ready(self) -> bool:
        return (self.wanted or self._ghost_wanted) and self._can

    def due(self, now: float) -> bool:
        """While training: it may be, and is within its share of the time."""
        return self._can and not self._glass.traces_still and self.pace.due(now)

    @property
    def _can(self) -> bool:
        return bool(self._free) and not self._refused

    def rebuilt(self) -> None:
        """The networks or the sequence are others, and so is the size of their traces."""
        self.wanted, self._refused, self._asked = True, False, 0

    def read(self, slot: int) -> None:
        """The window has copied this slot."""
        if slot not in self._free and 0 <= slot < SLOTS and not self._awaits_memory:
            self._free.append(slot)

    def send(self, run: Run, number: int, send: Callable[[messages.Event], None]) -> None:
        """Write and announce, or ask for more memory: the traces of the networks, and after them, where there are some,
        those to compare with. Raises BadInput, once, when there is not so much memory."""
        assert self._memory is not None
        ghost, self._ghost_wanted = self._ghost_wanted and not self.wanted and self._glass.has_ghost(run), False
        self.wanted = self.wanted and ghost
        began = time.perf_counter()
        traces = self._glass.ghost(run) if ghost else self._glass.traces(run)
        slot = self._free[0]
        try:
            size = self._memory.write(slot, traces)
        except TooLarge as error:
            if error.wanted > LARGEST or error.wanted <= self._asked:
                self._refused = True
                problem = f"the traces of this sequence need {error.wanted / 2**20:.0f} MB, too much to show"
                raise BadInput("traces", problem, "take fewer units or a shorter sequence") from None
            self.wanted, self._asked = True, error.wanted  # all of them again
            self._free.clear()
            self._awaits_memory = True
            send(messages.MemoryWanted(number, error.wanted))
            return
        self._free.pop(0)
        if not ghost:
            self.written, self.step = self.written + 1, run.step
        send(messages.TracesWritten(number, slot, size, ghost))
        haunted = self._glass.has_ghost(run)
        self._ghost_wanted = not ghost and haunted
        if self._haunted and not haunted:
            send(messages.NoGhost(number))
        self._haunted = haunted
        self._began = self._began if ghost else began
        if not self._ghost_wanted:  # both are one piece of work
            self.pace.done(self._began, time.perf_counter())

    def attach(self, name: str) -> None:
        """Write into this memory from now on; the one that is there already stays as it is."""
        if self._memory is not None and self._memory.name == name:
            return
        self._detach()
        try:
            self._memory = TracesMemory.attach(name)
        except OSError:
            log.exception("no shared memory %s", name)
            return
        self._free = list(range(SLOTS))

    def use(self, name: str) -> None:
        """The window's answer to MemoryWanted: other memory, or the old one where there is no more."""
        self._awaits_memory = False
        if self._memory is not None and self._memory.name == name:
            self._free = list(range(SLOTS))
        else:
            self.attach(name)

    def _detach(self) -> None:
        if self._memory is not None:
            self._memory.close()
        self._memory, self._free, self._awaits_memory = None, [], False
