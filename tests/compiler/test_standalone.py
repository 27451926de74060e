"""The code that is shown runs on its own, and computes what the engine computes."""

import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from random_cells import random_cells

from playground.cell.graph import Cell, Gate, Init, Input, Memory, Operation, Output, Wire
from playground.cell.library import LIBRARY
from playground.compiler.lower import compile_cell
from playground.compiler.standalone import HELPERS, show_code
from playground.engine import Setup, choose
from playground.errors import BadInput

D, H, T, B = 2, 6, 5, 3

LEARNED = Cell(
    "learned",
    (
        Input("x"),
        Memory("h_prev", source="h", start=Init(), learned=True),
        Memory("late", source="h_prev", start=Init("constant", 0.5)),
        Gate("h", wires=(Wire("x"), Wire("h_prev"), Wire("late", "diagonal")), activation="softplus", shift=-1.0),
        Operation("m", operation="maximum", sources=("h", "late")),
        Output("out", sources=("m", "h")),
    ),
)


def as_the_engine(cell: Cell, folder: Path) -> None:
    """The file's `run` against the engine's runner, float64, the same weights and sequences."""
    path = folder / "shown.py"
    path.write_text(show_code(cell, D, H), encoding="utf-8")
    with np.errstate(all="ignore"):
        shown = runpy.run_path(str(path))
    rng = np.random.default_rng(2)
    weights = {name: rng.normal(0.0, 0.5, shape) for name, shape in shown["WEIGHTS"].items()}
    x, d_out = rng.normal(size=(T, D, B)), rng.normal(size=(T, shown["OUTPUTS"], B))
    plan = compile_cell(cell, D, H)
    assert {name: tuple(shape) for name, shape in plan.packed.items()} == shown["WEIGHTS"]
    found = {name: np.zeros(shape) for name, shape in plan.packed.items()}
    runner = choose("numpy").build(plan, weights, found, Setup(T, B, "float64", True))
    runner.x[...] = x
    outputs = runner.forward().copy()
    runner.d_out[...] = d_out
    runner.backward()
    with np.errstate(all="ignore"):
        assert np.array_equal(shown["run"](x, weights), outputs, equal_nan=True)
        again, gradients, d_x = shown["run"](x, weights, d_out)
    assert np.array_equal(again, outputs, equal_nan=True)
    assert np.allclose(d_x, runner.d_x, rtol=1e-12, atol=1e-12, equal_nan=True)
    assert gradients.keys() == found.keys()
    for name, gradient in gradients.items():
        assert np.allclose(gradient, found[name], rtol=1e-12, atol=1e-12, equal_nan=True), name


@pytest.mark.parametrize("name", LIBRARY)
def test_the_code_shown_is_the_code_that_runs(name: str, tmp_path: Path) -> None:
    as_the_engine(LIBRARY[name], tmp_path)


def test_learned_starts_and_joined_outputs(tmp_path: Path) -> None:
    as_the_engine(LEARNED, tmp_path)


@settings(max_examples=25)
@given(random_cells())
def test_any_cell(tmp_path: Path, cell: Cell) -> None:
    as_the_engine(cell, tmp_path)


def run_alone(text: str, folder: Path) -> subprocess.CompletedProcess:
    path = folder / "cell.py"
    path.write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", str(path)], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    "cell", [LIBRARY["lstm"], LIBRARY["slstm"], LIBRARY["lstm_1997_blocks"], LEARNED], ids=lambda cell: cell.name
)
def test_it_runs_on_its_own_and_checks_itself(cell: Cell, tmp_path: Path) -> None:
    text = show_code(cell, D, H)
    assert "playground" not in text.replace("RNN Playground", "") and "import numpy as np" in text
    done = run_alone(text, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "20 steps of 3 sequences" in done.stdout and "derived" in done.stdout


def test_it_finds_a_wrong_gradient(tmp_path: Path) -> None:
    text = show_code(LIBRARY["rnn"], D, H)
    assert text.count("subtract(1.0, ") == 1
    done = run_alone(text.replace("subtract(1.0, ", "subtract(1.1, "), tmp_path)
    assert done.returncode == 1 and "they differ" in done.stderr


def test_what_stands_above_the_code() -> None:
    text = show_code(LIBRARY["lstm"], D, H)
    assert text.startswith("# LSTM: one layer in NumPy alone")
    assert "# Hochreiter and Schmidhuber (1997)" in text and "f_t = σ(W_f x_t + U_f h_{t−1} + b_f)" in text
    assert "for 2 inputs and 6 units" in text and "This file is yours" in text
    assert "# rows: forget 0:6, input 6:12" in text
    assert "def sigmoid" in text and "def at_least" not in text
    compile(text, "shown", "exec")


def test_hostile_texts_stay_comments(tmp_path: Path) -> None:
    evil = 'x"""\n\nimport os\r\x0cos._exit(7)\u2028os._exit(8)'
    cell = replace(LIBRARY["rnn"], label=evil, paper=evil * 9, about=evil)
    cell = replace(cell, nodes=tuple(replace(node, label=evil) for node in cell.nodes))
    assert run_alone(show_code(cell, D, H), tmp_path).returncode == 0
    with pytest.raises(BadInput, match="no name for a cell"):
        show_code(replace(cell, name="x\n    raise SystemExit"), D, H)


@pytest.mark.parametrize(
    "name", ["reversed", "np", "run", "a", "weights", "total", "steps", "range", "zeros", "lambda"]
)
def test_nodes_may_be_named_like_anything(name: str, tmp_path: Path) -> None:
    nodes = (
        Input("x"),
        Memory("m", source=name),
        Gate(name, wires=(Wire("x"), Wire("m")), activation="tanh"),
        Output("out", sources=(name,)),
    )
    as_the_engine(Cell("odd", nodes), tmp_path)


def test_a_cell_with_errors_is_not_shown() -> None:
    with pytest.raises(BadInput, match="no output"):
        show_code(Cell("c", (Input("x"),)), D, H)


def test_the_helpers_are_those_of_the_engine(tmp_path: Path) -> None:
    from playground.engine.array_engine import array_functions

    path = tmp_path / "helpers.py"
    path.write_text("import numpy as np\n" + "".join(HELPERS.values()))
    space = runpy.run_path(str(path))
    a, b = np.linspace(-800, 800, 41), np.zeros(41)
    for name in HELPERS:
        mine, theirs = np.zeros(41), np.zeros(41)
        arguments = (a, b) if name == "at_least" else (a,)
        space[name](*arguments, out=mine)
        array_functions(np, "float64")[name](*arguments, out=theirs)
        assert np.array_equal(mine, theirs), name
