"""Hands jobs to background processes and collects what comes of them. Nothing in here waits."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from playground.errors import BadInput
from playground.timing.process import Ended, Failed, Measuring
from playground.training.repeats.job import Job, Outcome
from playground.training.repeats.repeater import Repeater

CRASHES = 3  # in a row: then something is wrong with the machine, not with a job
NAME = "rnn-playground repeats"


class _Hand:
    """One process with the job it is at. `job` None: it is free. asked: an answer is awaited."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self.process = Measuring(make, name=NAME)
        self.job: Job | None = None
        self.outcome = Outcome()
        self.asked = False

    def ask(self, method: str, *arguments: Any) -> None:
        self.process.ask(method, *arguments)
        self.asked = True


class Pool:
    """`start` jobs, `look` for news again and again, `close` at the end. All methods belong to one thread.

    done, total: how many jobs. problem: why it stopped by itself, "" otherwise.
    """

    def __init__(self, processes: int = 1, make: Callable[..., Any] = Repeater) -> None:
        self.processes = max(1, processes)
        self.done = self.total = 0
        self.problem = ""
        self.paused = False
        self._make = make
        self._waiting: deque[Job] = deque()
        self._hands: list[_Hand] = []
        self._crashes = 0
        self._spent = 0.0  # seconds that were not a pause
        self._looked = 0.0

    @property
    def running(self) -> bool:
        """Whether there is something left to do."""
        return bool(self._waiting) or any(hand.job is not None for hand in self._hands)

    @property
    def process_ids(self) -> list[int]:
        """Of the processes, for tests and the log."""
        return [int(hand.process.process.pid or 0) for hand in self._hands]

    def start(self, jobs: Sequence[Job]) -> None:
        """These now; what was going on is given up."""
        self.close()
        self._waiting = deque(jobs)
        self.done, self.total, self.problem = 0, len(jobs), ""
        self._crashes, self._spent, self._looked = 0, 0.0, time.monotonic()
        self._go_on()

    def pause(self, on: bool) -> None:
        """No further slice while this is on; the one at work is finished."""
        self._clock()
        self.paused = on
        if not on:
            self._go_on()

    def keep(self, wanted: Callable[[Job], bool]) -> None:
        """Drop the jobs that nobody wants any more, also those at work."""
        before = len(self._waiting) + len(self._hands)
        self._waiting = deque(job for job in self._waiting if wanted(job))
        for hand in list(self._hands):
            if hand.job is not None and not wanted(hand.job):
                self._hands.remove(hand)
                hand.process.close(at_once=True)
        self.total -= before - len(self._waiting) - len(self._hands)
        self._go_on()

    def close(self) -> None:
        """End all processes at once, in the middle of a slice too. May be called twice."""
        hands, self._hands = self._hands, []
        self._waiting.clear()
        for hand in hands:
            hand.process.close(at_once=True)

    def look(self) -> list[tuple[Job, Outcome]]:
        """What happened since the last call: how far jobs are, and those that ended."""
        self._clock()
        news = []
        for hand in list(self._hands):
            try:
                if hand.asked and hand.process.answered:
                    hand.asked = False
                    news.append(self._take(hand, hand.process.answer()))
            except (BadInput, Failed, MemoryError) as error:
                news.append(self._take(hand, _failed(hand.outcome, str(error) or "the memory is full")))
            except (Ended, OSError) as error:
                news.append(self._bury(hand, str(error)))
        self._go_on()
        return news

    def seconds_left(self) -> float | None:
        """About how long the rest will take, at the speed so far; None while nobody can tell."""
        whole = self.done + sum(hand.outcome.share for hand in self._hands if hand.job is not None)
        if whole < 0.25 or not self.running:
            return None
        return self._spent / whole * (self.total - whole)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _take(self, hand: _Hand, outcome: Outcome) -> tuple[Job, Outcome]:
        job = hand.job
        assert job is not None
        hand.outcome = outcome
        self._crashes = 0
        if outcome.done:
            self.done += 1
            hand.job, hand.outcome = None, Outcome()
        return job, outcome

    def _bury(self, hand: _Hand, how: str) -> tuple[Job, Outcome]:
        """A process is gone. Its job is given up, because it may be what killed it; the others go on in a new one."""
        crashes = self._crashes + 1
        found = self._take(hand, _failed(hand.outcome, how))
        self._crashes = crashes
        self._hands.remove(hand)
        hand.process.close(at_once=True)
        if crashes >= CRASHES:
            self.problem = f"{crashes} background processes ended one after the other: {how}"
            self.close()
        return found

    def _go_on(self) -> None:
        """Give everyone who is free the next slice or the next job."""
        if self.paused or self.problem:
            return
        while len(self._hands) < self.processes and len(self._waiting) > sum(hand.job is None for hand in self._hands):
            try:
                self._hands.append(_Hand(self._make))
            except OSError as error:  # no further process
                if not self._hands:
                    self.problem = f"no background process can be started: {error.strerror}"
                    self.close()
                    return
                break
        for hand in list(self._hands):
            try:
                if hand.asked:
                    continue
                if hand.job is not None:
                    hand.ask("go_on")
                elif self._waiting:
                    hand.job = self._waiting.popleft()
                    hand.ask("begin", hand.job)
            except Ended:
                hand.asked = True  # `look` hears of it, and says how
        if not self.running:
            self.close()

    def _clock(self) -> None:
        now = time.monotonic()
        if not self.paused and self.running:
            self._spent += now - self._looked
        self._looked = now


def _failed(before: Outcome, how: str) -> Outcome:
    return Outcome(
        before.step, before.of, before.sequences, before.seconds, before.test_steps, before.losses, before.metrics,
        before.solved, before.loss, "", how,
    )  # fmt: skip
