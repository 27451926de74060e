"""The dashed zone where one more network joins the race (or the first one begins)."""

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.canvas.items.card import CENTRE, Card
from playground.ui.canvas.layout import Rect
from playground.ui.canvas.style import RADIUS, Style, pen


class ZoneItem(Card):
    """`first`: there is no network yet, so the zone is a large invitation."""

    def __init__(self, rect: Rect, first: bool, style: Style) -> None:
        super().__init__("canvas.race", rect, style)
        self.first = first
        translate = QCoreApplication.translate
        inside = QRectF(8, 0, rect.width - 16, rect.height)
        if first:
            middle = rect.height / 2
            head = translate("ZoneItem", "Drop a cell here")
            self.write(head, QRectF(8, middle - 30, rect.width - 16, 22), style.title, style.theme.text, CENTRE)
            more = translate("ZoneItem", "RNN, LSTM, GRU… or click to choose one.")
            place = QRectF(8, middle - 4, rect.width - 16, 32)
            self.write(more, place, style.small, style.theme.muted, CENTRE | Qt.TextFlag.TextWordWrap, wrap=True)
        else:
            words = translate("ZoneItem", "drop a cell here to let it race")
            self.write(words, inside, style.small, style.theme.muted, CENTRE)
        self.setToolTip(translate("ZoneItem", "One more network on the same batches: drop a cell, or click to choose."))

    def setExportMode(self, on: bool, options: object = None) -> None:
        """Not part of a figure, unless there is nothing else."""
        self.setVisible(not on or self.first)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme = self.style.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(theme.accent)
        fill.setAlpha(30 if self.lit else 0)
        edge = QColor(theme.accent if self.lit else theme.muted)
        edge.setAlpha(255 if self.lit else 140)
        painter.setPen(pen(edge, 1.2, dashed=True))
        painter.setBrush(fill)
        painter.drawRoundedRect(self.box, RADIUS, RADIUS)
        for label in self.labels:
            painter.setFont(label.font)
            painter.setPen(QColor(theme.accent if self.lit else label.colour))
            painter.drawText(label.place, label.flags, self.lit if self.lit and label is self.labels[0] else label.text)
