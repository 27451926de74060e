"""The card of one layer: its name, units, weights, and what it is thinking."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.canvas.content import LayerContent, NetContent
from playground.ui.canvas.items.button import ButtonItem
from playground.ui.canvas.items.card import PADDING, RIGHT, WRAPPED, Card, card_tip
from playground.ui.canvas.items.exposed import exposed_of
from playground.ui.canvas.items.heatmap import HeatmapItem
from playground.ui.canvas.layout import Rect
from playground.ui.canvas.style import Style, elide, pen, width_of

HEAD, FOOT = 30.0, 26.0


class LayerItem(Card):
    """`title` is the net's name on a net of one layer, the cell's label otherwise. `units_box`: click to edit."""

    def __init__(
        self, net: NetContent, layer: LayerContent, title: str, note: str, colour: QColor, rect: Rect, style: Style
    ) -> None:
        theme = style.theme
        frame = theme.warning if layer.problem else colour.name()
        super().__init__(f"canvas.layer.{net.name}.{layer.id}", rect, style, frame, 2.0)
        self.net, self.layer, self.title, self.colour = net, layer, title, colour
        self.remove = ButtonItem(self, QPointF(rect.width, 0), "×", style)
        self.open = ButtonItem(self, QPointF(rect.width, rect.height), "⌄", style)
        self.heat: HeatmapItem | None = None
        self.units_box = QRectF()
        self._write(note)
        inside = QRectF(PADDING, HEAD, rect.width - 2 * PADDING, rect.height - HEAD - self.foot)
        if layer.problem:
            text = elide(layer.problem, style.small, inside.width() * max(1, int(inside.height() // 16)) * 0.85)
            self.write(text, inside, style.small, theme.warning, WRAPPED, wrap=True)
        else:
            self.heat = HeatmapItem(self, inside, style)
        self._ground = inside.adjusted(-8, -5, 8, 5)  # the plain part of the card around it
        self._plain = self._ground.adjusted(-1, -1, 1, 1), QColor(theme.panel)  # what is painted there
        self._tell(note)

    def _counts(self) -> tuple[str, str]:
        units = QCoreApplication.translate("LayerItem", "{0} units").format(f"{self.layer.units:,}")
        weights = QCoreApplication.translate("LayerItem", "{0} weights")
        return units, "" if self.layer.weights is None else weights.format(f"{self.layer.weights:,}")

    def _write(self, note: str) -> None:
        """Title, counts and note, on two lines: what does not fit beside the title goes to the foot."""
        style, head, foot = self.style, self.line(8), self.line(self.box.height() - 22)
        units, weights = self._counts()
        room = head.width() - width_of(self.title, style.title) - 8
        both = f"{units} · {weights}" if weights else units
        if width_of(both, style.small) <= room:
            beside, left, right = both, note, ""
        elif width_of(units, style.small) <= room:
            beside, left, right = units, note, weights
        else:
            beside, left, right = "", units, weights
            if width_of(units, style.small) + width_of(weights, style.small) + 8 > foot.width():
                right = ""  # the tooltip still has it
        hint = QCoreApplication.translate("LayerItem", "double-click to look inside")
        fits = not right and width_of(left, style.small) + width_of(hint, style.small) + 12 <= foot.width()
        self._hint, self._hint_place = hint if fits else "", foot
        self._pair(self.title, beside, head, style.title, self.colour.name())
        self._pair(left, right, foot, style.small, style.theme.muted)
        self.foot = FOOT if left or right or fits else PADDING
        start = QPointF(head.right() - width_of(beside, style.small), head.y()) if beside else foot.topLeft()
        self.units_box = QRectF(start.x() - 4, start.y() - 2, width_of(units, style.small) + 8, head.height() + 4)
        self._number_end = start.x() + width_of(f"{self.layer.units:,}", style.small)

    def _pair(self, left: str, right: str, place: QRectF, font: QFont, colour: str) -> None:
        """Two texts on one line; the right one is whole, the left one gets what remains."""
        taken = width_of(right, self.style.small) + 8 if right else 0
        self.write(right, place, self.style.small, self.style.theme.muted, RIGHT)
        self.write(left, place.adjusted(0, 0, -taken, 0), font, colour)

    def _tell(self, note: str) -> None:
        units, weights = self._counts()
        scale = ""
        if self.heat and self.heat.image is not None:
            scale = QCoreApplication.translate(
                "LayerItem", "hidden state: units downwards, time to the right; blue +{0:g}, orange −{0:g}"
            ).format(self.heat.scale_value)
        name, counts = f"{self.net.name}: {self.layer.label}", f"{units} · {weights}".rstrip(" ·")
        self.setToolTip(card_tip(name, note, counts, scale, self.layer.about, self.layer.problem))
        self._note = note

    def set_values(self, values: NDArray[np.floating] | None) -> None:
        """values [T, units] of what the layer hands on; None: not known."""
        if self.heat is None:
            return
        before = self.heat.scale_value
        self.heat.set_values(values)
        if self.heat.scale_value != before:
            self._tell(self._note)

    def set_lit(self, words: str) -> None:
        """The heatmap makes room for the words."""
        super().set_lit(words)
        if self.heat:
            self.heat.setVisible(not words)

    def set_time(self, time: int) -> None:
        if self.heat:
            self.heat.set_time(time)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Where only the heatmap is painted again, the plain ground below it is all that there is of the card."""
        exposed = exposed_of(self, widget)
        if self.heat is not None and exposed is not None and self._ground.contains(exposed):
            painter.fillRect(*self._plain)
        else:
            super().paint(painter, option, widget)

    def paint_inside(self, painter: QPainter) -> None:
        """What can be done, which is no part of a figure: a dotted line below the number says that it can be edited."""
        if self.exporting:
            return
        line = pen(self.style.theme.muted, 1.0)
        line.setDashPattern([1, 2])
        painter.setPen(line)
        y = self.units_box.bottom() - 3
        painter.drawLine(QPointF(self.units_box.x() + 4, y), QPointF(self._number_end, y))
        if self._hint:
            painter.setFont(self.style.small)
            painter.setPen(QColor(self.style.theme.muted))
            painter.drawText(self._hint_place, RIGHT, self._hint)
