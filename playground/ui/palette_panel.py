"""The palette: what can be dragged onto the canvas, or added with Enter.

In the network: sequences, cells, own cells and layers. Inside a cell: gates and operations instead of sequences and
layers.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from playground.cell.graph import Cell
from playground.cell.names import empty_cell
from playground.ui.cell_panels.cell_items import CellItems
from playground.ui.cell_panels.library_groups import groups, known_first, layers
from playground.ui.cell_panels.my_cells import MyCells
from playground.ui.cell_panels.palette_items import LibraryItem, NodeTile
from playground.ui.cell_panels.shelf import BLANK
from playground.ui.cell_panels.tiles import add_node, tiles
from playground.ui.sequences import SEQUENCES, Sequence
from playground.ui.session import Session
from playground.ui.widgets.card import Card, label
from playground.ui.widgets.flow import FlowLayout
from playground.ui.widgets.palette_item import PaletteItem, SequenceItem

NARROW = 66  # px: the least width of a cell's tile
CELL_TYPE, TASK_TYPE = "application/x-rnn-cell", "application/x-rnn-task"


class PalettePanel(Card):
    """`feed_wanted`: the person wants to choose a file."""

    feed_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("palette", scroll=True, parent=parent)
        self._session = session
        self.setAccessibleName(self.tr("Palette"))
        self.setMinimumWidth(176)
        self.body.setContentsMargins(11, 11, 11, 11)
        self.body.setSpacing(6)
        self.search = QLineEdit()
        self.search.setObjectName("palette.search")
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search the palette"))
        self.search.setToolTip(self.tr("Shows only what has this word in its name"))
        self.search.setClearButtonEnabled(True)
        self.search.setAcceptDrops(False)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._add_first)
        self.body.addWidget(self.search)
        self.cells = CellItems(session, self)
        self._rest: list[PaletteItem] = []  # cells further down the library, shown when asked for
        self._groups: list[tuple[QWidget, list[PaletteItem]]] = []
        self._all = False
        self._sections: list[Section] = []
        self._build_sequences()
        self._build_cells()
        self.mine = MyCells(session, self.cells)
        self._mine = self._section(self.tr("MY CELLS"), self.mine, list(self.mine.items))
        self.mine.rebuilt.connect(self._take_mine)
        self._build_nodes()
        self._build_layers()
        self.nothing = label(self.tr("Nothing has this name."), "muted", wrap=True)
        self.nothing.hide()
        self.body.addWidget(self.nothing)
        self.body.addStretch(1)
        self._filter("")
        session.theme_changed.connect(lambda theme: [item.update() for item in self.items])
        session.workshop.inside_changed.connect(lambda _: self._filter(self.search.text()))

    @property
    def items(self) -> list[PaletteItem]:
        """Everything, also what is hidden now."""
        return [item for section in self._sections for item in section.items]

    def draw_sketches(self) -> None:
        """Compute the small pictures, one at a time, so that the window stays quick. Called after the first paint."""
        waiting = [item for item in self.items if isinstance(item, SequenceItem) and not item.drawn]
        if waiting:
            waiting[0].draw_sketch()
            QTimer.singleShot(0, self, self.draw_sketches)

    def add(self, key: str) -> None:
        """Add the item with this key, as Enter does."""
        next(item for item in self.items if item.key == key).chosen.emit()

    def _build_sequences(self) -> None:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        entries = []
        for entry in SEQUENCES.values():
            item = SequenceItem(entry, TASK_TYPE)
            item.chosen.connect(self._feed(entry))
            item.setToolTip(self.tr("{0}: drag it onto the canvas, or press Enter").format(entry.title))
            column.addWidget(item)
            entries.append(item)
        self.drop_zone = QPushButton(self.tr("drop a CSV or text file"))
        self.drop_zone.setObjectName("palette.drop")
        self.drop_zone.setAccessibleName(self.tr("Choose a CSV or text file to feed"))
        self.drop_zone.setProperty("look", "drop")
        self.drop_zone.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.drop_zone.setToolTip(self.tr("Drop a file anywhere on the window, or click here to choose one"))
        self.drop_zone.clicked.connect(self.feed_wanted)
        column.addWidget(self.drop_zone)
        self._section(self.tr("SEQUENCES"), box, list(entries), "network")

    def _build_cells(self) -> None:
        """The well-known ones and a blank one; the others in groups, behind a button."""
        box, column = _box()
        first = [*(self._cell_item(cell) for cell in known_first()), self._cell_item(empty_cell(), BLANK)]
        column.addLayout(_flow(first))
        self.more = QPushButton()
        self.more.setObjectName("palette.more")
        self.more.setProperty("look", "quiet")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.clicked.connect(self._show_more)
        for title, cells in groups():
            part, inner = _box()
            items: list[PaletteItem] = [self._cell_item(cell) for cell in cells]
            inner.addWidget(label(title, "small"))
            inner.addLayout(_flow(items))
            column.addWidget(part)
            self._groups.append((part, items))
            self._rest += items
        column.addWidget(self.more)
        self._section(self.tr("CELLS"), box, [*first, *self._rest])

    def _cell_item(self, cell: Cell, key: str = "") -> PaletteItem:
        item = LibraryItem(key or cell.name, cell, CELL_TYPE)
        self.cells.take(item)
        return item

    def _build_nodes(self) -> None:
        items: list[PaletteItem] = []
        for key, sign, word, help in tiles():
            tile = NodeTile(key, sign, word, self.tr("{0}. Drag it into the cell, or press Enter.").format(help))
            tile.chosen.connect(lambda key=key: add_node(self._session.workshop, key))
            items.append(tile)
        box, column = _box()
        column.addLayout(_flow(items, 44))
        self._section(self.tr("GATES AND OPERATIONS"), box, items, "cell")

    def _build_layers(self) -> None:
        items: list[PaletteItem] = []
        for cell in layers():
            item = LibraryItem(cell.name, cell, CELL_TYPE)
            self.cells.take(item, as_layer=True)
            items.append(item)
        box, column = _box()
        column.addLayout(_flow(items))
        self._section(self.tr("LAYERS"), box, items, "network")

    def _section(self, title: str, box: QWidget, items: list[PaletteItem], where: str = "") -> "Section":
        widget, column = _box(6)
        column.setContentsMargins(0, 6, 0, 4)
        column.addWidget(label(title, "heading"))
        column.addWidget(box)
        self.body.addWidget(widget)
        section = Section(widget, items, where)
        self._sections.append(section)
        return section

    def _take_mine(self) -> None:
        self._mine.items = list(self.mine.items)
        self._filter(self.search.text())

    def _show_more(self) -> None:
        self._all = not self._all
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        """Only what has all the words; without any word, the first cells, or all of them. And only what can be used
        here: gates inside a cell, sequences and layers outside."""
        words = text.lower().split()
        here = "cell" if self._session.workshop.inside is not None else "network"
        for section in self._sections:
            there = section.where in ("", here)
            for item in section.items:
                found = all(word in item.words for word in words)
                item.setVisible(there and found and bool(words or self._all or item not in self._rest))
            section.widget.setVisible(any(not item.isHidden() for item in section.items))
        if not words and self.mine.has_bad:
            self._mine.widget.show()
        for part, items in self._groups:
            part.setVisible(any(not item.isHidden() for item in items))
        self.nothing.setVisible(all(item.isHidden() for item in self.items))
        more = self.tr("{0} more cells").format(len(self._rest))
        self.more.setText(self.tr("fewer cells") if self._all else more)
        self.more.setAccessibleName(self.more.text())
        self.more.setVisible(not words)

    def _add_first(self) -> None:
        shown = [item for item in self.items if not item.isHidden()]
        if self.search.text() and shown:
            shown[0].chosen.emit()

    def _feed(self, entry: Sequence) -> Callable[[], object]:
        return lambda: self._session.feed_sequence(entry.key)


@dataclass
class Section:
    """`where`: "network", "cell", or "" for both."""

    widget: QWidget
    items: list[PaletteItem]
    where: str = ""


def _box(spacing: int = 4) -> tuple[QWidget, QVBoxLayout]:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing)
    return box, column


def _flow(items: list[PaletteItem], least: int = NARROW) -> FlowLayout:
    flow = FlowLayout(gap=6, least=least)
    for item in items:
        flow.addWidget(item)
    return flow
