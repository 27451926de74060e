"""Cells that can be used and are not in the experiment yet: a blank one, and the person's own from other days."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from playground.cell.graph import Cell
from playground.cell.names import empty_cell
from playground.errors import BadInput
from playground.experiment.cell_edits import AddOwnCell
from playground.experiment.cell_files import CellPalette, Found, Version, load_cell
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.experiment.use_cell import UseCell
from playground.ui.settings import Settings
from playground.ui.state import Notice

if TYPE_CHECKING:
    from playground.ui.session import Session

BLANK = "new:blank"  # no cell can have this name
SAVED = "saved:"  # before the name of a cell of the person's palette, in keys of drags


class Shelf(QObject):
    """`session.shelf`. Keys: a name of the experiment or library, `BLANK`, or "saved:NAME"."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._palette = CellPalette(settings.cell_folder)
        self._found: list[Found] | None = None

    def saved(self) -> list[Found]:
        """The person's cells, also those that cannot be read, with the reason."""
        if self._found is None:
            self._found = self._palette.found()
        return self._found

    def cell(self, key: str, experiment: Experiment) -> Cell | None:
        """The cell that a key means."""
        if key in known_cells(experiment):
            return known_cells(experiment)[key]
        if key == BLANK:
            return empty_cell()
        name = key.removeprefix(SAVED)
        return next((f.cell for f in self.saved() if key.startswith(SAVED) and f.name == name), None)

    def names(self) -> dict[str, str]:
        """Key → label of everything on the shelf."""
        own = {f"{SAVED}{f.name}": f.cell.label or f.name for f in self.saved() if f.cell is not None}
        return {BLANK: empty_cell().label, **own}

    def choices(self, experiment: Experiment) -> dict[str, str]:
        """Key → label of every cell that a layer can be made of; the experiment's own come first."""
        own = [cell.name for cell in experiment.cells]
        known = known_cells(experiment)
        names = [*own, *(name for name in known if name not in own)]
        return {**{name: known[name].label or name for name in names}, **self.names()}

    def edit(self, edit: Any, experiment: Experiment) -> Any:
        """The edit, with the cell brought in first where the experiment does not know it."""
        key = str(edit.cell)
        if key in known_cells(experiment):
            return edit
        cell = self.cell(key, experiment)
        return edit if cell is None else UseCell(cell, edit, fresh=key == BLANK)

    def add_file(self, path: Path, session: "Session") -> bool:
        """A cell that somebody shared becomes one of the experiment's own; a notice says so, or what is wrong."""
        try:
            cell = load_cell(path)
        except BadInput as problem:
            session.notice.emit(Notice("error", str(problem)))
            return False
        if not session.apply(AddOwnCell(cell)):
            return False
        text = self.tr("{0} is among this experiment's cells: drag it into a layer.").format(cell.label or cell.name)
        session.notice.emit(Notice("info", text, ((self.tr("Undo"), session.undo),)))
        return True

    # -- what the person keeps ------------------------------------------------------------------------------------

    def keep(self, cell: Cell) -> Cell:
        """Put a cell there; an older one of its name becomes a version. Raises BadInput."""
        kept = self._palette.save(cell)
        self._refresh()
        return kept

    def rename(self, name: str, label: str) -> None:
        """Another label. Raises BadInput."""
        if not label.strip():
            raise BadInput(name, "a cell needs a name", "type one")
        self._palette.rename(name, name, label)
        self._refresh()

    def delete(self, name: str) -> None:
        """Take it away; its versions stay. Raises BadInput."""
        self._palette.delete(name)
        self._refresh()

    def versions(self, name: str) -> list[Version]:
        return self._palette.versions(name)

    def restore(self, name: str, number: int) -> Cell:
        """An earlier version as the cell of today. Raises BadInput."""
        cell = self._palette.restore(name, number)
        self._refresh()
        return cell

    def _refresh(self) -> None:
        self._found = None
        self.changed.emit()
