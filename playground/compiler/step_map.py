"""One step of a cell as a map of its state, with its Jacobian: node by node in float64, by the definition."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from playground.cell.graph import Cell, Input, Memory
from playground.compiler.interpret import (
    Values,
    in_order,
    node_forward,
    node_sizes,
    node_tangent,
    used_part,
)

Array = NDArray[np.float64]
ROWS = 2048  # rows that run side by side: their values stay in the cache


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
        unit = np.eye(S)[None]
        for low in range(0, len(states), at_once):
            rows = slice(low, low + at_once)
            values = self._values(states[rows])
            following[rows] = self._next(values)
            # forward along the wires: what all numbers of the state move is one product of matrices at each of them
            tangents = {
                memory.id: unit[:, place] for memory, (_, place) in zip(self._memories, self.sources, strict=True)
            }
            for node in self._order:
                if not isinstance(node, Input | Memory):
                    found = node_tangent(node, values, self._parameters, tangents)
                    if found is not None:
                        tangents[node.id] = found
            for source, place in self.sources:
                jacobians[rows, place] = tangents.get(source, 0.0)
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
