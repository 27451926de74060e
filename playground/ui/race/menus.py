"""Menus of the race: as many weights as another network, and the runs in the background."""

import os
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from playground.errors import BadInput
from playground.ui.race.repeats import SEEDS
from playground.ui.race.words import tr
from playground.ui.session import Session
from playground.ui.state import Notice


def fill_with_matches(menu: QMenu, session: Session, net: str) -> None:
    """Fill it anew, with one entry for each other network: how many units and weights `net` would have then."""
    menu.clear()
    own = session.matching.weights_of(net)
    for other in session.experiment.networks:
        wanted = session.matching.weights_of(other.name)
        outlook = session.matching.outlook(net, other.name)
        if other.name == net or wanted is None or outlook is None:
            continue
        words = QCoreApplication.translate("Race", "{0}, {1} weights: {2} units, {3} weights")
        action = menu.addAction(words.format(other.name, f"{wanted:,}", outlook[0], f"{outlook[1]:,}"))
        action.setObjectName(f"race.match.{other.name}")
        action.setEnabled(outlook[1] != own)
        action.triggered.connect(partial(_match, session, net, other.name))
    if not menu.actions():
        menu.addAction(QCoreApplication.translate("Race", "there is no other network")).setEnabled(False)


def _match(session: Session, net: str, like: str, checked: bool = False) -> None:
    edit = session.matching.edit(net, like)
    if edit is not None:
        session.apply(edit)


class RepeatsMenu(QMenu):
    """Built anew whenever it opens. `answer(problem)` says what kept something from beginning."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(tr("Repeat in the background"), parent)
        self._session = session
        self.setObjectName("menu.repeats")
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """What can be done now."""
        self.clear()
        session, repeats = self._session, self._session.repeats
        nets = bool(session.experiment.networks)
        for seeds in SEEDS:
            action = self._add(f"repeats.seeds.{seeds}", tr("With seeds 1 to {0}").format(seeds))
            action.setToolTip(tr("Bands over the seeds appear in the plots of loss and test metric"))
            action.setEnabled(nets)
            action.triggered.connect(partial(self._repeat, seeds))
        self.addSeparator()
        lag = self._add("repeats.lags", tr("Lag curve: which lags are solved?"))
        lag.setEnabled(nets)
        lag.triggered.connect(lambda: session.request.emit("lag_curve"))
        self.addSeparator()
        stop = self._add("repeats.stop", tr("Stop the runs in the background"))
        stop.setEnabled(repeats.running)
        stop.triggered.connect(repeats.stop)
        wait = self._add("repeats.give_way", tr("Wait while I train"))
        wait.setCheckable(True)
        wait.setChecked(repeats.gives_way)
        wait.toggled.connect(repeats.set_gives_way)
        self._add_processes()

    def _add_processes(self) -> None:
        repeats = self._session.repeats
        menu = self.addMenu(tr("At the same time"))
        menu.setObjectName("repeats.processes")
        group = QActionGroup(menu)
        for count in sorted({1, 2, 4, os.cpu_count() or 1, repeats.processes}):
            if count <= max(2, os.cpu_count() or 1):
                action = menu.addAction(tr("one run") if count == 1 else tr("{0} runs").format(count))
                action.setObjectName(f"repeats.processes.{count}")
                action.setCheckable(True)
                action.setChecked(count == repeats.processes)
                action.triggered.connect(partial(self._set_processes, count))
                group.addAction(action)

    def _add(self, name: str, text: str) -> QAction:
        action = self.addAction(text)
        action.setObjectName(name)
        return action

    def _repeat(self, seeds: int, checked: bool = False) -> None:
        say(self._session, self._session.repeats.repeat(seeds))

    def _set_processes(self, count: int, checked: bool = False) -> None:
        self._session.repeats.set_processes(count)


def say(session: Session, problem: BadInput | None) -> None:
    """Tell a person what is in the way."""
    if problem is not None:
        session.notice.emit(Notice("warning", str(problem)))
