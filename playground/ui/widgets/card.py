"""A rounded panel with a title line: the piece the whole window is made of."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from playground.ui.widgets.elided import ElidedLabel

PADDING = 16


def label(text: str = "", look: str = "value", wrap: bool = False) -> QLabel:
    """A label that says what it is (see `playground.ui.style`)."""
    made = QLabel(text)
    made.setProperty("look", look)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    return made


def line() -> QFrame:
    """A thin line between groups."""
    made = QFrame()
    made.setProperty("line", True)
    return made


class Card(QFrame):
    """Title on the left, a small note on the right, and below them whatever is added to `body`."""

    def __init__(self, name: str, title: str = "", scroll: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("card", "true")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.setSpacing(0)
        self.header = QWidget()
        self.title = ElidedLabel(title)
        self.title.setProperty("look", "title")
        self.note = label("", "small")
        head = QHBoxLayout(self.header)
        head.setContentsMargins(PADDING - 1, 11, PADDING - 1, 0)
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        head.addWidget(self.note)
        outer.addWidget(self.header, 0, Qt.AlignmentFlag.AlignTop)
        self.header.setVisible(bool(title))
        content = QWidget()
        content.setProperty("page", True)
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(PADDING - 1, 10, PADDING - 1, 12)
        self.body.setSpacing(8)
        if scroll:
            self.area = QScrollArea()
            self.area.setObjectName(f"{name}.scroll")
            self.area.setWidgetResizable(True)
            self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.area.viewport().setAutoFillBackground(False)
            self.area.setWidget(content)
            content.setAutoFillBackground(False)
            outer.addWidget(self.area, 1)
            self.area.verticalScrollBar().rangeChanged.connect(self._make_room)
        else:
            outer.addWidget(content, 1)

    def _make_room(self, low: int, high: int) -> None:
        """The scroll bar takes its room from the margin, so that fields stay in line from card to card."""
        margins = self.body.contentsMargins()
        taken = self.area.verticalScrollBar().sizeHint().width() if high > low else 0
        margins.setRight(margins.left() - taken)
        self.body.setContentsMargins(margins)

    def set_title(self, title: str, note: str = "") -> None:
        self.title.setText(title)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.header.setVisible(bool(title))
        self.setAccessibleName(title)
