"""One layer within a pass: its cell run forward, or in both directions, with a residual path and dropout around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.compiler.plan import Plan
from playground.engine import Engine, Runner
from playground.engine.devices import to_numpy
from playground.network.spec import Layer

Array = Any  # of NumPy or of CuPy


@dataclass(frozen=True)
class LayerWeights:
    """Packed name → array, and the same for the gradients: views of the network's flat arrays."""

    weights: dict[str, Array]
    gradients: dict[str, Array]


class LayerRun:
    """Buffers of one layer for fixed T and B.

    x: [T, D, B], the layer below's output, or to be filled. output: [T, n, B], n twice the cell's when it runs in both
    directions (Schuster and Paliwal 1997). d_out: [T, n, B], to be filled before `backward`. d_x: [T, D, B] or None.
    """

    def __init__(
        self,
        engine: Engine,
        layer: Layer,
        plan: Plan,
        weights: list[LayerWeights],
        steps: int,
        batch: int,
        x: Array | None,
        dtype: Any,
        watch: bool,
    ) -> None:
        self.xp, self.layer, self.plan = engine.xp, layer, plan
        want = x is not None
        options: dict[str, Any] = {"want_input_gradient": want, "keep_all": watch, "dtype": dtype}
        first, *more = weights
        self.ahead: Runner = engine.build(plan, first.weights, first.gradients, steps, batch, x=x, **options)
        self.back: Runner | None = None
        if more:
            self.back = engine.build(plan, more[0].weights, more[0].gradients, steps, batch, **options)
        self.x = self.ahead.x
        self.plain = self.back is None and not layer.residual and not layer.dropout
        self.mask: Array | None = None
        if self.plain:
            self.output, self.d_out, self.d_x = self.ahead.output, self.ahead.d_out, self.ahead.d_x
        else:
            shape = (steps, plan.output_size * len(weights), batch)
            self.output, self.d_out = self.xp.zeros(shape, dtype), self.xp.zeros(shape, dtype)
            self.d_x = self.xp.zeros_like(self.x) if want else None
        if layer.dropout:
            self.mask = self.xp.ones_like(self.output)

    def forward(self, start: Mapping[str, Array] | None, dropout: np.random.Generator | None) -> Array:
        """Run over `x`. start: memory → [size, B], of the direction that goes forward (the other always begins afresh).
        dropout: where its mask comes from, None for no dropout. Returns `output`."""
        n = self.plan.output_size
        self.ahead.forward(start)
        if self.plain:
            return self.output
        self.output[:, :n] = self.ahead.output
        if self.back is not None:
            self.back.x[...] = self.x[::-1]
            self.back.forward()
            self.output[:, n:] = self.back.output[::-1]
        if self.mask is not None:
            self._draw(dropout)
            self.output *= self.mask
        if self.layer.residual:
            self.output += self.x
        return self.output

    def _draw(self, dropout: np.random.Generator | None) -> None:
        """A new mask: 0 with the layer's probability, else 1 / (1 - p), so that the mean stays (Srivastava 2014)."""
        assert self.mask is not None
        if dropout is None:
            self.mask[...] = 1
            return
        kept = dropout.random(self.mask.shape, np.float32) >= self.layer.dropout
        self.mask[...] = self.xp.asarray(kept)
        self.mask *= 1.0 / (1.0 - self.layer.dropout)

    def backward(self) -> None:
        """From `d_out` to the weights' gradients and `d_x`."""
        if self.plain:
            self.ahead.backward()
            return
        n = self.plan.output_size
        passed = self.d_out if self.mask is None else self.d_out * self.mask
        self.ahead.d_out[...] = passed[:, :n]
        self.ahead.backward()
        if self.d_x is not None:
            self.d_x[...] = self.ahead.d_x
        if self.back is not None:
            self.back.d_out[...] = passed[::-1, n:]
            self.back.backward()
            if self.d_x is not None and self.back.d_x is not None:
                self.d_x += self.back.d_x[::-1]
        if self.layer.residual and self.d_x is not None:
            self.d_x += self.d_out

    def series(self) -> dict[str, np.ndarray]:
        """Node → its values over all steps of the first sequence [T, size]; `back.NODE` for the direction that runs
        backward, in the order of the sequence. Needs `watch`."""
        found = {node: to_numpy(self.ahead.series(value))[:, :, 0].copy() for node, value in self.plan.nodes.items()}
        if self.back is not None:
            for node, value in self.plan.nodes.items():
                found[f"back.{node}"] = to_numpy(self.back.series(value))[::-1, :, 0].copy()
        return found

    def flows(self) -> dict[str, np.ndarray]:
        """Node → ‖∂L/∂node_t‖₂ [T] for outputs and sources of memories, of the first sequence. Needs `watch`."""
        found = {}
        wanted = dict.fromkeys([*self.plan.outputs, *(slot.source for slot in self.plan.memories)])
        for prefix, runner in (("", self.ahead), ("back.", self.back)):
            for value in wanted:
                if runner is not None and runner.has(f"d:{value}"):
                    flow = to_numpy(runner.series(f"d:{value}"))[:, :, 0]
                    norm = np.sqrt(np.square(flow, dtype=np.float64).sum(axis=1))
                    found[f"{prefix}{value}"] = norm[::-1].copy() if prefix else norm
        return found
