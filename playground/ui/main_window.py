"""The window: composes the panels and shows what the menus open. Panels never know each other."""

import gc
import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QSplitter, QVBoxLayout, QWidget

from playground import __version__
from playground.errors import BadInput
from playground.experiment.edits import RemoveLayer, RemoveNet
from playground.ui.centre import Centre
from playground.ui.clocks.moment_badge import MomentBadge
from playground.ui.clocks.scrubber import Scrubber
from playground.ui.clocks.slow_motion import SlowMotion
from playground.ui.clocks.slow_motion_bar import SlowMotionBar
from playground.ui.doctor.evidence import show_evidence
from playground.ui.doctor.panel import DoctorPanel
from playground.ui.document_window import DocumentWindow
from playground.ui.help import KeysDialog
from playground.ui.inspector import Inspector, TrainingCard
from playground.ui.interventions.bar import InterventionBar
from playground.ui.menus import Menus
from playground.ui.palette_panel import PalettePanel
from playground.ui.plot_place import PlotPlace
from playground.ui.race.card import RaceCard
from playground.ui.session import Session
from playground.ui.state import Notice
from playground.ui.style import apply_theme
from playground.ui.theme import Theme
from playground.ui.transport import Transport

if TYPE_CHECKING:
    from playground.ui.plot_area import PlotArea

log = logging.getLogger(__name__)
GAP = 12
RARELY = (10_000, 20, 50)  # thresholds of the garbage collector: its pauses are felt in every edit of a big cell
LAYOUT = 3  # of the saved splitters and docks; another number forgets them


class MainWindow(DocumentWindow):
    """`painted`: the first picture is on the screen; only then the worker and everything slow begin."""

    painted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.setObjectName("window")
        self.setMinimumWidth(1000)
        self.transport = Transport(session)
        self.palette_panel = PalettePanel(session)
        self.centre = Centre(session)
        self.canvas = self.centre.network
        self.scrubber = Scrubber(session)
        self.badge = MomentBadge(session, self.centre)
        self.slow = SlowMotion(session)
        self.slow_bar = SlowMotionBar(self.slow)
        self.interventions = InterventionBar(session)
        self.place = PlotPlace(session)
        self.inspector = Inspector(session)
        self.race = RaceCard(session)
        self.training = TrainingCard(session)
        self.doctor = DoctorPanel(session)
        self._painted = False
        self._compose()
        self.menus = Menus(self)
        self._connect()
        self._restore_geometry()
        self._show_title()

    # -- composition ----------------------------------------------------------------------------------------------

    def _compose(self) -> None:
        self._columns = self._splitter("columns", Qt.Orientation.Horizontal)
        self._centre = self._splitter("centre", Qt.Orientation.Vertical)
        self._right = self._splitter("right", Qt.Orientation.Vertical)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.centre, 1)
        column.addWidget(self.interventions)
        column.addWidget(self.slow_bar)
        column.addWidget(self.scrubber)
        self._centre.addWidget(upper)
        self._centre.addWidget(self.place)
        self._centre.setHandleWidth(GAP - 8)  # the grips of the plots are the rest of the gap
        self._right.addWidget(self.inspector)
        self._right.addWidget(self.race)
        self._right.addWidget(self.training)
        self._right.addWidget(self.doctor)
        for part in (self.palette_panel, self._centre, self._right):
            self._columns.addWidget(part)
        self._right.setMinimumWidth(288)
        self._centre.setMinimumWidth(440)
        for place, stretch in enumerate((0, 1, 0)):
            self._columns.setStretchFactor(place, stretch)
        for place, stretch in enumerate((3, 2)):
            self._centre.setStretchFactor(place, stretch)
        self._right.setStretchFactor(0, 1)
        self._right.setStretchFactor(1, 0)
        self._right.setStretchFactor(2, 0)
        self._right.setStretchFactor(3, 0)
        body = QWidget()
        body.setObjectName("body")
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.transport)
        inside = QWidget()
        below = QVBoxLayout(inside)
        below.setContentsMargins(GAP, GAP, GAP, GAP)
        below.setSpacing(GAP)
        below.addWidget(self.notices)
        below.addWidget(self._columns, 1)
        outer.addWidget(inside, 1)
        body.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click beside everything leaves a field
        self.setCentralWidget(body)
        body.setFocus()

    def _splitter(self, name: str, direction: Qt.Orientation) -> QSplitter:
        made = QSplitter(direction)
        made.setObjectName(f"splitter.{name}")
        made.setHandleWidth(GAP)
        made.setChildrenCollapsible(False)
        return made

    @property
    def plots(self) -> "PlotArea":
        return self.place.plots

    def arrange(self) -> None:
        """Sizes and docks as at the first launch."""
        self.place.arrange()
        self._size_parts()

    def _size_parts(self) -> None:
        width, height = self.width() - 2 * GAP, self.height() - 110
        left, right = (208, 292) if width > 1240 else (180, 288)
        self._columns.setSizes([left, width - left - right - 2 * GAP, right])
        self._centre.setSizes([round(height * 0.58), round(height * 0.42)])
        self._right.setSizes(self.race.share(self.doctor.share(height)))

    def _connect(self) -> None:
        session = self.session
        session.notice.connect(self.notices.show_notice)
        session.file_changed.connect(self._show_title)
        session.theme_changed.connect(self._show_theme)
        session.request.connect(self._answer)
        session.open_wanted.connect(self.open)
        self.interventions.refresh()
        session.view = lambda: {"plots": self.plots.view()}
        self.palette_panel.feed_wanted.connect(self.ask_feed)
        self.painted.connect(self._after_first_paint)
        self.doctor.evidence_wanted.connect(lambda finding: show_evidence(self.plots, session, finding))

    def exportable(self) -> list[tuple[str, str, QWidget]]:
        """(name, title, widget) of everything that can be written as a figure."""
        parts: list[tuple[str, str, QWidget]] = [("network", self.canvas.title, self.canvas)]
        if self.session.workshop.inside is not None:
            parts.append(("cell", self.centre.cell.title, self.centre.cell))
        return parts + [(name, plot.title, plot) for name, plot in self.plots.plots().items()]

    # -- what the menus open --------------------------------------------------------------------------------------

    def export_all(self, format: str) -> None:
        """Every plot and the canvas into one folder; what has nothing to show yet is named."""
        from playground.ui.figures import render

        folder = self.dialogs.ask_folder(self._folder())
        if folder is None:
            return
        problems = []
        for name, _, part in self.exportable():
            try:
                render(part, folder / f"{name}.{format}", format)
            except BadInput as problem:
                problems.append(str(problem))
        text = self.tr("{0} figures are in {1}.").format(len(self.exportable()) - len(problems), folder)
        if problems:
            more = self.tr("{0} could not be written: {1}").format(len(problems), problems[0])
            text = f"{text} {more}"
        self.notices.show_notice(Notice("warning" if problems else "info", text))

    def show_keys(self) -> None:
        KeysDialog(self).show()

    def show_power_lab(self) -> None:
        """Time this network on every engine, against its size."""
        from playground.ui.power_lab.dialog import show_power_lab

        show_power_lab(self)

    def show_lag_curve(self) -> None:
        """Which lags are solved: the plot comes forward and begins."""
        from playground.ui.plots.lag_curve import LagCurvePlot

        plot = self.plots.open_plot("lag_curve").plot
        assert isinstance(plot, LagCurvePlot)
        plot.start()

    def show_about(self) -> None:
        text = self.tr("RNN Playground {0}\nA laboratory for recurrent networks: build, train, and look inside.")
        box = QMessageBox(QMessageBox.Icon.NoIcon, self.tr("About"), text.format(__version__), parent=self)
        box.setInformativeText(self.session.engine.reason)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _answer(self, request: str) -> None:
        """What the session cannot ask itself."""
        answers = {"open": self.ask_open, "feed": self.ask_feed, "save_as": self.ask_save}
        answers |= {"power_lab": self.show_power_lab, "lag_curve": self.show_lag_curve}
        answers[request]()

    # -- editing --------------------------------------------------------------------------------------------------

    def can_remove(self) -> bool:
        workshop, chosen = self.session.workshop, self.session.selection
        if workshop.inside is not None:
            return bool(workshop.nodes or workshop.wire)
        return chosen is not None and chosen.kind in ("net", "layer")

    def deselect(self) -> None:
        """Nothing is selected any more; inside a cell, back to the network."""
        if self.session.workshop.inside is not None:
            self.session.workshop.leave()
        else:
            self.session.select(None)

    def remove_selected(self) -> None:
        """The selected layer goes; a network without it would be nothing, then the network goes."""
        chosen = self.session.selection
        if not self.can_remove():
            return
        if self.session.workshop.inside is not None:
            self.centre.cell.edits.remove()
            return
        assert chosen is not None
        net = next(net for net in self.session.experiment.networks if net.name == chosen.net)
        if chosen.kind == "layer" and len(net.layers) > 1:
            self.session.apply(RemoveLayer(chosen.net, chosen.layer))
        else:
            self.session.apply(RemoveNet(chosen.net))

    # -- looks ----------------------------------------------------------------------------------------------------

    def _show_theme(self, theme: Theme) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, theme)

    def _restore_geometry(self) -> None:
        settings = self.session.settings
        geometry = settings.bytes("geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            area = self.screen().availableGeometry()
            self.resize(min(1440, area.width()), min(900, area.height()))
        self._size_parts()
        if settings.names("layout", ()) != (str(LAYOUT),):
            return
        for splitter in (self._columns, self._centre, self._right):
            state = settings.bytes(splitter.objectName())
            if state is not None:
                splitter.restoreState(state)
        self.place.kept = settings.bytes("docks")

    def _keep_geometry(self) -> None:
        settings = self.session.settings
        settings.set_names("layout", (str(LAYOUT),))
        settings.set_bytes("geometry", self.saveGeometry())
        docks = self.place.state()
        if docks is not None:
            settings.set_bytes("docks", docks)
        for splitter in (self._columns, self._centre, self._right):
            settings.set_bytes(splitter.objectName(), splitter.saveState())

    def _after_first_paint(self) -> None:
        """The plots at once, since their place is empty; and once they are painted too, everything else."""
        self.session.unseen = False
        self.place.bring()
        QTimer.singleShot(0, self, self._complete)

    def _scrubbed(self, time: int) -> None:
        """A person who moves the clock of the sequence waits for the cell as for everything else."""
        if self.centre.cell.seen:
            self.centre.cell.refresh()

    def _complete(self) -> None:
        """Everything that may take a moment."""
        from playground.engine.threads import set_threads

        set_threads(1)  # of the window's own small products: on two, they wait for the training's threads
        self.session.start_worker()
        self.plots.refresher.draws.connect(self.session.take_processor)
        self.session.taken.connect(self.plots.refresher.soon)
        self.plots.refresher.add(self.centre.cell)
        self.session.moments.arrived.connect(self.plots.refresher.hurry)
        self.slow.gradients.connect(self.centre.cell.set_gradients)
        self.session.time_changed.connect(self._scrubbed)
        gc.freeze()  # what was made so far stays: the collector, asleep since the launch, need not look at it
        gc.set_threshold(*RARELY)
        gc.enable()
        self.canvas.show_values()
        self.scrubber.show_sequence()
        self.training.complete()
        self.palette_panel.draw_sketches()
        self.offer_recovery()

    # -- events ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_leave():
            event.ignore()
            return
        self.slow.stop()
        self._keep_geometry()
        self.session.close()
        event.accept()

    def leave(self) -> None:
        """The system ends the program: there is nobody to ask. What is not saved is offered at the next launch."""
        self._keep_geometry()
        self.session.close(keep_copy=self.session.dirty)
        QApplication.exit()  # not quit: that would ask
