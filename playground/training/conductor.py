"""The run at work: trains in short slices, tests, saves, and sees to what the window wants beside the training."""

import math
import time
from collections.abc import Callable
from typing import Literal

from playground.errors import BadInput
from playground.timing.choosing import Effort
from playground.training import engine_change, messages
from playground.training.autosave import Autosave
from playground.training.curves import LONG, Curves
from playground.training.failing import failed
from playground.training.inspector import InspectionWriter
from playground.training.looking import Glass
from playground.training.pace import Pace
from playground.training.run import Run
from playground.training.side_jobs import Send, SideJob
from playground.training.traces_writer import EVERY as TRACES_EVERY
from playground.training.traces_writer import TracesWriter
from playground.training.trainer import StepResult
from playground.training.weight_watch import WeightWatch

SLICE = 0.010  # seconds of training between two looks at the pipe
GIVE_WAY, LONGEST_WAY = 0.05, 0.5  # seconds without a training step after a look elsewhere, and after many in a row
ATTEND = 0.004  # seconds between two looks at the pipe in the midst of steps
SCALARS_EVERY = 1 / 30
EARLY = 0.020  # seconds that something may come before it is due, at a moment when a thread of the training rests
SAVE_AFTER = 0.05  # seconds of pause before its checkpoint is written: single steps come in quick succession
TEST_AFTER = 0.1  # seconds after an edit during a pause before the test of what it did: a slider gives many edits

State = Literal["paused", "training", "stopped"]


class Conductor:
    """One run at a time; everything it sends carries the number of the run.

    run: None until it is built, and after it failed. since: step and seconds from which goals count. steps_left: until
    it pauses by itself, 0 for never. speed: most steps a second, 0: any. next_step, test_at: clock readings
    (`time.perf_counter()`) before which no step is made, from which on a test is wanted beside those of the interval.
    choose_at: the same for looking for the fastest engine, while nothing trains, with `choose_effort`.
    hurry: Play was pressed and its first loss is not out yet; nothing that can wait comes before it.
    jobs: what is done beside the training, the pressing ones first.
    """

    def __init__(self, send: Send) -> None:
        self.send = send
        self.called: Callable[[], bool] = lambda: False  # whether a command waits: it comes before all side jobs
        self.looked_for: Callable[[], bool] = lambda: False  # obey the wish to look back that waits, if there is one
        self.window_draws: Callable[[], bool] = lambda: False  # now, on a processor that the training leaves to it
        self.number = -1
        self.run: Run | None = None
        self.curves = Curves(bound=LONG)
        self.state: State = "paused"
        self.steps_left = 0
        self.speed = 0.0
        self.next_step = 0.0
        self.hurry = False
        self.since = (0, 0.0)
        self.test_at = math.inf
        self.choose_at = math.inf
        self.choose_effort: Effort = "quick"
        self.results: list[list[StepResult]] = []
        self.glass = Glass()
        self.weights = WeightWatch(self.glass)
        self.traces = TracesWriter(self.glass)
        self.inspections = InspectionWriter(self.glass, self.traces)
        self.jobs: tuple[SideJob, ...] = (self.traces, self.weights, self.inspections, self.glass)
        self.autosave = Autosave()
        self.scalars_pace = Pace(SCALARS_EVERY)
        self._trained = 0.0  # clock reading after the last training step
        self._attended = 0.0  # clock reading of the last look at the pipe in the midst of a step

    # -- what is to be done ---------------------------------------------------------------------------------------

    def patience(self) -> float | None:
        """Seconds until there is something to do, None for never: then the process sleeps on the pipe."""
        if self.run is None:
            return None
        if any(job.ready for job in self.jobs):
            return 0.0
        now = time.perf_counter()
        waits = [self.test_at - now, self.glass.rests_at - now if self.glass.rests_at > now else math.inf]
        if self.state == "training":
            waits.append(self.next_step - now)
        else:
            waits.append(self.choose_at - now)
            if (patience := self.autosave.patience(now)) is not None:
                waits.append(patience)
        return None if min(waits) == math.inf else max(0.0, min(waits))

    def work(self) -> None:
        """The most pressing piece of work, a few milliseconds of it. Raises BadInput."""
        run = self.run
        assert run is not None
        run.between, run.breathe = self._attend, self._breathe
        now = time.perf_counter()
        ready = [job for job in self.jobs if job.ready]
        if self.hurry and self.state == "training" and self.next_step <= now < self.test_at:
            self._slice(run)
        elif ready and ready[0].pressing:
            ready[0].send(run, self.number, self.send)
        elif now >= self.test_at:
            self.test()
        elif self.state == "training" and now >= self.next_step:
            self._slice(run)
        elif ready:
            ready[0].send(run, self.number, self.send)
        elif self.state != "training" and self.autosave.patience(now) == 0.0:
            self._save(run)
        elif self.state != "training" and now >= self.choose_at:
            engine_change.choose(self, run, self.choose_effort)

    # -- training -------------------------------------------------------------------------------------------------

    def _slice(self, run: Run) -> None:
        """Some steps, then what is due beside them."""
        now = time.perf_counter()
        end = now + SLICE
        while True:
            before = now
            self.one_step(run)
            now = time.perf_counter()
            if self.speed:
                self.next_step = max(self.next_step + 1 / self.speed, now - SLICE)
            too_long = now + (now - before) >= end  # with one more
            if self.speed or too_long or self.state != "training" or now < self.next_step or self._lull(now):
                break
        self._trained = now
        if self.state != "training":
            return
        early = EARLY if self.window_draws() else 0.0
        if self.scalars_pace.due(now + early) or self.traces.due(now + early):  # what goes there goes together
            self.flush()
        slow = 0 < self.speed * TRACES_EVERY <= 1
        for job in self.jobs:
            if slow:
                job.slowly()
            if not (job.pressing and job.ready) and job.due(now + early) and not self.called():
                job.send(run, self.number, self.send)
        if self.autosave.due(now):
            self._save(run)

    def _lull(self, now: float) -> bool:
        """Whether this is the time for something that is due soon: what one thread does costs least while another
        rests."""
        return self.window_draws() and any(job.due(now + EARLY) for job in self.jobs)

    def one_step(self, run: Run) -> None:
        """A training step, and what is due after it. Raises BadInput for one that failed; it has stopped then."""
        try:
            self.results.append(run.step_once(later=True))
        except BadInput as error:  # a number that is not finite, or a device that is full
            self.halt("stopped", error.problem)
            raise
        if not _under_way(self.results):
            self.glass.after_step(run, self.results[-1])
        training = run.experiment.training
        if run.step % training.test_every == 0:
            self.test()
            if self.state != "training":
                return  # one of the steps before the test was not finite
        if training.checkpoint_every and run.step % training.checkpoint_every == 0:
            self.autosave.want()
        if self.steps_left:
            self.steps_left -= 1
            if not self.steps_left:
                self.halt("paused", "")
        elif (reason := run.goal_reached(*self.since)) is not None:
            self.halt("stopped", reason)

    def give_way(self) -> None:
        """Somebody looks elsewhere: to draw that the window needs the processors more than the training does."""
        now = time.perf_counter()
        if self.state == "training":
            self.next_step = max(self.next_step, min(now + GIVE_WAY, self._trained + LONGEST_WAY))

    def _attend(self) -> bool:
        """In the midst of a step, where no network is updated yet: whoever looks back does not wait for its end.
        Returns whether it was time for it."""
        now = time.perf_counter()
        if now < self._attended + ATTEND:
            return False
        self._attended = now
        run = self.run
        if run is not None and self.looked_for() and self.glass.still and self.traces.ready:
            self._send_within(run, self.traces)
        return True

    def _breathe(self) -> None:
        """In the midst of a test or of a long answer: what is shown goes on."""
        if not self._attend():
            return
        now, run = time.perf_counter(), self.run
        if run is not None and self.state == "training":
            for job in (self.traces, self.inspections):
                if job.due(now):
                    self._send_within(run, job)

    def _send_within(self, run: Run, job: SideJob) -> None:
        try:
            job.send(run, self.number, self.send)
        except BadInput as error:  # what was at work is sound
            self.send(failed(self.number, error, False))

    def halt(self, state: Literal["paused", "stopped"], reason: str) -> None:
        """No further step; the window sees the networks as they are now."""
        self.change(state, reason)
        if self.run is not None:
            self.glass.take(self.run)
        for job in self.jobs:
            job.want()
        self.autosave.want(time.perf_counter() + SAVE_AFTER)

    def change(self, state: State, reason: str) -> None:
        """Another state, and the window is told. Steps that were under way may show that it has stopped already."""
        assert self.run is not None
        if not self.flush():
            return
        self.state = state
        self.send(messages.StateChanged(self.number, state, self.run.step, reason))

    # -- what others ask for --------------------------------------------------------------------------------------

    def show_all(self) -> None:
        """The networks are others: the window sees all that it looks at soon, and the test at step 0."""
        assert self.run is not None
        self.glass.follow(self.run)
        for job in self.jobs:
            job.rebuilt()
        self.test_at = 0.0 if self.run.step == 0 else math.inf

    def changed_by_hand(self) -> None:
        """The networks changed without a step: what was shown, tested and saved of them is not true any more."""
        self.autosave.changed()
        if self.run is not None:
            self.glass.take(self.run)
        for job in self.jobs:
            job.want()
        if self.state != "training":
            self.test_soon()

    def test_soon(self) -> None:
        """The networks changed during a pause: what the last test said of them is not true any more."""
        self.test_at = time.perf_counter() + TEST_AFTER
        self.autosave.want(self.test_at + SAVE_AFTER)

    def flush(self) -> bool:
        """Send the training steps that were not sent yet. False where one of them was not finite: the run is back
        before it, and has stopped."""
        run, results = self.run, self.results
        if run is None or not results:
            return True
        waited = _under_way(results)
        error = run.settle(results)
        if results:
            if waited and error is None:
                self.glass.after_steps(run, results)
            self._send_scalars(run)
        if error is not None:
            self.halt("stopped", error.problem)
            self.send(failed(self.number, error, False))
        return error is None

    def _send_scalars(self, run: Run) -> None:
        results = self.results
        nets = range(len(run.trainers))
        scalars = messages.Scalars(
            run=self.number,
            steps=list(range(run.step - len(results) + 1, run.step + 1)),
            losses=[[step[net].loss for step in results] for net in nets],
            gradient_norms=[[step[net].gradient_norm for step in results] for net in nets],
            learning_rate=results[-1][0].learning_rate,
            seconds=run.seconds,
            sequences=run.sequences,
            clip_norm=run.experiment.training.clip_norm,
        )
        self.curves.append_scalars(scalars)
        results.clear()
        self.hurry = False
        now = time.perf_counter()
        self.send(scalars)
        self.scalars_pace.done(now, now)

    def test(self) -> None:
        """Loss and metrics on the test data, now."""
        assert self.run is not None
        self.test_at = math.inf
        self.flush()
        test = self.run.test()
        without = [messages.Without(each.loss, each.metrics) if each else None for each in test.untouched]
        tested = messages.Tested(
            self.number, test.step, list(test.losses), list(test.metrics), self.run.seconds, without,
            self.run.sequences, list(self.run.own_seconds),
        )  # fmt: skip
        self.curves.append_test(tested)
        self.send(tested)

    def _save(self, run: Run) -> None:
        self.flush()
        path = self.autosave.save(run, self.curves)
        if path is not None:
            self.send(messages.CheckpointWritten(self.number, run.step, str(path)))


def _under_way(results: list[list[StepResult]]) -> bool:
    """Whether the numbers of the last step are still to be read."""
    return any(result.unread for result in results[-1])


def memory_is_full() -> BadInput:
    """What a person reads instead of a MemoryError."""
    remedy = "take fewer units, a smaller batch or shorter sequences"
    return BadInput("", "the memory of the computer is full", remedy)
