"""Every wrong cell has its own error, which names the node and says what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_cells import random_cells

from playground.cell.check import check_cell
from playground.cell.graph import AnyNode, Cell, Gate, Init, Input, Memory, Operation, Output, Wire
from playground.cell.library import LIBRARY
from playground.cell.sizes import in_numbers, infer_sizes

X = Input("x")
H = Gate("h", wires=(Wire("x"),))
OUT = Output("out", sources=("h",))

WRONG: dict[str, tuple[tuple[AnyNode, ...], str, str]] = {
    "no input": ((H, OUT), "", "no input"),
    "two inputs": ((X, Input("y"), H, OUT), "", "2 nodes of the kind input"),
    "no output": ((X, H), "", "no output"),
    "twice the same name": ((X, H, H, OUT), "h", "two nodes are named h"),
    "a hostile name": ((X, H, OUT, Gate("__import__('os')")), "__import__('os')", "no name for a node"),
    "an empty name": ((X, H, OUT, Gate("")), "", "no name for a node"),
    "a gate without wires": ((X, Gate("h"), OUT), "h", "nothing is wired"),
    "a wire from nowhere": ((X, Gate("h", wires=(Wire("y"),)), OUT), "h", "'y', which does not exist"),
    "a wire from the output": ((X, Gate("h", wires=(Wire("out"),)), OUT), "h", "from the output"),
    "two wires from one node": ((X, Gate("h", wires=(Wire("x"), Wire("x"))), OUT), "h", "two wires come from x"),
    "an operation without inputs": ((X, Operation("h"), OUT), "h", "needs 2 inputs and has 0"),
    "one input too many": (
        (X, H, Operation("k", operation="divide", sources=("h", "h", "h")), OUT), "k", "takes 2 inputs and has 3"
    ),
    "a memory of nothing": ((X, H, Memory("m"), OUT), "m", "nothing to remember"),
    "an output of nothing": ((X, H, Output("out")), "out", "nothing leads to the output"),
    "a loop without a memory": (
        (X, Gate("h", wires=(Wire("x"), Wire("k"))), Operation("k", operation="tanh", sources=("h",)), OUT),
        "h", "has no memory",
    ),
    "a gate that feeds itself": ((X, Gate("h", wires=(Wire("x"), Wire("h"))), OUT), "h", "has no memory"),
    "a block of none": ((X, Gate("h", wires=(Wire("x"),), block=0), OUT), "h", "block of 0"),
    "a gate scaled away": ((X, Gate("h", wires=(Wire("x"),), scale=0.0), OUT), "h", "scaled by 0"),
    "chrono without a lag": (
        (X, Gate("h", wires=(Wire("x"),), bias=Init("chrono", 1.0)), OUT), "h", "longest lag of 1"
    ),
    "opposite of nobody": (
        (X, Gate("h", wires=(Wire("x"),), bias=Init("chrono_opposite", 9.0, "f")), OUT), "h", "opposite of gate 'f'"
    ),
    "a random start that is not learned": (
        (X, H, Memory("m", source="h", start=Init("normal")), OUT), "m", "fixed start value cannot be normal"
    ),
    "blocks that do not fit": (
        (X, Gate("a", wires=(Wire("x"),), block=2), Gate("b", wires=(Wire("x"),), block=3),
         Operation("h", operation="add", sources=("a", "b")), OUT), "h", "differ in size",
    ),
    "a wide source into a block": (
        (X, H, Gate("a", wires=(Wire("h", kind="diagonal"),), block=2), OUT), "a", "differ in size"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_cells(name: str) -> None:
    nodes, node, words = WRONG[name]
    errors = check_cell(Cell("wrong", nodes=nodes))
    assert errors, name
    assert errors[0].node == node
    assert words in errors[0].message
    assert errors[0].remedy


@pytest.mark.parametrize("name", LIBRARY)
def test_library_cells_are_right_and_explained(name: str) -> None:
    cell = LIBRARY[name]
    assert check_cell(cell) == [] and check_cell(cell, 3, 6) == []
    assert cell.name == name and cell.label and cell.about


def test_a_crowd_of_nodes_is_refused_at_once() -> None:
    nodes = tuple(Gate(f"n{k}", wires=(Wire("x"),)) for k in range(10_000))
    assert "10002 nodes" in check_cell(Cell("big", nodes=(X, *nodes, OUT)))[0].message


def test_a_long_chain_does_not_exhaust_the_stack() -> None:
    chain = [Operation(f"n{k}", operation="tanh", sources=(f"n{k - 1}" if k else "h",)) for k in range(900)]
    assert check_cell(Cell("long", nodes=(X, H, *reversed(chain), OUT))) == []


def test_units_must_fit_the_blocks() -> None:
    nodes = (
        X,
        Gate("a", wires=(Wire("x"),), block=2),
        H,
        Operation("k", sources=("a", "h")),
        Output("out", sources=("k",)),
    )
    cell = Cell("blocks", nodes=nodes)
    assert check_cell(cell) == [] and check_cell(cell, 3, 6) == []
    assert "5 units cannot be cut into blocks of 2" in check_cell(cell, 3, 5)[0].message


def test_a_bare_input_needs_as_many_inputs_as_units() -> None:
    cell = Cell("bare", nodes=(X, H, Operation("k", sources=("x", "h")), Output("out", sources=("k",))))
    assert check_cell(cell, 5, 5) == []
    assert "differ in size" in check_cell(cell, 3, 5)[0].message


@given(cell=random_cells(), data=st.data())
def test_removing_any_node_never_crashes_the_check(cell: Cell, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(cell.nodes))
    errors = check_cell(Cell("cut", nodes=tuple(node for node in cell.nodes if node != gone)))
    assert all(error.message and error.remedy for error in errors)


@given(cell=random_cells())
def test_sizes_are_whole_numbers(cell: Cell) -> None:
    assert all(in_numbers(size, 4, 6) for size in infer_sizes(cell).values())
