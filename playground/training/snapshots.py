"""Moments of a run that one can go back to: the networks' weights at chosen steps, dense where the loss moves.

Which steps. A run draws a curve of ln(smoothed loss) against ln(1 + step); the way from one moment to the next along it
is the change of the one plus that of the other (of several networks the loss that changed most). A step becomes a
moment when it is at least a `grain` away from the last one, and so the first steps and every fall of the loss have many
and a plateau few. When there are more than there is room for, the moment goes whose two neighbours are nearest to each
other along the curve. The first, the newest and those that somebody looks at stay.

Late in a run not every step is asked, but one in a thousandth of all so far: the loss is an average of a hundred there.

With N moments on a curve of length L no two neighbours are then further apart than 2 L / (N − 1), unless the way from
one step that is asked to the next went further; the grain, L / N, keeps the number of copies that are made for nothing
small. All this depends on the losses alone: the same run keeps the same moments (but for a device whose losses are read
several steps at a time).
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from playground.network.optimizers import make_optimizer
from playground.network.parameters import Parameters
from playground.training.state import host
from playground.training.trainer import Trainer

BUDGET = 64 << 20  # bytes of all moments
MOST = 256  # moments
EXACT = 16  # with fewer than so many there would be too few to look back on: then without the optimizers' memory
FEWEST = 3  # first, newest, and one between
GRAIN = 0.02
WINDOW, LONGEST = 20, 100  # the loss is averaged over about a 20th of all steps so far, of at most 100 steps
ASKED = 1000  # of so many steps as were made so far, one is asked whether it is to be a moment
LEAST = 1e-12  # a smaller loss counts as this one

Layout = tuple[tuple[str, int, tuple[int, ...]], ...]  # name, offset and shape of every parameter


@dataclass(frozen=True)
class NetState:
    """One network. values: [P], laid out as `layout` says. memory: the optimizer's, laid out alike, {} where it was not
    kept. carried: the state along a stream. seconds: that its own training took."""

    layout: Layout
    values: NDArray
    memory: Mapping[str, NDArray]
    carried: tuple[NDArray, ...] | None = None
    rows: int = 0
    seconds: float = float("nan")

    @property
    def size(self) -> int:
        """Bytes."""
        arrays = [self.values, *self.memory.values(), *(self.carried or ())]
        return sum(array.nbytes for array in arrays)


@dataclass(frozen=True)
class Moment:
    """The networks after `step` steps. at: ln(1 + step) and each network's ln(smoothed loss). way: along the curve from
    the first moment to this one."""

    step: int
    seconds: float
    sequences: int
    at: tuple[float, ...]
    way: float
    states: tuple[NetState, ...]


class Moments:
    """All moments of one run. Steps rise."""

    def __init__(self, budget: int = BUDGET, most: int = MOST) -> None:
        self._budget, self._most = budget, most
        self.kept: list[Moment] = []
        self.changes = 0  # counts what happened to the list
        self.clear()

    def clear(self) -> None:
        """Another run, or the same from its beginning."""
        self.kept = []
        self.limit = self._most
        self.exact = True  # a moment holds all that a run needs to go on from there with the same bits
        self._smooth: list[float] = []
        self._far, self._near = 0.0, list[tuple[float, float]]()
        self._pinned: set[int] = set()
        self.changes += 1

    @property
    def steps(self) -> tuple[int, ...]:
        return tuple(moment.step for moment in self.kept)

    def nearest(self, step: int) -> Moment | None:
        """The moment nearest to a step, None where there is none."""
        return min(self.kept, key=lambda moment: abs(moment.step - step), default=None)

    def pin(self, steps: Collection[int]) -> None:
        """These are looked at: they stay."""
        self._pinned = set(steps)

    # -- taking ---------------------------------------------------------------------------------------------------

    def after_step(self, trainers: Sequence[Trainer], losses: Sequence[float], seconds: float, sequences: int) -> bool:
        """A training step was made: follow the loss, and keep the networks when it is worth it. Returns whether they
        were kept."""
        step = trainers[0].steps
        self.follow_loss(step, losses)
        if not self.limit or step % (1 + step // ASKED) or self._is_near(step):
            return False
        if self.kept and self._way(self.kept[-1].at, self._at(step)) < self.grain:
            return False
        self.take(trainers, seconds, sequences)
        return True

    def _is_near(self, step: int) -> bool:
        """Whether neither part of the way is half a grain long: most steps of a long run are done with this."""
        if step >= self._far:
            return False
        # of a moment before the first loss (of a run that goes on from a checkpoint) only the step is known
        for loss, (low, high) in zip(self._smooth, self._near, strict=False):  # noqa: SIM110 - of every step; twice as fast
            if not low < loss < high:
                return False
        return True

    def _look_around(self, step: int) -> None:
        """How far a step and the losses may go from here to be near."""
        half = math.exp(self.grain / 2)
        self._far = (1 + step) * half - 1
        self._near = [(max(loss, LEAST) / half, max(loss, LEAST) * half) for loss in self._smooth]

    @property
    def grain(self) -> float:
        """How far a moment is from the last one at least."""
        return max(GRAIN, self.kept[-1].way / self.limit) if self.kept and self.limit else GRAIN

    def take(self, trainers: Sequence[Trainer], seconds: float, sequences: int) -> None:
        """Keep the networks as they are now; a moment of the same step is replaced."""
        step = trainers[0].steps
        if not self.limit:
            return
        states = tuple(_copy(trainer, self.exact, self._layout(i)) for i, trainer in enumerate(trainers))
        if not self.kept:
            states = self._make_room(states)
            if not self.limit:
                return
        else:
            size = max(1, sum(state.size for state in states))  # carried states, another optimizer: it may have grown
            self.limit = min(self.limit, max(FEWEST, self._budget // size))
            if self.kept[-1].step >= step:
                self.kept.pop()
        at, way = self._at(step), 0.0
        if self.kept:
            way = self.kept[-1].way + self._way(self.kept[-1].at, at)
        self.kept.append(Moment(step, seconds, sequences, at, way, states))
        self.changes += 1
        self._look_around(step)
        while len(self.kept) > self.limit:
            self._thin()

    def _make_room(self, states: tuple[NetState, ...]) -> tuple[NetState, ...]:
        """How many there can be, and whether with the optimizers' memory."""
        size = max(1, sum(state.size for state in states))
        if self._budget // size < EXACT:
            self.exact = False
            states = tuple(replace(state, memory={}) for state in states)
            size = max(1, sum(state.size for state in states))
        self.limit = min(self._most, self._budget // size)
        if self.limit < FEWEST:
            self.limit = 0
        return states

    def _layout(self, place: int) -> Layout:
        """Of this network in the newest moment, to be shared."""
        states = self.kept[-1].states if self.kept else ()
        return states[place].layout if place < len(states) else ()

    def _thin(self) -> None:
        kept = self.kept
        inner = [i for i in range(1, len(kept) - 1) if kept[i].step not in self._pinned]
        del kept[min(inner or [1], key=lambda i: kept[i + 1].way - kept[i - 1].way)]

    def follow_loss(self, step: int, losses: Sequence[float]) -> None:
        """The losses of a step, whether it may become a moment or not."""
        if len(self._smooth) != len(losses):
            self._smooth = [math.nan] * len(losses)
        share = 1.0 / (1.0 + min(step / WINDOW, LONGEST))
        smooth = self._smooth
        for i, loss in enumerate(losses):
            after = smooth[i] + share * (loss - smooth[i])
            if math.isfinite(after):
                smooth[i] = after
            elif math.isfinite(loss):  # the first one that is
                smooth[i] = loss

    def _at(self, step: int) -> tuple[float, ...]:
        return (math.log1p(step), *[math.log(max(loss, LEAST)) for loss in self._smooth])

    @staticmethod
    def _way(before: tuple[float, ...], after: tuple[float, ...]) -> float:
        moved = [abs(b - a) for a, b in zip(before[1:], after[1:], strict=False)]
        return abs(after[0] - before[0]) + max((way for way in moved if math.isfinite(way)), default=0.0)

    # -- what the document changes -----------------------------------------------------------------------------------

    def follow(self, trainers: Sequence[Trainer], sources: Sequence[int]) -> None:
        """The networks are others: network i was number sources[i] before, or none (-1). Moments that do not fit them
        any more go."""
        kept = []
        for moment in self.kept:
            if all(0 <= source < len(moment.states) for source in sources):
                states = tuple(moment.states[source] for source in sources)
                losses = [moment.at[1 + source] for source in sources] if len(moment.at) > 1 else []
                kept.append(replace(moment, states=states, at=(moment.at[0], *losses)))
        self.kept = [moment for moment in kept if fits(trainers, moment)]
        if self._smooth:
            self._smooth = [self._smooth[s] if 0 <= s < len(self._smooth) else math.nan for s in sources]
        if not self.kept:
            self.limit, self.exact = self._most, True  # other networks have another size
        self._far = 0.0
        self.changes += 1

    def cut(self, step: int) -> None:
        """Forget what was after a step."""
        self.kept = [moment for moment in self.kept if moment.step <= step]
        if self.kept:
            losses = self.kept[-1].at[1:]
            self._smooth = [math.exp(loss) for loss in losses]
        self._far = 0.0
        self.changes += 1


# -- networks and moments ---------------------------------------------------------------------------------------------


def _copy(trainer: Trainer, exact: bool, layout: Layout) -> NetState:
    """layout: one to share, if it is the same."""
    parameters = trainer.network.parameters
    now = layout_of(parameters)
    memory = {name: host(array) for name, array in trainer.optimizer.arrays().items()} if exact else {}
    carried = None if trainer.carried is None else tuple(host(state) for state in trainer.carried)
    layout = layout if layout == now else now
    return NetState(layout, host(parameters.values), memory, carried, trainer.carried_rows, trainer.seconds)


def layout_of(parameters: Parameters) -> Layout:
    """Where each parameter lies."""
    return tuple((entry.name, entry.offset, entry.shape) for entry in parameters.entries.values())


def fits(trainers: Sequence[Trainer], moment: Moment) -> bool:
    """Whether these networks have the very parameters that the moment has."""

    def named(layout: Layout) -> set[tuple[str, tuple[int, ...]]]:
        return {(name, shape) for name, _, shape in layout}

    return len(trainers) == len(moment.states) and all(
        named(layout_of(trainer.network.parameters)) == named(state.layout)
        for trainer, state in zip(trainers, moment.states, strict=True)
    )


@contextmanager
def shown(trainers: Sequence[Trainer], moment: Moment) -> Iterator[None]:
    """Inside, the networks have the weights of a moment, to be looked at; afterwards their own again, bit by bit."""
    own = [trainer.network.parameters.values.copy() for trainer in trainers]
    try:
        for trainer, state in zip(trainers, moment.states, strict=True):
            _put_values(trainer, state)
        yield
    finally:
        for trainer, values in zip(trainers, own, strict=True):
            trainer.network.parameters.values[...] = values


def restore(trainers: Sequence[Trainer], moment: Moment) -> None:
    """The networks and their optimizers go on from a moment. An optimizer whose memory was not kept, or that is of
    another kind now, begins afresh."""
    for trainer, state in zip(trainers, moment.states, strict=True):
        _put_values(trainer, state)
        arrays = trainer.optimizer.arrays()
        if arrays.keys() == state.memory.keys():
            trainer.optimizer.load({name: _laid_out(trainer, state, state.memory[name]) for name in arrays})
        else:
            trainer.optimizer = make_optimizer(trainer.training.optimizer, trainer.network.parameters)
        trainer.steps, trainer.seconds = moment.step, state.seconds
        sizes = [slot.size for plan in trainer.network.plans().values() for slot in plan.memories]
        alike = [array.shape for array in state.carried or ()] == [(size, state.rows) for size in sizes]
        trainer.carried, trainer.carried_rows = (state.carried, state.rows) if alike else (None, 0)


def _put_values(trainer: Trainer, state: NetState) -> None:
    values = _laid_out(trainer, state, state.values)
    trainer.network.parameters.values[...] = trainer.engine.xp.asarray(values)


def _laid_out(trainer: Trainer, state: NetState, flat: NDArray) -> NDArray:
    """An array of a moment as the network's own arrays are laid out, which an engine may have changed."""
    parameters = trainer.network.parameters
    if flat.shape != (parameters.count,) or layout_of(parameters) == state.layout:
        return flat
    moved = np.empty_like(flat)
    places = {name: offset for name, offset, _ in state.layout}
    for name, entry in parameters.entries.items():
        moved[entry.offset : entry.offset + entry.size] = flat[places[name] : places[name] + entry.size]
    return moved
