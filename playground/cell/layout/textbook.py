"""Places the nodes of a small cell as the textbooks draw it: memories that are carried on top, gates in a row, taps below.

Everything is on the 8 px grid; the gates' row has y = 0 and the leftmost inner node begins at x = 0.
"""

from dataclasses import dataclass

from playground.cell.graph import Gate, Input, Memory, Output
from playground.cell.layout.align import align, grid, median
from playground.cell.layout.rows import Rows
from playground.cell.layout.shapes import Point, Shape
from playground.cell.layout.structure import Structure, Track

SWEEPS = 12
GAP = 32.0  # between two nodes of a row
MARGIN = 56.0  # between the inner nodes and what stands at the edges
BUS = 40.0  # between two lines at the bottom
EXIT = 24.0  # least distance between the ends of two lines at the right


@dataclass(frozen=True)
class Placement:
    """centres: by position in the cell. exits: for every memory with a source, where its line leaves at the right."""

    centres: tuple[Point, ...]
    exits: dict[int, Point]


def place_textbook(structure: Structure, sizes: list[tuple[float, float, Shape]], stretch: float = 1.0) -> Placement:
    """`stretch` > 1: more room between rows and columns, for cells with many wires."""
    rows = Rows(structure)
    x = _Columns(rows, sizes, stretch).solve()
    y = _heights(rows, sizes, stretch)
    return _edges(rows, sizes, x, y, stretch)


class _Columns:
    """Where the inner nodes stand from left to right."""

    def __init__(self, rows: Rows, sizes: list[tuple[float, float, Shape]], stretch: float) -> None:
        self.rows = rows
        self.half = [width / 2 for width, _, _ in sizes]
        self.members = rows.members()
        self.gap = grid(GAP * stretch)
        self.near = {index: self._attractors(index) for index in rows.inner}
        # A line is tapped at the right of the node that carries it.
        self.after = {
            index: [source for source in rows.structure.sources[index] if source in rows.carriers]
            for index in rows.inner
            if index not in rows.carriers
        }

    def _attractors(self, index: int) -> list[int]:
        """Neighbours in other rows that the node should stand straight above or below."""
        rows = self.rows
        sources = [source for source in rows.inner_sources(index) if source not in rows.carriers]
        targets = [t for t in rows.inner_targets(index) if index not in rows.carriers]
        return [other for other in (*sources, *targets) if rows.level[other] != rows.level[index]]

    def _gaps(self, row: list[int]) -> list[float]:
        gaps = []
        for left, right in zip(row, row[1:], strict=False):
            gaps.append(-grid(-(self.half[left] + self.half[right] + self.gap)))
        return gaps

    def solve(self) -> dict[int, float]:
        x: dict[int, float] = {}
        ends = [0.0] * len(self.members)
        for index in self.rows.sequence:  # first guess: above the sources, right of what is there
            row = self.rows.level[index]
            near = [x[other] for other in self.near[index] if other in x]
            x[index] = max(ends[row] + self.half[index], median(near) if near else 0.0)
            ends[row] = x[index] + self.half[index] + self.gap
        upwards = list(range(len(self.members)))
        for sweep in range(SWEEPS):
            for row in upwards if sweep % 2 == 0 else reversed(upwards):
                self._sweep(self.members[row], x)
        for row in upwards:
            self._settle(self.members[row], x)
        left = min((x[index] - self.half[index] for index in x), default=0.0)
        return {index: grid(value - left) for index, value in x.items()}

    def _least(self, index: int, x: dict[int, float]) -> float:
        """Right of every line that the node reads."""
        room = 24.0 + max(self.half[index] - 24.0, 0.0) + 8.0
        return max((x[source] + room for source in self.after.get(index, ())), default=float("-inf"))

    def _sweep(self, row: list[int], x: dict[int, float]) -> None:
        wishes, weights = [], []
        for index in row:
            near = [x[other] for other in self.near[index]]
            wishes.append(max(median(near) if near else x[index], self._least(index, x)))
            weights.append(0.2 + len(near))
        for index, value in zip(row, align(wishes, weights, self._gaps(row)), strict=True):
            x[index] = value

    def _settle(self, row: list[int], x: dict[int, float]) -> None:
        """On the grid, and right of the lines read, whatever the row's wishes were."""
        gaps = [0.0, *self._gaps(row)]
        before = float("-inf")
        for index, gap in zip(row, gaps, strict=False):
            x[index] = grid(max(x[index], before + gap, self._least(index, x)))
            before = x[index]


def _heights(rows: Rows, sizes: list[tuple[float, float, Shape]], stretch: float) -> dict[int, float]:
    """The y of every row's middle, and of the row below the gates (level -1), where the lines at the bottom begin."""
    tallest = [max((sizes[index][1] for index in row), default=34.0) for row in rows.members()]
    y = {0: 0.0}
    for level in range(1, len(tallest)):
        step = tallest[level - 1] / 2 + tallest[level] / 2 + 36.0 * stretch
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
            bottom += BUS
            taps.append(track)
        centres[track.memory] = Point(column, height)
    for index, node in enumerate(structure.nodes):
        if isinstance(node, Input):
            centres[index] = Point(grid(-margin - sizes[index][0] / 2), bottom)
            bottom += BUS
    _exits_of_taps(structure, sizes, centres, taps, exits, right)
    taken = [point.y for point in exits.values()]
    for index, node in enumerate(structure.nodes):
        if isinstance(node, Output):
            wish = [centres[source].y for source in structure.sources[index] if source in centres]
            height = _free(wish[0] if wish else 0.0, taken, sizes[index][1] / 2 + 8.0, down=bool(rows.tracks))
            taken.extend((height - 8.0, height, height + 8.0))
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
        if not clear:
            height = _free(grid(source.y - sizes[track.source][1] / 2 - 16.0), taken, EXIT, down=False)
        taken.append(height)
        exits[track.memory] = Point(right, height)


def _free(wish: float, taken: list[float], room: float, down: bool) -> float:
    """The nearest height at least `room` away from every one that is taken."""
    for step in range(1000):
        for sign in (1, -1) if down else (-1, 1):
            height = wish + sign * step * 8.0
            if all(abs(height - other) >= room for other in taken):
                return height
    return wish
