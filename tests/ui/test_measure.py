"""What `make bench` measures of the window exists and is measured; how fast it is belongs to the benchmark."""

from playground.cell.check import check_cell
from playground.cell.layout import lay_out, relayout
from playground.ui.measure_cell import NODES, edits_of, towers


def test_the_large_cell_is_a_valid_one() -> None:
    cell = towers(NODES)
    assert len(cell.nodes) == NODES and check_cell(cell) == []


def test_every_edit_that_is_measured_can_be_made_and_leaves_the_wires_apart() -> None:
    cell = towers(NODES)
    layout = lay_out(cell)
    for name, edit in edits_of(cell, layout).items():
        after = edit.apply(cell)
        assert after != cell, name
        assert relayout(layout, after).strained <= 1, name
