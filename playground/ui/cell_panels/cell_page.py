"""The inspector inside a cell when nothing is chosen there: the cell as a whole."""

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from playground.cell.check import CellError, check_cell
from playground.cell.edits import SetCell
from playground.cell.formula import cell_formulas
from playground.cell.library.try_it import TRY_IT
from playground.cell.remedies import remedy
from playground.experiment.cell_edits import is_own, users
from playground.ui.cell_panels.actions import CellActions
from playground.ui.cell_panels.form import CellForm, widen
from playground.ui.cell_panels.formula_box import FormulaBox
from playground.ui.cell_panels.paragraph import Paragraph
from playground.ui.cell_panels.sizes import weight_count
from playground.ui.cell_panels.unit_stepper import UnitStepper
from playground.ui.session import Session
from playground.ui.widgets.card import label

MOST_ERRORS = 6


class CellPage(CellForm):
    """Errors with their remedies first, then the formulas, what to try, the words, and what can be done with it."""

    def __init__(self, session: Session, actions: CellActions) -> None:
        super().__init__(session)
        self._actions = actions
        for error in self.workshop.errors()[:MOST_ERRORS]:
            self.add(ErrorBox(self, error))
        self.note(lambda: self._size_problem(), "error").setObjectName("cell.size")
        self.formula = FormulaBox("cell.formula", 14, centre=False)
        self.add(self.formula)
        self.follow(self._formulas, lambda found: self.formula.show_formulas(*found))
        self.put_row("cell.unit", self.tr("looked at"), UnitStepper(session, "cell.unit"))
        self.fact("cell.weights", self.tr("weights"), self._weights, self.tr("How many numbers this layer trains"))
        self.fact("cell.users", self.tr("used by"), self._users, self.tr("Layers that follow its changes"))
        self.note(lambda: self._try()).setObjectName("cell.try")
        self.heading(self.tr("WORDS"))
        self._words()
        self.heading(self.tr("THIS CELL"))
        self._buttons()

    def _formulas(self) -> tuple[list[str], list[str]]:
        return cell_formulas(self.cell, "html"), cell_formulas(self.cell)

    def _size_problem(self) -> str:
        layer = self.workshop.layer
        if layer is None or self.inputs is None or self.workshop.errors():
            return ""
        return next((f"{e.message}; {e.remedy}" for e in check_cell(self.cell, self.inputs, layer.units)), "")

    def _weights(self) -> str:
        layer = self.workshop.layer
        count = weight_count(self.cell, self.inputs, layer) if layer is not None else None
        return f"{count:,}" if count is not None else ""

    def _users(self) -> str:
        found = users(self.session.experiment, self.cell.name)
        if not is_own(self.session.experiment, self.cell.name):
            return self.tr("library")
        return found[0][0] if len(found) == 1 else self.tr("{0} layers").format(len(found))

    def _try(self) -> str:
        words = TRY_IT.get(self.cell.name, "")
        return self.tr("Try: {0}").format(words) if words else ""

    def _words(self) -> None:
        for field, text, help in (
            ("label", self.tr("name"), self.tr("What the palette and the canvas call it")),
            ("paper", self.tr("paper"), self.tr("Where it comes from")),
        ):
            row = self.text(
                f"cell.{field}",
                text,
                lambda field=field: str(getattr(self.cell, field)),  # type: ignore[misc]
                lambda typed, field=field: self.edit(SetCell(field, typed)),  # type: ignore[misc]
                help,
            )
            widen(row, 176)
            self.follow(lambda field=field: str(getattr(self.cell, field)), row.field.setToolTip)  # type: ignore[misc]
        about = Paragraph(lambda typed: self.edit(SetCell("about", typed)))
        about.setObjectName("cell.about")
        about.setAccessibleName(self.tr("About this cell"))
        about.setPlaceholderText(self.tr("What does this cell do?"))
        self.add(about)
        self.follow(lambda: self.cell.about, about.show_value)

    def _buttons(self) -> None:
        acts: list[tuple[str, str, str, Callable[[], object]]] = [
            ("cell.code", self.tr("Show the code…"), self.tr("The NumPy source of this cell"), self._actions.show_code),
            (
                "cell.keep",
                self.tr("Save to my cells"),
                self.tr("It stays in the palette of every experiment; an older one of this name becomes a version"),
                self._actions.keep,
            ),
            ("cell.file", self.tr("Save to a file…"), self.tr("A file to share"), self._actions.save_file),
            (
                "cell.version",
                self.tr("New version"),
                self.tr("A copy under the next number; this layer uses it, the old one stays as it is"),
                self._actions.new_version,
            ),
        ]
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, (name, text, help, act) in enumerate(acts):
            made = QPushButton(text)
            made.setObjectName(name)
            made.setAccessibleName(text)
            made.setToolTip(help)
            made.clicked.connect(lambda _=False, act=act: act())
            grid.addWidget(made, place // 2, place % 2)
        self.column.addLayout(grid)


class ErrorBox(QWidget):
    """What is wrong, where, and a button that puts it right when there is one."""

    def __init__(self, page: CellForm, error: CellError) -> None:
        super().__init__()
        self.setObjectName(f"cell.error.{error.node or 'cell'}")
        place = f"{error.node}: " if error.node else ""
        text = label(f"{place}{error.message}", "error", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(3)
        column.addWidget(text)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        edit = remedy(page.cell, error)
        if edit is not None:
            words = edit.label()
            button = QPushButton(words[:1].upper() + words[1:])
            button.setObjectName(f"cell.remedy.{error.node or 'cell'}")
            button.setToolTip(error.remedy)
            button.clicked.connect(lambda _=False: page.workshop.apply(edit))
            row.addWidget(button)
        else:
            row.addWidget(label(error.remedy, "small", wrap=True), 1)
        if error.node:
            show = QPushButton(self.tr("Show"))
            show.setProperty("look", "quiet")
            show.setObjectName(f"cell.show.{error.node}")
            show.setToolTip(self.tr("Choose this node on the canvas"))
            show.clicked.connect(lambda _=False: page.workshop.choose(error.node))
            row.addWidget(show)
        row.addStretch(0 if edit is None else 1)
        column.addLayout(row)
