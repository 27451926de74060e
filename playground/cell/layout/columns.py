"""Where the inner nodes of a small cell stand from left to right.

Nodes that should stand straight above each other form a column. Columns are pushed apart until every row has room,
then each moves to where it would like to be, as far as its neighbours let it. All of it happens on the 8 px grid.
"""

from itertools import pairwise

from playground.cell.graph import Gate
from playground.cell.layout.align import grid, median
from playground.cell.layout.rows import Rows
from playground.cell.layout.shapes import GRID, Shape

GAP = 32.0  # between two nodes of a row
ASIDE = 24.0  # between a wire that goes up and a node beside it
ROUNDS = 24


class Columns:
    """`x` of every inner node; the leftmost begins at 0."""

    def __init__(self, rows: Rows, sizes: list[tuple[float, float, Shape]], stretch: float) -> None:
        self.rows = rows
        self.half = [width / 2 for width, _, _ in sizes]
        self.gap = grid(GAP * stretch)
        self.aside = grid(ASIDE * stretch)
        self.place = {index: k for k, index in enumerate(rows.sequence)}
        self.column = {index: index for index in rows.inner}
        # column → columns right of it, with the least distance
        self.after: dict[int, dict[int, float]] = {index: {} for index in rows.inner}
        self.owner = self._owners()
        self._order_rows()
        self._order_readers()
        self._join()
        self.x = self._pushed()
        self._relax()
        left = min((self.x[self.column[index]] - self.half[index] for index in rows.inner), default=0.0)
        shift = grid(left)
        self.x = {index: self.x[self.column[index]] - shift for index in rows.inner}

    def _order_rows(self) -> None:
        """Room between the nodes of a row, and between them and the wires that go straight up through the row."""
        rows: list[list[tuple[int, int, float]]] = [[] for _ in self.rows.members()]
        for place, index in enumerate(self.rows.sequence):
            rows[self.rows.level[index]].append((2 * place, index, self.half[index] + self.gap / 2))
            owner = self.owner.get(index)
            if owner is not None:
                for level in range(self.rows.level[index] + 1, self.rows.level[owner]):
                    rows[level].append((2 * place + 1, index, self.aside - self.gap / 2))
        for row in rows:
            row.sort()
            for left, right in pairwise(row):
                self._require(left[1], right[1], left[2] + right[2])

    def _order_readers(self) -> None:
        """A line is tapped right of the node that carries it; a gate stands right of operations that feed it."""
        for index in self.rows.inner:
            for source in self.rows.inner_sources(index):
                if source in self.rows.carriers and index not in self.rows.carriers:
                    self._require(source, index, 32.0 + max(self.half[index] - 24.0, 0.0))
                elif self._is_gate(index) and not self._is_gate(source):
                    self._require(source, index, self.half[source] + 16.0)

    def _is_gate(self, index: int) -> bool:
        return isinstance(self.rows.structure.nodes[index], Gate)

    def _require(self, left: int, right: int, distance: float) -> None:
        """`right` at least `distance` right of `left`, unless that contradicts the order of reading."""
        if left != right and self.place[left] <= self.place[right]:
            known = self.after[left]
            known[right] = max(known.get(right, 0.0), -grid(-distance + GRID / 2 - 0.01))

    def _owners(self) -> dict[int, int]:
        """Which of a node's readers stands straight above it: the first one in another row."""
        owner: dict[int, int] = {}
        for index in self.rows.sequence:
            for source in self.rows.inner_sources(index):
                apart = self.rows.level[source] != self.rows.level[index]
                tapped = source in self.rows.carriers or (self._is_gate(index) and not self._is_gate(source))
                if apart and not tapped:
                    owner.setdefault(source, index)
        return owner

    def _join(self) -> None:
        """Makes columns of nodes with their owners.

        Above several nodes of one row the owner stands in the middle instead, but not when it feeds a gate: its right
        side is needed then.
        """
        below: dict[int, list[int]] = {}
        for source in self.rows.sequence:
            if source in self.owner:
                below.setdefault(self.owner[source], []).append(source)
        for target in self.rows.sequence:
            sources = below.get(target, [])
            apart = len({self.rows.level[source] for source in sources}) > 1
            turns = any(self._is_gate(reader) for reader in self.rows.inner_targets(target))
            if len(sources) == 1 or (sources and (apart or turns)):
                self._merge(sources[-1], target)

    def _merge(self, a: int, b: int) -> None:
        """One column of two, unless one must stand right of the other."""
        a, b = self.column[a], self.column[b]
        if a == b or self._comes_before(a, b) or self._comes_before(b, a):
            return
        for index, column in self.column.items():
            if column == b:
                self.column[index] = a
        for other, distance in self.after.pop(b).items():
            self.after[a][other] = max(self.after[a].get(other, 0.0), distance)
        for others in self.after.values():
            if b in others:
                others[a] = max(others.get(a, 0.0), others.pop(b))

    def _comes_before(self, a: int, b: int) -> bool:
        todo, seen = [a], {a}
        while todo:
            for other in self.after[todo.pop()]:
                if other == b:
                    return True
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        return False

    def _pushed(self) -> dict[int, float]:
        """The leftmost places that leave every row its room."""
        missing = dict.fromkeys(self.after, 0)
        for others in self.after.values():
            for other in others:
                missing[other] += 1
        first = {column: k for k, column in enumerate(self.after)}
        ready = sorted((column for column, count in missing.items() if not count), key=first.__getitem__)
        x = dict.fromkeys(self.after, 0.0)
        for column in ready:  # grows while it is read
            for other, distance in self.after[column].items():
                x[other] = max(x[other], x[column] + distance)
                missing[other] -= 1
                if not missing[other]:
                    ready.append(other)
        self.turn = ready
        return x

    def _wishes(self, index: int) -> list[float]:
        """Where a node would like to stand because of its neighbours in other columns."""
        rows, x, column = self.rows, self.x, self.column
        wishes: list[float] = []
        level = rows.level[index]
        sources = [source for source in rows.inner_sources(index) if column[source] != column[index]]
        owned = [source for source in sources if self.owner.get(source) == index]
        for source in owned or sources:
            if source in rows.carriers or rows.level[source] == level:
                continue
            aside = 0.0 if source in owned else grid(self.half[index] + self.aside + 4.0)
            wishes.append(x[column[source]] + aside)
        if index in rows.carriers:
            return wishes
        for target in rows.inner_targets(index):
            if column[target] == column[index]:
                continue
            if rows.level[target] == level and not wishes and not self._is_gate(index):
                wishes.append(x[column[target]] - self.half[index] - self.half[target] - self.gap)
            elif self.owner.get(index) == target and not self._is_gate(index):
                wishes.append(x[column[target]])
        return wishes

    def _relax(self) -> None:
        before: dict[int, list[tuple[int, float]]] = {column: [] for column in self.after}
        for left, others in self.after.items():
            for right, distance in others.items():
                before[right].append((left, distance))
        members: dict[int, list[int]] = {column: [] for column in self.after}
        for index in self.rows.sequence:
            members[self.column[index]].append(index)
        for round in range(ROUNDS):
            moved = False
            for column in self.turn if round % 2 else reversed(self.turn):
                wishes = [wish for index in members[column] for wish in self._wishes(index)]
                if not wishes:
                    continue
                low = max((self.x[left] + distance for left, distance in before[column]), default=float("-inf"))
                high = min(
                    (self.x[right] - distance for right, distance in self.after[column].items()), default=float("inf")
                )
                goal = min(max(grid(median(wishes)), low), high)
                moved = moved or goal != self.x[column]
                self.x[column] = goal
            if not moved:
                return
