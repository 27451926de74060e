"""Explain this number: every weight × source + bias, the sum, the activation, for one unit at one time step."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QGuiApplication, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from playground.cell.formula import formula
from playground.errors import BadInput
from playground.ui.cell_panels.explaining import differs, explain_now, parameters_of, shown_value, table
from playground.ui.cell_panels.formula_box import FormulaBox
from playground.ui.cell_panels.names import node_title
from playground.ui.cell_panels.unit_stepper import UnitStepper
from playground.ui.session import Session
from playground.ui.widgets.card import label
from playground.ui.workshop import MEAN

PAUSE = 150  # ms between two refreshes while it trains


class ExplainDialog(QDialog):
    """Stays open beside the window and follows the chosen node, the unit, the time and the training."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._node = ""
        self._text = ""
        self.setObjectName("dialog.explain")
        self.setWindowTitle(self.tr("Explain this number"))
        self.resize(460, 520)
        self.title = label("", "title")
        self.where = label("", "muted")
        self.formula = FormulaBox("explain.formula")
        self.stepper = UnitStepper(session, "explain.unit", mean=False)
        self.stepper.setFixedWidth(132)
        self.table = QTableWidget(0, 4)
        self.table.setObjectName("explain.table")
        self.table.setAccessibleName(self.tr("The arithmetic, line by line"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(22)
        self.table.setHorizontalHeaderLabels([self.tr("what"), self.tr("weight"), self.tr("× value"), self.tr("=")])
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.note = label("", "small", wrap=True)
        self.note.setObjectName("explain.note")
        self.copy = QPushButton(self.tr("Copy as text"))
        self.copy.setObjectName("explain.copy")
        self.copy.setToolTip(self.tr("The arithmetic as lines of text (Ctrl+C)"))
        self.copy.clicked.connect(self._copy)
        close = QPushButton(self.tr("Close"))
        close.setObjectName("explain.close")
        close.clicked.connect(self.close)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self, self._copy)
        head, foot = QHBoxLayout(), QHBoxLayout()
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(self.title)
        names.addWidget(self.where)
        head.addLayout(names, 1)
        head.addWidget(self.stepper)
        foot.addWidget(self.copy)
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(head)
        for widget in (self.formula, self.table, self.note):
            column.addWidget(widget)
        column.addLayout(foot)
        self._timer = QTimer(self, singleShot=True, interval=PAUSE)
        self._timer.timeout.connect(self.refresh)
        workshop = session.workshop
        workshop.chosen_changed.connect(self._follow_choice)
        workshop.inside_changed.connect(self._on_inside)
        for signal in (workshop.unit_changed, workshop.cell_changed, session.time_changed):
            signal.connect(self.refresh)
        for signal in (session.traces_changed, session.weights.changed):
            signal.connect(self._soon)
        session.theme_changed.connect(self.refresh)

    def show_node(self, node: str) -> None:
        """Explain this node; without a chosen unit, its first one."""
        self._node = node
        if self._session.workshop.unit == MEAN:
            self._session.workshop.set_unit(0)
        self.refresh()
        self.show()
        self.raise_()

    def refresh(self, _: object = None) -> None:
        """Everything as it is now."""
        cell = self._session.workshop.cell
        if cell is None or not self._node:
            return
        unit = max(self._session.workshop.unit, 0)
        inside = self._session.workshop.inside
        if inside is not None and self.isVisible():
            names = [f"{inside.layer}.{name}" for name in parameters_of(cell, self._node)]
            self._session.weights.watch(self, inside.net, names)
        self.title.setText(node_title(cell, self._node))
        place = self.tr("unit {0} at step {1} of the sequence").format(unit, self._session.time + 1)
        self.where.setText(place)
        found = formula(cell, self._node, "html")
        self.formula.show_formulas([found] if found else [], [formula(cell, self._node)])
        try:
            explained = explain_now(self._session, self._node, unit)
        except BadInput as problem:
            self.table.setRowCount(0)
            self._text = ""
            self.copy.setEnabled(False)
            self.note.setText(f"{problem.problem}; {problem.remedy}")
            return
        self._fill(table(explained))
        self.copy.setEnabled(True)
        self._text = "\n".join([f"{self.title.text()}, {place}", formula(cell, self._node), *explained.lines(10_000)])
        shown = shown_value(self._session, self._node, unit)
        moved = self.tr("The weights have moved on since this sequence was run; pause to see both agree.")
        self.note.setText(moved if differs(explained, shown) else "")

    def _fill(self, rows: list[tuple[str, str, str, str]]) -> None:
        self.table.clearSpans()
        self.table.setRowCount(len(rows))
        heavy = QFont(self.table.font())
        heavy.setWeight(QFont.Weight.DemiBold)
        for y, row in enumerate(rows):
            total = y == len(rows) - 1 or not (row[1] or row[2])
            for x, text in enumerate(row):
                item = QTableWidgetItem(text)
                right = Qt.AlignmentFlag.AlignRight if x else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(right | Qt.AlignmentFlag.AlignVCenter)
                if total:
                    item.setFont(heavy)
                self.table.setItem(y, x, item)
        self.table.setSpan(len(rows) - 1, 0, 1, 4)  # the result, with the whole of its arithmetic

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)

    def _follow_choice(self) -> None:
        nodes = self._session.workshop.nodes
        if len(nodes) == 1:
            self._node = nodes[0]
        self.refresh()

    def _on_inside(self, inside: object) -> None:
        if inside is None:
            self.close()

    def _soon(self, _: object = None) -> None:
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self._session.weights.unwatch(self)
        super().hideEvent(event)
