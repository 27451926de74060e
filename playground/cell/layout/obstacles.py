"""The boxes that wires keep away from, in order: which of them a line comes near is asked thousands of times."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

HORIZONTAL, VERTICAL = 0, 1
Bounds = tuple[float, float, float, float]  # left, top, right, bottom


class Obstacles:
    """`boxes` with `clearance` around each. left, top, right, bottom: of all together, 0 without any."""

    def __init__(self, boxes: Sequence[Bounds], clearance: float) -> None:
        self.boxes = boxes
        self.clearance = clearance
        self.left = min((b[0] for b in boxes), default=0.0)
        self.top = min((b[1] for b in boxes), default=0.0)
        self.right = max((b[2] for b in boxes), default=0.0)
        self.bottom = max((b[3] for b in boxes), default=0.0)
        # By direction of the line: the boxes by where they begin across it, and how far the largest reaches from there.
        self._order = (sorted(boxes, key=lambda b: b[1]), sorted(boxes, key=lambda b: b[0]))
        self._begins = ([b[1] for b in self._order[0]], [b[0] for b in self._order[1]])
        self._reach = (max((b[3] - b[1] for b in boxes), default=0.0), max((b[2] - b[0] for b in boxes), default=0.0))

    def beside(self, way: int, at: float) -> list[Bounds]:
        """The boxes that an endless line in this direction comes too near to."""
        begins, room = self._begins[way], self.clearance
        near, far = (1, 3) if way == HORIZONTAL else (0, 2)
        first = bisect_left(begins, at - room - self._reach[way] - 1.0)
        part = self._order[way][first : bisect_right(begins, at + room + 1.0)]
        return [box for box in part if box[near] - room < at < box[far] + room]

    def free(self, way: int, lines: Iterable[float], margin: float) -> Iterator[tuple[float, float, float]]:
        """Of every line of a direction, in order, the parts that no box blocks: (at, from, to).

        They end `margin` outside of all boxes.
        """
        if way == HORIZONTAL:
            low, high, begin, end = self.left - margin, self.right + margin, 0, 2
        else:
            low, high, begin, end = self.top - margin, self.bottom + margin, 1, 3
        places = sorted(lines)
        blocked: list[list[tuple[float, float]]] = [[] for _ in places]
        near, far = (1, 3) if way == HORIZONTAL else (0, 2)
        # By boxes, as each is in the way of a few lines: to ask for every line which boxes are near would take longer.
        for box in self.boxes:
            first = bisect_right(places, box[near] - self.clearance)
            for k in range(first, bisect_left(places, box[far] + self.clearance, first)):
                blocked[k].append((box[begin], box[end]))
        for at, spans in zip(places, blocked, strict=True):
            start = low
            for lo, hi in sorted(spans):
                if lo - self.clearance >= start:
                    yield at, start, lo - self.clearance
                start = max(start, hi + self.clearance)
            if start <= high:
                yield at, start, high
