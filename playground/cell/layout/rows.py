"""Which row every node of a small cell lies in, and in which order: gates side by side, what they feed above them.

Row 0 holds the gates. Operations climb from there to the lines of the memories that run on top; what reads those
lines on the way to the output comes down again at the right, as in the textbooks' picture of the LSTM.
"""

from playground.cell.graph import Gate
from playground.cell.layout.structure import Structure


class Rows:
    """level: the row of every inner node (0: gates).

    sequence: inner nodes in reading order. carriers: node → its track.
    """

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.tracks = [track for track in structure.tracks if track.top]
        self.carriers = {index: k for k, track in enumerate(self.tracks) for index in track.path}
        self.inner = [index for index in structure.order if structure.is_inner(index)]
        self.down = self._down()
        self.sequence = self._sequence()
        self.place = {index: k for k, index in enumerate(self.sequence)}
        self.level = self._levels()

    def members(self) -> list[list[int]]:
        """The nodes of every row, from left to right, from row 0 upwards."""
        rows: list[list[int]] = [[] for _ in range(1 + max(self.level.values(), default=0))]
        for index in self.sequence:
            rows[self.level[index]].append(index)
        return rows

    def inner_sources(self, index: int) -> list[int]:
        return [source for source in self.structure.sources[index] if self.structure.is_inner(source)]

    def inner_targets(self, index: int) -> list[int]:
        return [target for target in self.structure.targets[index] if self.structure.is_inner(target)]

    def _is_gate(self, index: int) -> bool:
        return isinstance(self.structure.nodes[index], Gate)

    def _is_constant(self, index: int) -> bool:
        return not self.structure.sources[index] and not self._is_gate(index)

    def _down(self) -> set[int]:
        """Operations that read a top line, straight or not, and feed none."""
        reads: set[int] = set()
        for index in self.inner:
            if any(source in self.carriers or source in reads for source in self.structure.sources[index]):
                reads.add(index)
        feeds = set(self.carriers)
        for index in reversed(self.inner):
            if any(target in feeds for target in self.structure.targets[index]):
                feeds.add(index)
        return {index for index in reads - feeds if not self._is_gate(index)}

    def _sequence(self) -> list[int]:
        """Inner nodes so that what feeds a carrier stands just before it, and carriers come in the order of time."""
        structure = self.structure
        ends = [index for index in self.inner if index not in self.carriers and not self.inner_targets(index)]
        roots = sorted([*self.carriers, *ends], key=lambda index: (structure.depth[index], index))
        done: set[int] = set()
        sequence: list[int] = []
        for root in [*roots, *self.inner]:
            if root in done:
                continue
            done.add(root)
            path = [(root, iter(self.inner_sources(root)))]
            while path:
                index, rest = path[-1]
                source = next(rest, None)
                if source is None:
                    sequence.append(index)
                    path.pop()
                elif source not in done and (source not in self.carriers):
                    done.add(source)
                    path.append((source, iter(self.inner_sources(source))))
        return sequence

    def _levels(self) -> dict[int, int]:
        level = dict.fromkeys(self.inner, 0)
        lines: dict[int, int] = {}
        for k in reversed(range(len(self.tracks))):
            self._climb(level, lines)
            sources = [s for index in self.tracks[k].path for s in self.inner_sources(index) if s not in self.carriers]
            below = [
                level[source] + 1 for source in sources if source not in self.down and not self._is_constant(source)
            ]
            lines[k] = max([1, *below, *(row + 1 for row in lines.values())])
        self._climb(level, lines)
        self._raise(level)
        used = {
            row: k for k, row in enumerate(sorted({0, *(level[index] for index in level if index not in self.down)}))
        }
        level = {index: 0 if index in self.down else used[row] for index, row in level.items()}
        rows_of_lines = {level[index] for index in self.carriers}
        self._descend(level, rows_of_lines)
        if self.tracks:
            lift = max((level[index] + 1 for index in self.down), default=0) - max(rows_of_lines)
            for index in self.tracks[0].path if lift > 0 else ():
                level[index] += lift
        used = {row: k for k, row in enumerate(sorted({0, *level.values()}))}
        return {index: used[row] for index, row in level.items()}

    def _descend(self, level: dict[int, int], lines: set[int]) -> None:
        """What comes down stands as low as its readers allow, on no memory's line; chains run level."""
        for index in reversed(self.inner):
            if index not in self.down:
                continue
            targets = self.inner_targets(index)
            row = max((1 if self._is_gate(t) else level[t] + 1 for t in targets), default=0)
            if len(targets) == 1 and targets[0] in self.down and row > 1 and self.inner_sources(targets[0]) == [index]:
                row -= 1
            while row in lines and row < max(lines):
                row += 1
            level[index] = row

    def _climb(self, level: dict[int, int], fixed: dict[int, int]) -> None:
        """Rows of what is not coming down, from the gates upwards; `fixed`: the rows of the lines that are known."""
        for index in self.inner:
            if index in self.down or self._is_gate(index):
                continue
            track = self.carriers.get(index)
            if track in fixed:
                level[index] = fixed[track]
                continue
            sources = [s for s in self.inner_sources(index) if s not in self.down and not self._is_constant(s)]
            if len(sources) == 1 and not self._is_gate(sources[0]) and sources[0] not in self.carriers:
                level[index] = level[sources[0]]  # a chain runs on to the right
            else:
                level[index] = 1 + max((level[source] for source in sources), default=0)
                if any(self._stands_between(index, source, level) for source in sources if self._is_gate(source)):
                    level[index] += 1
            while level[index] in fixed.values():
                level[index] += 1

    def _stands_between(self, index: int, source: int, level: dict[int, int]) -> bool:
        """Whether the row's height between the two is needed by a node that feeds a gate."""
        for other in self.sequence[self.place[source] + 1 : self.place[index]]:
            if level[other] != level[index] or self._is_gate(other):
                continue
            targets = self.inner_targets(other)
            if index not in targets and any(self._is_gate(target) for target in targets):
                return True
        return False

    def _raise(self, level: dict[int, int]) -> None:
        """What one reader alone waits for stands beside it, not below; constants too."""
        lines = {level[index] for index in self.carriers}
        for index in reversed(self.inner):
            if index in self.carriers or index in self.down or self._is_gate(index):
                continue
            targets = self.inner_targets(index)
            sources = self.inner_sources(index)
            if len(targets) != 1 or self._is_gate(targets[0]) or targets[0] in self.down:
                continue
            target = targets[0]
            reach = level[target] - 1 if target in self.carriers else level[target]
            unary = len(sources) == 1 and (self._is_gate(sources[0]) or sources[0] in self.carriers)
            joins = len(self.inner_sources(target)) > 1 and target not in self.carriers
            if (not sources or (unary and joins)) and reach > level[index] and reach not in lines:
                level[index] = reach
