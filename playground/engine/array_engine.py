"""Runs the array code of a plan with an array library: NumPy on the CPU, CuPy on the GPU, the same source."""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from playground.compiler.array_code import ArrayCode, View, emit
from playground.compiler.plan import Plan
from playground.engine.threads import set_threads, threads_for

Array = Any  # of NumPy or of CuPy


class ArrayEngine:
    """name: "numpy" or "cupy". xp: the array library. threads: of the CPU's matrix products."""

    def __init__(self, name: str, xp: ModuleType) -> None:
        self.name, self.xp = name, xp
        self.threads = 0
        self.reserve(0)

    def reserve(self, multiplications: int) -> None:
        """Make ready for networks whose largest product in a step has so many multiplications.

        Called before anything runs, with what the document says: the number of threads, and with it the last bits of
        every sum, depends on nothing else.
        """
        threads = threads_for(multiplications)
        if threads > self.threads:
            self.threads = threads
            set_threads(threads)

    def build(
        self,
        plan: Plan,
        weights: Mapping[str, Array],
        gradients: Mapping[str, Array],
        steps: int,
        batch: int,
        *,
        x: Array | None = None,
        want_input_gradient: bool = False,
        keep_all: bool = False,
        dtype: str = "float32",
    ) -> "CellRunner":
        """A plan made ready for T = `steps` and B = `batch`.

        weights and gradients: packed name → array of `plan.packed[name]`'s shape; they are read and written in place.
        x: [T, D, B], an existing array to read the input from (the layer below); otherwise `CellRunner.x` is made.
        """
        return CellRunner(self.xp, plan, weights, gradients, steps, batch, x, want_input_gradient, keep_all, dtype)


class CellRunner:
    """Buffers and compiled functions of one layer for fixed T and B, allocated once.

    x: [T, D, B] input, to be filled by the caller unless it was given. output: [T, n, B]. d_out: [T, n, B],
    ∂L/∂output, to be filled before `backward`. d_x: [T, D, B] or None. code: the source that runs.
    """

    def __init__(
        self,
        xp: ModuleType,
        plan: Plan,
        weights: Mapping[str, Array],
        gradients: Mapping[str, Array],
        steps: int,
        batch: int,
        x: Array | None,
        want_input_gradient: bool,
        keep_all: bool,
        dtype: str,
    ) -> None:
        self.xp, self.plan, self.T, self.B = xp, plan, steps, batch
        self.code: ArrayCode = emit(plan, want_input_gradient, keep_all)
        self._weights = weights
        stored = {
            name: xp.zeros((steps + extra, size, batch), dtype) for name, (extra, size) in self.code.stored.items()
        }
        if x is not None:
            assert x.shape == (steps, plan.inputs, batch), (x.shape, (steps, plan.inputs, batch))
            stored["x"] = x
        self._stored = stored
        arrays: dict[str, Array] = dict(stored)
        arrays.update({name: xp.zeros((size, batch), dtype) for name, size in self.code.scratch.items()})
        arrays.update({name: xp.zeros((size, steps, batch), dtype) for name, size in self.code.flat.items()})
        for variable, packed in self.code.weights.items():
            arrays[variable] = gradients[packed[2:]] if packed.startswith("d:") else weights[packed]
        functions = array_functions(xp)
        self._forward = self._bind(self.code.forward, "forward", arrays, functions, self.code.forward_steps)
        self._backward = self._bind(self.code.backward, "backward", arrays, functions, self.code.backward_steps)
        self.x, self.d_out, self.d_x = stored["x"], stored["d_out"], stored.get("d_x")
        parts = [self.series(name) for name in plan.outputs]
        self._joined = None if len(parts) == 1 else xp.zeros((steps, plan.output_size, batch), dtype)
        self.output = parts[0] if self._joined is None else self._joined

    def _bind(
        self, source: str, name: str, arrays: dict[str, Array], functions: dict[str, Any], steps: list[str]
    ) -> Callable[[], None]:
        # The text was printed by `emit` from a checked plan: its names match NODE_ID and everything else is ours.
        space: dict[str, Any] = dict(functions)
        exec(compile(source, f"<{self.plan.cell}: {name}>", "exec"), space)
        function = space[name]
        wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
        bound = {argument: arrays[argument] for argument in wanted if argument != "steps"}
        views = [self.code.views[step] for step in steps]
        bound["steps"] = [tuple(self._view(view, t) for view in views) for t in range(self.T)]
        return lambda: function(**bound)

    def _view(self, view: View, t: int) -> Array:
        return self._stored[view.storage][t + view.late, view.start : view.stop]

    def series(self, name: str) -> Array:
        """A stored value over all steps, a view [T, size, B]. Raises KeyError for one that is not stored."""
        storage, late, start, stop = self.code.series[name]
        return self._stored[storage][late : late + self.T, start:stop]

    def forward(self, start: Mapping[str, Array] | None = None) -> Array:
        """Run over `x`; start: memory → [size, B] to begin with, where not its own start value. Returns `output`."""
        for slot in self.plan.memories:
            storage, _, low, high = self.code.series[slot.name]
            first = self._stored[storage][0, low:high]
            given = None if start is None else start.get(slot.name)
            if given is not None:
                first[...] = given
            elif isinstance(slot.start, str):
                first[...] = self._weights[slot.start][:, None]
            else:
                first[...] = slot.start
        with np.errstate(all="ignore"):  # what overflows is found, and named, by the trainer
            self._forward()
        if self._joined is not None:
            self.xp.concatenate([self.series(name) for name in self.plan.outputs], axis=1, out=self._joined)
        return self.output

    def final(self) -> dict[str, Array]:
        """memory → the value it would have at step T, a copy [size, B]."""
        result = {}
        for slot in self.plan.memories:
            storage, _, low, high = self.code.series[slot.name]
            result[slot.name] = self._stored[storage][self.T, low:high].copy()
        return result

    def backward(self) -> None:
        """From `d_out`: fills the gradients of all weights (not added to what was there) and `d_x`."""
        with np.errstate(all="ignore"):
            self._backward()


def array_functions(xp: ModuleType) -> dict[str, Any]:
    """What the emitted code calls, for one array library."""

    def sigmoid(a: Array, out: Array) -> None:
        # by way of tanh, which overflows nowhere
        xp.multiply(a, 0.5, out=out)
        xp.tanh(out, out=out)
        xp.multiply(out, 0.5, out=out)
        xp.add(out, 0.5, out=out)

    def softplus(a: Array, out: Array) -> None:
        xp.logaddexp(a, xp.zeros((), out.dtype), out=out)

    def positive(a: Array, out: Array) -> None:
        xp.greater(a, 0.0, out=out)

    def at_least(a: Array, b: Array, out: Array) -> None:
        xp.greater_equal(a, b, out=out)

    names = ("add", "subtract", "multiply", "divide", "maximum", "minimum", "negative", "exp", "expm1", "tanh")
    return {
        **{name: getattr(xp, name) for name in (*names, "matmul", "copyto")},
        "total": xp.sum,
        "sigmoid": sigmoid,
        "softplus": softplus,
        "positive": positive,
        "at_least": at_least,
    }
