"""How a plan is laid over a GPU: sequences per team, blocks per team, threads per block; or that it does not fit.

A block needs s · (K·C + P + Σ ⌈S/n⌉·I·G) bytes of shared memory: s bytes a number, C sequences and K staged numbers
each, and for every product the weights of its share of S units in n slices, I numbers in each of G gates' sums; P is
what the warps that share a sum hand to the first. A block may
have 64 KiB on compute capability 7.5, 99 on 8.6, 8.9 and 12.0, 163 on 8.0, 227 on 9.0 and 10.0 (CUDA programming
guide); the driver is asked. A team of several blocks waits for its slowest, so all groups · n of them must run at
once: one block for each multiprocessor.

Among what fits the least expected time for a step is taken:

    W·C / (n·r·e) + Σ (s·I·C / ρ + λ) + [n > 1]·b·β,    e = min(1, w/8) / (1 + 2·log₂(L)·L/I)

W multiplications per sequence, r per second and multiprocessor, products that read s·I·C bytes each at ρ bytes a second
after a wait of λ, b barriers of β seconds, and e the share of time that is not lost with fewer than 8 warps or spent
on adding up between L = 32/C lanes. r, ρ, λ and β are orders of magnitude from the literature (Appleyard et al. 2016;
Diamos et al. 2016) and not measured on the machine at hand: they only choose between layouts. Two layouts may differ in
the last bits; one and the same gives the same bits every time. More sequences in a team use each weight more often;
fewer give more blocks work without a barrier.
"""

import math
from dataclasses import dataclass

from playground.compiler.cuda_program import BackProduct, GateProduct, Program, Stage

BYTES = {"float32": 4, "float64": 8}
WARP = 32
RATE = {"float32": 5e10, "float64": 1.5e10}  # multiplications a second of one multiprocessor, fed by shared memory
FAR = 1e11  # bytes a second from the second cache to one multiprocessor
WAIT = 1e-6  # seconds until the first of them is there and the block has met twice
BARRIER = 1.5e-6  # seconds for all blocks of a team to meet
BUSY = 8  # warps that keep a multiprocessor busy
CHUNKS = (512, 256, 128, 64, 32)  # numbers of a source that are staged at a time
LEAST = 8  # numbers of a sum for each of the threads that share it


@dataclass(frozen=True)
class Device:
    """shared: bytes of shared memory that one block may have. multiprocessors: how many blocks surely run at once.
    threads: of one block, at the most."""

    shared: int
    multiprocessors: int
    threads: int = 512  # leaves 128 registers for each


@dataclass(frozen=True)
class Geometry:
    """columns: sequences of a team, a power of two up to 32. slices: blocks of a team. unit_threads: threads of a block
    that own units, whole warps. split: so many times as many threads share each sum. chunk: numbers of a product's
    source that are staged at a time. shared: bytes for (forward, backward)."""

    columns: int
    slices: int
    unit_threads: int
    split: int
    chunk: int
    shared: tuple[int, int]

    @property
    def lanes(self) -> int:
        """Units of one warp."""
        return WARP // self.columns

    @property
    def unit_lanes(self) -> int:
        """Units that a block works on at a time."""
        return self.unit_threads // self.columns

    @property
    def threads(self) -> int:
        """Threads of a block."""
        return self.unit_threads * self.split

    def share(self, size: int) -> int:
        """Units of a value of this size that belong to each slice."""
        return -(-size // self.slices)

    def groups(self, batch: int) -> int:
        """Teams that B sequences need."""
        return -(-batch // self.columns)


def aligned(numbers: int) -> int:
    """Rounded up so that what comes after it can be loaded 16 bytes at a time."""
    return -(-numbers // 4) * 4


def fit(program: Program, dtype: str, batch: int, device: Device) -> Geometry | None:
    """The best layout for B = `batch`, None where no layout keeps all weights in shared memory."""
    best: tuple[float, Geometry] | None = None
    widest = 1
    while widest < min(batch, WARP):
        widest *= 2
    columns = widest
    while columns >= 1:
        groups = -(-batch // columns)
        for slices in range(1, max(1, device.multiprocessors // groups) + 1):
            geometry = _layout(program, dtype, columns, slices, device)
            if geometry is None:
                continue
            rounds = -(-groups // device.multiprocessors) if slices == 1 else 1
            seconds = rounds * _seconds(program, dtype, geometry)
            if best is None or seconds < best[0]:
                best = (seconds, geometry)
        columns //= 2
    return None if best is None else best[1]


def _layout(program: Program, dtype: str, columns: int, slices: int, device: Device) -> Geometry | None:
    largest = max([stage.size for stage in (*program.forward, *program.backward)], default=1)
    wanted = -(-largest // slices) * columns
    unit_threads = min(device.threads, -(-wanted // WARP) * WARP)
    inner = max([program.inner(op) for op in _products(program)], default=1)
    split = 1
    while 2 * split * unit_threads <= device.threads and 2 * split * (WARP // columns) * LEAST <= inner:
        split *= 2
    for chunk in CHUNKS:
        if chunk > CHUNKS[-1] and chunk >= 2 * inner:
            continue
        bare = Geometry(columns, slices, unit_threads, split, chunk, (0, 0))
        shared = (
            _shared(program, program.forward, dtype, bare),
            _shared(program, program.backward, dtype, bare),
        )
        if max(shared) <= device.shared:
            return Geometry(columns, slices, unit_threads, split, chunk, shared)
    return None


def _products(program: Program) -> list[GateProduct | BackProduct]:
    return [op for stage in (*program.forward, *program.backward) for op in stage.products]


def parts_size(geometry: Geometry, products: list[GateProduct | BackProduct]) -> int:
    """Numbers that the warps which share a sum hand over."""
    widest = max([op.width for op in products], default=0)
    return aligned((geometry.split - 1) * widest * geometry.unit_threads)


def _shared(program: Program, stages: list[Stage], dtype: str, geometry: Geometry) -> int:
    products = [op for stage in stages for op in stage.products]
    numbers = aligned(geometry.chunk * geometry.columns) + parts_size(geometry, products)
    numbers += sum(aligned(geometry.share(op.size) * program.inner(op) * op.width) for op in products)
    return numbers * BYTES[dtype]


def _seconds(program: Program, dtype: str, geometry: Geometry) -> float:
    """Expected time of a step forward and back."""
    rate = RATE[dtype] * min(1.0, geometry.threads / (WARP * BUSY))
    total = 0.0
    for stage in (*program.forward, *program.backward):
        for op in stage.products:
            inner = program.inner(op)
            adding = 2 * math.log2(geometry.lanes) * geometry.lanes / inner
            work = geometry.share(op.size) * inner * op.width * geometry.columns
            total += work * (1 + adding) / rate
            total += inner * geometry.columns * BYTES[dtype] / FAR + WAIT
        total += (geometry.slices > 1) * stage.barrier * BARRIER
    return total
