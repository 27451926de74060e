"""The two doors: `lay_out` for a cell seen for the first time, `relayout` after an edit."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from playground.cell.graph import Cell, Output
from playground.cell.layout.align import grid, median
from playground.cell.layout.assemble import Size, assemble, bounds_of
from playground.cell.layout.channels import Channels
from playground.cell.layout.corridors import Path, Spot, stretches
from playground.cell.layout.nudge import Nudger
from playground.cell.layout.obstacles import HORIZONTAL, VERTICAL, Bounds
from playground.cell.layout.settle import free_place, overlaps
from playground.cell.layout.shapes import CLEARANCE, Layout, Point, Side, Sizes, WireRoute
from playground.cell.layout.structure import Link, Structure, analyse, is_bus
from playground.cell.layout.textbook import EXIT, free_height, place_textbook
from playground.cell.layout.wiring import Wiring

SMALL = 28  # so many gates and operations at most are drawn as in a textbook
STRETCHES = (1.0, 1.5)  # tried one after the other until no wires are too near each other
RIGHT = 64.0  # what a memory's line needs at the right
STANDARD = Sizes()


@dataclass(frozen=True)
class Draft:
    """Where everything lies, by positions in the cell. `paths`: of the wires that are known already."""

    centres: list[Point]
    exits: dict[int, Point]
    paths: dict[Link, Path]
    strained: int = 0


def lay_out(cell: Cell, sizes: Sizes = STANDARD) -> Layout:
    """Lays out a cell: nodes with a `place` lie there (it is the middle of their box), the others around them.

    The same cell always gives the same layout. Takes any cell, also one that `check_cell` refuses: wires from nodes
    that do not exist are left out.
    """
    structure = analyse(cell)
    boxes = [sizes.of(node) for node in structure.nodes]
    draft = _automatic(structure, boxes)
    if any(node.place for node in structure.nodes):
        draft = _wired(structure, boxes, _around(structure, boxes, draft))
    return assemble(structure, boxes, draft.centres, draft.paths, draft.strained)


def relayout(previous: Layout, cell: Cell, sizes: Sizes = STANDARD) -> Layout:
    """The layout after an edit: what was there stays where it was, new nodes find room near their neighbours.

    A node moves only when its `place` says so, or when its `place` was taken away. Wires are routed anew only where
    an end moved or a box came into their way.
    """
    structure = analyse(cell)
    boxes = [sizes.of(node) for node in structure.nodes]
    draft = _wired(structure, boxes, _inherited(structure, boxes, previous))
    return assemble(structure, boxes, draft.centres, draft.paths, draft.strained)


def _automatic(structure: Structure, sizes: list[Size]) -> Draft:
    """The layout that minds no places."""
    if sum(structure.is_inner(index) for index in range(len(structure.nodes))) > SMALL:
        made = Channels(structure, sizes)
        return Draft(made.centres, made.exits, made.paths())
    best: Draft | None = None
    for stretch in STRETCHES:
        placed = place_textbook(structure, sizes, stretch)
        draft = _wired(structure, sizes, Draft(list(placed.centres), placed.exits, {}))
        if best is None or draft.strained < best.strained:
            best = draft
        if not draft.strained:
            break
    assert best is not None
    return best


def _wired(structure: Structure, sizes: list[Size], draft: Draft) -> Draft:
    """Routes the wires that have no path yet."""
    if len(draft.paths) == len(structure.links):
        return draft
    boxes = bounds_of(draft.centres, sizes)
    wiring = Wiring(structure, boxes, draft.exits, draft.paths)
    links = list(wiring.paths)
    paths, still = [wiring.paths[link] for link in links], [link in draft.paths for link in links]
    nudger = Nudger(paths, boxes, still, before=1 if wiring.blunt else draft.strained)
    strained = nudger.strained() if wiring.blunt else nudger.run()
    return Draft(draft.centres, draft.exits, dict(zip(links, nudger.moved(), strict=True)), strained)


def _around(structure: Structure, sizes: list[Size], draft: Draft) -> Draft:
    """The draft with every node that has a place at that place, and the others out of their way."""
    nodes = structure.nodes
    placed = {index: Point(node.place.x, node.place.y) for index, node in enumerate(nodes) if node.place}
    dx = dy = 0.0
    if 2 * len(placed) >= len(nodes):  # most were placed: the rest goes with them
        dx = grid(median([at.x - draft.centres[index].x for index, at in placed.items()]))
        dy = grid(median([at.y - draft.centres[index].y for index, at in placed.items()]))
    centres = [placed.get(k, Point(at.x + dx, at.y + dy)) for k, at in enumerate(draft.centres)]
    _make_room(sizes, centres, fixed=list(placed), loose=[k for k in range(len(nodes)) if k not in placed])
    exits = {memory: Point(at.x + dx, at.y + dy) for memory, at in draft.exits.items()}
    before = [Point(at.x + dx, at.y + dy) for at in draft.centres]
    paths = {link: _shifted(path, dx, dy) for link, path in draft.paths.items()}
    return _judged(structure, sizes, Draft(centres, exits, paths, draft.strained), before, sizes)


def _make_room(sizes: list[Size], centres: list[Point], fixed: list[int], loose: list[int]) -> None:
    """Moves every loose node that lies on a fixed one to the nearest free place."""
    taken = bounds_of([centres[k] for k in fixed], [sizes[k] for k in fixed])
    free = [k for k in loose if not overlaps(bounds_of([centres[k]], [sizes[k]])[0], taken, CLEARANCE)]
    taken += bounds_of([centres[k] for k in free], [sizes[k] for k in free])
    for k in loose:
        if k not in free:
            centres[k] = free_place(centres[k], sizes[k], taken)
            taken += bounds_of([centres[k]], [sizes[k]])


def _inherited(structure: Structure, sizes: list[Size], previous: Layout) -> Draft:
    """Centres, exits and paths that a previous layout leaves to the cell; new nodes have found their places."""
    nodes = structure.nodes
    known: dict[int, Point] = {}
    before: list[Point | None] = [None] * len(nodes)
    old_sizes = list(sizes)
    seen: set[str] = set()
    for index, node in enumerate(nodes):
        try:
            box = previous.box(node.id)
        except KeyError:
            box = None
        if box is not None and node.id not in seen:
            before[index] = box.centre
            old_sizes[index] = (box.width, box.height, box.shape)
            if node.place is None and not box.placed:
                known[index] = box.centre
        seen.add(node.id)
        if node.place is not None:
            known[index] = Point(node.place.x, node.place.y)
    fresh = [index for index in range(len(nodes)) if index not in known]
    if fresh:
        _place_new(structure, sizes, known, fresh, previous)
    centres = [known[index] for index in range(len(nodes))]
    ids = {node.id: index for index, node in reversed(list(enumerate(nodes)))}
    exits = {ids[lane.memory]: lane.exit for lane in previous.lanes if lane.memory in ids and lane.source}
    paths = _old_paths(structure, previous, before, old_sizes)
    return _judged(structure, sizes, Draft(centres, exits, paths, previous.strained), before, old_sizes)


def _place_new(
    structure: Structure, sizes: list[Size], known: dict[int, Point], fresh: list[int], previous: Layout
) -> None:
    """Puts new nodes where the automatic layout has them relative to a neighbour, or as near as there is room."""
    ideal = _automatic_centres(structure, tuple(sizes))
    near: dict[int, list[int]] = {index: [] for index in fresh}
    for link in structure.links:
        if link.target in near:
            near[link.target].append(link.source)
        if link.source in near:
            near[link.source].append(link.target)
    wires = [
        (min(a.x, b.x), min(a.y, b.y), max(a.x, b.x), max(a.y, b.y))
        for route in previous.routes
        for a, b in pairwise(route.points)
    ]
    edge = [known[index].x for index in known if is_bus(structure.nodes[index])]
    for index in fresh:
        neighbour = next((k for k in near[index] if k in known and not is_bus(structure.nodes[k])), None)
        if neighbour is None:
            neighbour = next((k for k in near[index] if k in known), None)
        wish = ideal[index]
        if neighbour is not None:
            offset = Point(wish.x - ideal[neighbour].x, wish.y - ideal[neighbour].y)
            wish = Point(grid(known[neighbour].x + offset.x), grid(known[neighbour].y + offset.y))
        column = is_bus(structure.nodes[index]) and bool(edge)
        if column:
            wish = Point(min(edge), wish.y)
        taken = bounds_of(list(known.values()), [sizes[k] for k in known])
        known[index] = free_place(wish, sizes[index], taken, wires, upright=column)


@lru_cache(maxsize=4)
def _automatic_centres(structure: Structure, sizes: tuple[Size, ...]) -> tuple[Point, ...]:
    """Kept, because moving nodes to and fro, and undoing it, asks for the same again and again."""
    if sum(structure.is_inner(index) for index in range(len(structure.nodes))) > SMALL:
        return tuple(Channels(structure, list(sizes)).centres)
    return place_textbook(structure, list(sizes)).centres


def _judged(
    structure: Structure,
    sizes: list[Size],
    draft: Draft,
    before: list[Point] | list[Point | None],
    old_sizes: list[Size],
) -> Draft:
    """Forgets the paths of wires whose ends moved or in whose way a box has come; mends the exits."""
    changed = [k for k, at in enumerate(draft.centres) if not _same(before[k], at) or old_sizes[k] != sizes[k]]
    boxes = bounds_of(draft.centres, sizes)
    exits = _exits(structure, boxes, draft, set(changed))
    moved = set(changed)
    obstacles = [boxes[k] for k in changed]
    paths = {}
    for link, path in draft.paths.items():
        if link.source in moved or (not link.back and link.target in moved):
            continue
        if link.back:
            exit = exits[link.target]
            if path.end.y != exit.y or path.segments[-1] != (HORIZONTAL, exit.y):
                continue
            path = path._replace(end=path.end._replace(x=exit.x))
        if not _meets(path, obstacles):
            paths[link] = path
    return Draft(draft.centres, exits, paths, draft.strained)


def _exits(structure: Structure, boxes: list[Bounds], draft: Draft, changed: set[int]) -> dict[int, Point]:
    """Where memories leave: as before where that still fits, else level with the last node that carries them."""
    inner = [box[2] for k, box in enumerate(boxes) if not isinstance(structure.nodes[k], Output)]
    ends = [box[2] for k, box in enumerate(boxes) if isinstance(structure.nodes[k], Output)]
    least = max([*(edge + RIGHT for edge in inner), *ends], default=0.0)
    before = [at.x for at in draft.exits.values()]
    right = max(before) if before and least <= max(before) <= least + 4 * RIGHT else grid(least + RIGHT)
    blocked = [(box[1] + box[3]) / 2 for k, box in enumerate(boxes) if isinstance(structure.nodes[k], Output)]
    exits: dict[int, Point] = {}
    for track in structure.tracks:
        if track.source is None:
            continue
        known = draft.exits.get(track.memory)
        anchor = track.path[-1] if track.path else track.memory
        if known is not None and anchor not in changed:
            height = known.y
        else:
            height = (boxes[anchor][1] + boxes[anchor][3]) / 2
            taken = [at.y for k, at in draft.exits.items() if k != track.memory] + [at.y for at in exits.values()]
            height = free_height(height, taken, EXIT - 1.0, down=True)
        if any(abs(height - y) < EXIT for y in blocked):
            height = free_height(height, [*blocked, *(at.y for at in exits.values())], EXIT, down=True)
        exits[track.memory] = Point(right, height)
    return exits


def _same(a: Point | None, b: Point) -> bool:
    """Whether two places are one, but for rounding."""
    return a is not None and abs(a.x - b.x) < 0.001 and abs(a.y - b.y) < 0.001


def _meets(path: Path, boxes: list[Bounds]) -> bool:
    for way, at, lo, hi in stretches(path):
        low, high, near, far = (0, 2, 1, 3) if way == HORIZONTAL else (1, 3, 0, 2)
        for box in boxes:
            beside = box[near] - CLEARANCE < at < box[far] + CLEARANCE
            if beside and lo < box[high] + CLEARANCE and hi > box[low] - CLEARANCE:
                return True
    return False


def _shifted(path: Path, dx: float, dy: float) -> Path:
    if not dx and not dy:
        return path
    start, end = path.start, path.end
    return path._replace(
        start=start._replace(x=start.x + dx, y=start.y + dy),
        end=end._replace(x=end.x + dx, y=end.y + dy),
        segments=tuple((way, at + (dy if way == HORIZONTAL else dx)) for way, at in path.segments),
    )


def _old_paths(
    structure: Structure, previous: Layout, before: list[Point | None], sizes: list[Size]
) -> dict[Link, Path]:
    """The previous layout's routes as paths of this cell's wires."""
    routes: dict[tuple[str, str], list[WireRoute]] = {}
    for route in previous.routes:
        routes.setdefault((route.source, route.target), []).append(route)
    nodes = structure.nodes
    paths: dict[Link, Path] = {}
    for link in structure.links:
        found = routes.get((nodes[link.source].id, nodes[link.target].id))
        source, target = before[link.source], before[link.target]
        if not found or source is None or target is None:
            continue
        points = found.pop(0).points
        segments = tuple((HORIZONTAL, a.y) if a.y == b.y else (VERTICAL, a.x) for a, b in pairwise(points))
        start = _spot(points[0], points[1], source, link.source)
        end = _spot(points[-1], points[-2], target, link.target)
        if link.back:
            end = Spot(points[-1].x, points[-1].y, "left", 0.0, (-1 - link.target, "exit", 0))
        paths[link] = Path(link.source, start, end, segments, 0)
    return paths


def _spot(at: Point, then: Point, centre: Point, index: int) -> Spot:
    """The spot of a wire's end, from the point next to it."""
    side: Side
    if at.y == then.y:
        side, offset = ("right" if then.x > at.x else "left"), at.y - centre.y
    else:
        side, offset = ("bottom" if then.y > at.y else "top"), at.x - centre.x
    return Spot(at.x, at.y, side, 0.0, (index, side, round(offset)))
