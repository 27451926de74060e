"""The palette: sequences, cells and layers that can be dragged onto the canvas, or added with Enter."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from playground.cell.graph import Cell, Memory
from playground.cell.library import LIBRARY
from playground.ui.formulas import formulas
from playground.ui.sequences import SEQUENCES, Sequence
from playground.ui.session import Session
from playground.ui.widgets.card import Card, label
from playground.ui.widgets.flow import FlowLayout
from playground.ui.widgets.palette_item import CellItem, PaletteItem, SequenceItem

FIRST = 10  # cells that are shown at first
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
        self.items: list[PaletteItem] = []
        self._rest: list[PaletteItem] = []  # cells further down the library, shown when asked for
        self._all = False
        self._sections: list[tuple[QWidget, list[PaletteItem]]] = []
        self._build_sequences()
        recurrent = [cell for cell in LIBRARY.values() if _has_memory(cell)]
        layers = [cell for cell in LIBRARY.values() if not _has_memory(cell)]
        self._build_cells(self.tr("CELLS"), recurrent, self._add_net, self.tr("to let it race on the same batches"))
        self._build_cells(self.tr("LAYERS"), layers, self._add_layer, self.tr("to put it on top of a network"))
        self.nothing = label(self.tr("Nothing has this name."), "muted", wrap=True)
        self.nothing.hide()
        self.body.addWidget(self.nothing)
        self.body.addStretch(1)
        self._filter("")
        session.theme_changed.connect(lambda theme: [item.update() for item in self.items])

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
        self._section(self.tr("SEQUENCES"), box, list(entries))

    def _build_cells(self, title: str, cells: list[Cell], add: Callable[[str], None], purpose: str) -> None:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        flow = FlowLayout(gap=6, least=72)
        column.addLayout(flow)
        entries: list[PaletteItem] = []
        for cell in cells:
            item = CellItem(cell.name, cell.label or cell.name, CELL_TYPE)
            item.chosen.connect(lambda name=cell.name: add(name))
            lines = [cell.label or cell.name, cell.about, *formulas(cell), cell.paper]
            lines.append(self.tr("Drag it onto the canvas, or press Enter, {0}.").format(purpose))
            item.setToolTip("\n".join(text for text in lines if text))
            item.setWhatsThis("\n".join(text for text in lines if text))
            flow.addWidget(item)
            entries.append(item)
        rest = entries[FIRST:]
        if rest:
            self._rest = rest
            self.more = QPushButton()
            self.more.setObjectName("palette.more")
            self.more.setProperty("look", "quiet")
            self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.more.clicked.connect(self._show_more)
            column.addWidget(self.more)
        self._section(title, box, entries)

    def _section(self, title: str, box: QWidget, items: list[PaletteItem]) -> None:
        section = QWidget()
        column = QVBoxLayout(section)
        column.setContentsMargins(0, 6, 0, 4)
        column.setSpacing(6)
        column.addWidget(label(title, "heading"))
        column.addWidget(box)
        self.body.addWidget(section)
        self._sections.append((section, items))
        self.items += items

    def _show_more(self) -> None:
        self._all = not self._all
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        """Only what has all the words; without any word, the first cells, or all of them."""
        words = text.lower().split()
        for section, items in self._sections:
            for item in items:
                shown = all(word in item.words for word in words) and (words or self._all or item not in self._rest)
                item.setVisible(bool(shown))
            section.setVisible(any(not item.isHidden() for item in items))
        self.nothing.setVisible(all(item.isHidden() for item in self.items))
        if self._rest:
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

    def _add_net(self, cell: str) -> None:
        self._session.add_net(cell)

    def _add_layer(self, cell: str) -> None:
        self._session.add_layer(cell)


def _has_memory(cell: Cell) -> bool:
    return any(isinstance(node, Memory) for node in cell.nodes)
