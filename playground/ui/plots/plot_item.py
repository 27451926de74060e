"""What all items of a plot have in common: they tell their view that it is to be painted anew."""

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsItem


class PlotItem(QGraphicsItem):
    """An item of a `ZoomView`. Any change paints the whole view anew, once, together with all other plots that changed.

    Qt's own way would be to collect the changed rectangles of each view and to paint the window once for every view:
    with twenty plots twenty times.
    """

    empty = False  # nothing is painted, see `set_empty`
    unpainted = True  # it looks different from what was painted last
    unsettled = False  # perhaps it does
    part: QRectF | None = None  # the only part of the scene where `differs` found it does; None: wherever it is
    exposed: QRectF | None = None  # while it is painted: the part of the scene that is, None: all of it

    def update(self, *_: object) -> None:
        """It is to be painted anew."""
        self.unpainted = True
        self._touch()

    def perhaps(self) -> None:
        """Its values are others. Whether that can be seen is asked when all is told: see `still`."""
        self.unsettled = True
        self._touch()

    def still(self) -> bool:
        """Whether values that are others look as what was painted last. If they do but in one `part`, that is set."""
        return False

    def differs(self) -> bool:
        """Whether it would look different from what was painted last."""
        self.part = None
        if self.unsettled and not self.unpainted and self.isVisible() and self.still():
            self.unsettled = False
        return self.unpainted or self.unsettled

    def was_painted(self) -> None:
        """It looks as it was painted just now."""
        self.unpainted = self.unsettled = False

    def _touch(self) -> None:
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
