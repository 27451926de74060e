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
        self._bad = label("", "error", wrap=True)
        self._bad.setObjectName("palette.mine.bad")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(self._here)
        column.addWidget(self._kept_title)
        column.addLayout(self._kept)
        column.addWidget(self._bad)
        session.document_changed.connect(self._on_document)
        session.shelf.changed.connect(self.refresh)
        self._shown: tuple[tuple[tuple[str, Cell], ...], int] | None = None
        self.refresh()

    @property
    def has_bad(self) -> bool:
        """Whether there is a file that has to be told about."""
        return not self._bad.isHidden()

    def _on_document(self, _: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Take the cells as they are now."""
        own = [(cell.name, cell) for cell in self._session.experiment.cells]
        kept = [(f"{SAVED}{f.name}", f.cell) for f in self._session.shelf.saved() if f.cell is not None]
        wanted = (*own, *kept)
        unreadable = sum(found.cell is None for found in self._session.shelf.saved())
        if (wanted, unreadable) == self._shown:
            return
        self._shown = (wanted, unreadable)
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
        bad = [found for found in self._session.shelf.saved() if found.cell is None]
        self._bad.setVisible(bool(bad))
        self._bad.setText(self.tr("{0} of your cells cannot be read").format(len(bad)))
        self._bad.setToolTip("\n".join(found.problem for found in bad))
        self.updateGeometry()
        self.rebuilt.emit()
