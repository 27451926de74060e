"""Many marks of one kind at once: painted once for every quarter of a pixel, and stamped from there."""

from functools import lru_cache
from typing import cast

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from playground.ui.widgets.marks import draw_mark

FEW = 4  # marks that are not worth a sheet
PARTS = 4  # of a pixel, each way: a mark is at most an eighth of one beside its place
FIELDS = 10  # of Qt's PixmapFragment: x, y, source left, top, width, height, scale x, y, rotation, opacity


def draw_marks(
    painter: QPainter, kind: str, x: NDArray, y: NDArray, radius: float, colour: QColor, exact: bool = False
) -> None:
    """`draw_mark` at each of these places, which are finite. exact: one by one, for a figure."""
    device = painter.device()
    if exact or len(x) <= FEW or (device is not None and device.devicePixelRatioF() != 1.0):
        for px, py in zip(x.tolist(), y.tolist(), strict=True):
            draw_mark(painter, kind, px, py, radius, colour)
        return
    sheet, size = _sheet(kind, radius, colour.rgba())
    at = np.stack([x, y], axis=1) * PARTS
    quarters = np.rint(at).astype(np.int64)
    whole, part = np.divmod(quarters, PARTS)
    fragments = np.ones((len(x), FIELDS))
    fragments[:, :2] = whole  # the middle of the stamp, which is an even number of pixels wide
    fragments[:, 2:4] = part * size
    fragments[:, 4:6] = size
    fragments[:, 8] = 0.0
    first = cast(QPainter.PixmapFragment, shiboken6.wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment))
    painter.drawPixmapFragments(first, len(x), sheet)


def stamp(painter: QPainter, kind: str, x: float, y: float, radius: float, colour: QColor, exact: bool = False) -> None:
    """`draw_mark`, once."""
    device = painter.device()
    if exact or (device is not None and device.devicePixelRatioF() != 1.0):
        draw_mark(painter, kind, x, y, radius, colour)
        return
    sheet, size = _sheet(kind, radius, colour.rgba())
    across, down = round(x * PARTS), round(y * PARTS)
    left, top = across // PARTS - size // 2, down // PARTS - size // 2
    painter.drawPixmap(left, top, sheet, across % PARTS * size, down % PARTS * size, size, size)


@lru_cache(maxsize=64)
def _sheet(kind: str, radius: float, rgba: int) -> tuple[QPixmap, int]:
    """All places of a mark within a pixel side by side, and the size of one."""
    half = int(np.ceil(2.0 * radius)) + 1
    size = 2 * half
    sheet = QPixmap(PARTS * size, PARTS * size)
    sheet.fill(Qt.GlobalColor.transparent)
    painter = QPainter(sheet)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for row in range(PARTS):
        for column in range(PARTS):
            x, y = column * size + half + column / PARTS, row * size + half + row / PARTS
            draw_mark(painter, kind, x, y, radius, QColor.fromRgba(rgba))
    painter.end()
    return sheet, size
