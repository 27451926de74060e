"""The weights of one wire or bias: a heatmap that follows the training, and a field for the number at the cursor."""

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.errors import BadInput
from playground.ui.cell_panels.heatmap import Heatmap, Place
from playground.ui.session import Session
from playground.ui.widgets.card import label
from playground.ui.widgets.number_field import NumberField

NARROW, MAP_WIDTH = 96, 172  # px
Words = tuple[str, str]  # what a row is, and what a column is


class WeightView(QWidget):
    """`parameter`: its full name in the network ("layer1.forget.weight.x")."""

    def __init__(
        self, session: Session, net: str, parameter: str, symbol: str, words: Words, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session, self.net, self.parameter, self._words = session, net, parameter, words
        name = f"weights.{parameter}"
        self.setObjectName(name)
        self._symbol = QLabel(symbol)
        self._symbol.setTextFormat(Qt.TextFormat.RichText)
        self._symbol.setProperty("look", "muted")
        self._note = label("", "small")
        self.map = Heatmap(session.theme)
        self.map.setObjectName(f"{name}.map")
        self.map.setAccessibleName(self.tr("Weights {0}").format(parameter))
        help = self.tr(
            "Blue is positive, orange negative. Click a weight, or go there with the arrow keys and press Enter, to "
            "type another value, also while the network trains."
        )
        self.map.setWhatsThis(help)
        self.map.setAccessibleDescription(help)
        self._reading = label("", "small", wrap=True)
        self._reading.setObjectName(f"{name}.reading")
        self.field = NumberField(self._store)
        self.field.setObjectName(f"{name}.value")
        self.field.setAccessibleName(self.tr("Value of the weight at the cursor"))
        self.field.setFixedWidth(66)
        self.field.setStyleSheet("padding-left: 4px; padding-right: 4px;")
        self.field.refused.connect(self._show_problem)
        self.field.returnPressed.connect(self.map.setFocus)
        self._undo = QPushButton(self.tr("Undo"))
        self._undo.setObjectName(f"{name}.undo")
        self._undo.setAccessibleName(self.tr("Undo the last edit of a weight"))
        self._undo.setToolTip(self.tr("Take back the last weight that was typed"))
        self._undo.setProperty("look", "quiet")
        self._undo.clicked.connect(self._take_back)
        self._undo.hide()
        self._edited = False
        self._error = label("", "error", wrap=True)
        self._error.setObjectName(f"{name}.error")
        self._error.hide()
        self._compose()
        self.map.pointed.connect(self._read)
        self.map.edited.connect(self._begin)
        session.weights.changed.connect(self._on_changed)
        session.weights.intervened.connect(self._show_undo)
        session.weights.watch(self, net, [parameter])
        session.theme_changed.connect(self.map.set_theme)
        self.refresh()

    def _compose(self) -> None:
        """The map on the right; what it says beside it, for the low map of a vector below it: nothing ever moves."""
        self._symbol.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.map.setMinimumWidth(NARROW)
        self.map.setMaximumWidth(MAP_WIDTH)
        self._note.setMinimumWidth(self._note.fontMetrics().horizontalAdvance("up to ±0.999"))
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(2)
        right.setSpacing(2)
        left.addWidget(self._symbol)
        left.addWidget(self._note)
        right.addWidget(self.map)
        beside = left if self._words[1] else right
        edit = QHBoxLayout()
        edit.setSpacing(4)
        edit.addWidget(self.field)
        if not self._words[1]:
            self._reading.setWordWrap(False)
            edit.addWidget(self._undo)
            edit.addStretch(1)
        beside.addWidget(self._reading)
        beside.addLayout(edit)
        if self._words[1]:
            beside.addWidget(self._undo, 0, Qt.AlignmentFlag.AlignLeft)
        left.addStretch(1)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(left)
        row.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 4)
        column.setSpacing(3)
        column.addLayout(row)
        column.addWidget(self._error)
        self.field.hide()

    def refresh(self) -> None:
        """Show the latest values."""
        values = self.session.weights.get(self.net, self.parameter)
        if values is None:  # of another network they follow at once; until then the last ones stay
            if not self.map.values.size:
                self._note.setText(self.tr("not here yet"))
                self.map.hide()
            return
        self.map.show()
        self.map.set_values(np.asarray(values))
        shape = " × ".join(map(str, np.shape(values)))
        self._note.setText(self.tr("{0}\nup to ±{1}").format(shape, f"{self.map.level:.3g}"))
        place = self.map.cursor_cell
        self._read(place)
        self.field.setVisible(place is not None)
        if place is not None:
            self.field.show_value(float(f"{self.map.value_at(place):.4g}"))

    def _on_changed(self, names: Any) -> None:
        if (self.net, self.parameter) in names:
            self.refresh()

    def _read(self, place: Place | None) -> None:
        """The weight under the mouse or the cursor in words."""
        if place is None or not self.map.values.size:
            self._reading.setText("")
            return
        row, column = place
        to, source = self._words
        value = f"{self.map.value_at(place):+.4g}".replace("-", "−")
        if self.map.values.shape[0] == 1 and not source:
            self._reading.setText(self.tr("{0} {1}: {2}").format(to, column, value))
        else:
            self._reading.setText(self.tr("{0} {1} ← {2} {3}: {4}").format(to, row, source, column, value))

    def _begin(self, place: Place | None) -> None:
        """The number at the cursor can be typed."""
        if place is None:
            return
        self._error.hide()
        self.field.show()
        self.field.setModified(False)
        self.field.show_value(float(f"{self.map.value_at(place):.4g}"))
        self.field.setFocus()
        self.field.selectAll()

    def _store(self, value: Any, merge: bool) -> BadInput | None:
        place = self.map.cursor_cell
        if place is None or value is None:
            return BadInput("", self.tr("choose a weight first"), self.tr("click one"))
        if abs(value) > 1e6:
            problem = self.tr("{0} is too large for a weight").format(f"{value:g}")
            return BadInput("", problem, self.tr("type one between −1000000 and 1000000"))
        vector = not self._words[1]
        index = place[1:] if vector else place
        self._edited = True
        done = self.session.weights.set_value(self.net, self.parameter, index, float(value), merge)
        return None if done else BadInput("", self.tr("no network is running"), self.tr("wait until it is built"))

    def _show_undo(self) -> None:
        """Offered where something was typed."""
        self._undo.setVisible(self._edited and self.session.weights.can_undo)

    def _take_back(self) -> None:
        self.session.weights.undo_last()

    def _show_problem(self, problem: BadInput | None) -> None:
        self._error.setVisible(problem is not None)
        if problem is not None:
            self._error.setText(f"{problem.problem}; {problem.remedy}")
