import pytest

from playground.cell.graph import Cell, Gate, Init, Input, Memory, Operation, Output, Wire
from playground.cell.library import LIBRARY
from playground.ui.formulas import formulas, memories


def test_the_lstm_reads_like_the_paper():
    lines = formulas(LIBRARY["lstm"])
    assert "forget = σ(W x + U h₋ + b)" in lines
    assert "candidate = tanh(W x + U h₋ + b)" in lines
    assert "c = forget ⊙ c₋ + input ⊙ candidate" in lines
    assert "h = output ⊙ tanh(c)" in lines


def test_the_gru_of_2014_multiplies_before_the_product():
    lines = formulas(LIBRARY["gru_2014"])
    assert "candidate = tanh(W x + U (reset ⊙ h₋) + b)" in lines
    assert "h = update ⊙ h₋ + (1 − update) ⊙ candidate" in lines


def test_memories_say_what_they_hold():
    assert "c₋ is c one step earlier" in memories(LIBRARY["lstm"])


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_every_cell_has_a_line_for_each_gate(name):
    cell = LIBRARY[name]
    lines = formulas(cell)
    for node in cell.nodes:
        if isinstance(node, Gate):
            assert any(line.startswith(f"{node.label or node.id} = ") for line in lines)


def test_scaled_gates_and_peepholes():
    cell = Cell(
        "own",
        nodes=(
            Input("x"),
            Memory("m", source="h"),
            Gate("g", wires=(Wire("x"), Wire("m", "diagonal")), scale=4.0, shift=-2.0, bias=Init("zeros")),
            Operation("h", operation="maximum", sources=("g", "m"), label="h"),
            Output("out", sources=("h",)),
        ),
    )
    assert formulas(cell) == ["g = 4 · σ(W x + p ⊙ m + b) − 2", "h = max(g, m)"]
