"""The adding problem: Hochreiter and Schmidhuber (1997), experiment 4."""

from __future__ import annotations  # np.random, in a signature, would load all of NumPy's random numbers

import numpy as np

from playground.tasks.base import Array, Baseline, Batch, Facts, Probe
from playground.tasks.scores import counted_errors, mean_squared
from playground.tasks.spec import Adding

CLOSE = 0.04
"""The paper counts a sequence as right when the error at its end is below 0.04 (of targets in [0, 1])."""


class AddingTask:
    """Pairs (value, marker): values uniform in [-1, 1], two markers of 1. The target at the end is made of the two
    marked values. One marker is among the first 10 pairs, the other among the rest of the first half.

    inputs [T, B, 2], targets [T, B, 1] at the last step.
    """

    def __init__(self, spec: Adding) -> None:
        self.spec = spec
        self._half = max(spec.length // 2, 2)
        self._scale, self._shift = (0.25, 0.5) if spec.scaled else (1.0, 0.0)
        variance = self._scale**2 * 2 / 3
        formula = "0.5 + (X1 + X2) / 4" if spec.scaled else "X1 + X2"
        self.facts = Facts(
            name="Adding problem",
            about=f"{spec.length} pairs of a value in [-1, 1] and a marker. Two pairs are marked, one among the first "
            f"{min(10, self._half)}, the other elsewhere in the first half. At the end the target is {formula}.",
            inputs=2,
            outputs=1,
            length=spec.length,
            loss="mse",
            metrics=("mse", "fraction_correct"),
            at="last",
            input_names=("value", "marker"),
            output_names=(formula,),
            chance=variance,
            baselines=(Baseline("always the mean", variance, variance),),
        )

    def sample(self, rng: np.random.Generator, batch: int, step: int) -> Batch:
        """`batch` sequences; `step` does not matter."""
        T = self.spec.length
        row = np.arange(batch)
        inputs = np.zeros((T, batch, 2))
        inputs[:, :, 0] = rng.uniform(-1.0, 1.0, (T, batch))
        first = rng.integers(0, min(10, self._half), batch)
        second = rng.integers(0, self._half - 1, batch)
        second += second >= first
        inputs[first, row, 1] = 1.0
        inputs[second, row, 1] = 1.0
        targets = np.zeros((T, batch, 1))
        total = inputs[first, row, 0] + inputs[second, row, 0]
        targets[-1, :, 0] = self._shift + self._scale * total
        mask = np.zeros((T, batch))
        mask[-1] = 1.0
        return Batch(inputs, targets, mask)

    def test(self, rng: np.random.Generator) -> Batch:
        """The test sequences."""
        return self.sample(rng, self.spec.test_sequences, 0)

    def probe(self, rng: np.random.Generator) -> Probe:
        """One sequence, like a test sequence."""
        return Probe(self.sample(rng, 1, 0), np.arange(self.spec.length, dtype=float))

    def answer(self, batch: Batch) -> Batch:
        """The target at the end: the sum of all marked values, however many."""
        targets = batch.targets.copy()
        total = (batch.inputs[:, :, 0] * batch.inputs[:, :, 1]).sum(axis=0)
        targets[-1, :, 0] = self._shift + self._scale * total
        return Batch(batch.inputs, targets, batch.mask)

    def metrics(self, outputs: Array, batch: Batch) -> dict[str, float]:
        """mse: mean squared error at the end. fraction_correct: share of sequences with an error below 0.04
        (0.16 when the target is not scaled)."""
        errors = np.abs(counted_errors(outputs, batch))
        close = CLOSE * self._scale / 0.25
        return {"mse": mean_squared(outputs, batch), "fraction_correct": float(np.mean(errors < close))}
