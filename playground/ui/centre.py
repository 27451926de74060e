"""The middle of the window: the networks, or the inside of one cell."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from playground.ui.canvas import NetworkCanvas
from playground.ui.session import Session

if TYPE_CHECKING:
    from playground.ui.cell_canvas import CellCanvas


class Centre(QStackedWidget):
    """Follows the workshop: while a cell is open, it is shown. `network` and `cell` are the two canvases."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("centre")
        self.session = session
        self.network = NetworkCanvas(session)
        self._cell: CellCanvas | None = None
        self.addWidget(self.network)
        session.workshop.inside_changed.connect(self._show)
        self._show(session.workshop.inside)

    @property
    def cell(self) -> "CellCanvas":
        """Made when it is first asked for: the window's first picture does not wait for it."""
        if self._cell is None:
            from playground.ui.cell_canvas import CellCanvas

            self._cell = CellCanvas(self.session)
            self.addWidget(self._cell)
        return self._cell

    def _show(self, inside: object) -> None:
        """The keys go to what is shown, if they went to what was shown before."""
        before, shown = self.currentWidget(), self.cell if inside is not None else self.network
        if shown is before:
            return
        focused = before is not None and before.isAncestorOf(self.window().focusWidget() or before)
        self.setCurrentWidget(shown)
        if shown is self.network:  # what came while it could not be seen
            self.network.picture.set_traces(self.session.traces)
        if focused:
            shown.view.setFocus()
