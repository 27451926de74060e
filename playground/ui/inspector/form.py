"""Rows bound to settings of the document: they show what it says, and every change is an edit that can be undone."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from playground.errors import BadInput
from playground.experiment.edits import SetValue
from playground.experiment.paths import get_path
from playground.ui.session import Session
from playground.ui.widgets.card import label, line
from playground.ui.widgets.choice import ChoiceField
from playground.ui.widgets.number_field import NumberField
from playground.ui.widgets.rows import Row
from playground.ui.widgets.slider import LogSlider


class TextField(QLineEdit):
    """A line of text, taken with Enter or a click elsewhere; Escape brings the old one back."""

    def __init__(self, commit: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commit = commit
        self._old = ""
        self.setAcceptDrops(False)  # a file dropped here is for the window

    def show_value(self, text: str) -> None:
        self._old = text
        if not (self.hasFocus() and self.isModified()):
            self.setText(text)
            self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.take()
        elif event.key() == Qt.Key.Key_Escape:
            self.setText(self._old)
            self.setModified(False)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.take()
        super().focusOutEvent(event)

    def take(self) -> None:
        """Store what was typed; a refused text gives way to the old one."""
        if self.isModified():
            self.setModified(False)
            self._commit(self.text())
            self.setText(self._old)


class Form(QWidget):
    """A column of rows. `refresh` shows the document again; nothing is rebuilt, so that the focus stays."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._refreshers: list[Callable[[], None]] = []
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)

    def refresh(self) -> None:
        """Every row shows what the document says now."""
        for show in self._refreshers:
            show()

    def number(
        self,
        path: str,
        text: str,
        help: str = "",
        whole: bool = False,
        none: bool = False,
        low: float = -math.inf,
        high: float = math.inf,
        name: str = "",
    ) -> Row:
        """A number; it can be dragged at its name. `none`: an empty field is allowed."""
        field = NumberField(self._setter(path), whole, none, low, high)
        row = self._row(name or path, text, field, help)
        field.refused.connect(row.show_problem)
        field.set_handle(row.name)
        self._follow(path, field.show_value, row)
        return row

    def slider(self, path: str, text: str, low: float, high: float, help: str = "", whole: bool = True) -> Row:
        """A number with a slider on a logarithmic scale. What is typed may lie outside the slider's range."""
        field = LogSlider(self._setter(path), low, high, whole)
        row = self._row(path, text, field, help)
        field.setFixedWidth(160)
        field.refused.connect(row.show_problem)
        self._follow(path, field.show_value, row)
        return row

    def choice(self, path: str, text: str, options: Sequence[tuple[str, str]], help: str = "", name: str = "") -> Row:
        """One of a few."""
        setter = self._setter(path)
        field = ChoiceField(options, lambda value: row.show_problem(setter(value, False)))
        row = self._row(name or path, text, field, help)
        self._follow(path, field.show_value, row)
        return row

    def tick(self, path: str, text: str, words: str, help: str = "", name: str = "") -> Row:
        """Yes or no."""
        setter = self._setter(path)
        field = QCheckBox(words)
        row = self._row(name or path, text, field, help)
        field.clicked.connect(lambda checked: row.show_problem(setter(checked, False)))
        self._follow(path, field.setChecked, row)
        return row

    def names(self, path: str, text: str, help: str = "") -> Row:
        """A list of names with commas between them."""
        setter = self._setter(path)

        def commit(typed: str) -> None:
            row.show_problem(setter([part.strip() for part in typed.split(",") if part.strip()], False))

        field = TextField(commit)
        row = self._row(path, text, field, help)
        self._follow(path, lambda names: field.show_value(", ".join(names)), row)
        return row

    def text(
        self, name: str, text: str, read: Callable[[], str], commit: Callable[[str], BadInput | None], help: str = ""
    ) -> Row:
        """A line of text that is read and stored in its own way."""
        field = TextField(lambda typed: row.show_problem(commit(typed)))
        row = self._row(name, text, field, help)
        self._refreshers.append(lambda: field.show_value(read()))
        field.show_value(read())
        return row

    def fact(self, name: str, text: str, read: Callable[[], str], help: str = "") -> Row:
        """Something to read, not to change."""
        shown = label("", "boxed")
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = self._row(name, text, shown, help)

        def show() -> None:
            shown.setText(read())
            row.setVisible(bool(shown.text()))

        self._refreshers.append(show)
        show()
        return row

    def note(self, read: Callable[[], str], look: str = "muted") -> QLabel:
        """A paragraph."""
        shown = label("", look, wrap=True)
        self.column.addWidget(shown)

        def show() -> None:
            shown.setText(read())
            shown.setVisible(bool(shown.text()))

        self._refreshers.append(show)
        show()
        return shown

    def heading(self, text: str) -> None:
        """A thin line and a small title."""
        self.column.addSpacing(4)
        self.column.addWidget(line())
        self.column.addWidget(label(text, "heading"))

    def add(self, widget: QWidget) -> None:
        self.column.addWidget(widget)

    def _row(self, name: str, text: str, field: QWidget, help: str) -> Row:
        row = Row(name, text, field, help)
        self.column.addWidget(row)
        return row

    def _setter(self, path: str) -> Callable[[Any, bool], BadInput | None]:
        def store(value: Any, merge: bool) -> BadInput | None:
            return self.session.try_apply(SetValue(path, value), merge)

        return store

    def _follow(self, path: str, show: Callable[[Any], object], row: Row) -> None:
        seen: list[Any] = []

        def refresh() -> None:
            try:
                value = get_path(self.session.experiment, path)
            except BadInput:
                return  # the page is about to be replaced: its subject is gone
            show(value)
            if seen and seen[0] != value:
                row.show_problem(None)
            seen[:] = [value]

        self._refreshers.append(refresh)
        refresh()
