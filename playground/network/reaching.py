"""From interventions to what a pass needs: what changes in a layer's plan, and the arrays of its clamps."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from playground.compiler.plan import Plan
from playground.compiler.reach import HOLD, KEEP, Reach
from playground.engine import Runner
from playground.network.changes import BACK, Clamp, Cut, Freeze, NetChange
from playground.network.spec import Layer

Array = NDArray[np.float64]


def reach_of(layer: Layer, changes: Iterable[NetChange]) -> Reach:
    """What the plan of this layer must allow; both directions share it."""
    own = [change for change in changes if not isinstance(change, Freeze) and change.layer == layer.id]
    clamps = [change for change in own if isinstance(change, Clamp)]
    cuts = [change for change in own if isinstance(change, Cut)]
    return Reach(
        frozenset(_node(clamp) for clamp in clamps),
        frozenset(_node(clamp) for clamp in clamps if clamp.hold),
        frozenset((cut.node, cut.source) for cut in cuts if not cut.gradient_only),
        frozenset((cut.node, cut.source) for cut in cuts if cut.gradient_only),
    )


def resting(changes: Iterable[NetChange]) -> set[str]:
    """Parameters, by their full names, that must not learn: frozen ones, and weights of wires that carry nothing."""
    names = {change.parameter for change in changes if isinstance(change, Freeze)}
    for cut in changes:
        if isinstance(cut, Cut) and not cut.gradient_only:
            names |= {f"{cut.layer}.{way}{cut.node}.weight.{cut.source}" for way in ("", BACK)}
    return names


def clamp_runner(runner: Runner, plan: Plan, clamps: Iterable[Clamp], backward: bool, offset: int, length: int) -> None:
    """Give a runner the arrays of its clamps.

    backward: it reads the sequence from its end. offset, length: the runner's steps are those from `offset` of a
    sequence of `length`, which clamps count in.
    """
    chosen = [clamp for clamp in clamps if clamp.node.startswith(BACK) == backward]
    for node in [name.removeprefix(KEEP) for name in plan.sizes if name.startswith(KEEP)]:
        mine = [clamp for clamp in chosen if _node(clamp) == node]
        arrays = stretches(mine, plan.sizes[node], runner.T, offset, length)
        keep, value, hold = (array[::-1] for array in arrays) if backward else arrays
        runner.clamp(node, keep, value, hold if HOLD + node in plan.sizes else None)


def stretches(clamps: Iterable[Clamp], size: int, steps: int, offset: int, length: int) -> tuple[Array, Array, Array]:
    """keep, value and hold [steps, size] of one node, as in `playground.compiler.reach`; of two clamps of the same
    place the later one counts."""
    keep, value, hold = np.ones((steps, size)), np.zeros((steps, size)), np.zeros((steps, size))
    for clamp in clamps:
        first, last, _ = slice(clamp.start, clamp.stop).indices(length)
        rows = slice(min(max(first - offset, 0), steps), min(max(last - offset, 0), steps))
        units = [unit for unit in clamp.units if unit < size] if clamp.units else slice(None)
        keep[rows, units], value[rows, units], hold[rows, units] = 0.0, clamp.value, float(clamp.hold)
    return keep, value, hold


def _node(clamp: Clamp) -> str:
    return clamp.node.removeprefix(BACK)
