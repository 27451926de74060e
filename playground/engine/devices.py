"""What this machine can compute on. The only place that imports CuPy, and only when asked."""

import os
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from playground.engine.array_engine import ArrayEngine
from playground.errors import BadInput

NAMES = ("auto", "numpy", "cupy")


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


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120]


def available() -> dict[str, str]:
    """Engine → one calm line about it on this machine. Loads CuPy where installed: call it in the worker, not the
    window."""
    return {
        "numpy": f"NumPy {np.__version__} on {os.cpu_count() or 1} cores",
        "cupy": _cupy()[1],
    }


def usable(name: str) -> bool:
    """Whether `choose(name)` would succeed."""
    return name in ("auto", "numpy") or (name == "cupy" and _cupy()[0] is not None)


def choose(name: str = "auto") -> ArrayEngine:
    """The engine of that name; "auto" is the CPU, which wins at the sizes of a playground.

    Raises BadInput for a name that does not exist or an engine that this machine cannot run.
    """
    if name in ("auto", "numpy"):
        return ArrayEngine("numpy", np)
    if name == "cupy":
        cupy, line = _cupy()
        if cupy is None:
            raise BadInput("engine cupy", line, "use --engine numpy")
        return ArrayEngine("cupy", cupy)
    raise BadInput(f"engine {name!r}", "there is no such engine", f"choose one of {', '.join(NAMES)}")


def to_numpy(array: Any) -> np.ndarray:
    """A NumPy copy or view of an array of any engine."""
    return array if isinstance(array, np.ndarray) else array.get()
