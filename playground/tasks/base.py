"""The door through which sequences come in: `Task.sample(rng, batch) → Batch`."""

from __future__ import annotations  # np.random, in a signature, would load all of NumPy's random numbers

from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Batch:
    """B sequences of T steps, time first.

    inputs: float64 [T, B, D]
    targets: float64 [T, B, O], or int64 [T, B] class numbers when the task's loss is cross-entropy
    mask: float64 [T, B], 1 where a target counts, 0 elsewhere (targets there are 0)
    """

    inputs: Array
    targets: NDArray
    mask: Array

    def __post_init__(self) -> None:
        T, B, _ = self.inputs.shape
        assert self.mask.shape == (T, B), (self.mask.shape, (T, B))
        assert self.targets.shape[:2] == (T, B), (self.targets.shape, (T, B))


@dataclass(frozen=True)
class Baseline:
    """What a method without any network reaches on the test data, in the task's own metric and as a loss."""

    name: str
    metric: float
    loss: float


@dataclass(frozen=True)
class Facts:
    """What a person and a network need to know of a task.

    inputs, outputs: D and O. length: T of a training sequence.
    loss: the natural loss. metrics: names that `Task.metrics` returns, the first is the headline.
    at: whether the answer is wanted at every step or only at the last.
    stream: True when batch k+1 goes on where batch k ended, row by row (state may be carried over).
    input_names, output_names: a name for each column, with its unit in square brackets where there is one ("level [m]";
    "[σ]" for standard deviations from the mean of the training data).
    symbols: what each class number stands for, or None. input_symbols: what each input column stands for when just one
    of them is 1 at a step (or none: an empty step), or None.
    time_name: what a step is ("year", "step"). higher_is_better: of the headline metric. chance: its value by guessing.
    """

    name: str
    about: str
    inputs: int
    outputs: int
    length: int
    loss: Literal["mse", "cross_entropy", "binary_cross_entropy"]
    metrics: tuple[str, ...]
    at: Literal["every", "last"] = "every"
    stream: bool = False
    input_names: tuple[str, ...] = ()
    output_names: tuple[str, ...] = ()
    symbols: tuple[str, ...] | None = None
    input_symbols: tuple[str, ...] | None = None
    time_name: str = "step"
    higher_is_better: bool = False
    chance: float | None = None
    baselines: tuple[Baseline, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Probe:
    """The one sequence whose traces are drawn: a `Batch` with B = 1 and what its time axis reads (float64 [T]).

    times: where the target of a step lies `horizon` steps ahead, the time of the target.
    """

    batch: Batch
    times: Array


class Task(Protocol):
    """A source of sequences. Made by `playground.tasks.build_task(spec)`; holds no random state of its own."""

    facts: Facts

    def sample(self, rng: np.random.Generator, batch: int, step: int) -> Batch:
        """`batch` training sequences for training step number `step` (only streams look at `step`)."""
        ...

    def test(self, rng: np.random.Generator) -> Batch:
        """The test sequences: never seen in training, always the same for the same rng."""
        ...

    def probe(self, rng: np.random.Generator) -> Probe:
        """One test sequence to look at."""
        ...

    def answer(self, batch: Batch) -> Batch:
        """The same inputs with the targets that belong to them, after a person changed them; where the task cannot
        tell, the targets stay."""
        ...

    def metrics(self, outputs: Array, batch: Batch) -> dict[str, float]:
        """Scores of raw network outputs (before softmax or sigmoid) [T, B, O] on `batch`; where the mask is 0 the
        outputs mean nothing and may be NaN."""
        ...
