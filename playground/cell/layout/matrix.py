"""In which column and row every node of a large cell lies: columns by depth, rows so that neighbours are near.

The first rows belong to the memories whose line runs on top, one each; what is tapped stands below all rows.
"""

from playground.cell.graph import Output
from playground.cell.layout.align import align
from playground.cell.layout.structure import Structure, is_bus

SWEEPS = 6
ROOMY = 1.25  # how many rows there are for each that the fullest column needs


class Matrix:
    """column, row: of every node but memories and inputs. tops: the tracks with a row of their own."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.tops = [track for track in structure.tracks if track.path]
        self.carriers = {index: k for k, track in enumerate(self.tops) for index in track.path}
        self.cells = [index for index in structure.order if not is_bus(structure.nodes[index])]
        self.column = self._columns()
        self.row: dict[int, int] = dict(self.carriers)
        self.rows = 0
        self._rows()

    def _columns(self) -> dict[int, int]:
        structure = self.structure
        column: dict[int, int] = {}
        busy: set[tuple[int, int]] = set()  # a line's columns that are taken
        for index in self.cells:
            place = 1 + max((column[source] for source in structure.sources[index] if source in column), default=-1)
            if index in self.carriers:
                while (self.carriers[index], place) in busy:
                    place += 1
                busy.add((self.carriers[index], place))
            column[index] = place
        last = max(column.values(), default=-1)
        for index in reversed(self.cells):  # what waits for no other node stands just before the first that reads it
            node = structure.nodes[index]
            targets = [column[target] for target in structure.targets[index] if target in column]
            waits = any(source in column for source in structure.sources[index])
            if isinstance(node, Output):
                column[index] = last + 1
            elif index not in self.carriers and not waits and targets:
                column[index] = max(min(targets) - 1, 0)
        return column

    def _rows(self) -> None:
        columns: dict[int, list[int]] = {}
        for index in self.cells:
            if index not in self.carriers:
                columns.setdefault(self.column[index], []).append(index)
        fullest = max((len(members) for members in columns.values()), default=0)
        free = int(fullest * ROOMY + 0.5)
        first = len(self.tops)
        order = sorted(columns)
        for column in order:
            for k, index in enumerate(columns[column]):
                self.row[index] = first + k
        near = {index: self._near(index) for index in self.row}
        for sweep in range(SWEEPS):
            for column in order if sweep % 2 == 0 else reversed(order):
                self._sweep(columns[column], near, first, free)
        used = {row: k for k, row in enumerate(sorted({*range(first), *self.row.values()}))}
        self.row = {index: used[row] for index, row in self.row.items()}
        self.rows = len(used)

    def _near(self, index: int) -> list[int]:
        structure = self.structure
        return [other for other in (*structure.sources[index], *structure.targets[index]) if other in self.row]

    def _sweep(self, members: list[int], near: dict[int, list[int]], first: int, free: int) -> None:
        wishes = {}
        for index in members:
            rows = [self.row[other] for other in near[index]]
            wishes[index] = sum(rows) / len(rows) - first if rows else float(self.row[index] - first)
        members.sort(key=lambda index: (wishes[index], index))
        count = len(members)
        places = align([wishes[index] for index in members], [1.0] * count, [1.0] * (count - 1))
        rows_at = [int(place + 0.5) for place in places]
        for k in range(count):
            rows_at[k] = max(rows_at[k], k)
        for k, index in enumerate(members):
            self.row[index] = first + min(rows_at[k], free - count + k)
