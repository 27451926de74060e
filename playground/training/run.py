"""A run: all networks of an experiment, trained on the very same batches."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from playground.cell.graph import Cell
from playground.cell.renaming import renaming
from playground.engine import choose
from playground.engine.threads import set_threads
from playground.errors import BadInput
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.network.changes import of_net, probe_edit, shows
from playground.network.inspections.inspect import inspect, seeds
from playground.network.inspections.spec import Inspection
from playground.network.look import Look
from playground.network.spec import Net
from playground.network.traces import Traces
from playground.tasks import build_task
from playground.tasks.base import Batch, Facts, Probe, Task
from playground.tasks.random import stream
from playground.timing.choosing import Effort
from playground.training import later as under_way
from playground.training import reached
from playground.training.contestants import check_names, fits, match
from playground.training.engine_choice import carried_over, choice_for
from playground.training.finite import NotFinite
from playground.training.interventions import Intervention, Noise, add, follow, weight_place
from playground.training.noise import Stirring
from playground.training.reached import Untouched
from playground.training.side_by_side import evaluate_side_by_side, side_by_side
from playground.training.state import keep, set_weight
from playground.training.trainer import StepResult, Trainer


@dataclass(frozen=True)
class Measured:
    """losses: one for each network. metrics: name → value for each network. step: after how many training steps.
    untouched: for each network what it reaches without interventions, None where there are none."""

    step: int
    losses: tuple[float, ...]
    metrics: tuple[dict[str, float], ...]
    untouched: tuple[Untouched | None, ...] = ()


@dataclass(frozen=True)
class Updated:
    """What an update did.

    rebuilt: some network is new, stands elsewhere or has another name. kept: the run goes on; otherwise it is at step 0
    again. sources: for each network its number before the update, -1 for a new one. reached: other interventions are
    in force than before.
    """

    rebuilt: bool
    kept: bool
    sources: tuple[int, ...]
    reached: bool = False


class Run:
    """Contestants side by side. step: finished training steps. seconds: the time that steps and tests took.
    sequences: training sequences seen by each network. interventions: what a person set by hand, in order. choice: the
    engine and why it is this one. between, breathe: called in the midst of a step before anything is updated, and of
    other long work; they may look, but must leave everything as it is."""

    def __init__(
        self, experiment: Experiment, folder: Path | None = None, engine: str = "auto", effort: Effort = "quick"
    ) -> None:
        """Build everything, at step 0. effort: for finding the fastest engine. Raises BadInput, which names the place
        in the experiment."""
        self.experiment = experiment
        self.folder = folder
        self.step = 0
        self.seconds = 0.0
        self.sequences = 0
        self.interventions: list[Intervention] = []
        self.stirring = Stirring()
        self._begun: list[under_way.Begun] = []
        self.between: Callable[[], object] = lambda: None
        self.breathe: Callable[[], None] = lambda: None
        self.last_test: Measured | None = None
        self.last_update = Updated(False, True, ())
        self.task: Task = build_task(experiment.task, folder)
        self._test: Batch | None = None
        self._probes: tuple[Probe, Probe] | None = None
        check_names(experiment)
        reached.check(experiment)
        cells = known_cells(experiment)
        self.choice = choice_for(experiment, self.task.facts, engine, effort)
        self.engine = choose(self.choice.engine)
        self.trainers = [self._build(net, cells, self.task, experiment) for net in experiment.networks]
        if probe_edit(experiment.interventions):
            self._probes = reached.probes(self.task, experiment)  # now, because it may not fit

    @property
    def facts(self) -> Facts:
        return self.task.facts

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(trainer.name for trainer in self.trainers)

    @property
    def probe(self) -> Probe:
        """The sequence that is looked at, with what a person changed in it."""
        if self._probes is None:
            self._probes = reached.probes(self.task, self.experiment)
        return self._probes[0]

    def batch(self, step: int) -> Batch:
        """What a training step learns from. Batch k depends on seed and k only."""
        return self.task.sample(stream(self.experiment.seed, "train", step), self.experiment.training.batch, step)

    def step_once(self, later: bool = False) -> list[StepResult]:
        """One training step of every network on one batch.

        Raises NotFinite. The step is then not counted, and no network was updated in the window at fault (but for those
        before one whose weights, not its gradient, would have overflowed). later: do not wait for a device that can
        judge for itself; the results then have to be settled.
        """
        began = time.perf_counter()
        batch = self.batch(self.step)
        later = later and self.engine.ledger is not None
        if later:
            self._begun.append(under_way.begin(self))
        results = side_by_side(self.trainers, batch, self.experiment.training.truncate, later, self.between)
        self.step += 1
        self.sequences += batch.inputs.shape[1]
        self.seconds += time.perf_counter() - began
        return results

    @property
    def own_seconds(self) -> tuple[float, ...]:
        """What the training of each network took by itself, NaN where that is not known."""
        return tuple(trainer.seconds for trainer in self.trainers)

    def settle(self, results: list[list[StepResult]]) -> NotFinite | None:
        """Wait for the steps that are under way, and put their numbers into `results`; see
        `playground.training.later.settle`."""
        begun, self._begun = self._begun, []
        if not begun:
            return None
        began = time.perf_counter()
        error = under_way.settle(self, begun, results)
        self.seconds += time.perf_counter() - began
        return error

    @property
    def test_data(self) -> Batch:
        """The test sequences, made once."""
        if self._test is None:
            self._test = self.task.test(stream(self.experiment.seed, "test"))
        return self._test

    def test(self) -> Measured:
        """Loss and metrics of every network on the test data, which is made once."""
        began = time.perf_counter()
        data = self.test_data
        found = evaluate_side_by_side(self.trainers, data, self.breathe)
        losses, metrics = tuple(loss for loss, _ in found), tuple(metrics for _, metrics in found)
        without = reached.untouched(self.experiment, self.trainers, data)
        self.last_test = Measured(self.step, losses, metrics, without)
        self.seconds += time.perf_counter() - began
        return self.last_test

    def traces(self) -> Traces:
        """What all networks do on the probe."""
        return reached.traces(self.step, self.trainers, self.probe)

    @property
    def has_ghost(self) -> bool:
        """Whether there is something to compare the traces with."""
        return shows(self.experiment.interventions)

    def ghost(self) -> Traces:
        """What they would do without any intervention: those that would do something else."""
        self._probes = self._probes or reached.probes(self.task, self.experiment)
        return reached.ghost(self.step, self.experiment, self.trainers, self._probes[1])

    def look(self, question: Inspection) -> dict[str, np.ndarray]:
        """The answer to a question about one of the networks, on the probe or on the test data. Raises BadInput where
        it does not fit."""
        trainer = next((trainer for trainer in self.trainers if trainer.name == question.net), None)
        if trainer is None:
            place, problem = f"networks.{question.net}", "there is no such network any more"
            raise BadInput(place, problem, f"choose one of {', '.join(self.names)}")
        batch = self.test_data if question.of_test else self.probe.batch
        return inspect(trainer.network, batch, question, trainer.optimizer, trainer.look(), self.breathe)

    def expect(self, questions: Sequence[Inspection]) -> None:
        """These are going to be asked on the probe, again and again: then one way back serves them and the traces."""
        for trainer in self.trainers:
            own = [question for question in questions if question.net == trainer.name and not question.of_test]
            trainer.look().expect(partial(self._seeds, own))

    def _seeds(self, questions: Sequence[Inspection], look: Look) -> Iterator[np.ndarray]:
        return seeds(look, self.probe.batch, questions)

    def prepare(self) -> None:
        """Run what was expected forward and back, so that answers are only read off."""
        for trainer in self.trainers:
            trainer.look().at(self.probe.batch).back()

    def goal_reached(self, after_step: int = 0, after_seconds: float = 0.0) -> str | None:
        """Which goal was reached, in a few words. Steps and seconds count from the given ones, and a test counts only
        when it was made after them."""
        goal = self.experiment.training.goal
        if goal.steps and self.step - after_step >= goal.steps:
            return f"goal: {goal.steps} steps"
        if goal.seconds and self.seconds - after_seconds >= goal.seconds:
            return f"goal: {goal.seconds:g} seconds"
        test = self.last_test
        counts = goal.loss and test is not None and (test.step > after_step or after_step == 0)
        if counts and test is not None and all(loss <= goal.loss for loss in test.losses):
            return f"goal: test loss {goal.loss:g}"
        return None

    def reset(self) -> None:
        """Step 0 and the very same initial weights."""
        if self._begun:
            self._begun = []
            under_way.forget(self)
        for trainer in self.trainers:
            trainer.reset(self.experiment.seed)
        self.step, self.seconds, self.sequences, self.last_test = 0, 0.0, 0, None
        self.interventions.clear()
        self.stirring.clear()

    def set_weight(self, net: str, parameter: str, index: tuple[int, ...], value: float) -> Intervention:
        """Set one number before the next step; the optimizers keep what they remember. Raises BadInput."""
        trainer = self._trainer(net, weight_place(net, parameter, index))
        before, after = set_weight(trainer, parameter, index, value)
        done = Intervention(self.step, net, parameter, index, before, after)
        add(self.interventions, done)
        return done

    def add_noise(self, net: str, parameter: str, share: float, seed: int) -> Noise:
        """Noise on a parameter, or on all of a network (""), before the next step. Raises BadInput."""
        trainer = self._trainer(net, weight_place(net, parameter))
        return self.stirring.add(trainer, self.step, parameter, share, seed)

    def _trainer(self, net: str, place: str) -> Trainer:
        for trainer in self.trainers:
            if trainer.name == net:
                return trainer
        raise BadInput(place, "there is no such network", f"choose one of {', '.join(self.names)}")

    def update(self, experiment: Experiment, folder: Path | None = None) -> bool:
        """The document changed. Settings of the training apply to the running networks, which keep the state of their
        optimizers; a network whose structure changed is built anew with every weight whose name and shape did not
        change. Networks are matched by name, then by equal layers (a renamed one). folder: where relative paths begin
        from now on, None: where they did.

        Returns whether the run goes on. It begins again, at step 0 with initial weights, when the seed changed or when
        no network kept a weight of a layer. Raises BadInput, and then nothing has changed. `last_update` tells more.
        """
        old, same_task = self.experiment, experiment.task == self.experiment.task
        check_names(experiment)
        reached.check(experiment)
        folder = folder or self.folder
        task = self.task if same_task else build_task(experiment.task, folder)
        edits = [probe_edit(document.interventions) for document in (old, experiment)]
        same_probe = same_task and experiment.seed == old.seed and edits[0] == edits[1]
        probes = self._probes if same_probe else reached.probes(task, experiment)
        cells = known_cells(experiment)
        sources = match(old.networks, experiment.networks)
        trainers: list[Trainer] = []
        reused: list[bool] = []
        for net, source in zip(experiment.networks, sources, strict=True):
            same = source >= 0 and fits(self.trainers[source], net, cells, old, experiment)
            reused.append(same)
            trainers.append(self.trainers[source] if same else self._build(net, cells, task, experiment))

        # Nothing below can fail, so the old run is whole until here.
        goes_on = experiment.seed == old.seed and any(reused)
        for net, trainer, source, same in zip(experiment.networks, trainers, sources, reused, strict=True):
            if same:
                trainer.net, trainer.task = net, task
                trainer.retune(experiment.training)
            elif source >= 0 and experiment.seed == old.seed:
                before = known_cells(old)
                renames = {
                    layer.id: renaming(before[was.cell], cells[layer.cell])
                    for layer in net.layers
                    for was in self.trainers[source].net.layers
                    if was.id == layer.id
                }
                goes_on |= keep(self.trainers[source], trainer, renames)
                trainer.seconds = self.trainers[source].seconds
            trainer.reach_into(of_net(experiment.interventions, net.name))
            trainer.steps = self.step
        names = [[net.name for net in document.networks] for document in (old, experiment)]
        rebuilt = not all(reused) or not goes_on or names[0] != names[1]
        if experiment.seed != old.seed or not same_task:
            self._test = None
        self._probes = probes
        if rebuilt:
            self.last_test = None
        self.experiment, self.folder, self.task, self.trainers = experiment, folder, task, trainers
        renamed = {names[0][was]: name for was, name in zip(sources, names[1], strict=True) if was >= 0}
        self.interventions = follow(self.interventions, renamed)
        self.stirring.follow(renamed)
        if not goes_on:
            self.reset()
        changed = reached.matters(old.interventions, experiment.interventions)
        self.last_update = Updated(rebuilt, goes_on, sources, changed)
        return goes_on

    def use_engine(self, engine: str, effort: Effort = "quick") -> bool:
        """Go on with another engine ("auto": the fastest); weights, what the optimizers remember and carried states
        stay.

        Returns whether it is another one than before; then `last_update` says that the networks are new and kept.
        Raises BadInput for an engine that cannot run here, and MemoryError; nothing has changed then.
        """
        choice, before = choice_for(self.experiment, self.task.facts, engine, effort), self.engine
        moves = choice.engine != before.name
        try:
            self.engine = choose(choice.engine) if moves else before
            if moves:
                cells = known_cells(self.experiment)
                build = partial(self._build, cells=cells, task=self.task, experiment=self.experiment)
                self.trainers = carried_over(self.trainers, build)
                self.last_update = Updated(True, True, tuple(range(len(self.trainers))))
        except BaseException:
            self.engine = before
            raise
        finally:
            set_threads(self.engine.threads)  # the contest's engines had their own wishes
        self.choice = choice
        return moves

    def _build(self, net: Net, cells: dict[str, Cell], task: Task, experiment: Experiment) -> Trainer:
        trainer = Trainer(net, cells, task, experiment.training, self.engine, experiment.seed)
        trainer.reach_into(of_net(experiment.interventions, net.name))
        return trainer
