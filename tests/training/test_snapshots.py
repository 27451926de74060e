"""Which moments are kept, that looking at one changes nothing, and that a run goes on from one with the same bits."""

import math
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.network.spec import Layer, Net, Optimizer
from playground.tasks.spec import Text
from playground.training import snapshots
from playground.training.run import Run
from playground.training.snapshots import FEWEST, GRAIN, Moments, restore, shown
from playground.training.state import state_arrays

replace = msgspec.structs.replace


def still_net(count: int = 3) -> Any:
    """As much of a trainer as is copied."""
    entry = SimpleNamespace(name="w", offset=0, shape=(count,))
    network = SimpleNamespace(parameters=SimpleNamespace(entries={"w": entry}, values=np.zeros(count, np.float32)))
    optimizer = SimpleNamespace(arrays=lambda: {"mean": np.zeros(count, np.float32)})
    return SimpleNamespace(steps=0, network=network, optimizer=optimizer, carried=None, carried_rows=0, seconds=0.0)


def told(losses: list[float], most: int, budget: int = 1 << 20) -> Moments:
    """The moments of a run with these losses."""
    net, moments = still_net(), Moments(budget, most)
    moments.take([net], 0.0, 0)
    for step, loss in enumerate(losses, 1):
        net.steps = step
        moments.after_step([net], [loss], float(step), step)
    return moments


@pytest.mark.parametrize("step", [0, 40, 300, 100_000])
def test_a_run_that_begins_late_knows_no_loss_yet(step: int) -> None:
    """One that goes on from a checkpoint."""
    net, moments = still_net(), Moments()
    net.steps = step
    moments.take([net], 0.0, 0)
    for net.steps in range(step + 1, step + 10):
        moments.after_step([net], [1.0], 0.0, 0)
    moments.take([net], 0.0, 0)
    assert moments.steps[0] == step and moments.steps[-1] == step + 9


curves = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=400)


@given(curves, st.integers(FEWEST, 40))
def test_moments_are_bounded_and_spread_along_the_curve(losses: list[float], most: int) -> None:
    moments = told(losses, most)
    steps = moments.steps
    assert len(steps) <= most and steps[0] == 0 and list(steps) == sorted(set(steps))
    ways = [moment.way for moment in moments.kept]
    gaps = [after - before for before, after in pairwise(ways)]
    follower, places = Moments(), [(0.0, math.nan)]
    for step, loss in enumerate(losses, 1):
        follower.follow_loss(step, [loss])
        places.append(follower._at(step))
    single = max(Moments._way(before, after) for before, after in pairwise(places))
    grain = max(GRAIN, ways[-1] / most)
    assert max(gaps, default=0.0) <= max(2 * ways[-1] / (most - 1), single + grain) + 1e-9


@given(curves, st.integers(FEWEST, 40))
def test_the_newest_is_less_than_a_grain_old(losses: list[float], most: int) -> None:
    moments, net = told(losses, most), still_net()
    net.steps = len(losses)
    behind = moments._way(moments.kept[-1].at, moments._at(len(losses)))
    assert behind < moments.grain or moments.steps[-1] == len(losses)


def test_a_fall_of_the_loss_has_more_moments_than_a_plateau() -> None:
    losses = [1.0] * 1000 + [math.exp(-step / 25) for step in range(150)] + [math.exp(-6.0)] * 850
    steps = np.array(told(losses, 64).steps)
    fall = ((steps > 1000) & (steps <= 1250)).sum()
    before, after = ((steps > 500) & (steps <= 1000)).sum(), (steps > 1500).sum()
    assert fall >= 15 and fall >= 4 * max(before, after), (fall, before, after, steps)


def test_the_same_losses_keep_the_same_moments() -> None:
    losses = [1 / (1 + step) + 0.1 * math.sin(step) ** 2 for step in range(500)]
    assert told(losses, 20).steps == told(losses, 20).steps


@given(curves, st.integers(FEWEST, 40))
def test_the_quick_answer_is_the_exact_one(losses: list[float], most: int) -> None:
    quick = told(losses, most)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Moments, "_is_near", lambda self, step: False)
        assert told(losses, most).steps == quick.steps


def test_what_is_looked_at_stays() -> None:
    net, moments = still_net(), Moments(most=4)
    for step in (0, 1, 2, 3):
        net.steps = step
        moments.take([net], 0.0, 0)
    moments.pin({1})
    for step in range(4, 60):
        net.steps = step
        moments.take([net], 0.0, 0)
    assert moments.steps[:2] == (0, 1) and moments.steps[-1] == 59 and len(moments.steps) == 4


def test_large_networks_have_fewer_moments_then_lighter_ones_then_none() -> None:
    net = still_net(1000)  # 8000 bytes with the optimizer's memory, 4000 without
    for budget, limit, exact in ((8000 * 20, 20, True), (8000 * 10, 20, False), (4000 * 3, 3, False), (8000, 0, False)):
        moments = Moments(budget)
        for step in range(30):
            net.steps = step
            moments.take([net], 0.0, 0)
        assert (moments.limit, moments.exact) == (limit, exact)
        assert len(moments.steps) == limit
        assert sum(state.size for moment in moments.kept for state in moment.states) <= budget


def test_moments_that_grow_stay_within_the_memory() -> None:
    net, moments = still_net(1000), Moments(8000 * 20)
    for step in range(60):
        net.steps = step
        if step == 30:  # as along a stream of many rows
            net.carried = (np.zeros(8000, np.float32),)
        moments.take([net], 0.0, 0)
    assert sum(state.size for moment in moments.kept for state in moment.states) <= 8000 * 20
    assert len(moments.steps) >= FEWEST and moments.steps[-1] == 59


def test_a_moment_of_the_same_step_replaces_the_last() -> None:
    net, moments = still_net(), Moments()
    moments.take([net], 0.0, 0)
    net.network.parameters.values[:] = 5
    moments.take([net], 0.0, 0)
    assert moments.steps == (0,) and moments.kept[0].states[0].values.tolist() == [5, 5, 5]


def test_losses_that_are_nothing_or_not_finite_do_no_harm() -> None:
    moments = told([math.nan, 0.0, math.inf, 1e-30, 0.5] * 20, 10)
    assert len(moments.steps) <= 10 and all(math.isfinite(moment.way) for moment in moments.kept)


# -- with networks that train ---------------------------------------------------------------------------------------


def bits(run: Run) -> list[dict[str, bytes]]:
    return [{name: array.tobytes() for name, array in state_arrays(trainer).items()} for trainer in run.trainers]


def train(run: Run, moments: Moments, steps: int) -> list[list[float]]:
    losses = []
    for _ in range(steps):
        losses.append([result.loss for result in run.step_once()])
        moments.after_step(run.trainers, losses[-1], run.seconds, run.sequences)
    return losses


def begun(experiment: Any) -> tuple[Run, Moments]:
    run, moments = Run(experiment), Moments()
    moments.take(run.trainers, 0.0, 0)
    return run, moments


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_looking_at_a_moment_shows_it_and_leaves_the_run_as_it_was(experiment, changed, precision: str) -> None:
    run, moments = begun(changed(experiment, precision=precision))
    train(run, moments, 6)
    then = run.traces()
    moments.take(run.trainers, run.seconds, run.sequences)
    train(run, moments, 9)
    before = bits(run)
    with shown(run.trainers, moments.nearest(6)):
        seen = run.traces()
    for one, other in zip(then.networks, seen.networks, strict=True):
        assert all(np.array_equal(one.nodes[name], other.nodes[name]) for name in one.nodes)
        assert all(np.array_equal(one.gradients[name], other.gradients[name]) for name in one.gradients)
    assert bits(run) == before


def test_an_error_while_looking_leaves_the_run_as_it_was(experiment) -> None:
    run, moments = begun(experiment)
    train(run, moments, 3)
    before = bits(run)
    with pytest.raises(RuntimeError), shown(run.trainers, moments.nearest(0)):
        raise RuntimeError
    assert bits(run) == before


@pytest.mark.parametrize("kind", ["sgd", "momentum", "rmsprop", "adam", "adamw"])
def test_a_branch_repeats_the_run_bit_by_bit(experiment, changed, kind: str) -> None:
    run, moments = begun(changed(experiment, optimizer=Optimizer(kind, 0.01)))
    train(run, moments, 5)
    moments.take(run.trainers, run.seconds, run.sequences)
    losses, end = train(run, moments, 12), bits(run)
    moment = moments.nearest(5)
    restore(run.trainers, moment)
    run.step = moment.step
    assert train(run, Moments(), 12) == losses and bits(run) == end


def test_a_branch_carries_the_state_of_a_stream(experiment, changed, tmp_path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("a king spoke to a queen and the queen spoke to the king " * 20, encoding="utf-8")
    run, moments = begun(changed(replace(experiment, task=Text(file=str(text), length=8)), truncate=5))
    train(run, moments, 4)
    assert run.trainers[0].carried is not None
    moments.take(run.trainers, run.seconds, run.sequences)
    losses = train(run, moments, 5)
    restore(run.trainers, moments.nearest(4))
    run.step = 4
    assert train(run, Moments(), 5) == losses


def test_another_optimizer_begins_afresh(experiment, changed) -> None:
    run, moments = begun(experiment)
    train(run, moments, 5)
    run.update(changed(experiment, optimizer=Optimizer("sgd", 0.1)))
    restore(run.trainers, moments.nearest(5))
    assert run.trainers[0].optimizer.arrays().keys() == {"count"}
    assert all(int(trainer.optimizer.arrays()["count"][0]) == 0 for trainer in run.trainers)


def test_moments_follow_networks_that_move_and_go_with_those_that_change(experiment) -> None:
    run, moments = begun(experiment)
    train(run, moments, 4)
    weights = moments.kept[-1].states[1].values
    lstm = experiment.networks[1]
    run.update(replace(experiment, networks=(replace(lstm, name="Second"),)))
    moments.follow(run.trainers, run.last_update.sources)
    assert len(moments.kept) == 5 and moments.kept[-1].states[0].values is weights
    wider = replace(lstm, name="Second", layers=(replace(lstm.layers[0], units=6),))
    run.update(replace(experiment, networks=(wider,)))
    moments.follow(run.trainers, run.last_update.sources)
    assert moments.kept == []


def test_a_new_contestant_has_no_past(experiment) -> None:
    run, moments = begun(experiment)
    train(run, moments, 3)
    more = (*experiment.networks, Net("GRU", (Layer("layer1", "gru", 3),)))
    assert run.update(replace(experiment, networks=more))
    moments.follow(run.trainers, run.last_update.sources)
    moments.take(run.trainers, run.seconds, run.sequences)
    assert moments.steps == (3,) and len(moments.kept[0].states) == 3


def test_what_was_after_a_branch_is_gone(experiment) -> None:
    run, moments = begun(experiment)
    train(run, moments, 8)
    moments.cut(5)
    assert moments.steps == (0, 1, 2, 3, 4, 5)


def test_a_network_that_is_laid_out_otherwise_gets_its_own_weights(experiment) -> None:
    run, moments = begun(experiment)
    train(run, moments, 3)
    moment, trainer = moments.nearest(3), run.trainers[1]
    state = moment.states[1]
    sizes = {name: math.prod(shape) for name, _, shape in state.layout}
    other, flat, offset = [], [], 0
    for name, old, shape in reversed(state.layout):
        other.append((name, offset, shape))
        flat.append(state.values[old : old + sizes[name]])
        offset += sizes[name]
    turned = snapshots.NetState(tuple(other), np.concatenate(flat), {}, None)
    assert np.array_equal(snapshots._laid_out(trainer, turned, turned.values), state.values)
