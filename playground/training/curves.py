"""The curves of a run: growing arrays, one row for each network."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from playground.training.messages import Scalars, Tested

Floats = NDArray[np.float64]


class _Growing:
    """A table [rows, N] whose N grows; the room doubles when it is full, so that appending is cheap."""

    def __init__(self, rows: int = 0) -> None:
        self._room = np.full((rows, 64), np.nan)
        self.count = 0

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

    def arrange(self, sources: Sequence[int]) -> None:
        """Row i becomes what row sources[i] was, NaN for -1."""
        room = np.full((len(sources), self._room.shape[1]), np.nan)
        for row, source in enumerate(sources):
            if 0 <= source < self._room.shape[0]:
                room[row] = self._room[source]
        self._room = room


class Curves:
    """Losses, gradient norms and tests of all networks of a run, in the order of the experiment.

    Steps only grow: an append that begins at or before a step that is already there replaces everything from that step
    on, because the run went back to a checkpoint. The arrays are views (float64): read them, do not keep them.

    steps: [N]. losses, gradient_norms: [nets, N], of each training step (norms before clipping). test_steps: [M].
    test_losses: [nets, M]. test_metrics: name → [nets, M]. test_seconds: [M], of training so far (NaN when read from a
    metrics.csv, which has no clock time). A network that joined later has NaN before.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names = tuple(names)
        self.clear()

    def clear(self) -> None:
        """Forget everything but the names."""
        rows = len(self.names)
        self._steps, self._losses, self._norms = _Growing(1), _Growing(rows), _Growing(rows)
        self._test_steps, self._test_seconds, self._test_losses = _Growing(1), _Growing(1), _Growing(rows)
        self._metrics: dict[str, _Growing] = {}

    @property
    def steps(self) -> Floats:
        return self._steps.values[0]

    @property
    def losses(self) -> Floats:
        return self._losses.values

    @property
    def gradient_norms(self) -> Floats:
        return self._norms.values

    @property
    def test_steps(self) -> Floats:
        return self._test_steps.values[0]

    @property
    def test_seconds(self) -> Floats:
        return self._test_seconds.values[0]

    @property
    def test_losses(self) -> Floats:
        return self._test_losses.values

    @property
    def test_metrics(self) -> dict[str, Floats]:
        return {name: table.values for name, table in self._metrics.items()}

    def append_scalars(self, scalars: Scalars) -> None:
        """Add many training steps."""
        if scalars.steps:
            self.append_steps(scalars.steps, scalars.losses, scalars.gradient_norms)

    def append_steps(
        self, steps: Sequence[int], losses: Sequence[Sequence[float]], norms: Sequence[Sequence[float]]
    ) -> None:
        """Add training steps in rising order; losses and norms are [nets][len(steps)]."""
        self._fit(len(losses))
        cut = int(np.searchsorted(self.steps, steps[0]))
        for table in (self._steps, self._losses, self._norms):
            table.cut(cut)
        self._cut_tests(int(np.searchsorted(self.test_steps, steps[0])))
        self._steps.append(np.asarray([steps], float))
        self._losses.append(np.asarray(losses, float).reshape(len(losses), len(steps)))
        self._norms.append(np.asarray(norms, float).reshape(len(losses), len(steps)))

    def append_test(self, tested: Tested) -> None:
        """Add one test. A metric that was not measured before has NaN before."""
        self._fit(len(tested.losses))
        self._cut_tests(int(np.searchsorted(self.test_steps, tested.step)))
        before = self._test_steps.count
        self._test_steps.append(np.array([[float(tested.step)]]))
        self._test_seconds.append(np.array([[tested.seconds]]))
        self._test_losses.append(np.asarray(tested.losses, float)[:, None])
        names = {name for metrics in tested.metrics for name in metrics}
        for name in [*self._metrics, *sorted(names - set(self._metrics))]:
            if name not in self._metrics:
                self._metrics[name] = _Growing(len(tested.losses))
                self._metrics[name].append(np.full((len(tested.losses), before), np.nan))
            column = [metrics.get(name, np.nan) for metrics in tested.metrics]
            self._metrics[name].append(np.asarray(column, float)[:, None])

    def arrange(self, sources: Sequence[int], names: Sequence[str] = ()) -> None:
        """The networks changed: network i is what number sources[i] was before, or new (-1)."""
        self.names = tuple(names)
        for table in (self._losses, self._norms, self._test_losses, *self._metrics.values()):
            table.arrange(sources)

    def arrays(self) -> dict[str, NDArray]:
        """Everything as named arrays, for a checkpoint."""
        found: dict[str, NDArray] = {
            "steps": self.steps, "losses": self.losses, "gradient_norms": self.gradient_norms,
            "test_steps": self.test_steps, "test_seconds": self.test_seconds, "test_losses": self.test_losses,
        }  # fmt: skip
        return found | {f"metrics/{name}": values for name, values in self.test_metrics.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], names: Sequence[str]) -> "Curves":
        """The curves that `arrays` was made of. Raises ValueError or KeyError for arrays that do not fit together."""
        curves = cls(names)
        if not arrays:
            return curves
        steps, tests, rows = arrays["steps"], arrays["test_steps"], len(names)
        wide = {"losses": steps, "gradient_norms": steps, "test_losses": tests}
        wide |= {name: tests for name in arrays if name.startswith("metrics/")}
        for name, axis in wide.items():
            if arrays[name].shape != (rows, axis.size):
                raise ValueError(f"{name} is {arrays[name].shape}, not {(rows, axis.size)}")
        curves._steps.append(np.asarray(steps, float)[None])
        curves._losses.append(arrays["losses"])
        curves._norms.append(arrays["gradient_norms"])
        curves._test_steps.append(np.asarray(tests, float)[None])
        curves._test_seconds.append(np.asarray(arrays.get("test_seconds", np.full(tests.size, np.nan)), float)[None])
        curves._test_losses.append(arrays["test_losses"])
        for name in arrays:
            if name.startswith("metrics/"):
                table = curves._metrics[name.removeprefix("metrics/")] = _Growing(rows)
                table.append(arrays[name])
        return curves

    def _fit(self, rows: int) -> None:
        """As many rows as there are networks, when nobody said how they correspond."""
        if self._losses.values.shape[0] != rows:
            self.arrange(range(rows), self.names if len(self.names) == rows else ())

    def _cut_tests(self, count: int) -> None:
        for table in (self._test_steps, self._test_seconds, self._test_losses, *self._metrics.values()):
            table.cut(count)
