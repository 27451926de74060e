"""What many runs say together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.training.repeats.job import Outcome

QUARTILES_FROM = 8  # seeds: of fewer, the band is from the smallest to the largest
Z = 1.959964  # of the normal distribution: 95 % lie within


@dataclass(frozen=True)
class Band:
    """steps [M]; median, low, high [M] over `runs` seeds. quartiles: low and high are these, else the extremes."""

    steps: NDArray[np.float64]
    median: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    runs: int
    quartiles: bool


def band(outcomes: Sequence[Outcome], metric: str = "loss") -> Band | None:
    """Over the seeds, at each tested step that all of them have reached which are still at work or ended there; None
    for fewer than two seeds. metric: "loss" for the test loss.

    A run that ended earlier than others (its loss reached the goal) counts on with its last value: it was good enough.
    Where curves were thinned differently, the steps that all have are kept.
    """
    found = []
    for outcome in outcomes:
        values = outcome.losses if metric == "loss" else (outcome.metrics or {}).get(metric, ())
        if len(values) == len(outcome.test_steps) > 0 and not outcome.problem:
            found.append((np.asarray(outcome.test_steps, float), np.asarray(values, float), outcome.done))
    if len(found) < 2:
        return None
    unfinished = [steps[-1] for steps, _, done in found if not done]
    last = min(unfinished) if unfinished else max(steps[-1] for steps, _, _ in found)
    steps = np.unique(np.concatenate([steps for steps, _, _ in found]))
    steps = steps[steps <= last]
    for own, _, _ in found:
        steps = steps[np.isin(steps, own) | (steps > own[-1])]
    if not steps.size:
        return None
    table = np.stack([values[np.minimum(np.searchsorted(own, steps), len(own) - 1)] for own, values, _ in found])
    quartiles = len(found) >= QUARTILES_FROM
    share = (0.25, 0.5, 0.75) if quartiles else (0.0, 0.5, 1.0)
    low, median, high = np.quantile(table, share, axis=0)
    return Band(steps, median, low, high, len(found), quartiles)


def wilson(solved: int, of: int) -> tuple[float, float]:
    """The interval that holds the true share with 95 % confidence (Wilson, 1927), within 0 … 1; (0, 1) of nothing."""
    if not of:
        return 0.0, 1.0
    p, z2 = solved / of, Z * Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    low = 0.0 if solved == 0 else max(0.0, middle - half)
    high = 1.0 if solved == of else min(1.0, middle + half)
    return low, high


@dataclass(frozen=True)
class Share:
    """solved of `of` runs, and the interval around it."""

    lag: int
    solved: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.solved / self.of


def shares(outcomes: dict[int, Sequence[Outcome]]) -> list[Share]:
    """lag → what came of it so far: the share that was solved, in the order of the lags; lags of which nothing is known
    yet are left out."""
    found = []
    for lag in sorted(outcomes):
        done = [outcome for outcome in outcomes[lag] if outcome.end]
        if done:
            solved = sum(outcome.solved is not None for outcome in done)
            found.append(Share(lag, solved, len(done), *wilson(solved, len(done))))
    return found
