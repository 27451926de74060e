"""What all items of a plot have in common: they tell their view that it is to be painted anew."""

from PySide6.QtWidgets import QGraphicsItem


class PlotItem(QGraphicsItem):
    """An item of a `ZoomView`. Any change paints the whole view anew, once, together with all other plots that changed.

    Qt's own way would be to collect the changed rectangles of each view and to paint the window once for every view:
    with twenty plots twenty times.
    """

    empty = False  # nothing is painted, see `set_empty`

    def update(self, *_: object) -> None:
        """It is to be painted anew."""
        touch = getattr(self.scene(), "touch", None)
        if touch is not None:
            touch()

    def set_empty(self, empty: bool) -> None:
        """Whether there is nothing to paint: then it is not asked to."""
        if empty != self.empty:
            self.empty = empty
            self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, empty)
            self.update()

    def setVisible(self, visible: bool) -> None:
        if visible != self.isVisible():
            super().setVisible(visible)
            self.update()

    def prepareGeometryChange(self) -> None:
        super().prepareGeometryChange()
        self.update()
