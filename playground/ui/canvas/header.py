"""The line above the canvas: its title, what kind of experiment it is, and the way back to seeing everything."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from playground.ui.canvas.content import Content
from playground.ui.widgets.card import PADDING, label
from playground.ui.widgets.elided import ElidedLabel


class Header(QWidget):
    """`fit_wanted`: the button was pressed."""

    fit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas.header")
        self.title = label(self.tr("Network"), "title")
        self.note = ElidedLabel()
        self.note.setObjectName("canvas.note")
        self.note.setProperty("look", "small")
        self.fit = QToolButton()
        self.fit.setObjectName("canvas.fit")
        self.fit.setText(self.tr("Fit"))
        self.fit.setProperty("look", "quiet")
        self.fit.setAccessibleName(self.tr("Fit everything into the view"))
        self.fit.setToolTip(self.tr("Show the whole network (F or 0). Ctrl and the wheel zoom, dragging moves."))
        self.fit.clicked.connect(self.fit_wanted)
        line = QHBoxLayout(self)
        line.setContentsMargins(PADDING - 1, 8, 9, 0)
        line.setSpacing(8)
        line.addWidget(self.title)
        line.addStretch(1)
        line.addWidget(self.note)
        line.addWidget(self.fit)

    def show_content(self, content: Content) -> None:
        """What all networks share; or what is wrong with the experiment as a whole."""
        self.note.setProperty("look", "error" if content.problem else "small")
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)
        if content.problem:
            text = content.problem
        elif len(content.nets) > 1:
            text = self.tr("race of {0} · same batches, seed {1}").format(len(content.nets), content.seed)
        else:
            text = self.tr("one network · seed {0}").format(content.seed) if content.nets else ""
        self.note.setText(text)
