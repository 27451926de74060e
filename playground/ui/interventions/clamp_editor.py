"""The settings of one clamp: to what, when, which units. Every change is at work at once and can be undone."""

from typing import Any

from msgspec.structs import replace
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.errors import BadInput
from playground.network.changes import Clamp
from playground.ui.inspector.form import TextField
from playground.ui.interventions.words import steps_text, title, tr, typed_units, units_text, written_units
from playground.ui.session import Session
from playground.ui.widgets.choice import ChoiceField
from playground.ui.widgets.number_field import NumberField
from playground.ui.widgets.rows import Row
from playground.ui.widgets.slider import LinearSlider

WIDE = 164  # px of a field

RANGES = {"sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, 2.0)}
USUAL = (-2.0, 2.0)  # of any other node


class ClampEditor(QWidget):
    """Built for one clamp; `show_clamp` follows it. low, high: the range of the slider; more can be typed."""

    def __init__(self, session: Session, clamp: Clamp, low: float, high: float) -> None:
        super().__init__()
        self._session, self.clamp = session, clamp
        name = f"reach.{clamp.id}"
        self.setObjectName(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 6)
        column.setSpacing(6)
        head = QHBoxLayout()
        self.on = QCheckBox()
        self.on.setObjectName(f"{name}.on")
        self.on.setToolTip(tr("In force; without the tick it is kept, but does nothing"))
        self.on.clicked.connect(lambda on: session.reaching.switch(self.clamp.id, on))
        head.addWidget(self.on, 1)
        back = QPushButton(tr("Take back"))
        back.setObjectName(f"{name}.back")
        back.setToolTip(tr("Away with it; undo brings it again"))
        back.setProperty("look", "quiet")
        back.clicked.connect(lambda _=False: session.reaching.take_back(self.clamp.id))
        head.addWidget(back)
        self._back = back
        column.addLayout(head)
        kinds = [("value", tr("set to a value")), ("hold", tr("held as it was"))]
        self.kind = ChoiceField(kinds, lambda kind: self._store(hold=kind == "hold"))
        help = tr("held: it keeps what it was one step before the first of these steps")
        column.addWidget(self._row(f"{name}.kind", tr("is"), self.kind, help))
        self.value = LinearSlider(lambda value, merge: self._store(merge, value=value), low, high)
        self._value_row = self._row(f"{name}.value", tr("value"), self.value, tr("What every one of its units is"))
        self.value.refused.connect(self._value_row.show_problem)
        column.addWidget(self._value_row)
        self.start = NumberField(self._set_start, whole=True)
        self.last = NumberField(self._set_last, whole=True, none=True)
        steps = self._steps(name)
        self._steps_row = self._row(
            f"{name}.steps",
            tr("steps t"),
            steps,
            tr("First and last step; nothing in the second: to the end. Negative steps count from the end."),
        )
        column.addWidget(self._steps_row)
        self.units = TextField(self._set_units)
        self._units_row = self._row(f"{name}.units", tr("units"), self.units, tr("all, or such as 0, 2, 5-7"))
        column.addWidget(self._units_row)
        for field, row in ((self.start, self._steps_row), (self.last, self._steps_row)):
            field.refused.connect(row.show_problem)
        self.show_clamp(clamp)

    def _row(self, name: str, text: str, field: QWidget, help: str) -> Row:
        row = Row(name, text, field, help)
        field.setFixedWidth(WIDE)
        return row

    def _steps(self, name: str) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.start, 1)
        row.addWidget(QLabel("–"))
        row.addWidget(self.last, 1)
        self.start.setObjectName(f"{name}.first")
        self.start.setAccessibleName(tr("First step"))
        self.last.setObjectName(f"{name}.last")
        self.last.setAccessibleName(tr("Last step; empty: to the end"))
        self.last.setPlaceholderText(tr("end"))
        made.setFocusProxy(self.start)
        return made

    def show_clamp(self, clamp: Clamp) -> None:
        """What the document says now."""
        self.clamp = clamp
        self.on.setChecked(clamp.on)
        self.on.setText(steps_text(clamp))
        whole = f"{title(clamp)}, {steps_text(clamp)}, {units_text(clamp.units)}"
        self.on.setAccessibleName(tr("In force: {0}").format(whole))
        self._back.setAccessibleName(tr("Take back: {0}").format(whole))
        self.kind.show_value("hold" if clamp.hold else "value")
        self._value_row.setVisible(not clamp.hold)
        self.value.show_value(clamp.value)
        self.start.show_value(clamp.start)
        self.last.show_value(None if clamp.stop is None else clamp.stop - 1)
        self.units.show_value(written_units(clamp.units))

    def _store(self, merge: bool = False, **settings: Any) -> BadInput | None:
        problem = self._session.reaching.change(replace(self.clamp, **settings), merge)
        for row in (self._steps_row, self._units_row):
            row.show_problem(None)
        return problem

    def _set_start(self, first: float | int | None, merge: bool) -> BadInput | None:
        start, stop = int(first or 0), self.clamp.stop
        if stop is not None and (start < 0) == (stop - 1 < 0) and start >= stop:
            stop = start + 1  # the stretch begins there, so it cannot end before
        return self._store(merge, start=start, stop=stop)

    def _set_last(self, last: float | int | None, merge: bool) -> BadInput | None:
        start = self.clamp.start
        if last is None or last == -1:
            return self._store(merge, stop=None)
        if (start < 0) == (last < 0) and last < start:
            start = int(last)
        return self._store(merge, start=start, stop=int(last) + 1)

    def _set_units(self, text: str) -> None:
        try:
            problem = self._store(units=typed_units(text))
        except BadInput as wrong:
            problem = wrong
        self._units_row.show_problem(problem)


def value_range(activation: str, scale: float = 1.0, shift: float = 0.0) -> tuple[float, float]:
    """Where the slider of a node with this activation ends ("" for an operation)."""
    low, high = RANGES.get(activation, USUAL)
    ends = sorted((scale * low + shift, scale * high + shift))
    return ends[0], ends[1]
