"""Nets assembled as their papers say have as many weights as the papers say, which proves the wiring."""

import numpy as np
import pytest

from playground.cell.graph import Cell, Gate, Input, Memory, Operation, Output, Wire
from playground.compiler.gradient_check import gradient_check
from playground.engine import choose
from playground.network.network import Network
from playground.network.spec import Layer, Net, Training
from playground.tasks.base import Facts

BOTH = (Wire("x"), Wire("h_prev"))

# Gers, Schmidhuber and Cummins (2000), continual embedded Reber grammar: blocks of two cells share three gates, the
# gates see no gates, the cells have no bias, and the outputs see the inputs directly.
CONTINUAL_REBER = Cell(
    "continual_reber",
    (
        Input("x"),
        Memory("h_prev", source="h"),
        Memory("c_prev", source="c"),
        Gate("input", wires=BOTH, block=2),
        Gate("forget", wires=BOTH, block=2),
        Gate("output", wires=BOTH, block=2),
        Gate("candidate", wires=BOTH, activation="tanh", bias=None),
        Operation("keep", sources=("forget", "c_prev")),
        Operation("write", sources=("input", "candidate")),
        Operation("c", operation="add", sources=("keep", "write")),
        Operation("squash", operation="tanh", sources=("c",)),
        Operation("h", sources=("output", "squash")),
        Output("out", sources=("h", "x")),
    ),
)


def build(cell: str | Cell, inputs: int, units: int, outputs: int, engine: str = "numpy") -> Network:
    own = {} if isinstance(cell, str) else {cell.name: cell}
    name = cell if isinstance(cell, str) else cell.name
    facts = Facts("test", "", inputs, outputs, 9, "mse", ("mse",))
    training = Training(precision="float64")
    return Network(Net("net", (Layer("layer1", name, units),)), own, facts, training, choose(engine))


@pytest.mark.parametrize(
    ("what", "cell", "inputs", "units", "outputs", "weights"),
    [
        ("adding, 1997", "lstm_1997_blocks", 2, 4, 1, 93),
        ("temporal order 6a, 1997", "lstm_1997_blocks", 8, 4, 4, 156),
        ("temporal order 6b, 1997", "lstm_1997_blocks", 8, 6, 8, 308),
        ("continual Reber, 2000", CONTINUAL_REBER, 7, 8, 7, 424),
    ],
)
def test_weight_counts(what: str, cell: str | Cell, inputs: int, units: int, outputs: int, weights: int) -> None:
    assert build(cell, inputs, units, outputs).parameters.count == weights, what


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_a_shortcut_from_the_input_to_the_readout_trains(engine: str) -> None:
    from playground.tasks.base import Batch

    assert gradient_check(CONTINUAL_REBER, inputs=7, units=8, steps=4) <= 1e-6
    net, reference = build(CONTINUAL_REBER, 7, 8, 7, engine), build(CONTINUAL_REBER, 7, 8, 7, "numpy")
    rng = np.random.default_rng(0)
    batch = Batch(rng.normal(size=(9, 3, 7)), rng.normal(size=(9, 3, 7)), np.ones((9, 3)))
    for one in (net, reference):
        one.initialise(1)
        one.train_step_gradient(batch)
    assert np.abs(net.parameters.gradients - reference.parameters.gradients).max() <= 1e-12


@pytest.mark.parametrize("engine", ["numpy", "native"])
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("size", [-1000.0, 1000.0])
def test_slstm_stays_finite_with_huge_pre_activations(engine: str, precision: str, size: float) -> None:
    from playground.tasks.base import Batch

    facts = Facts("test", "", 2, 1, 50, "mse", ("mse",))
    training = Training(precision=precision)  # type: ignore[arg-type]
    net = Network(Net("net", (Layer("layer1", "slstm", 5),)), {}, facts, training, choose(engine))
    net.initialise(0)
    for gate in ("input", "forget"):
        for other in ("input", "forget"):
            net.parameters.view(f"layer1.{gate}.bias")[...] = size
            net.parameters.view(f"layer1.{other}.bias")[...] = -size
            rng = np.random.default_rng(0)
            batch = Batch(rng.normal(size=(50, 3, 2)), rng.normal(size=(50, 3, 1)), np.ones((50, 3)))
            loss, states = net.train_step_gradient(batch)
            assert np.isfinite(loss) and np.isfinite(net.parameters.gradients).all()
            assert all(np.isfinite(state).all() for state in states)
