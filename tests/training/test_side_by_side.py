"""Networks that train and are tested together are the same as those that do one after the other."""

from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from playground.engine import native_engine
from playground.experiment.document import Experiment
from playground.network.spec import Layer, Net, Training
from playground.tasks.spec import DelayedRecall
from playground.training import side_by_side
from playground.training.finite import NotFinite
from playground.training.run import Run

NETS = (
    Net("rnn", (Layer("layer1", "rnn", 5),)),
    Net("lstm", (Layer("layer1", "lstm", 4), Layer("layer2", "gru", 3))),
    Net("gru", (Layer("layer1", "gru", 3),)),
)


@pytest.fixture(autouse=True)
def threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two for the smallest network, wherever this runs."""
    monkeypatch.setattr(native_engine, "WORTH_A_THREAD", 0)
    monkeypatch.setattr(native_engine, "cores", lambda: 2)


@pytest.fixture
def experiment() -> Experiment:
    task = DelayedRecall(lag=7, noise=1.0, test_sequences=70)
    return Experiment(seed=3, task=task, networks=NETS, training=Training(batch=37, truncate=5))


def always(monkeypatch: pytest.MonkeyPatch, together: bool) -> None:
    monkeypatch.setattr(side_by_side, "_is_worth_it", lambda trainers: together)


def trained(experiment: Experiment, steps: int) -> tuple[Run, list[object]]:
    run = Run(experiment, None, "native")
    results: list[object] = [run.step_once() for _ in range(steps)]
    return run, [*results, run.test().losses, run.test().metrics]


def test_together_or_apart_gives_the_same_bits(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    always(monkeypatch, True)
    joint: list[int] = []
    keep = native_engine.NativeEngine.together

    def counted(self: native_engine.NativeEngine, works: list[Callable[[], None]]) -> Callable[[], None] | None:
        found = keep(self, works)
        joint.append(0 if found is None else len(works))
        return found

    monkeypatch.setattr(native_engine.NativeEngine, "together", counted)
    run, found = trained(experiment, 6)
    assert joint == [3] * (6 + 3 + 3)  # of two windows a step the first has no target; two tests in three parts
    always(monkeypatch, False)
    monkeypatch.setattr(native_engine.NativeEngine, "joins", False)
    other, wanted = trained(experiment, 6)
    assert found == wanted
    for one, two in zip(run.trainers, other.trainers, strict=True):
        assert np.array_equal(one.network.parameters.values, two.network.parameters.values)


def test_each_has_its_share_of_the_seconds(experiment: Experiment) -> None:
    run, _ = trained(experiment, 70)
    assert all(seconds > 0 for seconds in run.own_seconds)
    assert sum(run.own_seconds) < run.seconds


def test_what_takes_long_comes_first(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = trained(experiment, 1)
    works: list[tuple[object, ...]] = []
    monkeypatch.setattr(side_by_side, "_do", lambda engine, all_of_them: works.append(tuple(all_of_them)))
    monkeypatch.setattr(side_by_side, "_is_worth_it", lambda trainers: True)
    for seconds in ((0.1, 0.3, 0.2), (0.3, 0.2, 0.1)):
        for trainer, alone in zip(run.trainers, seconds, strict=True):
            trainer.alone = alone
        run.step_once()
    rnn, lstm, gru = works[1]
    assert works[0] == (lstm, gru, rnn)


def test_now_and_then_each_is_timed_by_itself(experiment: Experiment) -> None:
    run, _ = trained(experiment, 1)
    alone = [trainer.alone for trainer in run.trainers]
    for _ in range(side_by_side.APART - 1):
        run.step_once()
    assert [trainer.alone for trainer in run.trainers] == alone
    run.step_once()
    assert all(trainer.alone != before for trainer, before in zip(run.trainers, alone, strict=True))


def test_no_network_is_updated_when_one_is_not_finite(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    always(monkeypatch, True)
    run, _ = trained(experiment, 3)
    run.trainers[1].network.parameters.values[:] = np.inf
    before = [trainer.network.parameters.values.copy() for trainer in run.trainers]
    with pytest.raises(NotFinite, match="lstm"):
        run.step_once()
    assert run.step == 3
    for trainer, values in zip(run.trainers, before, strict=True):
        assert np.array_equal(trainer.network.parameters.values, values)


def test_networks_that_are_rebuilt_are_joined_anew(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    always(monkeypatch, True)
    for batch in (37, 21, 37, 40):
        found = trained(experiment_of(experiment, batch), 2)[1]
        with monkeypatch.context() as apart:
            always(apart, False)
            assert trained(experiment_of(experiment, batch), 2)[1] == found


def experiment_of(experiment: Experiment, batch: int) -> Experiment:
    return replace(experiment, training=replace(experiment.training, batch=batch))
