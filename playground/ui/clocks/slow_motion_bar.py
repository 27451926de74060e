"""The controls of slow motion: play, one step on or back, the speed, and what is happening in numbers."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from playground.ui.clocks.slow_motion import BACKWARD, FORWARD, SPEEDS, UPDATE, SlowMotion
from playground.ui.widgets.card import label
from playground.ui.widgets.fitting import FittingLabel
from playground.ui.widgets.slider import Slider

KEYS = {
    Qt.Key.Key_Space: "play", Qt.Key.Key_Left: "before", Qt.Key.Key_Right: "after", Qt.Key.Key_Home: "forward",
    Qt.Key.Key_End: "backward", Qt.Key.Key_Escape: "close",
}  # fmt: skip
ARROWS = {FORWARD: "→", BACKWARD: "←", UPDATE: "Δ"}


class SlowMotionBar(QFrame):
    """Shown while slow motion is on. It takes the keys while it has the focus, which it gets when it comes."""

    def __init__(self, slow: SlowMotion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slow = slow
        self.setObjectName("slow")
        self.setProperty("card", "badge")
        self.setAccessibleName(self.tr("Slow motion"))
        help = self.tr(
            "One training step, unrolled. Forward: what every node is at each time step. Backward: the gradient of "
            "this sequence's loss, walking back. Then the update of the weights, by a training step on a whole batch. "
            "Space plays and pauses, arrows go one step, Home begins the way forward, End the way back, Escape ends."
        )
        self.setToolTip(help)
        self.setWhatsThis(help)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 6, 3)
        row.setSpacing(6)
        row.addWidget(label(self.tr("slow motion"), "muted"))
        self.before = self._button("slow.before", "‹", self.tr("One step back (←)"))
        self.before.clicked.connect(lambda: slow.step(-1))
        self.play = self._button("slow.play", "▶", self.tr("Play, or pause (Space)"))
        self.play.clicked.connect(self._toggle)
        self.after = self._button("slow.after", "›", self.tr("One step on (→)"))
        self.after.clicked.connect(lambda: slow.step(1))
        self.speed = Slider()
        self.speed.setObjectName("slow.speed")
        self.speed.setAccessibleName(self.tr("Time steps a second"))
        self.speed.setRange(0, len(SPEEDS) - 1)
        self.speed.setPageStep(1)
        self.speed.setFixedWidth(64)
        self.speed.setValue(SPEEDS.index(slow.speed))
        self.speed.valueChanged.connect(lambda place: slow.set_speed(SPEEDS[place]))
        self.phase = label("", "value")
        self.phase.setObjectName("slow.phase")
        self.numbers = FittingLabel()
        self.numbers.setObjectName("slow.numbers")
        self.numbers.setProperty("look", "value")
        self.close_button = self._button("slow.close", "×", self.tr("End slow motion (Escape)"))
        self.close_button.clicked.connect(slow.stop)
        for part in (self.before, self.play, self.after, self.speed, self.phase):
            row.addWidget(part)
        row.addSpacing(6)
        row.addWidget(self.numbers, 1)
        row.addWidget(self.close_button)
        slow.changed.connect(self.show_place)
        self.hide()

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(name)
        made.setText(text)
        made.setAccessibleName(tip)
        made.setToolTip(tip)
        made.setProperty("look", "quiet")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made

    def _toggle(self) -> None:
        if self._slow.playing:
            self._slow.pause()
        else:
            self._slow.play()

    def show_place(self) -> None:
        """Bring everything up to date."""
        slow = self._slow
        if slow.on and self.isHidden():
            self.show()
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setVisible(slow.on)
        if not slow.on:
            return
        self.play.setText("❚❚" if slow.playing else "▶")
        self.before.setEnabled(slow.place > 0 and slow.phase != UPDATE)
        self.after.setEnabled(slow.phase != UPDATE or slow.stepped is not None)
        self.speed.setToolTip(self.tr("{0} time steps a second").format(slow.speed))
        self.phase.setText(f"{ARROWS[slow.phase]} {slow.head()}")
        self.numbers.set_texts(slow.numbers())
        self.setAccessibleDescription(f"{slow.head()}; {self.numbers.longest}")
        needs = self.phase.fontMetrics().horizontalAdvance(self.phase.text() + "0")
        self.phase.setMinimumWidth(max(needs, self.phase.minimumWidth()))  # what follows does not dance

    # -- keys -------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """The window has other uses for some of these keys."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and wants(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = KEYS[Qt.Key(event.key())] if wants(event) else ""
        if act == "play":
            self._toggle()
        elif act in ("before", "after"):
            self._slow.step(1 if act == "after" else -1)
        elif act in (FORWARD, BACKWARD):
            self._slow.jump(act)
        elif act == "close":
            self._slow.stop()
        else:
            super().keyPressEvent(event)


def wants(event: QKeyEvent) -> bool:
    """Whether it is one of the keys."""
    plain = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    return event.modifiers() in plain and event.key() in KEYS
