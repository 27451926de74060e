"""Where everything on the network canvas lies: counts and a size in, rectangles and wires out. Knows nothing of Qt.

Scene units are pixels at 100 %; y grows downwards. The same input always gives the same plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Literal, NamedTuple

STEP = 4  # every length is a multiple of half the 8 px grid
CAPTION = 24  # the name of a net stands above it, unless its only layer bears it
STRAIGHT = 16  # a sequence that lies so little beside a row moves to it, so that the wire is straight
ZONE_HEIGHT = 32
ZONE_WIDTH = 224
BUTTON = 10  # radius in which × and + answer
INVITATION = (320, 144)  # the drop zone of an experiment without networks


class Point(NamedTuple):
    x: float
    y: float


class Rect(NamedTuple):
    """A rectangle by its top left corner and size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def centre(self) -> Point:
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x <= self.right and self.y <= y <= self.bottom


class Span(NamedTuple):
    """A length that may shrink to `least` where room is scarce and grow to `most` where there is plenty."""

    least: float
    usual: float
    most: float

    def at(self, stretch: float) -> float:
        """`stretch` -1: least, 0: usual, 1: most; on the grid."""
        end = self.least if stretch < 0 else self.most
        length = self.usual + (end - self.usual) * abs(stretch)
        return _grid(length)


MARGIN = Span(16, 24, 32)
TASK = Span(148, 168, 208)
ENTRY = Span(56, 92, 136)
LAYER = Span(144, 220, 320)
BETWEEN = Span(44, 52, 72)
EXIT = Span(48, 56, 104)
READOUT = Span(72, 80, 88)
OUT = Span(32, 40, 88)
ANSWER = Span(140, 156, 176)

TOP = Span(12, 20, 24)
CARD = Span(96, 124, 208)
ROW_GAP = Span(16, 40, 64)
ZONE_GAP = Span(12, 16, 24)

TASK_HEIGHT = 120
READOUT_HEIGHT = 56
ANSWER_HEIGHT = 96


@dataclass(frozen=True)
class Gap:
    """A place where a layer can go in: on the wire before layer `index` (the last one lies before the readout).

    points: the wire that crosses it, from its source to its arrow. plus: where its + sits.
    """

    net: int
    index: int
    rect: Rect
    points: tuple[Point, ...]
    plus: Point


@dataclass(frozen=True)
class Row:
    """One network. `out`: the wire from the readout to the answer."""

    net: int
    caption: Rect | None
    layers: tuple[Rect, ...]
    gaps: tuple[Gap, ...]
    readout: Rect
    answer: Rect
    out: tuple[Point, ...]


@dataclass(frozen=True)
class Hit:
    """What lies at a point. `net` and `index` (of a layer or a gap) are -1 where they do not apply."""

    kind: Literal["task", "caption", "layer", "gap", "readout", "answer", "race", "remove", "open", "insert", "empty"]
    net: int = -1
    index: int = -1


@dataclass(frozen=True)
class Plan:
    """All rectangles of the canvas. `race`: the zone for one more network; `bounds`: everything with its margin."""

    task: Rect
    rows: tuple[Row, ...]
    race: Rect
    bounds: Rect

    def hit(self, x: float, y: float) -> Hit:
        """What lies at the scene point (x, y): buttons (× on a layer, + on a wire), then cards, then gaps."""
        for row in self.rows:
            for index, card in enumerate(row.layers):
                if hypot(x - card.right, y - card.y) <= BUTTON:
                    return Hit("remove", row.net, index)
                if hypot(x - card.right, y - card.bottom) <= BUTTON:
                    return Hit("open", row.net, index)
            for gap in row.gaps:
                if hypot(x - gap.plus.x, y - gap.plus.y) <= BUTTON:
                    return Hit("insert", row.net, gap.index)
        if self.task.contains(x, y):
            return Hit("task")
        if self.race.contains(x, y):
            return Hit("race")
        for row in self.rows:
            for index, card in enumerate(row.layers):
                if card.contains(x, y):
                    return Hit("layer", row.net, index)
            if row.readout.contains(x, y):
                return Hit("readout", row.net)
            if row.answer.contains(x, y):
                return Hit("answer", row.net)
            if row.caption and row.caption.contains(x, y):
                return Hit("caption", row.net)
            for gap in row.gaps:
                if gap.rect.contains(x, y):
                    return Hit("gap", row.net, gap.index)
        return Hit("empty")


@dataclass(frozen=True)
class _Columns:
    """Left edges and widths that all rows share."""

    task: float
    task_width: float
    split: float
    layer: float
    layer_width: float
    pitch: float
    readout: float
    readout_width: float
    answer: float
    answer_width: float
    total: float


def lay_out(layers: Sequence[int], width: float, height: float) -> Plan:
    """Arrange networks with so many `layers` each for a view of `width` × `height`.

    Cards and gaps shrink and grow with the room. Where even the smallest do not fit, the plan is larger than the view
    (and the view scales it down).
    """
    columns, left = _columns(max(layers, default=0), width)
    if not layers:
        return _invitation(columns, left, width, height)
    if columns.total > width:  # the view will scale it down, so there is more room than it seems
        height *= columns.total / width
    captions = [CAPTION if count != 1 else 0 for count in layers]
    count, fixed = len(layers), ZONE_HEIGHT + sum(captions)
    stretch = _stretch([(TOP, 2), (CARD, count), (ROW_GAP, count - 1), (ZONE_GAP, 1)], height - fixed)
    card, gap = min(CARD.at(stretch), round(columns.layer_width * 0.8 / STEP) * STEP), ROW_GAP.at(stretch)
    total = fixed + count * card + (count - 1) * gap + ZONE_GAP.at(stretch)
    top = max(TOP.at(stretch), _grid((height - total) / 2))

    centres, y = [], top
    for caption in captions:
        centres.append(y + caption + card / 2)
        y += caption + card + gap
    zone_top = y - gap + ZONE_GAP.at(stretch)
    middle = (centres[0] + centres[-1]) / 2
    middle = next((centre for centre in centres if abs(centre - middle) < STRAIGHT), middle)
    task = Rect(columns.task, middle - TASK_HEIGHT / 2, columns.task_width, TASK_HEIGHT)
    rows = tuple(_row(net, count, centres[net], card, columns, task) for net, count in enumerate(layers))
    race = Rect(columns.layer, zone_top, max(columns.layer_width, ZONE_WIDTH), ZONE_HEIGHT)
    lowest = max(race.bottom, task.bottom) + TOP.at(stretch)
    highest = min(0.0, task.y - TOP.at(stretch))
    bounds = Rect(0, highest, max(width, columns.answer + columns.answer_width + left), max(height, lowest) - highest)
    return Plan(task, rows, race, bounds)


def _columns(layers: int, width: float) -> tuple[_Columns, float]:
    """The columns and the left margin for at most `layers` layers in a row."""
    spans = [(MARGIN, 2), (TASK, 1), (ENTRY, 1), (LAYER, layers), (BETWEEN, max(0, layers - 1)), (EXIT, 1),
             (READOUT, 1), (OUT, 1), (ANSWER, 1)]  # fmt: skip
    stretch = _stretch(spans, width)
    total = sum(span.at(stretch) * count for span, count in spans)
    left = MARGIN.at(stretch) + max(0.0, _grid((width - total) / 2))
    task_width, card, pitch = TASK.at(stretch), LAYER.at(stretch), LAYER.at(stretch) + BETWEEN.at(stretch)
    layer = left + task_width + ENTRY.at(stretch)
    last = layer + max(0, layers - 1) * pitch + (card if layers else 0)
    readout = last + EXIT.at(stretch)
    answer = readout + READOUT.at(stretch) + OUT.at(stretch)
    split = left + task_width + _grid(ENTRY.at(stretch) * 0.45)
    return _Columns(left, task_width, split, layer, card, pitch, readout, READOUT.at(stretch), answer,
                    ANSWER.at(stretch), total), left  # fmt: skip


def _row(net: int, count: int, centre: float, card: float, columns: _Columns, task: Rect) -> Row:
    top = centre - card / 2
    layers = tuple(
        Rect(columns.layer + index * columns.pitch, top, columns.layer_width, card) for index in range(count)
    )
    caption = Rect(columns.layer, top - CAPTION, columns.readout - columns.layer, CAPTION) if count != 1 else None
    readout = Rect(columns.readout, centre - READOUT_HEIGHT / 2, columns.readout_width, READOUT_HEIGHT)
    answer = Rect(columns.answer, centre - ANSWER_HEIGHT / 2, columns.answer_width, ANSWER_HEIGHT)
    ends = [*(card.x for card in layers), readout.x]
    begins = [columns.split, *(card.right for card in layers)]
    gaps = []
    for index, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        points: tuple[Point, ...] = (Point(begin, centre), Point(end, centre))
        if index == 0:
            points = _split(Point(task.right, task.centre.y), columns.split, points[-1])
        room = Rect(begin, top, end - begin, card)
        plus = Point(begin + min(end - begin, EXIT.most) / 2, centre)
        gaps.append(Gap(net, index, room, points, plus))
    out = (Point(readout.right, centre), Point(answer.x, centre))
    return Row(net, caption, layers, tuple(gaps), readout, answer, out)


def _split(start: Point, x: float, end: Point) -> tuple[Point, ...]:
    """From the sequence to a row: straight, or along the vertical at `x`."""
    if start.y == end.y:
        return (start, end)
    return (start, Point(x, start.y), Point(x, end.y), end)


def _invitation(columns: _Columns, left: float, width: float, height: float) -> Plan:
    """An experiment without networks: the sequence, and a large zone that asks for the first cell."""
    wide, high = INVITATION
    total = columns.task_width + (columns.layer - columns.task - columns.task_width) + wide
    x = max(left if total + 2 * left <= width else MARGIN.least, _grid((width - total) / 2))
    middle = _grid(max(height, high + 2 * TOP.usual) / 2)
    task = Rect(x, middle - TASK_HEIGHT / 2, columns.task_width, TASK_HEIGHT)
    race = Rect(x + total - wide, middle - high / 2, wide, high)
    bounds = Rect(0, 0, max(width, race.right + MARGIN.least), max(height, race.bottom + TOP.least))
    return Plan(task, (), race, bounds)


def _stretch(spans: Sequence[tuple[Span, int]], room: float) -> float:
    """How far `count` of each span must shrink (to -1) or may grow (to 1) to fill `room`."""
    least, usual, most = (sum(span[size] * count for span, count in spans) for size in range(3))
    if room < usual:
        return max(-1.0, (room - usual) / (usual - least))
    return min(1.0, (room - usual) / (most - usual))


def _grid(length: float) -> float:
    return (length // STEP) * STEP
