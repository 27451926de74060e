"""One layer within a pass: its cell run forward, or in both directions, with a residual path and dropout around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from playground.compiler.plan import Plan
from playground.compiler.reach import HELD, SEEN
from playground.engine import Engine, Runner, Setup
from playground.engine.actions import Action, Move
from playground.engine.devices import to_numpy
from playground.network.changes import Clamp
from playground.network.reaching import clamp_runner
from playground.network.spec import Layer

Array = Any  # of NumPy or of CuPy


@dataclass(frozen=True)
class LayerWeights:
    """Packed name → array, and the same for the gradients: views of the network's flat arrays."""

    weights: dict[str, Array]
    gradients: dict[str, Array]


@dataclass(frozen=True)
class NetWeights:
    """A network's: of each layer one for each direction, and the readout's. gradients: the flat array they are in."""

    layers: list[list[LayerWeights]]
    readout: LayerWeights
    gradients: Array


class LayerRun:
    """Buffers of one layer for fixed T and B.

    x: [T, D, B], the layer below's output, or to be filled. output: [T, n, B], n twice the cell's when it runs in both
    directions (Schuster and Paliwal 1997). d_out: [T, n, B], to be filled before the way back. d_x: [T, D, B] or None,
    in the array that was given for it where the engine can.
    """

    def __init__(
        self,
        engine: Engine,
        layer: Layer,
        plan: Plan,
        weights: list[LayerWeights],
        setup: Setup,
        x: Array | None,
        d_x: Array | None,
    ) -> None:
        self.xp, self.layer, self.plan = engine.xp, layer, plan
        want = x is not None or setup.keep_all
        setup = replace(setup, want_input_gradient=want)
        self.plain = len(weights) == 1 and not layer.residual and not layer.dropout
        first, *more = weights
        below = d_x if self.plain else None
        self.ahead: Runner = engine.build(plan, first.weights, first.gradients, setup, x, below)
        self.back: Runner | None = None
        if more:
            self.back = engine.build(plan, more[0].weights, more[0].gradients, setup)
        self.x = self.ahead.x
        self.mask: Array | None = None
        if self.plain:
            self.output, self.d_out, self.d_x = self.ahead.output, self.ahead.d_out, self.ahead.d_x
        else:
            rows = plan.output_size * len(weights)
            self.output, self.d_out = self.ahead.zeros(rows), self.ahead.zeros(rows)
            self.d_x = d_x if d_x is not None else self.ahead.zeros(plan.inputs) if want else None
        if layer.dropout:
            self.mask = self.ahead.zeros(self.output.shape[1])
            self._open = False  # whether the mask lets everything through

    def begin(self, start: Mapping[str, Array] | None, kept: np.ndarray | None) -> None:
        """Get ready to run. start: memory → [size, B], of the direction that goes forward (the other always begins
        afresh). kept: [T, n, B], which outputs dropout lets through, None for all of them."""
        self.ahead.begin(start)
        if self.back is not None:
            self.back.begin()
        if self.mask is not None:
            self._drop(kept)

    def actions_ahead(self) -> list[Action]:
        """From `x` to `output`."""
        actions, n = self.ahead.ahead(), self.plan.output_size
        if self.plain:
            return actions
        actions.append(Move(self.output[:, :n], self.ahead.output))
        if self.back is not None:
            actions += [Move(self.back.x, self.x[::-1]), *self.back.ahead()]
            actions.append(Move(self.output[:, n:], self.back.output[::-1]))
        if self.mask is not None:
            actions.append(Move(self.output, self.output, factor=self.mask))
        if self.layer.residual:
            actions.append(Move(self.output, self.x, more=True))
        return actions

    def actions_back(self) -> list[Action]:
        """From `d_out` to the weights' gradients and `d_x`."""
        if self.plain:
            return self.ahead.behind()
        n, mask, d_x = self.plan.output_size, self.mask, self.d_x
        low, high = (None, None) if mask is None else (mask[:, :n], mask[:, n:])
        actions = [Move(self.ahead.d_out, self.d_out[:, :n], factor=low), *self.ahead.behind()]
        if d_x is not None:
            actions.append(Move(d_x, self.ahead.d_x))
        if self.back is not None:
            flipped = None if high is None else high[::-1]
            actions += [Move(self.back.d_out, self.d_out[::-1, n:], factor=flipped), *self.back.behind()]
            if d_x is not None and self.back.d_x is not None:
                actions.append(Move(d_x, self.back.d_x[::-1], more=True))
        if self.layer.residual and d_x is not None:
            actions.append(Move(d_x, self.d_out, more=True))
        return actions

    def _drop(self, kept: np.ndarray | None) -> None:
        """A new mask: 0, or 1 / (1 - p) where something is kept, so that the mean stays (Srivastava 2014)."""
        assert self.mask is not None
        if kept is None:
            if not self._open:
                self.mask[...] = 1
                self._open = True
            return
        self._open = False
        self.mask[...] = self.xp.asarray(kept)
        self.mask *= 1.0 / (1.0 - self.layer.dropout)

    def clamp(self, clamps: Sequence[Clamp], offset: int, length: int) -> None:
        """Replace values from the next `forward` on; see `clamp_runner`."""
        for runner, backward in ((self.ahead, False), (self.back, True)):
            if runner is not None:
                clamp_runner(runner, self.plan, clamps, backward, offset, length)

    def series(self) -> dict[str, np.ndarray]:
        """Node → its values over all steps of the first sequence [T, size]; `back.NODE` for the direction that runs
        backward, in the order of the sequence. Views, which the next pass writes to. Needs `watch`."""
        found = {node: to_numpy(self.ahead.series(value))[:, :, 0] for node, value in self.plan.nodes.items()}
        if self.back is not None:
            for node, value in self.plan.nodes.items():
                found[f"back.{node}"] = to_numpy(self.back.series(value))[::-1, :, 0]
        return found

    def values(self, node: str) -> np.ndarray:
        """A node's values [T, size, B], or those of `back.NODE`, in the order of the sequence. Needs `watch`. Raises
        KeyError for a node that is not there."""
        backward = node.startswith("back.")
        runner = self.back if backward else self.ahead
        value = self.plan.nodes[node.removeprefix("back.")]
        if runner is None:
            raise KeyError(node)
        found = to_numpy(runner.series(value))
        return found[::-1].copy() if backward else found.copy()

    def gradient(self, node: str) -> np.ndarray:
        """∂L/∂node [T, size, B] of any node but a memory, of `back.NODE`, or of `x`; 0 where nothing flows back into
        it. In the order of the sequence. Needs `watch` and `backward`. Raises KeyError for a node that is not there."""
        if node == self.plan.input and self.d_x is not None:
            return to_numpy(self.d_x).copy()
        backward = node.startswith("back.")
        runner = self.back if backward else self.ahead
        value = self.plan.nodes[node.removeprefix("back.")]
        if runner is None or any(value == slot.name for slot in self.plan.memories):
            raise KeyError(node)
        if not runner.has(f"d:{value}"):
            return np.zeros((runner.T, self.plan.sizes[value], runner.B), self.x.dtype)
        found = to_numpy(runner.series(f"d:{value}"))
        return found[::-1].copy() if backward else found.copy()

    def flows(self) -> dict[str, np.ndarray]:
        """Node → ‖∂L/∂node_t‖₂ [T] for outputs and sources of memories, of the first sequence. Needs `watch`."""
        found = {}
        slots = [slot.source for slot in self.plan.memories if not slot.name.startswith(HELD)]
        wanted = {value: value.removeprefix(SEEN) for value in (*self.plan.outputs, *slots)}
        for prefix, runner in (("", self.ahead), ("back.", self.back)):
            for value, node in wanted.items():
                if ":" not in node and runner is not None and runner.has(f"d:{value}"):
                    norm = norms(to_numpy(runner.series(f"d:{value}"))[:, :, 0])
                    found[f"{prefix}{node}"] = norm[::-1].copy() if prefix else norm
        return found


def norms(vectors: np.ndarray) -> np.ndarray:
    """Their lengths [..., size] → [...], in float64: gradients may be so small that float32 has no square of them."""
    wide = vectors.astype(np.float64, copy=False)
    found: np.ndarray = np.sqrt(np.einsum("...i,...i->...", wide, wide))
    return found
