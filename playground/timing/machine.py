"""What a figure was measured on, in words that name no one's computer; and how fast its matrix products can be."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from playground import __version__

PACKAGES = ("numpy", "llvmlite", "torch", "jax", "cupy-cuda12x", "cupy-cuda13x")
# settings of the surroundings that change how fast products are
SETTINGS = (
    "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OMP_WAIT_POLICY",
)  # fmt: skip
SIZES = (512, 1024, 2048)  # of the square matrices whose product is the machine's limit


def describe_machine() -> dict[str, Any]:
    """Processor, cores, system, versions and settings."""
    return {
        "processor": processor_name(),
        "cores": os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"playground": __version__, "python": platform.python_version(), **versions()},
        "settings": {name: os.environ[name] for name in SETTINGS if name in os.environ},
    }


def versions() -> dict[str, str]:
    """Of the libraries that compute, where they are installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def processor_name() -> str:
    """What the processor calls itself."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


class OtherPrograms:
    """How much of the processors others take; begins to watch when it is made. What this process's children took
    counts as its own once they have ended."""

    def __init__(self) -> None:
        self._began = self._now()

    def share(self) -> float | None:
        """0 … 1 of all cores since then, with what a host took away from this machine; None where it cannot be told."""
        if self._began is None or (now := self._now()) is None:
            return None
        all_work, own, wall = (after - before for after, before in zip(now, self._began, strict=True))
        return min(1.0, max(0.0, (all_work - own) / max(wall * (os.cpu_count() or 1), 1e-9)))

    @staticmethod
    def _now() -> tuple[float, float, float] | None:
        """Seconds of work of all programs, of this one with its children, and on the clock."""
        try:
            fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
            ticks = [float(value) for value in fields]
            at_work = sum(ticks[:3]) + sum(ticks[5:8])  # all but idle and waiting for a disk
            return at_work / os.sysconf("SC_CLK_TCK"), sum(os.times()[:4]), time.perf_counter()
        except (OSError, ValueError, AttributeError, IndexError):
            return None


class MatrixLimit:
    """The best rate of float32 matrix products with all cores: OpenBLAS with the kernels it chooses itself."""

    def __init__(self) -> None:
        import numpy as np

        self._products: list[tuple[float, Callable[[], object]]] = []
        for n in SIZES:
            a, out = np.ones((n, n), np.float32), np.empty((n, n), np.float32)
            self._products.append((2.0 * n**3, lambda a=a, out=out: np.matmul(a, a, out=out)))  # type: ignore[misc]

    def measure(self, seconds: float) -> float:
        """Operations a second: the median over each size's products, of the best size."""
        best = 0.0
        for operations, product in self._products:
            product()
            times: list[float] = []
            end = time.perf_counter() + seconds / len(self._products)
            while not times or time.perf_counter() < end:
                began = time.perf_counter()
                product()
                times.append(time.perf_counter() - began)
            best = max(best, operations / statistics.median(times))
        return best


class own_choice_of_kernels:
    """A context in which a process that is started lets OpenBLAS choose its kernels itself."""

    def __enter__(self) -> None:
        self._kept = {name: os.environ.pop(name) for name in SETTINGS if name in os.environ}

    def __exit__(self, *_: object) -> None:
        os.environ.update(self._kept)
