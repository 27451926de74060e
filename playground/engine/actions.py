"""What a pass does, one action after the other: each engine makes a program of them in its own way."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

Array = Any  # of NumPy or of CuPy


@dataclass(frozen=True, eq=False)
class Loop:
    """The time loop of a `Runner`, forward or `back`."""

    runner: Any
    back: bool = False


@dataclass(frozen=True, eq=False)
class Move:
    """target = source · factor, added to what is there if `more`: views [T, rows, B], also such as run back in time."""

    target: Array
    source: Array
    factor: Array | None = None
    more: bool = False


Action = Loop | Move


@dataclass(frozen=True, eq=False)
class Share:
    """Some of a pass's sequences, with arrays of their own: from the input `x` [T, D, B] `ahead` to the scores
    [T or 1, O, B], and from ∂L/∂scores `behind` to the gradients."""

    x: Array
    ahead: list[Action]
    scores: Array
    d_scores: Array
    behind: list[Action]


def perform(xp: ModuleType, actions: list[Action]) -> None:
    """All actions, by the array library and the runners themselves."""
    with np.errstate(all="ignore"):  # what overflows is found, and named, by the trainer
        for action in actions:
            if isinstance(action, Loop):
                (action.runner.run_backward if action.back else action.runner.run_forward)()
            else:
                source = action.source if action.factor is None else action.source * action.factor
                if action.more:
                    xp.add(action.target, source, out=action.target)
                else:
                    action.target[...] = source
