"""Which nodes are looked at, in cells whose equations say which they are."""

import pytest

from playground.cell.library import LIBRARY
from playground.cell.states import hidden_id, squashing_gates, states, with_gradient


@pytest.mark.parametrize(
    ("cell", "hidden", "held", "gates"),
    [
        ("rnn", "h", ["h"], {"h"}),
        ("lstm", "h", ["h", "c"], {"input", "forget", "candidate", "output"}),
        ("gru", "h", ["h"], {"reset", "update", "candidate"}),
    ],
)
def test_what_a_cell_remembers_and_what_opens_and_closes(cell: str, hidden: str, held: list[str], gates: set) -> None:
    assert hidden_id(LIBRARY[cell]) == hidden
    assert sorted(node.id for node in states(LIBRARY[cell])) == sorted(held)
    assert {gate.id for gate in squashing_gates(LIBRARY[cell])} == gates


@pytest.mark.parametrize("name", LIBRARY)
def test_every_node_with_a_gradient_once_the_hidden_state_first(name: str) -> None:
    found = with_gradient(LIBRARY[name])
    assert found[0] == hidden_id(LIBRARY[name]) and found[-1] == "x" and len(set(found)) == len(found)
