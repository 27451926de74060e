"""A network: layers of cells, one after the other, and a dense readout."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.cell.graph import Cell, Init
from playground.cell.library import LIBRARY
from playground.cell.names import parameter_names
from playground.compiler.lower import compile_cell
from playground.compiler.plan import Plan
from playground.engine import Engine
from playground.engine.devices import to_numpy
from playground.errors import BadInput
from playground.network.initialise import draw
from playground.network.layer_run import LayerWeights
from playground.network.losses import loss_and_gradient, probabilities
from playground.network.parameters import Entry, Parameters
from playground.network.passes import Pass, States
from playground.network.spec import Layer, Net, Training
from playground.network.traces import NetTraces
from playground.tasks.base import Batch, Facts
from playground.tasks.random import stream

Array = Any

MOST_PASSES = 6  # shapes (T, B) whose buffers are kept
MOST_AT_ONCE = 64  # sequences of a test that run side by side: their values stay in the cache


class Network:
    """One network, ready to run and to train; parameters are drawn by `initialise`.

    net, facts: what it was made from. loss_kind, at: after "auto" was resolved with the task's facts.
    """

    def __init__(self, net: Net, cells: Mapping[str, Cell], facts: Facts, training: Training, engine: Engine) -> None:
        """Raises BadInput, with the layer as the place, for an unknown cell, a cell with errors, or no layer at all."""
        self.net, self.facts, self.engine = net, facts, engine
        self.loss_kind = facts.loss if training.loss == "auto" else training.loss
        self.at = facts.at if net.readout.at == "auto" else net.readout.at
        _check_loss(net, self.loss_kind, facts)
        self.dtype = training.precision
        self.drops = any(layer.dropout for layer in net.layers)
        entries: list[Entry] = []
        shapes: list[tuple[Layer, Cell, int]] = []
        inputs = facts.inputs
        if not net.layers:
            raise BadInput(f"networks.{net.name}", "there is no layer", "drag a cell into it")
        for layer in net.layers:
            cell = find_cell(layer.cell, cells, f"networks.{net.name}.layers.{layer.id}.cell")
            shapes.append((layer, cell, inputs))
            inputs = _output_size(net, layer, _compile(net, layer, cell, inputs))
        self._plans: list[tuple[Plan, Plan]] = []
        for layer, cell, size in shapes:
            plan = _compile(net, layer, cell, size)
            self._plans.append((plan, compile_cell(cell, size, layer.units, watch=True)))
            for prefix in prefixes(layer):
                entries += _entries(net, layer, cell, prefix, plan, sum(entry.size for entry in entries))
        engine.reserve(max(plan.bank_size * max(plan.inputs, plan.units) for plan, _ in self._plans) * training.batch)
        top, outputs = net.layers[-1].units, facts.outputs
        offset = sum(entry.size for entry in entries)
        entries.append(Entry("readout.weight", offset, (outputs, inputs), Init(), top))
        entries.append(Entry("readout.bias", offset + outputs * inputs, (outputs,), Init("zeros"), top))
        self.seed = 0
        self.parameters = Parameters(engine.xp, entries, self.dtype)
        self._weights = [
            [self._layer_weights(prefix, plans[0]) for prefix in prefixes(layer)]
            for layer, plans in zip(net.layers, self._plans, strict=True)
        ]
        self._passes: dict[tuple[int, int, bool], Pass] = {}

    # -- parameters --------------------------------------------------------------------------------------------

    def initialise(self, seed: int) -> None:
        """Draw all parameters; the same seed gives the same bits."""
        self.seed = seed
        for entry in self.parameters.entries.values():
            values = draw(entry.init, entry.shape, entry.units, seed, entry.name)
            self.parameters.view(entry.name)[...] = self.engine.xp.asarray(values)

    def layer_nodes(self) -> dict[str, list[str]]:
        """Layer id → the nodes that can be watched, in the cell's order; `back.NODE` for the other direction's."""
        return {
            layer.id: [
                direction + node for direction in ("", "back.")[: 1 + layer.bidirectional] for node in plans[0].nodes
            ]
            for layer, plans in zip(self.net.layers, self._plans, strict=True)
        }

    def plans(self) -> dict[str, Plan]:
        """Layer id → its compiled plan."""
        return {layer.id: plans[0] for layer, plans in zip(self.net.layers, self._plans, strict=True)}

    def _layer_weights(self, prefix: str, plan: Plan) -> LayerWeights:
        weights, gradients = {}, {}
        for packed, shape in plan.packed.items():
            specs = [spec for spec in plan.parameters if spec.packed == packed]
            offset = self.parameters.entries[f"{prefix}.{specs[0].name}"].offset
            size = int(np.prod(shape))
            weights[packed] = self.parameters.values[offset : offset + size].reshape(shape)
            gradients[packed] = self.parameters.gradients[offset : offset + size].reshape(shape)
        return LayerWeights(weights, gradients)

    # -- running -----------------------------------------------------------------------------------------------

    def forward(self, inputs: Array, start: States | None = None) -> tuple[np.ndarray, States]:
        """Raw scores [T, B, O] ([1, B, O] when `at` is "last") for inputs [T, B, D], and the final state of all
        memories."""
        T, B, _ = inputs.shape
        run = self._pass(T, B, False)
        scores = run.forward(inputs, start)
        return to_numpy(scores).transpose(0, 2, 1).copy(), run.final()

    def train_step_gradient(
        self, batch: Batch, start: States | None = None, draw: tuple[int, ...] = (0,)
    ) -> tuple[float, States]:
        """The loss of the batch; `parameters.gradients` are filled by BPTT over all its steps. Also the final state.

        draw: numbers that name this very step; with the seed they decide what dropout leaves out.
        """
        T, B, _ = batch.inputs.shape
        run = self._pass(T, B, False)
        dropout = stream(self.seed, "dropout", *draw) if self.drops else None
        loss = self._loss(run, run.forward(batch.inputs, start, dropout), batch, backward=True)
        run.backward()
        if self.parameters.trainable is not None:
            self.parameters.gradients *= self.parameters.trainable
        return loss, run.final()

    def evaluate(self, batch: Batch) -> tuple[float, np.ndarray]:
        """Loss and raw scores [T, B, O] (NaN before the last step when `at` is "last"), without gradients."""
        T, B, _ = batch.inputs.shape
        scores = np.full((T, B, self.facts.outputs), np.nan, self.dtype)
        loss = counted = 0.0
        for low in range(0, B, MOST_AT_ONCE):
            part = _part(batch, low, min(low + MOST_AT_ONCE, B))
            run = self._pass(T, part.inputs.shape[1], False)
            got = run.forward(part.inputs, None)
            weight = float(part.mask[-1:].sum() if self.at == "last" else part.mask.sum())
            loss += weight * self._loss(run, got, part, backward=False)
            counted += weight
            scores[T - len(got) :, low : low + part.inputs.shape[1]] = to_numpy(got).transpose(0, 2, 1)
        return loss / max(counted, 1.0), scores

    def trace(self, batch: Batch, name: str | None = None) -> NetTraces:
        """Everything that can be seen while the net runs over one sequence (B = 1), gradients of its loss included."""
        T, B, _ = batch.inputs.shape
        assert B == 1, batch.inputs.shape
        run = self._pass(T, 1, True)
        kept = self.parameters.gradients.copy()
        scores = run.forward(batch.inputs, None)
        output = np.full((T, self.facts.outputs), np.nan, self.dtype)
        output[T - len(scores) :] = to_numpy(probabilities(self.engine.xp, self.loss_kind, scores))[:, :, 0]
        loss = self._loss(run, scores, batch, backward=True)
        run.backward()
        self.parameters.gradients[...] = kept
        nodes = {f"{part.layer.id}/{node}": value for part in run.layers for node, value in part.series().items()}
        gradients = {f"{part.layer.id}/{node}": value for part in run.layers for node, value in part.flows().items()}
        return NetTraces(name or self.net.name, output, nodes, gradients, loss)

    def _pass(self, T: int, B: int, watch: bool) -> Pass:
        key = (T, B, watch)
        run = self._passes.pop(key, None)
        if run is None:
            while len(self._passes) >= MOST_PASSES:
                del self._passes[next(iter(self._passes))]
            plans = [plans[watch] for plans in self._plans]
            readout = LayerWeights(
                {"weight": self.parameters.view("readout.weight"), "bias": self.parameters.view("readout.bias")},
                {
                    "weight": self.parameters.gradient("readout.weight"),
                    "bias": self.parameters.gradient("readout.bias"),
                },
            )
            run = Pass(self.engine, self.net.layers, plans, self._weights, readout, self.at, T, B, watch)
        self._passes[key] = run  # the last used stands last
        return run

    def _loss(self, run: Pass, scores: Array, batch: Batch, backward: bool) -> float:
        xp, last = self.engine.xp, self.at == "last"
        targets, mask = (batch.targets[-1:], batch.mask[-1:]) if last else (batch.targets, batch.mask)
        if self.loss_kind == "cross_entropy":
            wanted = xp.asarray(targets)
        else:
            wanted = xp.asarray(np.asarray(targets, self.dtype).transpose(0, 2, 1))
        counts = xp.asarray(np.asarray(mask, self.dtype))
        return loss_and_gradient(xp, self.loss_kind, scores, wanted, counts, run.d_scores if backward else None)


def find_cell(name: str, own: Mapping[str, Cell], place: str) -> Cell:
    """The experiment's own cell of that name, or the library's. Raises BadInput."""
    cell = own.get(name) or LIBRARY.get(name)
    if cell is None:
        known = ", ".join([*own, *LIBRARY])
        raise BadInput(place, f"there is no cell named {name!r}", f"choose one of {known}")
    return cell


def _compile(net: Net, layer: Layer, cell: Cell, inputs: int) -> Plan:
    try:
        return compile_cell(cell, inputs, layer.units)
    except BadInput as error:
        place = f"networks.{net.name}.layers.{layer.id}, {error.place}"
        raise BadInput(place, error.problem, error.remedy) from None


def prefixes(layer: Layer) -> tuple[str, ...]:
    """What the names of a layer's parameters begin with: one beginning per direction."""
    return (layer.id, f"{layer.id}.back") if layer.bidirectional else (layer.id,)


def _output_size(net: Net, layer: Layer, plan: Plan) -> int:
    size = plan.output_size * len(prefixes(layer))
    if layer.residual and size != plan.inputs:
        raise BadInput(
            f"networks.{net.name}.layers.{layer.id}.residual",
            f"the layer makes {size} numbers of {plan.inputs}, which cannot be added",
            f"give it as many units as it has inputs, {plan.inputs}, or put a dense layer before it",
        )
    return size


def _entries(net: Net, layer: Layer, cell: Cell, prefix: str, plan: Plan, offset: int) -> list[Entry]:
    """A layer's parameters, packed array by packed array, so that each of these is one stretch of the flat array."""
    # a node that leads nowhere for the moment has no parameters, but its settings wait for it
    names = set(parameter_names(cell))
    for name in layer.init:
        if name not in names:
            raise BadInput(
                f"networks.{net.name}.layers.{layer.id}.init.{name}",
                "the cell has no such parameter",
                f"choose one of {', '.join(sorted(names))}",
            )
    entries = []
    for packed in plan.packed:
        for spec in sorted((spec for spec in plan.parameters if spec.packed == packed), key=lambda spec: spec.row):
            init = layer.init.get(spec.name, spec.init)
            if init.kind == "chrono_opposite" and f"{init.of}.bias" not in names:
                raise BadInput(
                    f"networks.{net.name}.layers.{layer.id}.init.{spec.name}",
                    f"there is no gate {init.of!r} to be the opposite of",
                    "name a gate of this cell that has a bias",
                )
            entries.append(Entry(f"{prefix}.{spec.name}", offset, spec.shape, init, layer.units, spec.frozen))
            offset += entries[-1].size
    return entries


def _check_loss(net: Net, kind: str, facts: Facts) -> None:
    classes = facts.loss == "cross_entropy"
    if classes != (kind == "cross_entropy"):
        fitting = "cross_entropy" if classes else "mse or binary_cross_entropy"
        raise BadInput("training.loss", f"{kind} does not fit the task {facts.name}", f"set it to auto or {fitting}")


def _part(batch: Batch, low: int, high: int) -> Batch:
    return Batch(batch.inputs[:, low:high], batch.targets[:, low:high], batch.mask[:, low:high])
