"""A training step on the GPU without the host in it: losses and optimizers, whose numbers are read later.

What the host wants to know of a step, its loss and the norm of its gradient, the device writes into a ledger; one
transfer brings as many steps as there have been. Until then the host does not know whether all is finite. The device
does: after the first number that is not, no weight changes any more.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from playground.compiler.cuda_losses import SUMMERS as TALLIERS
from playground.compiler.cuda_losses import emit_loss
from playground.compiler.cuda_updates import BLOCKS, QUANTITIES, SUMMERS, emit_update
from playground.engine.cuda_compile import compile_kernel

Array = Any  # of CuPy

BLOCK = 256
PAGE = 4096  # numbers of the ledger that are made at a time


class Ledger:
    """Numbers that the device writes and the host reads later. verdict: see `playground.compiler.cuda_updates`.

    Where nobody holds it, a number is read at once or never, and its place is used again.
    """

    def __init__(self, xp: ModuleType) -> None:
        self._xp = xp
        self.verdict: Array = xp.zeros(2, np.float64)
        self._pages: list[Array] = [xp.zeros(PAGE, np.float64)]
        self._next = 0
        self._held = False

    def hold(self) -> None:
        """Keep every number from now on until `read`."""
        if not self._held:
            self._held, self._next = True, 0

    def place(self) -> "Reading":
        """Where the next number goes."""
        mark = self._next if self._held else self._next % PAGE
        if mark == PAGE * len(self._pages):
            self._pages.append(self._xp.zeros(PAGE, np.float64))
        self._next += 1
        return Reading(mark, self._pages[mark // PAGE], mark % PAGE)

    def read(self) -> tuple[str, int, np.ndarray]:
        """What was not finite ("" for nothing) and its mark, and all numbers since `hold`, by their marks: one
        transfer, which waits for the device."""
        found: np.ndarray = self._xp.concatenate([self.verdict, *self._pages]).get()
        self.verdict.fill(0)
        self._held, self._next = False, 0
        del self._pages[1:]
        return QUANTITIES[int(found[0])], int(found[1]), found[2:]


@dataclass(frozen=True, eq=False)
class Reading:
    """One number that the device writes, at a place of a page. As a float it waits for the device."""

    mark: int
    page: Array
    place: int

    def __float__(self) -> float:
        return float(self.page[self.place : self.place + 1].get()[0])


class CudaTraining:
    """A whole pass: see `ArrayEngine.training`. The loss is a `Reading`."""

    def __init__(
        self,
        xp: ModuleType,
        ledger: Ledger,
        kind: str,
        x: Array,
        scores: Array,
        d_scores: Array,
        ahead: Callable[[], None],
        behind: Callable[[], None],
    ) -> None:
        self._xp, self._ledger, self._kind = xp, ledger, kind
        self._x, self._ahead, self._behind = x, ahead, behind
        self._dtype = scores.dtype
        T, O, B = scores.shape
        text = emit_loss(kind, str(scores.dtype))
        self._loss, self._tally = (compile_kernel(xp, text, name, False) for name in ("loss", "tally"))
        self._count = T * B
        self._parts = xp.zeros(T * B, np.float64)
        self._nothing = (xp.zeros(1, scores.dtype), xp.zeros(1, np.int32))
        strides = [np.int64(array.strides[k] // array.itemsize) for array in (scores, d_scores) for k in (0, 1)]
        self._shape = (np.int32(T), np.int32(B), np.int32(O), *strides)
        self._scores, self._d_scores = scores, d_scores

    def prepare(self, inputs: np.ndarray, targets: np.ndarray, mask: np.ndarray) -> Callable[[], None]:
        """See `Training`. What it gives puts the pass on the stream."""
        return partial(self._run, inputs, targets, mask)

    def loss(self) -> Reading:
        """See `Training`."""
        return self._found

    def _run(self, inputs: np.ndarray, targets: np.ndarray, mask: np.ndarray) -> None:
        xp, real = self._xp, self._dtype
        self._x[...] = xp.asarray(np.ascontiguousarray(inputs, real)).transpose(0, 2, 1)
        self._ahead()
        wanted, classes = self._nothing
        if self._kind == "cross_entropy":
            classes = xp.asarray(np.ascontiguousarray(targets, np.int32))
        else:
            wanted = xp.asarray(np.ascontiguousarray(targets, real))
        counts = xp.asarray(np.ascontiguousarray(mask, real))
        share = np.float64(1.0 / max(float(mask.sum()), 1.0))
        arrays = (self._scores, self._d_scores, wanted, classes, counts, self._parts)
        self._loss((-(-self._count // BLOCK), 1), (BLOCK,), (*self._shape, share, *arrays))
        found = self._ledger.place()
        arguments = (np.int64(self._count), np.int32(found.place), self._parts, found.page)
        self._tally((1, 1), (TALLIERS,), arguments, shared_mem=TALLIERS * 8)
        self._behind()
        self._found = found


class CudaUpdates:
    """An optimizer's arithmetic: see `ArrayEngine.updates`. `squares`, `scale` and `step` let the host judge between
    them; `judge` and `step_if_sound` leave that to the device."""

    def __init__(
        self, xp: ModuleType, ledger: Ledger, kind: str, values: Array, gradients: Array, memories: list[Array]
    ) -> None:
        self._xp, self._ledger = xp, ledger
        self._values, self._gradients = values, gradients
        text = emit_update(kind, str(values.dtype))
        self._kernels = {
            name: compile_kernel(xp, text, name, False) for name in ("squares", "judge", "scale", "update", "commit")
        }
        self._count = np.int64(values.size)
        self._parts, self._factor = xp.zeros(BLOCKS, np.float64), xp.ones(1, np.float64)
        self._one = xp.ones(1, np.float64)
        self._memories = len(memories)
        self._present = [values, *memories, *[values] * (2 - len(memories))]
        self._beside: list[Array] | None = None
        self._mark = -1

    def _all(self, name: str, *arguments: Any) -> None:
        blocks = -(-int(self._count) // BLOCK)
        self._kernels[name]((blocks, 1), (BLOCK,), (self._count, *arguments))

    def _judge(self, loss: Reading | None, clip_norm: float) -> Reading:
        parts = (self._count, self._gradients, self._parts)
        self._kernels["squares"]((BLOCKS, 1), (SUMMERS,), parts, shared_mem=SUMMERS * 8)
        norm = self._ledger.place()
        judged = norm if loss is None else loss
        places = (np.int32(judged.place), np.int32(norm.place), np.int32(-1 if loss is None else loss.mark))
        arrays = (self._parts, self._factor, judged.page, norm.page, self._ledger.verdict)
        self._kernels["judge"]((1, 1), (1,), (*places, np.float64(clip_norm), *arrays))
        return norm

    def squares(self) -> float:
        """Σ gradient², now."""
        norm = float(self._judge(None, 0.0))
        return norm * norm if math.isfinite(norm) else norm

    def scale(self, factor: float) -> None:
        """Gradients times a factor."""
        self._all("scale", np.float64(factor), self._gradients)

    def step(self, trainable: Array | None, *settings: float) -> None:
        """Change the values, come what may."""
        self._update(-1, self._one, trainable, settings, self._present)

    def judge(self, loss: Reading, clip_norm: float) -> Reading:
        """The norm of the gradient; a verdict where it or the loss is not finite. The next `step_if_sound` clips."""
        self._mark = loss.mark
        return self._judge(loss, clip_norm)

    def step_if_sound(self, trainable: Array | None, *settings: float) -> None:
        """Change the values unless there is a verdict, or they would not be finite then, which gives one."""
        if self._beside is None:
            values, *memories = (self._xp.zeros_like(self._values) for _ in range(1 + self._memories))
            self._beside = [values, *memories, *[values] * (2 - self._memories)]
        self._update(self._mark, self._factor, trainable, settings, self._beside)
        self._all("commit", self._ledger.verdict, *self._present, *self._beside)

    def _update(
        self, mark: int, factor: Array, trainable: Array | None, settings: tuple[float, ...], target: list[Array]
    ) -> None:
        numbers = [np.float64(value) for value in settings]
        arrays = (self._gradients, self._values if trainable is None else trainable, *self._present, *target)
        start = (np.int32(mark), np.int32(trainable is None))
        self._all("update", *start, *numbers, factor, self._ledger.verdict, *arrays)
