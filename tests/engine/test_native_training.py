"""A whole training step by machine code: the loss in between, layers of every kind, threads, optimizers."""

from typing import Any

import numpy as np
import pytest

from playground.engine import choose, native_engine
from playground.network.losses import loss_and_gradient
from playground.network.network import Network
from playground.network.optimizers import make_optimizer
from playground.network.spec import Layer, Net, Optimizer, Training
from playground.tasks.base import Batch, Facts

T, O = 7, 3
LAYERS = {
    "one": (Layer("a", "lstm", 5),),
    "two": (Layer("a", "lstm", 5), Layer("b", "gru", 4)),
    "another order": (Layer("a", "rnn", 16), Layer("b", "lstm", 17)),
    "both ways": (Layer("a", "gru", 5, bidirectional=True), Layer("b", "rnn", 6, bidirectional=True)),
    "residual": (Layer("a", "lstm", 6), Layer("b", "lstm", 6, residual=True)),
    "dropout": (Layer("a", "gru", 6, dropout=0.5), Layer("b", "lstm", 6, residual=True, dropout=0.3)),
    "two outputs": (Layer("a", "scrn", 6), Layer("b", "lstm", 4)),
    "all": (
        Layer("a", "lstm", 4, bidirectional=True, dropout=0.4),
        Layer("b", "gru", 4, bidirectional=True, dropout=0.2, residual=True),
    ),
}  # fmt: skip


def network(engine: str, layers: tuple[Layer, ...], loss: str = "mse", at: str = "every", **training: Any) -> Network:
    facts = Facts("test", "", 2, O, T, loss, ("mse",), at)  # type: ignore[arg-type]
    options = {"precision": "float64", "batch": 3, **training}
    made = Network(Net("net", layers), {}, facts, Training(**options), choose(engine))
    made.initialise(2)
    return made


def batch(loss: str = "mse", sequences: int = 3, seed: int = 0, inputs: int = 2) -> Batch:
    rng = np.random.default_rng(seed)
    mask = (rng.random((T, sequences)) > 0.3).astype(float)
    if loss == "cross_entropy":
        targets = rng.integers(0, O, (T, sequences))
    else:
        targets = (rng.normal(size=(T, sequences, O)) > 0).astype(float)
    return Batch(rng.normal(size=(T, sequences, inputs)), targets, mask)


def same(one: Network, other: Network, data: Batch, tolerance: float = 1e-12) -> None:
    states = others = None
    for draw in range(2):  # the second time begins where the first ended
        loss, states = one.train_step_gradient(data, states, (draw,))
        wanted, others = other.train_step_gradient(data, others, (draw,))
        size = np.abs(other.parameters.gradients).max()
        assert abs(loss - wanted) <= tolerance * max(1, abs(wanted))
        assert np.abs(one.parameters.gradients - other.parameters.gradients).max() <= tolerance * max(1, size)
        assert all(np.allclose(a, b, atol=10 * tolerance) for a, b in zip(states, others, strict=True))


@pytest.mark.parametrize("at", ["every", "last"])
@pytest.mark.parametrize("loss", ["mse", "binary_cross_entropy", "cross_entropy"])
@pytest.mark.parametrize("sequences", [1, 9])
def test_every_loss_at_every_step_and_at_the_last(loss: str, at: str, sequences: int) -> None:
    same(network("native", LAYERS["one"], loss, at), network("numpy", LAYERS["one"], loss, at), batch(loss, sequences))


@pytest.mark.parametrize("at", ["every", "last"])
@pytest.mark.parametrize("layers", LAYERS)
def test_every_kind_of_layer(layers: str, at: str) -> None:
    same(network("native", LAYERS[layers], at=at), network("numpy", LAYERS[layers], at=at), batch())


@pytest.mark.parametrize("layers", LAYERS)
def test_with_threads_and_in_float32(layers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    monkeypatch.setattr(native_engine, "WORTH_A_THREAD", 0)
    data = batch(sequences=70)
    one, again = (network("native", LAYERS[layers], precision="float32") for _ in range(2))
    same(one, network("numpy", LAYERS[layers]), data, 1e-5)
    same(again, network("numpy", LAYERS[layers]), data, 1e-5)
    assert np.array_equal(one.parameters.gradients, again.parameters.gradients)
    assert [share.high for share in one._pass(T, 70, False).shares] == [24, 47, 70]


@pytest.mark.parametrize("units", [1, 3, 7, 8, 9, 15, 16, 31, 64, 65, 100])
def test_any_number_of_units_in_float32(units: int) -> None:
    layers = (Layer("a", "lstm", units),)
    same(network("native", layers, precision="float32"), network("numpy", layers), batch(sequences=5), 1e-5)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("inputs", [1, 15, 16, 17, 40])
@pytest.mark.parametrize("sequences", [1, 15, 16, 17, 40])
def test_batches_are_taken_in(sequences: int, inputs: int, precision: str) -> None:
    rng = np.random.default_rng(0)
    facts = Facts("test", "", inputs, O, T, "mse", ("mse",))
    net = Network(Net("net", (Layer("a", "rnn", 2),)), {}, facts, Training(precision=precision), choose("native"))  # type: ignore[arg-type]
    net.initialise(1)
    for kind in (np.float32, np.float64):
        data = batch(sequences=sequences)
        values = rng.normal(size=(T, sequences, inputs)).astype(kind)
        net.train_step_gradient(Batch(values, data.targets, data.mask))
        seen = net._pass(T, sequences, False).layers[0].x
        assert np.array_equal(seen, values.transpose(0, 2, 1).astype(precision))


def test_batches_of_other_types_and_strides() -> None:
    data = batch(sequences=6)
    one, other = network("native", LAYERS["one"]), network("numpy", LAYERS["one"])
    part = Batch(
        data.inputs.astype(np.float32)[:, ::2],
        np.asfortranarray(data.targets.astype(np.int32))[:, 1::2],
        data.mask.astype(bool)[:, :3],
    )
    same(one, other, part)


def test_nothing_counted_is_no_loss_and_no_gradient() -> None:
    data = batch()
    empty = Batch(data.inputs, np.full_like(data.targets, np.nan), np.zeros_like(data.mask))
    net = network("native", LAYERS["one"])
    assert net.train_step_gradient(empty)[0] == 0 and not net.parameters.gradients.any()


def test_what_is_not_finite_is_seen() -> None:
    data = batch("cross_entropy")
    net = network("native", LAYERS["one"], "cross_entropy")
    net.parameters.view("readout.bias")[0] = np.inf
    assert not np.isfinite(net.train_step_gradient(data)[0])


def test_large_scores_lose_nothing() -> None:
    """log-sum-exp and log σ do not overflow."""
    for kind in ("cross_entropy", "binary_cross_entropy"):
        net = network("native", LAYERS["one"], kind)
        net.parameters.view("readout.bias")[...] = (900.0, -900.0, 0.0)
        data = batch(kind)
        loss, _ = net.train_step_gradient(data)
        scores = net.forward(data.inputs)[0].transpose(0, 2, 1)
        targets = data.targets if kind == "cross_entropy" else data.targets.transpose(0, 2, 1)
        assert loss == pytest.approx(loss_and_gradient(np, kind, scores, targets, data.mask, None), rel=1e-13)


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("kind", ["sgd", "momentum", "rmsprop", "adam", "adamw"])
@pytest.mark.parametrize("units", [1, 5, 8])
def test_optimizers_do_the_same_arithmetic(kind: str, frozen: bool, units: int) -> None:
    nets = [network(engine, (Layer("a", "lstm", units),)) for engine in ("native", "numpy")]
    spec = Optimizer(kind, learning_rate=0.1, weight_decay=0.2 if kind == "adamw" else 0.0)  # type: ignore[arg-type]
    optimizers = [make_optimizer(spec, net.parameters) for net in nets]
    rng = np.random.default_rng(1)
    for step in range(4):
        gradients = rng.normal(size=nets[0].parameters.count)
        norms = []
        for net, optimizer in zip(nets, optimizers, strict=True):
            if frozen and step == 2:
                net.parameters.rest({"readout.bias", "a.forget.bias"})
            net.parameters.gradients[...] = gradients
            norms.append(optimizer.clip(1.0))
            optimizer.step(0.1)
        assert norms[0] == pytest.approx(norms[1], rel=1e-14)
        assert np.allclose(nets[0].parameters.gradients, nets[1].parameters.gradients, rtol=1e-14, atol=0)
        assert np.allclose(nets[0].parameters.values, nets[1].parameters.values, rtol=1e-12, atol=1e-15)


def test_an_optimizer_goes_on_after_a_change_of_its_kind() -> None:
    nets = [network(engine, LAYERS["one"]) for engine in ("native", "numpy")]
    for net in nets:
        optimizer = make_optimizer(Optimizer("adam"), net.parameters)
        for kind in ("adam", "adamw", "momentum", "sgd", "rmsprop"):
            optimizer.retune(Optimizer(kind, weight_decay=0.1 if kind == "adamw" else 0.0))  # type: ignore[arg-type]
            net.parameters.gradients[...] = np.linspace(-1, 1, net.parameters.count)
            optimizer.step(0.01)
    assert np.allclose(nets[0].parameters.values, nets[1].parameters.values, rtol=1e-12)


def test_the_norm_of_huge_gradients_in_float32() -> None:
    net = network("native", LAYERS["one"], precision="float32")
    optimizer = make_optimizer(Optimizer("adam"), net.parameters)
    net.parameters.gradients[...] = 0
    net.parameters.gradients[:2] = 3e30, 4e30
    assert optimizer.clip(1.0) == pytest.approx(5e30, rel=1e-6)
    assert np.allclose(net.parameters.gradients[:2], [0.6, 0.8])
