"""One way through a network and back, for fixed T and B: the layers' runners chained, and the readout."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, SupportsFloat

import numpy as np

from playground.cell.graph import Cell, Gate, Input, Output, Wire
from playground.compiler.lower import compile_cell
from playground.compiler.plan import Plan
from playground.engine import Engine, Runner, Setup
from playground.engine.actions import Action, Move, Share
from playground.network.changes import Clamp, NetChange
from playground.network.layer_run import LayerRun, NetWeights
from playground.network.losses import loss_and_gradient
from playground.network.spec import Layer

Array = Any  # of NumPy or of CuPy
States = tuple[Array, ...]  # of every layer's memories in turn, each [size, B]; the engine takes NumPy's too


class PassShare:
    """Some of the sequences, from the one numbered `low` to before `high`, with buffers of their own."""

    def __init__(
        self,
        engine: Engine,
        layers: tuple[Layer, ...],
        plans: list[Plan],
        dense: Plan,
        weights: NetWeights,
        last: bool,
        setup: Setup,
        low: int,
    ) -> None:
        self.low, self.high, self.gradients = low, low + setup.batch, weights.gradients
        self.layers: list[LayerRun] = []
        for layer, plan, parts in zip(layers, plans, weights.layers, strict=True):
            below = self.layers[-1] if self.layers else None
            x, d_x = (None, None) if below is None else (below.output, below.d_out)
            self.layers.append(LayerRun(engine, layer, plan, parts, setup, x, d_x))
        top = self.layers[-1]
        hidden, d_hidden = (top.output[-1:], top.d_out[-1:]) if last else (top.output, top.d_out)
        above = replace(setup, steps=len(hidden), want_input_gradient=True, keep_all=False)
        self.readout: Runner = engine.build(
            dense, weights.readout.weights, weights.readout.gradients, above, hidden, d_hidden
        )
        self.x, self.scores, self.d_scores = self.layers[0].x, self.readout.output, self.readout.d_out
        ahead = [action for layer in self.layers for action in layer.actions_ahead()] + self.readout.ahead()
        behind = self.readout.behind() + _handed_down(self.readout.d_x, d_hidden)
        for part, under in zip(reversed(self.layers), [*reversed(self.layers[:-1]), None], strict=True):
            behind += part.actions_back()
            behind += [] if under is None else _handed_down(part.d_x, under.d_out)
        self.work = Share(self.x, ahead, self.scores, self.d_scores, behind)

    def begin(self, start: States | None, kept: list[np.ndarray | None]) -> None:
        """Get the layers ready. start, kept: of all sequences; see `LayerRun.begin`."""
        states = iter(start or ())
        for layer, mask in zip(self.layers, kept, strict=True):
            first = None
            if start is not None:
                first = {slot.name: next(states)[:, self.low : self.high] for slot in layer.plan.memories}
            layer.begin(first, None if mask is None else mask[:, :, self.low : self.high])


class Pass:
    """Buffers of the whole batch, in the shares that the engine goes through side by side.

    shares: their sequences follow each other. Whoever watches has one only, whose `layers` and `d_scores` (to be filled
    before `backward`) are the pass's.
    """

    def __init__(
        self,
        engine: Engine,
        layers: tuple[Layer, ...],
        plans: list[Plan],
        weights: Callable[[int], NetWeights],
        loss: str,
        at: str,
        steps: int,
        batch: int,
        watch: bool,
        learn: bool = True,
    ) -> None:
        """weights: those of the k-th share, whose gradients are its own; the first one's are the network's. learn: see
        `Setup`."""
        self.xp, self.loss_kind, self.last = engine.xp, loss, at == "last"
        V = weights(0).readout.weights["weight_x"]
        dense = readout_plan(V.shape[1], V.shape[0])
        products = sum(int(np.prod(shape)) for each in (dense, *plans) for shape in each.packed.values())
        sizes = (batch,) if watch else engine.shares(products * steps * batch, batch, str(V.dtype))
        self.shares: list[PassShare] = []
        for k, size in enumerate(sizes):
            setup = Setup(steps, size, str(V.dtype), keep_all=watch, learn=learn, room=max(sizes))
            low = self.shares[-1].high if self.shares else 0
            self.shares.append(PassShare(engine, layers, plans, dense, weights(k), self.last, setup, low))
        self.layers = self.shares[0].layers
        self._kept_shape = (steps, batch)
        self._clamped: tuple[tuple[NetChange, ...], int, int] = ((), 0, 0)
        work = [share.work for share in self.shares]
        self._ahead = engine.program(*(each.ahead for each in work))
        self._behind = engine.program(*(each.behind for each in work))
        self._train = engine.training(loss, work)
        self._loss = 0.0  # of the last pass, where the engine does it bit by bit

    @property
    def scores(self) -> Array:
        """What the readout made, [T or 1, O, B]."""
        parts = [share.scores for share in self.shares]
        return parts[0] if len(parts) == 1 else self.xp.concatenate(parts, axis=2)

    @property
    def d_scores(self) -> Array:
        """∂L/∂scores of a pass in one share."""
        (share,) = self.shares
        return share.d_scores

    def clamp(self, changes: tuple[NetChange, ...], offset: int, length: int) -> None:
        """Replace values from the next `forward` on. offset, length: this pass sees the steps from `offset` of a
        sequence of `length`."""
        if self._clamped != (changes, offset, length):
            self._clamped = (changes, offset, length)
            for share in self.shares:
                for part in share.layers:
                    own = [c for c in changes if isinstance(c, Clamp) and c.layer == part.layer.id]
                    part.clamp(own, offset, length)

    def forward(self, inputs: Array, start: States | None, dropout: np.random.Generator | None = None) -> Array:
        """Raw scores [T, O, B] ([1, O, B] for a readout at the last step) of inputs [T, B, D]. dropout: where masks
        come from while training, None otherwise."""
        self.ahead(inputs, start, dropout)()
        return self.scores

    def ahead(
        self, inputs: Array, start: States | None, dropout: np.random.Generator | None = None
    ) -> Callable[[], None]:
        """What does `forward`; `scores` are there after it."""
        self._begin(start, dropout)
        for share in self.shares:
            share.x[...] = self.xp.asarray(inputs[:, share.low : share.high]).transpose(0, 2, 1)
        return self._ahead

    def _begin(self, start: States | None, dropout: np.random.Generator | None) -> None:
        if start is not None:
            start = tuple(self.xp.asarray(state) for state in start)
        kept = [self._draw(part, dropout) for part in self.layers]
        for share in self.shares:
            share.begin(start, kept)

    def _draw(self, part: LayerRun, dropout: np.random.Generator | None) -> np.ndarray | None:
        """Which outputs of a layer are let through: the same ones, however the batch is divided."""
        if dropout is None or not part.layer.dropout:
            return None
        steps, batch = self._kept_shape
        kept: np.ndarray = dropout.random((steps, part.output.shape[1], batch), np.float32) >= part.layer.dropout
        return kept

    def loss(self, targets: np.ndarray, mask: np.ndarray, backward: bool) -> float:
        """The loss of the scores, for targets [T, B, O] or classes [T, B], mask [T, B]. backward: fill `d_scores`."""
        xp, scores = self.xp, self.scores
        targets, mask = self._counted(targets), self._counted(mask)
        if self.loss_kind == "cross_entropy":
            wanted = xp.asarray(targets)
        else:
            wanted = xp.asarray(np.asarray(targets, scores.dtype).transpose(0, 2, 1))
        counts = xp.asarray(np.asarray(mask, scores.dtype))
        return loss_and_gradient(xp, self.loss_kind, scores, wanted, counts, self.d_scores if backward else None)

    def _counted(self, array: np.ndarray) -> np.ndarray:
        return array[-1:] if self.last else array

    def train(
        self,
        inputs: np.ndarray,
        targets: np.ndarray,
        mask: np.ndarray,
        start: States | None,
        dropout: np.random.Generator | None,
    ) -> Callable[[], None]:
        """What does `forward`, `loss` and `backward`, in one go where the engine can; `trained` comes after it."""
        if self._train is None:

            def one_by_one() -> None:
                self.forward(inputs, start, dropout)
                self._loss = self.loss(targets, mask, backward=True)
                self.backward()

            return one_by_one
        self._begin(start, dropout)
        return self._train.prepare(inputs, self._counted(targets), self._counted(mask))

    def trained(self) -> SupportsFloat:
        """After `train`: the loss."""
        if self._train is None:
            return self._loss
        self._add_up()
        return self._train.loss()

    def final(self) -> States:
        """Every memory's value after the last step."""
        found = [[value for part in share.layers for value in part.ahead.final().values()] for share in self.shares]
        if len(found) == 1:
            return tuple(found[0])
        return tuple(self.xp.concatenate(values, axis=1) for values in zip(*found, strict=True))

    def backward(self) -> None:
        """From `d_scores` to the gradients of all parameters."""
        self._behind()
        self._add_up()

    def _add_up(self) -> None:
        """Add the shares' gradients, in the same order every time."""
        whole = self.shares[0].gradients
        for share in self.shares[1:]:
            self.xp.add(whole, share.gradients, out=whole)


@lru_cache(maxsize=64)
def readout_plan(inputs: int, outputs: int) -> Plan:
    """The dense readout, scores = V h + b, as what it is: a cell of one gate without activation or memory."""
    gate = Gate("scores", wires=(Wire("x"),), activation="identity")
    return compile_cell(Cell("readout", nodes=(Input("x"), gate, Output("out", sources=("scores",)))), inputs, outputs)


def _handed_down(d_x: Array, d_out: Array) -> list[Action]:
    """What brings a layer's gradient to the one below, unless it is written there already."""
    return [] if d_x is d_out else [Move(d_out, d_x)]
