"""Trains one network: windows of a batch, gradient, clip, update. It never lets a value that is not finite through."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.cell.graph import Cell
from playground.engine import Engine
from playground.network.changes import NetChange
from playground.network.look import Look
from playground.network.network import Network
from playground.network.optimizers import make_optimizer, scheduled_rate
from playground.network.spec import Net, Training
from playground.network.traces import NetTraces
from playground.tasks.base import Batch, Task
from playground.training.finite import NotFinite, locate

States = tuple[NDArray, ...] | None
LARGE = 1.0  # an update whose rate times norm is beyond this could overflow, so it is made on trial


@dataclass(frozen=True)
class StepResult:
    """loss: mean over the targets of the batch, before its updates. gradient_norm: ‖g‖₂ before clipping, the largest of
    the batch's windows. learning_rate: what the schedule gave. unread: the windows of a step whose loss and norm are
    not known yet, see `playground.training.later`."""

    loss: float
    gradient_norm: float
    learning_rate: float
    unread: tuple["Unread", ...] = ()


@dataclass(frozen=True)
class Unread:
    """loss, norm: a window's, to be read later. targets: how many of it counted. window: its number, from 1."""

    loss: Any
    norm: Any
    targets: float
    window: int


@dataclass
class _Pending:
    """What one batch has given so far. targets: how many counted; counted: of the window. window: the number of the one
    at work. offset: the
    step of the sequence where the next one begins. length: of the sequence. later: whether the device judges, and its
    numbers are read later."""

    states: States = None
    norm: float = 0.0
    largest: float = 0.0
    loss: float = 0.0
    targets: float = 0.0
    counted: float = 0.0
    update: bool = False
    rows: int = 0
    window: int = 0
    offset: int = 0
    length: int = 0
    later: bool = False
    unread: tuple[Unread, ...] = ()


def windows(batch: Batch, length: int) -> list[Batch]:
    """The batch cut into windows of `length` time steps, the last one perhaps shorter; 0: the whole batch."""
    T = batch.inputs.shape[0]
    if not 0 < length < T:
        return [batch]
    cuts = [slice(begin, begin + length) for begin in range(0, T, length)]
    return [Batch(batch.inputs[cut], batch.targets[cut], batch.mask[cut]) for cut in cuts]


class Trainer:
    """One network with its optimizer and the state it carries along a stream.

    seconds: that its own gradients and updates took, NaN where that cannot be told (a device that is not waited for).
    alone: that its gradient of a window took when it was last computed by itself. `step` does everything for one batch.
    A race (`playground.training.side_by_side`) calls `begin`, then for each window `gradient` (or its parts `prepare`
    and `conclude`, with the work in between) and `update`, then `finish`, so that no contestant is updated when another
    one's gradient is not finite.
    """

    def __init__(
        self, net: Net, cells: Mapping[str, Cell], task: Task, training: Training, engine: Engine, seed: int
    ) -> None:
        """Raises BadInput for a network that cannot be built."""
        self.net = net
        self.task = task
        self.training = training
        self.engine = engine
        self.network = Network(net, cells, task.facts, training, engine)
        self.network.initialise(seed)
        self.optimizer = make_optimizer(training.optimizer, self.network.parameters)
        self.steps = 0
        self.seconds = 0.0
        self.alone = math.nan
        self.carried: States = None
        self.carried_rows = 0
        self._pending = _Pending()
        self._looks = {free: Look(self.network, free) for free in (False, True)}

    @property
    def name(self) -> str:
        return self.net.name

    def step(self, batch: Batch) -> StepResult:
        """One training step: for each window with a target, forward, BPTT, clip, update.

        Raises NotFinite, and then the network is as it was before the window at fault.
        """
        self.begin(batch)
        parts = windows(batch, self.training.truncate)
        for number, window in enumerate(parts, 1):
            self.gradient(window, number == len(parts))
            self.update()
        return self.finish()

    def begin(self, batch: Batch, later: bool = False) -> None:
        """Get ready for a batch. Carried states go on only along a stream with the same number of rows. later: leave
        to the device whether all is finite (then nothing is raised), and give results that are yet to be read."""
        length, rows, _ = batch.inputs.shape
        states = self.carried if rows == self.carried_rows else None
        self._pending = _Pending(states=states, rows=rows, length=length, later=later)

    def gradient(self, window: Batch, last: bool = True) -> None:
        """Forward and back through one window; nothing of the network changes but its gradients.

        last: whether it is the end of the batch, where a readout "at the last step" is asked. Raises NotFinite.
        """
        began = time.perf_counter()
        with self.network.room(window), np.errstate(over="ignore", invalid="ignore"):
            work = self.prepare(window, last)
            if work is not None:
                work()
                self.conclude(window)
                self.alone = time.perf_counter() - began

    def prepare(self, window: Batch, last: bool = True) -> Callable[[], None] | None:
        """The first part of `gradient`. Returns the work that comes before `conclude`; None where nothing is learned
        from the window, and all is done."""
        pending = self._pending
        pending.window += 1
        place = (pending.offset, pending.length)
        pending.offset += window.inputs.shape[0]
        if self.network.at == "last":
            targets = float(window.mask[-1].sum()) if last else 0.0
        else:
            targets = float(window.mask.sum())
        pending.update = targets > 0
        if not pending.update:
            _, pending.states = self.network.forward(window.inputs, pending.states, place)
            return None
        pending.counted = targets
        return self.network.begin_gradient(window, pending.states, (self.steps, pending.window), place)

    def conclude(self, window: Batch) -> None:
        """The last part of `gradient`. Raises NotFinite."""
        pending, targets = self._pending, self._pending.counted
        loss, pending.states = self.network.end_gradient(pending.later)
        if pending.later:
            norm = self.optimizer.judge(loss, self.training.clip_norm)
            pending.unread += (Unread(loss, norm, targets, pending.window),)
            return
        self._refuse(math.isfinite(loss), "loss", window)
        pending.norm = self.optimizer.clip(self.training.clip_norm)
        self._refuse(math.isfinite(pending.norm), "gradient", window)
        pending.largest = max(pending.largest, pending.norm)
        pending.loss += loss * targets
        pending.targets += targets

    def update(self) -> None:
        """Let the optimizer use the gradient. Raises NotFinite and takes the update back when the weights overflow."""
        if not self._pending.update:
            return
        if self._pending.later:
            self.optimizer.step_if_sound(self.rate)
            return
        rate, training = self.rate, self.training
        norm = min(self._pending.norm, training.clip_norm) if training.clip_norm else self._pending.norm
        if rate * max(1.0, norm, training.optimizer.weight_decay) <= LARGE:
            self.optimizer.step(rate)
            return
        values = self.network.parameters.values
        weights = values.copy()
        arrays = {name: array.copy() for name, array in self.optimizer.arrays().items()}
        with np.errstate(over="ignore", invalid="ignore"):
            self.optimizer.step(rate)
            after = [values, *self.optimizer.arrays().values()]
            finite = all(math.isfinite(float(abs(array).max())) for array in after)
        if not finite:
            values[...] = weights
            self.optimizer.load(arrays)
            self._refuse(False, "weights", None)

    def finish(self) -> StepResult:
        """Count the step and keep the state where the next batch goes on."""
        pending = self._pending
        loss = pending.loss / pending.targets if pending.targets else math.nan
        result = StepResult(loss, pending.largest, self.rate, pending.unread)
        self.steps += 1
        self.carried = pending.states if self.task.facts.stream else None
        self.carried_rows = pending.rows
        return result

    def timed(self, act: Callable[..., Any], *arguments: Any) -> Any:
        """Do it, and count the seconds. Returns what it returns."""
        began = time.perf_counter()
        found = act(*arguments)
        self.seconds += math.nan if self._pending.later else time.perf_counter() - began
        return found

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return scheduled_rate(self.training.schedule, self.training.optimizer.learning_rate, self.steps)

    def probe(self, batch: Batch, free: bool = False) -> NetTraces:
        """Traces over one sequence (B = 1). free: without interventions."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self.look(free).at(batch).traces(self.name)

    def look(self, free: bool = False) -> Look:
        """The one that all look through. free: at the network without interventions."""
        return self._looks[free]

    def evaluate(
        self, batch: Batch, free: bool = False, breathe: Callable[[], None] = lambda: None
    ) -> tuple[float, dict[str, float]]:
        """Loss and metrics; changes nothing. free: without interventions. breathe: called now and then."""
        with np.errstate(over="ignore", invalid="ignore"):
            loss, outputs = self.network.evaluate(batch, free, breathe)
        return self.measured(loss, outputs, batch)

    def measured(self, loss: float, outputs: NDArray, batch: Batch) -> tuple[float, dict[str, float]]:
        """Loss and metrics of what the network makes of a batch."""
        return float(loss), self.task.metrics(outputs, batch)

    def reach_into(self, changes: tuple[NetChange, ...]) -> None:
        """Go on with these interventions, which fit, in place of those before. Weights, optimizer and carried state
        stay; a hidden memory of what is held begins at 0."""
        before = self._slots()
        self.network.reach_into(changes)
        if self.carried is not None and self._slots() != before:
            known = dict(zip(((layer, name) for layer, name, _ in before), self.carried, strict=True))
            zeros = {(layer, name): np.zeros((size, self.carried_rows)) for layer, name, size in self._slots()}
            self.carried = tuple(known.get(slot, start) for slot, start in zeros.items())

    def _slots(self) -> list[tuple[str, str, int]]:
        """(layer, memory, size) of all that is carried, in order."""
        return [(layer, slot.name, slot.size) for layer, plan in self.network.plans().items() for slot in plan.memories]

    def reset(self, seed: int) -> None:
        """The very same initial weights, a fresh optimizer, step 0."""
        self.network.initialise(seed)
        self.optimizer = make_optimizer(self.training.optimizer, self.network.parameters)
        self.steps = 0
        self.seconds = 0.0
        self.carried = None

    def retune(self, training: Training) -> None:
        """New settings for the running net. The optimizer keeps its state unless it is another kind."""
        if training.optimizer.kind == self.training.optimizer.kind:
            self.optimizer.retune(training.optimizer)
        else:
            self.optimizer = make_optimizer(training.optimizer, self.network.parameters)
        self.training = training

    def _refuse(self, finite: bool, quantity: str, window: Batch | None) -> None:
        if not finite:
            raise self.not_finite(quantity, window)

    def not_finite(self, quantity: str, window: Batch | None) -> NotFinite:
        """What to say of the step at hand; window: where to look for the first number that was not finite."""
        origin = None if window is None else locate(self.probe, window)
        return NotFinite(self.name, self.steps + 1, quantity, origin)
