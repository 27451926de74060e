"""A table's columns as a time series: learn on the rows before a split, be tested on those after it."""

from __future__ import annotations  # np.random, in a signature, would load all of NumPy's random numbers

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playground.errors import BadInput
from playground.tasks.base import Array, Baseline, Batch, Facts, Probe
from playground.tasks.columns import recognise
from playground.tasks.csv_file import listed, read_sheet
from playground.tasks.scores import autoregression, counted_errors, mean_squared
from playground.tasks.series import Series, read_series, show_time
from playground.tasks.spec import Table

ORDER = 9
LONGEST_RUN = 4000
"""A test that would need more steps than this is cut into parts that run side by side, each with its own history."""
PART, HISTORY, MOST_PARTS = 1000, 250, 50
PROBE_STEPS = 200


class TableTask:
    """Windows of the training rows as training sequences; the test is one long run over all rows, of which only those
    after `train_until` count, so that the net has seen the history.

    inputs [T, B, D] and targets [T, B, O] are normalised with mean and deviation of the training rows. The target of
    step t lies `horizon` rows later. A target that is missing in the table is never counted.
    """

    def __init__(self, spec: Table, path: Path) -> None:
        sheet = read_sheet(path)
        if not (spec.inputs and spec.targets):
            found = recognise(sheet)
            time = spec.time or ("" if spec.inputs or spec.targets else found.time)
            inputs, targets = spec.inputs or found.inputs, spec.targets or found.targets
        else:
            time, inputs, targets = spec.time, spec.inputs, spec.targets
        self.spec = spec
        self.series = series = read_series(sheet, time, tuple(dict.fromkeys((*inputs, *targets))))
        self.training_rows, self._test_rows = _split(spec, series)
        values, observed = series.values, series.observed
        mean, deviation, constant = self._scales()
        normal = (values - mean) / deviation
        into = [series.names.index(name) for name in inputs]
        out = [series.names.index(name) for name in targets]
        if never := tuple(name for name in targets if name in constant):
            raise BadInput(
                str(path), f"{listed(never)} does not change in the training rows", "choose another target or split"
            )
        self._inputs, self._targets = normal[:, into], normal[:, out]
        self._mean, self._deviation = mean[out], deviation[out]
        self._observed: NDArray[np.bool_] = np.asarray(observed[:, out].all(axis=1))
        self._starts = self._window_starts()
        self._tested = self._cut_test()
        self._chance, baselines = self._without_network()
        several = len(targets) > 1
        self._rmse = tuple(f"rmse_{name}" for name in targets) if several else ("rmse",)
        self.facts = Facts(
            name=path.stem,
            about=self._about(inputs, targets, sheet.notes + series.notes, constant),
            inputs=len(into),
            outputs=len(out),
            length=spec.window,
            loss="mse",
            metrics=("relative_mse", *self._rmse),
            input_names=tuple(f"{name} [σ]" for name in inputs),
            output_names=tuple(f"{name} [σ]" for name in targets),
            time_name=series.time_name,
            chance=self._chance,
            baselines=baselines,
        )

    # -- building ---------------------------------------------------------------------------------------------------

    def _scales(self) -> tuple[Array, Array, tuple[str, ...]]:
        train = np.where(self.series.observed, self.series.values, np.nan)[: self.training_rows]
        counts = np.isfinite(train).sum(axis=0)
        if not counts.all():
            empty = tuple(name for name, count in zip(self.series.names, counts, strict=True) if not count)
            problem = f"{listed(empty)} has no value in the training rows"
            raise BadInput(str(self.spec.file), problem, "choose a later split")
        mean = np.nanmean(train, axis=0)
        deviation = np.nanstd(train, axis=0)
        still = deviation <= 1e-12 * np.maximum(np.abs(mean), 1e-300)
        names = tuple(name for name, flag in zip(self.series.names, still, strict=True) if flag)
        # the value itself, so that a constant column is 0 throughout and not a rounding error
        return np.where(still, np.nanmax(train, axis=0), mean), np.where(still, 1.0, deviation), names

    def _window_starts(self) -> Array:
        spec = self.spec
        if spec.warmup >= spec.window:
            raise BadInput(
                "task.warmup", f"{spec.warmup} steps leave no target in a window of {spec.window}", "make it smaller"
            )
        room = self.training_rows - spec.horizon
        if room < spec.window:
            remedy = f"choose a window of at most {room}" if room >= 2 else "choose a smaller horizon or a later split"
            problem = f"{spec.window} steps with a horizon of {spec.horizon} do not fit into {self.training_rows} rows"
            raise BadInput("task.window", f"{problem} for training", remedy)
        counts = np.concatenate([[0], np.cumsum(self._observed)])
        starts = np.arange(room - spec.window + 1)
        scored = counts[starts + spec.window + spec.horizon] - counts[starts + spec.warmup + spec.horizon]
        if not scored.any():
            raise BadInput(str(self.spec.file), "no window holds a target that is not missing", "choose another target")
        return starts[scored > 0]

    def _cut_test(self) -> Array:
        """First and last+1 counted target row, and first input row, of each part: [parts, 3]."""
        begin, end, horizon = self.training_rows, self._test_rows, self.spec.horizon
        if end - horizon <= LONGEST_RUN:
            return np.array([[begin, end, 0]])
        size = min(PART, end - begin)
        count = min(-(-(end - begin) // size), MOST_PARTS)
        ends = np.minimum(begin + size * np.arange(1, count + 1), end)
        first = ends - size - horizon - max(HISTORY, self.spec.window)
        return np.column_stack([ends - size, ends, first])

    def _without_network(self) -> tuple[float, tuple[Baseline, ...]]:
        """The error of always saying the mean, and of last value and a linear autoregression, on the test's targets."""
        horizon, rows = self.spec.horizon, np.arange(len(self._targets))
        counted = np.zeros(len(rows), dtype=bool)
        for begin, end, _ in self._tested:
            counted[begin:end] = True
        counted &= self._observed
        order = max(1, min(ORDER, self.training_rows // 10))
        fit = self._observed & (rows < self.training_rows)
        errors = []
        for method in ("last", "linear"):
            squares = []
            for column in self._targets.T:
                if method == "last":
                    forecast = np.concatenate([np.full(horizon, np.nan), column[:-horizon]])
                else:
                    forecast = autoregression(column, fit, order, horizon)
                squares.append(np.mean((forecast - column)[counted] ** 2))
            errors.append(float(np.mean(squares)))
        names = ("last value", f"linear AR({order})")
        made = tuple(Baseline(name, error, error) for name, error in zip(names, errors, strict=True))
        return float(np.mean(self._targets[counted] ** 2)), tuple(b for b in made if np.isfinite(b.metric))

    def _about(
        self, inputs: tuple[str, ...], targets: tuple[str, ...], notes: tuple[str, ...], constant: tuple[str, ...]
    ) -> str:
        times, unit = self.series.times, self.series.time_name
        ahead = "one row" if self.spec.horizon == 1 else f"{self.spec.horizon} rows"
        scale = "; ".join(
            f"{name} has mean {m:.4g} and σ {s:.4g}"
            for name, m, s in list(zip(targets, self._mean, self._deviation, strict=True))[:3]
        )
        parts = [
            f"Predict {listed(targets)} {ahead} ahead from {listed(inputs)}.",
            f"Training on {unit} {show_time(times[0])} to {show_time(times[self.training_rows - 1])}, "
            f"test on {show_time(times[self.training_rows])} to {show_time(times[self._test_rows - 1])}.",
            f"All values are in standard deviations (σ) from the mean of the training rows: {scale}.",
            *notes,
        ]
        if constant:
            parts.append(f"{listed(constant)} does not change in the training rows, so it tells the network nothing.")
        if len(self._tested) == MOST_PARTS and self._tested[-1][1] < self._test_rows:
            parts.append(f"The test uses the first {MOST_PARTS * PART:,} of its rows.")
        return " ".join(parts)

    # -- sequences --------------------------------------------------------------------------------------------------

    def sample(self, rng: np.random.Generator, batch: int, step: int) -> Batch:
        """`batch` windows of the training rows; `step` does not matter."""
        starts = self._starts[rng.integers(0, len(self._starts), batch)]
        rows = starts + np.arange(self.spec.window)[:, None]
        ahead = rows + self.spec.horizon
        mask = self._observed[ahead].astype(float)
        mask[: self.spec.warmup] = 0.0
        return Batch(self._inputs[rows], self._targets[ahead] * mask[:, :, None], mask)

    def test(self, rng: np.random.Generator) -> Batch:
        """All that comes after the split; the same for every rng."""
        rows = self._tested[:, 2] + np.arange(self._tested[0, 1] - self.spec.horizon - self._tested[0, 2])[:, None]
        ahead = rows + self.spec.horizon
        earlier = np.concatenate([[0], self._tested[:-1, 1]])
        begin = np.maximum(self._tested[:, 0], earlier)
        mask = (self._observed[ahead] & (ahead >= begin)).astype(float)
        return Batch(self._inputs[rows], self._targets[ahead] * mask[:, :, None], mask)

    def probe(self, rng: np.random.Generator) -> Probe:
        """The beginning of the test with one window of history. `times` are those of the predicted rows. The history's
        targets count too, after `warmup` steps, so that they are drawn."""
        horizon = self.spec.horizon
        end = min(self._test_rows, self.training_rows + PROBE_STEPS)
        first = max(0, self.training_rows - horizon - self.spec.window)
        rows = np.arange(first, end - horizon)[:, None]
        mask = self._observed[rows + horizon].astype(float)
        mask[: min(self.spec.warmup, self.training_rows - horizon - first)] = 0.0
        batch = Batch(self._inputs[rows], self._targets[rows + horizon] * mask[:, :, None], mask)
        return Probe(batch, self.series.times[rows[:, 0] + horizon])

    def answer(self, batch: Batch) -> Batch:
        """As it was: the record says what came, whatever the inputs had been."""
        return batch

    def metrics(self, outputs: Array, batch: Batch) -> dict[str, float]:
        """relative_mse: mean squared error over the variance of the training targets (the mean of it over several
        targets). rmse: root of the mean squared error in the table's own units, for several targets one for each."""
        errors = counted_errors(outputs, batch)
        roots = np.full(len(self._rmse), np.nan)
        if len(errors):
            roots = np.sqrt(np.mean(errors**2, axis=0)) * self._deviation
        scores = {"relative_mse": mean_squared(outputs, batch)}
        scores.update((name, float(root)) for name, root in zip(self._rmse, roots, strict=True))
        return scores


def _split(spec: Table, series: Series) -> tuple[int, int]:
    """How many rows are for training, and how many there are up to the end of the test."""
    times = series.times
    reach = f"{series.time_name} runs from {show_time(times[0])} to {show_time(times[-1])}"
    if spec.train_until is None:
        train = int(0.8 * len(times))
    else:
        train = int(np.searchsorted(times, spec.train_until, side="right"))
    test = len(times) if spec.test_until is None else int(np.searchsorted(times, spec.test_until, side="right"))
    if train < 3:
        raise BadInput("task.train_until", f"this leaves {train} rows for training", f"choose a later time ({reach})")
    if not series.observed[train:test].any():
        raise BadInput("task.test_until", "no row is left for the test", f"choose other times for the split ({reach})")
    return train, test
