"""What every engine's layer has in common: buffers, states that go in and come out, and the doors of the time loop."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from playground.compiler.plan import Plan
from playground.compiler.reach import HOLD, KEEP, VALUE
from playground.engine.actions import Action, Loop, Move, perform

Array = Any  # of NumPy or of CuPy
Series = Mapping[str, tuple[str, int, int, int]]  # value → storage, first slot, first row, last row


@dataclass(frozen=True)
class Setup:
    """What a plan is made ready for: T = `steps` and B = `batch`.

    want_input_gradient: `d_x` as well. keep_all: every value and gradient of every step is stored, to be looked at.
    learn: weights' gradients are summed; an engine may leave that out otherwise, and leaves them as they are then.
    room: sequences that the code is made for, where they are more than B: the shares of a pass have it in common.
    """

    steps: int
    batch: int
    dtype: str = "float32"
    want_input_gradient: bool = False
    keep_all: bool = False
    learn: bool = True
    room: int = 0


class Runner:
    """One layer made ready for fixed T and B; buffers are allocated once.

    x: [T, D, B] input, to be filled by the caller unless the layer reads that of another. output: [T, n, B].
    d_out: [T, n, B], ∂L/∂output, to be filled before `backward`. d_x: [T, D, B] or None.
    stored: name → array [T or T + 1, at least the rows, at least B]. What lies beyond is the engine's own.
    """

    def __init__(
        self,
        xp: ModuleType,
        plan: Plan,
        weights: Mapping[str, Array],
        setup: Setup,
        stored: Mapping[str, Array],
        series: Series,
    ) -> None:
        self.xp, self.plan, self.T, self.B = xp, plan, setup.steps, setup.batch
        self._weights, self._stored, self._series = weights, stored, series
        for name in plan.sizes:
            if name.startswith(KEEP):
                self._fill(name, 1)  # nothing is replaced until somebody says so
        self.x = stored["x"][:, : plan.inputs, : self.B]
        self.d_out = stored["d_out"][:, : plan.output_size, : self.B]
        self.d_x = stored["d_x"][:, : plan.inputs, : self.B] if "d_x" in stored else None
        parts = [self.series(name) for name in plan.outputs]
        self._parts = parts if len(parts) > 1 else []
        self.output = self.zeros(plan.output_size) if self._parts else parts[0]
        self._started: set[str] = set()

    def zeros(self, rows: int) -> Array:
        """An array [T, rows, B] in the engine's own way of storing."""
        return self.xp.zeros((self.T, rows, self.B), self.x.dtype)

    def has(self, name: str) -> bool:
        """Whether a value is stored for every step."""
        return name in self._series

    def series(self, name: str) -> Array:
        """A stored value over all steps, a view [T, size, B]. Raises KeyError for one that is not stored."""
        storage, late, start, stop = self._series[name]
        return self._stored[storage][late : late + self.T, start:stop, : self.B]

    def clamp(self, node: str, keep: Array, value: Array, hold: Array | None = None) -> None:
        """Replace values of a node that the plan lets be clamped, in all sequences, until told otherwise: [T, size]
        each, NumPy's; see `playground.compiler.reach`. Raises KeyError where the plan has no such clamp."""
        self._fill(KEEP + node, keep[:, :, None])
        self._fill(VALUE + node, value[:, :, None])
        if hold is not None:
            self._fill(HOLD + node, hold[:, :, None])

    def _fill(self, name: str, values: Any) -> None:
        """Set a stored value, also in what lies beyond B: what is computed there must be as finite as the rest."""
        storage, late, low, high = self._series[name]
        array = self._stored[storage]
        array[late : late + self.T, low:high] = self.xp.asarray(values, array.dtype)

    def begin(self, start: Mapping[str, Array] | None = None) -> None:
        """Set the memories; start: memory → [size, B] to begin with, where not its own start value."""
        for slot in self.plan.memories:
            given = None if start is None else start.get(slot.name)
            plain = given is None and not isinstance(slot.start, str)
            if plain and slot.name in self._started:
                continue  # nothing but this writes before the first step
            storage, _, low, high = self._series[slot.name]
            first = self._stored[storage][0, low:high]
            if given is not None:
                first[:, : self.B] = given
            else:
                first[...] = self._weights[slot.start][:, None] if isinstance(slot.start, str) else slot.start
            (self._started.add if plain else self._started.discard)(slot.name)

    def ahead(self) -> list[Action]:
        """From `x` to `output`."""
        joins: list[Action] = []
        low = 0
        for part in self._parts:
            joins.append(Move(self.output[:, low : low + part.shape[1]], part))
            low += part.shape[1]
        return [Loop(self), *joins]

    def behind(self) -> list[Action]:
        """From `d_out` to the gradients of all weights (not added to what was there) and `d_x`."""
        return [Loop(self, back=True)]

    def forward(self, start: Mapping[str, Array] | None = None) -> Array:
        """Run over `x`, alone, and return `output`. start: as for `begin`."""
        self.begin(start)
        perform(self.xp, self.ahead())
        return self.output

    def final(self) -> dict[str, Array]:
        """memory → the value it would have at step T, a copy [size, B]."""
        result = {}
        for slot in self.plan.memories:
            storage, _, low, high = self._series[slot.name]
            result[slot.name] = self._stored[storage][self.T, low:high, : self.B].copy()
        return result

    def backward(self) -> None:
        """What `behind` says, alone."""
        perform(self.xp, self.behind())

    def run_forward(self) -> None:
        """The engine's own time loop."""
        raise NotImplementedError

    def run_backward(self) -> None:
        """The engine's own time loop, backward, and the weights' gradients."""
        raise NotImplementedError
