"""The live picture on a layer card: hidden state, units downwards, time to the right."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from playground.ui.canvas.colours import alike, levels, picture
from playground.ui.canvas.style import Style, pen


class HeatmapItem(QGraphicsObject):
    """A child of a card, so that new values repaint only this rectangle. `scale`: the value of the full colours."""

    def __init__(self, parent: QGraphicsItem, place: QRectF, style: Style) -> None:
        super().__init__(parent)
        self.place = place
        self.style = style
        line = QColor(style.theme.text)
        line.setAlpha(110)
        self._cursor = pen(line, 1.0)
        self.image: QImage | None = None
        self._levels: NDArray[np.uint8] | None = None  # of the image
        self.scale_value = 0.0
        self.steps = 0
        self.time = 0

    def set_values(self, values: NDArray[np.floating] | None) -> None:
        """values [T, n], None for nothing to see."""
        if values is None or values.ndim != 2 or 0 in values.shape:
            if self.image is not None:
                self.image = None
                self.update()
            return
        found, self.scale_value = levels(values)
        shown = self._levels if self.image is not None else None
        if shown is not None and self.steps == len(values) and alike(found, shown):
            return  # the colours that are there stay what later ones are compared with: they do not creep away
        self._levels, self.steps = found, len(values)
        self.image = picture(found, self.style.theme)
        self.update()

    def set_time(self, time: int) -> None:
        """Where the cursor stands."""
        if time != self.time:
            self.time = time
            self.update()

    def boundingRect(self) -> QRectF:
        return self.place

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.image is None:
            painter.fillRect(self.place, QColor(self.style.theme.field))
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(self.place, self.image)
        if 0 < self.time < self.steps:
            x = self.place.x() + (self.time + 0.5) / self.steps * self.place.width()
            painter.setPen(self._cursor)
            painter.drawLine(QLineF(x, self.place.top(), x, self.place.bottom()))
