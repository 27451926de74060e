"""Runs the array code of a plan with an array library: NumPy on the CPU, CuPy on the GPU, the same source."""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from playground.compiler.array_code import ArrayCode, View, emit
from playground.compiler.plan import Plan
from playground.engine.runner import Runner
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
    ) -> Runner:
        """A plan made ready for T = `steps` and B = `batch`.

        weights and gradients: packed name → array of `plan.packed[name]`'s shape; they are read and written in place.
        x: [T, D, B], an existing array to read the input from (the layer below); otherwise `Runner.x` is made.
        """
        return CellRunner(self.xp, plan, weights, gradients, steps, batch, x, want_input_gradient, keep_all, dtype)


class CellRunner(Runner):
    """Array code with its buffers. code: the source that runs."""

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
        self.code: ArrayCode = emit(plan, want_input_gradient, keep_all)
        stored = {
            name: xp.zeros((steps + extra, size, batch), dtype) for name, (extra, size) in self.code.stored.items()
        }
        if x is not None:
            assert x.shape == (steps, plan.inputs, batch), (x.shape, (steps, plan.inputs, batch))
            stored["x"] = x
        super().__init__(xp, plan, weights, steps, batch, stored, self.code.series)
        arrays: dict[str, Array] = dict(stored)
        arrays.update({name: xp.zeros((size, batch), dtype) for name, size in self.code.scratch.items()})
        arrays.update({name: xp.zeros((size, steps, batch), dtype) for name, size in self.code.flat.items()})
        for variable, packed in self.code.weights.items():
            arrays[variable] = gradients[packed[2:]] if packed.startswith("d:") else weights[packed]
        functions = array_functions(xp)
        self._ahead = self._bind(self.code.forward, "forward", arrays, functions, self.code.forward_steps)
        self._back = self._bind(self.code.backward, "backward", arrays, functions, self.code.backward_steps)

    def run_forward(self) -> None:
        """See `Runner`."""
        self._ahead()

    def run_backward(self) -> None:
        """See `Runner`."""
        self._back()

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
