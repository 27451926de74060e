"""Runs the array code of a plan with an array library: NumPy on the CPU, CuPy on the GPU, the same source."""

import ast
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType
from typing import Any, Protocol, SupportsFloat

import numpy as np

from playground.compiler.array_code import ArrayCode, View, emit
from playground.compiler.plan import Plan
from playground.engine.actions import Action, Share, perform
from playground.engine.right_of_way import RightOfWay
from playground.engine.runner import Runner, Setup
from playground.engine.threads import WORTH_A_CHANGE, all_threads, set_threads, threads_for

Array = Any  # of NumPy or of CuPy


class Training(Protocol):
    """A whole pass, forward and back; see `ArrayEngine.training`."""

    def prepare(self, inputs: np.ndarray, targets: np.ndarray, mask: np.ndarray) -> Callable[[], None]:
        """Point it at a batch, inputs [T, B, D], targets [T, B, O] or classes [T, B], mask [T, B], all NumPy's, which
        have to live until the pass is over. Calling the result does it: fills `x`, goes `ahead` to the scores, fills
        `d_scores` with the gradient of the loss, and goes `behind`."""

    def loss(self) -> SupportsFloat:
        """Of the last pass; perhaps to be read later."""


class ArrayEngine:
    """name: "numpy" or "cupy". xp: the array library. threads: of the CPU's matrix products. ledger: None, or where an
    engine keeps what a step found out until somebody asks; see `playground.engine.cuda_training`. tested_together:
    sequences of a test that run side by side, so few that their values stay in the cache. looked_together: losses that
    a look at one sequence takes back side by side, in copies of it: as many as cost hardly more than one. joins:
    whether `together` may give something."""

    ledger: Any = None
    joins = False
    tested_together = 64
    looked_together = 4

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

    def warm(self) -> Callable[[], None]:
        """Begin, in the background, with what has to be there before anything runs. Returns what waits for it."""
        return lambda: None

    def give_way(self, way: RightOfWay | None) -> None:
        """Leave a processor to whoever has the right of `way`, from now on; for engines that have threads."""

    def shares(self, multiplications: int, batch: int, dtype: str) -> tuple[int, ...]:
        """How the engine divides the sequences of a pass of so much work, to go through the parts side by side."""
        return (batch,)

    def program(self, *shares: list[Action]) -> Callable[[], None]:
        """A function that does all actions of each share."""
        actions = [action for share in shares for action in share]
        return lambda: perform(self.xp, actions)

    def training(self, loss: str, shares: Sequence[Share]) -> Training | None:
        """A pass forward and back with the loss in between. The shares' sequences follow each other. None where an
        engine has nothing better than one after the other."""
        return None

    def together(self, works: Sequence[Callable[[], None]]) -> Callable[[], None] | None:
        """All of these, which do not wait for each other, in one: passes of several networks. None where an engine has
        nothing better than one after the other."""
        return None

    def roomy(
        self, plans: Sequence[Plan], steps: int, batch: int, dtype: str, watch: bool = False
    ) -> AbstractContextManager[None]:
        """Around whatever takes memory for a pass through layers of these plans. An engine with a memory of its own
        raises BadInput, with the batch that would fit, where there is not enough."""
        return nullcontext()

    def updates(self, kind: str, values: Array, gradients: Array, memories: list[Array]) -> Any:
        """None, or an optimizer's arithmetic in one piece; see `playground.engine.native_updates`."""
        return None

    def build(
        self,
        plan: Plan,
        weights: Mapping[str, Array],
        gradients: Mapping[str, Array],
        setup: Setup,
        x: Array | None = None,
        d_x: Array | None = None,
    ) -> Runner:
        """A plan made ready to run.

        weights and gradients: packed name → array of `plan.packed[name]`'s shape; they are read and written in place.
        x: [T, D, B], an existing array to read the input from (the layer below); otherwise `Runner.x` is made.
        d_x: where the gradient of x may be written; `Runner.d_x` says where it is.
        """
        return CellRunner(self.xp, plan, weights, gradients, setup, x, d_x)


class CellRunner(Runner):
    """Array code with its buffers. code: the source that runs."""

    def __init__(
        self,
        xp: ModuleType,
        plan: Plan,
        weights: Mapping[str, Array],
        gradients: Mapping[str, Array],
        setup: Setup,
        x: Array | None,
        d_x: Array | None,
    ) -> None:
        steps, batch, dtype = setup.steps, setup.batch, setup.dtype
        self.code: ArrayCode = emit(plan, setup.want_input_gradient, setup.keep_all)
        given = {"x": x, "d_x": d_x if "d_x" in self.code.stored else None}
        stored = {name: array for name, array in given.items() if array is not None}
        assert all(array.shape == (steps, plan.inputs, batch) for array in stored.values())
        for name, (extra, size) in self.code.stored.items():
            if name not in stored:
                stored[name] = xp.zeros((steps + extra, size, batch), dtype)
        super().__init__(xp, plan, weights, setup, stored, self.code.series)
        self.d_x = self.d_x if given["d_x"] is None else d_x
        arrays: dict[str, Array] = dict(stored)
        arrays.update({name: xp.zeros((size, batch), dtype) for name, size in self.code.scratch.items()})
        arrays.update({name: xp.zeros((size, steps, batch), dtype) for name, size in self.code.flat.items()})
        for variable, packed in self.code.weights.items():
            arrays[variable] = gradients[packed[2:]] if packed.startswith("d:") else weights[packed]
        functions = array_functions(xp, dtype)
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
        text: str | ast.Module = source
        if self.xp is np:
            quick = _Quick(str(self.x.dtype))
            text = ast.fix_missing_locations(quick.visit(ast.parse(source)))
            space.update(quick.numbers)
        exec(compile(text, f"<{self.plan.cell}: {name}>", "exec"), space)
        function = space[name]
        wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
        bound = {argument: arrays[argument] for argument in wanted if argument != "steps"}
        views = [self.code.views[step] for step in steps]
        bound["steps"] = [tuple(self._view(view, t) for view in views) for t in range(self.T)]
        return lambda: function(**bound)

    def _view(self, view: View, t: int) -> Array:
        return self._stored[view.storage][t + view.late, view.start : view.stop]


class _Quick(ast.NodeTransformer):
    """What NumPy does quickest with small arrays: numbers as arrays without dimensions (a number of Python's takes as
    long as the arithmetic), products of a time step with `dot` (`matmul` has more to find out).

    numbers: what the names stand for that take the numbers' places.
    """

    def __init__(self, dtype: str) -> None:
        self.dtype, self.numbers, self._looping = dtype, dict[str, Any](), False

    def visit_For(self, node: ast.For) -> ast.For:
        self._looping = True
        self.generic_visit(node)
        self._looping = False
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if self._looping and isinstance(node.func, ast.Name) and node.func.id == "matmul":
            node.func.id = "dot"
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, float):
            return node
        name = f"number_{len(self.numbers)}_"
        self.numbers[name] = np.asarray(node.value, self.dtype)
        return ast.Name(name, ast.Load())


def array_functions(xp: ModuleType, dtype: str) -> dict[str, Any]:
    """What the emitted code calls, for one array library."""
    half = np.asarray(0.5, dtype) if xp is np else 0.5

    def sigmoid(a: Array, out: Array) -> None:
        # by way of tanh, which overflows nowhere
        xp.multiply(a, half, out=out)
        xp.tanh(out, out=out)
        xp.multiply(out, half, out=out)
        xp.add(out, half, out=out)

    def matmul(a: Array, b: Array, out: Array | None = None) -> Array:
        # after the loop, over all steps at once: worth more threads than the products of a step
        if xp is np and b.ndim == 2 and a.size * b.shape[1] >= WORTH_A_CHANGE:
            with all_threads():
                return xp.matmul(a, b, out=out)
        return xp.matmul(a, b, out=out)

    def softplus(a: Array, out: Array) -> None:
        xp.logaddexp(a, xp.zeros((), out.dtype), out=out)

    def positive(a: Array, out: Array) -> None:
        xp.greater(a, 0.0, out=out)

    def at_least(a: Array, b: Array, out: Array) -> None:
        xp.greater_equal(a, b, out=out)

    def select(m: Array, a: Array, b: Array, out: Array) -> None:
        out[...] = xp.where(m > 0, a, b)

    names = ("add", "subtract", "multiply", "divide", "maximum", "minimum", "negative", "exp", "expm1", "tanh")
    return {
        **{name: getattr(xp, name) for name in (*names, "dot", "copyto")},
        "matmul": matmul,
        "total": xp.sum,
        "sigmoid": sigmoid,
        "softplus": softplus,
        "positive": positive,
        "at_least": at_least,
        "select": select,
    }
