"""Native code on the CPU: compiles a plan with LLVM and gives each thread a part of the batch."""

import ctypes
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from playground.compiler.native_code import NativeCode, emit_native
from playground.compiler.native_math import BYTES
from playground.compiler.plan import Plan
from playground.engine.array_engine import ArrayEngine
from playground.engine.runner import Runner

Array = np.ndarray
Function = Any  # of ctypes

WORTH_A_THREAD = 20_000_000  # multiplications of a layer's pass from which a second thread pays for its start
CACHED = 64  # compiled plans that are kept
CHUNK_BYTES = 1 << 18  # of states that stay in the cache while weight gradients are summed


class NativeEngine(ArrayEngine):
    """The engine "native"."""

    def __init__(self) -> None:
        super().__init__("native", np)

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
        """See `ArrayEngine.build`."""
        return NativeRunner(
            plan, weights, gradients, steps, batch, x, want_input_gradient, keep_all, str(np.dtype(dtype))
        )


class NativeRunner(Runner):
    """Machine code with its buffers.

    The batch is rounded up to whole vectors; nothing outside sees the columns beyond B, whose gradients are 0.
    """

    def __init__(
        self,
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
        self._gradients, self._given = gradients, x
        width = vector_bytes() // BYTES[dtype]
        vectors = -(-batch // width)
        size = sum(int(np.prod(shape)) for name, shape in plan.packed.items() if len(shape) == 2)
        wanted = os.cpu_count() or 1 if size * steps * batch >= WORTH_A_THREAD else 1
        threads = min(wanted, vectors)
        share = -(-vectors // threads)
        compiled = compile_plan(PlanKey(plan, want_input_gradient, keep_all, dtype, width, 2 - share % 2))
        code = compiled.code
        columns = threads * share * width
        stored = {
            name: _aligned((steps + extra, rows, columns), dtype)
            for name, (extra, rows) in code.storage.code.stored.items()
        }
        super().__init__(np, plan, weights, steps, batch, stored, code.storage.code.series)
        self._scratch: list[Array] = []
        self._partials = [{name: _aligned(plan.packed[name], dtype) for name in code.partials} for _ in range(threads)]
        table = np.array([self._address(name, columns, dtype) for name in code.arrays] or [0], np.uint64)
        tables = [
            np.array([partial[name].ctypes.data for name in code.partials] or [0], np.uint64)
            for partial in self._partials
        ]
        states = max([product.size for product in plan.products.values()], default=1)
        chunk = max(8, CHUNK_BYTES // (BYTES[dtype] * states * share * width))
        self._tables = (table, tables)  # kept alive: the machine code holds their addresses
        self._calls = [
            (
                table.ctypes.data,
                tables[k].ctypes.data,
                steps,
                columns,
                k * share * width,
                (k + 1) * share * width,
                chunk,
            )
            for k in range(threads)
        ]
        self._functions = compiled

    def _address(self, name: str, columns: int, dtype: str) -> int:
        kind, _, rest = name.partition(":")
        if kind == "weight":
            return int(self._weights[rest].ctypes.data)
        if kind == "scratch":
            rows = self._rows(rest)
            self._scratch.append(_aligned((rows, columns), dtype))
            return int(self._scratch[-1].ctypes.data)
        return int(self._stored[name].ctypes.data)

    def _rows(self, name: str) -> int:
        head, _, rest = name.partition(":")
        if head in ("d", "back", "carry", "next"):
            return self.plan.sizes[rest]
        if head == "fold":
            return self.plan.sizes[rest] // int(rest.rpartition(":")[2])
        return self.plan.sizes[name]

    def run_forward(self) -> None:
        """See `Runner`."""
        if self._given is not None:
            self.x[...] = self._given
        self._call(self._functions.forward)

    def run_backward(self) -> None:
        """See `Runner`. Each thread's gradients are added in the same order every time."""
        for partial in self._partials:
            for array in partial.values():
                array.fill(0)
        self._call(self._functions.backward)
        for name, gradient in self._gradients.items():
            gradient[...] = self._partials[0][name]
            for partial in self._partials[1:]:
                gradient += partial[name]

    def _call(self, function: Function) -> None:
        if len(self._calls) == 1:
            function(*self._calls[0])
            return
        waiting = [_pool().submit(function, *call) for call in self._calls[1:]]
        function(*self._calls[0])
        for future in waiting:
            future.result()


# -- machine code -------------------------------------------------------------------------------------------------


class PlanKey:
    """A plan with the choices it is compiled for; equal when they would give the same machine code."""

    def __init__(self, plan: Plan, want_x: bool, keep_all: bool, dtype: str, width: int, vectors: int) -> None:
        self.plan, self.arguments = plan, (want_x, keep_all, dtype, width, vectors)
        self._text = repr((plan, self.arguments))

    def __hash__(self) -> int:
        return hash(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PlanKey) and self._text == other._text


@dataclass(frozen=True)
class Compiled:
    """Machine code with its two functions. engine: what owns the memory they lie in."""

    code: NativeCode
    forward: Function
    backward: Function
    engine: Any


@lru_cache(maxsize=CACHED)
def compile_plan(key: PlanKey) -> Compiled:
    """Emit, optimise and load a plan's functions for this processor."""
    code = emit_native(key.plan, *key.arguments)
    machine = _machine()
    module = llvm.parse_assembly(code.text)
    # what the optimiser would do is written out already: higher levels take twice as long for the same speed
    builder = llvm.create_pass_builder(machine, llvm.PipelineTuningOptions(speed_level=0))
    builder.getModulePassManager().run(module, builder)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 2, *[ctypes.c_int64] * 5)
    functions = [kind(engine.get_function_address(name)) for name in ("forward", "backward")]
    return Compiled(code, functions[0], functions[1], engine)


def _machine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=1)


def processor() -> str:
    """What LLVM calls this processor. Raises RuntimeError where it cannot compile for it."""
    _machine()
    return str(llvm.get_host_cpu_name())


@lru_cache(maxsize=1)
def vector_bytes() -> int:
    """Width of this processor's vectors: 64 with AVX-512, 32 with AVX2, 16 (NEON, SSE2) otherwise."""
    features = llvm.get_host_cpu_features()
    if features.get("avx512f"):
        return 64
    return 32 if features.get("avx2") and features.get("fma") else 16


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), "native")


def _aligned(shape: tuple[int, ...], dtype: str) -> Array:
    """Zeros that begin at a multiple of 64 bytes, a cache line and the widest vector."""
    size = int(np.prod(shape)) * BYTES[dtype]
    raw = np.zeros(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size].view(dtype).reshape(shape)
