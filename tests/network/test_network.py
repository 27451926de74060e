"""Whole networks: gradients through layers, readout and loss; states; traces; errors."""

from collections.abc import Callable

import numpy as np
import pytest
from tracing import trace

from playground.cell.graph import Cell, Gate, Init, Input, Memory, Output, Wire
from playground.engine import choose
from playground.errors import BadInput
from playground.network.network import Network
from playground.network.spec import Layer, Net, Training
from playground.tasks.base import Batch, Facts

LOSSES = ("mse", "cross_entropy", "binary_cross_entropy")
Build = Callable[..., Network]
MakeBatch = Callable[..., Batch]


@pytest.mark.parametrize("at", ["every", "last"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("cells", [("rnn",), ("lstm", "gru_2014"), ("dense_tanh", "lstm")])
def test_gradients_are_central_differences(
    build: Build, batch: MakeBatch, cells: tuple[str, ...], loss: str, at: str
) -> None:
    net, data = build(cells, loss, at), batch(loss)
    rng = np.random.default_rng(5)
    net.parameters.values[...] = rng.normal(0, 0.5, net.parameters.count)
    net.train_step_gradient(data)
    derived, values, step = net.parameters.gradients.copy(), net.parameters.values, 1e-5
    for index in rng.choice(net.parameters.count, 60, replace=False):
        before = values[index]
        values[index] = before + step
        above, _ = net.evaluate(data)
        values[index] = before - step
        below, _ = net.evaluate(data)
        values[index] = before
        assert abs((above - below) / (2 * step) - derived[index]) <= 1e-6 * max(1.0, np.abs(derived).max())


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_masked_does_not_count(build: Build, batch: MakeBatch, loss: str) -> None:
    net, data = build(loss=loss), batch(loss)
    targets = data.targets.copy()
    targets[data.mask == 0] = 1
    other = Batch(data.inputs, targets, data.mask)
    assert net.train_step_gradient(data)[0] == net.train_step_gradient(other)[0]
    nothing = Batch(data.inputs, data.targets, np.zeros_like(data.mask))
    assert net.train_step_gradient(nothing)[0] == 0
    assert not net.parameters.gradients.any()


@pytest.mark.parametrize("loss", LOSSES)
def test_huge_scores_give_finite_losses(build: Build, batch: MakeBatch, loss: str) -> None:
    net, data = build(loss=loss, precision="float32"), batch(loss)
    net.parameters.view("readout.weight")[...] = 1e6
    value, _ = net.train_step_gradient(data)
    assert np.isfinite(value) and np.isfinite(net.parameters.gradients).all()


def test_states_are_carried_over(build: Build) -> None:
    net = build(("lstm", "gru"))
    inputs = np.random.default_rng(2).normal(size=(7, 3, 2))
    whole, final = net.forward(inputs)
    first, states = net.forward(inputs[:4])
    second, after = net.forward(inputs[4:], states)
    assert np.allclose(np.concatenate([first, second]), whole, atol=1e-14)
    assert len(states) == 3 and all(np.allclose(a, b, atol=1e-14) for a, b in zip(final, after, strict=True))


def test_many_test_sequences_are_evaluated_in_parts(build: Build) -> None:
    net = build(loss="cross_entropy", at="last")
    rng = np.random.default_rng(0)
    inputs, mask = rng.normal(size=(4, 600, 2)), np.zeros((4, 600))
    mask[-1] = rng.random(600) > 0.5
    data = Batch(inputs, rng.integers(0, 4, (4, 600)), mask)
    loss, scores = net.evaluate(data)
    whole, _ = net.forward(inputs)
    assert np.array_equal(scores[-1], whole[0]) and np.isnan(scores[:-1]).all()
    assert loss == pytest.approx(net.train_step_gradient(data)[0], abs=1e-12)


def test_same_seed_same_bits_and_names_decide(build: Build) -> None:
    one, two, other = build(seed=1), build(seed=1), build(seed=2)
    assert np.array_equal(one.parameters.values, two.parameters.values)
    assert not np.array_equal(one.parameters.values, other.parameters.values)
    deeper = build(("lstm", "rnn"), seed=1)
    for name in one.parameters.names:
        if name.startswith("layer1"):
            assert np.array_equal(one.parameters.view(name), deeper.parameters.view(name))


def test_chrono_biases_are_opposite_and_in_range(build: Build) -> None:
    init = {"forget.bias": Init("chrono", 100.0), "input.bias": Init("chrono_opposite", 100.0, "forget")}
    net = build(init=init)
    forget = net.parameters.view("layer1.forget.bias")
    assert np.array_equal(net.parameters.view("layer1.input.bias"), -forget)
    assert (forget >= 0).all() and (forget <= np.log(99)).all() and forget.std() > 0


@pytest.mark.parametrize("shape", [(5, 5), (5, 3), (3, 5)])
def test_initialisers(shape: tuple[int, int]) -> None:
    from playground.network.initialise import draw

    q = draw(Init("orthogonal", 2.0), shape, 5, 0, "layer1.a")
    small = min(shape)
    gram = q @ q.T if shape[0] <= shape[1] else q.T @ q
    assert np.allclose(gram, 4.0 * np.eye(small))
    assert np.array_equal(draw(Init("identity", 0.5), shape, 5, 0, "layer1.a"), 0.5 * np.eye(*shape))
    assert np.abs(draw(Init("uniform"), shape, 4, 0, "layer1.a")).max() <= 0.5
    assert np.abs(draw(Init("xavier"), shape, 4, 0, "layer1.a")).max() <= np.sqrt(6 / sum(shape))
    assert not draw(Init("zeros"), shape, 4, 0, "layer1.a").any()
    assert (draw(Init("constant", 3.0), shape, 4, 0, "layer1.a") == 3).all()


def test_traces_show_what_the_net_computes(build: Build, batch: MakeBatch) -> None:
    net, data = build(("lstm", "rnn")), batch()
    one = Batch(data.inputs[:, :1], data.targets[:, :1], data.mask[:, :1])
    net.train_step_gradient(data)
    before = net.parameters.gradients.copy()
    traces = trace(net, one)
    loss, scores = net.evaluate(one)
    assert traces.loss == pytest.approx(loss, abs=1e-14)
    np.testing.assert_allclose(traces.output, scores[:, 0], rtol=1e-12)
    assert np.array_equal(net.parameters.gradients, before), "looking must not disturb training"
    nodes = {name.split("/")[1]: value for name, value in traces.nodes.items() if name.startswith("layer1/")}
    assert set(nodes) == set(net.layer_nodes()["layer1"])
    assert np.allclose(nodes["c"], nodes["forget"] * nodes["c_prev"] + nodes["input"] * nodes["candidate"])
    assert np.array_equal(nodes["h_prev"][1:], nodes["h"][:-1]) and not nodes["h_prev"][0].any()
    assert set(traces.gradients) == {"layer1/h", "layer1/c", "layer2/h"}
    assert all(np.isfinite(flow).all() and (flow > 0).all() for flow in traces.gradients.values())


def test_gradient_through_time_is_a_true_derivative(build: Build) -> None:
    """‖∂L/∂h_t‖ shown for an RNN, against nudging h_t itself through a state carried over."""
    net = build(("rnn",), at="last")
    rng = np.random.default_rng(4)
    inputs, targets, mask = rng.normal(size=(7, 1, 2)), np.zeros((7, 1, 4)), np.zeros((7, 1))
    targets[-1], mask[-1] = rng.normal(size=(1, 4)), 1
    shown = trace(net, Batch(inputs, targets, mask)).gradients["layer1/h"]
    for t in range(6):
        _, (h,) = net.forward(inputs[: t + 1])
        rest = Batch(inputs[t + 1 :], targets[t + 1 :], mask[t + 1 :])
        slope = np.zeros(5)
        for unit in range(5):
            nudge = np.zeros_like(h)
            nudge[unit] = 1e-6
            above, _ = net.train_step_gradient(rest, (h + nudge,))
            below, _ = net.train_step_gradient(rest, (h - nudge,))
            slope[unit] = (above - below) / 2e-6
        assert shown[t] == pytest.approx(np.linalg.norm(slope), rel=1e-5)


def test_frozen_weights_stay(batch: MakeBatch) -> None:
    from playground.network.optimizers import make_optimizer
    from playground.network.spec import Optimizer

    gate = Gate("h", wires=(Wire("x", freeze=True), Wire("h_prev")), activation="tanh")
    cell = Cell("mine", nodes=(Input("x"), Memory("h_prev", source="h"), gate, Output("out", sources=("h",))))
    facts = Facts("test", "", 2, 4, 7, "mse", ("mse",))
    net = Network(Net("net", (Layer("layer1", "mine", 5),)), {"mine": cell}, facts, Training(), choose("numpy"))
    net.initialise(1)
    frozen, free = net.parameters.view("layer1.h.weight.x").copy(), net.parameters.view("layer1.h.weight.h_prev").copy()
    optimizer = make_optimizer(Optimizer("adamw", weight_decay=0.1), net.parameters)
    for _ in range(3):
        net.train_step_gradient(batch())
        optimizer.step(0.1)
    assert np.array_equal(net.parameters.view("layer1.h.weight.x"), frozen)
    assert not np.array_equal(net.parameters.view("layer1.h.weight.h_prev"), free)


@pytest.mark.parametrize(
    ("net", "training", "words"),
    [
        (Net("a", ()), Training(), "networks.a: there is no layer"),
        (
            Net("a", (Layer("layer1", "nobody"),)),
            Training(),
            "networks.a.layers.layer1.cell: there is no cell named 'nobody'",
        ),
        (
            Net("a", (Layer("layer1", "lstm", init={"forgot.bias": Init()}),)),
            Training(),
            "networks.a.layers.layer1.init.forgot.bias: the cell has no such parameter",
        ),
        (
            Net("a", (Layer("layer1", "lstm", init={"input.bias": Init("chrono_opposite", 9, "nobody")}),)),
            Training(),
            "there is no gate 'nobody' to be the opposite of",
        ),
        (
            Net("a", (Layer("layer1", "lstm"),)),
            Training(loss="cross_entropy"),
            "training.loss: cross_entropy does not fit",
        ),
    ],
)
def test_bad_networks_say_where(net: Net, training: Training, words: str) -> None:
    facts = Facts("test", "", 2, 4, 7, "mse", ("mse",))
    with pytest.raises(BadInput) as error:
        Network(net, {}, facts, training, choose("numpy"))
    assert words in str(error.value)


def test_a_cell_with_errors_names_layer_and_node() -> None:
    cell = Cell("mine", nodes=(Input("x"), Gate("h"), Output("out", sources=("h",))))
    facts = Facts("test", "", 2, 4, 7, "mse", ("mse",))
    with pytest.raises(BadInput) as error:
        Network(Net("a", (Layer("layer1", "mine"),)), {"mine": cell}, facts, Training(), choose("numpy"))
    assert str(error.value).startswith("networks.a.layers.layer1, cell 'mine', node h: nothing is wired into this gate")


def build_layers(*layers: Layer, loss: str = "mse") -> Network:
    facts = Facts("test", "", 2, 4, 7, loss, ("mse",))  # type: ignore[arg-type]
    net = Network(Net("net", layers), {}, facts, Training(precision="float64"), choose("numpy"))
    net.initialise(3)
    return net


def slope_error(net: Network, data: Batch, draw: tuple[int, ...] = (0,)) -> float:
    """Largest difference between derived gradients and central differences of the training loss, relative."""
    net.train_step_gradient(data, draw=draw)
    derived, values, step = net.parameters.gradients.copy(), net.parameters.values, 1e-5
    worst = 0.0
    for index in np.random.default_rng(5).choice(net.parameters.count, 60, replace=False):
        before = values[index]
        values[index] = before + step
        above, _ = net.train_step_gradient(data, draw=draw)
        values[index] = before - step
        below, _ = net.train_step_gradient(data, draw=draw)
        values[index] = before
        worst = max(worst, abs((above - below) / (2 * step) - derived[index]))
    return worst / float(np.abs(derived).max())


@pytest.mark.parametrize("loss", LOSSES)
def test_both_directions_residual_paths_and_dropout_have_true_gradients(batch: MakeBatch, loss: str) -> None:
    net = build_layers(
        Layer("one", "gru", 3, bidirectional=True, dropout=0.3),
        Layer("two", "lstm", 6, residual=True),
        Layer("three", "rnn", 3, bidirectional=True, residual=True, dropout=0.5),
        loss=loss,
    )
    assert slope_error(net, batch(loss), draw=(4, 1)) <= 1e-6


def test_the_backward_direction_sees_the_future(batch: MakeBatch) -> None:
    data = batch()
    changed = data.inputs.copy()
    changed[-1] += 1.0
    for both in (False, True):
        net = build_layers(Layer("one", "lstm", 3, bidirectional=both))
        before, after = net.forward(data.inputs)[0], net.forward(changed)[0]
        assert np.array_equal(before[0], after[0]) != both


def test_dropout_is_drawn_from_seed_and_step_and_never_in_a_test(batch: MakeBatch) -> None:
    net, data = build_layers(Layer("one", "lstm", 40, dropout=0.5), Layer("two", "rnn", 3)), batch()
    losses = [net.train_step_gradient(data, draw=(step,))[0] for step in (1, 2, 1)]
    assert losses[0] == losses[2] != losses[1]
    assert net.evaluate(data)[0] == net.evaluate(data)[0]
    plain = build_layers(Layer("one", "lstm", 40), Layer("two", "rnn", 3))
    assert np.allclose(plain.forward(data.inputs)[0], net.forward(data.inputs)[0])


def test_dropout_keeps_the_mean() -> None:
    net = build_layers(Layer("one", "dense_tanh", 200, dropout=0.25), Layer("two", "rnn", 3))
    inputs = np.ones((50, 4, 2))
    net.train_step_gradient(Batch(inputs, np.zeros((50, 4, 4)), np.ones((50, 4))))
    part = net._pass(50, 4, False).layers[0]
    assert part.mask is not None
    assert set(np.unique(part.mask)) == {0.0, 1 / 0.75}
    assert part.mask.mean() == pytest.approx(1.0, abs=0.02)


def test_traces_show_both_directions(batch: MakeBatch) -> None:
    data = batch()
    net = build_layers(Layer("one", "rnn", 3, bidirectional=True))
    traces = trace(net, Batch(data.inputs[:, :1], data.targets[:, :1], data.mask[:, :1]))
    assert net.layer_nodes()["one"] == ["x", "h_prev", "h", "back.x", "back.h_prev", "back.h"]
    assert set(traces.nodes) == {f"one/{node}" for node in net.layer_nodes()["one"]}
    assert np.array_equal(traces.nodes["one/back.x"], traces.nodes["one/x"]), "in the order of the sequence"
    assert np.array_equal(traces.nodes["one/back.h_prev"][:-1], traces.nodes["one/back.h"][1:])
    assert set(traces.gradients) == {"one/h", "one/back.h"}


def test_a_residual_layer_must_fit() -> None:
    with pytest.raises(BadInput, match=r"networks\.net\.layers\.one\.residual: the layer makes 3 numbers of 2"):
        build_layers(Layer("one", "rnn", 3, residual=True))
