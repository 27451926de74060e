"""The frame of a plot: title, grid, ticks and axis labels, and the calm line that stands there before any data."""

from collections.abc import Hashable
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from playground.ui.plots.backdrop import Furniture
from playground.ui.plots.fonts import label_font, label_width, tick_font, tick_width, title_font
from playground.ui.plots.geometry import Mapping
from playground.ui.plots.ticks import Axis, Ticks, ticks
from playground.ui.theme import Theme

EDGE = 12.0  # px between the plot and the panel's edge
CHOOSERS = 22.0  # px of a row of choosers
TICK_ROW = 14.0
LABEL_ROW = 14.0


class Frame(Furniture):
    """Everything around the curves. The chart tells it the size; `area` is what is left for the curves."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""  # as it is drawn
        self.caption = ""  # what the choosers say; only drawn in an export
        self.caption_below = False  # in a row of its own
        self.message = ""
        self.bare = False  # without axes: what is drawn inside has none
        self.x_axis, self.y_axis = Axis(("",)), Axis(("",))
        self.mapping: Mapping | None = None
        self.title_right = 0.0
        self._size = QRectF()
        self._width = self._height = 0.0
        self._x_ticks: Ticks = []
        self._y_ticks: Ticks = []
        self._left = 0.0
        self.titles = "", ""
        self._title_metrics = QFontMetricsF(title_font())
        self.setZValue(-20)

    def area(self, size: QRectF, header: float, y_range: tuple[float, float]) -> QRectF:
        """The rectangle for the curves in a picture of this size, `header` pixels below its top."""
        if size != self._size:
            self.prepareGeometryChange()
            self._size = size
            self._width, self._height = size.width(), size.height()
        height = size.height() - header - TICK_ROW - LABEL_ROW - 6
        texts = ticks(self.y_axis, *y_range, height, tick_width, across=False)
        widest = max((tick_width(text) for _, text in texts), default=0.0)
        left = EDGE + LABEL_ROW + 6 + max(16.0, widest)
        if not (left <= self._left <= left + 10):  # small changes do not move the plot
            self._left = left
        return QRectF(self._left, header, max(20.0, size.width() - self._left - EDGE - 4), max(16.0, height))

    def set_mapping(self, mapping: Mapping) -> None:
        self.mapping = mapping
        rect = mapping.rect
        x_axis = self.x_axis if self.x_axis.log == mapping.log_x else replace(self.x_axis, log=mapping.log_x)
        self._x_ticks = ticks(x_axis, mapping.x0, mapping.x1, rect.width(), tick_width, across=True)
        self._y_ticks = ticks(self.y_axis, mapping.y0, mapping.y1, rect.height(), tick_width, across=False)
        self.update()

    def set_title(self, title: str, short: str = "") -> None:
        """short: what may stand there where there is little room."""
        self.titles = title, short or title
        self._show_title(title)

    def shorten_title(self, on: bool) -> None:
        """The short title, or the full one."""
        self._show_title(self.titles[on])

    def _show_title(self, title: str) -> None:
        if title != self.title:
            self.title = title
            self.title_right = EDGE + self._title_metrics.horizontalAdvance(title)
            self.update()

    def caption_width(self) -> float:
        """Room beside the title that a figure needs for what the choosers say."""
        return label_width(self.caption) + 10 if self.caption and not self.caption_below else 0.0

    def look(self) -> Hashable:
        """What is painted depends on these alone; on the caption only in a figure."""
        m = self.mapping
        text = self.message or (self.bare, self.x_axis.labels, self.y_axis.labels)
        return self.title, text, m, self._x_ticks, self._y_ticks, self._width, self._height

    def boundingRect(self) -> QRectF:
        return self._size

    def header(self) -> Hashable:
        return self.title

    def furnish(self, painter: QPainter) -> None:
        theme, text, muted = self.theme, QColor(self.theme.text), QColor(self.theme.muted)
        painter.setPen(text)
        painter.setFont(title_font())
        painter.drawText(QPointF(EDGE, 18), self.title)
        painter.setPen(muted)
        painter.setFont(label_font())
        if self.exporting and self.caption:
            at = QPointF(EDGE, 18 + CHOOSERS) if self.caption_below else QPointF(self.title_right + 10, 18)
            painter.drawText(at, self.caption)
        if self.mapping is None:
            return
        rect = self.mapping.rect
        if self.message:
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.message)
            return
        if self.bare:
            return
        self._grid(painter, theme, muted)
        painter.setFont(label_font())
        label = self._fitting(self.x_axis, rect.width())
        width = label_width(label)
        painter.drawText(QPointF(rect.center().x() - width / 2, rect.bottom() + TICK_ROW + 12), label)
        label = self._fitting(self.y_axis, self._size.height() - rect.top() - 4)
        width = label_width(label)
        middle = min(max(rect.center().y(), rect.top() + width / 2), self._size.height() - 4 - width / 2)
        painter.save()
        painter.translate(EDGE + 9, middle + width / 2)
        painter.rotate(-90)
        painter.drawText(QPointF(0, 0), label)
        painter.restore()

    def _grid(self, painter: QPainter, theme: Theme, muted: QColor) -> None:
        assert self.mapping is not None
        m, rect = self.mapping, self.mapping.rect
        painter.setFont(tick_font())
        grid = QPen(QColor(theme.grid), 1.0)
        for at, text in self._y_ticks:
            part = (at - m.y0) / (m.y1 - m.y0) * rect.height()
            y = rect.top() + part if m.down else rect.bottom() - part
            if not m.down:
                painter.setPen(grid)
                painter.drawLine(QPointF(rect.left(), round(y) + 0.5), QPointF(rect.right(), round(y) + 0.5))
            painter.setPen(muted)
            width = tick_width(text)
            painter.drawText(QPointF(rect.left() - 6 - width, y + 3.5), text)
        for at, text in self._x_ticks:
            x = rect.left() + (at - m.x0) / (m.x1 - m.x0) * rect.width()
            width = tick_width(text)
            left = min(max(x - width / 2, rect.left() - 10), self._size.right() - 4 - width)
            painter.drawText(QPointF(left, rect.bottom() + 12), text)

    def _fitting(self, axis: Axis, room: float) -> str:
        """The longest of the axis's labels that fits."""
        for label in axis.labels:
            if label_width(label) <= room:
                return label
        return axis.labels[-1]
