"""Routes all wires of a cell for given boxes: lines of memories first, then the short wires, then what is tapped."""

from itertools import pairwise

from playground.cell.graph import Input, Memory
from playground.cell.layout.align import grid
from playground.cell.layout.corridors import Path, Router, Spot
from playground.cell.layout.obstacles import HORIZONTAL, VERTICAL, Bounds
from playground.cell.layout.shapes import Point
from playground.cell.layout.spots import Spots
from playground.cell.layout.structure import Link, Structure

SHARED = 400.0  # dislike of a spot that another source uses
PATIENCE = 120_000  # wires times boxes that are searched for; a person waits about a second
TIGHT = 2.0  # how near to a box a wire may come where there is no other way
MOST_SQUEEZES = 24  # after so many the nodes lie in a heap, and no search helps


class Wiring:
    """The paths of a cell's wires, by link.

    Wires given in `kept` stay as they are; the others are routed around them.
    """

    def __init__(
        self, structure: Structure, boxes: list[Bounds], exits: dict[int, Point], kept: dict[Link, Path] | None = None
    ) -> None:
        self.structure = structure
        self.boxes = boxes
        self.exits = exits
        self.spots = Spots(structure, boxes)
        self.router = Router(boxes)
        self.squeezes = 0
        self.paths: dict[Link, Path] = dict(kept or {})
        self.claimed: dict[tuple[int, str, int], tuple[int, bool]] = {}
        self.lines = lane_links(structure)
        carried = {track.memory for track in structure.tracks if track.path}
        nodes = structure.nodes
        self.taps = {k for k, node in enumerate(nodes) if isinstance(node, Memory | Input) and k not in carried}
        self.router.take(self.paths.values())
        for path in self.paths.values():
            self._claim(path)
        self.fresh = [link for link in self._in_order() if link not in self.paths]
        patience = PATIENCE // max(len(boxes), 1)
        self.blunt = len(self.fresh) > patience
        for k, link in enumerate(self.fresh):
            path = self._route(link) if k < patience else self._at_once(link)
            self.paths[link] = path
            self._claim(path)

    def _claim(self, path: Path) -> None:
        self.claimed[path.start.key] = (path.net, True)
        self.claimed[path.end.key] = (path.net, False)

    def _in_order(self) -> list[Link]:
        nodes = self.structure.nodes

        def rank(link: Link) -> tuple[int, bool, float, Link]:
            a, b = self.boxes[link.source], self.boxes[link.target]
            far = abs(a[0] + a[2] - b[0] - b[2]) + abs(a[1] + a[3] - b[1] - b[3])
            if link in self.lines:
                return (0, False, b[0], link)
            if link.back:
                return (1, False, 0.0, link)
            if isinstance(nodes[link.source], Memory | Input):
                return (3, False, b[0], link)
            aligned = a[0] + a[2] == b[0] + b[2] or a[1] + a[3] == b[1] + b[3]
            return (2, not aligned, far, link)

        return sorted(self.structure.links, key=rank)

    def _route(self, link: Link) -> Path:
        net = link.source
        starts = [self._charged(spot, net, leaving=True) for spot in self.spots.leaving(link.source)]
        if link.back:
            end = self.exits[link.target]
            goals = [Spot(end.x, end.y, "left", 0.0, (-1 - link.target, "exit", 0))]
        else:
            places = self.spots.entering(link, link in self.lines)
            if any(spot.key in self.claimed for spot in places):
                places += self.spots.elsewhere(link)
            goals = [self._charged(spot, net, leaving=False) for spot in places]
        # A spot that another source uses is taken only where nothing else is left.
        free = [spot for spot in goals if spot.cost < SHARED] or goals
        path = self.router.connect(net, [s for s in starts if s.cost < SHARED] or starts, free, net in self.taps)
        if path is None and net in self.taps:
            path = self.router.connect(net, starts, goals)
        if path is None and (len(free) < len(goals) or any(spot.cost >= SHARED for spot in starts)):
            path = self.router.connect(net, starts, goals)
        if path is None:
            path = self._squeezed(net, starts, goals) or _blunt(net, starts[0], free[0])
            self.router.add(path)
        return path

    def _at_once(self, link: Link) -> Path:
        """A way without any search, for cells with more misplaced nodes than anybody could read."""
        exit = self.exits.get(link.target, Point(0.0, 0.0))
        end = Spot(exit.x, exit.y, "left", 0.0, (-1 - link.target, "exit", 0))
        goal = end if link.back else self.spots.entering(link)[0]
        return _blunt(link.source, self.spots.leaving(link.source)[0], goal)

    def _squeezed(self, net: int, starts: list[Spot], goals: list[Spot]) -> Path | None:
        """A way through gaps that are narrower than they should be."""
        if self.squeezes == MOST_SQUEEZES:
            return None
        self.squeezes += 1
        router = Router(self.boxes, TIGHT)
        router.take(self.paths.values())
        return router.connect(net, starts, goals)

    def _charged(self, spot: Spot, net: int, leaving: bool) -> Spot:
        owner = self.claimed.get(spot.key)
        if owner is None or (leaving and owner == (net, True)):
            return spot
        return spot._replace(cost=spot.cost + SHARED)


def lane_links(structure: Structure) -> dict[Link, int]:
    """The wires that thick lines consist of, with their memory: along the nodes that carry it, and out."""
    found: dict[Link, int] = {}
    into: dict[tuple[int, int], Link] = {}
    for link in structure.links:
        into.setdefault((link.source, link.target), link)
    for track in structure.tracks:
        if track.path and track.source is not None:
            for step in pairwise((track.memory, *track.path)):
                found[into[step]] = track.memory
            found[into[track.source, track.memory]] = track.memory
    return found


def _blunt(net: int, start: Spot, end: Spot) -> Path:
    """A way that minds no boxes, for nodes that lie on top of each other."""
    first = HORIZONTAL if start.side in ("left", "right") else VERTICAL
    last = HORIZONTAL if end.side in ("left", "right") else VERTICAL
    a, b = (start.y, end.y) if first == HORIZONTAL else (start.x, end.x)
    if first != last:
        return Path(net, start, end, ((first, a), (last, end.y if last == HORIZONTAL else end.x)), 0)
    if a == b:
        return Path(net, start, end, ((first, a),), 0)
    middle = grid((start.x + end.x) / 2 if first == HORIZONTAL else (start.y + end.y) / 2)
    return Path(net, start, end, ((first, a), (1 - first, middle), (last, b)), 0)
