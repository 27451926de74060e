"""Stops training before values that are not finite reach the weights, and says where they began."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from playground.errors import BadInput
from playground.network.traces import NetTraces
from playground.tasks.base import Batch

SEARCHED = 256  # sequences of a batch that are looked through for the first value that is not finite


@dataclass(frozen=True)
class Origin:
    """Where the first value that is not finite appeared: "layer/node", time step and unit, counted from 0. unit: None
    for a gradient, which is known as the norm over all units."""

    node: str
    time: int
    unit: int | None = None


class NotFinite(BadInput):
    """A loss or a gradient was infinite or not a number. The weights are as they were before that step.

    network: name of the network. step: the training step that was not taken, counted from 1. origin: None where the
    search found nothing. quantity: "loss", "gradient" or "weights".
    """

    def __init__(self, network: str, step: int, quantity: str, origin: Origin | None = None) -> None:
        self.network = network
        self.step = step
        self.quantity = quantity
        self.origin = origin
        verb = "were" if quantity == "weights" else "was"
        problem = f"at step {step} the {quantity} {verb} not finite"
        if origin is not None:
            unit = "" if origin.unit is None else f", unit {origin.unit},"
            problem += f", beginning in {origin.node}{unit} at time step {origin.time}"
        remedy = "lower the learning rate or the clip norm; no weight was changed"
        super().__init__(f"networks.{network}", problem, remedy)

    def __reduce__(self) -> tuple[type, tuple]:
        return type(self), (self.network, self.step, self.quantity, self.origin)


def locate(trace: Callable[[Batch], NetTraces], batch: Batch) -> Origin | None:
    """Run the sequences of `batch` one by one through `trace` until one shows a value that is not finite.

    Forward values come first (the earliest time step counts); only if they are all finite, the gradients (the latest
    time step counts, because they travel back).
    """
    for row in range(min(batch.mask.shape[1], SEARCHED)):
        one = Batch(batch.inputs[:, row : row + 1], batch.targets[:, row : row + 1], batch.mask[:, row : row + 1])
        with np.errstate(all="ignore"):
            traces = trace(one)
        origin = _first(traces) or _last(traces)
        if origin is not None:
            return origin
    return None


def _first(traces: NetTraces) -> Origin | None:
    found = None
    for name, values in traces.nodes.items():
        wrong = ~np.isfinite(values)
        bad = np.flatnonzero(wrong.any(axis=1))
        if bad.size and (found is None or bad[0] < found.time):
            found = Origin(name, int(bad[0]), int(wrong[bad[0]].argmax()))
    return found


def _last(traces: NetTraces) -> Origin | None:
    found = None
    for name, norms in traces.gradients.items():
        bad = np.flatnonzero(~np.isfinite(norms))
        if bad.size and (found is None or bad[-1] > found.time):
            found = Origin(name, int(bad[-1]))
    return found
