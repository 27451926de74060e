"""The curves of a run: growing arrays, one row for each network."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from playground.training.messages import Scalars, Tested
from playground.training.series import Floats, Series

LONG = 1 << 20  # steps: a run that is watched keeps about so many columns, whatever its length
CLOCKS = ("seconds", "sequences", "own_seconds")  # what is no metric of a test
BLOCKS, TEST_BLOCKS = "blocks/", "test_blocks/"  # of thinned curves in a checkpoint


class Curves:
    """Losses, gradient norms and tests of all networks of a run, in the order of the experiment.

    Steps only grow: an append that begins at or before a step that is already there replaces everything from that step
    on, because the run went back to a checkpoint. The arrays are views (float64): read them, do not keep them.

    steps: [N]. losses, gradient_norms: [nets, N], of each training step (norms before clipping). test_steps: [M].
    test_losses: [nets, M]. test_metrics: name → [nets, M]. test_seconds: [M], of training so far (NaN when read from a
    metrics.csv, which has no clock time); test_own_seconds: [nets, M], of each network's own. test_sequences: [M], that
    each was trained on (0: not known). A network that joined later has NaN before. clips: (step, threshold) from
    which step on the gradient was clipped at which norm (0: not at all); empty where nobody knows.

    With a `bound`, curves of more columns than that are thinned at their old end: the first `thinned` columns are means
    of blocks of steps (`steps` has each block's last one), whose extremes `extremes` has. Without one, nothing is lost.
    """

    def __init__(self, names: Sequence[str] = (), bound: int | None = None) -> None:
        self.names = tuple(names)
        self._bound = bound
        self.clear()

    def clear(self) -> None:
        """Forget everything but the names."""
        rows = len(self.names)
        self._train = Series(rows, ("losses", "gradient_norms"), self._bound)
        self._tests = Series(rows, ("losses", *CLOCKS), self._bound)
        self.clips: list[tuple[float, float]] = []

    @property
    def bound(self) -> int | None:
        """About how many columns are kept; None for all."""
        return self._bound

    @bound.setter
    def bound(self, bound: int | None) -> None:
        self._bound = self._train.bound = self._tests.bound = bound

    @property
    def steps(self) -> Floats:
        return self._train.axis

    @property
    def losses(self) -> Floats:
        return self._train.tables["losses"].values

    @property
    def gradient_norms(self) -> Floats:
        return self._train.tables["gradient_norms"].values

    @property
    def test_steps(self) -> Floats:
        return self._tests.axis

    @property
    def test_seconds(self) -> Floats:
        return self._tests.tables["seconds"].values[0]

    @property
    def test_sequences(self) -> Floats:
        return self._tests.tables["sequences"].values[0]

    @property
    def test_own_seconds(self) -> Floats:
        return self._tests.tables["own_seconds"].values

    @property
    def test_losses(self) -> Floats:
        return self._tests.tables["losses"].values

    @property
    def test_metrics(self) -> dict[str, Floats]:
        return {name: table.values for name, table in self._tests.tables.items() if name not in ("losses", *CLOCKS)}

    @property
    def weights(self) -> NDArray[np.int64]:
        """[thinned]: how many training steps each of the first columns stands for; all others stand for one."""
        return self._train.weights

    def extremes(self, name: str) -> tuple[Floats, Floats]:
        """The smallest and the largest value in each thinned block, [nets, thinned] each, of "losses",
        "gradient_norms", "test_losses" or a metric; [nets, 0] while nothing is thinned."""
        if name in ("losses", "gradient_norms"):
            table = self._train.tables[name]
        else:
            table = self._tests.tables["losses" if name == "test_losses" else name]
        return table.low, table.high

    def append_scalars(self, scalars: Scalars) -> None:
        """Add many training steps."""
        if scalars.steps:
            self.append_steps(scalars.steps, scalars.losses, scalars.gradient_norms, scalars.clip_norm)

    def append_steps(
        self,
        steps: Sequence[int],
        losses: Sequence[Sequence[float]],
        norms: Sequence[Sequence[float]],
        clip_norm: float | None = None,
    ) -> None:
        """Add training steps in rising order; losses and norms are [nets][len(steps)]. clip_norm: at which the gradient
        was clipped in them, None where nobody knows."""
        self._fit(len(losses))
        self._train.cut(steps[0])
        self._tests.cut(steps[0])
        if self.clips and self.clips[-1][0] >= steps[0]:
            self.clips = [clip for clip in self.clips if clip[0] < steps[0]]
        if clip_norm is not None and (not self.clips or self.clips[-1][1] != clip_norm):
            self.clips.append((float(steps[0]), clip_norm))
        shape = (len(losses), len(steps))
        columns = {
            "losses": np.array(losses, float).reshape(shape),
            "gradient_norms": np.array(norms, float).reshape(shape),
        }
        self._train.append(np.array(steps, float), columns)

    def append_test(self, tested: Tested) -> None:
        """Add one test. A metric that was not measured before has NaN before."""
        self._fit(len(tested.losses))
        self._tests.cut(tested.step)
        columns = {"losses": np.asarray(tested.losses, float)[:, None], "seconds": np.array([[tested.seconds]])}
        columns["sequences"] = np.array([[float(tested.sequences)]])
        if len(tested.own_seconds) == len(tested.losses):
            columns["own_seconds"] = np.asarray(tested.own_seconds, float)[:, None]
        for name in sorted({name for metrics in tested.metrics for name in metrics}):
            columns[name] = np.asarray([metrics.get(name, np.nan) for metrics in tested.metrics], float)[:, None]
        self._tests.append(np.array([float(tested.step)]), columns)

    def cut(self, step: int) -> None:
        """Forget what was after a step."""
        self._train.cut(step + 1)
        self._tests.cut(step + 1)
        self.clips = [clip for clip in self.clips if clip[0] <= step]

    def thresholds(self, steps: NDArray, otherwise: float = 0.0) -> Floats:
        """The clip norm at each of these steps, 0 for none; `otherwise` where nobody knows."""
        if not self.clips:
            return np.full(len(steps), otherwise)
        begins, values = np.array(self.clips).T
        return np.asarray(values[np.maximum(np.searchsorted(begins, steps, "right") - 1, 0)], float)

    def arrange(self, sources: Sequence[int], names: Sequence[str] = ()) -> None:
        """The networks changed: network i is what number sources[i] was before, or new (-1)."""
        self.names = tuple(names)
        self._train.arrange(sources)
        self._tests.arrange(sources)

    def arrays(self) -> dict[str, NDArray]:
        """Everything as named arrays, for a checkpoint."""
        found: dict[str, NDArray] = {
            "steps": self.steps, "losses": self.losses, "gradient_norms": self.gradient_norms,
            "test_steps": self.test_steps, "test_seconds": self.test_seconds, "test_losses": self.test_losses,
        }  # fmt: skip
        found |= {"test_sequences": self.test_sequences, "test_own_seconds": self.test_own_seconds}
        found |= {f"metrics/{name}": values for name, values in self.test_metrics.items()}
        if self.clips:
            found["clips"] = np.array(self.clips)
        found |= {BLOCKS + name: array for name, array in self._train.blocks().items()}
        return found | {TEST_BLOCKS + name: array for name, array in self._tests.blocks().items()}

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
        curves._train.append(np.asarray(steps, float), {name: arrays[name] for name in ("losses", "gradient_norms")})
        seconds = np.asarray(arrays.get("test_seconds", np.full(tests.size, np.nan)), float)[None]
        tested = {"losses": arrays["test_losses"], "seconds": seconds}
        tested["sequences"] = np.asarray(arrays.get("test_sequences", np.zeros(tests.size)), float)[None]
        own = np.asarray(arrays.get("test_own_seconds", np.full((rows, tests.size), np.nan)), float)
        tested["own_seconds"] = own.reshape(rows, tests.size)
        tested |= {name.removeprefix("metrics/"): arrays[name] for name in wide if name.startswith("metrics/")}
        curves._tests.append(np.asarray(tests, float), tested)
        curves.clips = [(float(step), float(norm)) for step, norm in arrays.get("clips", np.empty((0, 2)))]
        curves._train.take_blocks(_below(arrays, BLOCKS))
        curves._tests.take_blocks(_below(arrays, TEST_BLOCKS))
        return curves

    def _fit(self, rows: int) -> None:
        """As many rows as there are networks, when nobody said how they correspond."""
        if self.losses.shape[0] != rows:
            self.arrange(range(rows), self.names if len(self.names) == rows else ())


def _below(arrays: Mapping[str, NDArray], prefix: str) -> dict[str, NDArray]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
