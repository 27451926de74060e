"""The line above the cell: where we are, which unit is looked at, what wires tell, and a few buttons."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from playground.ui.widgets.card import PADDING, label
from playground.ui.widgets.elided import ElidedLabel
from playground.ui.workshop import MEAN

PARTS = (
    ("gradients", QT_TRANSLATE_NOOP("CellHeader", "Gradients"), QT_TRANSLATE_NOOP(
        "CellHeader", "Wires tell the norm of the loss's gradient at the chosen step instead of the value (G)")),
    ("list", QT_TRANSLATE_NOOP("CellHeader", "List"), QT_TRANSLATE_NOOP(
        "CellHeader", "The cell as a list, one line for each node")),
    ("tidy", QT_TRANSLATE_NOOP("CellHeader", "Tidy"), QT_TRANSLATE_NOOP(
        "CellHeader", "Lay out the whole cell anew (T)")),
    ("fit", QT_TRANSLATE_NOOP("CellHeader", "Fit"), QT_TRANSLATE_NOOP(
        "CellHeader", "Show the whole cell (F or 0). Ctrl and the wheel zoom, the middle button moves")),
)  # fmt: skip

ROOMY = 800  # px: a narrower header leaves out what the scrubber below says anyway


class CellHeader(QWidget):
    """`pressed`: the name of a button: gradients, list, tidy, fit."""

    network_wanted = Signal()
    layer_wanted = Signal()
    unit_wanted = Signal(int)
    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cell.header")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.network = self._button("cell.crumb.network", self.tr("Network"), "crumb")
        self.network.setToolTip(self.tr("Back to the network (Escape)"))
        self.layer = self._button("cell.crumb.layer", self.tr("Layer"), "crumb")
        self.layer.setToolTip(self.tr("Back to the network, with this layer selected"))
        self.cell = ElidedLabel("", 60)
        self.cell.setObjectName("cell.crumb.cell")
        self.cell.setProperty("look", "title")
        self.less = self._button("cell.unit.less", "‹", "quiet")
        self.less.setAccessibleName(self.tr("The unit before"))
        self.less.setToolTip(self.tr("Look at the unit before (Page Up); before the first is the mean of all"))
        self.more = self._button("cell.unit.more", "›", "quiet")
        self.more.setAccessibleName(self.tr("The next unit"))
        self.more.setToolTip(self.tr("Look at the next unit (Page Down)"))
        self.unit = label("", "small")
        self.unit.setObjectName("cell.unit")
        self.unit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.moment = label("", "small")
        self.moment.setObjectName("cell.moment")
        self._units, self._unit = 1, MEAN
        self.network.clicked.connect(self.network_wanted)
        self.layer.clicked.connect(self.layer_wanted)
        self.less.clicked.connect(lambda: self.step(-1))
        self.more.clicked.connect(lambda: self.step(1))
        line = QHBoxLayout(self)
        line.setContentsMargins(PADDING - 7, 8, 9, 0)
        line.setSpacing(2)
        for part in (self.network, _sign(), self.layer, _sign()):
            line.addWidget(part)
        line.addSpacing(4)
        line.addWidget(self.cell, 1)
        line.addSpacing(12)
        for part in (self.moment, self.less, self.unit, self.more):
            line.addWidget(part)
        self.buttons: dict[str, QToolButton] = {}
        for name, text, tip in PARTS:
            button = self._button(f"cell.{name}", self.tr(str(text)), "quiet")
            button.setToolTip(self.tr(str(tip)))
            button.setCheckable(name in ("gradients", "list"))
            button.clicked.connect(lambda _=False, name=name: self.pressed.emit(name))
            self.buttons[name] = button
            line.addWidget(button)

    def _button(self, name: str, text: str, look: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(name)
        made.setText(text)
        made.setAccessibleName(text)
        made.setProperty("look", "quiet")
        if look == "crumb":
            made.setProperty("crumb", True)
            made.setCursor(Qt.CursorShape.PointingHandCursor)
        return made

    def colour(self, accent: str) -> None:
        """The two crumbs that lead somewhere look like links; a pressed button looks pressed."""
        self.setStyleSheet(
            f'QToolButton[crumb="true"] {{ color: {accent}; }} QToolButton:checked {{ color: {accent}; '
            f"border: 1px solid {accent}; }}"
        )

    def show_place(self, layer: str, cell: str) -> None:
        """Where we are."""
        self.layer.setText(layer)
        self.layer.setAccessibleName(layer)
        self.cell.setText(cell)
        self.cell.setAccessibleName(cell)

    def show_unit(self, unit: int, units: int) -> None:
        """Which unit is looked at, of how many."""
        self._unit, self._units = unit, units
        text = self.tr("mean of {0}").format(units) if unit == MEAN else self.tr("unit {0}").format(unit)
        widest = max(self.tr("mean of {0}").format(units), self.tr("unit {0}").format(units), key=len)
        self.unit.setMinimumWidth(self.unit.fontMetrics().horizontalAdvance(widest) + 4)
        self.unit.setText(text)
        self.less.setEnabled(unit != MEAN)
        self.more.setEnabled(unit < units - 1)

    def show_moment(self, gradients: bool, time: int, known: bool) -> None:
        """What the wires tell, and of which step."""
        what = self.tr("gradients at step {0}") if gradients else self.tr("values at step {0}")
        self.moment.setText(what.format(time + 1) if known else "")
        self.buttons["gradients"].setChecked(gradients)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.moment.setVisible(self.width() >= ROOMY)

    def step(self, by: int) -> None:
        """The next unit, or the one before; before the first is the mean."""
        unit = min(max(self._unit + by, MEAN), self._units - 1)
        if unit != self._unit:
            self.unit_wanted.emit(unit)


def _sign() -> QLabel:
    return label("›", "small")
