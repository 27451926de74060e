"""One way through a network and back, for fixed T and B: the layers' runners chained, and the readout."""

from typing import Any

import numpy as np

from playground.compiler.plan import Plan
from playground.engine import Engine
from playground.engine.devices import to_numpy
from playground.network.layer_run import LayerRun, LayerWeights
from playground.network.spec import Layer

Array = Any  # of NumPy or of CuPy
States = tuple[np.ndarray, ...]  # of every layer's memories in turn, each [size, B]


class Pass:
    """layers: each reads the output of the one below. d_scores: [T or 1, O, B], to be filled before
    `backward`."""

    def __init__(
        self,
        engine: Engine,
        layers: tuple[Layer, ...],
        plans: list[Plan],
        weights: list[list[LayerWeights]],
        readout: LayerWeights,
        at: str,
        steps: int,
        batch: int,
        watch: bool,
    ) -> None:
        self.xp, self.readout, self.last = engine.xp, readout, at == "last"
        V = readout.weights["weight"]
        self.layers: list[LayerRun] = []
        for layer, plan, parts in zip(layers, plans, weights, strict=True):
            below = self.layers[-1].output if self.layers else None
            self.layers.append(LayerRun(engine, layer, plan, parts, steps, batch, below, V.dtype, watch))
        self.scores: Array = self.xp.zeros((1 if self.last else steps, V.shape[0], batch), V.dtype)
        self.d_scores: Array = self.xp.zeros_like(self.scores)

    def forward(self, inputs: Array, start: States | None, dropout: np.random.Generator | None = None) -> Array:
        """Raw scores [T, O, B] ([1, O, B] for a readout at the last step) of inputs [T, B, D]. dropout: where masks
        come from while training, None otherwise."""
        self.layers[0].x[...] = self.xp.asarray(inputs).transpose(0, 2, 1)
        states = iter(start or ())
        for layer in self.layers:
            first = None
            if start is not None:
                first = {slot.name: self.xp.asarray(next(states)) for slot in layer.plan.memories}
            top = layer.forward(first, dropout)
        self.xp.matmul(self.readout.weights["weight"], top[-1:] if self.last else top, out=self.scores)
        self.scores += self.readout.weights["bias"][:, None]
        return self.scores

    def final(self) -> States:
        """Every memory's value after the last step."""
        return tuple(to_numpy(value) for layer in self.layers for value in layer.ahead.final().values())

    def backward(self) -> None:
        """From `d_scores` to the gradients of all parameters."""
        xp, top = self.xp, self.layers[-1]
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
        for layer, below in zip(reversed(self.layers), [*reversed(self.layers[:-1]), None], strict=True):
            layer.backward()
            if below is not None:
                below.d_out[...] = layer.d_x
