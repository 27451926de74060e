"""Layouts of library cells and random cells: nothing overlaps, wires end where they should, the LSTM looks like one."""

from collections.abc import Callable

import pytest
from hypothesis import given
from random_cells import random_cells

from playground.cell.graph import Cell
from playground.cell.layout import Layout, lay_out
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
