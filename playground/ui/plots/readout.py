"""Reading values: a hair line at the pointer, a dot on every curve, and a small table of what they are."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.fonts import label_font
from playground.ui.plots.geometry import draw_mark, faded
from playground.ui.plots.plot_item import PlotItem
from playground.ui.theme import LIGHT, Theme

ROW = 15.0


@dataclass(frozen=True)
class Reading:
    """One value: its name, the text, the curve's colour and mark, and where its dot lies (None: no dot)."""

    name: str
    value: str
    colour: str
    mark: str = "circle"
    at: tuple[float, float] | None = None


class Readout(PlotItem):
    """Drawn over everything, never exported."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.head = ""
        self.readings: list[Reading] = []
        self._area = QRectF()
        self._x = 0.0
        self._box = QRectF()
        self._metrics = QFontMetricsF(label_font())
        self._exporting = False
        self.setZValue(50)
        self.setVisible(False)

    def show_at(self, area: QRectF, x: float, head: str, readings: list[Reading]) -> None:
        """x: scene pixel of the hair line. The table lies on the side where there is more room."""
        self.prepareGeometryChange()
        self._area, self._x, self.head, self.readings = area, x, head, readings[:10]
        advance = self._metrics.horizontalAdvance
        widest = max([advance(head)] + [advance(f"{r.name}  {r.value}") + 16 for r in self.readings])
        width, height = widest + 16, ROW * (len(self.readings) + 1) + 8
        left = x + 10 if x < area.center().x() else x - 10 - width
        top = max(4.0, min(area.top() + 4, area.bottom() + 20 - height))
        self._box = QRectF(round(left), round(top), width, height)
        self.setVisible(not self._exporting)
        self.update()

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """What the pointer happens to show is no part of a figure."""
        self._exporting = export
        self.setOpacity(0.0 if export else 1.0)

    def text(self) -> str:
        """What is shown, for screen readers and tests."""
        return "; ".join([self.head] + [f"{r.name} {r.value}" for r in self.readings])

    def boundingRect(self) -> QRectF:
        line = QRectF(self._x - 5, self._area.top() - 4, 10, self._area.height() + 8)
        return line.united(self._box).adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme = self.theme
        painter.setPen(QPen(QColor(theme.muted), 1.0, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(self._x, self._area.top()), QPointF(self._x, self._area.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for reading in self.readings:
            if reading.at is not None and self._area.adjusted(-2, -2, 2, 2).contains(QPointF(*reading.at)):
                draw_mark(painter, "circle", *reading.at, 3.0, QColor(reading.colour))
        painter.setPen(QPen(QColor(theme.border), 1.0))
        painter.setBrush(faded(theme.field, 0.94))
        painter.drawRoundedRect(self._box, 4, 4)
        painter.setFont(label_font())
        left, y = self._box.left() + 8, self._box.top() + 15
        painter.setPen(QColor(theme.muted))
        painter.drawText(QPointF(left, y), self.head)
        for reading in self.readings:
            y += ROW
            draw_mark(painter, reading.mark or "circle", left + 4, y - 4, 3.4, QColor(reading.colour))
            painter.setPen(QColor(theme.text))
            painter.drawText(QPointF(left + 14, y), reading.name)
            width = self._metrics.horizontalAdvance(reading.value)
            painter.drawText(QPointF(self._box.right() - 8 - width, y), reading.value)
