"""A curve that only grew at its end: which part of the picture is another, and which pieces lie in a part of it."""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF

from playground.ui.plots.geometry import Floats, Mapping
from playground.ui.plots.plot_item import PlotItem
from playground.ui.plots.strokes import last_finite

SAME = 1e-9  # px; so little never adds up to anything that is seen
AROUND = 8.0  # px that marks, pens and their joints reach beyond a point


class Look(NamedTuple):
    """What a curve looks like: its points in pixels, what stands at its end, and the points that are marks."""

    mapping: Mapping
    x: Floats
    y: Floats
    end: tuple[float, float] | None
    dots: tuple[Floats, Floats]


def new_part(now: Look, before: Look) -> QRectF | None:
    """Where a line of rising x looks different from before, in scene pixels: from the first point that is another on,
    as high as the area; an empty one for nowhere. None: perhaps anywhere."""
    if now.mapping is not before.mapping and now.mapping != before.mapping:
        return None
    if now.dots is not before.dots and not all(map(np.array_equal, now.dots, before.dots)):
        return None
    both = min(len(now.x), len(before.x))
    first = _first_other(now.x[:both], before.x[:both], now.y[:both], before.y[:both])
    if first == len(now.x) == len(before.x) and now.end == before.end:
        return QRectF()
    last = last_finite(now.x[:first])  # the last point that stays
    if last < 0:
        return None
    places = now.x[last:].tolist() + before.x[last:].tolist()
    places += [end[0] for end in (now.end, before.end) if end is not None]
    places = [place for place in places if place == place]
    area = now.mapping.rect
    left = math.floor(min(places) - AROUND)
    right = math.ceil(min(max(places), area.right()) + AROUND)
    return QRectF(left, area.top() - AROUND, right - left, area.height() + 2 * AROUND)


def united(items: Iterable[PlotItem], sharp: float) -> QRect | None:
    """What is to be painted of these, None where that is not known. sharp: pixels of the screen per px; a part of
    whole ones has no seam."""
    if sharp != round(sharp):
        return None
    all_of_them = QRectF()
    for item in items:
        if item.part is None:
            return None
        all_of_them = all_of_them.united(item.part)
    return all_of_them.toAlignedRect()


def seen(low: Floats, high: Floats, exposed: QRectF | None) -> slice:
    """From the first to the last of the pieces that reach from x = `low` to `high` which can be seen; None: all."""
    if exposed is None:
        return slice(0, len(low))
    left, right = exposed.left() - AROUND, exposed.right() + AROUND
    found = np.flatnonzero((np.maximum(low, high) >= left) & (np.minimum(low, high) <= right))
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 0)


def _first_other(x: Floats, x_before: Floats, y: Floats, y_before: Floats) -> int:
    """The first place where a point is another; their number where none is."""
    same = (x == x_before) & (y == y_before)
    first = int(same.argmin()) if len(same) else 0
    if first == len(same) or same[first]:
        return len(same)
    rest = _near(x[first:], x_before[first:]) & _near(y[first:], y_before[first:])  # a gap is no number
    return len(same) if rest.all() else first + int(rest.argmin())


def _near(now: Floats, before: Floats) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return (np.abs(now - before) <= SAME) | (np.isnan(now) & np.isnan(before))
