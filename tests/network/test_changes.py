"""Interventions in a whole network: gradients, windows, both directions, and weights that nothing happens to."""

from collections.abc import Callable

import numpy as np
import pytest
from tracing import trace

from playground.cell.library import LIBRARY
from playground.network.changes import Clamp, Cut, Freeze, misfit, of_net, parameters_of, shows
from playground.network.network import Network
from playground.network.optimizers import make_optimizer
from playground.network.reaching import stretches
from playground.network.spec import Optimizer
from playground.tasks.base import Batch

Build = Callable[..., Network]
MakeBatch = Callable[..., Batch]


def clamp(node: str, layer: str = "layer1", **more: object) -> Clamp:
    return Clamp("", net="net", layer=layer, node=node, **more)  # type: ignore[arg-type]


def cut(node: str, source: str, **more: object) -> Cut:
    return Cut("", net="net", layer="layer1", node=node, source=source, **more)  # type: ignore[arg-type]


CHANGES = {
    "value": (clamp("forget", value=0.3, start=2, stop=4),),
    "hold": (clamp("c", hold=True, start=3, stop=6, units=(0, 3)),),
    "input held": (clamp("x", hold=True, start=1, stop=3),),
    "upper input": (clamp("x", "layer2", value=0.5, start=-3),),
    "memory": (clamp("h_prev", value=-0.2, start=4, stop=5),),
    "cut": (cut("forget", "h_prev"), cut("c", "write")),
    "both": (cut("input", "x"), clamp("output", value=1.0, start=-2, stop=-1), clamp("h", "layer2", value=0.1, stop=1)),
}


def few(data: Batch, sequences: int) -> Batch:
    return Batch(data.inputs[:, :sequences], data.targets[:, :sequences], data.mask[:, :sequences])


@pytest.mark.parametrize(("engine", "sequences"), [("numpy", 3), ("native", 3), ("native", 1)])
@pytest.mark.parametrize("name", CHANGES)
def test_gradients_with_interventions_are_central_differences(
    build: Build, batch: MakeBatch, name: str, engine: str, sequences: int
) -> None:
    net, data = build(("lstm", "gru"), engine=engine), few(batch(), sequences)
    rng = np.random.default_rng(5)
    net.parameters.values[...] = rng.normal(0, 0.5, net.parameters.count)
    free, _ = net.evaluate(data)
    net.reach_into(CHANGES[name])
    loss, _ = net.train_step_gradient(data)
    assert loss == pytest.approx(net.evaluate(data)[0], abs=1e-12) and abs(loss - free) > 1e-9
    assert net.evaluate(data, free=True)[0] == free
    derived, values, step = net.parameters.gradients.copy(), net.parameters.values, 1e-5
    for index in rng.choice(net.parameters.count, 60, replace=False):
        before = values[index]
        values[index] = before + step
        above, _ = net.evaluate(data)
        values[index] = before - step
        below, _ = net.evaluate(data)
        values[index] = before
        assert abs((above - below) / (2 * step) - derived[index]) <= 1e-6 * max(1.0, np.abs(derived).max())


def test_the_clamped_values_stand_in_the_traces_and_the_ghost_is_as_before(build: Build, batch: MakeBatch) -> None:
    net, data = build(), batch()
    one = few(data, 1)
    before = trace(net, one)
    net.reach_into((clamp("forget", value=0.25, start=2, stop=4, units=(1,)), clamp("c", hold=True, start=5)))
    after, ghost = trace(net, one), trace(net, one, free=True)
    forget = after.nodes["layer1/forget"]
    assert (forget[2:4, 1] == 0.25).all() and not (forget == 0.25)[[0, 1, 4, 5, 6]].any()
    assert not np.isclose(forget[2:4, [0, 2, 3, 4]], 0.25).any()
    c = after.nodes["layer1/c"]
    assert (c[5] == c[4]).all() and (c[6] == c[4]).all() and not (c[3] == c[4]).any()
    assert list(after.nodes) == list(before.nodes) and list(after.gradients) == list(before.gradients)
    for name, values in before.nodes.items():
        assert np.array_equal(ghost.nodes[name], values)
    assert ghost.loss == before.loss and after.loss != before.loss


@pytest.mark.parametrize(("engine", "sequences"), [("numpy", 3), ("native", 1)])
def test_a_stretch_counts_in_the_steps_of_the_whole_sequence(
    build: Build, batch: MakeBatch, engine: str, sequences: int
) -> None:
    """Windows of truncated BPTT give what one pass over everything gives, also where a stretch spans two windows."""
    net, data = build(("lstm", "rnn"), engine=engine), few(batch(), sequences)
    net.reach_into((clamp("forget", value=0.0, start=2, stop=-3), clamp("c", hold=True, start=3, stop=6)))
    whole, final = net.forward(data.inputs)
    states, parts = None, []
    for begin in range(0, 7, 3):
        part, states = net.forward(data.inputs[begin : begin + 3], states, (begin, 7))
        parts.append(part)
    assert np.allclose(np.concatenate(parts), whole, atol=1e-14)
    assert all(np.allclose(a, b, atol=1e-14) for a, b in zip(states, final, strict=True))


def test_each_direction_has_clamps_of_its_own_in_the_order_of_the_sequence(build: Build, batch: MakeBatch) -> None:
    net, data = build(bidirectional=True), batch()
    one = few(data, 1)
    net.reach_into((clamp("back.forget", value=0.5, start=1, stop=2), clamp("output", value=0.75, start=6)))
    nodes = trace(net, one).nodes
    assert (nodes["layer1/back.forget"][1] == 0.5).all() and not (nodes["layer1/back.forget"][[0, 2]] == 0.5).any()
    assert (nodes["layer1/output"][6] == 0.75).all() and not (nodes["layer1/back.output"] == 0.75).any()
    assert not (nodes["layer1/forget"] == 0.5).any()


def test_taking_it_back_gives_the_very_same_net(build: Build, batch: MakeBatch) -> None:
    net, data = build(("lstm", "gru")), batch()
    values, (loss, _) = net.parameters.values.copy(), net.train_step_gradient(data)
    gradients = net.parameters.gradients.copy()
    for changes in CHANGES.values():
        net.reach_into(changes)
        net.train_step_gradient(data)
    net.reach_into(())
    assert np.array_equal(net.parameters.values, values)
    assert net.train_step_gradient(data)[0] == loss and np.array_equal(net.parameters.gradients, gradients)


@pytest.mark.parametrize("engine", ["numpy", "native"])
@pytest.mark.parametrize("kind", ["sgd", "momentum", "rmsprop", "adam", "adamw"])
def test_what_is_frozen_in_the_middle_of_training_stays_to_the_last_bit(
    build: Build, batch: MakeBatch, kind: str, engine: str
) -> None:
    net, data = build(engine=engine), batch()
    optimizer = make_optimizer(Optimizer(kind, weight_decay=0.1), net.parameters)  # type: ignore[arg-type]

    def train() -> dict[str, np.ndarray]:
        for _ in range(3):
            net.train_step_gradient(data)
            optimizer.step(0.05)
        return {name: net.parameters.view(name).copy() for name in net.parameters.names}

    before = train()
    net.reach_into((Freeze("", net="net", parameter="layer1.forget.weight.x"), cut("input", "h_prev")))
    resting = {"layer1.forget.weight.x", "layer1.input.weight.h_prev"}
    after = train()
    assert {name for name in before if np.array_equal(before[name], after[name])} == resting
    net.reach_into(())
    assert not any(np.array_equal(train()[name], after[name]) for name in resting)


def test_stretches_count_from_the_end_and_the_later_clamp_wins() -> None:
    first, second = clamp("c", value=1.0, start=-3), clamp("c", value=2.0, start=6, stop=7, units=(1,))
    keep, value, hold = stretches((first, second), 2, 4, 3, 7)
    assert np.array_equal(keep, [[1, 1], [0, 0], [0, 0], [0, 0]]) and not hold.any()
    assert np.array_equal(value[1:], [[1, 1], [1, 1], [1, 2]])
    assert stretches((clamp("c", start=50),), 1, 7, 0, 7)[0].all()  # beyond the end: nothing happens


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        (clamp("nobody"), "node", "no node"),
        (clamp("back.forget"), "node", "no node"),
        (clamp("forget", layer="layer9"), "layer", "no layer"),
        (clamp("forget", units=(0, 5)), "units", "no unit 5"),
        (cut("forget", "candidate"), "source", "no wire"),
        (cut("nobody", "x"), "node", "no node"),
        (Freeze("", net="net", parameter="layer1.forget.weight.h"), "parameter", "no parameter"),
    ],
)
def test_what_does_not_fit_is_named(build: Build, change: object, place: str, said: str) -> None:
    error = misfit(change, build().net, LIBRARY)  # type: ignore[arg-type]
    assert error is not None and error.place.endswith(place) and said in error.problem and error.remedy
    assert "no network" in misfit(change, None, LIBRARY).problem  # type: ignore[arg-type, union-attr]


def test_what_fits_is_not_refused(build: Build) -> None:
    net = build(("lstm", "gru"))
    for changes in CHANGES.values():
        assert all(misfit(change, net.net, LIBRARY) is None for change in changes)
    assert sorted(parameters_of(net.net, LIBRARY)) == sorted(net.parameters.names)
    off = clamp("forget", on=False)
    assert of_net((off, clamp("c")), "net") == (clamp("c"),) and not shows((off, Freeze("", net="net", parameter="x")))
