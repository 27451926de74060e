"""One number explained agrees with the interpreter, for every node and unit of any cell."""

import numpy as np
import pytest
from hypothesis import given
from random_cells import random_cells

from playground.cell.explain import Explanation, explain
from playground.cell.graph import Cell, Gate, Init, Input, Memory, Operation, Output, Wire
from playground.cell.library import LIBRARY
from playground.compiler.gradient_check import random_parameters
from playground.compiler.interpret import interpret
from playground.errors import BadInput


def everything_agrees(cell: Cell, inputs: int, units: int, scale: float) -> None:
    rng = np.random.default_rng(5)
    parameters = random_parameters(cell, inputs, units, rng, scale)
    x = rng.normal(size=(3, 1, inputs))
    with np.errstate(all="ignore"):
        run = interpret(cell, parameters, x, units)
    for values in run.values[1:]:
        now = {node: vector[0] for node, vector in values.items()}
        for node, vector in now.items():
            for unit, wanted in enumerate(vector):
                found = explain(cell, parameters, now, node, unit)
                same = found.result == wanted or abs(found.result - wanted) <= 1e-11 * max(1.0, abs(wanted))
                assert same or (np.isnan(found.result) and np.isnan(wanted)), (node, unit)
                assert all(line.isprintable() for line in found.lines(2))


@pytest.mark.parametrize("name", LIBRARY)
def test_library(name: str) -> None:
    everything_agrees(LIBRARY[name], 3, 6, 0.7)


@given(random_cells())
def test_any_cell(cell: Cell) -> None:
    everything_agrees(cell, 4, 6, 1.0)


@given(random_cells())
def test_any_cell_that_overflows(cell: Cell) -> None:
    everything_agrees(cell, 4, 6, 300.0)


NODES = (
    Input("x"),
    Memory("m", source="h", start=Init("constant", 2.0)),
    Gate("k", wires=(Wire("x"),), block=2),
    Gate(
        "h",
        wires=(Wire("x"), Wire("m", "diagonal"), Wire("k", "identity")),
        activation="tanh",
        scale=4.0,
        shift=-2.0,
        bias=Init("zeros"),
    ),
    Operation("y", operation="subtract", sources=("h", "m")),
    Operation("two", operation="constant", value=2.0),
    Operation("z", operation="maximum", sources=("y", "two")),
    Output("out", sources=("h", "z")),
)
CELL = Cell("c", NODES)
PARAMETERS = {
    "k.weight.x": [[0.5, 0.0, 0.0]],
    "k.bias": [0.0],
    "h.weight.x": [[1.0, -2.0, 0.5], [0.0, 0.0, 0.0]],
    "h.weight.m": [0.25, 1.0],
    "h.bias": [0.1, 0.0],
}
VALUES = {
    "x": [1.0, 0.5, -1.0],
    "m": [2.0, -3.0],
    "k": [0.6224593312],
    "h": [0.48, 1.0],
    "y": [-1.52, 4.0],
    "two": [2.0, 2.0],
    "z": [2.0, 4.0],
    "out": [0.48, 1.0, 2.0, 4.0],
}


def of(node: str, unit: int) -> Explanation:
    return explain(CELL, PARAMETERS, VALUES, node, unit)


def test_a_gate_line_by_line() -> None:
    found = of("h", 0)
    assert [part.total for part in found.parts] == [-0.5, 0.5, 0.6224593312]
    assert found.bias == 0.1 and found.total == pytest.approx(0.7224593312)
    assert found.result == pytest.approx(4 * np.tanh(0.7224593312) - 2)
    assert found.lines() == [
        "from x: −0.5",
        "    x[0]: 1 × 1 = 1",
        "    x[1]: −2 × 0.5 = −1",
        "    x[2]: 0.5 × (−1) = −0.5",
        "from h₋: 0.5 (diagonal)",
        "    h₋[0]: 0.25 × 2 = 0.5",
        "from k: 0.6225 (identity)",
        "    k[0]: 0.6225",
        "bias: 0.1",
        "sum: 0.7225",
        "tanh(0.7225) = 0.6184",
        "h[0] = 4 × 0.6184 − 2 = 0.4737",
    ]
    assert of("h", 0).lines(1)[:3] == ["from x: −0.5", "    x[0]: 1 × 1 = 1", "    2 smaller ones: −1.5"]
    assert of("h", 1).parts[2].factors[0].unit == 0  # one gate of a block serves both units
    assert of("k", 0).lines()[-1] == "k[0] = σ(0.5) = 0.6225"


def test_operations_memories_and_the_ends() -> None:
    assert of("y", 0).lines() == ["h[0] = 0.48", "h₋[0] = 2", "y[0] = 0.48 − 2 = −1.52"]
    assert of("y", 1).lines()[-1] == "y[1] = 1 − (−3) = 4"
    assert of("z", 0).lines()[-1] == "z[0] = max(−1.52, 2) = 2"
    assert of("two", 1).lines() == ["two[1] = 2"]
    assert of("m", 1).lines() == ["h[1], one step earlier", "h₋[1] = −3"]
    assert of("x", 2).lines() == ["this is what comes in", "x[2] = −1"]
    assert of("out", 3).lines() == ["z[1], as it is", "out[3] = 4"]


def test_what_there_is_not() -> None:
    for node, unit, words in (
        ("nobody", 0, "no such node"),
        ("h", 2, "from 0 to 1"),
        ("h", -1, "no such unit"),
    ):
        with pytest.raises(BadInput, match=words):
            of(node, unit)
    with pytest.raises(BadInput, match="not computed"):
        explain(CELL, PARAMETERS, {"x": [1.0]}, "h", 0)
    with pytest.raises(BadInput, match="wired in another way"):
        explain(CELL, {}, VALUES, "h", 0)
    with pytest.raises(BadInput, match="wired in another way"):
        explain(CELL, PARAMETERS, {"h": [1.0, 1.0], "y": [1.0, 1.0]}, "y", 0)
