"""What can be done with the open cell as a whole: its code, its file, its place among the person's own cells."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from playground.cell.graph import Cell
from playground.errors import BadInput
from playground.experiment.atomic import write_atomically
from playground.experiment.cell_edits import RenameCell, SaveCellAs, is_own
from playground.experiment.cell_files import SUFFIX, save_cell
from playground.ui.cell_panels.sizes import layer_inputs
from playground.ui.session import Session
from playground.ui.state import Notice

if TYPE_CHECKING:
    from playground.ui.cell_panels.code_dialog import CodeDialog
    from playground.ui.cell_panels.explain_dialog import ExplainDialog

FALLBACK = 3  # inputs that the code is shown for when the task cannot be used


class CellActions(QObject):
    """`preset`: answers by question ("cell", "code", "open_cell"), in place of a person; then nobody is asked."""

    def __init__(self, session: Session, widget: QWidget) -> None:
        super().__init__(widget)
        self.session, self._widget = session, widget
        self.preset: dict[str, Path | None] = {}
        self.code: CodeDialog | None = None
        self._explain: ExplainDialog | None = None

    def explain(self, node: str) -> None:
        """Unfold the arithmetic of a node's number."""
        self.explain_dialog.show_node(node)

    @property
    def explain_dialog(self) -> "ExplainDialog":
        if self._explain is None:
            from playground.ui.cell_panels.explain_dialog import ExplainDialog  # late, for a quick first paint

            self._explain = ExplainDialog(self.session, self._widget)
        return self._explain

    def explain_chosen(self) -> None:
        """The same for the node that is chosen."""
        nodes = self.session.workshop.nodes
        if len(nodes) == 1:
            self.explain(nodes[0])

    def show_code(self) -> None:
        """The source that runs the open cell, in a window of its own."""
        cell, layer, inside = (self.session.workshop.cell, self.session.workshop.layer, self.session.workshop.inside)
        if cell is None or layer is None or inside is None:
            return
        from playground.compiler.standalone import show_code
        from playground.ui.cell_panels.code_dialog import CodeDialog

        net = next(net for net in self.session.experiment.networks if net.name == inside.net)
        inputs = layer_inputs(self.session.experiment, self.session.facts, net, inside.layer) or FALLBACK
        try:
            source = show_code(cell, inputs, layer.units)
        except BadInput as problem:
            self._say("warning", str(problem))
            return
        title = self.tr("{0}: {1} inputs, {2} units").format(cell.label or cell.name, inputs, layer.units)
        self.code = CodeDialog(self.session, title, source, lambda: self._save_code(cell, source), self._widget)
        self.code.show()

    def keep(self) -> None:
        """The open cell among the person's own. One of the library gets a name of its own there."""
        cell = self.session.workshop.cell
        if cell is not None:
            self.keep_cell(cell)

    def keep_cell(self, cell: Cell) -> None:
        """Any cell among the person's own."""
        self._try(lambda: self.session.shelf.keep(cell), self.tr("“{0}” is among your cells.").format(cell.label))

    def new_version(self) -> None:
        """A copy under the next number; the open layer uses it, the old one stays as it is."""
        if self.session.workshop.inside is not None:
            self.session.apply(SaveCellAs(*self.session.workshop.inside))

    def ask_cell(self) -> None:
        """A cell that somebody shared, from a file, among the experiment's own."""
        if "open_cell" in self.preset:
            path = self.preset["open_cell"]
        else:
            folder = str(self.session.folder or Path.home())
            kinds = self.tr("Cells (*.cell.json)")
            chosen, _ = QFileDialog.getOpenFileName(self._widget, self.tr("Add a cell"), folder, kinds)
            path = Path(chosen) if chosen else None
        if path is not None:
            self.session.shelf.add_file(path, self.session)

    def save_file(self, cell: Cell | None = None) -> None:
        """A cell, by itself the open one, as a file to share."""
        cell = cell or self.session.workshop.cell
        if cell is None:
            return
        path = self._ask("cell", self.tr("Save the cell"), f"{cell.name}{SUFFIX}", self.tr("Cells (*.cell.json)"))
        if path is None:
            return
        target = path if path.name.endswith(".json") else path.with_name(path.name + SUFFIX)
        self._try(lambda: save_cell(cell, target), self.tr("The cell is in {0}.").format(target.name))

    def rename(self, cell: Cell, text: str) -> BadInput | None:
        """Another label for an own cell of the experiment."""
        if not is_own(self.session.experiment, cell.name):
            return BadInput(cell.name, "this cell belongs to the library", "save a copy under another name")
        return self.session.try_apply(RenameCell(cell.name, text))

    def rename_kept(self, name: str, text: str) -> BadInput | None:
        """Another label for one of the person's cells."""
        try:
            self.session.shelf.rename(name, text)
        except BadInput as problem:
            return problem
        return None

    def delete_kept(self, name: str) -> None:
        """Away from the person's cells; a notice offers to bring it back."""
        shelf = self.session.shelf
        cell = shelf.cell(f"saved:{name}", self.session.experiment)
        actions = ((self.tr("Bring it back"), lambda: shelf.keep(replace(cell, name=name))),) if cell else ()
        text = self.tr("“{0}” is deleted.").format(cell.label if cell else name)
        self._try(lambda: shelf.delete(name), text, actions)

    def restore_kept(self, name: str, number: int) -> None:
        """An earlier version of one of the person's cells as the one of today."""
        text = self.tr("Version {0} of {1} is back; what was there became a version.").format(number, name)
        self._try(lambda: self.session.shelf.restore(name, number), text)

    def say_problem(self, problem: object) -> None:
        """Why something was refused, in the bar."""
        self._say("warning", str(problem))

    def _save_code(self, cell: Cell, source: str) -> None:
        path = self._ask("code", self.tr("Save the code"), f"{cell.name}.py", self.tr("Python (*.py)"))
        if path is not None:
            target = path if path.suffix else path.with_suffix(".py")
            saved = self.tr("The code is in {0}.").format(target.name)
            self._try(lambda: write_atomically(target, source.encode()), saved)

    def _ask(self, question: str, title: str, name: str, kinds: str) -> Path | None:
        if question in self.preset:
            return self.preset[question]
        folder = self.session.folder or Path.home()
        chosen, _ = QFileDialog.getSaveFileName(self._widget, title, str(folder / name), kinds)
        return Path(chosen) if chosen else None

    def _try(
        self, act: Callable[[], object], done: str, actions: tuple[tuple[str, Callable[[], object]], ...] = ()
    ) -> None:
        try:
            act()
        except BadInput as problem:
            self._say("error", str(problem))
        else:
            self._say("info", done, actions)

    def _say(self, level: str, text: str, actions: tuple[tuple[str, Callable[[], object]], ...] = ()) -> None:
        self.session.notice.emit(Notice(level, text, actions))  # type: ignore[arg-type]
