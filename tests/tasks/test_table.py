"""Tables as tasks: the split, the windows, the baselines, and what is never looked at."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from playground.errors import BadInput
from playground.tasks import build_task, guess_task, table
from playground.tasks.base import Batch
from playground.tasks.random import stream
from playground.tasks.resources import resource_path
from playground.tasks.spec import DelayedRecall, Table, Text

SUNSPOTS = Table(
    file="resource:sunspots.csv",
    inputs=("SUNACTIVITY",),
    targets=("SUNACTIVITY",),
    time="YEAR",
    train_until=1920,
    test_until=1955,
)
RNG = stream(0, "test")


def write(folder: Path, columns: dict[str, list[object]], name: str = "table.csv") -> Path:
    path = folder / name
    lines = [",".join(columns)] + [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def series(rows: int, seed: int = 0) -> list[float]:
    rng = np.random.default_rng(seed)
    return np.round(np.sin(np.arange(rows) / 3) + 0.1 * rng.standard_normal(rows) + 5, 6).tolist()


# -- sunspots: the yardstick -------------------------------------------------------------------------------------------


def test_sunspot_baselines() -> None:
    facts = build_task(SUNSPOTS).facts
    assert [baseline.name for baseline in facts.baselines] == ["last value", "linear AR(9)"]
    assert [round(baseline.metric, 3) for baseline in facts.baselines] == [0.546, 0.162]
    assert [baseline.loss for baseline in facts.baselines] == [baseline.metric for baseline in facts.baselines]
    assert facts.metrics == ("relative_mse", "rmse") and facts.time_name == "year"
    assert "Training on year 1700 to 1920, test on 1921 to 1955." in facts.about


def test_sunspot_test_is_one_run_that_has_seen_the_history() -> None:
    task = build_task(SUNSPOTS)
    batch = task.test(RNG)
    assert batch.inputs.shape == (255, 1, 1)
    assert np.flatnonzero(batch.mask[:, 0]).tolist() == list(range(220, 255))
    spots = np.loadtxt(resource_path("sunspots.csv"), delimiter=",", skiprows=1)[:, 1]
    mean, deviation = spots[:221].mean(), spots[:221].std()
    assert batch.inputs[:, 0, 0] == pytest.approx((spots[:255] - mean) / deviation)
    assert batch.targets[220:, 0, 0] == pytest.approx((spots[221:256] - mean) / deviation)
    scores = task.metrics(batch.inputs, batch)
    assert scores["relative_mse"] == pytest.approx(task.facts.baselines[0].metric)
    assert scores["rmse"] == pytest.approx(np.sqrt(np.mean((spots[221:256] - spots[220:255]) ** 2)))
    assert task.metrics(np.zeros((255, 1, 1)), batch)["relative_mse"] == pytest.approx(task.facts.chance)


def test_sunspot_probe_shows_the_test_years_after_some_history() -> None:
    probe = build_task(SUNSPOTS).probe(RNG)
    assert probe.times[0] == 1881 and probe.times[-1] == 1955
    assert probe.batch.inputs.shape == (75, 1, 1)
    test = build_task(SUNSPOTS).test(RNG)
    assert np.array_equal(probe.batch.targets[-35:], test.targets[-35:])


# -- what is learned from ----------------------------------------------------------------------------------------------


@given(
    window=st.integers(2, 30),
    warmup=st.integers(0, 29),
    horizon=st.integers(1, 12),
    train=st.integers(45, 75),
    seed=st.integers(0, 1000),
)
def test_windows_hold_training_rows_only(
    tmp_path: Path, window: int, warmup: int, horizon: int, train: int, seed: int
) -> None:
    """Values are row numbers, so that every number tells where it is from."""
    path = write(tmp_path, {"t": list(range(100)), "v": [float(i) for i in range(100)]})
    spec = Table(
        file=str(path),
        inputs=("v",),
        targets=("v",),
        time="t",
        window=window,
        warmup=min(warmup, window - 1),
        horizon=horizon,
        train_until=train - 1,
        test_until=89,
    )
    rows = np.arange(train)
    task = build_task(spec)
    batch = task.sample(stream(seed, "train", 0), 16, 0)
    inputs = batch.inputs[:, :, 0] * rows.std() + rows.mean()
    targets = batch.targets[:, :, 0] * rows.std() + rows.mean()
    counted = batch.mask > 0
    assert inputs.min() > -0.01 and inputs.max() < train - horizon - 0.5
    assert np.diff(inputs, axis=0) == pytest.approx(1.0)
    assert counted[spec.warmup :].all() and not counted[: spec.warmup].any()
    assert targets[counted] == pytest.approx((inputs + horizon)[counted])
    test = task.test(RNG)
    seen = (test.targets[:, :, 0] * rows.std() + rows.mean())[test.mask > 0]
    assert seen == pytest.approx(np.arange(train, 90))


@given(st.lists(st.floats(-1e3, 1e3), min_size=20, max_size=20), st.integers(0, 1000))
def test_what_comes_after_the_split_changes_nothing_in_training(tmp_path: Path, future: list[float], seed: int) -> None:
    past = series(80)
    spec = Table(inputs=("v",), targets=("v",), window=20, warmup=5, train_until=80)
    made: list[Batch] = []
    for end in (series(100)[80:], future):
        path = write(tmp_path, {"v": [*past, *end]}, f"{len(made)}.csv")
        made.append(build_task(replace(spec, file=str(path))).sample(stream(seed, "train", 1), 8, 1))
    assert np.array_equal(made[0].inputs, made[1].inputs) and np.array_equal(made[0].targets, made[1].targets)


def test_linear_forecast_of_a_linear_series_is_exact(tmp_path: Path) -> None:
    path = write(tmp_path, {"v": [round(float(np.sin(i / 2)), 12) for i in range(200)]})
    for horizon in (1, 7):
        linear = build_task(Table(file=str(path), horizon=horizon)).facts.baselines[1]
        assert linear.name == "linear AR(9)" and linear.metric < 1e-12


def test_short_tables_get_a_smaller_autoregression(tmp_path: Path) -> None:
    path = write(tmp_path, {"v": series(30)})
    facts = build_task(Table(file=str(path), window=8, warmup=2)).facts
    assert facts.baselines[1].name == "linear AR(2)" and np.isfinite(facts.baselines[1].metric)


# -- several columns, gaps, constants, dates --------------------------------------------------------------------------


def test_several_inputs_and_targets(tmp_path: Path) -> None:
    columns = {"t": list(range(60)), "a": series(60, 1), "b": [10 * v for v in series(60, 2)], "c": series(60, 3)}
    path = write(tmp_path, columns)
    task = build_task(Table(file=str(path), inputs=("a", "b", "c"), targets=("c", "b"), time="t", window=10, warmup=2))
    facts = task.facts
    assert (facts.inputs, facts.outputs) == (3, 2)
    assert facts.input_names == ("a [σ]", "b [σ]", "c [σ]") and facts.output_names == ("c [σ]", "b [σ]")
    assert facts.metrics == ("relative_mse", "rmse_c", "rmse_b")
    batch = task.sample(stream(0, "train", 0), 5, 0)
    counted = batch.mask[:-1] > 0
    assert np.array_equal(batch.targets[:-1][counted], batch.inputs[1:, :, [2, 1]][counted])
    test = task.test(RNG)
    scores = task.metrics(test.inputs[:, :, [2, 1]], test)
    assert scores["relative_mse"] == pytest.approx(facts.baselines[0].metric)
    change = np.diff(np.array(columns["b"])[47:])
    assert scores["rmse_b"] == pytest.approx(np.sqrt(np.mean(change**2)))


def test_missing_values_are_filled_forward_and_never_scored(tmp_path: Path) -> None:
    values: list[object] = list(series(60))
    for gap in (0, 20, 21, 55):
        values[gap] = ""
    path = write(tmp_path, {"t": list(range(60)), "v": values})
    task = build_task(Table(file=str(path), inputs=("v",), targets=("v",), time="t", window=12, warmup=2))
    about = task.facts.about
    assert "The first 1 row left out, because a column has no value yet." in about
    assert "3 missing values of v filled with the value before; they are never scored as a target." in about
    test = task.test(RNG)
    x = test.inputs[:, 0, 0]
    assert x[19] == x[20] == x[18] and x[21] != x[20]
    assert test.mask[53, 0] == 0 and test.mask[:, 0].sum() == 11
    assert task.facts.baselines[0].metric == pytest.approx(task.metrics(test.inputs, test)["relative_mse"])
    for step in range(20):
        batch = task.sample(stream(0, "train", step), 8, step)
        assert (batch.mask.sum(axis=0) > 0).all()
        assert not batch.targets[batch.mask == 0].any()


def test_constant_columns(tmp_path: Path) -> None:
    path = write(tmp_path, {"still": [3.3] * 50, "v": series(50)})
    guessed = guess_task(path)
    assert isinstance(guessed, Table) and guessed.inputs == ("v",)
    task = build_task(replace(guessed, inputs=("still", "v")))
    assert "still does not change in the training rows" in task.facts.about
    assert not task.test(RNG).inputs[:, :, 0].any()
    with pytest.raises(BadInput, match="still does not change in the training rows; choose another target or split"):
        build_task(replace(guessed, targets=("still",)))


def test_dates_are_the_time_axis() -> None:
    spec = guess_task(resource_path("co2.csv"))
    assert isinstance(spec, Table) and spec.time == "date" and spec.targets == ("co2",)
    task = build_task(replace(spec, train_until=1990.0))
    times = task.probe(RNG).times
    assert task.facts.time_name == "year" and 1989 < times[0] < 1990 < times[-1] < 1995
    assert "Training on year 1958.24 to 1989.99, test on 1990.01 to 2001.99." in task.facts.about
    assert "59 missing values of co2" in task.facts.about


def test_unsorted_rows_and_missing_times(tmp_path: Path) -> None:
    times: list[object] = list(range(40))[::-1]
    times[5] = ""
    path = write(tmp_path, {"t": times, "v": [float(i) for i in range(40)]})
    task = build_task(Table(file=str(path), inputs=("v",), targets=("v",), time="t", window=8, warmup=2))
    assert "1 row without a t left out. The rows were sorted by t." in task.facts.about
    assert (np.diff(task.test(RNG).inputs[:, 0, 0]) < 0).all()


def test_long_tests_are_cut_into_parts_that_cover_every_row_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, {"v": [float(i) for i in range(1000)]})
    spec = Table(file=str(path), inputs=("v",), targets=("v",), horizon=3, train_until=700)
    whole = build_task(spec)
    for name, value in (("LONGEST_RUN", 500), ("PART", 64), ("HISTORY", 20)):
        monkeypatch.setattr(table, name, value)
    parts = build_task(spec)
    first, second = whole.test(RNG), parts.test(RNG)
    assert first.inputs.shape == (997, 1, 1) and second.inputs.shape == (64 + 40, 5, 1)
    assert np.array_equal(np.sort(second.targets[second.mask > 0], axis=0), first.targets[first.mask > 0])
    assert second.mask.sum() == 300
    assert (second.mask.argmax(axis=0) >= 40).all()
    assert parts.facts.baselines == whole.facts.baselines
    monkeypatch.setattr(table, "MOST_PARTS", 2)
    short = build_task(spec)
    assert short.test(RNG).mask.sum() == 128 and "The test uses the first 128 of its rows." in short.facts.about


# -- guessing ----------------------------------------------------------------------------------------------------------


def test_guess_recognises_the_columns() -> None:
    spec = guess_task(resource_path("sunspots.csv"))
    assert isinstance(spec, Table)
    assert (spec.time, spec.inputs, spec.targets) == ("YEAR", ("SUNACTIVITY",), ("SUNACTIVITY",))
    assert guess_task(resource_path("nile.csv")).window == 26  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("columns", "time", "inputs"),
    [
        ({"a": series(30, 1), "b": series(30, 2)}, "", ("a", "b")),
        ({"n": list(range(30)), "a": series(30)}, "n", ("a",)),
        ({"a": series(30), "Year": list(range(1990, 2020))}, "Year", ("a",)),
        ({"trend": [float(i) for i in range(30)]}, "", ("trend",)),
        ({"who": ["ann"] * 30, "a": series(30), "bad": [*series(29), "x"]}, "", ("a",)),
    ],
)
def test_guess_time_and_inputs(tmp_path: Path, columns: dict[str, list[object]], time: str, inputs: tuple[str]) -> None:
    spec = guess_task(write(tmp_path, columns))
    assert isinstance(spec, Table)
    assert (spec.time, spec.inputs, spec.targets) == (time, inputs, inputs[-1:])
    build_task(spec)


@given(st.integers(10, 120), st.integers(1, 5))
def test_what_is_guessed_can_be_built(tmp_path: Path, rows: int, columns: int) -> None:
    path = write(tmp_path, {f"c{i}": list(series(rows, i)) for i in range(columns)})
    task = build_task(guess_task(path))
    assert task.sample(stream(0, "train", 0), 4, 0).mask.sum() > 0


def test_guess_tells_texts_from_tables(tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("".join(f"{v} {v + 1}\n" for v in series(40)), encoding="utf-8")
    assert isinstance(guess_task(numbers), Table)
    words = tmp_path / "words.md"
    words.write_text("Chapter 1\n\n1, 2, 3, said the king.\n" * 20, encoding="utf-8")
    assert isinstance(guess_task(words), Text)
    plain = tmp_path / "plain.txt"
    plain.write_text("It was the king, and he was glad. " * 20, encoding="utf-8")
    assert isinstance(guess_task(plain), Text)
    odd = tmp_path / "picture.xyz"
    odd.write_text("hello hello\n" * 9, encoding="utf-8")
    with pytest.raises(BadInput, match=r"neither a table of numbers nor .*; choose a table \(.csv, .tsv\) or a text"):
        guess_task(odd)


# -- bad settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"train_until": 1600.0}, "task.train_until: this leaves 0 rows for training; choose a later time (year runs"),
        ({"train_until": 2100.0}, "task.test_until: no row is left for the test; choose other times for the split ("),
        ({"test_until": 1900.0}, "task.test_until: no row is left for the test"),
        ({"window": 300}, "task.window: 300 steps with a horizon of 1 do not fit into 221 rows for training; "
                          "choose a window of at most 220"),
        ({"horizon": 500}, "choose a smaller horizon or a later split"),
        ({"warmup": 40}, "task.warmup: 40 steps leave no target in a window of 40; make it smaller"),
        ({"inputs": ("SPOTS",)}, "sunspots.csv: there is no column “SPOTS”; choose from YEAR, SUNACTIVITY"),
        ({"time": "DAY"}, "there is no column “DAY”"),
        ({"file": "resource:moon.csv"}, "resource:moon.csv: there is no shipped file of this name; choose one of: "),
        ({"file": "resource:../README.md"}, "there is no shipped file of this name"),
        ({"file": ""}, "task.file: no file is named"),
        ({"file": "nowhere.csv"}, "nowhere.csv: there is no such file; check the path"),
    ],
)  # fmt: skip
def test_bad_settings_are_told_in_one_sentence(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        build_task(replace(SUNSPOTS, **change), tmp_path)
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,city\nann,rome\nbob,oslo\n", "no column holds numbers to predict; choose a table with a column of"),
        ("a,b\n1,1\n1,1\n1,1\n", "every column of numbers is constant (a, b); choose another table"),
        ("a\n1\n2\nx\n", "line 4, column “a”: “x” is not a number"),
        ("a\n1\n2\n3\n", "only 3 rows can be used; choose a table with 10 rows or more"),
    ],
)
def test_tables_without_a_series(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        guess_task(path)
    assert sentence in str(caught.value) and str(path) in str(caught.value)


def test_relative_paths_begin_at_the_folder(tmp_path: Path) -> None:
    write(tmp_path, {"v": series(60)}, "mine.csv")
    assert build_task(Table(file="mine.csv", window=20), tmp_path).facts.name == "mine"
    assert build_task(DelayedRecall(), tmp_path).facts.name == "Delayed recall"
