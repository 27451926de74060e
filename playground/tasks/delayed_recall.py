"""Delayed recall: keep one bit through noise."""

from __future__ import annotations  # np.random, in a signature, would load all of NumPy's random numbers

from math import log

import numpy as np

from playground.tasks.base import Array, Baseline, Batch, Facts, Probe
from playground.tasks.spec import DelayedRecall


class DelayedRecallTask:
    """A cue of ±1 at step 0, noise for `lag` steps, and at the last of them the question which cue it was.

    inputs [lag + 1, B, 2]: signal and marker. targets [lag + 1, B, 1]: at the last step 1 where the cue was +1, else 0.
    """

    def __init__(self, spec: DelayedRecall) -> None:
        self.spec = spec
        self.facts = Facts(
            name="Delayed recall",
            about=f"A cue of +1 or -1 comes first, then {spec.lag} steps of noise (standard deviation {spec.noise:g}). "
            "At the last step the marker is 1: which cue was it?",
            inputs=2,
            outputs=1,
            length=spec.lag + 1,
            loss="binary_cross_entropy",
            metrics=("accuracy",),
            at="last",
            input_names=("signal", "marker"),
            output_names=("cue was +1",),
            higher_is_better=True,
            chance=0.5,
            baselines=(Baseline("guessing", 0.5, log(2.0)),),
        )

    def sample(self, rng: np.random.Generator, batch: int, step: int) -> Batch:
        """`batch` sequences; `step` does not matter."""
        T = self.facts.length
        cues = rng.integers(0, 2, batch).astype(float)
        inputs = np.zeros((T, batch, 2))
        if self.spec.noise > 0:
            inputs[1:, :, 0] = rng.standard_normal((T - 1, batch)) * self.spec.noise
        inputs[0, :, 0] = 2.0 * cues - 1.0
        inputs[-1, :, 1] = 1.0
        targets = np.zeros((T, batch, 1))
        targets[-1, :, 0] = cues
        mask = np.zeros((T, batch))
        mask[-1] = 1.0
        return Batch(inputs, targets, mask)

    def test(self, rng: np.random.Generator) -> Batch:
        """The test sequences."""
        return self.sample(rng, self.spec.test_sequences, 0)

    def probe(self, rng: np.random.Generator) -> Probe:
        """One sequence, like a test sequence."""
        return Probe(self.sample(rng, 1, 0), np.arange(self.facts.length, dtype=float))

    def answer(self, batch: Batch) -> Batch:
        """The target at the end: whether the signal at the first step is above 0."""
        targets = batch.targets.copy()
        targets[-1, :, 0] = batch.inputs[0, :, 0] > 0
        return Batch(batch.inputs, targets, batch.mask)

    def metrics(self, outputs: Array, batch: Batch) -> dict[str, float]:
        """accuracy: share of sequences where the score has the sign of the cue."""
        counted = batch.mask > 0
        right = (np.asarray(outputs)[counted] > 0) == (batch.targets[counted] > 0.5)
        return {"accuracy": float(np.mean(right))}
