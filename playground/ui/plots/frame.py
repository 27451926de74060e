"""The frame of a plot: title, grid, ticks and axis labels, and the calm line that stands there before any data."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.fonts import label_font, tick_font, title_font
from playground.ui.plots.geometry import Mapping
from playground.ui.plots.ticks import Axis, Ticks, ticks
from playground.ui.theme import LIGHT, Theme

EDGE = 12.0  # px between the plot and the panel's edge
TICK_ROW = 14.0
LABEL_ROW = 14.0


class Frame(QGraphicsItem):
    """Everything around the curves. The chart tells it the size; `area` is what is left for the curves."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.title = ""
        self.caption = ""  # what the choosers say; only drawn in an export
        self.message = ""
        self.x_axis, self.y_axis = Axis(("",)), Axis(("",))
        self.mapping: Mapping | None = None
        self.exporting = False
        self.title_right = 0.0
        self._size = QRectF()
        self._x_ticks: Ticks = []
        self._y_ticks: Ticks = []
        self._left = 0.0
        self._title_metrics = QFontMetricsF(title_font())
        self._label_metrics = QFontMetricsF(label_font())
        self._tick_metrics = QFontMetricsF(tick_font())
        self.setZValue(-20)

    def area(self, size: QRectF, header: float, y_range: tuple[float, float]) -> QRectF:
        """The rectangle for the curves in a picture of this size, `header` pixels below its top."""
        if size != self._size:
            self.prepareGeometryChange()
            self._size = size
        height = size.height() - header - TICK_ROW - LABEL_ROW - 6
        texts = ticks(self.y_axis, *y_range, height, self._tick_metrics.horizontalAdvance, across=False)
        widest = max((self._tick_metrics.horizontalAdvance(text) for _, text in texts), default=0.0)
        left = EDGE + LABEL_ROW + 6 + max(16.0, widest)
        if not (left <= self._left <= left + 10):  # small changes do not move the plot
            self._left = left
        return QRectF(self._left, header, max(20.0, size.width() - self._left - EDGE - 4), max(16.0, height))

    def set_mapping(self, mapping: Mapping) -> None:
        self.mapping = mapping
        advance = self._tick_metrics.horizontalAdvance
        rect = mapping.rect
        self._x_ticks = ticks(self.x_axis, mapping.x0, mapping.x1, rect.width(), advance, across=True)
        self._y_ticks = ticks(self.y_axis, mapping.y0, mapping.y1, rect.height(), advance, across=False)
        self.update()

    def set_title(self, title: str) -> None:
        self.title = title
        self.title_right = EDGE + self._title_metrics.horizontalAdvance(title)
        self.update()

    def caption_width(self) -> float:
        return self._label_metrics.horizontalAdvance(self.caption) + 10 if self.caption else 0.0

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """pyqtgraph's word for: a figure is being written."""
        self.exporting = export

    def boundingRect(self) -> QRectF:
        return self._size

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme, text, muted = self.theme, QColor(self.theme.text), QColor(self.theme.muted)
        painter.setPen(text)
        painter.setFont(title_font())
        painter.drawText(QPointF(EDGE, 18), self.title)
        painter.setPen(muted)
        painter.setFont(label_font())
        if self.exporting and self.caption:
            painter.drawText(QPointF(self.title_right + 10, 18), self.caption)
        if self.mapping is None:
            return
        rect = self.mapping.rect
        if self.message:
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.message)
            return
        self._grid(painter, theme, muted)
        painter.setFont(label_font())
        label = self._fitting(self.x_axis, rect.width())
        width = self._label_metrics.horizontalAdvance(label)
        painter.drawText(QPointF(rect.center().x() - width / 2, rect.bottom() + TICK_ROW + 12), label)
        label = self._fitting(self.y_axis, self._size.height() - rect.top() - 4)
        width = self._label_metrics.horizontalAdvance(label)
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
            width = self._tick_metrics.horizontalAdvance(text)
            painter.drawText(QPointF(rect.left() - 6 - width, y + 3.5), text)
        for at, text in self._x_ticks:
            x = rect.left() + (at - m.x0) / (m.x1 - m.x0) * rect.width()
            width = self._tick_metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, rect.left() - 10), self._size.right() - 4 - width)
            painter.drawText(QPointF(left, rect.bottom() + 12), text)

    def _fitting(self, axis: Axis, room: float) -> str:
        """The longest of the axis's labels that fits."""
        for label in axis.labels:
            if self._label_metrics.horizontalAdvance(label) <= room:
                return label
        return axis.labels[-1]
