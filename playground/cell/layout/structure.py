"""What a cell's graph says about how it should be drawn: order, depth, and the lines on which memories travel.

Works on positions in `cell.nodes`, not on ids, because a broken cell may have the same id twice. Wires from nodes
that do not exist are left out; a loop without a memory is cut at the wire that closes it, for the order only.
"""

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from playground.cell.check import sources_of
from playground.cell.graph import AnyNode, Cell, Gate, Input, Memory, Operation


class Link(NamedTuple):
    """A wire by positions. `port`: which of the target's inputs. `back`: into a memory."""

    source: int
    target: int
    port: int
    back: bool


@dataclass(frozen=True)
class Track:
    """A memory's line. `path`: the nodes that carry it, source of the memory last; empty: it is only tapped.

    `top`: every node of the path is an operation, so that the value is carried on, as the LSTM's cell state is.
    """

    memory: int
    source: int | None
    path: tuple[int, ...]
    top: bool


@dataclass(frozen=True)
class Structure:
    """`sources` and `targets`: neighbours, each once, without wires into memories and those that close a loop."""

    nodes: tuple[AnyNode, ...]
    links: tuple[Link, ...]
    sources: tuple[tuple[int, ...], ...]
    targets: tuple[tuple[int, ...], ...]
    order: tuple[int, ...]
    depth: tuple[int, ...]
    tracks: tuple[Track, ...]

    def is_inner(self, index: int) -> bool:
        """Whether the node is a gate or an operation."""
        return isinstance(self.nodes[index], Gate | Operation)


def analyse(cell: Cell) -> Structure:
    nodes = cell.nodes
    places: dict[str, int] = {}
    for index, node in enumerate(nodes):
        places.setdefault(node.id, index)
    links = tuple(
        Link(places[source], target, port, isinstance(node, Memory))
        for target, node in enumerate(nodes)
        for port, source in enumerate(sources_of(node))
        if source in places
    )
    wanted: list[list[int]] = [[] for _ in nodes]
    for link in links:
        if not link.back and link.source not in wanted[link.target]:
            wanted[link.target].append(link.source)
    order, sources = _order(wanted)
    targets: list[list[int]] = [[] for _ in nodes]
    for target, found in enumerate(sources):
        for source in found:
            targets[source].append(target)
    depth = [0] * len(nodes)
    for index in order:
        depth[index] = 1 + max((depth[source] for source in sources[index]), default=-1)
    tracks = _tracks(nodes, links, targets, depth)
    return Structure(
        nodes, links, tuple(map(tuple, sources)), tuple(map(tuple, targets)), tuple(order), tuple(depth), tuple(tracks)
    )


def _order(wanted: list[list[int]]) -> tuple[list[int], list[list[int]]]:
    """A topological order, and the sources without those whose wire closes a loop.

    Without recursion: chains are long.
    """
    state = [0] * len(wanted)  # 1: on the way, 2: done
    order: list[int] = []
    kept: list[list[int]] = [[] for _ in wanted]
    for start in range(len(wanted)):
        if state[start]:
            continue
        state[start] = 1
        path = [(start, iter(wanted[start]))]
        while path:
            index, rest = path[-1]
            source = next(rest, None)
            if source is None:
                state[index] = 2
                order.append(index)
                path.pop()
            elif state[source] != 1:
                kept[index].append(source)
                if state[source] == 0:
                    state[source] = 1
                    path.append((source, iter(wanted[source])))
    return order, kept


def _tracks(
    nodes: tuple[AnyNode, ...], links: tuple[Link, ...], targets: list[list[int]], depth: list[int]
) -> list[Track]:
    """The line of every memory, top lines first: cell states above others, late ones above early ones."""
    taken: set[int] = set()
    gates = sum(isinstance(node, Gate) for node in nodes)
    origin = {link.target: link.source for link in links if link.back}
    found: list[Track] = []
    memories = [index for index, node in enumerate(nodes) if isinstance(node, Memory)]
    for memory in sorted(memories, key=lambda index: (nodes[index].role != "cell", index)):
        source = origin.get(memory)
        path = _carried(nodes, targets, memory, source, taken) if source is not None else ()
        taken.update(path)
        top = bool(path)
        if not path and source is not None and gates == 1 and targets[memory] == [source]:
            path = (source,) if isinstance(nodes[source], Gate) and source not in taken else ()
            taken.update(path)
        found.append(Track(memory, source, path, top))

    def rank(track: Track) -> tuple[bool, bool, int, int]:
        cell = nodes[track.memory].role == "cell"
        late = -depth[track.path[-1]] if track.top and not cell else 0
        return (not track.top, not cell if track.top else nodes[track.memory].role != "hidden", late, track.memory)

    return sorted(found, key=rank)


def _carried(
    nodes: tuple[AnyNode, ...], targets: list[list[int]], memory: int, source: int, taken: set[int]
) -> tuple[int, ...]:
    """The shortest way from a memory to its source through operations that carry no other one, or ()."""
    before: dict[int, int] = {}
    todo = deque([memory])
    while todo:
        index = todo.popleft()
        for target in targets[index]:
            if target in before or target in taken or not isinstance(nodes[target], Operation):
                continue
            before[target] = index
            if target == source:
                path = [target]
                while before[path[-1]] != memory:
                    path.append(before[path[-1]])
                return tuple(reversed(path))
            todo.append(target)
    return ()


def is_bus(node: AnyNode) -> bool:
    """Whether the node stands at the left edge and is tapped from there."""
    return isinstance(node, Memory | Input)
