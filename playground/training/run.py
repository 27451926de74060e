"""A run: all networks of an experiment, trained on the very same batches."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playground.cell.graph import Cell
from playground.cell.names import what_is_computed
from playground.cell.renaming import renaming
from playground.engine import choose
from playground.errors import BadInput
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.network.spec import Net
from playground.network.traces import Traces
from playground.tasks import build_task
from playground.tasks.base import Batch, Facts, Probe, Task
from playground.tasks.random import stream
from playground.training import checkpoint as checkpoints
from playground.training.checkpoint import Checkpoint, Progress
from playground.training.curves import Curves
from playground.training.interventions import Intervention, add, follow, weight_place
from playground.training.state import keep, load_state, load_weights, set_weight, state_arrays, weights
from playground.training.trainer import StepResult, Trainer, windows


@dataclass(frozen=True)
class Measured:
    """losses: one for each network. metrics: name → value for each network. step: after how many training steps."""

    step: int
    losses: tuple[float, ...]
    metrics: tuple[dict[str, float], ...]


@dataclass(frozen=True)
class Updated:
    """What an update did.

    rebuilt: some network is new, stands elsewhere or has another name. kept: the run goes on; otherwise it is at step 0
    again. sources: for each network its number before the update, -1 for a new one.
    """

    rebuilt: bool
    kept: bool
    sources: tuple[int, ...]


class Run:
    """Contestants side by side. step: finished training steps. seconds: the time that steps and tests took.
    sequences: training sequences seen by each network. interventions: what a person set by hand, in order."""

    def __init__(self, experiment: Experiment, folder: Path | None = None, engine: str = "auto") -> None:
        """Build everything, at step 0. Raises BadInput, which names the place in the experiment."""
        self.experiment = experiment
        self.folder = folder
        self.engine = choose(engine)
        self.step = 0
        self.seconds = 0.0
        self.sequences = 0
        self.interventions: list[Intervention] = []
        self.last_test: Measured | None = None
        self.last_update = Updated(False, True, ())
        self.task: Task = build_task(experiment.task, folder)
        self._test: Batch | None = None
        self._probe: Probe | None = None
        _check_names(experiment)
        cells = known_cells(experiment)
        self.trainers = [self._build(net, cells, self.task, experiment) for net in experiment.networks]

    @property
    def facts(self) -> Facts:
        return self.task.facts

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(trainer.name for trainer in self.trainers)

    @property
    def probe(self) -> Probe:
        """The sequence that is looked at."""
        if self._probe is None:
            self._probe = self.task.probe(stream(self.experiment.seed, "probe"))
        return self._probe

    def step_once(self) -> list[StepResult]:
        """One training step of every network on one batch. Batch k depends on seed and k only.

        Raises NotFinite. The step is then not counted, and no network was updated in the window at fault (but for those
        before one whose weights, not its gradient, would have overflowed).
        """
        began = time.perf_counter()
        training = self.experiment.training
        batch = self.task.sample(stream(self.experiment.seed, "train", self.step), training.batch, self.step)
        for trainer in self.trainers:
            trainer.begin(batch)
        parts = windows(batch, training.truncate)
        for number, window in enumerate(parts, 1):
            for trainer in self.trainers:
                trainer.gradient(window, number == len(parts))
            for trainer in self.trainers:
                trainer.update()
        results = [trainer.finish() for trainer in self.trainers]
        self.step += 1
        self.sequences += batch.inputs.shape[1]
        self.seconds += time.perf_counter() - began
        return results

    def test(self) -> Measured:
        """Loss and metrics of every network on the test data, which is made once."""
        began = time.perf_counter()
        if self._test is None:
            self._test = self.task.test(stream(self.experiment.seed, "test"))
        found = [trainer.evaluate(self._test) for trainer in self.trainers]
        self.last_test = Measured(self.step, tuple(loss for loss, _ in found), tuple(metrics for _, metrics in found))
        self.seconds += time.perf_counter() - began
        return self.last_test

    def traces(self) -> Traces:
        """What all networks do on the probe."""
        batch = self.probe.batch
        targets = batch.targets[:, 0].astype(float)
        targets = np.where(batch.mask[:, :1] > 0, targets.reshape(len(targets), -1), np.nan)
        networks = tuple(trainer.probe(batch) for trainer in self.trainers)
        return Traces(self.step, batch.inputs[:, 0], targets, networks)

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
        for trainer in self.trainers:
            trainer.reset(self.experiment.seed)
        self.step, self.seconds, self.sequences, self.last_test = 0, 0.0, 0, None
        self.interventions.clear()

    def set_weight(self, net: str, parameter: str, index: tuple[int, ...], value: float) -> Intervention:
        """Set one number before the next step; the optimizers keep what they remember. Raises BadInput."""
        trainer = next((trainer for trainer in self.trainers if trainer.name == net), None)
        if trainer is None:
            problem = "there is no such network"
            raise BadInput(weight_place(net, parameter, index), problem, f"choose one of {', '.join(self.names)}")
        before, after = set_weight(trainer, parameter, index, value)
        done = Intervention(self.step, net, parameter, index, before, after)
        add(self.interventions, done)
        return done

    def update(self, experiment: Experiment, folder: Path | None = None) -> bool:
        """The document changed. Settings of the training apply to the running networks, which keep the state of their
        optimizers; a network whose structure changed is built anew with every weight whose name and shape did not
        change. Networks are matched by name, then by equal layers (a renamed one). folder: where relative paths begin
        from now on, None: where they did.

        Returns whether the run goes on. It begins again, at step 0 with initial weights, when the seed changed or when
        no network kept a weight of a layer. Raises BadInput, and then nothing has changed. `last_update` tells more.
        """
        old, same_task = self.experiment, experiment.task == self.experiment.task
        _check_names(experiment)
        folder = folder or self.folder
        task = self.task if same_task else build_task(experiment.task, folder)
        cells = known_cells(experiment)
        sources = match(old.networks, experiment.networks)
        trainers: list[Trainer] = []
        reused: list[bool] = []
        for net, source in zip(experiment.networks, sources, strict=True):
            fits = source >= 0 and self._fits(self.trainers[source], net, cells, experiment)
            reused.append(fits)
            trainers.append(self.trainers[source] if fits else self._build(net, cells, task, experiment))

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
            trainer.steps = self.step
        names = [[net.name for net in document.networks] for document in (old, experiment)]
        rebuilt = not all(reused) or not goes_on or names[0] != names[1]
        if experiment.seed != old.seed or not same_task:
            self._test = self._probe = None
        if rebuilt:
            self.last_test = None
        self.experiment, self.folder, self.task, self.trainers = experiment, folder, task, trainers
        renamed = {names[0][was]: name for was, name in zip(sources, names[1], strict=True) if was >= 0}
        self.interventions = follow(self.interventions, renamed)
        if not goes_on:
            self.reset()
        self.last_update = Updated(rebuilt, goes_on, sources)
        return goes_on

    def save(self, path: Path, curves: Curves | None = None) -> None:
        """Write a checkpoint, with the curves so far. Raises BadInput where the file cannot be written."""
        arrays = {}
        for trainer in self.trainers:
            for name, array in state_arrays(trainer).items():
                part, _, rest = name.partition("/")
                arrays[f"{part}/{_key(trainer.name)}/{rest}"] = array
        if curves is not None:
            arrays |= {f"curves/{name}": array for name, array in curves.arrays().items()}
        self._write(path, arrays)

    def save_weights(self, path: Path) -> None:
        """Write the weights alone. Raises BadInput where the file cannot be written."""
        arrays = {f"weights/{_key(t.name)}/{name}": array for t in self.trainers for name, array in weights(t).items()}
        self._write(path, arrays)

    def load(self, path: Path) -> Curves:
        """Go on from a checkpoint of this experiment; returns its curves. Raises BadInput when it does not fit."""
        return self._take(checkpoints.read(path), str(path))

    def load_weights(self, path: Path) -> None:
        """Take up the weights alone. Raises BadInput when they do not fit."""
        found = checkpoints.read(path, keep=lambda name: name.startswith("weights/"))
        self._check_contestants(found, str(path))
        for trainer in self.trainers:
            load_weights(trainer, _of(found, trainer.name), str(path))
            trainer.steps = found.progress.step
        self._set_progress(found)

    def _take(self, found: Checkpoint, place: str) -> Curves:
        self._check_contestants(found, place)
        try:
            curves = Curves.from_arrays(found.part("curves/"), self.names)
        except (KeyError, ValueError) as error:
            raise BadInput(place, f"its curves are damaged ({error})", checkpoints.REMEDY) from error
        for trainer in self.trainers:
            load_state(trainer, _of(found, trainer.name), place)
            trainer.steps = found.progress.step
        self._set_progress(found)
        self.last_test = None
        return curves

    def _check_contestants(self, found: Checkpoint, place: str) -> None:
        names = tuple(net.name for net in found.experiment.networks)
        if names != self.names:
            listed = " and ".join(names) or "no network"
            problem = f"it holds {listed}, the experiment has {' and '.join(self.names)}"
            raise BadInput(place, problem, "open the experiment that it was saved with")

    def _write(self, path: Path, arrays: dict[str, np.ndarray]) -> None:
        progress = Progress(self.step, self.seconds, self.sequences)
        checkpoints.write(path, Checkpoint(self.experiment, progress, arrays, tuple(self.interventions)))

    def _set_progress(self, found: Checkpoint) -> None:
        progress = found.progress
        self.step, self.seconds, self.sequences = progress.step, progress.seconds, progress.sequences
        self.interventions = list(found.interventions)

    def _build(self, net: Net, cells: dict[str, Cell], task: Task, experiment: Experiment) -> Trainer:
        return Trainer(net, cells, task, experiment.training, self.engine, experiment.seed)

    def _fits(self, trainer: Trainer, net: Net, cells: dict[str, Cell], experiment: Experiment) -> bool:
        """Whether the running network is already what the new document asks for, but for its name."""
        old, before = self.experiment, known_cells(self.experiment)
        return (
            experiment.task == old.task
            and (net.layers, net.readout) == (trainer.net.layers, trainer.net.readout)
            and all(_same(cells.get(layer.cell), before.get(layer.cell)) for layer in net.layers)
            and experiment.training.loss == old.training.loss
            and experiment.training.precision == old.training.precision
        )


def resume(path: Path, folder: Path | None = None, engine: str = "auto") -> tuple[Run, Curves]:
    """A run that goes on where the checkpoint was written, of the experiment inside it. Raises BadInput."""
    found = checkpoints.read(path)
    run = Run(found.experiment, folder, engine)
    return run, run._take(found, str(path))


def _same(one: Cell | None, other: Cell | None) -> bool:
    """Whether two cells compute the same, wherever their nodes lie on the canvas."""
    if one is None or other is None:
        return one is other
    return one is other or what_is_computed(one) == what_is_computed(other)


def match(old: Sequence[Net], new: Sequence[Net]) -> tuple[int, ...]:
    """For each new network the number of the old one that it was, -1 for none: by name, then by equal layers."""
    names = {net.name: number for number, net in enumerate(old)}
    sources = [names.get(net.name, -1) for net in new]
    for place, net in enumerate(new):
        if sources[place] < 0:
            layers = [(layer.id, layer.cell) for layer in net.layers]
            for number, before in enumerate(old):
                if number not in sources and layers == [(layer.id, layer.cell) for layer in before.layers]:
                    sources[place] = number
                    break
    return tuple(sources)


def _check_names(experiment: Experiment) -> None:
    names = [net.name for net in experiment.networks]
    if not names:
        raise BadInput("networks", "there is no network", "add one")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadInput("networks", f'"{twice}" is the name of several networks', "rename one")


def _of(found: Checkpoint, name: str) -> dict[str, np.ndarray]:
    """The arrays of one network, as its trainer names them."""
    parts = ("weights", "optimizer", "carried")
    return {f"{p}/{key}": array for p in parts for key, array in found.part(f"{p}/{_key(name)}/").items()}


def _key(name: str) -> str:
    """A network's name as one part of a path."""
    return name.replace("%", "%25").replace("/", "%2F")
