"""A training step that is measured: forward, BPTT and one update of a network, on numbers drawn once."""

import statistics
import time
from collections.abc import Callable
from typing import Literal

import numpy as np
from msgspec import Struct

from playground.cell.graph import Cell
from playground.engine import Engine
from playground.network.network import Network
from playground.network.optimizers import make_optimizer
from playground.network.spec import Net, Training
from playground.tasks.base import Batch, Facts


class Work(Struct, frozen=True):
    """What is trained: a network with sequences of `steps` time steps of `inputs` numbers, and `outputs` wanted.
    The batch, precision, optimizer and clip norm are those of `training`."""

    net: Net
    cells: dict[str, Cell] = {}
    training: Training = Training()
    inputs: int = 1
    outputs: int = 1
    steps: int = 1
    loss: Literal["mse", "cross_entropy", "binary_cross_entropy"] = "mse"
    at: Literal["every", "last"] = "every"


def work_of(net: Net, cells: dict[str, Cell], facts: Facts, training: Training) -> Work:
    """A network of an experiment as it is trained: windows of truncated BPTT count as its sequences."""
    steps = min(training.truncate or facts.length, facts.length)
    return Work(net, cells, training, facts.inputs, facts.outputs, max(steps, 1), facts.loss, facts.at)


class TrainingStep:
    """A network ready to train; calling it takes one step. Raises BadInput for a network that cannot be built.

    network: what is trained. batch: on what. rows: sequences in a step.
    """

    def __init__(self, work: Work, engine: Engine) -> None:
        training = work.training
        facts = Facts("timing", "", work.inputs, work.outputs, work.steps, work.loss, (work.loss,), work.at)
        self.network = Network(work.net, work.cells, facts, training, engine)
        self.network.initialise(0)
        self.rows = training.batch
        self._optimizer = make_optimizer(training.optimizer, self.network.parameters)
        self._clip = training.clip_norm
        self.batch = _batch(work)

    def __call__(self) -> None:
        """One step; what was asked of a GPU is finished when it returns."""
        self.network.train_step_gradient(self.batch, later=True)
        self.update()

    def update(self) -> None:
        """Clip the gradients that are there, and let the optimizer use them."""
        if self._clip:
            self._optimizer.clip(self._clip)
        self._optimizer.step(1e-3)
        float(self.network.parameters.values[0])  # a GPU has not finished before its numbers are asked for


def _batch(work: Work) -> Batch:
    rng = np.random.default_rng(0)
    T, B = work.steps, work.training.batch
    inputs = rng.normal(size=(T, B, work.inputs))
    if work.loss == "cross_entropy":
        return Batch(inputs, rng.integers(0, work.outputs, (T, B)), np.ones((T, B)))
    targets = rng.normal(size=(T, B, work.outputs))
    return Batch(inputs, (targets > 0).astype(float) if work.loss != "mse" else targets, np.ones((T, B)))


def times_of(step: Callable[[], object], seconds: float, least: int = 1) -> list[float]:
    """Seconds of one step after the other, for about so long and at least so often."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < least or time.perf_counter() < end:
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    return times


def build_and_time(make: Callable[[], Callable[[], object]]) -> tuple[Callable[[], object], float]:
    """The step that `make` makes, and the seconds that making it and its first call took beyond an ordinary call."""
    began = time.perf_counter()
    step = make()
    step()
    first = time.perf_counter() - began
    return step, max(first - statistics.median(times_of(step, 0.0, 3)), 0.0)
