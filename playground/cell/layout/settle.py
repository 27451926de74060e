"""Finds room for a box among others."""

from collections.abc import Sequence

from playground.cell.layout.corridors import Bounds
from playground.cell.layout.shapes import GRID, Point, Shape

ROOM = 24.0  # what a new box keeps free around it
FARTHEST = 500  # rings


def overlaps(box: Bounds, others: Sequence[Bounds], room: float) -> bool:
    """Whether a box comes nearer than `room` to one of the others."""
    left, top, right, bottom = box[0] - room, box[1] - room, box[2] + room, box[3] + room
    return any(left < o[2] and right > o[0] and top < o[3] and bottom > o[1] for o in others)


def free_place(
    wish: Point, size: tuple[float, float, Shape], taken: Sequence[Bounds], upright: bool = False
) -> Point:
    """The place nearest to `wish` where a box of this size has room around it; straight up or down if `upright`.

    Looks on growing squares of the 8 px grid around the wish, above and below before beside.
    """
    half_width, half_height = size[0] / 2, size[1] / 2
    step = 1
    ring = 0
    while ring < FARTHEST:
        distance = ring * GRID
        for dx, dy in _ring(ring, step, upright):
            x, y = wish.x + dx * GRID, wish.y + dy * GRID
            if not overlaps((x - half_width, y - half_height, x + half_width, y + half_height), taken, ROOM):
                return Point(x, y)
        if distance > 200.0:
            step = 2  # far away it need not be exact
        ring += step
    return wish


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
