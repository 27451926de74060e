"""Places the nodes of a small cell as textbooks do: carried memories on top, gates in a row, taps below.

Everything is on the 8 px grid; the gates' row has y = 0 and the leftmost inner node begins at x = 0.
"""

from dataclasses import dataclass
from math import ceil

from playground.cell.graph import Gate, Input, Memory, Output
from playground.cell.layout.align import grid
from playground.cell.layout.columns import Columns
from playground.cell.layout.rows import Rows
from playground.cell.layout.shapes import GRID, Point, Shape
from playground.cell.layout.structure import Structure, Track, is_bus

MARGIN = 56.0  # between the inner nodes and what stands at the edges
EXIT = 24.0  # least distance between the ends of two lines at the right


@dataclass(frozen=True)
class Placement:
    """centres: by position in the cell. exits: for every memory with a source, where its line leaves at the right."""

    centres: tuple[Point, ...]
    exits: dict[int, Point]


def place_textbook(structure: Structure, sizes: list[tuple[float, float, Shape]], stretch: float = 1.0) -> Placement:
    """`stretch` > 1: more room between rows and columns, for cells with many wires."""
    rows = Rows(structure)
    x = Columns(rows, sizes, stretch).x
    y = _heights(rows, sizes, stretch)
    return _edges(rows, sizes, x, y, stretch)


def _heights(rows: Rows, sizes: list[tuple[float, float, Shape]], stretch: float) -> dict[int, float]:
    """The y of every row's middle, and of the row below the gates (level -1), where the lines at the bottom begin."""
    tallest = [max((sizes[index][1] for index in row), default=34.0) for row in rows.members()]
    y = {0: 0.0}
    leaving = sum(
        track.source is not None and not track.path and isinstance(rows.structure.nodes[track.source], Gate)
        for track in rows.structure.tracks
    )
    for level in range(1, len(tallest)):
        step = tallest[level - 1] / 2 + tallest[level] / 2 + 36.0 * stretch
        if level == 1:
            step += EXIT * max(leaving - 1, 0)  # gates that a memory remembers leave above the others
        y[level] = y[level - 1] - grid(step)
    y[-1] = grid(tallest[0] / 2 + 44.0 * stretch)
    return y


def _edges(
    rows: Rows, sizes: list[tuple[float, float, Shape]], x: dict[int, float], y: dict[int, float], stretch: float
) -> Placement:
    """Adds memories, inputs and outputs, and says where the lines leave."""
    structure = rows.structure
    centres = {index: Point(x[index], y[rows.level[index]]) for index in x}
    far = max((x[index] + sizes[index][0] / 2 for index in x), default=0.0)
    margin = MARGIN * stretch
    bottom = y[-1]
    bus = line_pitch(structure, sizes)
    exits: dict[int, Point] = {}
    taps: list[Track] = []
    right = grid(far + margin + 64.0)
    for track in structure.tracks:
        column = grid(-margin - sizes[track.memory][0] / 2)
        if track.path:
            height = centres[track.path[-1]].y
            exits[track.memory] = Point(right, height)
        else:
            height = bottom
            bottom += bus
            taps.append(track)
        centres[track.memory] = Point(column, height)
    for index, node in enumerate(structure.nodes):
        if isinstance(node, Input):
            centres[index] = Point(grid(-margin - sizes[index][0] / 2), bottom)
            bottom += bus
    _exits_of_taps(structure, sizes, centres, taps, exits, right)
    taken = [point.y for point in exits.values()]
    for index, node in enumerate(structure.nodes):
        if isinstance(node, Output):
            wish = [centres[source].y for source in structure.sources[index] if source in centres]
            height = free_height(wish[0] if wish else 0.0, taken, sizes[index][1] / 2 + 24.0, down=bool(rows.tracks))
            taken.append(height)
            centres[index] = Point(grid(right - sizes[index][0] / 2), height)
    return Placement(tuple(centres[index] for index in range(len(structure.nodes))), exits)


def _exits_of_taps(
    structure: Structure,
    sizes: list[tuple[float, float, Shape]],
    centres: dict[int, Point],
    taps: list[Track],
    exits: dict[int, Point],
    right: float,
) -> None:
    """A tapped memory leaves at the height where it entered, unless its own taps are in the way."""
    taken = [point.y for point in exits.values()]
    for track in taps:
        if track.source is None:
            continue
        source = centres.get(track.source, centres[track.memory])
        last = max((centres[target].x for target in structure.targets[track.memory] if target in centres), default=-1e9)
        height = centres[track.memory].y
        node = structure.nodes[track.source]
        if isinstance(node, Memory | Input):
            clear = track.source == track.memory and last < -1e8
        else:
            clear = last + 16.0 < source.x + (sizes[track.source][0] / 2 if isinstance(node, Gate) else 0.0)
        wish = height if clear else grid(source.y - sizes[track.source][1] / 2 - 16.0)
        height = free_height(wish, taken, EXIT, down=clear)
        taken.append(height)
        exits[track.memory] = Point(right, height)


def line_pitch(structure: Structure, sizes: list[tuple[float, float, Shape]]) -> float:
    """The distance between two lines at the bottom: as their pills at the left edge need."""
    tallest = max((sizes[index][1] for index, node in enumerate(structure.nodes) if is_bus(node)), default=0.0)
    return ceil((tallest + GRID) / GRID) * GRID


def free_height(wish: float, taken: list[float], room: float, down: bool) -> float:
    """The nearest height at least `room` away from every one that is taken."""
    for step in range(1000):
        for sign in (1, -1) if down else (-1, 1):
            height = wish + sign * step * 8.0
            if all(abs(height - other) >= room for other in taken):
                return height
    return wish
