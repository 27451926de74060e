"""The scrubber under the canvas: which step of the sequence is looked at."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from playground.ui.session import Session
from playground.ui.widgets.card import label
from playground.ui.widgets.slider import Slider


class Scrubber(QFrame):
    """One slider over the steps of the probe sequence; the text tells the step, and the time where there is one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("scrubber")
        self.setProperty("card", "true")
        self.setAccessibleName(self.tr("Time in the sequence"))
        row = QHBoxLayout(self)
        row.setContentsMargins(15, 6, 15, 6)
        row.setSpacing(12)
        self.slider = Slider()
        self.slider.setObjectName("scrubber.time")
        self.slider.setAccessibleName(self.tr("Time step"))
        help = self.tr(
            "Which step t of the sequence is looked at. The canvas and all plots over time show their values there."
        )
        self.slider.setToolTip(help)
        self.slider.setWhatsThis(help)
        self.reading = label("")
        self.reading.setObjectName("scrubber.reading")
        self.reading.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        name = label(self.tr("time"), "muted")
        name.setBuddy(self.slider)
        row.addWidget(name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.reading)
        self.slider.valueChanged.connect(session.set_time)
        session.time_changed.connect(self._show_time)
        session.document_changed.connect(lambda _: self.show_sequence())
        self.slider.setEnabled(False)

    def show_sequence(self) -> None:
        """Take the length of the present sequence."""
        length = self._session.length
        self.slider.blockSignals(True)
        self.slider.setEnabled(length > 0)
        self.slider.setRange(0, max(0, length - 1))
        self.slider.setPageStep(max(1, length // 10))
        self.slider.setValue(self._session.time)
        self.slider.blockSignals(False)
        widest = self._reading(max(0, length - 1))
        self.reading.setMinimumWidth(self.reading.fontMetrics().horizontalAdvance(widest) + 4)
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
