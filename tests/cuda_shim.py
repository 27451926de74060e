"""A stand-in for CuPy on machines without a GPU: NumPy arrays that refuse to mix with NumPy's own, kernels compiled by
a C++ compiler from the very text that NVRTC is given (see cuda_shim.h), and cuBLAS's products by its definition."""

import ctypes
import re
import shutil
import subprocess
import tempfile
import weakref
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

HERE = Path(__file__).parent
COMPILER = shutil.which("g++") or shutil.which("clang++")
counts = {"transfers": 0, "launches": 0}


class ShimArray(np.ndarray):
    """As strict as an array on a device: no NumPy array gets in, and what gets out is counted."""

    @property
    def data(self) -> SimpleNamespace:  # type: ignore[override]
        return SimpleNamespace(ptr=self.ctypes.data)

    def get(self) -> np.ndarray:
        counts["transfers"] += 1
        return np.array(self.view(np.ndarray))

    def __float__(self) -> float:
        return float(self.get())

    def __bool__(self) -> bool:
        return bool(self.get())

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        for array in (*inputs, *(out or ())):
            if isinstance(array, np.ndarray) and array.ndim and not isinstance(array, ShimArray):
                raise TypeError("Unsupported type <class 'numpy.ndarray'>")
        if out is not None:
            options["out"] = tuple(plain(array) for array in out)
        result = getattr(ufunc, method)(*(plain(array) for array in inputs), **options)
        return out[0] if out is not None else shim(result)


def plain(array: Any) -> Any:
    return array.view(np.ndarray) if isinstance(array, ShimArray) else array


def shim(array: Any) -> Any:
    return np.asarray(array).view(ShimArray)


class Order:
    """In which order threads run: changed by tests."""

    descending = False


KERNEL = re.compile(r'extern "C" __global__ void (?:__launch_bounds__\(\w+\) )?(\w+)\(([^)]*)\)')
NUMBERS = {
    "int": np.int32, "unsigned int": np.uint32, "long long": np.int64, "float": np.float32, "double": np.float64,
}  # fmt: skip


@cache
def parameters(text: str) -> dict[str, list[str]]:
    """Kernel → the types of its arguments, as the device would read them."""
    real = re.search(r"typedef (\w+) real;", text)
    assert real is not None
    found = {}
    for name, arguments in KERNEL.findall(text):
        types = [re.sub(r"\s*\w+$", "", argument.strip()) for argument in arguments.split(",")]
        found[name] = [kind.replace("real", real[1]) for kind in types]
    return found


@cache
def library(text: str) -> ctypes.CDLL:
    """The kernels of a text, compiled. Each has a function launch_NAME(arguments, grid, threads, together, order)."""
    assert COMPILER is not None
    lines = ['#include "cuda_shim.h"', text]
    for name, types in parameters(text).items():
        values = ", ".join(f"*({kind}*)a[{k}]" for k, kind in enumerate(types))
        lines.append(
            f"static void call_{name}(void** a) {{ {name}({values}); }}\n"
            f'extern "C" int launch_{name}(void** a, int gx, int gy, int threads, int together, int descending) '
            f"{{ return run(call_{name}, a, gx, gy, threads, together, descending); }}"
        )
    options = ["-O1", "-std=c++17", "-shared", "-fPIC", "-ffp-contract=off", "-Wno-psabi", f"-I{HERE}"]
    # of its own: tests run side by side
    with tempfile.TemporaryDirectory(prefix="rnn-playground-shim-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder, "kernels.cpp"), Path(folder, "kernels.so")
        source.write_text("\n".join(lines))
        done = subprocess.run([COMPILER, *options, str(source), "-o", str(target)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[:3000]
        return ctypes.CDLL(str(target))


class ShimKernel:
    def __init__(self, text: str, name: str, together: bool) -> None:
        self.text, self.name, self.together, self.max_dynamic_shared_size_bytes = text, name, together, 48 * 1024

    def __call__(self, grid: tuple[int, int], block: tuple[int], arguments: tuple, *, shared_mem: int = 0) -> None:
        assert shared_mem <= self.max_dynamic_shared_size_bytes, "the launch asks for more than the kernel was given"
        counts["launches"] += 1
        wanted = parameters(self.text)[self.name]
        assert len(wanted) == len(arguments), f"{self.name} takes {len(wanted)} arguments, not {len(arguments)}"
        holders = []
        for kind, value in zip(wanted, arguments, strict=True):
            if kind.endswith("*"):
                assert isinstance(value, ShimArray) and value.dtype == NUMBERS[kind[:-1]], (
                    self.name,
                    kind,
                    value.dtype,
                )
                holders.append(ctypes.c_void_p(value.data.ptr))
            else:
                assert isinstance(value, np.generic) and value.dtype == NUMBERS[kind], (self.name, kind, type(value))
                holders.append(np.ctypeslib.as_ctypes_type(value.dtype)(value.item()))
        table = (ctypes.c_void_p * len(holders))(*(ctypes.addressof(holder) for holder in holders))
        launch = getattr(library(self.text), f"launch_{self.name}")
        stuck = launch(table, grid[0], grid[1], block[0], int(self.together), int(Order.descending))
        assert not stuck, f"{self.name}: threads wait for each other for ever"


class RawModule:
    def __init__(self, code: str, options: tuple[str, ...] = (), enable_cooperative_groups: bool = False) -> None:
        self.code, self.together = code, enable_cooperative_groups

    def get_function(self, name: str) -> ShimKernel:
        return ShimKernel(self.code, name, self.together)


def gemm(kind: type) -> Any:
    """cublas?gemm: C = alpha op(A) op(B) + beta C, all by columns; C is not read where beta is 0."""

    def matrix(address: int, rows: int, columns: int, leading: int) -> np.ndarray:
        assert leading >= max(1, rows), "cuBLAS refuses a leading dimension that is too small"
        count = leading * (columns - 1) + rows
        flat = np.ctypeslib.as_array(ctypes.cast(address, ctypes.POINTER(kind)), (count,))
        size = flat.itemsize
        return np.lib.stride_tricks.as_strided(flat, (rows, columns), (size, leading * size))

    def call(handle, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) -> None:  # type: ignore[no-untyped-def]
        counts["launches"] += 1
        factors = [ctypes.cast(pointer, ctypes.POINTER(kind))[0] for pointer in (alpha, beta)]
        left = matrix(a, k, m, lda).T if ta else matrix(a, m, k, lda)
        right = matrix(b, n, k, ldb).T if tb else matrix(b, k, n, ldb)
        target = matrix(c, m, n, ldc)
        product = factors[0] * (left @ right)
        target[...] = product if factors[1] == 0 else product + factors[1] * target

    return call


class OutOfMemoryError(MemoryError):
    """CuPy's is one of these, too."""


class ShimCuda(ModuleType):
    """Stands for the module cupy. shared, multiprocessors, threads: what the device has of them. memory: bytes that
    `zeros` may give, 0 for any."""

    def __init__(self, shared: int = 99 * 1024, multiprocessors: int = 6, threads: int = 512, memory: int = 0) -> None:
        super().__init__("shim")
        self.memory, self._owners = memory, []
        attributes = {"MaxSharedMemoryPerBlockOptin": shared, "MultiProcessorCount": multiprocessors}
        attributes |= {"MaxThreadsPerBlock": threads, "CooperativeLaunch": 1}
        cublas = SimpleNamespace(sgemm=gemm(ctypes.c_float), dgemm=gemm(ctypes.c_double), setMathMode=lambda *_: None)
        stream = SimpleNamespace(use=lambda: None)
        self.RawModule = RawModule
        self.cuda = SimpleNamespace(
            cublas=cublas,
            device=SimpleNamespace(get_cublas_handle=lambda: 0),
            Device=lambda: SimpleNamespace(attributes=attributes, mem_info=(self.memory - self.used(), self.memory)),
            Stream=lambda non_blocking: stream,
        )

    def zeros(self, shape: Any, dtype: Any = float) -> ShimArray:
        found = np.zeros(shape, dtype).view(ShimArray)
        if self.memory:
            if self.used() + found.nbytes > self.memory:
                raise OutOfMemoryError(f"Out of memory allocating {found.nbytes:,} bytes")
            self._owners.append((weakref.ref(found.base), found.nbytes))
        return found

    def used(self) -> int:
        """Bytes of the arrays that are still there."""
        self._owners = [(owner, size) for owner, size in self._owners if owner() is not None]
        return sum(size for _, size in self._owners)

    def get_default_memory_pool(self) -> Any:
        return SimpleNamespace(free_all_blocks=lambda: None, free_bytes=lambda: 0)

    def asarray(self, array: Any, dtype: Any = None) -> ShimArray:
        same = isinstance(array, ShimArray) and dtype in (None, array.dtype)
        return array if same else np.array(plain(array), dtype).view(ShimArray)

    def __getattr__(self, name: str) -> Any:
        function = getattr(np, name)
        if not callable(function) or isinstance(function, type | np.ufunc):
            return function

        def call(*arguments: Any, **options: Any) -> Any:
            return shim(function(*arguments, **options))

        return call
