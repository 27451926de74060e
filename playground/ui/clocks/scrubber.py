"""The two clocks under the canvas: which step of the sequence is looked at, and which moment of the training."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from playground.ui.clocks.moments import LIVE
from playground.ui.session import Session
from playground.ui.style import set_look
from playground.ui.widgets.card import label
from playground.ui.widgets.fitting import FittingLabel
from playground.ui.widgets.moment_slider import MomentSlider
from playground.ui.widgets.slider import Slider

LEAST, PART, MOST = 212, 0.42, 372  # px of what is right of the sliders, and its part of the width between these


class Scrubber(QFrame):
    """Above, a slider over the steps of the probe sequence; below, one over the moments of the training."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("scrubber")
        self.setProperty("card", "true")
        self.setAccessibleName(self.tr("Time in the sequence and in the training"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(15, 5, 15, 5)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._build_time()
        self._build_training()
        session.time_changed.connect(self._show_time)
        session.document_changed.connect(lambda _: self.show_sequence())
        session.moments.listed.connect(self._show_moments)
        session.moments.looked.connect(self._show_moments)
        session.run_changed.connect(lambda _: self._show_moment() if session.moments.back else None)
        session.theme_changed.connect(lambda theme: self._show_moments())
        self._show_moments()

    # -- time in the sequence ---------------------------------------------------------------------------------------

    def _build_time(self) -> None:
        help = self.tr(
            "Which step t of the sequence is looked at. The canvas and all plots over time show their values there."
        )
        self.slider = Slider()
        self.slider.setObjectName("scrubber.time")
        self.slider.setAccessibleName(self.tr("Time step"))
        self.slider.setToolTip(help)
        self.slider.setWhatsThis(help)
        self.slider.setEnabled(False)
        self.slider.valueChanged.connect(self._session.set_time)
        self.reading = label("")
        self.reading.setObjectName("scrubber.reading")
        name = label(self.tr("time"), "muted")
        name.setBuddy(self.slider)
        self._grid.addWidget(name, 0, 0)
        self._grid.addWidget(self.slider, 0, 1)
        self._grid.addWidget(self.reading, 0, 2)

    def show_sequence(self) -> None:
        """Take the length of the present sequence."""
        length = self._session.length
        self.slider.blockSignals(True)
        self.slider.setEnabled(length > 0)
        self.slider.setRange(0, max(0, length - 1))
        self.slider.setPageStep(max(1, length // 10))
        self.slider.setValue(self._session.time)
        self.slider.blockSignals(False)
        self._show_time(self._session.time)

    def _show_time(self, time: int) -> None:
        self.slider.setValue(time)
        self.reading.setText(self._reading(time))

    def _reading(self, time: int) -> str:
        probe, facts = self._session.probe, self._session.facts
        if probe is None or facts is None or time >= len(probe.times):
            return ""
        place = f"{time + 1} / {len(probe.times)}"
        return place if facts.time_name == "step" else f"{facts.time_name} {probe.times[time]:g} · {place}"

    # -- time in the training ---------------------------------------------------------------------------------------

    def _build_training(self) -> None:
        moments = self._session.moments
        help = self.tr(
            "Which moment of the training is looked at. The weights of many steps are kept, of more of them where the "
            "loss moves; the canvas, the plots over time and the weights show the networks as they were then while the "
            "training goes on. At the right end they are live. Home: the beginning, End: live, arrows: the next moment."
        )
        self.training = MomentSlider()
        self.training.setObjectName("scrubber.training")
        self.training.setAccessibleName(self.tr("Moment of the training"))
        self.training.setToolTip(help)
        self.training.setWhatsThis(help)
        self.training.chosen.connect(moments.look)
        self.moment = FittingLabel()
        self.moment.setObjectName("scrubber.moment")
        self.moment.setAccessibleName(self.tr("The moment that is looked at"))
        self.compare = QToolButton()
        self.compare.setObjectName("scrubber.compare")
        self.compare.setText(self.tr("Compare"))
        self.compare.setAccessibleName(self.tr("Compare two moments"))
        tip = self.tr("Show the curves of another moment, pale and dashed, under those that are looked at")
        self.compare.setToolTip(tip)
        self.compare.setWhatsThis(tip)
        self.compare.setProperty("look", "quiet")
        self.compare.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.compare.setMenu(self._make_menu())
        self.branch = QPushButton(self.tr("Branch"))
        self.branch.setObjectName("scrubber.branch")
        self.branch.setAccessibleName(self.tr("Branch from here"))
        set_look(self.branch, "quiet")
        tip = self.tr(
            "Branch from here: the run goes back to the moment that is looked at, with its weights and what the "
            "optimizer remembers, and goes on from there. The run as it is now is kept, and one can go back to it."
        )
        self.branch.setToolTip(tip)
        self.branch.setWhatsThis(tip)
        self.branch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.branch.clicked.connect(moments.branch)
        name = label(self.tr("training"), "muted")
        name.setBuddy(self.training)
        self._right = QWidget()
        right = QHBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(4)
        right.addWidget(self.moment, 1)
        right.addWidget(self.compare)
        right.addWidget(self.branch)
        self._grid.addWidget(name, 1, 0)
        self._grid.addWidget(self.training, 1, 1)
        self._grid.addWidget(self._right, 1, 2)
        self._right.setFixedWidth(LEAST)

    def _make_menu(self) -> QMenu:
        moments, menu = self._session.moments, QMenu(self.compare)
        menu.setObjectName("scrubber.compare.menu")
        menu.setToolTipsVisible(True)
        self._keep = menu.addAction(self.tr("Keep this moment as a ghost"))
        self._keep.setToolTip(self.tr("It stays, pale and dashed, while you go to another moment"))
        self._keep.triggered.connect(moments.keep_beside)
        self._with_now = menu.addAction(self.tr("With now"))
        self._with_now.triggered.connect(lambda: moments.compare(LIVE))
        self._with_first = menu.addAction("")
        self._with_first.triggered.connect(lambda: moments.compare(moments.steps[0]))
        menu.addSeparator()
        self._alone = menu.addAction(self.tr("No comparison"))
        self._alone.triggered.connect(lambda: moments.compare(None))
        names = {"keep": self._keep, "now": self._with_now, "first": self._with_first, "none": self._alone}
        for name, action in names.items():
            action.setObjectName(f"scrubber.compare.{name}")
        return menu

    def _show_moments(self) -> None:
        moments = self._session.moments
        self.training.show_moments(moments.steps, moments.at, moments.beside, self._session.theme)
        self._keep.setEnabled(moments.back)
        self._with_now.setEnabled(moments.back)
        first = f"{moments.steps[0]:,}" if moments.steps else "0"
        self._with_first.setText(self.tr("With step {0}").format(first))
        self._with_first.setEnabled(bool(moments.steps))
        self._alone.setEnabled(moments.beside is not None)
        self.compare.setEnabled(bool(moments.steps))
        compared = moments.ghost_text
        self.compare.setText(self.tr("Compared") if compared else self.tr("Compare"))
        self.compare.setAccessibleDescription(self.tr("with: {0}").format(compared) if compared else "")
        self.branch.setEnabled(moments.back)
        self._show_moment()

    def _show_moment(self) -> None:
        """The longest words for the moment that there is room for."""
        session, moments = self._session, self._session.moments
        if not moments.back:
            set_look(self.moment, "good" if moments.steps else "muted")
            self.moment.set_texts((self.tr("live") if moments.steps else "",))
            return
        set_look(self.moment, "value")
        here, last = f"{moments.at:,}", f"{max(session.run_state.step, moments.at):,}"
        texts = [self.tr("step {0} of {1}").format(here, last), f"{here} / {last}", here]
        if loss := self._loss(moments.at):
            texts.insert(0, self.tr("{0} · loss {1}").format(texts[0], loss))
        self.moment.set_texts(tuple(texts))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is right of the sliders keeps its width whatever it says: a slider must not move under the hand."""
        super().resizeEvent(event)
        self._right.setFixedWidth(round(min(MOST, max(LEAST, PART * self.width()))))

    def _loss(self, step: int) -> str:
        """Every network's training loss in the step after which the moment is, "" before the first."""
        curves = self._session.curves
        place = int(curves.steps.searchsorted(step))
        if step == 0 or place >= len(curves.steps):
            return ""
        return " / ".join(f"{loss:.3g}" for loss in curves.losses[:, place])
