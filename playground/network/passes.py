"""One way through a network and back, for fixed T and B: the layers' runners chained, and the readout."""

from functools import lru_cache
from typing import Any, SupportsFloat

import numpy as np

from playground.cell.graph import Cell, Gate, Input, Output, Wire
from playground.compiler.lower import compile_cell
from playground.compiler.plan import Plan
from playground.engine import Engine, Runner
from playground.engine.actions import Action, Move
from playground.network.changes import Clamp, NetChange
from playground.network.layer_run import LayerRun, LayerWeights
from playground.network.losses import loss_and_gradient
from playground.network.spec import Layer

Array = Any  # of NumPy or of CuPy
States = tuple[Array, ...]  # of every layer's memories in turn, each [size, B]; the engine takes NumPy's too


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
        loss: str,
        at: str,
        steps: int,
        batch: int,
        watch: bool,
    ) -> None:
        self.xp, self.loss_kind, self.last = engine.xp, loss, at == "last"
        V = readout.weights["weight_x"]
        dense = readout_plan(V.shape[1], V.shape[0])
        products = sum(int(np.prod(shape)) for each in (dense, *plans) for shape in each.packed.values())
        options: dict[str, Any] = {
            "dtype": V.dtype, "threads": engine.threads_for_pass(products * steps * batch, batch, str(V.dtype)),
        }  # fmt: skip
        self.layers: list[LayerRun] = []
        self._clamped: tuple[tuple[NetChange, ...], int, int] = ((), 0, 0)
        for layer, plan, parts in zip(layers, plans, weights, strict=True):
            below = self.layers[-1] if self.layers else None
            x, d_x = (None, None) if below is None else (below.output, below.d_out)
            self.layers.append(LayerRun(engine, layer, plan, parts, steps, batch, x, d_x, watch=watch, **options))
        top = self.layers[-1]
        hidden, d_hidden = (top.output[-1:], top.d_out[-1:]) if self.last else (top.output, top.d_out)
        self.readout: Runner = engine.build(
            dense, readout.weights, readout.gradients, 1 if self.last else steps, batch,
            x=hidden, d_x=d_hidden, want_input_gradient=True, **options,
        )  # fmt: skip
        self.scores, self.d_scores = self.readout.output, self.readout.d_out
        ahead = [action for layer in self.layers for action in layer.actions_ahead()] + self.readout.ahead()
        behind = self.readout.behind() + _handed_down(self.readout.d_x, d_hidden)
        for part, under in zip(reversed(self.layers), [*reversed(self.layers[:-1]), None], strict=True):
            behind += part.actions_back()
            behind += [] if under is None else _handed_down(part.d_x, under.d_out)
        self._ahead, self._behind = engine.program(ahead), engine.program(behind)
        self._train = engine.training(loss, self.layers[0].x, ahead, self.scores, self.d_scores, behind)

    def clamp(self, changes: tuple[NetChange, ...], offset: int, length: int) -> None:
        """Replace values from the next `forward` on. offset, length: this pass sees the steps from `offset` of a
        sequence of `length`."""
        if self._clamped != (changes, offset, length):
            self._clamped = (changes, offset, length)
            for part in self.layers:
                own = [c for c in changes if isinstance(c, Clamp) and c.layer == part.layer.id]
                part.clamp(own, offset, length)

    def forward(self, inputs: Array, start: States | None, dropout: np.random.Generator | None = None) -> Array:
        """Raw scores [T, O, B] ([1, O, B] for a readout at the last step) of inputs [T, B, D]. dropout: where masks
        come from while training, None otherwise."""
        self._begin(start, dropout)
        self.layers[0].x[...] = self.xp.asarray(inputs).transpose(0, 2, 1)
        self._ahead()
        return self.scores

    def _begin(self, start: States | None, dropout: np.random.Generator | None) -> None:
        states = iter(start or ())
        for layer in self.layers:
            first = None
            if start is not None:
                first = {slot.name: self.xp.asarray(next(states)) for slot in layer.plan.memories}
            layer.begin(first, dropout)

    def loss(self, targets: np.ndarray, mask: np.ndarray, backward: bool) -> float:
        """The loss of the scores, for targets [T, B, O] or classes [T, B], mask [T, B]. backward: fill `d_scores`."""
        xp = self.xp
        targets, mask = self._counted(targets), self._counted(mask)
        if self.loss_kind == "cross_entropy":
            wanted = xp.asarray(targets)
        else:
            wanted = xp.asarray(np.asarray(targets, self.scores.dtype).transpose(0, 2, 1))
        counts = xp.asarray(np.asarray(mask, self.scores.dtype))
        return loss_and_gradient(xp, self.loss_kind, self.scores, wanted, counts, self.d_scores if backward else None)

    def _counted(self, array: np.ndarray) -> np.ndarray:
        return array[-1:] if self.last else array

    def train(
        self,
        inputs: np.ndarray,
        targets: np.ndarray,
        mask: np.ndarray,
        start: States | None,
        dropout: np.random.Generator | None,
    ) -> SupportsFloat:
        """`forward`, `loss` and `backward`, in one go where the engine can."""
        if self._train is None:
            self.forward(inputs, start, dropout)
            loss = self.loss(targets, mask, backward=True)
            self.backward()
            return loss
        self._begin(start, dropout)
        return self._train(inputs, self._counted(targets), self._counted(mask))

    def final(self) -> States:
        """Every memory's value after the last step."""
        return tuple(value for layer in self.layers for value in layer.ahead.final().values())

    def backward(self) -> None:
        """From `d_scores` to the gradients of all parameters."""
        self._behind()


@lru_cache(maxsize=64)
def readout_plan(inputs: int, outputs: int) -> Plan:
    """The dense readout, scores = V h + b, as what it is: a cell of one gate without activation or memory."""
    gate = Gate("scores", wires=(Wire("x"),), activation="identity")
    return compile_cell(Cell("readout", nodes=(Input("x"), gate, Output("out", sources=("scores",)))), inputs, outputs)


def _handed_down(d_x: Array, d_out: Array) -> list[Action]:
    """What brings a layer's gradient to the one below, unless it is written there already."""
    return [] if d_x is d_out else [Move(d_out, d_x)]
