"""One step of a cell as a map of its state, with its Jacobian: node by node in float64, by the definition."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from playground.cell.graph import Cell, Input, Memory
from playground.compiler.interpret import (
    Values,
    in_order,
    node_backward,
    node_forward,
    node_sizes,
    used_part,
)

Array = NDArray[np.float64]
ROWS = 2048  # rows that run side by side: their values stay in the cache


class _Nowhere(dict):
    """Takes the gradients of parameters, which nobody asks for here."""

    def __getitem__(self, name: str) -> float:
        return 0.0

    def __setitem__(self, name: str, value: object) -> None:
        pass


class StepMap:
    """s_t = F(s_{t−1}) of a cell while its input x [D] stays the same.

    The state is what all memories hold, one after another in the cell's order: (h, c) for the LSTM. sources: for each
    memory the node that it takes its value from, and the place of that value in the state.
    """

    def __init__(self, cell: Cell, parameters: Mapping[str, Array], units: int, x: Array) -> None:
        self.cell = used_part(cell)
        self._parameters, self._x = parameters, np.asarray(x, np.float64)
        self._sizes = node_sizes(self.cell, len(x), units)
        self._order = in_order(self.cell)
        self._memories = [node for node in self.cell.nodes if isinstance(node, Memory)]
        self.sources: list[tuple[str, slice]] = []
        self.size = 0
        for memory in self._memories:
            self.sources.append((memory.source, slice(self.size, self.size + self._sizes[memory.id])))
            self.size += self._sizes[memory.id]

    def __call__(self, states: Array) -> Array:
        """F of each row: [n, S] → [n, S]."""
        return self._next(self._values(states))

    def with_jacobian(self, states: Array) -> tuple[Array, Array]:
        """F [n, S] and J [n, S, S], J[i, a, b] = ∂F_a/∂s_b at row i."""
        S, at_once = self.size, max(1, ROWS // max(1, self.size))
        following, jacobians = np.empty_like(states), np.empty((len(states), S, S))
        for low in range(0, len(states), at_once):
            part = states[low : low + at_once]
            values = self._values(part)
            following[low : low + at_once] = self._next(values)
            # a row for each number of the next state: its gradient is a row of the Jacobian
            values = {name: np.repeat(value, S, axis=0) for name, value in values.items()}
            d = {name: np.zeros_like(value) for name, value in values.items()}
            rows = np.tile(np.eye(S), (len(part), 1))
            for source, place in self.sources:
                d[source] += rows[:, place]
            for node in reversed(self._order):
                if not isinstance(node, Input | Memory):
                    node_backward(node, values, self._parameters, d, _Nowhere())
            found = np.concatenate([d[memory.id] for memory in self._memories], axis=1)
            jacobians[low : low + at_once] = found.reshape(len(part), S, S)
        return following, jacobians

    def _values(self, states: Array) -> Values:
        n = len(states)
        values = {memory.id: states[:, place] for memory, (_, place) in zip(self._memories, self.sources, strict=True)}
        for node in self._order:
            if isinstance(node, Input):
                values[node.id] = np.tile(self._x, (n, 1))
            elif not isinstance(node, Memory):
                values[node.id] = node_forward(node, values, self._parameters, n, self._sizes)
        return values

    def _next(self, values: Values) -> Array:
        return np.concatenate([values[source] for source, _ in self.sources], axis=1)
