"""The bar at the top: play, step, reset, speed, what is open, and where the training stands."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from playground.cell.library import LIBRARY
from playground.experiment.document import Experiment
from playground.ui.engine.chip import EngineChip
from playground.ui.sequences import describe
from playground.ui.session import Session
from playground.ui.state import RunState
from playground.ui.style import set_look
from playground.ui.widgets.card import label
from playground.ui.widgets.elided import ElidedLabel
from playground.ui.widgets.paced import Paced
from playground.ui.widgets.slider import Slider

SPEEDS = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 0)  # training steps a second; 0: as fast as it goes
SPARE = 16  # px that the status may be wider than its text
READABLE_MS = 125  # between two states of the numbers: faster, they cannot be read


class Transport(QFrame):
    """Everything here is also in the Train menu; the buttons say their keys."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("transport")
        self.setAccessibleName(self.tr("Transport"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        self.play_button = self._button("transport.play", self.tr("▶  Play"), self.tr("Train, or pause (Space)"))
        set_look(self.play_button, "primary")
        self.play_button.setMinimumWidth(84)
        self.play_button.clicked.connect(session.toggle)
        self.step_button = self._button("transport.step", self.tr("Step"), self.tr("One training step (→)"))
        self.step_button.clicked.connect(session.step)
        self.reset_button = self._button(
            "transport.reset", self.tr("Reset"), self.tr("Back to step 0 and the very same initial weights (R)")
        )
        self.reset_button.clicked.connect(session.reset)
        self.speed = Slider()
        self.speed.setObjectName("transport.speed")
        self.speed.setAccessibleName(self.tr("Speed"))
        self.speed.setRange(0, len(SPEEDS) - 1)
        self.speed.setPageStep(1)
        self.speed.setValue(len(SPEEDS) - 1)
        self.speed.setFixedWidth(92)
        self.speed.valueChanged.connect(self._set_speed)
        speed_name = label(self.tr("speed"), "muted")
        speed_name.setBuddy(self.speed)
        self.title = ElidedLabel(least=80)
        self.title.setObjectName("transport.title")
        self.title.setProperty("look", "title")
        self.subtitle = ElidedLabel(least=0)
        self.subtitle.setObjectName("transport.subtitle")
        self.subtitle.setProperty("look", "muted")
        self.status = label("", "muted")
        self.status.setObjectName("transport.status")
        self.status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._room = 0  # px of text that it has room for
        for widget in (self.play_button, self.step_button, self.reset_button):
            row.addWidget(widget)
        row.addSpacing(8)
        row.addWidget(speed_name)
        row.addWidget(self.speed)
        row.addSpacing(8)
        row.addWidget(self.title)
        row.addWidget(self.subtitle, 1)
        self.engine = EngineChip(session)
        row.addWidget(self.engine)
        row.addWidget(self.status)
        self._set_speed(self.speed.value(), tell=False)
        session.document_changed.connect(self._show_document)
        session.file_changed.connect(lambda: self._show_document(session.experiment))
        session.started.connect(lambda _: self._show_document(session.experiment))
        self._paced = Paced(self._show_status, self, READABLE_MS)
        session.run_changed.connect(self._paced.soon)
        session.phase_changed.connect(self._show_run)
        self._show_document(session.experiment)

    def _button(self, name: str, text: str, help: str) -> QPushButton:
        made = QPushButton(text)
        made.setObjectName(name)
        made.setAccessibleName(text.strip("▶❚ "))
        made.setToolTip(help)
        made.setWhatsThis(help)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click must not take Space away from Play
        return made

    def _set_speed(self, place: int, tell: bool = True) -> None:
        speed = SPEEDS[place]
        limited = self.tr("at most {0} steps a second").format(f"{speed:g}")
        text = limited if speed else self.tr("as fast as it goes")
        self.speed.setToolTip(self.tr("Speed: {0}").format(text))
        self.speed.setAccessibleDescription(text)
        if tell:
            self._session.set_speed(speed)

    def _show_document(self, experiment: Experiment) -> None:
        what = describe(experiment.task)  # said by the task, so that it is true after every edit
        self.title.setText(what + (" •" if self._session.dirty else ""))
        self.title.setAccessibleName(what)
        self.title.setToolTip(experiment.name)
        self.subtitle.setText(self._subtitle(experiment))
        self.title.updateGeometry()
        self._show_run()

    def _subtitle(self, experiment: Experiment) -> str:
        nets = experiment.networks
        if not nets:
            return self.tr("no network yet")
        if len(nets) > 1:
            return self.tr(" against ").join(net.name for net in nets)
        net, weights = nets[0], ""
        for fact in self._session.started_facts.networks if self._session.started_facts else ():
            if fact.name == net.name:
                weights = self.tr("{0} weights").format(f"{fact.parameters:,}")
        cells = {LIBRARY[layer.cell].label if layer.cell in LIBRARY else layer.cell: None for layer in net.layers}
        units = "/".join(str(layer.units) for layer in net.layers)
        layers = self.tr("1 layer") if len(net.layers) == 1 else self.tr("{0} layers").format(len(net.layers))
        parts = (", ".join(cells), self.tr("{0} units").format(units), layers, weights)
        return " · ".join(part for part in parts if part)

    def _show_run(self) -> None:
        state = self._session.run_state
        active = state.active
        self.play_button.setText(self.tr("❚❚  Pause") if active else self.tr("▶  Play"))
        self.play_button.setAccessibleName(self.tr("Pause") if active else self.tr("Play"))
        usable = state.state != "dead" and bool(self._session.experiment.networks)
        for button in (self.play_button, self.step_button):
            button.setEnabled(usable)
        self.reset_button.setEnabled(bool(self._session.experiment.networks))  # a dead worker too: it begins again
        self._paced.now()

    def _show_status(self) -> None:
        if (text := self._status(self._session.run_state)) != self.status.text():
            self.status.setText(text)
            self._make_room()

    def _make_room(self) -> None:
        """A width that is kept while the text needs a little less: as long as the size is fixed, Qt does not lay out
        the whole window again with every number that changes."""
        needs = self.status.fontMetrics().horizontalAdvance(self.status.text())  # a size hint takes far longer
        if not needs <= self._room <= needs + SPARE:
            wanted = self.status.sizeHint()
            self.status.setFixedSize(wanted.width() + SPARE // 2, wanted.height())
            self._room = needs + SPARE // 2 - 1

    def _status(self, state: RunState) -> str:
        seed = self.tr("seed {0}").format(self._session.experiment.seed)
        if state.state == "dead":
            return self.tr("training process ended · step {0}").format(f"{state.step:,}")
        if state.state == "idle":
            return self.tr("will train when ready…") if state.waiting else self.tr("getting ready…")
        parts = [self.tr("step {0}").format(f"{state.step:,}")]
        if state.state == "training" and state.sequences_per_second > 0:
            parts.append(self.tr("{0} sequences/s").format(f"{state.sequences_per_second:,.0f}"))
        elif state.state == "stopped" and state.reason:
            parts.append(state.reason)
        parts.append(seed)
        return " · ".join(part for part in parts if part)
