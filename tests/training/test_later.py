"""Steps whose loss is read later: the same numbers and weights as when every step is waited for, and a run that stops
just before the first number that is not finite."""

import threading
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from cuda_shim import COMPILER, ShimCuda, counts

from playground.engine.choice import Choice
from playground.engine.cuda_engine import CudaEngine
from playground.experiment.document import Experiment
from playground.network.spec import Layer, Net
from playground.tasks.base import Batch
from playground.training import messages
from playground.training import run as run_module
from playground.training.conductor import Conductor
from playground.training.curves import LONG, Curves
from playground.training.finite import NotFinite
from playground.training.run import Run
from playground.training.slow_step import step_slowly
from playground.training.snapshots import Moments
from playground.training.state import state_arrays
from playground.training.trainer import StepResult

pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler (g++ or clang++) was found")

NETS = (Net("RNN", (Layer("layer1", "rnn", 5),)), Net("LSTM", (Layer("layer1", "lstm", 4),)))


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Callable[[Experiment], Run]:
    """A run on the CUDA engine, which computes on the CPU."""
    monkeypatch.setattr(run_module, "choice_for", lambda *_: Choice("cupy", why="asked"))
    monkeypatch.setattr(run_module, "choose", lambda name: CudaEngine(ShimCuda()))  # type: ignore[arg-type]
    return Run


def eager(run: Run, steps: int) -> list[list[StepResult]]:
    return [run.step_once() for _ in range(steps)]


def later(run: Run, steps: int) -> list[list[StepResult]]:
    results = [run.step_once(later=True) for _ in range(steps)]
    assert run.settle(results) is None
    return results


def same(one: Run, other: Run) -> None:
    assert (one.step, one.sequences) == (other.step, other.sequences)
    for a, b in zip(one.trainers, other.trainers, strict=True):
        first, second = state_arrays(a), state_arrays(b)
        assert a.steps == b.steps and first.keys() == second.keys()
        assert all(np.array_equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("truncate", [0, 4])
def test_later_is_the_same_to_the_last_bit(
    build: Callable[[Experiment], Run], experiment: Experiment, changed: Callable[..., Experiment], truncate: int
) -> None:
    experiment = changed(experiment, truncate=truncate, clip_norm=0.05)
    one, other = build(experiment), build(experiment)
    assert eager(one, 3) == later(other, 3)
    assert eager(one, 2) == later(other, 2)
    same(one, other)


def test_one_transfer_brings_all_steps(build: Callable[[Experiment], Run], experiment: Experiment) -> None:
    run = build(experiment)
    results = [run.step_once(later=True) for _ in range(2)]
    before = counts["transfers"]
    results += [run.step_once(later=True) for _ in range(3)]
    assert counts["transfers"] == before
    assert all(result.unread and np.isnan(result.loss) for step in results for result in step)
    run.settle(results)
    assert counts["transfers"] == before + 1
    assert all(not result.unread and np.isfinite(result.loss) for step in results for result in step)


def spoiled(monkeypatch: pytest.MonkeyPatch, run: Run, at: int) -> None:
    """From the step `at` on (counted from 0), the targets are no numbers."""
    sample = run.task.sample

    def wrong(rng: Any, batch: int, step: int = 0) -> Batch:
        found = sample(rng, batch, step)
        return found if step < at else Batch(found.inputs * np.nan, found.targets, found.mask)

    monkeypatch.setattr(run.task, "sample", wrong)


@pytest.mark.parametrize("truncate", [0, 4])
def test_a_number_that_is_not_finite_stops_the_run_before_it(
    build: Callable[[Experiment], Run],
    experiment: Experiment,
    changed: Callable[..., Experiment],
    truncate: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    experiment = changed(experiment, truncate=truncate)
    one, other = build(experiment), build(experiment)
    for run in (one, other):
        spoiled(monkeypatch, run, 3)
    expected = eager(one, 3)
    with pytest.raises(NotFinite) as told:
        one.step_once()
    results = [other.step_once(later=True) for _ in range(6)]
    error = other.settle(results)
    assert error is not None and str(error) == str(told.value) and error.step == 4
    assert results == expected
    same(one, other)
    monkeypatch.undo()


def test_weights_that_would_overflow_are_not_taken(
    build: Callable[[Experiment], Run], experiment: Experiment, changed: Callable[..., Experiment]
) -> None:
    experiment = msgspec.structs.replace(changed(experiment, clip_norm=0.0), networks=NETS[1:])
    one, other = build(experiment), build(experiment)
    for run in (one, other):
        run.step_once()
    huge = changed(experiment, clip_norm=0.0, optimizer__kind="sgd", optimizer__learning_rate=1e39)
    one.update(huge)
    other.update(huge)
    with pytest.raises(NotFinite) as told:
        one.step_once()
    results = [other.step_once(later=True) for _ in range(3)]
    error = other.settle(results)
    assert error is not None and error.quantity == told.value.quantity == "weights" and results == []
    same(one, other)


def test_after_a_halt_the_run_can_go_on(
    build: Callable[[Experiment], Run], experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = build(experiment), build(experiment)
    with monkeypatch.context() as patch:
        spoiled(patch, other, 2)
        results = [other.step_once(later=True) for _ in range(4)]
        assert other.settle(results) is not None
    eager(one, 4)
    later(other, 2)
    same(one, other)


def test_a_reset_forgets_what_is_under_way(build: Callable[[Experiment], Run], experiment: Experiment) -> None:
    one, other = build(experiment), build(experiment)
    other.step_once(later=True)
    other.reset()
    assert eager(one, 2) == later(other, 2)


def test_a_run_without_a_window_is_the_same(
    build: Callable[[Experiment], Run],
    experiment: Experiment,
    changed: Callable[..., Experiment],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether its steps are read one by one or not; and it ends before what is not finite."""
    from playground.training import runfolder

    experiment = changed(experiment, goal__steps=5, test_every=3)
    found = []
    for pace in (0.0, 1e9):
        monkeypatch.setattr(runfolder, "SETTLE_EVERY", pace)
        run, curves = build(experiment), Curves(("RNN", "LSTM"))
        assert runfolder._train(run, curves, None, None, threading.Event()) == "goal: 5 steps"
        found.append((curves.steps.tolist(), curves.losses.tolist()))
    assert found[0] == found[1] and found[0][0] == [1, 2, 3, 4, 5]
    run, curves = build(experiment), Curves(("RNN", "LSTM"))
    spoiled(monkeypatch, run, 2)
    with pytest.raises(NotFinite, match="at step 3"):
        runfolder._train(run, curves, None, None, threading.Event())
    assert curves.steps.tolist() == [1, 2] and run.step == 2


class Told:
    """What a conductor sent."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def conduct(run: Run) -> tuple[Conductor, Told]:
    told = Told()
    at = Conductor(told.events.append)
    at.number, at.run, at.curves, at.state = 1, run, Curves(run.names, LONG), "training"
    return at, told


def test_the_worker_sends_what_was_read_at_the_flush(
    build: Callable[[Experiment], Run], experiment: Experiment
) -> None:
    at, told = conduct(build(experiment))
    for _ in range(4):
        at.one_step(at.run)  # type: ignore[arg-type]
    assert at.flush()
    (scalars,) = told.of(messages.Scalars)
    wanted = eager(build(experiment), 4)
    assert scalars.steps == [1, 2, 3, 4]
    assert scalars.losses == [[step[net].loss for step in wanted] for net in (0, 1)]


def test_the_worker_stops_and_says_where(
    build: Callable[[Experiment], Run], experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = build(experiment)
    spoiled(monkeypatch, run, 2)
    at, told = conduct(run)
    for _ in range(5):
        at.one_step(run)
    at.change("paused", "paused")
    assert at.state == "stopped" and run.step == 2
    (failed,) = told.of(messages.Failed)
    assert "at step 3 the loss was not finite" in failed.problem and not failed.fatal
    (scalars,) = told.of(messages.Scalars)
    assert scalars.steps == [1, 2]
    assert [event.state for event in told.of(messages.StateChanged)] == ["stopped"]


def test_a_single_step_that_the_device_refuses_is_told_once(
    build: Callable[[Experiment], Run], experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = build(experiment)
    spoiled(monkeypatch, run, 0)
    at, told = conduct(run)
    at.state = "paused"
    step_slowly(at, run, messages.StepSlowly(1))
    assert at.state == "stopped" and run.step == 0 and told.of(messages.Stepped) == []
    (failed,) = told.of(messages.Failed)
    assert "at step 1 the loss was not finite" in failed.problem and not failed.fatal


def test_the_loss_is_followed_step_by_step_also_when_it_is_read_later(
    build: Callable[[Experiment], Run], experiment: Experiment
) -> None:
    one, _ = conduct(build(experiment))
    for _ in range(6):
        one.one_step(one.run)  # type: ignore[arg-type]
    assert one.flush()
    other = Moments()
    for step, result in enumerate(eager(build(experiment), 6), 1):
        other.follow_loss(step, [each.loss for each in result])
    assert one.glass.moments._smooth == other._smooth
