"""Delayed recall, adding and sines: their rules, exactly, on many random batches."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.tasks import build_task
from playground.tasks.base import Batch
from playground.tasks.random import stream
from playground.tasks.scores import best_linear_error
from playground.tasks.sines import PERIODS
from playground.tasks.spec import Adding, AnyTask, DelayedRecall, Sines

seeds = st.integers(0, 2**32)
batches = st.integers(1, 40)
specs = st.one_of(
    st.builds(DelayedRecall, lag=st.integers(2, 60), noise=st.floats(0, 3), test_sequences=st.integers(1, 50)),
    st.builds(Adding, length=st.integers(2, 60), scaled=st.booleans(), test_sequences=st.integers(1, 50)),
    st.builds(
        Sines,
        length=st.integers(2, 60),
        waves=st.integers(1, 8),
        noise=st.floats(0, 2),
        horizon=st.integers(1, 20),
        test_sequences=st.integers(1, 50),
    ),
)


def same(first: Batch, second: Batch) -> bool:
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in ("inputs", "targets", "mask"))


@given(specs, seeds, batches)
def test_batches_have_the_promised_shape_and_repeat(spec: AnyTask, seed: int, batch: int) -> None:
    task = build_task(spec)
    facts = task.facts
    made = task.sample(stream(seed, "train", 5), batch, 5)
    assert made.inputs.shape == (facts.length, batch, facts.inputs) and made.inputs.dtype == np.float64
    assert made.targets.shape == (facts.length, batch, facts.outputs) and made.targets.dtype == np.float64
    assert set(np.unique(made.mask)) <= {0.0, 1.0} and made.mask.sum(axis=0).min() >= 1
    assert not made.targets[made.mask == 0].any()
    assert len(facts.input_names) == facts.inputs and len(facts.output_names) == facts.outputs
    if facts.at == "last":
        assert not made.mask[:-1].any() and made.mask[-1].all()
    assert same(made, build_task(spec).sample(stream(seed, "train", 5), batch, 5))
    assert not same(task.sample(stream(seed, "train", 5), 64, 5), task.sample(stream(seed, "train", 6), 64, 6))
    test = task.test(stream(seed, "test"))
    assert test.inputs.shape[1] == spec.test_sequences and same(test, task.test(stream(seed, "test")))
    assert set(task.metrics(test.targets, test)) == set(facts.metrics)
    probe = task.probe(stream(seed, "probe"))
    assert probe.batch.inputs.shape[1] == 1 and probe.times.shape == (len(probe.batch.inputs),)


@given(specs, seeds)
def test_outputs_that_do_not_count_may_be_nan(spec: AnyTask, seed: int) -> None:
    task = build_task(spec)
    batch = task.sample(stream(seed, "train", 0), 20, 0)
    outputs = np.random.default_rng(seed).normal(size=batch.targets.shape)
    holes = np.where(batch.mask[:, :, None] > 0, outputs, np.nan)
    assert task.metrics(outputs, batch) == task.metrics(holes, batch)


@given(st.integers(2, 80), seeds)
def test_recall_asks_for_the_cue(lag: int, seed: int) -> None:
    task = build_task(DelayedRecall(lag=lag))
    batch = task.sample(stream(seed, "train", 0), 30, 0)
    cue = batch.inputs[0, :, 0]
    assert task.facts.length == lag + 1
    assert set(cue) <= {-1.0, 1.0}
    assert np.array_equal(batch.targets[-1, :, 0], (cue + 1) / 2)
    marker = batch.inputs[:, :, 1]
    assert marker[-1].all() and not marker[:-1].any()
    right = np.where(batch.targets > 0, 3.0, -0.1)
    assert task.metrics(right, batch) == {"accuracy": 1.0}
    assert task.metrics(-right, batch) == {"accuracy": 0.0}


def test_recall_noise_has_the_deviation_asked_for() -> None:
    batch = build_task(DelayedRecall(lag=100, noise=0.3)).test(stream(1, "test"))
    noise = batch.inputs[1:, :, 0]
    assert abs(noise.mean()) < 0.005 and noise.std() == pytest.approx(0.3, rel=0.01)
    assert batch.targets[-1].mean() == pytest.approx(0.5, abs=0.06)


@given(st.integers(2, 80), st.booleans(), seeds)
def test_adding_adds_the_marked_values(length: int, scaled: bool, seed: int) -> None:
    """Hochreiter and Schmidhuber (1997), experiment 4."""
    task = build_task(Adding(length=length, scaled=scaled))
    batch = task.sample(stream(seed, "train", 0), 50, 0)
    values, markers = batch.inputs[:, :, 0], batch.inputs[:, :, 1]
    assert np.abs(values).max() <= 1 and set(np.unique(markers)) <= {0.0, 1.0}
    assert (markers.sum(axis=0) == 2).all()
    assert markers[:10].any(axis=0).all()
    assert not markers[max(length // 2, 2) :].any()
    total = (values * markers).sum(axis=0)
    assert batch.targets[-1, :, 0] == pytest.approx(0.5 + total / 4 if scaled else total, abs=1e-12)


def test_adding_markers_reach_everywhere() -> None:
    batch = build_task(Adding(length=40, test_sequences=5000)).test(stream(0, "test"))
    counts = batch.inputs[:, :, 1].sum(axis=1)
    assert (counts[:20] > 0).all() and not counts[20:].any()
    assert counts[:10].min() > 2 * counts[10:20].max() / 1.5


def test_adding_scores() -> None:
    task = build_task(Adding(test_sequences=20_000))
    batch = task.test(stream(3, "test"))
    always_mean = task.metrics(np.full(batch.targets.shape, 0.5), batch)
    assert always_mean["mse"] == pytest.approx(task.facts.chance, rel=0.03) == pytest.approx(1 / 24, rel=0.03)
    near, far = batch.targets + 0.039, batch.targets - 0.041
    assert task.metrics(near, batch)["fraction_correct"] == 1.0
    assert task.metrics(far, batch)["fraction_correct"] == 0.0


@given(st.integers(1, 8), st.integers(1, 15), seeds)
def test_sines_without_noise_are_their_waves(waves: int, horizon: int, seed: int) -> None:
    """The target is the input `horizon` steps later, and the sum obeys the recurrence of its waves."""
    task = build_task(Sines(length=60, waves=waves, noise=0.0, horizon=horizon))
    batch = task.sample(stream(seed, "train", 0), 3, 0)
    counted = batch.mask[: 60 - horizon, 0] > 0
    assert np.array_equal(batch.targets[: 60 - horizon][counted], batch.inputs[horizon:][counted])
    polynomial = np.ones(1)
    for period in PERIODS[:waves]:
        polynomial = np.convolve(polynomial, [1.0, -2 * math.cos(2 * math.pi / period), 1.0])
    left_over = np.apply_along_axis(np.convolve, 0, batch.inputs[:, :, 0], polynomial, "valid")
    assert np.abs(left_over).max() < 1e-9 * np.abs(polynomial).sum()


@pytest.mark.parametrize(("waves", "noise", "horizon"), [(1, 0.0, 1), (3, 0.05, 1), (3, 0.5, 4), (8, 0.2, 2)])
def test_sine_baselines_are_what_the_methods_reach(waves: int, noise: float, horizon: int) -> None:
    task = build_task(Sines(length=80, waves=waves, noise=noise, horizon=horizon, test_sequences=4000))
    batch = task.test(stream(5, "test"))
    last, linear = task.facts.baselines
    assert task.metrics(batch.inputs, batch)["relative_mse"] == pytest.approx(last.metric, rel=0.05)
    series, order = batch.inputs[:, :, 0], 9
    past = np.lib.stride_tricks.sliding_window_view(series, order, axis=0)[20 - order + 1 :].reshape(-1, order)
    wanted = batch.targets[20:, :, 0].reshape(-1)
    weights = np.linalg.lstsq(past, wanted, rcond=None)[0]
    reached = np.mean((past @ weights - wanted) ** 2)
    assert linear.name == "linear AR(9)"
    assert reached == pytest.approx(linear.loss, rel=0.05, abs=1e-9)
    assert linear.loss >= noise**2 - 1e-9


def test_best_linear_error_of_a_first_order_process() -> None:
    """x_t = a x_{t-1} + e: the best forecast h steps ahead is a^h x, with error (1 - a^(2h)) · variance."""
    a, h = 0.8, 3
    covariance = a ** np.arange(10.0)
    assert best_linear_error(covariance, 4, h) == pytest.approx(1 - a ** (2 * h))
