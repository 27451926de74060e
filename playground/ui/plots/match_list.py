"""The list beside the selection plot: which units, and where else they are on."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from playground.ui.plots.fonts import label_font
from playground.ui.plots.words import tr
from playground.ui.theme import Theme


@dataclass(frozen=True)
class Row:
    """target: what choosing it means to the plot. text and more: two lines."""

    target: tuple[str, int]
    text: str
    more: str


class MatchList(QWidget):
    """`chosen` comes with a row's target when it is clicked, or made current with the keyboard."""

    chosen = Signal(object)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._said = ""
        self._head = QLabel()
        self._head.setObjectName(f"{name}.units")
        self._head.setWordWrap(True)
        self._head.setTextFormat(Qt.TextFormat.PlainText)
        self._head.setAlignment(Qt.AlignmentFlag.AlignTop)  # where there is little room its first line is seen
        self._head.setAccessibleName(tr("The units that are on, and how many matches there are"))
        self._list = QListWidget()
        self._list.setObjectName(name)
        self._list.setAccessibleName(tr("Matches, best first"))
        self._list.setToolTip(tr("Where else these units are on. Choose one to go there, or to compare with it."))
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setAlternatingRowColors(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for widget in (self._head, self._list):
            widget.setFont(label_font())
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 2, 8, 8)
        column.setSpacing(4)
        column.addWidget(self._head)
        column.addWidget(self._list, 1)
        self._list.itemClicked.connect(self._take)
        self._list.itemActivated.connect(self._take)

    def set_rows(self, head: str, rows: list[Row]) -> None:
        """Replace everything; the row that was chosen stays chosen as long as it is there."""
        if head != self._said:
            self._said = head
            self._head.setText(head)
            self._head.setToolTip(head)
            self._list.setAccessibleDescription(head)
        if rows == self._rows:
            return
        current = self._list.currentRow()
        target = self._rows[current].target if 0 <= current < len(self._rows) else None
        self._rows = rows
        self._list.blockSignals(True)
        for number, row in enumerate(rows):
            item = self._list.item(number)
            if item is None:
                item = QListWidgetItem()
                self._list.addItem(item)
            text = f"{row.text}\n{row.more}"
            if item.text() != text:
                item.setText(text)
                item.setToolTip(text)
            item.setData(Qt.ItemDataRole.UserRole, row.target)
        while self._list.count() > len(rows):
            self._list.takeItem(self._list.count() - 1)
        places = [number for number, row in enumerate(rows) if row.target == target]
        self._list.setCurrentRow(places[0] if places else -1)
        self._list.blockSignals(False)

    def _take(self, item: QListWidgetItem) -> None:
        number = self._list.row(item)
        if 0 <= number < len(self._rows):
            self.chosen.emit(self._rows[number].target)

    def apply_theme(self, theme: Theme) -> None:
        """By a style sheet: the window's would win over a palette."""
        self.setStyleSheet(
            f"QLabel {{ color: {theme.muted}; }}"
            f"QListWidget {{ background: {theme.panel}; alternate-background-color: {theme.field}; color: {theme.text};"
            f" border: 1px solid {theme.border}; border-radius: 4px; }}"
            f"QListWidget::item {{ padding: 1px 4px; }}"
            f"QListWidget::item:selected {{ background: {theme.accent}; color: {theme.on_accent}; }}"
        )
