"""Native code on the CPU: compiles a plan with LLVM and gives each thread a share of the batch.

A share has arrays of its own. Where threads had neighbouring columns of the same arrays, each core fetched ahead what
the other was about to write: a step of 0.9 ms took 1.3 in half of all runs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Thread
from weakref import ref

import numpy as np

from playground.compiler.native_math import BYTES
from playground.compiler.plan import Plan
from playground.engine.actions import Action, Loop, Move, Share
from playground.engine.array_engine import ArrayEngine, Training
from playground.engine.native_compile import (
    PlanKey,
    aligned,
    compile_common,
    compile_plan,
    layout,
    processor,
    vector_bytes,
)
from playground.engine.native_program import NativeProgram, NativeTraining
from playground.engine.native_team import Team, Work
from playground.engine.native_updates import NativeUpdates
from playground.engine.right_of_way import RightOfWay
from playground.engine.runner import Runner, Setup
from playground.engine.threads import cores

__all__ = ["NativeEngine", "NativeRunner", "processor", "vector_bytes"]

Array = np.ndarray

WORTH_A_THREAD = 4_000_000  # multiplications of a pass from which a second thread pays for its waking
CHUNK_BYTES = 3 << 17  # of deltas and of a source, laid out, that stay in the cache while weight gradients are summed
CHUNK_SAMPLES = 256  # at least, as long as the source stays there: the gradients themselves go to and fro each time
MOST_JOINT = 16  # works of several networks that are kept ready


@dataclass(frozen=True)
class Columns:
    """How sequences lie side by side: in `vectors` of `width`. One alone is a vector of 1."""

    width: int
    vectors: int

    @property
    def total(self) -> int:
        """N: sequences with those that fill the last vector."""
        return self.width * self.vectors


def columns_of(batch: int, dtype: str) -> Columns:
    """How so many sequences lie on this machine."""
    width, _ = layout(batch, dtype)
    return Columns(width, -(-batch // width))


def chunk_steps(pack: int, bank: int, columns: int, size: int, steps: int) -> int:
    """After how many steps back weight gradients are summed. pack, bank: numbers of a source and deltas in a column."""
    whole, source = (CHUNK_BYTES // (size * max(1, rows) * columns) for rows in (pack + bank, pack))
    return max(1, min(steps, source, max(whole, CHUNK_SAMPLES // columns)))


class NativeEngine(ArrayEngine):
    """The engine "native"."""

    joins = True
    tested_together = 32  # the usual batch: a test then needs no machine code and no buffers beyond those of training
    looked_together = 1  # vectors then lie along the units, and four ways back take less time than that of four copies

    def __init__(self) -> None:
        super().__init__("native", np)
        self._joint: dict[tuple[int, ...], tuple[Work, tuple[ref[Work], ...]]] = {}  # by the ids of its parts

    def warm(self) -> Callable[[], None]:
        """Compile what every network needs, in a thread of its own: whoever needs it before waits for it."""
        thread = Thread(target=compile_common, args=("float32",), name="native code", daemon=True)
        thread.start()
        return thread.join

    def give_way(self, way: RightOfWay | None) -> None:
        """See `ArrayEngine.give_way`."""
        Team.give_way(way)

    def shares(self, multiplications: int, batch: int, dtype: str) -> tuple[int, ...]:
        """See `ArrayEngine.shares`. One for each thread, as even as can be, and none without a whole vector's work."""
        count = min(cores(), columns_of(batch, dtype).vectors) if multiplications >= WORTH_A_THREAD else 1
        least, more = divmod(batch, count)
        return tuple(least + (k < more) for k in range(count))

    def program(self, *shares: list[Action]) -> Callable[[], None]:
        """See `ArrayEngine.program`."""
        return NativeProgram(*shares)

    def training(self, loss: str, shares: Sequence[Share]) -> Training:
        """See `ArrayEngine.training`."""
        return NativeTraining(loss, shares)

    def together(self, works: Sequence[Callable[[], None]]) -> Callable[[], None] | None:
        """See `ArrayEngine.together`. Only where there is work for several threads anyway: to wake one takes longer
        than small networks do."""
        shared = [work for work in works if isinstance(work, Work)]
        if len(shared) < max(2, len(works)) or all(len(work.pieces) < 2 for work in shared):
            return None
        key = tuple(map(id, shared))
        joint, parts = self._joint.get(key, (None, ()))
        if joint is None or any(part() is not work for part, work in zip(parts, shared, strict=True)):
            if len(self._joint) >= MOST_JOINT:
                self._joint.clear()
            joint = Work.joined(shared)
            self._joint[key] = joint, tuple(map(ref, shared))
        return joint

    def updates(self, kind: str, values: Array, gradients: Array, memories: list[Array]) -> NativeUpdates:
        """See `ArrayEngine.updates`."""
        return NativeUpdates(kind, values, gradients, memories)

    def build(
        self,
        plan: Plan,
        weights: Mapping[str, Array],
        gradients: Mapping[str, Array],
        setup: Setup,
        x: Array | None = None,
        d_x: Array | None = None,
    ) -> Runner:
        """See `ArrayEngine.build`."""
        return NativeRunner(plan, weights, gradients, setup, x, d_x)


class NativeRunner(Runner):
    """Machine code with its buffers.

    The batch is rounded up to whole vectors; nothing outside sees the columns beyond B, whose gradients are 0.
    calls: of the machine code, forward and back; see `playground.compiler.native_kernels`.
    """

    def __init__(
        self,
        plan: Plan,
        weights: Mapping[str, Array],
        gradients: Mapping[str, Array],
        setup: Setup,
        x: Array | None,
        d_x: Array | None,
    ) -> None:
        steps, dtype, keep_all = setup.steps, setup.dtype, setup.keep_all
        self._given = x
        self.columns = columns = columns_of(max(setup.batch, setup.room), dtype)
        _, width = layout(columns.total, dtype)
        together = 2 - columns.vectors % 2 if columns.total > 1 else 0
        key = PlanKey(plan, setup.want_input_gradient, keep_all, dtype, width, together, setup.learn)
        code, compiled = compile_plan(key)
        depth = chunk_steps(code.pack, plan.bank_size, columns.total, BYTES[dtype], steps)
        stored: dict[str, Array] = {}
        for name, (extra, rows) in code.storage.code.stored.items():
            given = {"x": x, "d_x": d_x}.get(name)
            slots = depth if name == "delta" and not keep_all else steps + extra
            shape = (slots, rows, columns.total)
            fits = given is not None and given.strides == _strides(shape, dtype)
            stored[name] = given if fits else aligned(shape, dtype)  # type: ignore[assignment]
        super().__init__(np, plan, weights, setup, stored, code.storage.code.series)
        if stored.get("d_x") is d_x:
            self.d_x = d_x
        self._scratch: list[Array] = []
        self._panels = aligned((code.panels,), dtype)
        pack = aligned((depth * code.pack * columns.total,), dtype)
        table = np.array([self._address(name, dtype) for name in code.arrays] or [0], np.int64)
        written = {**gradients, "pack": pack}
        places = np.array([written[name].ctypes.data for name in code.gradients], np.int64)
        self._alive = (table, places, written, compiled)  # the calls hold their addresses
        self.calls: dict[bool, list[int]] = {
            back: [
                compiled.addresses["backward" if back else "forward"],
                table.ctypes.data,
                places.ctypes.data,
                steps,
                columns.total,
                depth,
            ]
            for back in (False, True)
        }

    def zeros(self, rows: int) -> Array:
        """See `Runner.zeros`."""
        return aligned((self.T, rows, self.columns.total), str(self.x.dtype))[:, :, : self.B]

    def _address(self, name: str, dtype: str) -> int:
        kind, _, rest = name.partition(":")
        if kind == "weight":
            return int(self._weights[rest].ctypes.data)
        if kind == "scratch":
            self._scratch.append(aligned((self._rows(rest), self.columns.total), dtype))
            return int(self._scratch[-1].ctypes.data)
        if kind == "panels":
            return int(self._panels.ctypes.data)
        return int(self._stored[name].ctypes.data)

    def _rows(self, name: str) -> int:
        head, _, rest = name.partition(":")
        if head in ("d", "back", "carry", "next"):
            return self.plan.sizes[rest]
        if head == "fold":
            return self.plan.sizes[rest] // int(rest.rpartition(":")[2])
        return self.plan.sizes[name]

    def ahead(self) -> list[Action]:
        """See `Runner.ahead`. An input that is stored in another way is copied first."""
        copy: list[Action] = []
        if self._given is not None and self._stored["x"] is not self._given:
            copy.append(Move(self.x, self._given))
        return [*copy, *super().ahead()]

    def run_forward(self) -> None:
        """See `Runner`."""
        NativeProgram([Loop(self)])()

    def run_backward(self) -> None:
        """See `Runner`."""
        NativeProgram([Loop(self, back=True)])()


def _strides(shape: tuple[int, ...], dtype: str) -> tuple[int, ...]:
    size = BYTES[dtype]
    return (shape[1] * shape[2] * size, shape[2] * size, size)
