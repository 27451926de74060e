"""What is trained in the background, and what makes two jobs the same."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from playground.cell.graph import Init
from playground.errors import BadInput
from playground.experiment.cell_edits import DuplicateCell
from playground.experiment.document import Experiment
from playground.network.changes import Clamp
from playground.network.spec import Goal, Layer, Net, Training
from playground.tasks.build import build_task
from playground.tasks.spec import Adding, DelayedRecall, Sines, TemporalOrder
from playground.training.repeats.job import (
    alone,
    for_lags,
    for_seeds,
    kind_of_job,
    lag_of,
    least_lag,
    usual_lags,
    with_lag,
)

SMALL = Experiment(
    seed=3,
    task=DelayedRecall(lag=20, test_sequences=20),
    networks=(Net("RNN", (Layer("layer1", "rnn", 4),)), Net("LSTM", (Layer("layer1", "lstm", 4),))),
    training=Training(goal=Goal(steps=10)),
)


def test_every_network_with_every_seed() -> None:
    jobs = for_seeds(SMALL, [1, 2, 3])
    assert [(job.seed, job.net) for job in jobs] == [(s, n) for s in (1, 2, 3) for n in ("RNN", "LSTM")]
    assert all(len(job.experiment.networks) == 1 and job.lag is None for job in jobs)


def test_every_lag_of_a_seed_before_the_next_seed() -> None:
    jobs = for_lags(SMALL, [5, 9], [1, 2])
    assert [(job.seed, job.lag) for job in jobs if job.net == "RNN"] == [(1, 5), (1, 9), (2, 5), (2, 9)]
    assert {job.experiment.task.lag for job in jobs} == {5, 9}
    assert all(job.until_solved for job in jobs)


def test_without_an_end_nothing_begins() -> None:
    endless = replace(SMALL, training=Training(goal=Goal(steps=0)))
    with pytest.raises(BadInput, match="never to stop"):
        for_seeds(endless, [1])
    with pytest.raises(BadInput, match="no network"):
        for_seeds(replace(SMALL, networks=()), [1])


@pytest.mark.parametrize("task", [DelayedRecall(), Adding(), TemporalOrder()])
def test_lags_that_a_task_can_have(task) -> None:
    lags = usual_lags(task)
    assert lag_of(task) == 100 and lags[-1] == 200 and lags[0] == max(5, least_lag(task)) and len(lags) == 6
    steps = [after / before for before, after in pairwise(lags)]
    assert max(steps) / min(steps) < 1.15
    for lag in (lags[0], least_lag(task), 33):
        build_task(with_lag(task, lag))
    with pytest.raises(BadInput, match="whole number"):
        with_lag(task, least_lag(task) - 1)


def test_a_task_without_a_lag() -> None:
    assert lag_of(Sines()) is None and usual_lags(Sines()) == ()
    with pytest.raises(BadInput, match="no lag"):
        for_lags(replace(SMALL, task=Sines()), [5], [1])


def kind(experiment: Experiment, net: int = 0) -> str:
    return kind_of_job(for_seeds(experiment, [1])[net])


def test_what_does_not_matter_leaves_results_valid() -> None:
    own = DuplicateCell("lstm").apply(SMALL)
    renamed = replace(SMALL.networks[0], name="Elman")
    training = replace(SMALL.training, checkpoint_every=7)
    for other in (
        replace(SMALL, name="other", about="text", view={"a": 1}, seed=9),
        replace(SMALL, networks=(renamed, SMALL.networks[1])),
        replace(SMALL, networks=SMALL.networks[:1]),
        replace(SMALL, training=training),
        own,
    ):
        assert kind(other) == kind(SMALL)


def test_what_matters_asks_for_new_runs() -> None:
    layer = SMALL.networks[0].layers[0]
    chrono = replace(layer, init={"hidden.bias": Init("constant", 2.0)})
    clamped = Clamp(id="c1", net="RNN", layer="layer1", node="h")
    others = (
        replace(SMALL, task=DelayedRecall(lag=21, test_sequences=20)),
        replace(SMALL, networks=(replace(SMALL.networks[0], layers=(chrono,)),)),
        replace(SMALL, networks=(replace(SMALL.networks[0], layers=(replace(layer, units=5),)),)),
        replace(SMALL, training=replace(SMALL.training, batch=16)),
        replace(SMALL, interventions=(clamped,)),
    )
    kinds = {kind(SMALL), kind(SMALL, net=1), *map(kind, others)}
    assert len(kinds) == 2 + len(others)


def test_seeds_and_lags_of_one_kind() -> None:
    assert len({kind_of_job(job) for job in for_seeds(SMALL, [1, 2]) if job.net == "RNN"}) == 1
    lags = for_lags(SMALL, [5, 9], [1, 2])
    other = for_lags(replace(SMALL, task=DelayedRecall(lag=77, test_sequences=20)), [5], [1])
    assert len({kind_of_job(job) for job in [*lags, *other] if job.net == "RNN"}) == 1
    assert kind_of_job(lags[0]) != kind(SMALL)  # those end when they are solved


def test_only_the_cells_in_use_go_along() -> None:
    own = DuplicateCell("lstm").apply(DuplicateCell("gru").apply(SMALL))
    names = [cell.name for cell in own.cells]
    net = Net("own", (Layer("layer1", names[0], 4),))
    assert [cell.name for cell in alone(own, net, 1).cells] == [names[0]]
