"""Which unit of the layer is looked at: the mean of all, or one of them, with arrows."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from playground.ui.session import Session
from playground.ui.widgets.card import label
from playground.ui.workshop import MEAN


class UnitStepper(QWidget):
    """`mean`: whether the mean of all units can be chosen here."""

    def __init__(self, session: Session, name: str, mean: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._least = session, MEAN if mean else 0
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        help = self.tr("Which unit the values, traces and explanations show. Arrow keys step through them.")
        self.setToolTip(help)
        self.setWhatsThis(help)
        self.reading = label("")
        self.reading.setObjectName(f"{name}.reading")
        self.reading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.back = self._arrow(f"{name}.back", "◂", self.tr("The unit before"), -1)
        self.forward = self._arrow(f"{name}.forward", "▸", self.tr("The next unit"), 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.back)
        row.addWidget(self.reading, 1)
        row.addWidget(self.forward)
        session.workshop.unit_changed.connect(self.refresh)
        session.workshop.inside_changed.connect(self.refresh)
        session.document_changed.connect(self.refresh)
        self.refresh()

    @property
    def units(self) -> int:
        layer = self._session.workshop.layer
        return layer.units if layer is not None else 0

    def step(self, by: int) -> None:
        """That many units on; kept inside."""
        unit = max(self._session.workshop.unit, self._least)
        self._session.workshop.set_unit(min(max(unit + by, self._least), self.units - 1))

    def refresh(self, _: object = None) -> None:
        unit, units = self._session.workshop.unit, self.units
        text = self.tr("mean of {0}").format(units) if unit == MEAN else self.tr("unit {0} of {1}").format(unit, units)
        self.reading.setText(text)
        self.setAccessibleName(self.tr("Unit: {0}").format(text))
        self.back.setEnabled(unit > self._least)
        self.forward.setEnabled(unit < units - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Down):
            self.step(-1)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Up):
            self.step(1)
        elif key == Qt.Key.Key_Home:
            self.step(-self.units - 1)
        elif key == Qt.Key.Key_End:
            self.step(self.units)
        else:
            super().keyPressEvent(event)

    def event(self, event) -> bool:  # type: ignore[no-untyped-def]
        if event.type() == event.Type.ShortcutOverride and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.accept()  # → is also a training step in the window
            return True
        return super().event(event)

    def _arrow(self, name: str, text: str, help: str, by: int) -> QToolButton:
        made = QToolButton()
        made.setObjectName(name)
        made.setText(text)
        made.setAccessibleName(help)
        made.setToolTip(help)
        made.setProperty("look", "quiet")
        made.setAutoRepeat(True)
        made.setFixedWidth(22)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.clicked.connect(lambda _=False: self.step(by))
        return made
