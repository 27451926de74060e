"""What is wrong with the cell, and the way out as a button: a bubble at the node, a strip for the cell as a whole."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from playground.cell.check import CellError
from playground.cell.edits import CellEdit
from playground.ui.widgets.card import label

WIDE = 248
GAP = 22  # px between a node and its bubble


def _area(box: QRect) -> int:
    return max(0, box.width()) * max(0, box.height())


def sentence(error: CellError) -> str:
    """An error as one sentence that begins with a capital letter."""
    text = f"{error.message}; {error.remedy}" if error.remedy else error.message
    return text[:1].upper() + text[1:] + "."


class Bubble(QFrame):
    """Sits below a node. `take` gets the edit of the button that was pressed."""

    def __init__(self, parent: QWidget, take: Callable[[CellEdit], object]) -> None:
        super().__init__(parent)
        self.setObjectName("cell.bubble")
        self.setProperty("notice", "error")
        self.setFixedWidth(WIDE)
        self._take = take
        self._edit: CellEdit | None = None
        self.words = label("", "value", wrap=True)
        self.words.setObjectName("cell.bubble.words")
        self.button = QPushButton()
        self.button.setObjectName("cell.bubble.remedy")
        self.button.setAccessibleName(self.tr("Mend it"))
        self.button.clicked.connect(self._pressed)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addWidget(self.words)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_errors(
        self, errors: Sequence[CellError], edit: CellEdit | None, node: QRect, area: QRect, others: Sequence[QRect]
    ) -> None:
        """The errors of one node that is seen at `node`; `others`: the other nodes. All in the viewport."""
        self._edit = edit
        self.words.setText("\n".join(sentence(error) for error in errors[:3]))
        self.button.setVisible(edit is not None)
        if edit is not None:
            text = edit.label()
            self.button.setText(text[:1].upper() + text[1:])
            self.button.setToolTip(self.button.text())
            self.button.setAccessibleName(self.button.text())
            self.button.setMaximumWidth(WIDE - 28)
        self.setAccessibleName(self.words.text())
        self.setFixedHeight(self._column.heightForWidth(WIDE))
        self.move(self._best_place(node, area.adjusted(4, 4, -4, -4), others))
        self.show()
        self.raise_()

    def _best_place(self, node: QRect, area: QRect, others: Sequence[QRect]) -> QPoint:
        """Near the node, where it covers the least of the others and nothing of the node itself."""
        wide, high, centre = self.width(), self.height(), node.center()
        left, right = node.left() - wide - GAP, node.right() + GAP
        above, below = node.top() - high - GAP, node.bottom() + GAP
        spots = [(centre.x() - wide // 2, below), (centre.x() - wide // 2, above), (right, below), (left, below),
                 (right, centre.y() - high // 2), (left, centre.y() - high // 2), (right, above), (left, above),
                 (area.left(), area.bottom() - high), (area.right() - wide, area.bottom() - high)]  # fmt: skip

        def cost(spot: tuple[int, int]) -> float:
            box = self._inside(spot, area)
            covered = sum(_area(box.intersected(other)) for other in others) + 20 * _area(box.intersected(node))
            return covered + 4 * (box.center() - centre).manhattanLength()

        return self._inside(min(spots, key=cost), area).topLeft()

    def _inside(self, spot: tuple[int, int], area: QRect) -> QRect:
        x = max(area.left(), min(spot[0], area.right() - self.width()))
        y = max(area.top(), min(spot[1], area.bottom() - self.height()))
        return QRect(x, y, self.width(), self.height())

    def _pressed(self) -> None:
        if self._edit is not None:
            self._take(self._edit)


class Strip(QFrame):
    """In the lower right corner: what is wrong with the cell as a whole, or how many nodes need a hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cell.strip")
        self.setProperty("notice", "warning")
        self.words = label("", "value", wrap=True)
        self.words.setObjectName("cell.strip.words")
        self.button = QPushButton()
        self.button.setObjectName("cell.strip.remedy")
        self.button.setAccessibleName(self.tr("Mend it"))
        self.button.clicked.connect(lambda: self._act())
        self._act: Callable[[], object] = lambda: None
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 4, 8, 4)
        line.addWidget(self.words, 1)
        line.addWidget(self.button)
        self.hide()

    def tell(self, text: str, button: str = "", act: Callable[[], object] = lambda: None) -> None:
        """A sentence and perhaps a way out; "" when all is well."""
        self.words.setText(text)
        self.setAccessibleName(text)
        self.button.setText(button[:1].upper() + button[1:])
        self.button.setAccessibleName(self.button.text() or self.tr("Mend it"))
        self.button.setVisible(bool(button))
        self._act = act
        self.setVisible(bool(text))
        self.arrange()

    def arrange(self) -> None:
        """In the lower right corner, as wide as its words need."""
        parent = self.parentWidget()
        if parent is None or self.isHidden():
            return
        room = parent.width() - 16
        line = self.words.fontMetrics().horizontalAdvance(self.words.text()) + 8
        beside = 48 + (self.button.sizeHint().width() if not self.button.isHidden() else 0)
        self.words.setFixedWidth(max(80, min(line, room - beside)))
        self.resize(min(room, self.words.width() + beside), max(40, self.words.heightForWidth(self.words.width()) + 14))
        self.move(parent.width() - self.width() - 8, parent.height() - self.height() - 8)
        self.raise_()
