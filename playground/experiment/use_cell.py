"""Cells that the experiment does not hold yet (of the palette, of a file) brought in together with the edit that uses
them, as one undo step."""

from typing import Any

from msgspec.structs import replace

from playground.cell.graph import Cell
from playground.cell.names import free_id, free_label
from playground.experiment.cell_edits import with_own_cell
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.experiment.edits import AddLayer, AddNet, Edit, ReplaceCell


class UseCell(Edit, frozen=True):
    """`edit` with this cell instead of the one it names; the experiment gets a copy of the cell.

    `fresh`: a copy of its own, even where the experiment has an equal one (a blank cell is to be drawn on).
    """

    cell: Cell
    edit: AddNet | AddLayer | ReplaceCell
    fresh: bool = False

    def label(self) -> str:
        words = self.cell.label or self.cell.name
        if isinstance(self.edit, AddNet):
            return f"add {self.edit.name or words}"
        return f"add a layer of {words}" if isinstance(self.edit, AddLayer) else f"replace the cell by {words}"

    def apply(self, experiment: Experiment) -> Experiment:
        if self.fresh:
            known = known_cells(experiment)
            label = free_label(self.cell.label, [cell.label for cell in known.values()])
            cell = replace(self.cell, name=free_id(self.cell.name, known), label=label)
            experiment, name = replace(experiment, cells=(*experiment.cells, cell)), cell.name
        else:
            experiment, name = with_own_cell(experiment, self.cell)
        edit: Any = replace(self.edit, cell=name)
        return edit.apply(experiment)  # type: ignore[no-any-return]
