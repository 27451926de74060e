"""One way through a network and back, for fixed T and B: the layers' runners chained, and the readout."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.compiler.plan import Plan
from playground.engine import CellRunner, Engine
from playground.engine.devices import to_numpy

Array = Any  # of NumPy or of CuPy
States = tuple[np.ndarray, ...]  # of every layer's memories in turn, each [size, B]


@dataclass(frozen=True)
class LayerWeights:
    """Packed name → array, and the same for the gradients: views of the network's flat arrays."""

    weights: dict[str, Array]
    gradients: dict[str, Array]


class Pass:
    """runners: one per layer, each reading the output of the one below. d_scores: [T or 1, O, B], to be filled before
    `backward`."""

    def __init__(
        self,
        engine: Engine,
        plans: list[Plan],
        weights: list[LayerWeights],
        readout: LayerWeights,
        at: str,
        steps: int,
        batch: int,
        watch: bool,
    ) -> None:
        self.xp, self.readout, self.last = engine.xp, readout, at == "last"
        self.runners: list[CellRunner] = []
        V = readout.weights["weight"]
        for plan, layer in zip(plans, weights, strict=True):
            below = self.runners[-1].output if self.runners else None
            self.runners.append(
                engine.build(
                    plan,
                    layer.weights,
                    layer.gradients,
                    steps,
                    batch,
                    x=below,
                    want_input_gradient=below is not None,
                    keep_all=watch,
                    dtype=V.dtype,
                )
            )
        self.scores: Array = self.xp.zeros((1 if self.last else steps, V.shape[0], batch), V.dtype)
        self.d_scores: Array = self.xp.zeros_like(self.scores)

    def forward(self, inputs: Array, start: States | None) -> Array:
        """Raw scores [T, O, B] ([1, O, B] for a readout at the last step) of inputs [T, B, D]."""
        self.runners[0].x[...] = self.xp.asarray(inputs).transpose(0, 2, 1)
        states = iter(start or ())
        for runner in self.runners:
            first = None
            if start is not None:
                first = {slot.name: self.xp.asarray(next(states)) for slot in runner.plan.memories}
            top = runner.forward(first)
        self.xp.matmul(self.readout.weights["weight"], top[-1:] if self.last else top, out=self.scores)
        self.scores += self.readout.weights["bias"][:, None]
        return self.scores

    def final(self) -> States:
        """Every memory's value after the last step."""
        return tuple(to_numpy(value) for runner in self.runners for value in runner.final().values())

    def backward(self) -> None:
        """From `d_scores` to the gradients of all parameters."""
        xp, top = self.xp, self.runners[-1]
        V, outputs = self.readout.weights["weight"], self.scores.shape[1]
        hidden = top.output[-1:] if self.last else top.output
        rows = self.d_scores.transpose(1, 0, 2).reshape(outputs, -1)
        columns = hidden.transpose(0, 2, 1).reshape(-1, hidden.shape[1])
        xp.matmul(rows, columns, out=self.readout.gradients["weight"])
        xp.sum(rows, axis=1, out=self.readout.gradients["bias"])
        if self.last:
            top.d_out[:-1] = 0
            xp.matmul(V.T, self.d_scores, out=top.d_out[-1:])
        else:
            xp.matmul(V.T, self.d_scores, out=top.d_out)
        for runner, below in zip(reversed(self.runners), [*reversed(self.runners[:-1]), None], strict=True):
            runner.backward()
            if below is not None:
                below.d_out[...] = runner.d_x
