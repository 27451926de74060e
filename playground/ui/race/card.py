"""The race bar: the table of contestants, and the place where a cell is dropped to let it race."""

from PySide6.QtCore import QPoint
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from playground.experiment.edits import RemoveNet
from playground.ui.cell_panels.cell_menu import fill_with_cells
from playground.ui.cell_panels.shelf import BLANK
from playground.ui.race.menus import RepeatsMenu, fill_with_matches
from playground.ui.race.table import RaceTable
from playground.ui.race.words import progress
from playground.ui.session import Session
from playground.ui.widgets.card import Card
from playground.ui.widgets.choice import ChoiceField

CELL_TYPE = "application/x-rnn-cell"
LEAST = 156  # px of the whole card; where there is less, no cell can be dropped
TABLE = 112  # px; where there is less, only its head is seen
HEAD = 40
LOW = 560  # px of the column, below which it begins so


class RaceCard(Card):
    """Hidden inside a cell. `menu`: the one that is open, for tests."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("race", self.tr("Race"), parent=parent)
        self._session = session
        self.menu: QMenu | None = None
        self._goal = self._source = ""
        self.setAcceptDrops(True)
        self.setMinimumHeight(HEAD)
        self.setAccessibleName(self.tr("Race"))
        self.body.setContentsMargins(15, 8, 15, 11)
        self.body.setSpacing(6)
        self.table = RaceTable(session)
        self.table.menu_wanted.connect(self._show_menu)
        self.body.addWidget(self.table, 1)
        self.join = QPushButton()
        self.join.setObjectName("race.join")
        self.join.setProperty("look", "drop")
        self.join.setStyleSheet("padding: 5px 2px;")
        self.join.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.join.setAccessibleName(self.tr("Let another cell race"))
        self.join.setToolTip(
            self.tr("One more network on the same batches: drop a cell here, or press Enter to choose")
        )
        self.join.clicked.connect(lambda: self._show_cells(self.join.mapToGlobal(self.join.rect().bottomLeft())))
        self.like = ChoiceField([("", "")], session.matching.choose)
        self.like.setObjectName("race.like")
        self.like.setAccessibleName(self.tr("How large a new network is"))
        self.like.setToolTip(self.tr("How large a network is that joins: as many units, or as many weights"))
        self.like.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.again = QPushButton(self.tr("Repeat"))
        self.again.setProperty("look", "plot")
        self.again.setObjectName("race.repeat")
        self.again.setAccessibleName(self.tr("Repeat in the background"))
        self.again.setToolTip(self.tr("The same with other seeds and other lags, in processes of their own"))
        self.again.setMenu(RepeatsMenu(session, self))
        self._foot = QWidget()
        row = QHBoxLayout(self._foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.join, 1)
        row.addWidget(self.like, 1)
        self.body.addWidget(self._foot)
        head = self.header.layout()
        assert head is not None
        head.setContentsMargins(15, 8, 12, 0)
        head.addWidget(self.again)
        for signal in (session.document_changed, session.started, session.theme_changed, session.selection_changed):
            signal.connect(lambda _: self.refresh())
        for told in (session.phase_changed, session.tests_changed, session.matching.changed):
            told.connect(self.refresh)
        session.repeats.changed.connect(self._show_progress)
        session.workshop.inside_changed.connect(lambda _: self.refresh())
        self.refresh()

    @staticmethod
    def share(column: list[int]) -> list[int]:
        """Its own part of a column that [inspector, training, doctor] would share, as their second."""
        inspector, training, doctor = column
        own = max(LEAST, round(0.23 * sum(column)))
        own = own if sum(column) >= LOW else HEAD
        rest = max(0, inspector + training - own)
        return [round(0.55 * rest), own, round(0.45 * rest), doctor]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In too little room the table would lie over what is below it."""
        super().resizeEvent(event)
        body = self.body.parentWidget()
        if body is not None:
            self._foot.setVisible(self.height() >= LEAST)
            body.setVisible(self.height() >= TABLE)

    def refresh(self) -> None:
        """Show the race as it is."""
        inside = self._session.workshop.inside is not None
        self.setVisible(not inside)
        if inside:
            return
        target = self._session.race.target
        self._goal = target.text if target is not None else ""
        self._source = self.tr("What counts as solved: {0}").format(target.source) if target is not None else ""
        self.table.refresh()
        options = [("", self.tr("as many units"))]
        options += [
            (net.name, self.tr("as many weights as {0}").format(net.name)) for net in self._session.experiment.networks
        ]
        self.like.set_options(options)
        self.like.show_value(self._session.matching.like)
        self._light("")
        self._show_progress()

    def _show_progress(self) -> None:
        """The goal; while runs go on in the background, how far they are."""
        repeats = self._session.repeats
        said = progress(repeats)
        text = self.tr("{0} of {1} runs").format(repeats.done, repeats.total) if repeats.running else self._goal
        if said and not repeats.running:
            text = self.tr("runs ended early")
        if (self.note.text(), self.note.toolTip()) != (text, said or self._source):
            self.note.setText(text)
            self.note.setToolTip(said or self._source)
            self.note.setVisible(bool(text))

    # -- joining --------------------------------------------------------------------------------------------------

    def add(self, cell: str) -> None:
        """A cell joins."""
        session = self._session
        if session.add_net(cell) and cell == BLANK:
            net = session.experiment.networks[-1]
            session.workshop.enter(net.name, net.layers[0].id)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._offer(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._offer(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light("")

    def dropEvent(self, event: QDropEvent) -> None:
        cell = self._cell_of(event)
        self._light("")
        if not cell:
            event.ignore()
            return
        event.acceptProposedAction()
        self.add(cell)

    def _offer(self, event: QDragMoveEvent) -> None:
        cell = self._cell_of(event)
        self._light(cell)
        if cell:
            event.acceptProposedAction()
        else:
            event.ignore()

    def _cell_of(self, event: QDropEvent) -> str:
        """The key of the cell that is dragged, "" for anything else."""
        if not event.mimeData().hasFormat(CELL_TYPE):
            return ""
        key = bytes(event.mimeData().data(CELL_TYPE).data()).decode("utf-8", errors="replace").strip()
        return key if key in self._session.shelf.choices(self._session.experiment) else ""

    def _light(self, cell: str) -> None:
        """Say what a drop would do."""
        session = self._session
        if cell:
            units = session.matching.units_for(cell)
            label = session.shelf.choices(session.experiment)[cell]
            text = self.tr("{0}, {1} units").format(label, units) if units else self.tr("let {0} race").format(label)
        elif session.experiment.networks:
            text = self.tr("drop a cell here")
        else:
            text = self.tr("begin with a cell")
        self.join.setText(text)
        if bool(self.join.property("lit")) != bool(cell):
            self.join.setProperty("lit", bool(cell))
            self.join.style().unpolish(self.join)
            self.join.style().polish(self.join)

    # -- menus ----------------------------------------------------------------------------------------------------

    def _show_cells(self, at: QPoint) -> None:
        menu = self._new_menu("race.cells")
        fill_with_cells(menu, self._session, self.add)
        menu.popup(at)

    def _show_menu(self, net: str, at: QPoint) -> None:
        """What can be done with a contestant."""
        menu = self._new_menu("race.menu")
        match = menu.addMenu(self.tr("As many weights as"))
        match.setObjectName("race.menu.match")
        fill_with_matches(match, self._session, net)
        remove = menu.addAction(self.tr("Remove the network"))
        remove.setObjectName("race.menu.remove")
        remove.triggered.connect(lambda: self._session.apply(RemoveNet(net)))
        menu.popup(at)

    def _new_menu(self, name: str) -> QMenu:
        self.menu = menu = QMenu(self)
        menu.setObjectName(name)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu
