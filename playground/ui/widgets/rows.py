"""Rows of a form: a muted name on the left, a field on the right, and below it what is wrong with an entry."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from playground.errors import BadInput
from playground.ui.widgets.card import label
from playground.ui.widgets.elided import ElidedLabel

FIELD_WIDTH = 124


class Row(QWidget):
    """One setting. `help` is what F1 and the tooltip say."""

    def __init__(self, name: str, text: str, field: QWidget, help: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}.row")
        self.name = ElidedLabel(text, least=48)
        self.name.setProperty("look", "muted")
        self.name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.field = field
        self.error: QLabel | None = None  # made when there is something to say: most rows never have
        field.setObjectName(name)
        field.setAccessibleName(text)
        field.setFixedWidth(FIELD_WIDTH)
        self.name.setBuddy(field)
        if help:
            for widget in (self, field, self.name):
                widget.setToolTip(help)
                widget.setWhatsThis(help)
            field.setAccessibleDescription(help)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.name, 0, 0)
        grid.addWidget(field, 0, 1, Qt.AlignmentFlag.AlignRight)
        self._grid = grid

    def show_problem(self, problem: BadInput | None) -> None:
        """What is allowed here, under the field; None takes the text away."""
        if problem is None:
            if self.error is not None:
                self.error.hide()
            return
        if self.error is None:
            self.error = label("", "error", wrap=True)
            self.error.setObjectName(f"{self.field.objectName()}.error")
            self._grid.addWidget(self.error, 1, 0, 1, 2)
        self.error.setText(f"{problem.problem}; {problem.remedy}" if problem.remedy else problem.problem)
        self.error.show()
