"""What this machine can compute on. The only place that imports CuPy, and only when asked."""

import os
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from playground.engine.array_engine import ArrayEngine
from playground.engine.right_of_way import RightOfWay
from playground.errors import BadInput

NAMES = ("auto", "numpy", "native", "cupy")


@lru_cache(maxsize=1)
def _cupy() -> tuple[ModuleType | None, str]:
    """CuPy and a line about the GPU, or None and why there is none. Tries a real kernel, once per process.

    A machine with only a driver counts its devices and fails at the first compilation, so counting is not enough.
    """
    try:
        import cupy
    except ImportError:
        return None, "CuPy is not installed (pip install 'rnn-playground[cuda12]')"
    except Exception as error:  # a broken CUDA installation raises almost anything while it is imported
        return None, f"CuPy could not be loaded: {_first_line(error)}"
    try:
        a = cupy.arange(4, dtype=cupy.float32)
        if float(cupy.tanh(a @ a)) != 1.0:
            return None, "the GPU gives wrong results"
        name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    except Exception as error:  # CuPy raises its own types, which exist only when it is there
        return None, f"no NVIDIA GPU can be used: {_first_line(error)}"
    return cupy, f"CuPy {cupy.__version__} on {name}"


@lru_cache(maxsize=1)
def _native() -> tuple[Callable[[], ArrayEngine] | None, str]:
    """What makes the engine that compiles to machine code and a line about it, or None and why it cannot run here."""
    try:
        from playground.engine.native_engine import NativeEngine, processor, vector_bytes
    except ImportError as error:
        return None, f"llvmlite cannot be loaded: {_first_line(error)}"
    try:
        line = f"machine code for {processor()}, vectors of {vector_bytes() * 8} bits"
    except RuntimeError as error:  # LLVM does not know this processor
        return None, f"LLVM cannot compile here: {_first_line(error)}"
    return NativeEngine, line


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120]


def available() -> dict[str, str]:
    """Engine → one calm line about it on this machine. Loads CuPy where installed: call it in the worker, not the
    window."""
    return {
        "numpy": f"NumPy {np.__version__} on {os.cpu_count() or 1} cores",
        "native": _native()[1],
        "cupy": _cupy()[1],
    }


def warm(way: RightOfWay | None = None) -> None:
    """Begin, in the background, with what the engine for the CPU needs before it can run anything. Its threads leave a
    processor to whoever has the right of `way`."""
    native = _native()[0]
    if native is not None:
        engine = native()
        engine.give_way(way)
        engine.warm()


def usable(name: str) -> bool:
    """Whether `choose(name)` would succeed."""
    if name == "native":
        return _native()[0] is not None
    return name in ("auto", "numpy") or (name == "cupy" and _cupy()[0] is not None)


def choose(name: str = "auto") -> ArrayEngine:
    """The engine of that name; "auto" is machine code on the CPU, the fastest at the sizes of a playground, or NumPy
    where LLVM cannot compile.

    Raises BadInput for a name that does not exist or an engine that this machine cannot run.
    """
    if name in ("auto", "native"):
        native, line = _native()
        if native is not None:
            return native()  # each run its own: how many threads it reserves depends on no other
        if name == "native":
            raise BadInput("engine native", line, "use --engine numpy")
    if name in ("auto", "numpy"):
        return ArrayEngine("numpy", np)
    if name == "cupy":
        cupy, line = _cupy()
        if cupy is None:
            raise BadInput("engine cupy", line, "use --engine native or numpy")
        from playground.engine.cuda_engine import CudaEngine

        return CudaEngine(cupy)
    raise BadInput(f"engine {name!r}", "there is no such engine", f"choose one of {', '.join(NAMES)}")


def to_numpy(array: Any) -> np.ndarray:
    """A NumPy copy or view of an array of any engine."""
    return array.get() if hasattr(array, "get") else array  # CuPy's word for a copy to the host
