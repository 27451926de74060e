"""Machine code: its arithmetic to the last bits, odd shapes, threads, and the same results as NumPy."""

import numpy as np
import pytest

from playground.cell.graph import Cell, Gate, Input, Output, Wire
from playground.cell.library import LIBRARY
from playground.compiler.lower import compile_cell
from playground.engine import Setup, choose
from playground.engine.native_engine import NativeRunner
from playground.network.network import Network
from playground.network.spec import Layer, Net, Training
from playground.tasks.base import Batch, Facts

TRUE = {
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "exp": np.exp,
    "softplus": lambda x: np.logaddexp(0, x),
    "log_sigmoid": lambda x: -np.logaddexp(0, -x),
    "relu": lambda x: np.maximum(x, 0),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
}


def apply(activation: str, values: np.ndarray) -> np.ndarray:
    """The activation of each value, by machine code: one sequence per value, one unit, weight 1."""
    gate = Gate("h", wires=(Wire("x"),), activation=activation, bias=None)  # type: ignore[arg-type]
    plan = compile_cell(Cell("one", nodes=(Input("x"), gate, Output("out", sources=("h",)))), 1, 1)
    weights = {"weight_x": np.ones((1, 1), values.dtype)}
    runner = choose("native").build(
        plan, weights, {"weight_x": np.zeros((1, 1), values.dtype)}, Setup(1, len(values), str(values.dtype))
    )
    assert isinstance(runner, NativeRunner)
    runner.x[0, 0] = values
    return runner.forward()[0, 0].copy()


@pytest.mark.parametrize("activation", TRUE)
def test_float32_is_within_four_units_in_the_last_place(activation: str) -> None:
    dense = np.concatenate(
        [np.linspace(-30, 30, 60_001), np.geomspace(1e-30, 80, 4000), -np.geomspace(1e-30, 80, 4000)]
    )
    values = dense.astype(np.float32)
    truth = TRUE[activation](values.astype(np.float64))
    got = apply(activation, values).astype(np.float64)
    spacing = np.spacing(np.maximum(np.abs(truth), 1e-30).astype(np.float32)).astype(np.float64)
    if activation == "hard_sigmoid":  # a difference of two numbers near ±1/2: the error is that of the sum
        spacing = np.maximum(spacing, np.spacing(np.float32(0.5)))
    assert np.abs((got - truth) / spacing).max() <= 4


@pytest.mark.parametrize("activation", TRUE)
def test_float64_is_within_a_few_units_in_the_last_place(activation: str) -> None:
    values = np.linspace(-30, 30, 20_001)
    truth = TRUE[activation](values)
    assert np.abs(apply(activation, values) - truth).max() <= 8 * np.spacing(np.abs(truth).max())
    assert np.allclose(apply(activation, values), truth, rtol=2e-15, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_limits_are_exact_and_nan_stays_nan(dtype: type) -> None:
    ends = np.array([-np.inf, np.inf, -1000, 1000, np.nan, 0.0], dtype)
    with np.errstate(all="ignore"):
        assert np.array_equal(apply("tanh", ends)[:4], [-1, 1, -1, 1])
        assert np.array_equal(apply("sigmoid", ends)[:4], [0, 1, 0, 1])
        assert np.array_equal(apply("exp", ends)[:4], [0, np.inf, 0, np.inf])
        assert np.array_equal(apply("relu", ends)[:4], [0, np.inf, 0, 1000])
        assert apply("softplus", ends)[0] == 0 and apply("softplus", ends)[3] == 1000
        assert all(np.isnan(apply(name, ends)[4]) for name in ("tanh", "sigmoid", "exp", "relu", "softplus"))
    assert apply("tanh", ends)[5] == 0 and apply("sigmoid", ends)[5] == 0.5 and apply("exp", ends)[5] == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_near_the_largest_number_nothing_is_lost(dtype: type) -> None:
    """Where 2ⁿ overflows and eˣ does not: the sigmoid was NaN there once."""
    edge = np.log(np.finfo(dtype).max)
    values = np.linspace(edge - 2, edge + 2, 4001).astype(dtype)
    with np.errstate(over="ignore"):
        truth = np.exp(values)
    assert np.all(np.isfinite(apply("sigmoid", -values))) and np.all(apply("sigmoid", -values) < 1e-37)
    got = apply("exp", values)
    assert np.array_equal(np.isfinite(got), np.isfinite(truth)) and not np.isnan(got).any()
    finite = np.isfinite(truth)
    assert np.abs((got[finite] - truth[finite]) / np.spacing(truth[finite])).max() <= 4
    got = apply("softplus", values)
    assert np.allclose(got, values, rtol=1e-6)


def build(engine: str, cell: str, inputs: int, units: int, batch: int, precision: str = "float64") -> Network:
    facts = Facts("test", "", inputs, 3, 9, "mse", ("mse",))
    layers = (Layer("layer1", cell, units), Layer("layer2", cell, units, bidirectional=True))
    training = Training(batch=batch, precision=precision)  # type: ignore[arg-type]
    net = Network(Net("net", layers), {}, facts, training, choose(engine))
    net.initialise(4)
    return net


@pytest.mark.parametrize("batch", [1, 3, 8, 16, 17, 33, 64])
@pytest.mark.parametrize(("inputs", "units"), [(1, 1), (2, 5), (3, 24), (7, 30)])
def test_any_shape_gives_what_numpy_gives(batch: int, inputs: int, units: int) -> None:
    rng = np.random.default_rng(batch)
    data = Batch(rng.normal(size=(9, batch, inputs)), rng.normal(size=(9, batch, 3)), np.ones((9, batch)))
    one, other = build("native", "lstm", inputs, units, batch), build("numpy", "lstm", inputs, units, batch)
    for _ in range(2):
        loss, states = one.train_step_gradient(data)
        expected, others = other.train_step_gradient(data)
        assert abs(loss - expected) <= 1e-12
        assert np.abs(one.parameters.gradients - other.parameters.gradients).max() <= 1e-12
        assert all(np.allclose(a, b, atol=1e-13) for a, b in zip(states, others, strict=True))
        carried, _ = one.train_step_gradient(data, states)
        assert abs(carried - other.train_step_gradient(data, others)[0]) <= 1e-12


def test_threads_share_the_batch_and_add_in_a_fixed_order(monkeypatch: pytest.MonkeyPatch) -> None:
    from playground.engine import native_engine

    monkeypatch.setattr("os.cpu_count", lambda: 3)
    monkeypatch.setattr(native_engine, "WORTH_A_THREAD", 0)
    rng = np.random.default_rng(0)
    data = Batch(rng.normal(size=(9, 70, 2)), rng.normal(size=(9, 70, 3)), np.ones((9, 70)))
    runs = []
    for _ in range(3):
        net = build("native", "gru", 2, 20, 70, "float32")
        net.train_step_gradient(data)
        runs.append(net.parameters.gradients.copy())
    assert np.array_equal(runs[0], runs[1]) and np.array_equal(runs[0], runs[2])
    reference = build("numpy", "gru", 2, 20, 70, "float64")
    reference.train_step_gradient(data)
    assert np.abs(runs[0] - reference.parameters.gradients).max() <= 1e-5 * np.abs(reference.parameters.gradients).max()


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_one_sequence_gives_the_same_bits_again(precision: str) -> None:
    rng = np.random.default_rng(0)
    data = Batch(rng.normal(size=(9, 1, 3)), rng.normal(size=(9, 1, 3)), np.ones((9, 1)))
    runs = []
    for _ in range(2):
        net = build("native", "lstm", 3, 37, 1, precision)
        for _ in range(2):
            loss, _ = net.train_step_gradient(data)
            runs.append((loss, net.parameters.gradients.tobytes()))
    assert len(set(runs)) == 1


def test_ten_thousand_steps() -> None:
    plan = compile_cell(LIBRARY["lstm"], 2, 5)
    rng = np.random.default_rng(0)
    weights = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in plan.packed.items()}
    results = []
    for engine in ("native", "numpy"):
        gradients = {name: np.zeros(shape, np.float32) for name, shape in plan.packed.items()}
        runner = choose(engine).build(plan, weights, gradients, Setup(10_000, 1))
        runner.x[...] = np.sin(np.arange(20_000)).reshape(10_000, 2, 1)
        output = runner.forward().copy()
        runner.d_out[-1] = 1
        runner.backward()
        results.append((output, gradients["weight_h_prev"]))
    assert np.allclose(results[0][0], results[1][0], atol=1e-5)
    assert np.allclose(results[0][1], results[1][1], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("cell", ["lstm", "gru", "min_lstm", "indrnn", "lstm_1997_blocks"])
@pytest.mark.parametrize("chunk", [1, 2, 4, 9])
@pytest.mark.parametrize("batch", [1, 17])
def test_gradients_do_not_depend_on_how_often_they_are_summed(
    cell: str, chunk: int, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playground.engine import native_engine

    monkeypatch.setattr(native_engine, "chunk_steps", lambda *_: chunk)
    rng = np.random.default_rng(chunk)
    data = Batch(rng.normal(size=(9, batch, 3)), rng.normal(size=(9, batch, 3)), np.ones((9, batch)))
    one, other = build("native", cell, 3, 10, batch), build("numpy", cell, 3, 10, batch)
    for _ in range(2):
        one.train_step_gradient(data)
        other.train_step_gradient(data)
        assert np.abs(one.parameters.gradients - other.parameters.gradients).max() <= 1e-12


def test_sums_are_taken_while_their_numbers_are_in_the_cache_but_not_too_often() -> None:
    from playground.engine.native_engine import CHUNK_BYTES, CHUNK_SAMPLES, chunk_steps

    assert chunk_steps(0, 8, 16, 4, 50) == 50
    few = chunk_steps(64, 128, 16, 4, 1000)
    assert CHUNK_BYTES / 2 < few * (64 + 128) * 16 * 4 <= CHUNK_BYTES
    assert chunk_steps(64, 10_000, 16, 4, 1000) * 16 == CHUNK_SAMPLES
    assert chunk_steps(100_000, 100_000, 64, 8, 1000) == 1


def test_cheap_values_are_computed_again_and_others_stored() -> None:
    from playground.compiler.recompute import recomputed

    def again(cell: str) -> set[str]:
        return set(recomputed(compile_cell(LIBRARY[cell], 2, 5)))

    assert again("gru") == {"fresh"}  # 1 - update
    assert again("min_lstm") == {"both", "f_share", "i_share"}
    assert again("lstm") == set()  # tanh of the cell state is dear


def test_threads_hand_over_work_awake_and_asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    from playground.engine import native_engine, native_team

    monkeypatch.setattr("os.cpu_count", lambda: 3)
    monkeypatch.setattr(native_engine, "WORTH_A_THREAD", 0)
    rng = np.random.default_rng(1)
    data = Batch(rng.normal(size=(9, 48, 2)), rng.normal(size=(9, 48, 3)), np.ones((9, 48)))
    wanted = None
    for looks, pause in ((0, 0.0), (2_000, 0.0), (2_000, 0.002), (10_000_000, 0.0)):
        monkeypatch.setattr(native_team, "LOOKS", looks)
        net = build("native", "gru", 2, 20, 48, "float32")
        for _ in range(50):
            net.train_step_gradient(data)
            wanted = net.parameters.gradients.copy() if wanted is None else wanted
            assert np.array_equal(net.parameters.gradients, wanted)
            time.sleep(pause)


def test_machine_code_is_kept_for_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    from playground.engine import native_compile

    build("native", "mgu", 2, 6, 4).forward(np.zeros((9, 4, 2)))
    monkeypatch.setattr(native_compile, "compile_text", lambda *_: pytest.fail("compiled again"))
    build("native", "mgu", 2, 6, 4).forward(np.zeros((9, 4, 2)))
