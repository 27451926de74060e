"""One line of the list of interventions: a tick, what it is, the way there, and the way back."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QWidget

from playground.ui.interventions.words import tr
from playground.ui.widgets.elided import ElidedLabel


class InterventionRow(QWidget):
    """name: of the widget, "interventions.clamp1". Without `switch` there is no tick: what was done to weights cannot
    be out of force. Without `go` there is nowhere to go to."""

    def __init__(
        self,
        name: str,
        take_back: Callable[[], object],
        switch: Callable[[bool], object] | None = None,
        go: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.tick: QCheckBox | None = None
        if switch is not None:
            self.tick = QCheckBox()
            self.tick.setObjectName(f"{name}.on")
            self.tick.setToolTip(tr("In force; without the tick it is kept, but does nothing"))
            self.tick.clicked.connect(switch)
            row.addWidget(self.tick)
        self.text, self.where = ElidedLabel(least=120), ElidedLabel(least=60)
        self.where.setProperty("look", "muted")
        row.addWidget(self.text, 2)
        row.addWidget(self.where, 3)
        self.buttons: dict[str, QPushButton] = {}
        if go is not None:
            self._button(row, "go", tr("Go to"), tr("Show it on the canvas"), go)
        self._button(row, "back", tr("Take back"), tr("Away with it; undo brings it again"), take_back)

    def _button(self, row: QHBoxLayout, key: str, text: str, help: str, act: Callable[[], object]) -> None:
        made = QPushButton(text)
        made.setObjectName(f"{self.objectName()}.{key}")
        made.setToolTip(help)
        made.setProperty("look", "quiet")
        made.clicked.connect(lambda _=False: act())
        row.addWidget(made, 0, Qt.AlignmentFlag.AlignRight)
        self.buttons[key] = made

    def show_text(self, text: str, where: str, on: bool = True) -> None:
        """What it says now."""
        self.text.setText(text)
        self.where.setText(where)
        self.text.setProperty("look", "value" if on else "muted")
        self.text.style().unpolish(self.text)
        self.text.style().polish(self.text)
        whole = ", ".join(part for part in (text, where) if part)
        self.setToolTip(whole)
        self.setAccessibleName(whole if on else tr("{0}, out of force").format(whole))
        if self.tick is not None:
            self.tick.setChecked(on)
            self.tick.setAccessibleName(tr("In force: {0}").format(whole))
        for key, button in self.buttons.items():
            words = tr("Go to: {0}") if key == "go" else tr("Take back: {0}")
            button.setAccessibleName(words.format(whole))
