"""The cell as a list, one line for each node: for screen readers, and for everybody who likes lists."""

from collections.abc import Callable

from PySide6.QtCore import QAbstractListModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from playground.cell.graph import Cell
from playground.ui.cell_canvas.looks import describe_kind, name_of, reads

ROOT = QModelIndex()


class NodeModel(QAbstractListModel):
    """One row for each node: name, kind, what it reads, its value now, what is wrong with it."""

    def __init__(self, value: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._cell = Cell("")
        self._errors: dict[str, str] = {}

    def show_cell(self, cell: Cell, errors: dict[str, str]) -> None:
        self.beginResetModel()
        self._cell, self._errors = cell, errors
        self.endResetModel()

    def refresh(self) -> None:
        """The values are new."""
        if self._cell.nodes:
            self.dataChanged.emit(self.index(0), self.index(len(self._cell.nodes) - 1))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._cell.nodes)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._cell.nodes):
            return None
        if role == Qt.ItemDataRole.UserRole:
            return self._cell.nodes[index.row()].id
        texts = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)
        return self.text(index.row()) if role in texts else None

    def text(self, row: int) -> str:
        """A node in words: "forget · gate σ · reads x, h₋ · 0.12"."""
        node = self._cell.nodes[row]
        kind, sources, value = describe_kind(node), reads(self._cell, node), self._value(node.id)
        name = name_of(node)
        parts = [name] if name == kind else [name, kind]
        if sources:
            parts.append(self.tr("reads {0}").format(sources))
        if value:
            parts.append(value)
        if node.id in self._errors:
            parts.append(self.tr("error: {0}").format(self._errors[node.id]))
        return " · ".join(parts)

    def row_of(self, id: str) -> int:
        return next((row for row, node in enumerate(self._cell.nodes) if node.id == id), -1)

    def texts(self) -> list[str]:
        return [self.text(row) for row in range(len(self._cell.nodes))]


class NodeList(QListView):
    """`chosen`: the ids of the rows that a person selected."""

    chosen = Signal(tuple)

    def __init__(self, model: NodeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cell.nodes")
        self.setAccessibleName(self.tr("Nodes of the cell"))
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setWordWrap(True)
        self.setStyleSheet(
            "QListView { background: transparent; outline: none; } QListView::item { padding: 5px 10px; }"
        )
        self.setUniformItemSizes(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nodes = model
        self._following = False
        self.selectionModel().selectionChanged.connect(self._tell)

    def follow(self, ids: tuple[str, ...]) -> None:
        """Select what is chosen on the canvas."""
        self._following = True
        picked = self.selectionModel()
        picked.clearSelection()
        for id in ids:
            row = self._nodes.row_of(id)
            if row >= 0:
                index = self._nodes.index(row)
                picked.select(index, QItemSelectionModel.SelectionFlag.Select)
                self.scrollTo(index)
                if not self.hasFocus():
                    picked.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._following = False

    def _tell(self, *_: object) -> None:
        if not self._following:
            rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
            self.chosen.emit(tuple(self._nodes.data(self._nodes.index(row), Qt.ItemDataRole.UserRole) for row in rows))
