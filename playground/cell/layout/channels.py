"""Places and routes a large cell on a matrix: nodes in columns and rows, wires in the channels between them.

Every wire runs from its source into the channel at the right, along a channel between two rows, and through the
channel at the left of its target into it. Channels are as wide as the wires in them need, so no wire meets a node and
no two touch.
"""

from dataclasses import dataclass, field
from math import ceil

from playground.cell.graph import Gate
from playground.cell.layout.align import grid
from playground.cell.layout.corridors import Path, Spot
from playground.cell.layout.matrix import Matrix
from playground.cell.layout.obstacles import HORIZONTAL, VERTICAL
from playground.cell.layout.shapes import GRID, Point, Shape, rim
from playground.cell.layout.structure import Link, Structure, is_bus
from playground.cell.layout.textbook import line_pitch

EDGE = 16.0  # between a box and the first wire of a channel
NARROW = 24.0  # least width of a channel without wires


@dataclass
class Channel:
    """A strip between two columns (or rows).

    `spans`: source → the stretch it needs, in columns and rows counted by halves.
    """

    spans: dict[int, list[int]] = field(default_factory=dict)
    lanes: dict[int, int] = field(default_factory=dict)  # source → which wire of the channel, after `settle`
    start: float = 0.0

    def want(self, net: int, *places: int) -> None:
        span = self.spans.setdefault(net, [min(places), max(places)])
        span[0], span[1] = min(span[0], *places), max(span[1], *places)

    def settle(self) -> None:
        """Gives every source a line; two may share one where they are nowhere side by side."""
        ends: list[int] = []
        for net, (low, high) in sorted(self.spans.items(), key=lambda item: (item[1], item[0])):
            lane = next((k for k, end in enumerate(ends) if end < low), len(ends))
            if lane == len(ends):
                ends.append(high)
            ends[lane] = high
            self.lanes[net] = lane

    @property
    def width(self) -> float:
        count = 1 + max(self.lanes.values(), default=-1)
        return max(NARROW, 2 * EDGE + GRID * (count - 1)) if count else NARROW

    def at(self, net: int) -> float:
        return self.start + EDGE + GRID * self.lanes[net]


@dataclass(frozen=True)
class Way:
    """A wire through the matrix: its upright channels, and between them a level one or a line at the bottom."""

    link: Link
    first: int
    level: int | None
    bus: int | None
    last: int | None
    from_below: bool = False


class Channels:
    """The finished placement: `centres`, `exits` and, when asked for, `paths`."""

    def __init__(self, structure: Structure, sizes: list[tuple[float, float, Shape]]) -> None:
        self.structure = structure
        self.sizes = sizes
        self.matrix = Matrix(structure)
        self.columns = 1 + max(self.matrix.column.values(), default=-1)
        self.upright = [Channel() for _ in range(self.columns + 1)]  # k lies left of column k
        self.level = [Channel() for _ in range(self.matrix.rows + 1)]  # k lies above row k
        self.tapped: dict[int, int] = {}  # memory or input → line at the bottom
        self.leaving: dict[int, int] = {}  # memory → the line at the bottom on which it leaves
        self.used: dict[int, list[int]] = {}  # source → its level channels
        self._lines_at_bottom()
        self.slots = self._slots()
        self.ways = [self._way(link) for link in structure.links]
        for channel in (*self.upright, *self.level):
            channel.settle()
        self.centres = self._centres()
        self.exits = self._exits()

    def paths(self) -> dict[Link, Path]:
        """The way of every wire."""
        return {way.link: self._path(way) for way in self.ways}

    def _lines_at_bottom(self) -> None:
        structure, column = self.structure, self.matrix.column
        tops = {track.memory for track in self.matrix.tops}
        lines = 0
        for index in sorted(range(len(structure.nodes)), key=lambda k: (structure.nodes[k].role == "input", k)):
            if is_bus(structure.nodes[index]) and index not in tops:
                self.tapped[index] = lines
                lines += 1
        for track in structure.tracks:
            if track.source is None or track.memory in tops:
                continue
            last = max((column[target] for target in structure.targets[track.memory] if target in column), default=-1)
            if column.get(track.source, -1) + 1 > last:
                self.leaving[track.memory] = self.tapped[track.memory]
            else:
                self.leaving[track.memory] = lines
                lines += 1
        self.bottom_lines = lines

    def _slots(self) -> dict[tuple[int, int], float]:
        """How far every wire enters beside the middle of its target's side.

        The middle itself is for a wire straight from the left: at that height the node before lets its own wires out.
        """
        into: dict[int, list[Link]] = {}
        for link in self.structure.links:
            if not link.back and not self._is_line(link):
                into.setdefault(link.target, []).append(link)
        slots = {}
        for target, links in into.items():
            links.sort(key=lambda link: (self._rank(link.source), link.port))
            width, height, _ = self.sizes[target]
            room = ((width if target in self.matrix.carriers else height) - 16.0) // 16.0 * 8.0
            free = [k * 8.0 for k in range(-int(room / 8), int(room / 8) + 1) if k]
            straight = [link for link in links if self._is_straight(link)][:1]
            for link in straight:
                slots[target, link.port] = 0.0
                links.remove(link)
            if len(links) > len(free):
                step = 2 * room / max(len(links) - 1, 1)
                free = [-room + k * step for k in range(len(links))]
            elif 2 * len(links) <= len(free) and not straight and len(links) > 1:
                free = [k for k in free if k % 16.0]  # 16 px apart where there is room
            first = (len(free) - len(links)) // 2
            for k, link in enumerate(links):
                slots[target, link.port] = free[first + k]
        return slots

    def _is_straight(self, link: Link) -> bool:
        """Whether the source stands just left of the target."""
        matrix = self.matrix
        if link.source not in matrix.column or link.target in matrix.carriers:
            return False
        beside = matrix.column[link.source] + 1 == matrix.column[link.target]
        return beside and matrix.row[link.source] == matrix.row[link.target]

    def _rank(self, index: int) -> int:
        return self.matrix.row.get(index, self.matrix.rows + self.tapped.get(index, 0))

    def _is_line(self, link: Link) -> bool:
        """Whether the wire carries a top line from one node to the next."""
        carriers = self.matrix.carriers
        track = carriers.get(link.target)
        if track is None:
            return False
        way = (self.matrix.tops[track].memory, *self.matrix.tops[track].path)
        place = way.index(link.target)
        first = next(k for k in self.structure.links if k.source == link.source and k.target == link.target)
        return way[place - 1] == link.source and first == link

    # -- which channels a wire takes -----------------------------------------------------------------------------------

    def _way(self, link: Link) -> Way:
        column, row, net = self.matrix.column, self.matrix.row, link.source
        start = column.get(net, -1) + 1
        if link.back:
            top = next((k for k, track in enumerate(self.matrix.tops) if track.memory == link.target), None)
            if top is not None:
                return Way(link, start, None, None, None)
            line = self.leaving[link.target]
            if net not in self.tapped:
                self.upright[start].want(net, self._height(net), self._deep(line))
                return Way(link, start, None, line, None)
            self.upright[0].want(net, self._deep(self.tapped[net]), self._deep(line))
            return Way(link, 0, None, line, None)
        if self._is_line(link):
            return Way(link, start, None, None, None)
        target = link.target
        end = column[target]
        below = target in self.matrix.carriers
        if net in self.tapped:
            if not below:
                self.upright[end].want(net, self._height(target), self._deep(self.tapped[net]))
                return Way(link, end, None, self.tapped[net], None)
            level = row[target] + 1
            self.upright[end].want(net, 2 * level, self._deep(self.tapped[net]))
            self.level[level].want(net, 2 * end, 2 * end + 1)
            return Way(link, end, level, self.tapped[net], None, True)
        if self.slots.get((target, link.port)) == 0.0 and self._is_straight(link):
            return Way(link, start, None, None, None)
        if start == end and not below:
            self.upright[start].want(net, self._height(net), self._height(target))
            return Way(link, start, None, None, end)
        level = row[target] + 1 if below else self._level(net, row[target])
        self.upright[start].want(net, self._height(net), 2 * level)
        if below:
            self.level[level].want(net, 2 * start, 2 * end + 1)
            return Way(link, start, level, None, None, True)
        self.level[level].want(net, 2 * start, 2 * end)
        self.upright[end].want(net, 2 * level, self._height(target))
        return Way(link, start, level, None, end)

    def _level(self, net: int, row: int) -> int:
        """The channel beside row `row` on the source's side, or one near by that the source has already."""
        here = self._row_of(net)
        best = row if here <= row else row + 1
        used = self.used.setdefault(net, [])
        for level in used:
            if abs(level - best) <= 1:
                return level
        used.append(best)
        return best

    def _row_of(self, index: int) -> int:
        if index in self.matrix.row:
            return self.matrix.row[index]
        return next(k for k, track in enumerate(self.matrix.tops) if track.memory == index)

    def _height(self, index: int) -> int:
        """Rows are counted by odd numbers, channels between them by even ones."""
        return 2 * self._row_of(index) + 1 if index not in self.tapped else self._deep(self.tapped[index])

    def _deep(self, line: int) -> int:
        return 2 * self.matrix.rows + 2 + line

    # -- coordinates ---------------------------------------------------------------------------------------------------

    def _centres(self) -> list[Point]:
        nodes, sizes, matrix = self.structure.nodes, self.sizes, self.matrix
        widths, heights = [0.0] * self.columns, [34.0] * matrix.rows
        for index in matrix.cells:
            widths[matrix.column[index]] = max(widths[matrix.column[index]], sizes[index][0])
            heights[matrix.row[index]] = max(heights[matrix.row[index]], sizes[index][1])
        self.xs, self.ys = [0.0] * self.columns, [0.0] * matrix.rows
        edge = _line_up(self.upright, widths, self.xs)
        bottom = _line_up(self.level, heights, self.ys)
        self.right = grid(edge + EDGE + 32.0)
        pitch = line_pitch(self.structure, sizes)
        self.lines = [grid(bottom + 24.0) + pitch * k for k in range(self.bottom_lines)]
        centres = []
        for index in range(len(nodes)):
            if index in matrix.column:
                centres.append(Point(self.xs[matrix.column[index]], self.ys[matrix.row[index]]))
                continue
            x = grid(-sizes[index][0] / 2 - 8.0)
            y = self.lines[self.tapped[index]] if index in self.tapped else self.ys[self._row_of(index)]
            centres.append(Point(x, y))
        return centres

    def _exits(self) -> dict[int, Point]:
        exits = {track.memory: Point(self.right, self.ys[k]) for k, track in enumerate(self.matrix.tops)}
        exits.update({memory: Point(self.right, self.lines[line]) for memory, line in self.leaving.items()})
        return exits

    def _path(self, way: Way) -> Path:
        link, net = way.link, way.link.source
        width = self.sizes[net][0]
        centre = self.centres[net]
        start = Spot(centre.x + width / 2, centre.y, "right", 0.0, (net, "right", 0))
        segments: list[tuple[int, float]] = [(HORIZONTAL, centre.y)]
        end = self._end(way)
        straight = way.level is None and way.bus is None and way.last is None
        if way.bus is not None and net not in self.tapped:
            segments += [(VERTICAL, self.upright[way.first].at(net)), (HORIZONTAL, self.lines[way.bus])]
        elif way.bus is not None and link.back:
            if self.lines[way.bus] != centre.y:
                segments += [(VERTICAL, self.upright[0].at(net)), (HORIZONTAL, self.lines[way.bus])]
        elif not straight:
            segments.append((VERTICAL, self.upright[way.first].at(net)))
            if way.level is not None:
                segments.append((HORIZONTAL, self.level[way.level].at(net)))
            if way.last is not None and way.level is not None:
                segments.append((VERTICAL, self.upright[way.last].at(net)))
            segments.append((VERTICAL, end.x) if way.from_below else (HORIZONTAL, end.y))
        return Path(net, start, end, tuple(segments), 0)

    def _end(self, way: Way) -> Spot:
        target = way.link.target
        if way.link.back:
            exit = self.exits[target]
            return Spot(exit.x, exit.y, "left", 0.0, (-1 - target, "exit", 0))
        width, height, _ = self.sizes[target]
        x, y = self.centres[target]
        shift = self.slots.get((target, way.link.port), 0.0)
        card = isinstance(self.structure.nodes[target], Gate)
        inset = 0.0 if card else rim(width, height, "bottom" if way.from_below else "left", shift)
        slot = round(shift)
        if way.from_below:
            return Spot(x + shift, y + height / 2 - inset, "bottom", 0.0, (target, "bottom", slot))
        return Spot(x - width / 2 + inset, y + shift, "left", 0.0, (target, "left", slot))


def _line_up(channels: list[Channel], widths: list[float], middles: list[float]) -> float:
    """Lays channels and the strips between them side by side on the grid; returns where the last channel ends."""
    position = 0.0
    for k, channel in enumerate(channels):
        channel.start = position
        position += channel.width
        if k < len(widths):
            half = ceil(widths[k] / 2 / GRID) * GRID
            middles[k] = position + half
            position += 2 * half
    return position
