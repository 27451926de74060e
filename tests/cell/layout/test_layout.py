"""Layouts of library cells and random cells: nothing overlaps, wires end where they should, the LSTM looks like one."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from random_cells import random_cells

from playground.cell.graph import Cell, Gate, Input, Memory, Operation, Output
from playground.cell.layout import Layout, Sizes, lay_out
from playground.cell.library import LIBRARY

Check = Callable[..., None]


@pytest.mark.parametrize("name", LIBRARY)
def test_library_cells(name: str, check: Check, near_pairs: Callable[[Layout], int]) -> None:
    layout = lay_out(LIBRARY[name])
    check(LIBRARY[name], layout)
    assert near_pairs(layout) == layout.strained == 0
    for lane in layout.lanes:
        line = [route for route in layout.routes if route.is_memory_line and route.target in (*lane.nodes, lane.memory)]
        if lane.nodes:
            assert {point.y for route in line for point in route.points} == {lane.exit.y}
    assert lay_out(LIBRARY[name]) == layout


@given(cell=random_cells())
def test_random_cells(cell: Cell, check: Check) -> None:
    layout = lay_out(cell)
    check(cell, layout)
    assert lay_out(cell) == layout


def test_the_lstm_looks_as_in_the_textbooks() -> None:
    layout = lay_out(LIBRARY["lstm"])
    at = {box.id: box.centre for box in layout.boxes}
    # the cell state's line on top, with × and + on it
    assert at["c_prev"].y == at["keep"].y == at["c"].y == min(point.y for point in at.values())
    assert at["c_prev"].x < at["keep"].x < at["c"].x
    # gates in a row: forget, input, candidate, output
    assert at["forget"].y == at["input"].y == at["candidate"].y == at["output"].y == at["h"].y
    assert at["forget"].x < at["input"].x < at["candidate"].x < at["output"].x < at["h"].x < at["out"].x
    # products above their gates, squashed cell state above h
    assert at["forget"].x == at["keep"].x and at["write"].x == at["c"].x and at["squash"].x == at["h"].x
    assert at["write"].x == (at["input"].x + at["candidate"].x) / 2
    assert at["c"].y < at["write"].y < at["input"].y and at["c"].y < at["squash"].y < at["h"].y
    # the hidden state at the bottom, tapped straight up into every gate, and x below it at the left
    cell, hidden = layout.lanes
    assert (cell.memory, cell.nodes, cell.top) == ("c_prev", ("keep", "c"), True)
    assert (hidden.memory, hidden.nodes, hidden.top) == ("h_prev", (), False)
    assert hidden.entry.y == hidden.exit.y > at["forget"].y and at["x"].y > hidden.entry.y
    for gate in ("forget", "input", "candidate", "output"):
        taps = [route.own for route in layout.into(gate) if route.source == "h_prev"]
        assert len(taps) == 1 and taps[0][-1].y == layout.box(gate).bottom
        assert taps[0][-2].y == hidden.entry.y and taps[0][-2].x == taps[0][-1].x


def test_wires_of_one_source_share_a_trunk() -> None:
    layout = lay_out(LIBRARY["lstm"])
    from_x = [route for route in layout.routes if route.source == "x"]
    assert len({route.points[0] for route in from_x}) == 1
    assert len({point.y for route in from_x for point in route.points[:2]}) == 1
    # it forks at every gate but the last
    assert sum(point.y == layout.box("x").centre.y for point in layout.junctions) == 3
    assert all(route.own[-1] == route.points[-1] and len(route.own) <= len(route.points) for route in layout.routes)


def test_the_thick_line_belongs_to_its_memory() -> None:
    layout = lay_out(LIBRARY["slstm"])
    for lane in layout.lanes:
        line = [(route.source, route.target) for route in layout.routes if route.memory == lane.memory]
        way = [lane.memory, *lane.nodes] if lane.nodes else []
        assert sorted(line) == sorted([*pairwise(way), (lane.source, lane.memory)])


def test_free_ports_wait_for_wires() -> None:
    made = (
        Input("x"), Gate("a"), Operation("sum", operation="add", sources=("a",)), Memory("m"),
        Operation("full", operation="tanh", sources=("a",)), Output("out"),
    )  # fmt: skip
    free = {(port.node, port.index) for port in lay_out(Cell("half", nodes=made)).ports if port.free}
    assert free == {("x", -1), ("a", 0), ("sum", 1), ("sum", -1), ("m", 0), ("m", -1), ("full", -1), ("out", 0)}


def test_the_sizes_are_the_canvas_s_choice(check: Check) -> None:
    sizes = Sizes(gate=(176.0, 96.0), sign=(48.0, 48.0), memory=(80.0, 40.0))
    layout = lay_out(LIBRARY["fgr"], sizes)
    check(LIBRARY["fgr"], layout)
    assert (layout.box("forget").width, layout.box("forget").height) == (176.0, 96.0)
    assert (layout.box("keep").width, layout.box("keep").shape) == (48.0, "circle")
