"""Which moment of the training the window sees: the networks as they are now, or as they were; and what beside it."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from playground.network.inspections.spec import Inspection
from playground.network.traces import Traces
from playground.training import messages, reached, snapshots
from playground.training.curves import Curves
from playground.training.looking_messages import LIVE
from playground.training.noise import Stirring
from playground.training.pace import Pace
from playground.training.resuming import save
from playground.training.run import Run, Updated
from playground.training.side_jobs import Send
from playground.training.snapshots import Moment, Moments
from playground.training.trainer import StepResult

EVERY = 1 / 8  # seconds between two tellings of which moments there are
REST = 0.12  # seconds without a new wish after which the clock rests: only then is there time for long answers


class Glass:
    """The looking glass. A `SideJob` that keeps moments of the run and tells the window of them; the other jobs look
    through it. The training never does: it goes on with its own weights, whatever is looked at.

    back: the moment that is looked at, None: the networks as they are now. beside: the moment that is compared with it,
    None: nothing; `live_beside`: with the networks as they are now.
    """

    pressing = False

    def __init__(self) -> None:
        self.moments = Moments()
        self.back: Moment | None = None
        self.beside: Moment | None = None
        self.live_beside = False
        self._told = -1
        self._number = 0  # of the last wish
        self.rests_at = 0.0  # clock reading from which on the person is taken to have arrived
        self.expected: tuple[Inspection, ...] = ()  # what is going to be asked of whatever is looked at
        self._pace = Pace(EVERY)
        self._update: Updated | None = None

    # -- looking --------------------------------------------------------------------------------------------------

    @property
    def still(self) -> bool:
        """Whether a training step changes nothing of what is looked at."""
        return self.back is not None

    @property
    def traces_still(self) -> bool:
        """The same for traces, with those that they are compared with."""
        return self.still and not self.live_beside

    def look(self, step: int, beside: int | None, number: int = 0) -> None:
        """Look at the moments nearest to these steps; `LIVE`: the networks as they are now. What is shown is
        told with the number of the wish."""
        self._number = number
        self.rests_at = time.perf_counter() + REST
        self.moments.changes += 1
        self.back = None if step == LIVE else self.moments.nearest(step)
        self.live_beside = beside == LIVE and self.back is not None
        self.beside = None if beside is None or beside == LIVE else self.moments.nearest(beside)
        self.moments.pin({moment.step for moment in (self.back, self.beside) if moment is not None})

    @contextmanager
    def seen(self, run: Run) -> Iterator[int]:
        """Inside, the networks are those that are looked at; gives the step."""
        with self._shown(run, self.back) as step:
            yield step

    @contextmanager
    def _shown(self, run: Run, moment: Moment | None) -> Iterator[int]:
        if moment is None:
            yield run.step
        else:
            with snapshots.shown(run.trainers, moment):
                yield moment.step

    def traces(self, run: Run) -> Traces:
        """Of what is looked at, not to be kept: valid until the networks are looked at again."""
        run.expect(self.expected)
        with self.seen(run) as step:
            return reached.traces(step, run.trainers, run.probe, kept=False)

    def has_ghost(self, run: Run) -> bool:
        """Whether there is something to compare them with: another moment, or the networks without interventions."""
        return self.beside is not None or self.live_beside or run.has_ghost

    def ghost(self, run: Run) -> Traces:
        """What they are compared with."""
        if self.beside is not None or self.live_beside:
            with self._shown(run, self.beside) as step:
                return replace(run.traces(), step=step)
        with self.seen(run) as step:
            return replace(run.ghost(), step=step)

    # -- the run --------------------------------------------------------------------------------------------------

    def after_step(self, run: Run, results: list[StepResult]) -> None:
        """A training step was made."""
        self.moments.after_step(run.trainers, [result.loss for result in results], run.seconds, run.sequences)

    def after_steps(self, run: Run, results: list[list[StepResult]]) -> None:
        """Several were made before their losses were known: only the last one can become a moment."""
        for step, result in enumerate(results[:-1], run.step - len(results) + 1):
            self.moments.follow_loss(step, [each.loss for each in result])
        self.after_step(run, results[-1])

    def take(self, run: Run) -> None:
        """The run stands still, or a person changed a weight: this is a moment in any case."""
        self.moments.take(run.trainers, run.seconds, run.sequences)

    def follow(self, run: Run) -> None:
        """The networks are others. What does not fit them any more cannot be looked at."""
        if run.last_update is not self._update:
            self._update = run.last_update
            if run.last_update.rebuilt and run.last_update.kept:
                self.moments.follow(run.trainers, run.last_update.sources)
        fresh = {moment.step: moment for moment in self.moments.kept}
        self.back = fresh.get(self.back.step) if self.back is not None else None
        self.beside = fresh.get(self.beside.step) if self.beside is not None else None
        self.live_beside = self.live_beside and self.back is not None
        self.take(run)

    def forget(self) -> None:
        """The run began again: nothing is left of it."""
        self.moments.clear()
        self.back = self.beside = None
        self.live_beside = False

    def branch(self, run: Run, curves: Curves, moment: Moment) -> None:
        """Let the run and its curves go on from a moment, and look at it live."""
        snapshots.restore(run.trainers, moment)
        run.step, run.seconds, run.sequences, run.last_test = moment.step, moment.seconds, moment.sequences, None
        run.interventions = [one for one in run.interventions if one.step <= moment.step]
        run.stirring = Stirring(noise for noise in run.stirring.noises if noise.step <= moment.step)
        curves.cut(moment.step)
        self.moments.cut(moment.step)
        self.back = self.beside = None
        self.live_beside = False

    # -- as a side job ----------------------------------------------------------------------------------------------

    @property
    def commands(self) -> Mapping[type, Callable[[Any], None]]:
        """See `SideJob`; so are all doors below that say nothing else."""
        return {}

    @property
    def ready(self) -> bool:
        return self._told != self.moments.changes

    def due(self, now: float) -> bool:
        return self.ready and self._pace.due(now)

    def send(self, run: Run, number: int, send: Send) -> None:
        """Which moments there are."""
        began = time.perf_counter()
        self._told = self.moments.changes
        back = LIVE if self.back is None else self.back.step
        beside = self.beside.step if self.beside is not None else LIVE if self.live_beside else None
        send(messages.Snapshots(number, self.moments.steps, self.moments.exact, back, beside, self._number))
        self._pace.done(began, time.perf_counter())

    def begin(self) -> None:
        self.forget()
        self._update, self._number = None, 0

    def rebuilt(self) -> None:
        """`follow` says so."""

    def want(self) -> None:
        """Nothing of the moments is shown by itself."""

    def slowly(self) -> None:
        """A moment is one at any speed."""


def branch(glass: Glass, run: Run, curves: Curves, command: messages.Branch) -> tuple[int, int] | None:
    """Keep the run as it is in a checkpoint, and go on from the moment nearest to the step that is asked for. Returns
    the steps before and after; None where there is no moment. Raises BadInput when the file cannot be written."""
    moment = glass.moments.nearest(command.step)
    if moment is None:
        return None
    before = run.step
    if command.keep:
        save(run, Path(command.keep), curves)
    glass.branch(run, curves, moment)
    return before, moment.step
