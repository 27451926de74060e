"""Matrix products on the GPU by cuBLAS, on arrays as they lie in memory: nothing is copied to be multiplied.

CuPy's own `matmul` copies a matrix whose rows are not neighbours; here they rarely are, because a value's rows are
[T + 1, B] apart. cuBLAS repeats its bits on one device as long as it works on one stream (cuBLAS manual, results
reproducibility). float32 stays float32: TensorFloat-32 (10 bits of mantissa) is used only where the person chose it
with CuPy's own switch, the environment variable CUPY_TF32=1.
"""

import os
from dataclasses import dataclass, replace
from types import ModuleType

import numpy as np

DEFAULT_MATH, TF32_MATH = 0, 3  # cublasMath_t
PLAIN, TRANSPOSED = 0, 1  # cublasOperation_t


@dataclass(frozen=True)
class Matrix:
    """Numbers on the device: rows of `columns` neighbours, `stride` numbers apart, from `address` on."""

    address: int
    rows: int
    columns: int
    stride: int
    flipped: bool = False

    @property
    def T(self) -> "Matrix":
        """The transpose, of the same numbers."""
        return replace(self, flipped=not self.flipped)

    @property
    def shape(self) -> tuple[int, int]:
        """Of what it is as a factor."""
        return (self.columns, self.rows) if self.flipped else (self.rows, self.columns)


class Products:
    """target (+)= a @ b in one precision, put on the current stream."""

    def __init__(self, xp: ModuleType, dtype: str) -> None:
        cublas = xp.cuda.cublas
        self._device, self._set_mode = xp.cuda.device, cublas.setMathMode
        self._gemm = cublas.sgemm if dtype == "float32" else cublas.dgemm
        self._factors = np.array([0, 1], dtype)  # read by cuBLAS from the host's memory
        self._mode = TF32_MATH if os.environ.get("CUPY_TF32", "0") not in ("", "0") else DEFAULT_MATH

    def __call__(self, target: Matrix, a: Matrix, b: Matrix, add: bool = False) -> None:
        """Put target = a @ b, or target += a @ b, on the stream. target is not flipped."""
        (rows, inner), (also, columns) = a.shape, b.shape
        assert inner == also and (rows, columns) == target.shape and not target.flipped, (a, b, target)
        handle = self._device.get_cublas_handle()
        self._set_mode(handle, self._mode)
        zero = self._factors.ctypes.data
        one = zero + self._factors.itemsize
        # cuBLAS takes columns for rows: targetᵀ = bᵀ @ aᵀ, of the same numbers
        self._gemm(
            handle,
            TRANSPOSED if b.flipped else PLAIN,
            TRANSPOSED if a.flipped else PLAIN,
            columns,
            rows,
            inner,
            one,
            b.address,
            b.stride,
            a.address,
            a.stride,
            one if add else zero,
            target.address,
            target.stride,
        )
