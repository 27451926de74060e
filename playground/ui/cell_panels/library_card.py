"""The card of a cell: its paper, its equations, its graph, and what to try."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from playground.cell.formula import cell_formulas
from playground.cell.graph import Cell
from playground.cell.library.try_it import TRY_IT
from playground.ui.cell_panels.formula_box import FormulaBox
from playground.ui.cell_panels.graph_picture import GraphPicture
from playground.ui.theme import Theme
from playground.ui.widgets.card import label

WIDTH, PICTURE = 380, 190
MOST_FORMULAS = 14


class LibraryCard(QFrame):
    """A small window beside the item. It goes with the next click or key."""

    def __init__(self, cell: Cell, theme: Theme, hint: str, stays: bool, parent: QWidget | None = None) -> None:
        """`stays`: it was asked for, so it stays until it is clicked away; else it goes when the mouse leaves."""
        kind = Qt.WindowType.Popup if stays else Qt.WindowType.ToolTip
        super().__init__(parent, kind | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("library.card")
        self.setProperty("card", "true")
        self.setAccessibleName(cell.label or cell.name)
        self.setAccessibleDescription("; ".join([cell.about, cell.paper, *cell_formulas(cell)]))
        self.cell, self.stays = cell, stays
        self.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(label(cell.label or cell.name, "title"))
        for text, look in ((cell.paper, "small"), (cell.about, "value")):
            if text:
                column.addWidget(label(text, look, wrap=True))
        picture = GraphPicture(cell, theme, WIDTH - 32, PICTURE)
        column.addWidget(picture)
        html, plain = cell_formulas(cell, "html"), cell_formulas(cell)
        if html:
            box = FormulaBox("card.formula", 13, centre=False)
            box.setFixedWidth(WIDTH - 32)
            cut = ["…"] if len(html) > MOST_FORMULAS else []
            box.show_formulas(html[:MOST_FORMULAS] + cut, plain)
            column.addWidget(box)
        words = TRY_IT.get(cell.name, "")
        if words:
            column.addWidget(label(self.tr("Try: {0}").format(words), "value", wrap=True))
        column.addWidget(label(hint, "small", wrap=True))

    def show_beside(self, item: QWidget) -> None:
        """To the right of the item, kept on the screen."""
        self.ensurePolished()
        layout = self.layout()
        self.resize(WIDTH, layout.totalHeightForWidth(WIDTH) if layout else 0)  # adjustSize stops at 2/3 of the screen
        place = item.mapToGlobal(QPoint(item.width() + 14, -8))
        area = item.screen().availableGeometry()
        x = place.x() if place.x() + self.width() <= area.right() else item.mapToGlobal(QPoint(0, 0)).x() - self.width()
        y = min(place.y(), area.bottom() - self.height() - 8)
        self.move(max(x, area.left()), max(y, area.top()))
        self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.close()
