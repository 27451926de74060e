"""The palette's section of own cells: those of this experiment, and those kept for every experiment."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.cell.graph import Cell
from playground.ui.cell_panels.cell_items import CellItems
from playground.ui.cell_panels.palette_items import LibraryItem
from playground.ui.cell_panels.shelf import SAVED
from playground.ui.session import Session
from playground.ui.widgets.card import label
from playground.ui.widgets.flow import FlowLayout

CELL_TYPE = "application/x-rnn-cell"


class MyCells(QWidget):
    """`rebuilt`: there are other items now. Items that did not change stay, and with them the focus."""

    rebuilt = Signal()

    def __init__(self, session: Session, cells: CellItems, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._cells = session, cells
        self.items: list[LibraryItem] = []
        self._here, self._kept = FlowLayout(gap=6, least=66), FlowLayout(gap=6, least=66)
        self._kept_title = label(self.tr("kept for every experiment"), "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(self._here)
        column.addWidget(self._kept_title)
        column.addLayout(self._kept)
        session.document_changed.connect(self._on_document)
        session.shelf.changed.connect(self.refresh)
        self._shown: tuple[tuple[str, Cell], ...] | None = None
        self.refresh()

    def _on_document(self, _: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Take the cells as they are now."""
        own = [(cell.name, cell) for cell in self._session.experiment.cells]
        kept = [(f"{SAVED}{f.name}", f.cell) for f in self._session.shelf.saved() if f.cell is not None]
        wanted = (*own, *kept)
        if wanted == self._shown:
            return
        self._shown = wanted
        old = {(item.key, item.cell): item for item in self.items}
        self.items = []
        for key, cell in wanted:
            item = old.pop((key, cell), None)
            if item is None:
                item = LibraryItem(key, cell, CELL_TYPE)
                self._cells.take(item)
            self.items.append(item)
        for gone in old.values():
            gone.setParent(None)
            gone.deleteLater()
        for flow, items in ((self._here, self.items[: len(own)]), (self._kept, self.items[len(own) :])):
            while flow.count():
                flow.takeAt(0)
            for item in items:
                flow.addWidget(item)
                item.show()
        self._kept_title.setVisible(bool(kept))
        self.updateGeometry()
        self.rebuilt.emit()
