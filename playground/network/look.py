"""A network that is looked at: run forward over one sequence once, and back for all losses that anybody asks about."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from playground.engine.devices import to_numpy
from playground.errors import BadInput
from playground.network.layer_run import LayerRun
from playground.network.losses import loss_and_gradient, probabilities
from playground.network.network import Network
from playground.network.passes import Pass
from playground.network.traces import NetTraces
from playground.tasks.base import Batch

Seeds = Callable[["Look"], Iterable[np.ndarray]]  # gradients at the scores that somebody will ask for


class Look:
    """What can be seen of a network on one sequence (B = 1), for as long as its weights stay as they are.

    The same sequence runs as many times side by side as cost the engine hardly more than one
    (`ArrayEngine.looked_together`), and each copy takes another gradient at the scores back: that of the sequence's
    loss, or one that was asked for. So whoever looks at the same weights shares one way forward and, where the losses
    were known before (`expect`), as few ways back as can be.

    loss: of the sequence. scores: [T, O], raw ([1, O] for a readout at the last step). Nothing of the network changes.
    """

    def __init__(self, network: Network, free: bool = False) -> None:
        """free: without interventions. Nothing runs before `at`."""
        self.network, self._free = network, free
        self._width = network.engine.looked_together
        self._run: Pass | None = None
        self._made_for: tuple[int, Any] = (0, None)
        self._seen: tuple[Any, ...] = ()  # of what the values are
        self._weights: Any = None
        self._clamped: tuple = ()
        self._rests = False
        self._columns: dict[bytes, int] = {}  # a gradient at the scores → its copy of the sequence
        self._own = np.zeros((0, 0))  # that of the sequence's loss, which takes the first copy
        self._errors: dict[tuple[bytes, bytes], tuple[float, np.ndarray]] = {}  # targets and mask → see `error`
        self._kept: Any = None  # the gradients of the training, while a loss is taken back
        self._went_back = False
        self._expected: Seeds = lambda look: ()
        self.loss = float("nan")
        self.scores = np.zeros((0, 0))

    def expect(self, seeds: Seeds) -> None:
        """From the next way forward on, these are going to be asked for."""
        self._expected = seeds

    def at(self, batch: Batch) -> "Look":
        """This look, at a sequence and the weights as they are now; runs forward where either is another."""
        T, B, _ = batch.inputs.shape
        assert B == 1, batch.inputs.shape
        network = self.network
        run = self._own_pass(T)
        seen = (batch.inputs, batch.targets, batch.mask, run)
        same = len(self._seen) == len(seen) and all(a is b for a, b in zip(seen, self._seen, strict=True))
        values = network.parameters.values
        clamped = () if self._free else network.changes
        if same and self._clamped == clamped and (self._rests or bool((values == self._weights).all())):
            return self
        self._seen = ()
        if not self._free:
            run.clamp(network.changes, 0, T)
        run.forward(batch.inputs, None)
        self.scores = np.array(to_numpy(run.scores)[:, :, 0])
        self._columns, self._went_back, self._errors = {}, False, {}
        self.loss, self._own = self.error(batch)
        self.ask(self._own)
        if self._weights is None or self._weights.shape != values.shape:
            self._weights = values.copy()
        self._weights[...] = values
        self._seen, self._clamped = seen, clamped
        seeds = iter(self._expected(self) if self._width > 1 else ())  # what has no room need not be known
        while len(self._columns) < self._width and (seed := next(seeds, None)) is not None:
            self.ask(seed)
        return self

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Inside, the weights stay as they were when it was `at` them: not every question compares them again."""
        self._rests = True
        try:
            yield
        finally:
            self._rests = False

    def _own_pass(self, T: int) -> Pass:
        """Ready to run over T steps; nobody else uses its buffers."""
        network = self.network
        plans = network.seen_plans(self._free)
        if self._run is None or self._made_for[0] != T or self._made_for[1] is not plans:
            self._run, self._seen = None, ()  # the memory of the old one first
            self._run, self._made_for = network.own_pass(T, self._width, self._free), (T, plans)
        return self._run

    # -- losses -----------------------------------------------------------------------------------------------------

    def error(self, batch: Batch) -> tuple[float, np.ndarray]:
        """The loss of the sequence with these targets and this mask, and its gradient at the scores [T or 1, O],
        read-only: many questions are about the same loss."""
        key = batch.targets.tobytes(), batch.mask.tobytes()
        if key not in self._errors:
            self._errors[key] = self._error(batch)
        return self._errors[key]

    def _error(self, batch: Batch) -> tuple[float, np.ndarray]:
        run = self._run
        assert run is not None
        xp, steps = run.xp, slice(-1, None) if run.last else slice(None)
        targets, mask = batch.targets[steps], np.asarray(batch.mask[steps], run.scores.dtype)
        if run.loss_kind != "cross_entropy":
            targets = np.asarray(targets, run.scores.dtype).transpose(0, 2, 1)
        scores = run.scores[:, :, :1]
        gradient = xp.empty(scores.shape, scores.dtype)
        loss = loss_and_gradient(xp, run.loss_kind, scores, xp.asarray(targets), xp.asarray(mask), gradient)
        found = np.array(to_numpy(gradient)[:, :, 0])
        found.setflags(write=False)
        return loss, found

    def ask(self, seed: np.ndarray) -> None:
        """The next way back takes this gradient at the scores [T or 1, O] along."""
        self._column(seed)

    def _column(self, seed: np.ndarray) -> int:
        key = (np.ascontiguousarray(seed, self.scores.dtype) + 0.0).tobytes()  # -0 is 0
        if key not in self._columns:
            if len(self._columns) == self._width:
                self._columns = dict(list(self._columns.items())[: min(1, self._width - 1)])
            self._columns[key] = len(self._columns)
            self._went_back = False
        return self._columns[key]

    def back(self) -> None:
        """Take all losses that were asked for back; nothing when that was done."""
        if self._went_back or self._run is None:
            return
        run, parameters = self._run, self.network.parameters
        seeds = np.zeros((*self.scores.shape, self._width), self.scores.dtype)
        for key, column in self._columns.items():
            seeds[:, :, column] = np.frombuffer(key, seeds.dtype).reshape(self.scores.shape)
        if self._kept is None or self._kept.shape != parameters.gradients.shape:
            self._kept = parameters.gradients.copy()
        self._kept[...] = parameters.gradients
        try:
            run.d_scores[...] = run.xp.asarray(seeds)
            run.backward()
        finally:
            parameters.gradients[...] = self._kept
        self._went_back = True

    # -- reading ----------------------------------------------------------------------------------------------------

    @property
    def first(self) -> str:
        """The layer that reads the sequence itself."""
        return self._parts[0].layer.id

    @property
    def _parts(self) -> list[LayerRun]:
        assert self._run is not None
        return self._run.layers

    def gradient(self, layer: str, node: str, seed: np.ndarray) -> np.ndarray:
        """The gradient [T, size] that arrives at a node from `seed` [T or 1, O] at the scores; see
        `LayerRun.gradient`. Raises BadInput for a layer or a node that is not there."""
        part = find_layer(self.network, self._parts, layer)
        column = self._column(seed)
        self.back()
        return node_gradient(self.network, part, node)[:, :, column]

    def traces(self, name: str, kept: bool = True) -> NetTraces:
        """All that is shown of it over time. kept: copied; else its nodes are valid until the next pass."""
        run, T = self._run, self._made_for[0]
        assert run is not None
        self.ask(self._own)
        self.back()
        output = np.full((T, self.scores.shape[1]), np.nan, self.scores.dtype)
        output[T - len(self.scores) :] = probabilities(np, run.loss_kind, self.scores)
        nodes: dict[str, np.ndarray] = {}
        gradients: dict[str, np.ndarray] = {}
        for part in run.layers:
            for node, value in part.series().items():
                nodes[f"{part.layer.id}/{node}"] = value.copy() if kept else value
            gradients |= {f"{part.layer.id}/{node}": value for node, value in part.flows().items()}
        return NetTraces(name, output, nodes, gradients, self.loss)


def find_layer(network: Network, parts: Iterable[LayerRun], layer: str) -> LayerRun:
    """The layer within a pass. Raises BadInput."""
    found = next((part for part in parts if part.layer.id == layer), None)
    if found is None:
        place = f"networks.{network.net.name}.layers.{layer}"
        raise BadInput(place, "there is no such layer any more", "choose another layer")
    return found


def node_gradient(network: Network, part: LayerRun, node: str) -> np.ndarray:
    """∂L/∂node [T, size, B], after `backward`. Raises BadInput for a node that the layer does not have."""
    try:
        return part.gradient(node)
    except KeyError:
        place = f"networks.{network.net.name}.layers.{part.layer.id}, node {node}"
        raise BadInput(place, "there is no such node any more", "choose another node") from None
