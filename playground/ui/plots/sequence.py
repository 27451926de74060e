"""The sequence that is looked at, and a hand in it: points are dragged, numbers and texts typed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from playground.errors import BadInput
from playground.network.changes import Point, ProbeEdit, probe_edit
from playground.network.probe import can_type, edited, text_of
from playground.tasks.base import Facts, Probe
from playground.ui.inspector.form import TextField
from playground.ui.interventions.words import stretches
from playground.ui.plots.classes import symbol_text
from playground.ui.plots.geometry import Floats
from playground.ui.plots.handles import Handles
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style
from playground.ui.plots.legend import Entry
from playground.ui.plots.ranges import spread, value_range
from playground.ui.plots.ticks import Axis
from playground.ui.plots.timeplot import TimePlot
from playground.ui.plots.words import tr
from playground.ui.theme import Theme
from playground.ui.widgets.card import label
from playground.ui.widgets.number_field import NumberField

INPUT = "input"
FEW_SYMBOLS = 12  # so many or fewer have a row each, whether they occur or not
STRIP, STRIP_NAME = 34, "sequence_strip"  # px at the bottom
KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class SequencePlot(TimePlot):
    """One column of the inputs, every step a point; at tasks of symbols the symbol that is on.

    Up and Down move the point of the step that is looked at, Delete brings its own value back. What a person changed is
    an intervention (`ProbeEdit`): undone, listed and stored like any other.
    """

    name = "sequence"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Sequence"))

    def build(self) -> None:
        super().build()
        self._column = self.add_chooser("column", tr("which input"))
        self._range: tuple[float, float] | None = None
        self._rows: list[int] = []  # of symbols, the number of each row
        self._gesture = 0
        self._key: object = None
        self._seen: tuple[list[Any], list[Any]] | None = None  # what was drawn last
        self._handles = Handles(lambda theme: theme.input, self._dragged)
        self.chart.add_item(self._handles)
        self._strip = self._make_strip()

    def _make_strip(self) -> QWidget:
        """Below the chart: the number at the step that is looked at, or the text; and the way back."""
        name, strip = f"plot.{self.id}", QWidget(self)
        strip.setObjectName(STRIP_NAME)
        strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(strip)
        row.setContentsMargins(12, 0, 8, 6)
        row.setSpacing(8)
        self._at = label("", "muted")
        row.addWidget(self._at)
        self.number_field = NumberField(self._typed)
        self.number_field.setObjectName(f"{name}.value")
        self.number_field.setFixedWidth(72)
        row.addWidget(self.number_field)
        self.text_field = TextField(self._typed_text)
        self.text_field.setObjectName(f"{name}.text")
        self.text_field.setAccessibleName(tr("The text that is looked at"))
        self.text_field.setToolTip(tr("Type another text and press Enter; every next character is the answer"))
        row.addWidget(self.text_field, 1)
        self._problem = label("", "error")
        self._problem.setObjectName(f"{name}.problem")
        row.addWidget(self._problem, 1)
        self.reset = QPushButton(tr("Task's own"))
        self.reset.setObjectName(f"{name}.reset")
        self.reset.setAccessibleName(tr("The task's own sequence again"))
        self.reset.setToolTip(tr("The sequence as the task made it; undo brings yours again"))
        self.reset.setProperty("look", "quiet")
        self.reset.clicked.connect(self._take_back)
        row.addWidget(self.reset)
        self.number_field.refused.connect(self._show_problem)
        return strip

    # -- what there is --------------------------------------------------------------------------------------------

    @property
    def _inputs(self) -> NDArray:
        """[T, D], with what was changed in it."""
        probe: Probe | None = self.session.probe
        return probe.batch.inputs[:, 0] if probe is not None else np.zeros((0, 0))

    @property
    def _original(self) -> NDArray:
        """[T, D] as the task made it."""
        probe: Probe | None = getattr(self.session, "original_probe", None)
        return probe.batch.inputs[:, 0] if probe is not None else self._inputs

    @property
    def _symbols(self) -> tuple[str, ...] | None:
        facts: Facts | None = self.session.facts
        return facts.input_symbols if facts is not None else None

    @property
    def _edit_now(self) -> ProbeEdit:
        return probe_edit(self.session.experiment.interventions) or ProbeEdit("")

    # -- drawing --------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        session = self.session
        now = [session.probe, getattr(session, "original_probe", None), session.facts, session.experiment]
        shown = [int(session.time), self._column.currentData(), self.width(), self.height()]
        seen = self._seen
        if seen and shown == seen[1] and all(a is b for a, b in zip(now, seen[0], strict=True)):
            return  # it shows what goes into the networks, and that is what it was
        self._seen = now, shown
        inputs, facts = self._inputs, self.session.facts
        if not inputs.size or facts is None:
            self._key = None
            self.set_series([], [])
            self._handles.set_points(np.zeros(0), np.zeros(0), frozenset())
            self.chart.set_message(tr(self.EMPTY))
            self._strip.hide()
            return
        self.chart.set_message("")
        self.update_times(len(inputs))
        symbols = self._symbols
        names = facts.input_names if len(facts.input_names) == inputs.shape[1] else ()
        texts: list[tuple[object, str]] = [
            (i, names[i] if names else tr("input {0}").format(i)) for i in range(inputs.shape[1])
        ]
        self._column.offer([] if symbols is not None or len(texts) == 1 else texts)
        column = self._at_hand()
        if (symbols is not None, len(texts)) != self._key:
            self._key, self._range = (symbols is not None, len(texts)), None
            self._begin(symbols is not None)
        self._find_rows(inputs)
        values, before = (self._series(array, column) for array in (inputs, self._original))
        self.chart.curves[INPUT].set_source(Line(self.times, values))
        shorter = min(len(values), len(before))
        same = np.isclose(values[:shorter], before[:shorter], equal_nan=True)
        differ = not same.all() or len(values) != len(before)
        self.draw_ghosts({INPUT: before[: len(self.times)]} if differ else {})
        changed = frozenset(np.flatnonzero(~same).tolist()) | frozenset(range(shorter, len(values)))
        self._handles.set_points(self.times, values, changed if not self._edit_now.text else frozenset())
        self._scale(values, before, texts[column][1])
        nets = self.session.experiment.networks
        marks = {m for net in nets for layer in net.layers for m in self._clamped(net.name, layer.id, len(inputs))}
        self.mark_stretches(sorted(marks))
        self._show_strip(values)
        self.place_choosers()

    def _clamped(self, net: str, layer: str, length: int) -> list[tuple[int, int, str]]:
        """Where the input itself is clamped."""
        changes = [c for c in self.session.experiment.interventions if getattr(c, "node", "") == "x"]
        return stretches(changes, net, layer, length)

    def _begin(self, symbols: bool) -> None:
        dots = Style(lambda theme: theme.input, 1.4, mark="circle" if symbols else "", dots=symbols)
        text = tr("symbol") if symbols else tr("input")
        self.set_series([Curve(INPUT, text, dots, (INPUT,))], [Entry(INPUT, text, dots)])

    def _find_rows(self, inputs: NDArray) -> None:
        """Every symbol has a row where there are few of them, else those that occur."""
        count = len(self._symbols or ())
        occur = {int(number) for number in inputs.argmax(axis=1)} if self._symbols is not None else set()
        self._rows = list(range(count)) if count <= FEW_SYMBOLS else sorted(occur)

    def _series(self, inputs: NDArray, column: int) -> Floats:
        """The values of the curve: a column, or the row of the symbol that is on (NaN: none, or one without a row)."""
        if self._symbols is None:
            return np.asarray(inputs[:, column], np.float64)
        numbers = np.where(inputs.any(axis=1), inputs.argmax(axis=1), -1)
        places = {number: row for row, number in enumerate(self._rows)}
        return np.array([places.get(int(n), np.nan) for n in numbers], np.float64)

    def _scale(self, values: Floats, before: Floats, name: str) -> None:
        if self._symbols is not None:
            names = tuple(symbol_text(self._symbols[number]) for number in self._rows)
            self.chart.frame.y_axis = Axis((tr("symbol"),), names=names)
            self.chart.set_home(self.time_range(0.5), (-0.5, max(1, len(names)) - 0.5))
            return
        self.chart.frame.y_axis = Axis((name, tr("input")))
        self._range = value_range(spread([values, before]), self._range)
        self.chart.set_home(self.time_range(0.5), self._range)

    def _show_strip(self, values: Floats) -> None:
        facts, time = self.session.facts, int(self.session.time)
        typing = can_type(facts)
        self._strip.setVisible(hasattr(self.session, "reaching"))
        self.text_field.setVisible(typing)
        self.number_field.setVisible(not typing and self._symbols is None)
        edit = self._edit_now
        self.reset.setEnabled(bool(edit.points or edit.text))
        if typing:
            self.text_field.show_value(edit.text or text_of(facts, self.session.probe))
            self._at.setText(tr("text"))
        elif self._symbols is not None:
            on = self._inputs[time] if time < len(self._inputs) else np.zeros(1)
            symbol = self._symbols[int(on.argmax())] if on.any() else ""
            self._at.setText(f"t = {time}: {symbol_text(symbol)}")
        else:
            self._at.setText(f"t = {time}")
            self.number_field.setAccessibleName(tr("Input at t = {0}").format(time))
            self.number_field.show_value(float(f"{values[time]:.4g}") if time < len(values) else None)

    # -- the hand -------------------------------------------------------------------------------------------------

    def _at_hand(self) -> int:
        return int(self._column.currentData() or 0)

    def _dragged(self, index: int, y: float, first: bool) -> None:
        if first:
            self._gesture += 1
            self.session.set_time(index)
        self._put(index, y, merge=not first)

    def _put(self, index: int, y: float, merge: bool = False) -> None:
        """The point of a step at a position of the axis."""
        self.refresh()  # the document may be another since it was drawn
        if not 0 <= index < len(self._inputs):
            return
        column, value = self._at_hand(), float(f"{y:.4g}")
        if self._symbols is not None:
            row = int(np.clip(round(y), 0, len(self._rows) - 1))
            column, value = self._rows[row], 1.0
            others = tuple(point for point in self._edit_now.points if point.time != index)
        else:
            others = tuple(p for p in self._edit_now.points if (p.time, p.column) != (index, column))
        self._edit((*others, Point(index, column, value)), "" if self._symbols is None else self._edit_now.text, merge)

    def _typed(self, value: float | int | None, merge: bool) -> BadInput | None:
        self.refresh()
        if not self.number_field.isHidden():
            self._gesture += not merge
            self._put(int(self.session.time), float(value or 0.0), merge)
        return None

    def _typed_text(self, text: str) -> None:
        """A whole text; one that cannot be is told, and the old one stays."""
        facts, task = self.session.facts, self.session.task
        if facts is None or not can_type(facts):
            return
        if text == text_of(facts, self.session.original_probe):
            self._edit((), "")
            return
        try:
            edited(task, self.session.original_probe, ProbeEdit("", text=text))
        except BadInput as problem:
            self._show_problem(problem)
            return
        self._edit((), text)

    def _edit(self, points: tuple[Point, ...], text: str, merge: bool = False) -> None:
        points = tuple(sorted(points, key=lambda point: (point.time, point.column)))
        self._show_problem(self.session.reaching.edit_probe(points, text, str(self._gesture), merge))

    def _take_back(self) -> None:
        self._edit((), "")

    def _show_problem(self, problem: BadInput | None) -> None:
        self._problem.setText(f"{problem.problem}; {problem.remedy}" if problem is not None else "")

    def event(self, event: QEvent) -> bool:
        """Its own keys come before the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.refresh()
        key, time = event.key(), int(self.session.time)
        if key not in KEYS or not self._inputs.size or can_type(self.session.facts):
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            mine = None if self._symbols is not None else self._at_hand()
            left = tuple(p for p in self._edit_now.points if p.time != time or mine not in (None, p.column))
            self._edit(left, self._edit_now.text)
        else:
            self._gesture += not event.isAutoRepeat()
            step = 1.0 if self._symbols is not None else 0.1
            step *= 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            now = self._series(self._inputs, self._at_hand())[time]
            up = step if key == Qt.Key.Key_Up else -step
            self._put(time, (float(now) if np.isfinite(now) else 0.0) + up, event.isAutoRepeat())

    def apply_theme(self, theme: Theme) -> None:
        super().apply_theme(theme)
        self._strip.setStyleSheet(f"QWidget#{STRIP_NAME} {{ background: {theme.panel}; }}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        high = STRIP if hasattr(self.session, "reaching") else 0
        self.chart.setGeometry(0, 0, self.width(), self.height() - high)
        self._strip.setGeometry(0, self.height() - high, self.width(), high)

    # -- tables ---------------------------------------------------------------------------------------------------

    def columns(self) -> dict[str, Any]:
        self.refresh()
        inputs, facts = self._inputs, self.session.facts
        if not inputs.size or facts is None:
            return {}
        header, times = self.time_column()
        table: dict[str, Any] = {header: times}
        for column in range(inputs.shape[1]):
            named = len(facts.input_names) == inputs.shape[1]
            name = symbol_text(facts.input_names[column]) if named else str(column)
            table[f"input {name}" + ("" if "[" in name else " [1]")] = inputs[:, column]
        return table
