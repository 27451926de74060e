"""Things of the palette that belong to cells: cells with a card that tells about them, and the tiles of gates."""

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QWidget

from playground.cell.graph import Cell
from playground.ui.widgets.palette_item import CellItem, PaletteItem

NODE_TYPE = "application/x-rnn-node"


class LibraryItem(CellItem):
    """A cell. `card_wanted(stays)`: the mouse rests on it (False), or F1 was pressed (True)."""

    card_wanted = Signal(bool)
    card_done = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, key: str, cell: Cell, mime: str, parent: QWidget | None = None) -> None:
        super().__init__(key, cell.label or cell.name, mime, parent)
        self.cell = cell
        self.words = f"{cell.name} {cell.name.replace('_', ' ')} {cell.label} {cell.paper}".lower()
        self.setAccessibleDescription(" ".join(text for text in (cell.about, cell.paper) if text))
        self.setToolTip(cell.about or self.text)  # for screen readers; what is shown is the card
        self._editor: QLineEdit | None = None

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ToolTip:
            self.card_wanted.emit(False)
            return True
        if kind == QEvent.Type.QueryWhatsThis:
            event.accept()
            return True
        if kind == QEvent.Type.WhatsThis:
            self.card_wanted.emit(True)
            return True
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_F1:
            event.accept()
            return True
        if kind in (QEvent.Type.Leave, QEvent.Type.MouseButtonPress, QEvent.Type.Hide):
            self.card_done.emit()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F1:
            self.card_wanted.emit(True)
        elif event.key() == Qt.Key.Key_Menu:
            self.menu_wanted.emit(self.mapToGlobal(QPoint(8, self.height())))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def edit_name(self, commit) -> None:  # type: ignore[no-untyped-def]
        """Type another name in place; Enter takes it, Escape does not."""
        editor = NameEditor(self.text, commit, self)
        editor.setGeometry(self.rect())
        editor.show()
        editor.setFocus()
        editor.selectAll()


class NameEditor(QLineEdit):
    """A name, typed where it stands."""

    def __init__(self, text: str, commit, parent: QWidget) -> None:  # type: ignore[no-untyped-def]
        super().__init__(text, parent)
        self._commit, self._done = commit, False
        self.setObjectName("palette.rename")
        self.setAccessibleName(self.tr("New name"))
        self.setAcceptDrops(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._end(True)
        elif event.key() == Qt.Key.Key_Escape:
            self._end(False)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().focusOutEvent(event)
        self._end(True)

    def _end(self, take: bool) -> None:
        if self._done:
            return
        self._done = True
        self.hide()
        self.deleteLater()
        if take and self.isModified():
            self._commit(self.text())


class NodeTile(PaletteItem):
    """A gate, an operation or a memory: a sign, and below it a word."""

    def __init__(self, key: str, sign: str, word: str, help: str, parent: QWidget | None = None) -> None:
        super().__init__(key, f"{sign} {word}", NODE_TYPE, parent)
        self._sign, self._word = sign, word
        self.words = f"{key} {sign} {word} {help}".lower().replace(":", " ").replace("_", " ")
        self.setToolTip(help)
        self.setWhatsThis(help)

    def sizeHint(self) -> QSize:
        return QSize(44, 20 + QFontMetrics(self._sign_font()).height() + 4)

    def paint_content(self, painter: QPainter, text: QColor, muted: QColor) -> None:
        middle = self.height() * 0.56
        painter.setFont(self._sign_font())
        painter.setPen(text)
        painter.drawText(QRectF(0, 3, self.width(), middle - 3), Qt.AlignmentFlag.AlignCenter, self._sign)
        small = QFont(self.font())
        small.setPixelSize(10)
        painter.setFont(small)
        painter.setPen(muted)
        lower = QRectF(0, middle - 2, self.width(), self.height() - middle - 2)
        painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, self._word)

    def _sign_font(self) -> QFont:
        font = self._medium()
        font.setPixelSize(15)
        font.setWeight(QFont.Weight.DemiBold)
        return font
