"""What `make bench` measures of the window exists and is measured; how fast it is belongs to the benchmark."""

from playground.cell.check import check_cell
from playground.ui.measure_cell import NODES, towers


def test_the_large_cell_is_a_valid_one() -> None:
    cell = towers(NODES)
    assert len(cell.nodes) == NODES and check_cell(cell) == []
