"""A test of a network: a batch of any size, in parts that all have one shape."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from playground.engine.devices import to_numpy
from playground.tasks.base import Batch

if TYPE_CHECKING:
    from playground.network.network import Network
    from playground.network.passes import Pass


class Evaluation:
    """Loss and raw scores of a batch, without gradients.

    For each number of `parts`, `begin` it, call what that gives (perhaps together with the same of other networks, see
    `Engine.together`), and `end` it; between two parts others may use the network. Then `loss` and `scores`, [T, B, O]
    with NaN before the last step where the readout is there only, are those of all.
    """

    def __init__(self, network: "Network", batch: Batch, free: bool = False) -> None:
        """free: without interventions."""
        T, B, _ = batch.inputs.shape
        self._network, self._batch, self._free = network, batch, free
        self._size = max(1, min(network.engine.tested_together, B))
        self.parts = range(0, B, self._size)
        self.scores = np.full((T, B, network.facts.outputs), np.nan, network.dtype)
        self._sum = self._counted = 0.0

    @property
    def loss(self) -> float:
        """Over all steps that count."""
        return self._sum / max(self._counted, 1.0)

    def begin(self, low: int) -> Callable[[], None]:
        """Of the sequences from the one numbered `low`. The last ones are filled up with some that were tested already:
        one shape, so one pass, serves all."""
        T, B, _ = self._batch.inputs.shape
        first = min(low, B - self._size)
        own = slice(first, first + self._size)
        mask = self._batch.mask[:, own].copy()
        mask[:, : low - first] = 0
        self._part = Batch(self._batch.inputs[:, own], self._batch.targets[:, own], mask)
        self._low, self._first = low, first
        self._run: Pass = self._network.test_pass(T, self._size, self._free)
        return self._run.ahead(self._part.inputs, None)

    def end(self) -> None:
        """Count what the work that was begun has given."""
        mask, got = self._part.mask, self._run.scores
        weight = float(mask[-1:].sum() if self._network.at == "last" else mask.sum())
        self._sum += weight * self._run.loss(self._part.targets, mask, backward=False)
        self._counted += weight
        fresh = to_numpy(got[:, :, self._low - self._first :]).transpose(0, 2, 1)
        self.scores[len(self.scores) - len(got) :, self._low : self._first + self._size] = fresh
