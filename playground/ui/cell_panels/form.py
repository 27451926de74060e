"""Rows bound to the open cell: they show what it says, and every change is an edit of the cell that can be undone."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QCheckBox, QGridLayout, QPushButton, QSizePolicy, QWidget

from playground.cell.edits import CellEdit
from playground.cell.graph import Cell
from playground.errors import BadInput
from playground.ui.cell_panels.sizes import layer_inputs, node_sizes
from playground.ui.inspector.form import Form
from playground.ui.session import Session
from playground.ui.widgets.choice import ChoiceField
from playground.ui.widgets.number_field import NumberField
from playground.ui.widgets.rows import Row

LEAST = 116  # px


class CellForm(Form):
    """A page of the inspector inside a cell. `refresh` shows the open cell again."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.workshop = session.workshop

    @property
    def cell(self) -> Cell:
        return self.workshop.cell or Cell("")

    def edit(self, edit: CellEdit, merge: bool = False) -> BadInput | None:
        """Change the open cell; what is wrong with the edit is returned."""
        return self.workshop.try_apply(edit, merge)

    @property
    def inputs(self) -> int | None:
        """D of the open layer."""
        inside = self.workshop.inside
        net = next((net for net in self.session.experiment.networks if inside and net.name == inside.net), None)
        if net is None or inside is None:
            return None
        return layer_inputs(self.session.experiment, self.session.facts, net, inside.layer)

    def sizes(self) -> dict[str, int]:
        """Node → how many numbers it has, as far as that can be known."""
        layer = self.workshop.layer
        return node_sizes(self.cell, self.inputs, layer.units) if layer else {}

    # -- rows -----------------------------------------------------------------------------------------------------

    def value_row(
        self,
        name: str,
        text: str,
        read: Callable[[], float | int | None],
        make: Callable[[Any], CellEdit],
        help: str = "",
        whole: bool = False,
    ) -> Row:
        """A number of the cell; `make` turns what was typed into an edit."""
        field = NumberField(lambda value, merge: self.edit(make(value), merge), whole)
        row = self._row(name, text, field, help)
        field.refused.connect(row.show_problem)
        field.set_handle(row.name)
        self.follow(read, field.show_value, row)
        return row

    def choice_row(
        self,
        name: str,
        text: str,
        options: Callable[[], Sequence[tuple[str, str]]],
        read: Callable[[], str],
        make: Callable[[str], CellEdit],
        help: str = "",
    ) -> Row:
        """One of a few; `options` are asked again at every refresh."""
        field = ChoiceField(options(), lambda value: row.show_problem(self.edit(make(value))))
        row = self._row(name, text, field, help)

        def show(value: str) -> None:
            field.set_options(options())
            field.show_value(value)

        self.follow(read, show, row)
        return row

    def tick_row(
        self, name: str, text: str, words: str, read: Callable[[], bool], make: Callable[[bool], CellEdit],
        help: str = "",
    ) -> Row:  # fmt: skip
        """Yes or no."""
        field = QCheckBox(words)
        row = self._row(name, text, field, help)
        field.clicked.connect(lambda on: row.show_problem(self.edit(make(on))))
        self.follow(read, field.setChecked, row)
        return row

    def follow(self, read: Callable[[], Any], show: Callable[[Any], object], row: Row | None = None) -> None:
        """Show what `read` says now and at every refresh; a change takes an old complaint away."""
        seen: list[Any] = []

        def refresh() -> None:
            try:
                value = read()
            except KeyError:
                return  # the page is about to be replaced: its subject is gone
            show(value)
            if row is not None and seen and seen[0] != value:
                row.show_problem(None)
            seen[:] = [value]

        self._refreshers.append(refresh)
        refresh()

    def put_row(self, name: str, text: str, field: QWidget, help: str = "", width: int = 0) -> Row:
        """Any field as a row."""
        row = self._row(name, text, field, help)
        if width:
            widen(row, width)
        return row

    def push(self, name: str, text: str, help: str, act: Callable[[], object], look: str = "") -> QPushButton:
        """A plain button."""
        made = QPushButton(text)
        made.setObjectName(name)
        made.setAccessibleName(text)
        made.setToolTip(help)
        if look:
            made.setProperty("look", look)
        made.clicked.connect(lambda _=False: act())
        self.add(made)
        return made


def widen(row: Row, most: int) -> None:
    """Give a row's field up to `most` pixels; in a narrow window it makes room for the name."""
    row.field.setMinimumWidth(LEAST)
    row.field.setMaximumWidth(most)
    row.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    row.name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
    grid = row.layout()
    if isinstance(grid, QGridLayout):
        grid.addWidget(row.field, 0, 1)
        grid.setColumnStretch(1, 1)
