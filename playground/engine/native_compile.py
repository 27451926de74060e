"""LLVM text → machine code for this processor."""

import ctypes
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from threading import RLock
from typing import Any, ParamSpec, TypeVar

import llvmlite.binding as llvm
import numpy as np

from playground.compiler import native_single_sums as single_sums
from playground.compiler import native_sums as sums
from playground.compiler.native_code import NativeCode, emit_native
from playground.compiler.native_kernels import LOSSES, SOURCES, emit_loss, emit_moves
from playground.compiler.native_math import BYTES
from playground.compiler.native_single import emit_single
from playground.compiler.native_updates import emit_update
from playground.compiler.plan import Plan

P = ParamSpec("P")
R = TypeVar("R")
LEAST_BYTES = 16  # of a vector: every processor has these
CACHED = 64  # compiled plans that are kept
_LOCK = RLock()  # what is being compiled is waited for, not compiled twice


class PlanKey:
    """A plan with the choices it is compiled for; equal when they would give the same machine code. vectors: side by
    side in a block of columns; 0: one sequence alone, vectors of `width` along its units."""

    def __init__(
        self, plan: Plan, want_x: bool, keep_all: bool, dtype: str, width: int, vectors: int, learn: bool
    ) -> None:
        self.plan, self.arguments = plan, (want_x, keep_all, dtype, width, vectors, learn)
        self._text = repr((plan, self.arguments))

    def __hash__(self) -> int:
        return hash(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PlanKey) and self._text == other._text


@dataclass(frozen=True)
class Compiled:
    """Addresses of functions by their names. memory: what owns the memory they lie in."""

    addresses: dict[str, int]
    memory: Any


def once(size: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep the last results, also for threads that ask while one is being made."""

    def kept(function: Callable[P, R]) -> Callable[P, R]:
        cached: Callable[..., R] = lru_cache(maxsize=size)(function)

        def call(*arguments: P.args, **named: P.kwargs) -> R:
            with _LOCK:
                return cached(*arguments, **named)

        return call

    return kept


@once(CACHED)
def compile_plan(key: PlanKey) -> tuple[NativeCode, Compiled]:
    """Emit, optimise and load a plan's functions, `forward` and `backward`."""
    with _no_collection():
        want_x, keep_all, dtype, width, vectors, learn = key.arguments
        if vectors:
            code = emit_native(key.plan, *key.arguments)
        else:
            code = emit_single(key.plan, want_x, keep_all, dtype, width, learn)
    _link_sums(dtype, width, not vectors)
    return code, compile_text(code.text, ("forward", "backward"))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Emitting makes a hundred thousand objects: looking through all of a large program's for garbage meanwhile takes
    several times as long as that."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@once(8)
def _link_sums(dtype: str, width: int, single: bool) -> Compiled:
    """Make the functions known that all plans call, or all of one sequence alone."""
    own = single_sums if single else sums
    names = [own.symbol(name, dtype, width) for name in own.FUNCTIONS]
    text = single_sums.emit_single_sums(dtype, width) if single else sums.emit_sums(dtype, width)
    compiled = compile_text(text, names)
    for name, address in compiled.addresses.items():
        llvm.add_symbol(name, address)
    return compiled


@once(8)
def compile_moves(dtype: str, width: int) -> Compiled:
    """`move` and `load_TYPE`."""
    names = ["move", *(f"load_{source}" for source in SOURCES)]
    return compile_text(emit_moves(dtype, width), names)


@once(16)
def compile_loss(kind: str, dtype: str, width: int) -> Compiled:
    """`loss`."""
    return compile_text(emit_loss(kind, dtype, width), ("loss",))


@once(16)
def compile_update(kind: str, dtype: str) -> Any:
    """The function `update` of `playground.compiler.native_updates`, to be called with two addresses."""
    compiled = compile_text(emit_update(kind, dtype, vector_bytes() // BYTES[dtype]), ("update",))
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(compiled.addresses["update"])
    function.memory = compiled  # type: ignore[attr-defined]
    return function


def compile_common(dtype: str) -> None:
    """Everything that does not depend on a cell."""
    for batch in (1, 64):  # what is looked at, and what is trained with
        columns, width = layout(batch, dtype)
        compile_moves(dtype, columns)
        _link_sums(dtype, width, batch == 1)
        for kind in LOSSES if batch > 1 else ():
            compile_loss(kind, dtype, columns)
    for update in ("squares", "scale", "adam"):
        compile_update(update, dtype)


def compile_text(text: str, names: Sequence[str]) -> Compiled:
    """Machine code of a module, with the functions of these names."""
    machine = _machine()
    module = llvm.parse_assembly(text)
    # what the optimiser would do is written out already: higher levels take twice as long for the same speed
    builder = llvm.create_pass_builder(machine, llvm.PipelineTuningOptions(speed_level=0))
    builder.getModulePassManager().run(module, builder)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    return Compiled({name: engine.get_function_address(name) for name in names}, engine)


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


def vector_width(batch: int, dtype: str) -> int:
    """Numbers in a vector for this many sequences: no wider than the processor's, nor than a few sequences need."""
    width = vector_bytes() // BYTES[dtype]
    while width * BYTES[dtype] > LEAST_BYTES and width >= 2 * batch:
        width //= 2
    return width


def layout(batch: int, dtype: str) -> tuple[int, int]:
    """Sequences side by side in a block of columns, and numbers in a vector of a plan: along the batch, but along the
    units of one sequence alone."""
    width = vector_width(batch, dtype)
    return (1, vector_bytes() // BYTES[dtype]) if batch == 1 else (width, width)


def aligned(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Zeros that begin at a multiple of 128 bytes: two lines of the cache, which are fetched together."""
    size = int(np.prod(shape)) * BYTES[dtype]
    raw = np.zeros(size + 128, np.uint8)
    start = -raw.ctypes.data % 128
    return raw[start : start + size].view(dtype).reshape(shape)
