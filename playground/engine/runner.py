"""What every engine's layer has in common: buffers, states that go in and come out, and the doors of the time loop."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from playground.compiler.plan import Plan

Array = Any  # of NumPy or of CuPy
Series = Mapping[str, tuple[str, int, int, int]]  # value → storage, first slot, first row, last row


class Runner:
    """One layer made ready for fixed T and B; buffers are allocated once.

    x: [T, D, B] input, to be filled by the caller unless the layer reads that of another. output: [T, n, B].
    d_out: [T, n, B], ∂L/∂output, to be filled before `backward`. d_x: [T, D, B] or None.
    stored: name → array [T or T + 1, rows, at least B]. What lies beyond B is the engine's own.
    """

    def __init__(
        self,
        xp: ModuleType,
        plan: Plan,
        weights: Mapping[str, Array],
        steps: int,
        batch: int,
        stored: Mapping[str, Array],
        series: Series,
    ) -> None:
        self.xp, self.plan, self.T, self.B = xp, plan, steps, batch
        self._weights, self._stored, self._series = weights, stored, series
        self.x, self.d_out = stored["x"][:, :, :batch], stored["d_out"][:, :, :batch]
        self.d_x = stored["d_x"][:, :, :batch] if "d_x" in stored else None
        parts = [self.series(name) for name in plan.outputs]
        shape = (steps, plan.output_size, batch)
        self._joined = None if len(parts) == 1 else xp.zeros(shape, self.x.dtype)
        self.output = parts[0] if self._joined is None else self._joined

    def has(self, name: str) -> bool:
        """Whether a value is stored for every step."""
        return name in self._series

    def series(self, name: str) -> Array:
        """A stored value over all steps, a view [T, size, B]. Raises KeyError for one that is not stored."""
        storage, late, start, stop = self._series[name]
        return self._stored[storage][late : late + self.T, start:stop, : self.B]

    def forward(self, start: Mapping[str, Array] | None = None) -> Array:
        """Run over `x`; start: memory → [size, B] to begin with, where not its own start value. Returns `output`."""
        for slot in self.plan.memories:
            storage, _, low, high = self._series[slot.name]
            first = self._stored[storage][0, low:high]
            given = None if start is None else start.get(slot.name)
            if given is not None:
                first[:, : self.B] = given
            elif isinstance(slot.start, str):
                first[...] = self._weights[slot.start][:, None]
            else:
                first[...] = slot.start
        with np.errstate(all="ignore"):  # what overflows is found, and named, by the trainer
            self.run_forward()
        if self._joined is not None:
            self.xp.concatenate([self.series(name) for name in self.plan.outputs], axis=1, out=self._joined)
        return self.output

    def final(self) -> dict[str, Array]:
        """memory → the value it would have at step T, a copy [size, B]."""
        result = {}
        for slot in self.plan.memories:
            storage, _, low, high = self._series[slot.name]
            result[slot.name] = self._stored[storage][self.T, low:high, : self.B].copy()
        return result

    def backward(self) -> None:
        """From `d_out`: fills the gradients of all weights (not added to what was there) and `d_x`."""
        with np.errstate(all="ignore"):
            self.run_backward()

    def run_forward(self) -> None:
        """The engine's own time loop."""
        raise NotImplementedError

    def run_backward(self) -> None:
        """The engine's own time loop, backward, and the weights' gradients."""
        raise NotImplementedError
