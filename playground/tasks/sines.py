"""A sum of sines with random phases, under noise."""

from __future__ import annotations  # np.random, in a signature, would load all of NumPy's random numbers

import numpy as np

from playground.tasks.base import Array, Baseline, Batch, Facts, Probe
from playground.tasks.scores import best_linear_error, mean_squared
from playground.tasks.spec import Sines

PERIODS = (31.0, 17.0, 9.7, 5.3, 23.0, 13.0, 7.1, 4.1)
"""Steps per wave. The first `waves` of them are used; no two have a small common multiple."""
ORDER = 9


class SinesTask:
    """x_t = Σ_k √(2/K) sin(2π t / P_k + φ_k) + noise, with random phases φ; the sum without noise has variance 1.

    inputs [T, B, 1]: x_t. targets [T, B, 1]: x_{t + horizon}, noise and all. The first quarter is for finding the
    phases: no target counts there.
    """

    def __init__(self, spec: Sines) -> None:
        self.spec = spec
        self._periods = np.array(PERIODS[: spec.waves])
        self._variance = 1.0 + spec.noise**2
        self._warmup = max(1, spec.length // 4)
        order = min(ORDER, self._warmup + 1)
        steps = np.arange(order + spec.horizon)
        covariance = np.cos(2 * np.pi * steps[:, None] / self._periods).mean(axis=1)
        covariance[0] = self._variance
        last = 2 * (self._variance - covariance[spec.horizon])
        linear = best_linear_error(covariance, order, spec.horizon)
        periods = ", ".join(f"{period:g}" for period in self._periods)
        ahead = "the next step" if spec.horizon == 1 else f"{spec.horizon} steps ahead"
        self.facts = Facts(
            name="Sine mixture",
            about=f"The sum of {spec.waves} sine wave{'s' if spec.waves > 1 else ''} with random phases (periods of "
            f"{periods} steps) and noise of standard deviation {spec.noise:g}. Predict its value at {ahead}; the first "
            f"{self._warmup} steps are not scored.",
            inputs=1,
            outputs=1,
            length=spec.length,
            loss="mse",
            metrics=("relative_mse", "rmse"),
            input_names=("value",),
            output_names=("value",),
            chance=1.0,
            baselines=tuple(
                Baseline(name, float(error / self._variance), float(error))
                for name, error in (("last value", last), (f"linear AR({order})", linear))
            ),
        )

    def sample(self, rng: np.random.Generator, batch: int, step: int) -> Batch:
        """`batch` sequences; `step` does not matter."""
        T, horizon, waves = self.spec.length, self.spec.horizon, self.spec.waves
        phases = rng.uniform(0.0, 2 * np.pi, (waves, batch))
        angles = 2 * np.pi * np.arange(T + horizon)[:, None] / self._periods
        # sin(a + b) = sin a cos b + cos a sin b: two small products instead of T·B·K sines
        series = np.sin(angles) @ np.cos(phases) + np.cos(angles) @ np.sin(phases)
        series *= np.sqrt(2.0 / waves)
        if self.spec.noise > 0:
            series += rng.standard_normal((T + horizon, batch)) * self.spec.noise
        mask = np.ones((T, batch))
        mask[: self._warmup] = 0.0
        targets = series[horizon:, :, None] * mask[:, :, None]
        return Batch(np.ascontiguousarray(series[:T, :, None]), targets, mask)

    def test(self, rng: np.random.Generator) -> Batch:
        """The test sequences."""
        return self.sample(rng, self.spec.test_sequences, 0)

    def probe(self, rng: np.random.Generator) -> Probe:
        """One sequence, like a test sequence. `times` are those of the predicted values."""
        times = np.arange(self.spec.length, dtype=float) + self.spec.horizon
        return Probe(self.sample(rng, 1, 0), times)

    def answer(self, batch: Batch) -> Batch:
        """The inputs themselves, `horizon` steps later; what comes after the end stays."""
        targets, ahead = batch.targets.copy(), batch.inputs[self.spec.horizon :]
        targets[: len(ahead)] = ahead * batch.mask[: len(ahead), :, None]
        return Batch(batch.inputs, targets, batch.mask)

    def metrics(self, outputs: Array, batch: Batch) -> dict[str, float]:
        """relative_mse: mean squared error over the variance of the series. rmse: root of the mean squared error."""
        error = mean_squared(outputs, batch)
        return {"relative_mse": error / self._variance, "rmse": float(np.sqrt(error))}
