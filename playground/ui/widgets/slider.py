"""Sliders: a plain one that keeps still while a page scrolls, and two beside their number, on either scale."""

import math
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QStyle, QStyleOptionSlider, QWidget

from playground.errors import BadInput
from playground.ui.widgets.number_field import NumberField

TICKS = 1000


class Slider(QSlider):
    """Horizontal. A click on the groove goes there at once; the wheel works only with the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control = QStyle.ComplexControl.CC_Slider
        handle = self.style().subControlRect(control, option, QStyle.SubControl.SC_SliderHandle, self)
        if event.button() == Qt.MouseButton.LeftButton and not handle.contains(event.position().toPoint()):
            room = max(1, self.width() - handle.width())
            at = round(event.position().x() - handle.width() / 2)
            value = QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), at, room)
            self.setSliderPosition(value)
        super().mousePressEvent(event)


class NumberSlider(QWidget):
    """A slider from `low` to `high`, and beside it the number to type, which may lie beyond. A subclass says on which
    scale.

    `commit(value, merge)` as in `NumberField`; a drag is one gesture.
    """

    refused = Signal(object)

    def __init__(
        self, commit: Callable[[float | int | None, bool], BadInput | None], low: float, high: float,
        whole: bool = True, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._commit, self._low, self._high = commit, low, high
        self._dragged = False
        self.slider = Slider()
        self.slider.setRange(0, TICKS)
        self.slider.setPageStep(TICKS // 10)
        self.slider.setSingleStep(TICKS // 100)
        self.number = NumberField(commit, whole)
        self.number.setFixedWidth(56)
        self.setFocusProxy(self.number)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderPressed.connect(self._begin)
        self.number.refused.connect(self.refused)

    @property
    def value(self) -> float | int | None:
        return self.number.value

    def setObjectName(self, name: str) -> None:
        super().setObjectName(name)
        self.slider.setObjectName(f"{name}.slider")
        self.number.setObjectName(f"{name}.number")

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.slider.setAccessibleName(name)
        self.number.setAccessibleName(name)

    def show_value(self, value: float | int | None) -> None:
        self.number.show_value(value)
        if not self.slider.isSliderDown():
            self.slider.blockSignals(True)
            self.slider.setValue(self.place_of(float(self._low if value is None else value)))
            self.slider.blockSignals(False)

    def _begin(self) -> None:
        self._dragged = False

    def place_of(self, value: float) -> int:
        """The slider's place for a value."""
        raise NotImplementedError

    def value_at(self, place: int) -> float | int:
        """The value at a place of the slider, in as few digits as are wanted."""
        raise NotImplementedError

    def _slid(self, place: int) -> None:
        value = self.value_at(place)
        if value == self.number.value:
            return
        problem = self._commit(value, self._dragged and self.slider.isSliderDown())
        self._dragged = self.slider.isSliderDown()
        if problem is None:
            self.number.show_value(value)
        self.refused.emit(problem)


class LogSlider(NumberSlider):
    """On a logarithmic scale: both ends are above 0."""

    def __init__(
        self, commit: Callable[[float | int | None, bool], BadInput | None], low: float, high: float,
        whole: bool = True, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(commit, low, high, whole, parent)
        self._whole = whole

    def place_of(self, value: float) -> int:
        kept = min(max(value, self._low), self._high)
        return round(TICKS * math.log(kept / self._low) / math.log(self._high / self._low))

    def value_at(self, place: int) -> float | int:
        value: float = self._low * (self._high / self._low) ** (place / TICKS)
        value = float(f"{value:.2g}") if not self._whole or value >= 20 else value
        return round(value) if self._whole else value


class LinearSlider(NumberSlider):
    """On a plain scale, of a number that is always there."""

    def __init__(
        self, commit: Callable[[float, bool], BadInput | None], low: float, high: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(lambda value, merge: commit(float(value or 0.0), merge), low, high, False, parent)
        self.setFocusProxy(self.slider)

    def place_of(self, value: float) -> int:
        kept = min(max(value, self._low), self._high)  # what is typed may lie beyond the ends
        return round(TICKS * (kept - self._low) / (self._high - self._low))

    def value_at(self, place: int) -> float:
        return float(f"{self._low + (self._high - self._low) * place / TICKS:.6g}")
