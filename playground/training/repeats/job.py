"""What is trained in the background: one network of an experiment, with a seed and perhaps another lag."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from playground.cell.names import what_is_computed
from playground.errors import BadInput
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.network.changes import of_net
from playground.network.spec import Net
from playground.tasks.spec import Adding, AnyTask, DelayedRecall, TemporalOrder
from playground.training.race import Solved

FIRST_LAG = 5
LAGS = 6
MOST_LAG = 10_000


@dataclass(frozen=True)
class LagSetting:
    """Which setting of a task says how far back it reaches, and its least value."""

    field: str
    least: int


_SETTINGS: dict[type, LagSetting] = {
    DelayedRecall: LagSetting("lag", 2),
    Adding: LagSetting("length", 4),  # the marks stand in the first half
    TemporalOrder: LagSetting("length", 20),
}


class Job(Struct, frozen=True):
    """`experiment` holds this one network alone, with the seed and the task it is trained on. lag: None where the
    task's own is kept. until_solved: no further than it takes to solve the task."""

    experiment: Experiment
    lag: int | None = None
    folder: str = ""
    engine: str = "auto"
    until_solved: bool = False

    @property
    def net(self) -> str:
        """Its network's name."""
        return self.experiment.networks[0].name

    @property
    def seed(self) -> int:
        return self.experiment.seed


@dataclass(frozen=True)
class Outcome:
    """How far a job is: after `step` steps of `of` (0: not known), on `sequences` sequences, in `seconds`.

    test_steps: [M] multiples of one interval, at most 256. losses: [M] on the test data. metrics: name → [M].
    solved: when it reached the target. loss: of the last test. end: why it ended, "" while it goes on. problem: why
    there is nothing (more) to tell; such a job counts neither as solved nor as not solved.
    """

    step: int = 0
    of: int = 0
    sequences: int = 0
    seconds: float = 0.0
    test_steps: tuple[int, ...] = ()
    losses: tuple[float, ...] = ()
    metrics: dict[str, tuple[float, ...]] | None = None
    solved: Solved | None = None
    loss: float = math.nan
    end: str = ""
    problem: str = ""

    @property
    def done(self) -> bool:
        return bool(self.end or self.problem)

    @property
    def share(self) -> float:
        """How much of it is done, 0 … 1; 0 where nobody knows."""
        return 1.0 if self.done else min(self.step / self.of, 1.0) if self.of else 0.0


def lag_of(task: AnyTask) -> int | None:
    """How far back the task reaches, None where no setting says so."""
    found = _SETTINGS.get(type(task))
    return None if found is None else int(getattr(task, found.field))


def least_lag(task: AnyTask) -> int:
    """The least lag this kind of task can have."""
    found = _SETTINGS.get(type(task))
    return found.least if found else 0


def with_lag(task: AnyTask, lag: int) -> AnyTask:
    """The same task with another lag. Raises BadInput."""
    found = _SETTINGS.get(type(task))
    if found is None:
        raise BadInput("task", "this task has no lag", "choose delayed recall, temporal order or adding")
    if not found.least <= lag <= MOST_LAG:
        raise BadInput(f"task.{found.field}", f"found {lag}", f"give a whole number from {found.least} to {MOST_LAG}")
    return replace(task, **{found.field: lag})


def usual_lags(task: AnyTask, reach: float = 2.0, count: int = LAGS) -> tuple[int, ...]:
    """Lags from 5 to `reach` times the task's own, evenly spread on a log axis; () for a task without a lag."""
    own = lag_of(task)
    if own is None:
        return ()
    first = max(FIRST_LAG, least_lag(task))
    last = max(first + 1, min(MOST_LAG, round(own * reach)))
    ratio = (last / first) ** (1 / (count - 1))
    return tuple(sorted({round(first * ratio**i) for i in range(count)}))


def alone(experiment: Experiment, net: Net, seed: int) -> Experiment:
    """The experiment with this network only, as it is trained."""
    known = known_cells(experiment)
    own = {cell.name for cell in experiment.cells}
    names = dict.fromkeys(layer.cell for layer in net.layers if layer.cell in own)
    return Experiment(
        name=experiment.name,
        seed=seed,
        task=experiment.task,
        networks=(net,),
        cells=tuple(known[name] for name in names),
        training=replace(experiment.training, checkpoint_every=0),
        interventions=of_net(experiment.interventions, net.name),
    )


def check_goal(experiment: Experiment) -> None:
    """Raises BadInput where training would never end."""
    goal = experiment.training.goal
    if not (goal.steps or goal.seconds or goal.loss):
        raise BadInput("training.goal", "it says never to stop", "set a number of steps under “Stop at”")
    if not experiment.networks:
        raise BadInput("networks", "there is no network", "add one")


def for_seeds(experiment: Experiment, seeds: Sequence[int], folder: str = "", engine: str = "auto") -> list[Job]:
    """Every network with every seed, each trained until the experiment's goal. Raises BadInput without a goal."""
    check_goal(experiment)
    return [Job(alone(experiment, net, seed), None, folder, engine) for seed in seeds for net in experiment.networks]


def for_lags(
    experiment: Experiment, lags: Sequence[int], seeds: Sequence[int], folder: str = "", engine: str = "auto"
) -> list[Job]:
    """Every network with every lag and seed, each trained until it solves the task or the goal is reached; all lags of
    one seed first. Raises BadInput."""
    check_goal(experiment)
    tasks = {lag: with_lag(experiment.task, lag) for lag in lags}
    return [
        Job(replace(alone(experiment, net, seed), task=tasks[lag]), lag, folder, engine, until_solved=True)
        for seed in seeds
        for lag in lags
        for net in experiment.networks
    ]


def kind_of(experiment: Experiment, net: Net, until_solved: bool, folder: str = "") -> str:
    """Equal for runs of a network that differ in nothing but the seed (and, until solved, in the lag): what people call
    things does not count, nor where nodes lie, nor which engine computes. folder: where relative paths begin."""
    task, found = experiment.task, _SETTINGS.get(type(experiment.task))
    if until_solved and found is not None:
        task = replace(task, **{found.field: found.least})
    alike = alone(experiment, net, 0)
    cells = [what_is_computed(cell) for cell in alike.cells]
    changes = [replace(change, id="", net="") for change in alike.interventions]
    place = folder if hasattr(task, "file") else ""
    parts = (task, replace(net, name=""), cells, alike.training, changes, until_solved, place)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def kind_of_job(job: Job) -> str:
    """The same of a job."""
    return kind_of(job.experiment, job.experiment.networks[0], job.until_solved, job.folder)
