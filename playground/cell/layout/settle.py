"""Finds room for a box among others."""

from collections.abc import Sequence

from playground.cell.layout.obstacles import Bounds
from playground.cell.layout.shapes import CLEARANCE, GRID, Point, Shape

ROOM = 32.0  # what a new box keeps free around it
NEAR, FARTHEST = 24, 500  # rings


def overlaps(box: Bounds, others: Sequence[Bounds], room: float) -> bool:
    """Whether a box comes nearer than `room` to one of the others."""
    left, top, right, bottom = box[0] - room, box[1] - room, box[2] + room, box[3] + room
    return any(left < o[2] and right > o[0] and top < o[3] and bottom > o[1] for o in others)


def free_place(
    wish: Point,
    size: tuple[float, float, Shape],
    taken: Sequence[Bounds],
    wires: Sequence[Bounds] = (),
    upright: bool = False,
) -> Point:
    """The place nearest to `wish` where a box of this size has room around it; straight up or down if `upright`.

    Looks on growing squares of the 8 px grid around the wish, above and below before beside. Not far away it also
    keeps off `wires`, so that they need not be routed anew.
    """
    if _is_free(wish, size, taken, ()):
        return wish
    reach = NEAR * GRID + size[0] + ROOM
    close = [w for w in wires if w[0] < wish.x + reach and w[2] > wish.x - reach]
    close = [w for w in close if w[1] < wish.y + reach and w[3] > wish.y - reach]
    for last, hold in ((NEAR, close), (FARTHEST, [])):
        step, ring = 1, 1
        while ring < last:
            for dx, dy in _ring(ring, step, upright):
                place = Point(wish.x + dx * GRID, wish.y + dy * GRID)
                if _is_free(place, size, taken, hold):
                    return place
            step = 2 if ring > NEAR else 1  # far away it need not be exact
            ring += step
    return wish


def _is_free(place: Point, size: tuple[float, float, Shape], taken: Sequence[Bounds], wires: Sequence[Bounds]) -> bool:
    width, height = size[0] / 2, size[1] / 2
    box = (place.x - width, place.y - height, place.x + width, place.y + height)
    return not overlaps(box, taken, ROOM) and not overlaps(box, wires, CLEARANCE)


def _ring(ring: int, step: int, upright: bool) -> list[tuple[int, int]]:
    """Offsets on a square of this size, nearest to the axes first."""
    if ring == 0:
        return [(0, 0)]
    found = []
    for aside in range(0, 1 if upright else ring + 1, step):
        for side in (aside, -aside) if aside else (0,):
            found += [(side, ring), (side, -ring)]
            if not upright:
                found += [(ring, side), (-ring, side)]
    return found
