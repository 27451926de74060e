"""The run's half of the session: commands to the worker, and what comes back from it."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from playground.errors import BadInput
from playground.experiment.check import check_experiment
from playground.experiment.document import Experiment
from playground.network.traces import Traces
from playground.tasks.base import Facts
from playground.training import messages
from playground.training.curves import Curves
from playground.training.finite import NotFinite
from playground.training.race import Race
from playground.ui.clocks.moments import Moments
from playground.ui.engine.engines import Engines
from playground.ui.interventions.reaching import Reaching
from playground.ui.run.flow_record import FlowRecord
from playground.ui.run.inspections import Inspections
from playground.ui.run.run_record import RunRecord
from playground.ui.run.training_link import TrainingLink
from playground.ui.run.unit_record import UnitRecord
from playground.ui.run.weights import Weights
from playground.ui.state import Notice, RunState


class RunSession(QObject):
    """Needs to be told which document there is; `playground.ui.session.Session` does."""

    run_changed = Signal(object)
    phase_changed = Signal()  # of `run_state`, more than the numbers that move with every training step
    scalars_changed = Signal()
    tests_changed = Signal()
    traces_changed = Signal(object)
    started = Signal(object)
    taken = Signal()  # what has come from the training was taken, all that there was
    stepped = Signal(object)  # a `Stepped`: what one training step did to the weights
    notice = Signal(object)

    def __init__(self, checkpoints: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.record = RunRecord()
        self._link = TrainingLink(checkpoints, self)
        self.weights = Weights(self._link, self)
        self.weights.refused.connect(self._on_failed)
        self.inspections = Inspections(self._link, self)
        self.engine = Engines(self._link, self)
        self.reaching = Reaching(self._link, lambda: self.experiment, self.try_apply, self)
        self.reaching.ghosts_changed.connect(lambda: self.traces_changed.emit(self.traces))
        self.moments = Moments(self._link, checkpoints, self)
        self.moments.branched.connect(self._on_branched)
        self.weights.refusal = self.reaching.refusal = self.moments.refusal
        self.reaching.refused.connect(self._on_failed)
        self.moments.looked.connect(lambda: self.reaching.set_comparing(self.moments.beside is not None))
        self._link.stepped.connect(self.stepped)
        self._link.taken.connect(self.taken)
        self.take_processor = self._link.processor.take  # before much is to be done
        self._phase: object = None
        self._link.run_changed.connect(self._on_run_changed)
        self._link.started.connect(self._on_started)
        self._link.scalars.connect(self._on_scalars)
        self._link.tested.connect(self._on_tested)
        self._link.traces.connect(self._on_traces)
        self._link.failed.connect(self._on_failed)
        self._link.died.connect(self._on_died)
        self._link.ready.connect(lambda _: self._on_run_changed(self.run_state))

    @property
    def experiment(self) -> Experiment:
        raise NotImplementedError

    def try_apply(self, edit: Any, merge: bool = False) -> BadInput | None:
        """Change the document; what is wrong with the edit is returned."""
        raise NotImplementedError

    @property
    def folder(self) -> Path | None:
        """Where relative paths of the experiment begin."""
        raise NotImplementedError

    @property
    def facts(self) -> Facts | None:
        """Of the task, None when its settings cannot be used."""
        raise NotImplementedError

    @property
    def run_state(self) -> RunState:
        return self._link.state

    @property
    def curves(self) -> Curves:
        return self.record.curves

    @property
    def race(self) -> Race:
        return self.record.race

    @property
    def traces(self) -> Traces | None:
        return self.record.traces

    @property
    def ghosts(self) -> Traces | None:
        """What `traces` are compared with, of those networks where it is another: as they would be without
        interventions, or at another moment of the training."""
        return self.reaching.ghosts

    @property
    def ghost_name(self) -> str:
        """Which moment the ghosts are of, for legends; "" for the networks without interventions."""
        return self.moments.ghost_text

    @property
    def flows(self) -> FlowRecord:
        """The gradient through time at the moments of the training so far."""
        return self.record.flows

    @property
    def units(self) -> UnitRecord:
        """How gates and states were spread at the moments of the training so far."""
        return self.record.units

    @property
    def started_facts(self) -> messages.Started | None:
        """What the worker said when it built the run."""
        return self.record.started

    def start_worker(self) -> None:
        """Begin the worker process and build the document there. A second call does nothing."""
        if self._link.start_worker():
            self._begin()

    def play(self) -> None:
        if self._can_train():
            self._link.play()

    def pause(self) -> None:
        self._link.pause()

    def toggle(self) -> None:
        """What Space does: pause while it trains, train otherwise."""
        if self.run_state.active:
            self.pause()
        else:
            self.play()

    def step(self) -> None:
        if self._can_train():
            self._link.play(steps=1)

    def step_slowly(self) -> None:
        """One training step; `stepped` tells what it did to the weights."""
        if self._can_train():
            self._link.step_slowly()

    def reset(self) -> None:
        """Back to step 0 and the very same initial weights, in a fresh worker where the last one died."""
        if self.run_state.state == "dead":
            self._begin()
            return
        self.weights.drop_wishes()
        self._link.reset()

    def set_speed(self, speed: float) -> None:
        """At most so many training steps a second; 0: as fast as it goes."""
        self._link.set_speed(speed)

    def go_on_from_checkpoint(self) -> None:
        """A fresh worker that goes on where the last checkpoint was written, or at step 0 when there is none."""
        self._revive(self._link.checkpoint)

    def start_again(self) -> None:
        """A fresh worker at step 0."""
        self._revive(None)

    def other_branch(self) -> None:
        """Back to the run that was left by the last branch; this one can be gone back to in the same way."""
        other, checkpoint = self.moments.other, self.moments.leave_branch()
        if other is None or checkpoint is None:  # an old notice still offers it
            self._say("info", self.tr("That branch is not there any more."))
        else:
            self._begin(str(checkpoint))
            self._tell_other(self.tr("This is the branch that was left at step {0}.").format(f"{other.before:,}"))

    def _revive(self, checkpoint: tuple[int, str] | None) -> None:
        training = self._link.was_training
        self._link.restart_worker()
        self._begin(checkpoint[1] if checkpoint else "")
        if training:
            self.play()

    def _begin(self, checkpoint: str = "") -> None:
        """A new run of the present document."""
        self.record.started, self.record.traces = None, None
        if not checkpoint:
            self.record.clear(self.experiment, None)
            self._tell_curves()
        self._link.begin(self.experiment, self.folder, checkpoint)

    def _tell_curves(self) -> None:
        self.scalars_changed.emit()
        self.tests_changed.emit()

    def _on_run_changed(self, state: RunState) -> None:
        phase = (state.state, state.waiting, state.engine, state.reason)
        self.run_changed.emit(state)
        if phase != self._phase:
            self._phase = phase
            self.phase_changed.emit()

    def _on_started(self, event: messages.Started) -> None:
        self.record.take_started(event, self.experiment, self.facts)
        self.started.emit(event)
        self._tell_curves()

    def _on_scalars(self, event: messages.Scalars) -> None:
        self.record.take_scalars(event)
        self.scalars_changed.emit()

    def _on_tested(self, event: messages.Tested) -> None:
        self.record.take_tested(event)
        self.tests_changed.emit()

    def _on_traces(self, traces: Traces) -> None:
        if self.moments.back:
            self.record.traces = traces
        else:
            self.record.take_traces(traces, self.experiment)
        self.traces_changed.emit(traces)

    def _on_branched(self, event: messages.Branched) -> None:
        text = self.tr("The run is back at step {0} and goes on from there with Play.").format(f"{event.step:,}")
        if not self.moments.exact:
            text += " " + self.tr("The optimizer begins afresh: what it remembers is too large to be kept.")
        self._tell_other(text)

    def _tell_other(self, text: str) -> None:
        self._say("info", text, ((self.tr("Back to the other branch"), self.other_branch),))

    def _on_died(self, reason: str) -> None:
        checkpoint = self._link.checkpoint
        text = self.tr("Training stopped: {0}. The experiment is safe.").format(reason)
        actions: list[tuple[str, Any]] = []
        if checkpoint is not None:
            actions.append((self.tr("Go on from step {0}").format(f"{checkpoint[0]:,}"), self.go_on_from_checkpoint))
        actions.append((self.tr("Start again"), self.start_again))
        self._say("error", text, tuple(actions))

    def _can_train(self) -> bool:
        """Whether the document can be trained as it is; if not, a notice says why. The worker would go on with the last
        one that it could build."""
        if self._link.state.state == "idle":
            return True  # the worker says so itself, and the first Space waits for nothing
        problems = check_experiment(self.experiment, self.folder, self.facts)
        for problem in problems[:1]:
            self._say("error", f"{problem.path}: {problem.message}")
        return not problems

    def _on_failed(self, problem: BadInput) -> None:
        if isinstance(problem, NotFinite):
            self.record.refused = problem
        self._say("error", str(problem))

    def _say(self, level: Any, text: str, actions: tuple[tuple[str, Any], ...] = ()) -> None:
        self.notice.emit(Notice(level, text, actions))
