"""Answers the window's questions about the running networks (`playground.network.inspections`)."""

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.errors import BadInput
from playground.network.inspections.inspect import by_looking, of_own_loss
from playground.network.inspections.spec import Inspection
from playground.training import messages
from playground.training.looking import Glass
from playground.training.pace import Pace
from playground.training.run import Run
from playground.training.side_jobs import Send, WindowGone
from playground.training.traces_writer import TracesWriter

log = logging.getLogger(__name__)
EVERY, SHARE = 1 / 10, 0.02  # of long answers
ONE = 0.01  # share of the time of each of them
AGAIN = 1.0  # seconds at most until one that takes the place of another is answered
LIGHT = 0.001  # seconds: what takes less to be read off a look goes with the traces
ALONE, LIGHT_SHARE = 1 / 10, 0.03  # of light answers where there are no traces to go with
SLOW = 1 / 25  # seconds: what takes longer is not done after every single step of slow motion
LARGEST = 1 << 24  # bytes of one answer
TOGETHER = 1 << 17  # bytes of answers that are on their way together


@dataclass
class _Known:
    """Of a question. took: seconds of the last answer. cost: the shorter of the last two: what takes long only once,
    because something was compiled for it, says nothing about the next time. next, soon: clock readings before which it,
    or one that takes its place, is not answered again beside the training."""

    took: float = 0.0
    cost: float = 0.0
    next: float = 0.0
    soon: float = 0.0


class InspectionWriter:
    """A `SideJob`. What is on its way is bounded, so that a window that does not read never keeps the worker waiting
    for long.

    Light answers are read off the look that the traces were taken from, and all go together right after these. Long
    ones come one by one and take a share of the training's time, however many there are: each as often as the root of
    what it costs allows, which keeps the mean age of all answers least, but none takes more than half of that.
    """

    def __init__(self, glass: Glass | None = None, traces: TracesWriter | None = None) -> None:
        self._glass, self._traces = glass or Glass(), traces
        self._known: dict[Inspection, _Known] = {}  # what is wanted
        self._at_once: list[Inspection] = []  # to be answered whatever the time
        self._unread = False  # answers are on their way
        self._left: list[Inspection] = []  # light ones that had no room beside the last ones
        self._pace = Pace(ALONE, LIGHT_SHARE)
        self._busy = False  # with a long one, which may breathe
        self._went_with = 0  # the traces that light answers went with

    @property
    def commands(self) -> Mapping[type, Callable[[Any], None]]:
        """See `SideJob`; so are all doors below that say nothing else."""
        return {
            messages.Inspect: lambda command: self.ask(command.wanted),
            messages.InspectionRead: lambda _: self.read(),
        }

    def ask(self, wanted: Iterable[Inspection]) -> None:
        """These from now on. New ones come first, and at once; but one that takes the place of another, as of a plot
        whose choice follows the traces, has what this one knew."""
        before, wanted = self._known, list(dict.fromkeys(wanted))
        gone = {(type(one), one.net): known for one, known in before.items() if one not in wanted}
        self._known = {}
        for question in wanted:
            old = gone.get((type(question), question.net), _Known())
            heir = _Known(old.took, old.cost, old.soon, old.soon)
            self._known[question] = before.get(question, heir)
        new = [question for question in wanted if question not in before]
        self._at_once = [*new, *(one for one in self._at_once if one in self._known and one not in new)]
        self._glass.expected = tuple(self._light)

    def read(self) -> None:
        """The window has taken the answers."""
        self._unread = False

    def begin(self) -> None:
        self._known = {}
        self.ask(())
        self._unread = False

    def rebuilt(self) -> None:
        self._known = {question: _Known() for question in self._known}
        self._glass.expected = tuple(self._light)
        self.want()

    def want(self) -> None:
        self._at_once = list(self._known)

    def slowly(self) -> None:
        if self._glass.still:
            return
        if sum(known.took for known in self._known.values()) < SLOW:
            self.want()

    @property
    def _light(self) -> list[Inspection]:
        return [one for one, known in self._known.items() if _is_light(one, known)]

    @property
    def pressing(self) -> bool:
        """Light ones that are wanted at once belong to the traces."""
        return any(_is_light(question, self._known[question]) for question in self._at_once)

    @property
    def ready(self) -> bool:
        if not self._at_once or self._unread or self._busy:
            return False
        return self.pressing or time.perf_counter() >= self._glass.rests_at

    def due(self, now: float) -> bool:
        if self._unread or self._busy or not self._known:
            return False
        if self.pressing or self._hurried(now) is not None:
            return self.ready
        return not self._glass.still and (self._light_due(now) or self._long_due(now) is not None)

    def _hurried(self, now: float) -> Inspection | None:
        """The first that is wanted at once, and may be."""
        return next((question for question in self._at_once if self._known[question].next <= now), None)

    def _light_due(self, now: float) -> bool:
        return (self._fresh or self._pace.due(now)) and any(_is_light(*each) for each in self._known.items())

    @property
    def _fresh(self) -> bool:
        """Whether traces went out that no light answers went with."""
        return self._traces is not None and self._traces.written != self._went_with

    def _rides(self, run: Run) -> bool:
        """Whether these are of the networks as they are."""
        return self._fresh and self._traces is not None and self._traces.step == run.step

    def _long_due(self, now: float) -> Inspection | None:
        """The one that has waited longest."""
        waiting = [one for one, known in self._known.items() if known.next <= now and not _is_light(one, known)]
        return min(waiting, key=lambda question: self._known[question].next, default=None)

    def send(self, run: Run, number: int, send: Send) -> None:
        """All light answers, or a long one; or in a sentence why there is none."""
        now, light, moving = time.perf_counter(), self._light, not self._glass.still
        hurried = [question for question in light if question in self._at_once]
        if hurried:
            self._send_light(run, number, send, hurried)
        elif (question := self._hurried(now)) is not None:
            self._send_long(run, number, send, question)
        elif moving and light and (self._pace.due(now) or self._rides(run)):
            self._send_light(run, number, send, light)
        elif moving and (question := self._long_due(now)) is not None:
            self._send_long(run, number, send, question)
        elif moving and light and self._fresh and self._traces is not None:
            self._went_with = self._traces.written  # a step was made since: they have missed them
        elif self.ready:  # nothing else is to be done
            self._send_long(run, number, send, self._at_once[0])

    def _send_light(self, run: Run, number: int, send: Send, questions: list[Inspection]) -> None:
        """As many as there is room for; those that were left over the last time come first. Where gradients go back one
        at a time, those of the sequence's own loss, which the traces are of, come before others take their place."""
        began = time.perf_counter()
        left = [one for one in self._left if one in questions]
        rest = sorted((one for one in questions if one not in left), key=lambda one: not of_own_loss(one))
        questions = left + rest
        self._went_with = self._traces.written if self._traces is not None else 0
        self._glass.expected = tuple(self._light)
        size = 0
        answers: list[messages.Inspected] = []
        with ExitStack() as inside:
            step = inside.enter_context(self._glass.seen(run))
            run.expect(self._glass.expected)
            _prepare(run)
            for trainer in run.trainers:
                inside.enter_context(trainer.look().resting())
            for question in questions:
                answers.append(self._answer(run, number, question, step))
                size += sum(len(array.data) for array in answers[-1].arrays.values())
                if size > TOGETHER:
                    break
        self._left = questions[len(answers) :]  # they come next
        self._send(send, number, answers)
        self._pace.done(began, time.perf_counter())

    def _send_long(self, run: Run, number: int, send: Send, question: Inspection) -> None:
        began = time.perf_counter()
        self._busy = True
        try:
            with self._glass.seen(run) as step:
                if by_looking(question):
                    _prepare(run)
                answer = self._answer(run, number, question, step)
        finally:
            self._busy = False
        self._send(send, number, [answer])
        if (known := self._known.get(question)) is None:
            return  # while it was answered, something else was asked
        roots = sum(math.sqrt(each.cost) for one, each in self._known.items() if not _is_light(one, each))
        known.next = began + max(EVERY, math.sqrt(known.cost) * roots / SHARE, known.cost / ONE)
        known.soon = min(known.next, began + AGAIN)

    def _answer(self, run: Run, number: int, question: Inspection, step: int) -> messages.Inspected:
        began = time.perf_counter()
        if question in self._at_once:
            self._at_once.remove(question)
        arrays, problem = _answer(run, question)
        known, took = self._known.get(question, _Known()), time.perf_counter() - began
        known.took, known.cost = took, min(took, known.took)
        return messages.Inspected(number, step, question, arrays, problem)

    def _send(self, send: Send, number: int, answers: list[messages.Inspected]) -> None:
        """All in one message: each one has its price, at both ends."""
        self._unread = True
        send(messages.Answers(number, tuple(answers)))


def _is_light(question: Inspection, known: _Known) -> bool:
    return known.cost < LIGHT and by_looking(question)


def _prepare(run: Run) -> None:
    """Whatever goes wrong is said with the answer."""
    try:
        run.prepare()
    except Exception:
        log.exception("looking failed")


def _answer(run: Run, question: Inspection) -> tuple[dict[str, messages.ArrayData], str]:
    try:
        found = run.look(question)
    except BadInput as error:
        return {}, str(error)
    except WindowGone:  # what is sent in between
        raise
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
