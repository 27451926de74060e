"""Which part of an item a view paints again: Qt's own `exposedRect` is that of all items together."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QRectF
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QWidget

_painting: tuple[QWidget, QRegion] | None = None  # Qt paints one widget after the other


@contextmanager
def exposing(viewport: QWidget, region: QRegion) -> Iterator[None]:
    """For as long as a view paints this region of its viewport."""
    global _painting
    before, _painting = _painting, (viewport, region)
    try:
        yield
    finally:
        _painting = before


def exposed_of(item: QGraphicsItem, viewport: QWidget | None) -> QRectF | None:
    """The smallest rectangle around what is painted of an item, in its own coordinates; None where that is not known:
    in a figure, and in other views."""
    if _painting is None or _painting[0] is not viewport or viewport is None:
        return None
    view = viewport.parentWidget()
    if not isinstance(view, QGraphicsView):
        return None
    to_viewport = item.deviceTransform(view.viewportTransform())
    card = to_viewport.mapRect(item.boundingRect()).toAlignedRect()
    back, invertible = to_viewport.inverted()
    return back.mapRect(QRectF((_painting[1] & card).boundingRect())) if invertible else None
