"""A network: layers of cells, one after the other, and a dense readout."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from playground.cell.graph import Cell, Init
from playground.cell.library import LIBRARY
from playground.cell.names import parameter_names
from playground.compiler.lower import compile_cell
from playground.compiler.plan import Plan
from playground.compiler.reach import UNTOUCHED, Reach
from playground.engine import Engine
from playground.engine.devices import to_numpy
from playground.errors import BadInput
from playground.network.changes import NetChange
from playground.network.evaluation import Evaluation
from playground.network.initialise import draw
from playground.network.layer_run import LayerWeights, NetWeights
from playground.network.parameters import Entry, Parameters
from playground.network.passes import Pass, States
from playground.network.reaching import reach_of, resting
from playground.network.spec import Layer, Net, Training
from playground.tasks.base import Batch, Facts
from playground.tasks.random import stream

Array = Any
Window = tuple[int, int] | None  # first step and length of the whole sequence, None: this is the whole sequence

MOST_PASSES = 6  # shapes (T, B) whose buffers are kept
MOST_WATCHED = 3  # and of those that show every value


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
        self.parameters = Parameters(engine.xp, entries, self.dtype, engine)
        self._weights: list[NetWeights] = []
        self._cells = {layer.id: (cell, size) for layer, cell, size in shapes}
        self.changes: tuple[NetChange, ...] = ()
        self._touched = self._plans
        self._passes: dict[tuple[int, int, bool, bool], Pass] = {}

    # -- interventions -----------------------------------------------------------------------------------------

    def reach_into(self, changes: tuple[NetChange, ...]) -> None:
        """Run, learn and be looked at with these from now on, in place of those before; nothing happens to the weights.

        They must fit (`playground.network.changes.misfit`).
        """
        if changes == self.changes:
            return
        before = [reach_of(layer, self.changes) for layer in self.net.layers]
        after = [reach_of(layer, changes) for layer in self.net.layers]
        self.changes = changes
        self.parameters.rest(resting(changes))
        if before == after:
            return
        self._touched = self._plans
        if any(reach != UNTOUCHED for reach in after):
            self._touched = [self._reached(layer, reach) for layer, reach in zip(self.net.layers, after, strict=True)]
        for key in [key for key in self._passes if not key[3]]:
            del self._passes[key]

    def _reached(self, layer: Layer, reach: Reach) -> tuple[Plan, Plan]:
        cell, size = self._cells[layer.id]
        plain, watched = (compile_cell(cell, size, layer.units, watch, reach) for watch in (False, True))
        return plain, watched

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

    def layer_cell(self, layer: str) -> tuple[Cell, int]:
        """The cell of a layer, by its id, and how many numbers it reads. Raises KeyError."""
        return self._cells[layer]

    def plans(self) -> dict[str, Plan]:
        """Layer id → its compiled plan, with what is reached into."""
        return {layer.id: plans[0] for layer, plans in zip(self.net.layers, self._touched, strict=True)}

    def _share(self, k: int) -> NetWeights:
        """The weights, and where the k-th share of a batch puts its gradients: the first one into the network's own."""
        while len(self._weights) <= k:
            own = self.parameters.gradients
            gradients = self.engine.xp.zeros_like(own) if self._weights else own
            layers = [
                [self._layer_weights(prefix, plans[0], gradients) for prefix in prefixes(layer)]
                for layer, plans in zip(self.net.layers, self._plans, strict=True)
            ]
            names = {"weight_x": "readout.weight", "bias": "readout.bias"}
            readout = LayerWeights(
                {packed: self.parameters.view(name) for packed, name in names.items()},
                {packed: self.parameters.part(gradients, name) for packed, name in names.items()},
            )
            self._weights.append(NetWeights(layers, readout, gradients))
        return self._weights[k]

    def _layer_weights(self, prefix: str, plan: Plan, gradients: Array) -> LayerWeights:
        values, sums = {}, {}
        for packed, shape in plan.packed.items():
            specs = [spec for spec in plan.parameters if spec.packed == packed]
            offset = self.parameters.entries[f"{prefix}.{specs[0].name}"].offset
            size = int(np.prod(shape))
            values[packed] = self.parameters.values[offset : offset + size].reshape(shape)
            sums[packed] = gradients[offset : offset + size].reshape(shape)
        return LayerWeights(values, sums)

    # -- running -----------------------------------------------------------------------------------------------

    def forward(self, inputs: Array, start: States | None = None, window: Window = None) -> tuple[np.ndarray, States]:
        """Raw scores [T, B, O] ([1, B, O] when `at` is "last") for inputs [T, B, D], and the final state of all
        memories. window: which steps of which sequence these are, for interventions."""
        T, B, _ = inputs.shape
        run = self._pass(T, B, False, window)
        scores = run.forward(inputs, start)
        return to_numpy(scores).transpose(0, 2, 1).copy(), run.final()

    def train_step_gradient(
        self,
        batch: Batch,
        start: States | None = None,
        draw: tuple[int, ...] = (0,),
        window: Window = None,
        later: bool = False,
    ) -> tuple[Any, States]:
        """The loss of the batch; `parameters.gradients` are filled by BPTT over all its steps. Also the final state.

        draw: numbers that name this very step; with the seed they decide what dropout leaves out. window: see
        `forward`. later: give the loss as the engine does, perhaps to be read when it is there.
        """
        with self.room(batch):
            self.begin_gradient(batch, start, draw, window)()
            return self.end_gradient(later)

    def room(self, batch: Batch) -> AbstractContextManager[None]:
        """Around the gradient of such a batch: raises BadInput where the engine has too little memory for it."""
        T, B, _ = batch.inputs.shape
        return self.engine.roomy(self._directions([plans[0] for plans in self._touched]), T, B, self.dtype)

    def begin_gradient(
        self, batch: Batch, start: States | None = None, draw: tuple[int, ...] = (0,), window: Window = None
    ) -> Callable[[], None]:
        """`train_step_gradient` in three parts: this one; calling what it returns, perhaps together with that of other
        networks (`Engine.together`); and `end_gradient`."""
        T, B, _ = batch.inputs.shape
        self._at_work = self._pass(T, B, False, window)
        dropout = stream(self.seed, "dropout", *draw) if self.drops else None
        return self._at_work.train(batch.inputs, batch.targets, batch.mask, start, dropout)

    def end_gradient(self, later: bool = False) -> tuple[Any, States]:
        """See `begin_gradient` and `train_step_gradient`."""
        loss = self._at_work.trained()
        if self.parameters.trainable is not None:
            self.parameters.gradients *= self.parameters.trainable
        return loss if later else float(loss), self._at_work.final()

    def evaluate(
        self, batch: Batch, free: bool = False, breathe: Callable[[], None] = lambda: None
    ) -> tuple[float, np.ndarray]:
        """Loss and raw scores [T, B, O] (NaN before the last step when `at` is "last"), without gradients. free:
        without interventions. breathe: called between two parts of the batch, where others may use the network."""
        test = Evaluation(self, batch, free)
        for part in test.parts:
            test.begin(part)()
            test.end()
            breathe()
        return test.loss, test.scores

    def test_pass(self, T: int, B: int, free: bool) -> Pass:
        """Ready to run over T steps of B sequences, from zero states. free: without interventions."""
        return self._pass(T, B, False, free=free)

    @contextmanager
    def watched(self, batch: Batch, free: bool = False) -> Iterator[tuple[Pass, float]]:
        """The network run forward over a batch, with every node's values and gradients to be seen; and its loss.

        `d_scores` holds the gradient of the batch's loss; who asks something else writes it there before `backward`.
        At the end the gradients of the parameters are what they were.
        """
        T, B, _ = batch.inputs.shape
        run = self._pass(T, B, True, free=free)
        kept = self.parameters.gradients.copy()
        run.forward(batch.inputs, None)
        loss = run.loss(batch.targets, batch.mask, backward=True)
        try:
            yield run, loss
        finally:
            self.parameters.gradients[...] = kept

    def _directions(self, plans: list[Plan]) -> list[Plan]:
        """One plan for each time that a layer is run."""
        return [plan for layer, plan in zip(self.net.layers, plans, strict=True) for _ in prefixes(layer)]

    def _pass(self, T: int, B: int, watch: bool, window: Window = None, free: bool = False) -> Pass:
        """Ready to run over T steps of B sequences, with the interventions unless it is `free` of them."""
        free = free or self._touched is self._plans
        key = (T, B, watch, free)
        run = self._passes.pop(key, None)
        if run is None:
            alike = [other for other in self._passes if other[2] == watch]
            for other in alike[: len(alike) + 1 - (MOST_WATCHED if watch else MOST_PASSES)]:
                del self._passes[other]
            run = self._made(T, B, watch, free)
        self._passes[key] = run  # the last used stands last
        if not free:
            run.clamp(self.changes, *(window or (0, T)))
        return run

    def seen_plans(self, free: bool = False) -> list[tuple[Plan, Plan]]:
        """What a pass is made of, with the interventions unless it is `free` of them: another list, another pass."""
        return self._plans if free else self._touched

    def own_pass(self, T: int, B: int, free: bool = False) -> Pass:
        """A pass that shows all values, with buffers that nobody else writes to. Weights' gradients need not be there
        after its way back."""
        return self._made(T, B, True, free, learn=False)

    def _made(self, T: int, B: int, watch: bool, free: bool, learn: bool = True) -> Pass:
        plans = [plans[watch] for plans in self.seen_plans(free)]
        with self.engine.roomy(self._directions(plans), T, B, self.dtype, watch):
            return Pass(self.engine, self.net.layers, plans, self._share, self.loss_kind, self.at, T, B, watch, learn)


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
