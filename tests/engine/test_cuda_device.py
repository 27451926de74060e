"""The CUDA engine on a real GPU, against the interpreter and NumPy. All of it skips itself where there is none."""

import time

import numpy as np
import pytest
from cuda_cases import both, same

from playground.cell.library import LIBRARY
from playground.compiler.lower import compile_cell
from playground.engine import Setup, available, choose
from playground.engine.cuda_engine import CudaEngine, CudaRunner
from playground.engine.devices import to_numpy, usable
from playground.network.network import Network
from playground.network.optimizers import make_optimizer
from playground.network.spec import Layer, Net, Optimizer, Training
from playground.tasks.base import Batch, Facts

pytestmark = pytest.mark.gpu


@pytest.fixture
def gpu() -> CudaEngine:
    if not usable("cupy"):
        pytest.skip(available()["cupy"])
    engine = choose("cupy")
    assert isinstance(engine, CudaEngine)
    return engine


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-5)])
@pytest.mark.parametrize("name", LIBRARY)
def test_every_cell_is_the_interpreter(gpu: CudaEngine, name: str, dtype: str, tolerance: float) -> None:
    units = 6 if name == "lstm_1997_blocks" else 5
    same(both(gpu, LIBRARY[name], 2, units, 7, 3, dtype)[0], tolerance)


@pytest.mark.parametrize("batch", [1, 3, 17, 33, 64, 100])
@pytest.mark.parametrize("units", [37, 64, 200])
@pytest.mark.parametrize("name", ["lstm", "gru_2014"])
def test_teams_and_warps(gpu: CudaEngine, name: str, units: int, batch: int) -> None:
    same(both(gpu, LIBRARY[name], 3, units, 9, batch)[0], 1e-9)


def test_weights_that_do_not_fit_on_the_chip(gpu: CudaEngine) -> None:
    pairs, runner = both(gpu, LIBRARY["lstm"], 3, 1500, 3, 8, "float64", scale=0.02)
    assert isinstance(runner, CudaRunner) and runner.code.geometry is None
    same(pairs, 1e-9)


def test_a_long_sequence_does_not_hang(gpu: CudaEngine) -> None:
    plan = compile_cell(LIBRARY["lstm"], 2, 256)
    rng = np.random.default_rng(0)
    weights = {
        name: gpu.xp.asarray(rng.normal(0, 0.05, shape).astype(np.float32)) for name, shape in plan.packed.items()
    }
    gradients = {name: gpu.xp.zeros(shape, "float32") for name, shape in plan.packed.items()}
    runner = gpu.build(plan, weights, gradients, Setup(10_000, 16))
    runner.x[...] = gpu.xp.asarray(rng.normal(size=(10_000, 2, 16)).astype(np.float32))
    began = time.perf_counter()
    runner.forward()
    runner.d_out[-1] = 1
    runner.backward()
    assert all(np.isfinite(to_numpy(array)).all() for array in gradients.values())
    assert time.perf_counter() - began < 60


def test_two_runs_have_the_same_bits_and_read_later_too(gpu: CudaEngine) -> None:
    rng = np.random.default_rng(0)
    batch = Batch(rng.normal(size=(20, 33, 4)), rng.normal(size=(20, 33, 3)), np.ones((20, 33)))
    facts = Facts("test", "", 4, 3, 20, "mse", ("mse",))
    found = []
    for later in (False, True, False):
        net = Network(Net("net", (Layer("layer1", "lstm", 48), Layer("layer2", "gru", 48))), {}, facts, Training(), gpu)
        net.initialise(1)
        optimizer = make_optimizer(Optimizer("adam"), net.parameters)
        for _ in range(5):
            loss, _ = net.train_step_gradient(batch, later=later)
            if later:
                optimizer.judge(loss, 0.1)
                optimizer.step_if_sound(0.01)
            else:
                optimizer.clip(0.1)
                optimizer.step(0.01)
        found.append(to_numpy(net.parameters.values).copy())
    assert np.array_equal(found[0], found[1]) and np.array_equal(found[0], found[2])
