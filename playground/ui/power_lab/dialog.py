"""The power lab's window: what is measured, the curves, what they say, and the way out."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from playground.engine.choice import digest
from playground.timing.lab import PLAIN, Against, Results
from playground.timing.work import Work, work_of
from playground.ui.power_lab.measurer import Measurer
from playground.ui.power_lab.plot import PowerPlot
from playground.ui.power_lab.words import explain
from playground.ui.session import Session
from playground.ui.style import set_look
from playground.ui.widgets.card import label
from playground.ui.widgets.choice import ChoiceField

if TYPE_CHECKING:
    from playground.ui.main_window import MainWindow

SIZE = (860, 600)


class PowerLab(QDialog):
    """Does not block the window. Measuring begins when it opens, unless a training would be in its way; closing it ends
    the measurement and its process."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._kept: dict[str, Results] = {}  # what was measured, by network and by what varied
        self.setObjectName("dialog.power_lab")
        self.setWindowTitle(self.tr("Power lab"))
        self.resize(*SIZE)
        self.setMinimumSize(560, 420)
        self.measurer = Measurer(self)
        self.plot = PowerPlot(session, self)
        self.plot.setMinimumHeight(260)
        self.network = ChoiceField((), lambda _: self._show_network())
        self.network.setObjectName("power_lab.network")
        self.network.setAccessibleName(self.tr("Network"))
        self.network.setMinimumWidth(130)
        self.network.setToolTip(self.tr("Which network is timed"))
        self.progress = QProgressBar()
        self.progress.setObjectName("power_lab.progress")
        self.progress.setAccessibleName(self.tr("Progress of the measurement"))
        self.progress.setTextVisible(False)
        self.progress.setFixedSize(120, 6)
        self.status = label("", "muted")
        self.status.setObjectName("power_lab.status")
        self.words = label("", "value", wrap=True)
        self.words.setObjectName("power_lab.words")
        self.words.setAccessibleName(self.tr("What the curves say"))
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.about = label("", "small", wrap=True)
        self.about.setObjectName("power_lab.about")
        self.beside = label(self.tr("Training is running, so everything here is slower than it could be."), "muted")
        self.beside.setObjectName("power_lab.beside")
        self.run_button = self._button("power_lab.run", self.tr("Measure"), self.tr("Begin to measure, or stop"))
        set_look(self.run_button, "primary")
        self.run_button.setMinimumWidth(96)
        self.pause_button = self._button(
            "power_lab.pause", self.tr("Pause training"), self.tr("Training can go on afterwards, with Space")
        )
        self.export_button = self._button(
            "power_lab.export", self.tr("Export…"), self.tr("The curves as SVG, PDF, PNG, or as a table (CSV)")
        )
        self.close_button = self._button("power_lab.close", self.tr("Close"), self.tr("Ends the measurement (Escape)"))
        self._compose()
        self.run_button.clicked.connect(self._start_or_stop)
        self.pause_button.clicked.connect(session.pause)
        self.export_button.clicked.connect(self._export)
        self.close_button.clicked.connect(self.close)
        self.plot.against.currentIndexChanged.connect(lambda _: self._show_network())
        self.plot.became_stale.connect(self.plot.refresh)
        self.measurer.measured.connect(self._measured)
        self.measurer.finished.connect(self._finished)
        session.document_changed.connect(self._offer_networks)
        session.run_changed.connect(lambda _: self._show_state())
        session.engine.changed.connect(self._show_state)
        self._offer_networks()

    def _button(self, name: str, text: str, help: str) -> QPushButton:
        made = QPushButton(text)
        made.setObjectName(name)
        made.setAccessibleName(text.rstrip("…"))
        made.setToolTip(help)
        made.setAutoDefault(False)
        return made

    def _compose(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(10)
        for widget in (self.run_button, self.network, self.progress, self.status):
            top.addWidget(widget)
        top.addStretch(1)
        beside = QHBoxLayout()
        beside.setSpacing(10)
        beside.addWidget(self.beside)
        beside.addWidget(self.pause_button)
        beside.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.export_button)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(top)
        column.addLayout(beside)
        column.addWidget(self.plot, 1)
        column.addWidget(self.words)
        column.addWidget(self.about)
        column.addLayout(buttons)

    # -- what is measured -----------------------------------------------------------------------------------------

    @property
    def against(self) -> Against:
        """What varies."""
        return cast(Against, self.plot.against.currentData())

    @property
    def engines(self) -> tuple[str, ...]:
        """What is timed: every engine that runs here, and NumPy without vectorising."""
        usable = self._session.engine.usable or ("native", "numpy")
        return (*(name for name in self._session.engine.names if name in usable), PLAIN)

    def work(self) -> Work | None:
        """The chosen network as it is trained, None where the document cannot be trained."""
        experiment, facts = self._session.experiment, self._session.facts
        net = next((net for net in experiment.networks if net.name == self.network.currentData()), None)
        if net is None or facts is None or not net.layers:
            return None
        return work_of(net, {cell.name: cell for cell in experiment.cells}, facts, experiment.training)

    def begin(self) -> None:
        """Measure now, unless a training is in the way: then the person decides."""
        if not self._session.run_state.active:
            self.start()

    def start(self) -> None:
        """Measure everything of the chosen network against the chosen size."""
        results = self.plot.results
        if results is not None:
            self.measurer.start(results, self.engines)
            self._show_state()

    def stop(self) -> None:
        """What was measured stays."""
        self.measurer.stop()

    def _start_or_stop(self) -> None:
        if self.measurer.running:
            self.stop()
        else:
            self.start()

    def _offer_networks(self, *_: object) -> None:
        """The document changed: perhaps the network did."""
        names = [net.name for net in self._session.experiment.networks]
        selected = self._session.selection.net if self._session.selection else ""
        chosen = next((name for name in (self.network.currentData(), selected, *names) if name in names), "")
        self.network.set_options([(name, name) for name in names])
        self.network.show_value(chosen)
        self.network.setVisible(len(names) > 1)
        self._show_network()

    def _show_network(self) -> None:
        """What was measured of the chosen network against the chosen size; nothing of another one goes on."""
        work, running = self.work(), self.measurer.running
        if work is None:
            self.measurer.stop()
            self.plot.set_results(None)
        else:
            key = f"{self.against} {digest(repr(work))}"
            results = self._kept.setdefault(key, Results(work, self.against))
            if results is not self.plot.results:
                self.measurer.stop()
                self.plot.set_results(results)
                if running or (self.isVisible() and not results.engines()):
                    self.begin()
        self._show_state()

    # -- what is shown --------------------------------------------------------------------------------------------

    def _measured(self) -> None:
        self.plot.make_stale()
        self._show_state()

    def _finished(self, problem: str) -> None:
        self._show_state()
        if problem:
            self.status.setText(self.tr("The measurement ended: {0}.").format(problem))

    def _show_state(self) -> None:
        running, results = self.measurer.running, self.plot.results
        self.run_button.setText(self.tr("Stop") if running else self.tr("Measure"))
        self.run_button.setAccessibleName(self.run_button.text())
        self.run_button.setEnabled(results is not None)
        self.progress.setVisible(running)
        self.progress.setRange(0, max(1, self.measurer.total))
        self.progress.setValue(self.measurer.done)
        if running:
            text = self.tr("{0} of {1} measurements").format(self.measurer.done, self.measurer.total)
        elif results is None:
            text = self.tr("This experiment cannot be trained as it is.")
        else:
            text = "" if results.engines() else self.tr("Nothing is measured yet.")
        self.status.setText(text)
        self.words.setText(explain(results) if results is not None else "")
        self.words.setVisible(bool(self.words.text()))
        self.export_button.setEnabled(results is not None and bool(results.engines()))
        active = self._session.run_state.active
        self.beside.setVisible(active)
        self.pause_button.setVisible(active)
        self.about.setText(self._about())

    def _about(self) -> str:
        missing = [] if "cupy" in self.engines else [self.tr("There is no GPU here.")]
        text = self.tr(
            "Medians, measured in turns in a process of its own: forward, backpropagation through time and one update. "
            "“Plain NumPy, step by step” is the same training before vectorising: a Python loop over sequences, time "
            "steps and gates."
        )
        return " ".join([text, *missing])

    def _export(self) -> None:
        from playground.ui.figures.dialog import export_dialog

        export_dialog(self, self.plot, "svg")

    def done(self, result: int) -> None:
        """Closed in any way: nothing is measured any more."""
        self.measurer.stop()
        super().done(result)


def show_power_lab(window: "MainWindow") -> PowerLab:
    """The window's power lab, made when it is first wanted, and at work."""
    lab = window.findChild(PowerLab)
    if lab is None:
        lab = PowerLab(window.session, window)
    lab.show()
    lab.raise_()
    lab.activateWindow()
    results = lab.plot.results
    if not lab.measurer.running and results is not None and not results.engines():
        lab.begin()
    return lab
