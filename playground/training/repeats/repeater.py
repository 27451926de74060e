"""The process that trains a job, a slice at a time, and gives way to everything else on the machine."""

import time
from pathlib import Path

from playground.engine.threads import use_cores
from playground.errors import BadInput
from playground.tasks.goals import Target, find_target
from playground.training.finite import NotFinite
from playground.training.priority import step_back
from playground.training.race import Solved
from playground.training.repeats.job import Job, Outcome
from playground.training.run import Run

SLICE = 0.25  # seconds of training between two answers: a pause has to wait no longer than that
MOST_TESTS = 256
NICE = 10  # behind everything else on the machine


class Repeater:
    """Lives in the process. `begin` a job, then `go_on` until its outcome is done; both train for a slice."""

    def __init__(self, slice_seconds: float = SLICE) -> None:
        self._slice = slice_seconds
        self._run: Run | None = None
        step_back(NICE)
        use_cores(1)

    def begin(self, job: Job) -> Outcome:
        """Raises BadInput for a network that cannot be trained."""
        self._job = job
        self._run = run = Run(job.experiment, Path(job.folder) if job.folder else None, job.engine, "memory")
        use_cores(1)  # an engine may have had other wishes
        self._target: Target | None = find_target(run.facts, job.experiment.training.goal.loss)
        self._solved: Solved | None = None
        self._steps: list[int] = []
        self._losses: list[float] = []
        self._metrics: dict[str, list[float]] = {}
        self._stride = 1
        self._loss = float("nan")
        self._test(run)
        return self.go_on()

    def go_on(self) -> Outcome:
        """Train for a slice, or to the end."""
        run = self._run
        assert run is not None
        end = time.perf_counter() + self._slice
        reason, problem = self._reached(run), ""
        every = run.experiment.training.test_every
        while not reason and time.perf_counter() < end:
            try:
                run.step_once()
            except NotFinite as error:
                reason = error.problem
                break
            except BadInput as error:  # a device that is full
                problem = str(error)
                break
            if run.step % every == 0:
                self._test(run)
            reason = self._reached(run)
            if reason and run.step % every:
                self._test(run, kept=False)
        if reason or problem:
            self._run = None  # its memory is not needed any more
        goal = run.experiment.training.goal
        return Outcome(
            run.step, goal.steps, run.sequences, run.seconds, tuple(self._steps), tuple(self._losses),
            {name: tuple(values) for name, values in self._metrics.items()}, self._solved, self._loss, reason, problem,
        )  # fmt: skip

    def _reached(self, run: Run) -> str:
        if self._job.until_solved and self._solved is not None:
            return "solved"
        return run.goal_reached() or ""

    def _test(self, run: Run, kept: bool = True) -> None:
        """kept: a point of the curve, of which every second one goes when there are too many."""
        found = run.test()
        self._loss = found.losses[0]
        if self._solved is None and self._target is not None and self._target.reached(self._loss, found.metrics[0]):
            self._solved = Solved(run.step, run.trainers[0].seconds, run.sequences)
        every = run.experiment.training.test_every
        if not kept or run.step % (every * self._stride):
            return
        self._steps.append(run.step)
        self._losses.append(found.losses[0])
        for name, value in found.metrics[0].items():
            self._metrics.setdefault(name, []).append(value)
        if len(self._steps) > MOST_TESTS:
            self._stride *= 2
            keep = [place for place, step in enumerate(self._steps) if step % (every * self._stride) == 0]
            self._steps, self._losses = [self._steps[i] for i in keep], [self._losses[i] for i in keep]
            self._metrics = {name: [values[i] for i in keep] for name, values in self._metrics.items()}
