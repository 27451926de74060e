"""Growing tables over one axis of steps. Beyond a bound the old part is thinned to blocks: mean, minimum, maximum."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BLOCK = 8  # steps of the first blocks that are thinned


class Table:
    """A table [rows, N] whose N grows; the room doubles when it is full, so that appending is cheap.

    The first `thinned` columns may stand for several values each: then they are means, and `low` and `high`
    [rows, thinned] are the smallest and the largest of them.
    """

    def __init__(self, rows: int = 0) -> None:
        self._room = np.full((rows, 64), np.nan)
        self.count = 0
        self.low = np.empty((rows, 0))
        self.high = np.empty((rows, 0))

    @property
    def values(self) -> Floats:
        """A view [rows, N]: valid until the next change."""
        return self._room[:, : self.count]

    def append(self, columns: Floats) -> None:
        end = self.count + columns.shape[1]
        if end > self._room.shape[1]:
            room = np.full((self._room.shape[0], max(end, 2 * self._room.shape[1])), np.nan)
            room[:, : self.count] = self.values
            self._room = room
        self._room[:, self.count : end] = columns
        self.count = end

    def cut(self, count: int) -> None:
        self._room[:, count : self.count] = np.nan
        self.count = min(self.count, count)
        self.low, self.high = self.low[:, :count], self.high[:, :count]

    def arrange(self, sources: Sequence[int]) -> None:
        """Row i becomes what row sources[i] was, NaN for -1."""
        self._room, self.low, self.high = (_rows(table, sources) for table in (self._room, self.low, self.high))

    def thin(self, starts: NDArray[np.intp], weights: NDArray[np.int64]) -> None:
        """Put the columns before the last of `starts` together: block i is starts[i] … starts[i + 1] − 1.

        weights: how many values each of these columns stands for.
        """
        end, known = int(starts[-1]), self.low.shape[1]
        old = self.values[:, :end]
        good = ~np.isnan(old)
        share = np.where(good, weights[None, :], 0)
        with np.errstate(invalid="ignore", over="ignore"):
            total = np.add.reduceat(np.where(good, old, 0.0) * share, starts[:-1], axis=1)
            count = np.add.reduceat(share, starts[:-1], axis=1)
            means = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        low = np.concatenate([self.low, old[:, known:]], axis=1)
        high = np.concatenate([self.high, old[:, known:]], axis=1)
        self.low, self.high = np.fmin.reduceat(low, starts[:-1], axis=1), np.fmax.reduceat(high, starts[:-1], axis=1)
        self._replace(means, end)

    def thin_to_last(self, starts: NDArray[np.intp]) -> None:
        """The same for what only grows: the last value of each block stays."""
        self._replace(self.values[:, starts[1:] - 1], int(starts[-1]))

    def _replace(self, columns: Floats, end: int) -> None:
        """`columns` in place of the first `end`; what follows moves up, in a room of its own, because views are out."""
        kept = self.values[:, end:]
        count = columns.shape[1] + kept.shape[1]
        room = np.full_like(self._room, np.nan)
        room[:, : columns.shape[1]], room[:, columns.shape[1] : count] = columns, kept
        self._room, self.count = room, count


class Series:
    """Tables that share an axis of rising steps. `bound`: about so many columns are kept, the newest quarter as they
    were, older ones in blocks; None keeps everything. The extremes of every block stay exact, however often it is
    thinned."""

    def __init__(self, rows: int, names: Sequence[str], bound: int | None = None) -> None:
        self.rows, self.bound = rows, bound
        self.steps = Table(1)
        self.tables: dict[str, Table] = {name: Table(rows) for name in names}
        self.last = {"seconds", "sequences"} & set(names)  # tables of what only grows
        for name in self.last:
            self.tables[name] = Table(1)
        self.weights: NDArray[np.int64] = np.empty(0, np.int64)

    @property
    def axis(self) -> Floats:
        """[N]: the step of each column; of a block, its last step."""
        return self.steps.values[0]

    @property
    def thinned(self) -> int:
        """How many columns at the front are blocks."""
        return len(self.weights)

    def append(self, steps: Floats, columns: Mapping[str, Floats]) -> None:
        """Add columns; what is already there at or after their first step has been cut before. A table that is not
        known yet has NaN before, one without columns gets NaN."""
        before = self.steps.count
        for name in [name for name in columns if name not in self.tables]:  # in their order: a file has it too
            self.tables[name] = Table(self.rows)
            self.tables[name].append(np.full((self.rows, before), np.nan))
            self.tables[name].low = self.tables[name].high = np.full((self.rows, self.thinned), np.nan)
        self.steps.append(steps[None])
        for name, table in self.tables.items():
            given = columns.get(name)
            table.append(given if given is not None else np.full((table.values.shape[0], len(steps)), np.nan))
        if self.bound is not None and self.steps.count > self.bound:
            self._thin(self.bound // 4)

    def cut(self, step: float) -> None:
        """Forget everything from `step` on; a block that reaches there goes whole."""
        if not self.steps.count or self.axis[-1] < step:
            return  # as nearly always: the run goes on
        count = int(np.searchsorted(self.axis, step))
        if count < self.steps.count:
            self.weights = self.weights[:count]
            for table in (self.steps, *self.tables.values()):
                table.cut(count)

    def arrange(self, sources: Sequence[int]) -> None:
        """The rows changed: row i is what row sources[i] was, or new (-1)."""
        self.rows = len(sources)
        for name, table in self.tables.items():
            if name not in self.last:
                table.arrange(sources)

    def _thin(self, quarter: int) -> None:
        """The newest quarter stays; before it there are at most as many blocks, all equally long but the last."""
        old = self.steps.count - quarter
        weights = np.concatenate([self.weights, np.ones(old - self.thinned, np.int64)])
        ends = np.cumsum(weights)
        block = max(BLOCK, int(self.weights.max(initial=1)))
        while ends[-1] / block > quarter:
            block *= 2
        starts = np.unique(np.searchsorted(ends, np.arange(0, int(ends[-1]) - block + 1, block), "right"))
        starts = np.append(starts, int(np.searchsorted(ends, int(ends[-1]) // block * block, "right")))
        if starts[-1] < self.thinned or old - starts[-1] > quarter:  # one more block, which will be filled later
            starts = np.append(starts, old)
        for name, table in self.tables.items():
            if name in self.last:
                table.thin_to_last(starts)
            else:
                table.thin(starts, weights[: starts[-1]])
        self.steps.thin_to_last(starts)
        self.weights = np.add.reduceat(weights[: starts[-1]], starts[:-1])

    def blocks(self) -> dict[str, NDArray]:
        """What `arrays` of the curves must hold besides the tables, {} while nothing is thinned."""
        if not self.thinned:
            return {}
        found: dict[str, NDArray] = {"weights": self.weights}
        for name, table in self.tables.items():
            if name not in self.last:
                found |= {f"low/{name}": table.low, f"high/{name}": table.high}
        return found

    def take_blocks(self, blocks: Mapping[str, NDArray]) -> None:
        """What `blocks` gave. Raises ValueError or KeyError for arrays that do not fit."""
        if not blocks:
            return
        weights = np.asarray(blocks["weights"], np.int64)
        if weights.ndim != 1 or len(weights) > self.steps.count or np.any(weights < 1):
            raise ValueError("the blocks of its curves do not fit")
        self.weights = weights
        for name, table in self.tables.items():
            if name in self.last:
                continue
            low, high = (np.asarray(blocks[f"{end}/{name}"], float) for end in ("low", "high"))
            if low.shape != (self.rows, len(weights)) or high.shape != low.shape:
                raise ValueError(f"the blocks of {name} do not fit")
            table.low, table.high = low, high


def _rows(table: Floats, sources: Sequence[int]) -> Floats:
    made = np.full((len(sources), table.shape[1]), np.nan)
    for row, source in enumerate(sources):
        if 0 <= source < table.shape[0]:
            made[row] = table[source]
    return made
