"""Whole networks on the CUDA engine, run on the CPU: several layers, losses, optimizers, and steps nobody waits for."""

from typing import Any

import numpy as np
import pytest
from cuda_shim import COMPILER, ShimArray, ShimCuda, counts
from tracing import trace

from playground.engine import choose
from playground.engine.cuda_engine import CudaEngine
from playground.engine.devices import to_numpy
from playground.network.network import Network
from playground.network.optimizers import make_optimizer
from playground.network.spec import Layer, Net, Optimizer, Readout, Training
from playground.tasks.base import Batch, Facts

pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler (g++ or clang++) was found")

T, B, D, H, O = 7, 3, 2, 5, 4


def engine() -> CudaEngine:
    return CudaEngine(ShimCuda())  # type: ignore[arg-type]


def batch_for(loss: str, mask: bool = True) -> Batch:
    rng = np.random.default_rng(0)
    targets = {
        "mse": rng.normal(size=(T, B, O)),
        "cross_entropy": rng.integers(0, O, (T, B)),
        "binary_cross_entropy": (rng.normal(size=(T, B, O)) > 0).astype(float),
    }[loss]
    counted = (rng.random((T, B)) > 0.3).astype(float) if mask else np.ones((T, B))
    return Batch(rng.normal(size=(T, B, D)), targets, counted)


def network(made: Any, layers: tuple[Layer, ...], loss: str, at: str = "every", precision: str = "float64") -> Network:
    facts = Facts("test", "", D, O, T, loss, ("mse",))  # type: ignore[arg-type]
    net = Net("net", layers, readout=Readout(at=at))  # type: ignore[arg-type]
    found = Network(net, {}, facts, Training(precision=precision), made)  # type: ignore[arg-type]
    found.initialise(3)
    return found


STACK = (
    Layer("layer1", "lstm", H),
    Layer("layer2", "gru", H, residual=True),
    Layer("layer3", "rnn", 3, bidirectional=True, dropout=0.25),
    Layer("layer4", "gru_2014", H),
)


@pytest.mark.parametrize("loss", ["mse", "cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize("at", ["every", "last"])
def test_networks_are_numpy_s(loss: str, at: str) -> None:
    batch = batch_for(loss)
    results = []
    for made in (choose("numpy"), engine()):
        net = network(made, STACK, loss, at)
        values: list[np.ndarray] = []
        for draw in range(2):
            value, states = net.train_step_gradient(batch, draw=(draw,))
            values += [np.array(value), to_numpy(net.parameters.gradients).copy(), *map(to_numpy, states)]
            carried, _ = net.train_step_gradient(batch, states, draw=(draw,))
            values.append(np.array(carried))
        test_loss, scores = net.evaluate(batch)
        values += [np.array(test_loss), np.nan_to_num(scores)]
        traces = trace(net, Batch(batch.inputs[:, :1], batch.targets[:, :1], batch.mask[:, :1]))
        values += [np.nan_to_num(traces.output), *traces.nodes.values(), *traces.gradients.values()]
        results.append(values)
    for ours, theirs in zip(*results, strict=True):
        assert np.allclose(ours, theirs, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("kind", ["sgd", "momentum", "rmsprop", "adam", "adamw"])
@pytest.mark.parametrize("later", [False, True])
def test_optimizers_are_numpy_s(kind: str, later: bool) -> None:
    """later: the device clips, judges and updates by itself."""
    batch = batch_for("mse")
    results = []
    for made in (choose("numpy"), engine()):
        net = network(made, (Layer("layer1", "lstm", H),), "mse")
        net.parameters.rest(("readout.bias",))
        optimizer = make_optimizer(Optimizer(kind, weight_decay=0.01), net.parameters)  # type: ignore[arg-type]
        norms = []
        for _ in range(3):
            loss, _ = net.train_step_gradient(batch, later=later)
            if later and made.name == "cupy":
                norms.append(float(optimizer.judge(loss, 0.1)))
                optimizer.step_if_sound(0.05)
            else:
                norms.append(optimizer.clip(0.1))
                optimizer.step(0.05)
        memories = [to_numpy(array) for array in optimizer.arrays().values()]
        results.append([np.array(norms), to_numpy(net.parameters.values), *memories])
    for ours, theirs in zip(*results, strict=True):
        assert np.allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def test_the_device_judges_with_the_same_bits_as_the_host() -> None:
    batch, results = batch_for("mse"), []
    for later in (False, True):
        net = network(engine(), STACK[:1], "mse", precision="float32")
        optimizer = make_optimizer(Optimizer("adam"), net.parameters)
        for _ in range(4):
            loss, _ = net.train_step_gradient(batch, later=later)
            if later:
                optimizer.judge(loss, 0.1)
                optimizer.step_if_sound(0.05)
            else:
                optimizer.clip(0.1)
                optimizer.step(0.05)
        results.append(to_numpy(net.parameters.values).copy())
    assert np.array_equal(*results)


def test_a_training_step_transfers_nothing_back() -> None:
    net = network(engine(), STACK, "mse")
    optimizer = make_optimizer(Optimizer("adam"), net.parameters)
    batch = batch_for("mse")
    before = counts["transfers"]
    for draw in range(3):
        loss, states = net.train_step_gradient(batch, draw=(draw,), later=True)
        net.train_step_gradient(batch, states, draw=(draw,), later=True)
        optimizer.judge(loss, 1.0)
        optimizer.step_if_sound(0.01)
    assert counts["transfers"] == before
    assert np.isfinite(float(loss)) and counts["transfers"] == before + 1


def test_a_step_costs_a_bounded_number_of_launches() -> None:
    net = network(engine(), STACK[:1], "mse")
    optimizer = make_optimizer(Optimizer("adam"), net.parameters)
    batch = batch_for("mse")
    net.train_step_gradient(batch, later=True)
    before = counts["launches"]
    loss, _ = net.train_step_gradient(batch, later=True)
    optimizer.judge(loss, 1.0)
    optimizer.step_if_sound(0.01)
    # LSTM 2 + 4, readout 2 + 4, loss 2, squares, judge, update, commit
    assert counts["launches"] - before <= 18
    assert isinstance(net.parameters.values, ShimArray)


def test_the_benchmark_s_step_runs_unchanged() -> None:
    from playground.timing.work import TrainingStep, Work

    net = Net("bench", (Layer("layer1", "lstm", H),))
    step = TrainingStep(Work(net, {}, Training(batch=B, clip_norm=1.0), D, O, T), engine())
    before = to_numpy(step.network.parameters.values).copy()
    step()
    assert np.abs(to_numpy(step.network.parameters.values) - before).max() > 0
