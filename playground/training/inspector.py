"""Answers the window's questions about the running networks (`playground.network.inspections`), one after the other."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from playground.errors import BadInput
from playground.network.inspections.spec import Inspection
from playground.training import messages
from playground.training.looking import Glass
from playground.training.run import Run
from playground.training.side_jobs import Send

log = logging.getLogger(__name__)
EVERY, SHARE = 1 / 20, 0.02
SLOW = 1 / 25  # seconds: what takes longer is not done after every single step of slow motion
LARGEST = 1 << 24  # bytes of one answer


class InspectionWriter:
    """A `SideJob`. One answer is on its way at a time, so that a window that does not read never keeps the worker
    waiting for long. All questions together take a share of the training's time, however many there are."""

    pressing = False

    def __init__(self, glass: Glass | None = None) -> None:
        self._glass = glass or Glass()
        self._questions: deque[Inspection] = deque()
        self._at_once = 0  # questions that are to be answered whatever the time
        self._unread = False
        self._next = 0.0  # clock reading before which none is answered beside the training
        self._took: dict[Inspection, float] = {}  # seconds of the last time

    @property
    def commands(self) -> Mapping[type, Callable[[Any], None]]:
        """See `SideJob`; so are all doors below that say nothing else."""
        return {
            messages.Inspect: lambda command: self.ask(command.wanted),
            messages.InspectionRead: lambda _: self.read(),
        }

    def ask(self, wanted: Iterable[Inspection]) -> None:
        """These from now on. New ones come first, and at once."""
        wanted = list(dict.fromkeys(wanted))
        old = [question for question in self._questions if question in wanted]
        new = [question for question in wanted if question not in old]
        waiting = sum(question in old for question in list(self._questions)[: self._at_once])
        self._questions = deque([*new, *old])
        self._at_once = len(new) + waiting
        self._took = {question: self._took[question] for question in old if question in self._took}

    def read(self) -> None:
        """The window has taken the last answer."""
        self._unread = False

    def begin(self) -> None:
        self.ask(())
        self._unread = False

    def rebuilt(self) -> None:
        self._took.clear()
        self.want()

    def want(self) -> None:
        self._at_once = len(self._questions)

    def slowly(self) -> None:
        if self._glass.still:
            return
        if sum(self._took.get(question, 0.0) for question in self._questions) < SLOW:
            self.want()

    @property
    def ready(self) -> bool:
        return self._at_once > 0 and not self._unread and time.perf_counter() >= self._glass.rests_at

    def due(self, now: float) -> bool:
        again = bool(self._questions) and not self._glass.still and not self._unread and now >= self._next
        return self.ready or again

    def send(self, run: Run, number: int, send: Send) -> None:
        """One answer, or in a sentence why there is none."""
        began = time.perf_counter()
        question = self._questions[0]
        self._questions.rotate(-1)
        self._at_once = max(0, self._at_once - 1)
        self._unread = True
        with self._glass.seen(run) as step:
            arrays, problem = _answer(run, question)
        send(messages.Inspected(number, step, question, arrays, problem))
        took = time.perf_counter() - began
        # what takes long only once, because something was compiled for it, says nothing about the next time
        counts = min(took, self._took.get(question, 0.0))
        self._next = began + max(EVERY, counts / SHARE)
        self._took[question] = took


def _answer(run: Run, question: Inspection) -> tuple[dict[str, messages.ArrayData], str]:
    try:
        found = run.look(question)
    except BadInput as error:
        return {}, str(error)
    except MemoryError:
        return {}, "there is not enough memory to compute this"
    except Exception as error:  # a picture that fails must not end a training
        log.exception("question %r failed", question)
        return {}, f"this could not be computed ({type(error).__name__})"
    if sum(array.nbytes for array in found.values()) > LARGEST:
        return {}, "there are too many numbers to show: take fewer units or a shorter sequence"
    return {name: _data(array) for name, array in found.items()}, ""


def _data(array: np.ndarray) -> messages.ArrayData:
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return messages.ArrayData(array.shape, little.dtype.str, little.tobytes())
