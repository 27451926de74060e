"""One way forward and one way back for all who look: what they see is what each would have seen alone."""

from collections.abc import Callable

import numpy as np
import pytest

from playground.errors import BadInput
from playground.network.changes import Clamp
from playground.network.look import Look
from playground.network.losses import probabilities
from playground.network.network import Network
from playground.network.passes import Pass
from playground.tasks.base import Batch


def one(data: Batch) -> Batch:
    return Batch(data.inputs[:, :1], data.targets[:, :1], data.mask[:, :1])


def alone(net: Network, data: Batch, seed: np.ndarray, node: str) -> np.ndarray:
    """The gradient that a run of its own gives."""
    with net.watched(data) as (run, _):
        run.d_scores[...] = seed[:, :, None]
        run.backward()
        return run.layers[0].gradient(node)[:, :, 0]


@pytest.fixture
def ways(monkeypatch) -> list[str]:
    """Which ways a pass went."""
    gone: list[str] = []
    for name in ("forward", "backward"):
        way = getattr(Pass, name)
        monkeypatch.setattr(Pass, name, lambda *of, way=way, name=name: (gone.append(name), way(*of))[1])
    return gone


@pytest.mark.parametrize("engine", ["numpy", "native"])
@pytest.mark.parametrize("loss", ["mse", "binary_cross_entropy", "cross_entropy"])
@pytest.mark.parametrize("at", ["every", "last"])
def test_traces_are_those_of_a_run_of_its_own(
    build: Callable, batch: Callable, engine: str, loss: str, at: str
) -> None:
    net, data = build(("lstm", "rnn"), loss=loss, at=at, engine=engine), one(batch(loss))
    seen = Look(net).at(data).traces("net")
    with net.watched(data) as (run, known_loss):
        output = probabilities(np, net.loss_kind, run.scores)[:, :, 0]
        run.backward()
        nodes = {f"{part.layer.id}/{node}": value for part in run.layers for node, value in part.series().items()}
        gradients = {f"{part.layer.id}/{node}": value for part in run.layers for node, value in part.flows().items()}
    assert seen.loss == pytest.approx(known_loss, rel=1e-12)
    np.testing.assert_allclose(seen.output[-len(output) :], output, rtol=1e-12)
    assert np.isnan(seen.output[: -len(output)]).all()
    for found, known in ((seen.nodes, nodes), (seen.gradients, gradients)):
        assert found and list(found) == list(known)
        for name, values in known.items():
            np.testing.assert_allclose(found[name], values, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_however_many_losses_are_asked_about(build: Callable, batch: Callable, engine: str) -> None:
    net, data = build(("lstm",), engine=engine), one(batch("mse"))
    look, rng = Look(net).at(data), np.random.default_rng(0)
    seeds = [rng.normal(size=look.scores.shape) for _ in range(9)]
    for seed in (*seeds, seeds[0]):
        np.testing.assert_allclose(
            look.gradient("layer1", "forget", seed), alone(net, data, seed, "forget"), rtol=1e-9, atol=1e-15
        )
    _, own = look.error(data)
    np.testing.assert_allclose(look.gradient("layer1", "h", own), alone(net, data, own, "h"), rtol=1e-9, atol=1e-15)


def test_what_was_expected_goes_back_together(build: Callable, batch: Callable, ways: list[str]) -> None:
    net, data = build(("gru",)), one(batch("mse"))
    look = Look(net)
    seeds = [np.full((7, 4), number) for number in (1.0, 2.0)]
    look.expect(lambda seen: seeds if seen is look else [])
    look.at(data).traces("net")
    for seed in seeds:
        look.gradient("layer1", "h", seed)
    look.at(data).traces("net")
    assert ways == ["forward", "backward"]
    look.gradient("layer1", "h", np.full((7, 4), 3.0))  # nobody had said so
    assert ways == ["forward", "backward", "backward"]


def test_machine_code_takes_one_loss_back_at_a_time(build: Callable, batch: Callable, ways: list[str]) -> None:
    net, data = build(("gru",), engine="native"), one(batch("mse"))
    look, seed = Look(net), np.full((7, 4), 2.0)
    look.expect(lambda seen: [seed])
    first = look.at(data).traces("net")
    assert ways == ["forward", "backward"]
    np.testing.assert_allclose(look.gradient("layer1", "h", seed), alone(net, data, seed, "h"), rtol=1e-9, atol=1e-15)
    del ways[:]
    again = look.at(data).traces("net")  # what the other loss left behind is not taken for its own
    assert ways == ["backward"]
    for name, values in first.gradients.items():
        np.testing.assert_array_equal(again.gradients[name], values)


def test_a_loss_is_computed_once_for_each_way_forward(build: Callable, batch: Callable, monkeypatch) -> None:
    from playground.network import look as module

    computed: list[str] = []
    plain = module.loss_and_gradient
    monkeypatch.setattr(module, "loss_and_gradient", lambda *of: (computed.append("loss"), plain(*of))[1])
    net, data = build(("gru",)), one(batch("mse"))
    look = Look(net).at(data)
    loss, gradient = look.error(data)
    assert look.error(Batch(data.inputs, data.targets.copy(), data.mask))[1] is gradient and len(computed) == 1
    half = Batch(data.inputs, data.targets, np.where(np.arange(len(data.mask))[:, None] < 2, data.mask, 0))
    assert look.error(half)[0] != loss and len(computed) == 2  # another loss
    net.parameters.values[...] *= 0.5
    assert look.at(data).error(data)[0] != loss and len(computed) == 3  # the weights are others
    assert not gradient.flags.writeable  # all who ask have the same


def test_weights_are_compared_again_after_they_rested(build: Callable, batch: Callable, ways: list[str]) -> None:
    net, data = build(("gru",)), one(batch("mse"))
    look = Look(net).at(data)
    with look.resting():
        look.at(data)
        look.at(one(batch("mse", seed=1)))  # another sequence is another all the same
    assert ways.count("forward") == 2
    net.parameters.values[...] *= 0.5
    look.at(one(batch("mse", seed=1)))
    assert ways.count("forward") == 3


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_traces_that_are_not_kept_are_the_same_until_the_next_look(
    build: Callable, batch: Callable, engine: str
) -> None:
    net, data = build(("lstm", "rnn"), engine=engine), one(batch("mse"))
    look = Look(net).at(data)
    kept, views = look.traces("net"), look.traces("net", kept=False)
    assert list(views.nodes) == list(kept.nodes)
    for name, values in kept.nodes.items():
        np.testing.assert_array_equal(views.nodes[name], values)
    before = kept.nodes["layer1/c"].copy()
    net.parameters.values[...] *= 0.5
    look.at(data)
    np.testing.assert_array_equal(kept.nodes["layer1/c"], before)


def test_it_runs_again_when_something_is_another(build: Callable, batch: Callable, ways: list[str]) -> None:
    net, data = build(("lstm",)), one(batch("mse"))
    look = Look(net)
    first = look.at(data).traces("net")
    net.parameters.view("layer1.forget.bias")[0] += 1.0
    second = look.at(data).traces("net")
    assert ways.count("forward") == 2 and (first.nodes["layer1/c"] != second.nodes["layer1/c"]).any()
    look.at(one(batch("mse", seed=1)))
    assert ways.count("forward") == 3
    net.reach_into((Clamp(id="one", net="net", layer="layer1", node="forget"),))
    clamped = look.at(data).traces("net")
    assert (clamped.nodes["layer1/forget"] == 0).all()
    free = Look(net, free=True).at(data).traces("net")
    np.testing.assert_array_equal(free.nodes["layer1/c"], second.nodes["layer1/c"])
    net.reach_into((Clamp(id="one", net="net", layer="layer1", node="forget", value=1.0),))
    assert (look.at(data).traces("net").nodes["layer1/forget"] == 1).all()


def test_nothing_of_the_network_changes_and_nobody_else_its_values(build: Callable, batch: Callable) -> None:
    net, data = build(("lstm",)), one(batch("mse"))
    net.parameters.gradients[...] = np.arange(net.parameters.count)
    look = Look(net).at(data)
    before = look.traces("net")
    np.testing.assert_array_equal(net.parameters.gradients, np.arange(net.parameters.count))
    wide = Batch(
        *(np.repeat(part, net.engine.looked_together, axis=1) for part in (data.inputs * 3, data.targets, data.mask))
    )
    with net.watched(wide):  # of the same shape
        pass
    np.testing.assert_array_equal(look.at(data).traces("net").nodes["layer1/h"], before.nodes["layer1/h"])


def test_what_is_not_there_is_said(build: Callable, batch: Callable) -> None:
    net, data = build(("lstm",)), one(batch("mse"))
    look = Look(net).at(data)
    with pytest.raises(BadInput, match="no such layer"):
        look.gradient("layer9", "h", look.scores)
    with pytest.raises(BadInput, match="no such node"):
        look.gradient("layer1", "hh", look.scores)


def test_who_looks_between_two_parts_of_a_test_changes_nothing(build: Callable, batch: Callable) -> None:
    net, data = build(("lstm",), engine="native", precision="float32"), batch("mse")
    many = Batch(*(np.repeat(part, 30, axis=1) for part in (data.inputs, data.targets, data.mask)))
    look, looked = Look(net), []
    loss, scores = net.evaluate(many, breathe=lambda: looked.append(look.at(one(data)).traces("net")))
    wanted = net.evaluate(many)
    assert len(looked) > 1 and loss == wanted[0] and scores.tobytes() == wanted[1].tobytes()
