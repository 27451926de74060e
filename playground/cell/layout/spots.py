"""Where wires may meet the box of a node: gates are fed from below and speak upwards and to the right."""

from playground.cell.graph import Gate, Input, Memory, Operation, Wire
from playground.cell.layout.align import grid
from playground.cell.layout.corridors import Spot
from playground.cell.layout.obstacles import Bounds
from playground.cell.layout.shapes import Side, rim
from playground.cell.layout.structure import Link, Structure

SLOT = 16.0  # between two wires into the lower edge of a gate


class Spots:
    """All spots of a cell's nodes for given boxes."""

    def __init__(self, structure: Structure, boxes: list[Bounds]) -> None:
        self.structure = structure
        self.boxes = boxes
        self.slots: dict[tuple[int, int], float] = {}
        self.busy = [0] * len(boxes)  # how many different wires meet the node
        into: dict[int, list[Link]] = {}
        for link in structure.links:
            if not link.back:
                into.setdefault(link.target, []).append(link)
        for target, links in into.items():
            self.busy[target] = len(links)
            if isinstance(structure.nodes[target], Gate):
                self._slot(target, links)

    def _slot(self, target: int, links: list[Link]) -> None:
        """Gives every wire into a gate its place at the lower edge: memories and x in the middle, the others beside."""
        nodes = self.structure.nodes
        left, _, right, _ = self.boxes[target]
        below = [link for link in links if isinstance(nodes[link.source], Memory | Input)]
        below.sort(key=lambda link: (self.boxes[link.source][1], link.source, link.port))
        others = [link for link in links if link not in below]
        room = right - left - 16.0
        step = min(SLOT, room / max(len(links), 1))
        step = 8.0 if 8.0 <= step < SLOT else step
        start = -(len(below) - 1) / 2 * step
        for k, link in enumerate(below):
            self.slots[target, link.port] = (left + right) / 2 + start + k * step
        for k, link in enumerate(others):
            offset = start - (k + 1) * step if below else (k - (len(others) - 1) / 2) * step
            self.slots[target, link.port] = (left + right) / 2 + max(offset, -room / 2)

    def leaving(self, index: int) -> list[Spot]:
        """Where wires may leave a node."""
        node = self.structure.nodes[index]
        if isinstance(node, Gate):
            return [self._spot(index, "top", 0.0), self._spot(index, "right", 24.0)]
        if isinstance(node, Operation):
            return [
                self._spot(index, "right", 0.0), self._spot(index, "top", 0.0),
                self._spot(index, "bottom", 0.0), self._spot(index, "left", 40.0),
            ]  # fmt: skip
        return [self._spot(index, "right", 0.0), self._spot(index, "bottom", 60.0), self._spot(index, "top", 60.0)]

    def entering(self, link: Link, line: bool = False) -> list[Spot]:
        """Where the wire `link` may enter its target. `line`: it carries a memory, and comes from the left."""
        node = self.structure.nodes[link.target]
        if line:
            left = self._spot(link.target, "left", 0.0)
            return [left, *(s._replace(cost=s.cost + 300.0) for s in self.entering(link) if s.key != left.key)]
        if isinstance(node, Gate):
            return self._into_gate(node, link)
        index = link.target
        if isinstance(node, Operation):
            sides: tuple[tuple[Side, float], ...] = (("left", 0.0), ("bottom", 0.0), ("top", 0.0), ("right", 10.0))
        else:
            sides = (("left", 0.0), ("top", 40.0), ("bottom", 40.0))
        spots = [self._spot(index, side, cost) for side, cost in sides]
        if self.busy[index] > 2:
            spots += [self._spot(index, side, cost + 24.0, slot) for side, cost in sides for slot in (-1, 1)]
        return spots

    def _into_gate(self, node: Gate, link: Link) -> list[Spot]:
        x = self.slots[link.target, link.port]
        _, _, _, bottom = self.boxes[link.target]
        bus = isinstance(self.structure.nodes[link.source], Memory | Input)
        wire: Wire = node.wires[link.port]
        below, left, top = (0.0, 240.0, 240.0) if bus else (50.0, 0.0, 30.0)
        if bus and wire.kind != "full":
            below, left, top = 40.0, 60.0, 0.0
        spots = [Spot(x, bottom, "bottom", below, (link.target, "bottom", round(x - self._middle(link.target))))]
        spots += [self._spot(link.target, "top", top, slot) for slot in (-1, 1)]
        spots += [self._spot(link.target, "left", left + (20.0 if slot else 0.0), slot) for slot in (0, -1, 1)]
        return spots

    def _spot(self, index: int, side: Side, cost: float, slot: int = 0) -> Spot:
        left, top, right, bottom = self.boxes[index]
        node = self.structure.nodes[index]
        width, height = right - left, bottom - top
        across = width if side in ("top", "bottom") else height
        shift = 8.0 * slot
        if isinstance(node, Gate):
            shift = slot * max(grid(across / 2 - 24.0), 8.0) if side == "top" else slot * SLOT
        inset = 0.0 if isinstance(node, Gate) else rim(width, height, side, shift)
        x, y = (left + right) / 2, (top + bottom) / 2
        key = (index, side, round(shift))
        if side == "left":
            return Spot(left + inset, y + shift, side, cost, key)
        if side == "right":
            return Spot(right - inset, y + shift, side, cost, key)
        if side == "top":
            return Spot(x + shift, top + inset, side, cost, key)
        return Spot(x + shift, bottom - inset, side, cost, key)

    def _middle(self, index: int) -> float:
        return (self.boxes[index][0] + self.boxes[index][2]) / 2

    def elsewhere(self, link: Link) -> list[Spot]:
        """More places at the lower edge of a gate, for a wire whose own is taken."""
        if not isinstance(self.structure.nodes[link.target], Gate):
            return []
        left, _, right, bottom = self.boxes[link.target]
        x = self.slots[link.target, link.port]
        middle = self._middle(link.target)
        found = []
        for step in range(-7, 8):
            place = middle + 8.0 * step
            if left + 8.0 <= place <= right - 8.0:
                cost = 20.0 + abs(place - x)
                found.append(Spot(place, bottom, "bottom", cost, (link.target, "bottom", round(place - middle))))
        return found
