"""The power lab's measurements: one network at many sizes on every engine. No Qt in here."""

import itertools
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Literal

from msgspec.structs import replace

from playground.engine import choose
from playground.errors import BadInput
from playground.network.network import find_cell
from playground.timing.operations import count
from playground.timing.plain import PlainStep
from playground.timing.work import TrainingStep, Work, times_of

Against = Literal["units", "batch", "length"]
PLAIN = "plain"  # beside the engines' names: NumPy without vectorising
SECONDS = 0.12  # of steps for one point
LONGEST = 1.5  # seconds that one step of a point may take, as far as that can be told from smaller ones
PASSES = 3
GRIDS: dict[Against, tuple[int, ...]] = {
    "units": (2, 4, 8, 16, 32, 64, 128, 256, 512),
    "batch": (1, 2, 4, 8, 16, 32, 64, 128, 256),
    "length": (4, 8, 16, 32, 64, 128, 256, 512, 1024),
}


@dataclass(frozen=True)
class Point:
    """One measurement: `engine` at `value` of the size that varies."""

    engine: str
    value: int


@dataclass(frozen=True)
class Timed:
    """seconds: of one training step. operations: of its matrix products. rows: sequences in it."""

    seconds: float
    operations: float
    rows: int


def value_of(work: Work, against: Against) -> int:
    """The experiment's own size. Units are those of the widest layer."""
    if against == "units":
        return max(layer.units for layer in work.net.layers)
    return work.training.batch if against == "batch" else work.steps


def varied(work: Work, against: Against, value: int) -> Work:
    """The same work at another size; every layer gets these units. At its own size it is as it was."""
    if value == value_of(work, against):
        return work
    if against == "batch":
        return replace(work, training=replace(work.training, batch=value))
    if against == "length":
        return replace(work, steps=value)
    layers = tuple(replace(layer, units=value) for layer in work.net.layers)
    return replace(work, net=replace(work.net, layers=layers))


def points(work: Work, against: Against, engines: Sequence[str]) -> list[Point]:
    """All that is to be measured, in order: small sizes first, the engines side by side, the experiment's own size
    among them; and all of it again, since a machine does other things now and then."""
    values = sorted({*GRIDS[against], value_of(work, against)})
    once = [Point(engine, value) for value, engine in itertools.product(values, engines)]
    return once * PASSES


class Lab:
    """Held by a process of its own."""

    def measure(self, work: Work, engine: str) -> Timed:
        """The median of some steps. Raises BadInput for a size that the network cannot have."""
        for layer in work.net.layers:
            find_cell(layer.cell, work.cells, "")
        if engine == PLAIN:
            return self._plain(work)
        step = TrainingStep(work, choose(engine))
        operations = count(step.network, work.steps, work.training.batch).products
        step()
        return Timed(statistics.median(times_of(step, SECONDS)), operations, step.rows)

    def _plain(self, work: Work) -> Timed:
        """One sequence after the other takes as many times as long as there are sequences, so a few are enough."""
        step = PlainStep(work, 1)
        operations = count(step.network, work.steps, work.training.batch).products
        seconds = min(times_of(step.gradient, 0.0, 2))
        rows = max(1, min(work.training.batch, int(SECONDS / max(seconds, 1e-6))))
        if rows > 1:
            step = PlainStep(work, rows)
            seconds = statistics.median(times_of(step.gradient, 0.0, 1)) / rows
        update = min(times_of(step, 0.0, 1)) - seconds * rows
        return Timed(seconds * work.training.batch + max(update, 0.0), operations, work.training.batch)


class Results:
    """What was measured of one network against one size: the median of each point's visits."""

    def __init__(self, work: Work, against: Against) -> None:
        self.work, self.against = work, against
        self._found: dict[Point, list[Timed]] = {}
        self.refused: dict[int, str] = {}  # value → why the network cannot have it
        self.left_out: set[Point] = set()

    def add(self, point: Point, timed: Timed) -> None:
        self._found.setdefault(point, []).append(timed)

    def refuse(self, point: Point, problem: BadInput) -> None:
        """The network cannot have this size."""
        self.refused[point.value] = str(problem)

    def worth(self, point: Point) -> bool:
        """Whether a point is to be measured: the network can have the size, and a step will not take too long."""
        if point.value in self.refused or point in self.left_out:
            return False
        if point in self._found:
            return True
        smaller = [
            (p.value, self.seconds(p)) for p in self._found if p.engine == point.engine and p.value < point.value
        ]
        if not smaller:
            return True
        value, seconds = max(smaller)
        if point.engine == PLAIN:  # only a few of its sequences are really timed
            seconds /= value if self.against == "batch" else self.work.training.batch
        long = seconds * (1.0 if point.engine == PLAIN and self.against == "batch" else point.value / value) > LONGEST
        if long and point.value != value_of(self.work, self.against):
            self.left_out.add(point)
            return False
        return True

    def engines(self) -> list[str]:
        """Those that have a point."""
        return list(dict.fromkeys(point.engine for point in self._found))

    def seconds(self, point: Point) -> float:
        """Of one training step. Raises KeyError for a point that was not measured."""
        return statistics.median(timed.seconds for timed in self._found[point])

    def curve(self, engine: str, read: Callable[[Timed], float]) -> tuple[list[int], list[float]]:
        """Values that rise, and what `read` makes of the median step at each."""
        values = sorted(point.value for point in self._found if point.engine == engine)
        made = []
        for value in values:
            point = Point(engine, value)
            made.append(read(replace_seconds(self._found[point][-1], self.seconds(point))))
        return values, made


def replace_seconds(timed: Timed, seconds: float) -> Timed:
    """The same step with another duration."""
    return Timed(seconds, timed.operations, timed.rows)


def crossings(results: Results, one: str, other: str) -> list[tuple[float, str]]:
    """Where two engines are equally fast: (value, who is faster beyond), straight lines between the points on
    logarithmic axes."""
    a, b = (dict(zip(*results.curve(engine, lambda timed: timed.seconds), strict=True)) for engine in (one, other))
    both = sorted(set(a) & set(b))
    found = []
    for low, high in itertools.pairwise(both):
        before, after = log(a[low] / b[low]), log(a[high] / b[high])
        if before * after < 0:
            part = before / (before - after)
            found.append((exp(log(low) + part * (log(high) - log(low))), one if after < 0 else other))
    return found
