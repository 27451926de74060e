"""A slider over moments of the training: a notch for each, and the networks as they are now at the right end."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
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
        round_ones = {index for index in range(count) if self._is_round(index)}
        shown = [(left + index * each, index in round_ones) for index in range(count)]
        return [(x, long) for x, long in shown if long or each >= APART]

    def _is_round(self, index: int) -> bool:
        """Whether a moment is the first one at or after 1, 10, 100, … steps."""
        step = self.steps[index]
        if index == 0:
            return True
        before = self.steps[index - 1]
        return len(str(step)) > len(str(before)) or (before == 0 and step > 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        for x, long in self.notches():
            painter.setPen(QPen(QColor(self._theme.muted if long else self._theme.border), 1.0))
            painter.drawLine(QPointF(x, middle + 3), QPointF(x, middle + 3 + (LONG if long else SHORT)))
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
