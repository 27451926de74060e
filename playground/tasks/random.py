"""Random numbers that depend on a seed, a purpose and a counter, and on nothing that happened before.

So batch k of a run is the same after a pause, a resume or a change of settings, and training and test data never share
a stream.
"""

from typing import Literal

import numpy as np

Purpose = Literal["train", "test", "probe", "init", "dropout", "noise"]
_NUMBERS: dict[Purpose, int] = {"train": 0, "test": 1, "probe": 2, "init": 3, "dropout": 4, "noise": 5}


def stream(seed: int, purpose: Purpose, *keys: int) -> np.random.Generator:
    """The generator for `purpose` and `keys` (numbers ≥ 0, such as the training step) of a run with this seed ≥ 0."""
    sequence = np.random.SeedSequence(seed, spawn_key=(_NUMBERS[purpose], *keys))
    return np.random.Generator(np.random.PCG64(sequence))
