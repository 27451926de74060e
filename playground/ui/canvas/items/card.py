"""The rounded card all boxes of the canvas are made of."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from playground.ui.canvas.layout import Rect
from playground.ui.canvas.style import RADIUS, Style, elide, pen

PADDING = 12.0
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


@dataclass(frozen=True)
class Label:
    """A line of text, already elided for its place (in the card's own coordinates)."""

    place: QRectF
    text: str
    font: QFont
    colour: str
    flags: Qt.AlignmentFlag = LEFT


class Card(QGraphicsObject):
    """A rounded box with labels. `frame` is the colour of its border; `chosen` and `lit` draw a ring around it."""

    ring = 3.0

    def __init__(self, name: str, rect: Rect, style: Style, frame: str | None = None, width: float = 1.0) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setPos(rect.x, rect.y)
        self.style = style
        self.box = QRectF(0, 0, rect.width, rect.height)
        self._bounds = self.box.adjusted(-self.ring - 1, -self.ring - 1, self.ring + 1, self.ring + 1)
        self.frame = frame or style.theme.border
        self.frame_width = width
        self.labels: list[Label] = []
        self.chosen = False
        self.lit = ""
        self.exporting = False

    def boundingRect(self) -> QRectF:
        return self._bounds

    def texts(self) -> list[str]:
        """Every text on the card, as it can be read."""
        return [label.text for label in self.labels]

    def write(
        self, text: str, place: QRectF, font: QFont, colour: str, flags: Qt.AlignmentFlag = LEFT, wrap: bool = False
    ) -> None:
        """Add a label, elided to its place unless it wraps."""
        shown = text if wrap else elide(text, font, place.width())
        self.labels.append(Label(place, shown, font, colour, flags))

    def setExportMode(self, on: bool, options: object = None) -> None:
        """A figure shows the network, not what can be clicked or is selected (the name is the exporter's)."""
        self.exporting = on

    def set_chosen(self, chosen: bool) -> None:
        """The ring of the selection."""
        if chosen != self.chosen:
            self.chosen = chosen
            self.update()

    def set_lit(self, words: str) -> None:
        """Show that something dropped now would land here, and what would happen; "" ends it."""
        if words != self.lit:
            self.lit = words
            self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme = self.style.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if (self.chosen or self.lit) and not self.exporting:
            halo = QColor(theme.accent)
            halo.setAlpha(70)
            painter.setPen(pen(halo, 2 * self.ring))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.box, RADIUS, RADIUS)
        painter.setPen(pen(theme.accent if self.lit else self.frame, self.frame_width))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(self.box, RADIUS, RADIUS)
        self.paint_inside(painter)
        for label in self.labels:
            painter.setFont(label.font)
            painter.setPen(QColor(label.colour))
            painter.drawText(label.place, label.flags, label.text)
        if self.lit:
            self._paint_lit(painter)

    def paint_inside(self, painter: QPainter) -> None:
        """What a kind of card draws below its labels."""

    def _paint_lit(self, painter: QPainter) -> None:
        theme = self.style.theme
        cover = QColor(theme.panel)
        cover.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(cover)
        painter.drawRoundedRect(self.box.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)
        painter.setFont(self.style.text)
        painter.setPen(QColor(theme.accent))
        place = self.box.adjusted(PADDING, 4, -PADDING, -4)
        painter.drawText(place, CENTRE | Qt.TextFlag.TextWordWrap, self.lit)

    def line(self, y: float, height: float = 16.0) -> QRectF:
        """A line of the card between its paddings."""
        return QRectF(PADDING, y, self.box.width() - 2 * PADDING, height)


def card_tip(*lines: str) -> str:
    """A tooltip: the lines that say something."""
    return "\n".join(line for line in lines if line)
