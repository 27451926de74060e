"""Programs of machine code: each thread runs through all actions on its own sequences, without waiting for others."""

from typing import Any

import numpy as np

from playground.compiler.native_kernels import CALL, SOURCES
from playground.engine.actions import Action, Loop, Move
from playground.engine.native_compile import aligned, compile_loss, compile_moves
from playground.engine.native_team import Team

Array = np.ndarray


class _Calls:
    """Lists of calls, one for each thread, and the numbers they point at."""

    def __init__(self, runner: Any) -> None:
        self.dtype, self.width = str(runner.x.dtype), runner.columns.width
        self.moves = compile_moves(self.dtype, self.width)
        # every runner of a pass divides the sequences in the same way
        self.shares = [(call[5], call[6]) for call in runner.calls[False]]
        self.columns = runner.columns.total
        self.lists: list[list[list[int]]] = [[] for _ in self.shares]
        self.finish: list[Any] = []
        self.alive: list[Any] = [self.moves]

    def actions(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Loop):
                calls = action.runner.calls[action.back]
                assert [(call[5], call[6]) for call in calls] == self.shares, "runners divide the batch differently"
                for own, call in zip(self.lists, calls, strict=True):
                    own.append(call)
                if action.back and len(self.shares) > 1:
                    self.finish.append(action.runner)
                self.alive.append(action.runner)
            else:
                self._move(action)

    def kernel(self, address: int, steps: int, numbers: Array) -> None:
        """A call of every thread with the same numbers."""
        self.alive.append(numbers)
        for own, (first, last) in zip(self.lists, self.shares, strict=True):
            own.append([address, numbers.ctypes.data, 0, steps, self.columns, first, last, 0])

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

    def tables(self) -> list[Array]:
        return [np.array(own, np.int64).reshape(-1, CALL) for own in self.lists]


def _strides(array: Array) -> tuple[int, int]:
    """Elements between two steps, and between two rows."""
    assert array.strides[2] == array.itemsize, array.strides
    return array.strides[0] // array.itemsize, array.strides[1] // array.itemsize


def _run(tables: list[Array]) -> None:
    Team.run([(table.ctypes.data, len(table)) for table in tables])


class NativeProgram:
    """Calling it does all actions. There is a `Loop` among them."""

    def __init__(self, actions: list[Action]) -> None:
        calls = _Calls(next(action.runner for action in actions if isinstance(action, Loop)))
        calls.actions(actions)
        self._calls, self._tables = calls, calls.tables()

    def __call__(self) -> None:
        _run(self._tables)
        for runner in self._calls.finish:
            runner.add_up()


class NativeTraining:
    """A pass forward and back, with the batch taken in and the loss in between; see `ArrayEngine.training`."""

    def __init__(
        self, loss: str, x: Array, ahead: list[Action], scores: Array, d_scores: Array, behind: list[Action]
    ) -> None:
        calls = _Calls(next(action.runner for action in ahead if isinstance(action, Loop)))
        self._calls, self.B = calls, x.shape[2]
        self._loads: list[tuple[int, Array]] = []  # place among the calls, numbers
        self._layouts: list[tuple[int, tuple[int, ...]] | None] = [None] * 3
        dtype, T = calls.dtype, len(scores)
        addresses = calls.moves.addresses
        self._loaders = {np.dtype(source).char: addresses[f"load_{source}"] for source in SOURCES}
        rows = 1 if loss == "cross_entropy" else scores.shape[1]
        targets, mask = (aligned((T, size, calls.columns), dtype) for size in (rows, 1))
        self._load(x)
        calls.actions(ahead)
        self._load(targets)
        self._load(mask)
        self._totals = np.zeros(calls.columns)
        numbers = [number for array in (scores, d_scores, targets, mask) for number in self._place(array)]
        self._numbers = np.array([*numbers, scores.shape[1], 0, self._totals.ctypes.data], np.int64)
        self._counted = self._numbers[-2:-1].view(np.float64)
        compiled = compile_loss(loss, dtype, calls.width)
        calls.kernel(compiled.addresses["loss"], T, self._numbers)
        calls.actions(behind)
        calls.alive += [compiled, targets, mask, x, scores, d_scores]
        self._tables = calls.tables()
        self._firsts = [first for first, _ in calls.shares]

    def _place(self, array: Array) -> tuple[int, int]:
        # the loss takes rows to be N apart
        assert array.shape[1] == 1 or _strides(array)[1] == self._calls.columns, array.strides
        return array.ctypes.data, _strides(array)[0]

    def _load(self, target: Array) -> None:
        """A call that fills `target` with an array that `_point` names each time."""
        numbers = [target.ctypes.data, target.shape[1], *_strides(target), 0, 0, 0, 0, self.B]
        array = np.array(numbers, np.int64)
        self._loads.append((len(self._calls.lists[0]), array))
        self._calls.kernel(0, len(target), array)

    def _point(self, which: int, source: Array) -> Array:
        """Let a load read from `source` [T, B] or [T, B, D]. Returns what has to live until it has."""
        address = self._loaders.get(source.dtype.char)
        if address is None:
            return self._point(which, source.astype(np.float64))
        place, numbers = self._loads[which]
        layout = (address, source.strides)
        if self._layouts[which] != layout:  # a batch lies like the one before
            self._layouts[which] = layout
            for table in self._tables:
                table[place, 0] = address
            numbers[5 : 5 + source.ndim] = [stride // source.itemsize for stride in source.strides]
        numbers[4] = source.ctypes.data
        return source

    def __call__(self, inputs: Array, targets: Array, mask: Array) -> float:
        alive = [self._point(k, np.asarray(array)) for k, array in enumerate((inputs, targets, mask))]
        self._counted[0] = max(float(alive[2].sum()), 1.0)
        _run(self._tables)
        for runner in self._calls.finish:
            runner.add_up()
        return float(sum(self._totals[first] for first in self._firsts))
