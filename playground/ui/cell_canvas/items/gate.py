"""A gate: its name, its activation, what it did over the probe sequence, and what it does at the chosen step."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath

from playground.ui.canvas.style import elide, pen, width_of
from playground.ui.cell_canvas.items.node import NodeItem

PAD = 10.0
HEAD = QRectF(PAD, 5.0, 0.0, 16.0)
TRACE_TOP, TRACE_BOTTOM = 25.0, 48.0
FOOT = 52.0
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
Array = NDArray[np.floating]


class GateState(NamedTuple):
    """middle [T]: of the chosen unit, or the mean of all. low, high [T]: the band of all units, None for one unit.

    text: the value at the chosen step, with a word where one is true.
    """

    middle: Array | None
    low: Array | None
    high: Array | None
    time: int
    text: str


class GateItem(NodeItem):
    """The card of a gate."""

    named = True

    def _prepare(self) -> None:
        super()._prepare()
        self._line: QPainterPath | None = None
        self._band: QPainterPath | None = None
        self._dot: QPointF | None = None
        self._foot = ""
        symbol = min(width_of(self.look.symbol, self.style.small), 56.0)
        self._symbol = elide(self.look.symbol, self.style.small, 56.0)
        room = self.box.width() - 2 * PAD - symbol - 3
        self._font = QFont(self.style.title)
        for size in (13, 12, 11, 10):  # a long name is written smaller before it is cut
            self._font.setPixelSize(size)
            if width_of(self.look.title, self._font) <= room:
                break
        self._title = elide(self.look.title, self._font, room)

    def set_values(self, state: object) -> None:
        if not isinstance(state, GateState):
            return
        self._foot = elide(state.text, self.style.small, self.box.width() - 2 * PAD)
        self._line = self._band = self._dot = None
        if state.middle is not None and len(state.middle):
            self._trace(state)
        self.update()

    def _trace(self, state: GateState) -> None:
        """The path of the trace in the card, one point for each pixel at most."""
        assert state.middle is not None
        low, high = self.look.lower, self.look.upper
        if low is None or high is None:
            least = state.middle if state.low is None else state.low
            most = state.middle if state.high is None else state.high
            with np.errstate(all="ignore"):
                low, high = float(np.nanmin(least)), float(np.nanmax(most))
            if not (np.isfinite(low) and np.isfinite(high)):
                return
            low, high = min(low, 0.0), max(high, 0.0)
        span = (high - low) or 1.0
        length = len(state.middle)
        every = max(1, -(-length // int(self.box.width() - 2 * PAD)))
        x = PAD + (self.box.width() - 2 * PAD) * np.arange(0, length, every) / max(1, length - 1)

        def height(values: Array) -> Array:
            return TRACE_BOTTOM - (TRACE_BOTTOM - TRACE_TOP) * np.clip((values[::every] - low) / span, 0.0, 1.0)

        if state.low is not None and state.high is not None:
            self._band = _path(
                np.concatenate([x, x[::-1]]), np.concatenate([height(state.low), height(state.high)[::-1]])
            )
        self._line = _path(x, height(state.middle))
        time = min(max(state.time, 0), length - 1)
        value = float(state.middle[time])
        if np.isfinite(value):
            y = TRACE_BOTTOM - (TRACE_BOTTOM - TRACE_TOP) * min(1.0, max(0.0, (value - low) / span))
            self._dot = QPointF(PAD + (self.box.width() - 2 * PAD) * time / max(1, length - 1), y)

    def paint_body(self, painter: QPainter, readable: bool) -> None:
        theme, colour = self.style.theme, self.colour
        painter.setPen(pen(colour, 2.0))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(self.box, 8, 8)
        self._paint_trace(painter, colour)
        if not readable:
            return
        head = HEAD.adjusted(0, 0, self.box.width() - 2 * PAD, 0)
        painter.setFont(self._font)
        painter.setPen(colour)
        painter.drawText(head, LEFT, self._title)
        painter.setFont(self.style.small)
        painter.setPen(QColor(theme.muted))
        painter.drawText(head, RIGHT, self._symbol)
        foot = QRectF(PAD, FOOT, self.box.width() - 2 * PAD, 16.0)
        if self._foot:
            painter.setFont(self.style.small)
            painter.setPen(QColor(theme.text))
            painter.drawText(foot, LEFT, self._foot)

    def _paint_trace(self, painter: QPainter, colour: QColor) -> None:
        if self._line is None:
            return
        if self._band is not None:
            shade = QColor(colour)
            shade.setAlpha(40)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade)
            painter.drawPath(self._band)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen(colour, 1.3))
        painter.drawPath(self._line)
        if self._dot is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(self._dot, 3.0, 3.0)


def _path(x: Array, y: Array) -> QPainterPath:
    """A polyline without the points that are no number."""
    from pyqtgraph.functions import arrayToQPath

    return arrayToQPath(np.ascontiguousarray(x, float), np.ascontiguousarray(y, float), connect="finite")
