"""Which engine there is, said calmly; and the GPU against NumPy where there is one."""

import numpy as np
import pytest

from playground.engine import available, choose
from playground.engine.devices import to_numpy, usable
from playground.errors import BadInput
from playground.network.network import Network
from playground.network.optimizers import clip, make_optimizer
from playground.network.spec import Layer, Net, Optimizer, Training
from playground.tasks.base import Batch, Facts


def test_every_engine_has_a_line() -> None:
    lines = available()
    assert lines["numpy"].startswith("NumPy 2")
    assert lines["native"].startswith("machine code for ")
    assert lines["cupy"] and "\n" not in lines["cupy"] and "Traceback" not in lines["cupy"]


def test_a_wrong_engine_is_named() -> None:
    with pytest.raises(BadInput, match="engine 'abacus': there is no such engine"):
        choose("abacus")


def test_a_missing_gpu_is_a_sentence() -> None:
    if usable("cupy"):
        pytest.skip("this machine has a GPU")
    with pytest.raises(BadInput, match="use --engine native or numpy"):
        choose("cupy")


@pytest.mark.gpu
@pytest.mark.parametrize("loss", ["mse", "cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize("cell", ["rnn", "relu_rnn", "lstm", "gru", "gru_2014", "dense_tanh"])
def test_gpu_is_numpy(cell: str, loss: str) -> None:
    if not usable("cupy"):
        pytest.skip(available()["cupy"])
    rng = np.random.default_rng(0)
    T, B, D, H, O = 7, 3, 2, 5, 4
    targets = {
        "mse": rng.normal(size=(T, B, O)),
        "cross_entropy": rng.integers(0, O, (T, B)),
        "binary_cross_entropy": (rng.normal(size=(T, B, O)) > 0).astype(float),
    }[loss]
    batch = Batch(rng.normal(size=(T, B, D)), targets, np.ones((T, B)))
    facts = Facts("test", "", D, O, T, loss, ("mse",))  # type: ignore[arg-type]
    results = []
    for engine in ("numpy", "cupy"):
        layers = (Layer("layer1", cell, H), Layer("layer2", cell, H))
        net = Network(Net("net", layers), {}, facts, Training(precision="float64"), choose(engine))
        net.initialise(3)
        optimizer = make_optimizer(Optimizer("adam"), net.parameters)
        for _ in range(3):
            value, states = net.train_step_gradient(batch)
            clip(net.parameters.gradients, 1.0)
            optimizer.step(0.01)
        results.append((value, to_numpy(net.parameters.values), net.evaluate(batch)[1], *map(to_numpy, states)))
    for a, b in zip(*results, strict=True):
        assert np.allclose(a, b, rtol=1e-9, atol=1e-10)


def test_small_products_stay_on_one_thread() -> None:
    from threadpoolctl import threadpool_info

    from playground.engine.threads import WORTH_SHARING, threads_for

    assert threads_for(WORTH_SHARING - 1) == 1
    engine = choose("numpy")
    assert engine.name == "numpy"
    blas = [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]
    assert engine.threads == 1 and set(blas) <= {1}
    engine.reserve(WORTH_SHARING)
    assert engine.threads == threads_for(WORTH_SHARING) >= 1
    choose("numpy")  # leaves the process as other tests expect it
