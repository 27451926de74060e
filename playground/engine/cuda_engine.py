"""CUDA through CuPy: kernels made from the plan, compiled by NVRTC when first run, and cuBLAS for what is one product
over all steps.

A layer costs a handful of launches: one product for what x adds to the gates of all steps, one kernel for the whole
sequence (or, where its weights do not fit on the chip, one launch per product and stage), the same backward, one
product for each weight matrix and one kernel for the weights that are vectors. All is put on one stream of the engine's
own; nothing waits for the host, and no sum depends on which thread was first.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from playground.compiler.array_code import uncovered
from playground.compiler.cuda_geometry import Device, Geometry, fit
from playground.compiler.cuda_persistent import emit_sequence
from playground.compiler.cuda_program import Program
from playground.compiler.cuda_steps import SUMMERS, Part, Step, StepCode, emit_steps
from playground.compiler.plan import Plan, Rows
from playground.engine.actions import Share
from playground.engine.array_engine import ArrayEngine
from playground.engine.cuda_compile import compile_kernel, own_stream
from playground.engine.cuda_memory import roomy
from playground.engine.cuda_products import Matrix, Products
from playground.engine.cuda_training import CudaTraining, CudaUpdates, Ledger
from playground.engine.runner import Runner, Setup

Array = Any  # of CuPy
Kernel = Callable[..., None]

MOST_ARRAYS = 400  # a kernel's arguments may take 4 KiB
DEFAULT_SHARED = 48 * 1024  # bytes of shared memory that a kernel gets without asking
MOST_THREADS = 512  # of a block that runs a sequence: leaves 128 registers for each
BLOCK = 256  # threads of a stage's kernel
MOST_AT_ONCE = 65535  # blocks along the second side of a grid
CACHED = 64  # texts that are kept


class CudaEngine(ArrayEngine):
    """The engine "cupy". device: its limits."""

    def __init__(self, xp: ModuleType) -> None:
        super().__init__("cupy", xp)
        attributes = xp.cuda.Device().attributes
        self.device = Device(
            attributes["MaxSharedMemoryPerBlockOptin"],
            # teams of several blocks need all of them to run at once, which only a cooperative launch promises
            attributes["MultiProcessorCount"] if attributes["CooperativeLaunch"] else 1,
            min(MOST_THREADS, attributes["MaxThreadsPerBlock"]),
        )
        own_stream(xp).use()
        self.ledger = Ledger(xp)

    def reserve(self, multiplications: int) -> None:
        """Nothing: the threads of the CPU's products are not used."""

    def training(self, loss: str, shares: Sequence[Share]) -> CudaTraining:
        """See `ArrayEngine.training`; the loss is one that can be read later."""
        (share,) = shares
        parts = (self.program(share.ahead), self.program(share.behind))
        return CudaTraining(self.xp, self.ledger, loss, share.x, share.scores, share.d_scores, *parts)

    def roomy(
        self, plans: Sequence[Plan], steps: int, batch: int, dtype: str, watch: bool = False
    ) -> AbstractContextManager[None]:
        """See `ArrayEngine.roomy`."""
        return roomy(self.xp, plans, steps, batch, dtype, watch)

    def updates(self, kind: str, values: Array, gradients: Array, memories: list[Array]) -> CudaUpdates:
        """See `ArrayEngine.updates`."""
        return CudaUpdates(self.xp, self.ledger, kind, values, gradients, memories)

    def build(
        self,
        plan: Plan,
        weights: Mapping[str, Array],
        gradients: Mapping[str, Array],
        setup: Setup,
        x: Array | None = None,
        d_x: Array | None = None,
    ) -> Runner:
        """See `ArrayEngine.build`, which also runs what has too many values for the arguments of a kernel."""
        own_stream(self.xp).use()
        code = cuda_code(CodeKey(plan, setup, self.device))
        if len(code.arrays) > MOST_ARRAYS:
            return super().build(plan, weights, gradients, setup, x, d_x)
        return CudaRunner(self.xp, code, weights, gradients, setup, x, d_x)


# -- code ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CudaCode:
    """What a plan became. sequence: text and arrays of the kernels that run a whole sequence, where `geometry` fits."""

    program: Program
    steps: StepCode
    geometry: Geometry | None
    sequence: tuple[str, tuple[str, ...]] | None
    timeless: bool

    @property
    def arrays(self) -> set[str]:
        """Everything that some kernel is given."""
        return {*self.steps.arrays, *(self.sequence[1] if self.sequence else ())}


class CodeKey:
    """A plan with the choices it is compiled for; equal when they would give the same text."""

    def __init__(self, plan: Plan, setup: Setup, device: Device) -> None:
        self.plan, self.setup, self.device = plan, replace(setup, steps=0, room=0), device
        self._text = repr((plan, self.setup, device))

    def __hash__(self) -> int:
        return hash(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CodeKey) and self._text == other._text


@lru_cache(maxsize=CACHED)
def cuda_code(key: CodeKey) -> CudaCode:
    """Program, layout and text of a plan."""
    setup = key.setup
    program = Program(key.plan, setup.want_input_gradient, setup.keep_all)
    # without memories and products no step waits for another: the stages take all of them at once
    products = any(stage.products for stage in (*program.forward, *program.backward))
    timeless = not key.plan.memories and not products and not program.scratch
    geometry = None if timeless else fit(program, setup.dtype, setup.batch, key.device)
    sequence = emit_sequence(program, setup.dtype, geometry) if geometry else None
    return CudaCode(program, emit_steps(program, setup.dtype, geometry is None), geometry, sequence, timeless)


# -- one layer ----------------------------------------------------------------------------------------------------


class CudaRunner(Runner):
    """Kernels with their buffers. code: what runs; `code.geometry` is None where each stage has a kernel of its own."""

    def __init__(
        self,
        xp: ModuleType,
        code: CudaCode,
        weights: Mapping[str, Array],
        gradients: Mapping[str, Array],
        setup: Setup,
        x: Array | None,
        d_x: Array | None,
    ) -> None:
        steps, batch, dtype = setup.steps, setup.batch, setup.dtype
        self.code, self._given, self._size = code, x, np.dtype(dtype).itemsize
        program, plan = code.program, code.program.plan
        # [rows, T or T + 1, B] in memory, seen as [T or T + 1, rows, B]
        stored = {
            name: xp.zeros((rows, steps + extra, batch), dtype).transpose(1, 0, 2)
            for name, (extra, rows) in program.storage.code.stored.items()
            if name != "x" or not _fits(x, batch, self._size)
        }
        if "x" not in stored:
            stored["x"], self._given = x, None
        super().__init__(xp, plan, weights, setup, stored, program.storage.code.series)
        self._gradients = gradients
        self._adds_to_d_x = any(
            name == "d:x" for stage in program.backward for op in stage.ops for name in program.writes(op)
        )
        alone = plan.x is not None and bool(plan.x.back) and not self._adds_to_d_x
        if self.d_x is not None and alone and _fits(d_x, batch, self._size):
            self.d_x = d_x  # nothing but the last product writes it: at once where the layer below looks for it
        self._scratch = xp.zeros((code.steps.scratch_rows, batch), dtype)
        self._counters = xp.zeros(code.geometry.groups(batch) if code.geometry else 1, np.uint32)
        self._multiply = Products(xp, dtype)
        self._whole = steps * batch
        self._x_stride = max(stored["x"].strides[1] // self._size, self._whole)
        self._kernels = self._load()
        self._at_rest = [
            gradients[packed][low:high] for packed, parts in uncovered(plan).items() for low, high in parts
        ]

    def zeros(self, rows: int) -> Array:
        """See `Runner`: laid out as the layer above reads it."""
        return self.xp.zeros((rows, self.T, self.B), self.x.dtype).transpose(1, 0, 2)

    # -- kernels -----------------------------------------------------------------------------------------------

    def _load(self) -> dict[str, Callable[[int], None]]:
        """Name → a function that launches the kernel at a time step."""
        kernels: dict[str, Callable[[int], None]] = {}
        code, geometry = self.code, self.code.geometry
        if geometry is not None and code.sequence is not None:
            text, names = code.sequence
            together = geometry.slices > 1
            # blocks along the second side: CuPy cuts a grid of one side down to what can run at once, silently
            grid = (geometry.groups(self.B), geometry.slices)
            for name, shared in zip(("forward", "backward"), geometry.shared, strict=True):
                kernel = compile_kernel(self.xp, text, name, together)
                if shared > DEFAULT_SHARED:
                    kernel.max_dynamic_shared_size_bytes = shared
                kernels[name] = self._bind(kernel, grid, geometry.threads, shared, names)
        names = code.steps.arrays
        for step in (*code.steps.forward, *code.steps.backward):
            kernel = compile_kernel(self.xp, code.steps.text, step.kernel, False)
            blocks = -(-step.size * self.B // BLOCK)
            many = min(self.T, MOST_AT_ONCE) if code.timeless else 1
            kernels[step.kernel] = self._bind(kernel, (blocks, many), BLOCK, 0, names)
        if code.steps.totals:
            kernel = compile_kernel(self.xp, code.steps.text, "totals", False)
            kernels["totals"] = self._bind(kernel, (code.steps.totals, 1), SUMMERS, SUMMERS * self._size, names)
        return kernels

    def _bind(
        self, kernel: Kernel, grid: tuple[int, int], threads: int, shared: int, names: tuple[str, ...]
    ) -> Callable[[int], None]:
        T, B, stride = np.int32(self.T), np.int32(self.B), np.int64(self._x_stride)
        arrays = [self._array(name) for name in names]

        def launch(t: int) -> None:
            arguments = (T, B, stride, np.int32(t), self._counters, self._scratch, *arrays)
            kernel(grid, (threads,), arguments, shared_mem=shared)

        return launch

    def _array(self, name: str) -> Array:
        kind, _, packed = name.partition(":")
        if kind == "weight":
            return self._weights[packed]
        return self._gradients[packed] if kind == "gradient" else self._stored[name]

    # -- the doors ---------------------------------------------------------------------------------------------

    def run_forward(self) -> None:
        """See `Runner`."""
        plan = self.plan
        if self._given is not None:
            self.x[...] = self._given
        if plan.x is not None:
            for run in plan.x.rows:
                self._multiply(self._over_time("gates", run, 1), self._weight(plan.x.weight, run), self._source("x"))
        self._run("forward", self.code.steps.forward, range(self.T))

    def run_backward(self) -> None:
        """See `Runner`."""
        plan = self.plan
        self._scratch.fill(0)
        self._run("backward", self.code.steps.backward, range(self.T - 1, -1, -1))
        for product in [*([plan.x] if plan.x else []), *plan.products.values()]:
            name = "x" if product is plan.x else product.source
            for run in product.rows:
                gradient = self._rows(self._gradients[product.weight], run, product.size)
                self._multiply(gradient, self._over_time("delta", run, 0), self._source(name).T)
        for gradient in self._at_rest:
            gradient.fill(0)
        if self.code.steps.totals:
            self._kernels["totals"](0)
        if self.d_x is not None and self.code.program.want_x and plan.x is not None:
            stride = max(self.d_x.strides[1] // self._size, self._whole)
            target = Matrix(self.d_x.data.ptr, plan.inputs, self._whole, stride)
            for number, run in enumerate(plan.x.back):
                weight = self._weight(plan.x.weight, run)
                self._multiply(target, weight.T, self._over_time("delta", run, 0), self._adds_to_d_x or number > 0)

    def _run(self, name: str, steps: tuple[Step, ...], times: range) -> None:
        if self.code.geometry is not None:
            if self.code.geometry.slices > 1:
                self._counters.fill(0)
            self._kernels[name](0)
        elif self.code.timeless:
            for begin in range(0, self.T, MOST_AT_ONCE):
                for step in steps:
                    self._kernels[step.kernel](begin)
        else:
            for t in times:
                for step in steps:
                    for part in step.parts:
                        self._part(part, t)
                    self._kernels[step.kernel](t)

    # -- matrices ----------------------------------------------------------------------------------------------

    def _part(self, part: Part, t: int) -> None:
        """One product of a stage, into the scratch array."""
        B, item = self.B, self._size
        target = Matrix(self._scratch.data.ptr + part.row * B * item, part.rows, B, B)
        product = self.code.program.product(part.op)
        if part.length:
            weight = self._weight(product.weight, Rows(part.start, part.start + part.length, part.weight)).T
            start = self._stored["delta"].data.ptr + (part.start * self._whole + t * B) * item
            operand = Matrix(start, part.length, B, self._whole)
        else:
            weight = self._weight(product.weight, Rows(0, part.rows, part.weight))
            view = self.code.program.home.get(product.source)
            if view is None:
                start = self._scratch.data.ptr + self.code.program.scratch[product.source] * B * item
                operand = Matrix(start, product.size, B, B)
            else:
                stride = self._stride(view.storage)
                start = self._stored[view.storage].data.ptr + (view.start * stride + (t + view.late) * B) * item
                operand = Matrix(start, product.size, B, stride)
        self._multiply(target, weight, operand, part.add)

    def _stride(self, storage: str) -> int:
        """How far apart the rows of a storage lie."""
        if storage == "x":
            return self._x_stride
        return self._whole + self.code.program.storage.code.stored[storage][0] * self.B

    def _weight(self, packed: str, run: Rows) -> Matrix:
        weight = self._weights[packed]
        return self._rows(weight, run, weight.shape[1])

    def _rows(self, packed: Array, run: Rows, columns: int) -> Matrix:
        address = packed.data.ptr + run.weight * columns * self._size
        return Matrix(address, run.stop - run.start, columns, columns)

    def _over_time(self, storage: str, run: Rows, late: int) -> Matrix:
        """Rows of the bank at all steps, [rows, T · B]."""
        stride = self._stride(storage)
        address = self._stored[storage].data.ptr + (run.start * stride + late * self.B) * self._size
        return Matrix(address, run.stop - run.start, self._whole, stride)

    def _source(self, name: str) -> Matrix:
        """A stored value at all steps, [size, T · B]."""
        view = self.code.program.home[self.plan.input if name == "x" else name]
        stride = self._stride(view.storage)
        address = self._stored[view.storage].data.ptr + (view.start * stride + view.late * self.B) * self._size
        return Matrix(address, view.stop - view.start, self._whole, stride)


def _fits(x: Array | None, batch: int, item: int) -> bool:
    """Whether an existing input [T, D, B] lies in memory as the kernels read it."""
    if x is None:
        return False
    over_time, over_rows, over_batch = x.strides
    return bool(over_batch == item and over_time == batch * item and over_rows >= x.shape[0] * over_time)
