"""Which cells the layers of an experiment may name."""

from playground.cell.graph import Cell
from playground.cell.library import LIBRARY
from playground.experiment.document import Experiment


def known_cells(experiment: Experiment) -> dict[str, Cell]:
    """Every cell by its name: the library's, and before them the experiment's own."""
    return {**LIBRARY, **{cell.name: cell for cell in experiment.cells}}
