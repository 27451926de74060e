"""The gradient through time at many moments of the training, kept from the traces as they come, in bounded memory."""

import numpy as np
from numpy.typing import NDArray

from playground.network.traces import Traces
from playground.ui.run.histories import Histories

MOST = 512  # columns of one history
ROOM = 1 << 22  # numbers of one history
LEAST = 1e-45  # a norm below it counts as this: log₁₀ has no value for 0


class FlowHistory:
    """log₁₀‖∂L/∂node_t‖ [T] after rising training steps. When it is full, neighbours are merged to their means, and
    from then on as many new ones make a column; so all columns (but the last) stand for equally many traces."""

    def __init__(self, length: int) -> None:
        self.length = length
        self._room = np.zeros((max(2, min(MOST, ROOM // max(1, length)) // 2 * 2), length), np.float32)
        self._steps = np.zeros(len(self._room), np.int64)
        self._count = self._pending = 0
        self._stride = 1
        self.merges = 0  # counts how often all columns became others
        self.version = 0  # counts the changes

    def append(self, step: int, norms: NDArray) -> None:
        """One more moment."""
        logarithms = np.log10(np.maximum(norms, LEAST))
        if self._count == 0 or self._pending == self._stride:
            if self._count == len(self._room):
                self._merge()
            self._count, self._pending = self._count + 1, 0
        last = self._count - 1
        self._pending += 1
        if self._pending == 1:
            self._room[last] = logarithms
        else:
            self._room[last] += (logarithms - self._room[last]) / self._pending
        self._steps[last] = step
        self.version += 1

    def _merge(self) -> None:
        half = len(self._room) // 2
        self._room[:half] = (self._room[0::2] + self._room[1::2]) / 2
        self._steps[:half] = self._steps[1::2]
        self._count, self._stride = half, 2 * self._stride
        self._pending = self._stride
        self.merges += 1

    @property
    def steps(self) -> NDArray[np.int64]:
        """[N]: the last training step of each column."""
        return self._steps[: self._count]

    @property
    def columns(self) -> NDArray[np.float32]:
        """[N, T]: log₁₀ of the norms."""
        return self._room[: self._count]


class FlowRecord(Histories[FlowHistory]):
    """Of every network and every node whose gradient the traces have."""

    def take(self, traces: Traces) -> None:
        """Take in what is new."""
        if not self.is_new(traces):
            return
        found: dict[tuple[str, str], FlowHistory] = {}
        for net in traces.networks:
            for node, norms in net.gradients.items():
                history = self._histories.get((net.name, node))
                if history is None or history.length != len(norms):
                    history = FlowHistory(len(norms))
                if np.isfinite(norms).all():
                    history.append(traces.step, norms)
                found[net.name, node] = history
        self._histories = found  # nodes that are no more are forgotten

    def history(self, net: str, node: str) -> FlowHistory | None:
        """Of "layer/node" of a network; None while there is nothing."""
        return self._histories.get((net, node))
