"""Programs of machine code: each thread runs through all actions on its own sequences, without waiting for others."""

from collections.abc import Callable, Sequence

import numpy as np

from playground.compiler.native_kernels import CALL, SOURCES
from playground.engine.actions import Action, Loop, Move, Share
from playground.engine.native_compile import aligned, compile_loss, compile_moves
from playground.engine.native_team import Work

Array = np.ndarray


class _Calls:
    """What one thread runs through, and the numbers that its calls point at."""

    def __init__(self, actions: list[Action]) -> None:
        """There is a `Loop` among them."""
        runner = next(action.runner for action in actions if isinstance(action, Loop))
        self.dtype, self.width, self.N = str(runner.x.dtype), runner.columns.width, runner.columns.total
        self.moves = compile_moves(self.dtype, self.width)
        self.list: list[list[int]] = []
        self.alive: list[object] = [self.moves]

    def actions(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Loop):
                self.list.append(action.runner.calls[action.back])
                self.alive.append(action.runner)
            else:
                self._move(action)

    def kernel(self, address: int, steps: int, numbers: Array) -> None:
        self.alive.append(numbers)
        self.list.append([address, numbers.ctypes.data, 0, steps, self.N, 0])

    def _move(self, move: Move) -> None:
        factor = move.source if move.factor is None else move.factor
        self.alive.append(move)
        numbers = [
            move.target.ctypes.data,
            move.source.ctypes.data,
            0 if move.factor is None else factor.ctypes.data,
            int(move.more),
            move.target.shape[1],
            *_strides(move.target),
            *_strides(move.source),
            *_strides(factor),
        ]
        self.kernel(self.moves.addresses["move"], len(move.target), np.array(numbers, np.int64))

    def table(self) -> Array:
        return np.array(self.list, np.int64).reshape(-1, CALL)


def _strides(array: Array) -> tuple[int, int]:
    """Elements between two steps, and between two rows."""
    assert array.strides[2] == array.itemsize, array.strides
    return array.strides[0] // array.itemsize, array.strides[1] // array.itemsize


class NativeProgram(Work):
    """Calling it does all actions of all shares, each by a thread. There is a `Loop` in every one."""

    def __init__(self, *shares: list[Action]) -> None:
        self._calls = [_Calls(actions) for actions in shares]
        for calls, actions in zip(self._calls, shares, strict=True):
            calls.actions(actions)
        self._programs = [calls.table() for calls in self._calls]
        super().__init__(*([(table.ctypes.data, len(table))] for table in self._programs))


class _Pass:
    """One thread's way through a share and back."""

    def __init__(self, loss: str, share: Share) -> None:
        calls = self._calls = _Calls(share.ahead)
        self.B = share.x.shape[2]
        self._loads: list[tuple[int, Array]] = []  # place among the calls, numbers
        self._layouts: list[tuple[int, tuple[int, ...]] | None] = [None] * 3
        scores, d_scores, T = share.scores, share.d_scores, len(share.scores)
        addresses = calls.moves.addresses
        self._loaders = {np.dtype(source).char: addresses[f"load_{source}"] for source in SOURCES}
        rows = 1 if loss == "cross_entropy" else scores.shape[1]
        targets, mask = (aligned((T, size, calls.N), calls.dtype) for size in (rows, 1))
        self._load(share.x)
        calls.actions(share.ahead)
        self._load(targets)
        self._load(mask)
        self._total = np.zeros(1)
        numbers = [number for array in (scores, d_scores, targets, mask) for number in self._place(array)]
        self._numbers = np.array([*numbers, scores.shape[1], 0, self._total.ctypes.data], np.int64)
        self._counted = self._numbers[-2:-1].view(np.float64)
        compiled = compile_loss(loss, calls.dtype, calls.width)
        calls.kernel(compiled.addresses["loss"], T, self._numbers)
        calls.actions(share.behind)
        calls.alive += [compiled, targets, mask, share]
        self._table = calls.table()
        self.work = (self._table.ctypes.data, len(self._table))

    @property
    def total(self) -> float:
        """This share of the loss."""
        return float(self._total[0])

    def _place(self, array: Array) -> tuple[int, int]:
        # the loss takes rows to be N apart
        assert array.shape[1] == 1 or _strides(array)[1] == self._calls.N, array.strides
        return array.ctypes.data, _strides(array)[0]

    def _load(self, target: Array) -> None:
        """A call that fills `target` with an array that `_point` names each time."""
        numbers = [target.ctypes.data, target.shape[1], *_strides(target), 0, 0, 0, 0, self.B]
        array = np.array(numbers, np.int64)
        self._loads.append((len(self._calls.list), array))
        self._calls.kernel(0, len(target), array)

    def point(self, which: int, source: Array) -> Array:
        """Let a load read from `source` [T, B] or [T, B, D]. Returns what has to live until it has."""
        address = self._loaders.get(source.dtype.char)
        if address is None:
            return self.point(which, source.astype(np.float64))
        place, numbers = self._loads[which]
        layout = (address, source.strides)
        if self._layouts[which] != layout:  # a batch lies like the one before
            self._layouts[which] = layout
            self._table[place, 0] = address
            numbers[5 : 5 + source.ndim] = [stride // source.itemsize for stride in source.strides]
        numbers[4] = source.ctypes.data
        return source

    def count(self, steps: float) -> None:
        """Over how many steps of the whole batch the loss is averaged."""
        self._counted[0] = steps


class NativeTraining:
    """A pass forward and back, with the batch taken in and the loss in between; see `ArrayEngine.training`."""

    def __init__(self, loss: str, shares: Sequence[Share]) -> None:
        self._passes = [_Pass(loss, share) for share in shares]
        self._work = Work(*([each.work] for each in self._passes))
        self._alive: list[Array] = []

    def prepare(self, inputs: Array, targets: Array, mask: Array) -> Callable[[], None]:
        """See `Training`."""
        arrays = [np.asarray(array) for array in (inputs, targets, mask)]
        counted = max(float(arrays[2].sum()), 1.0)
        low = 0
        self._alive = []
        for each in self._passes:
            each.count(counted)
            own = slice(low, low + each.B)
            self._alive += [each.point(k, array[:, own]) for k, array in enumerate(arrays)]
            low += each.B
        return self._work

    def loss(self) -> float:
        """See `Training`."""
        return sum(each.total for each in self._passes)
