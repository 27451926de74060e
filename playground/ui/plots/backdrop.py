"""What stands around the curves and seldom changes: painted once, into the picture behind a plot."""

import math
from collections.abc import Hashable

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.plot_item import PlotItem
from playground.ui.theme import LIGHT, Theme


class Furniture(PlotItem):
    """A title, an axis, a legend's entry. On the screen it is part of the `Backdrop`; in a figure it is an item
    like others, so that text stays text.

    A subclass paints in `furnish` and says in `look` what that depends on, besides its place and theme.
    """

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.exporting = False
        self.place, self.shown = (0.0, 0.0), True  # as Qt has them: it takes long to say so
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)

    def setPos(self, x: float, y: float) -> None:  # type: ignore[override]
        if (x, y) != self.place:
            self.place = x, y
            super().setPos(x, y)

    def setVisible(self, visible: bool) -> None:
        self.shown = visible
        super().setVisible(visible)

    def look(self) -> Hashable:
        """Equal when `furnish` would paint the same."""
        raise NotImplementedError

    def header(self) -> Hashable:
        """The same of that part of it which stands in the header."""
        return self.look()

    def furnish(self, painter: QPainter) -> None:
        """Paint it, with the item's place as the origin."""
        raise NotImplementedError

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """pyqtgraph's word for: a figure is being written."""
        self.exporting = export
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, not export)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        self.furnish(painter)


class Backdrop:
    """The picture behind a plot: the ground and all furniture. Painted anew only when something looks different."""

    def __init__(self) -> None:
        self._picture = QPixmap()
        self._looks: object = None
        self._next: object = None
        self._header: object = None  # as it was when it was looked at last
        self._painted: object = None  # and when it was painted last

    def look(self, onto: QWidget, ground: str, items: list[Furniture]) -> tuple[bool, bool]:
        """Whether it would be another than what was painted last; and whether its header would."""
        shown = [(item.theme, item.place, item) for item in items if item.shown]
        onto_what = (onto.width(), onto.height(), onto.devicePixelRatioF(), ground)
        self._next = (onto_what, [(theme, place, item.look()) for theme, place, item in shown])
        if self._next == self._looks:
            self._header = self._painted
            return False, False
        header, before = (onto_what, [(theme, place, item.header()) for theme, place, item in shown]), self._header
        self._header = header
        return True, header != before

    def draw(self, painter: QPainter, onto: QWidget, ground: str, items: list[Furniture]) -> None:
        """Paint it at the origin, as large as `onto`."""
        if self.look(onto, ground, items)[0]:
            self._looks, self._painted = self._next, self._header
            self._paint(onto, ground, [item for item in items if item.shown])
        self.repeat(painter)

    def repeat(self, painter: QPainter) -> None:
        """Paint it as it was painted last."""
        painter.drawPixmap(0, 0, self._picture)

    def _paint(self, onto: QWidget, ground: str, shown: list[Furniture]) -> None:
        sharp = onto.devicePixelRatioF()
        size = QSize(math.ceil(onto.width() * sharp), math.ceil(onto.height() * sharp))
        if self._picture.size() != size:
            self._picture = QPixmap(size)
        self._picture.setDevicePixelRatio(sharp)
        self._picture.fill(QColor(ground))
        painter = QPainter(self._picture)
        for item in shown:
            painter.save()
            painter.translate(item.pos())
            item.furnish(painter)
            painter.restore()
        painter.end()
