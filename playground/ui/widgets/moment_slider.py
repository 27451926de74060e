"""A slider over moments of the training: a notch for each, and the networks as they are now at the right end."""

from bisect import bisect_left

from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionSlider, QWidget

from playground.training.looking_messages import LIVE
from playground.ui.theme import LIGHT, Theme
from playground.ui.widgets.slider import Slider

APART = 5.0  # px between two notches that can be told from each other
LONG, SHORT = 5.0, 3.0  # px


class MomentSlider(Slider):
    """Every moment has the same room, so that one can aim where the loss moves and moments are many. Longer notches
    stand at round steps. `chosen(step)`, `LIVE` at the right end."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps: tuple[int, ...] = ()
        self.beside: int | None = None
        self._theme = LIGHT
        self.setRange(0, 0)
        self.setEnabled(False)
        self.setMinimumWidth(96)
        self.valueChanged.connect(self._moved)

    def show_moments(self, steps: tuple[int, ...], at: int, beside: int | None, theme: Theme) -> None:
        """Which moments there are, and which one is looked at. While it is dragged, the notches stay where they are."""
        self._theme, self.beside = theme, beside
        if not self.isSliderDown():
            self.steps = steps
            self.blockSignals(True)
            self.setEnabled(bool(steps))
            self.setRange(0, len(steps))
            self.setPageStep(max(1, len(steps) // 10))
            self.setValue(self.place(at))
            self.blockSignals(False)
        self.update()

    def place(self, step: int) -> int:
        """The notch of a moment; the right end for one that is not there."""
        return self.steps.index(step) if step in self.steps else len(self.steps)

    def _moved(self, place: int) -> None:
        self.chosen.emit(self.steps[place] if place < len(self.steps) else LIVE)

    # -- notches --------------------------------------------------------------------------------------------------

    def notches(self) -> list[tuple[float, bool]]:
        """x and whether it is long, of every notch that is drawn."""
        count = len(self.steps)
        if not count:
            return []
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )
        room, left = self.width() - handle.width(), handle.width() / 2
        each = room / count
        long = self._round_ones()
        return [(left + index * each, index in long) for index in (range(count) if each >= APART else sorted(long))]

    def _round_ones(self) -> set[int]:
        """The first moment, and the first ones at or after 1, 10, 100, … steps."""
        digits = len(str(self.steps[-1])) if self.steps[-1] else 0
        return {0, *(bisect_left(self.steps, 10**power) for power in range(digits))}

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        notches = self.notches()
        for long, colour, high in ((False, self._theme.border, SHORT), (True, self._theme.muted, LONG)):
            painter.setPen(QPen(QColor(colour), 1.0))
            painter.drawLines([QLineF(x, middle + 3, x, middle + 3 + high) for x, one in notches if one == long])
        painter.end()
        super().paintEvent(event)
        if self.beside is not None and self.steps:
            self._paint_beside(middle)

    def _paint_beside(self, middle: float) -> None:
        """A hollow ring where the other moment is."""
        assert self.beside is not None
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        option.sliderPosition = self.place(self.beside)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.accent), 1.6, Qt.PenStyle.DashLine))
        painter.drawEllipse(QRectF(handle.center().x() - 6, middle - 6, 12, 12))
