"""The ground native code stands on: functions, loops, and where in memory the values of a plan lie."""

from collections.abc import Callable
from dataclasses import replace

import llvmlite.ir as ir

from playground.compiler.array_storage import Storage, View
from playground.compiler.native_emitter import Emitter, Vectors
from playground.compiler.native_math import BYTES, I64
from playground.compiler.plan import Plan
from playground.compiler.recompute import recomputed


def spread(rows: int) -> int:
    """How many rows a step of so many is given: one more where every step would begin at the same place of a cache,
    whose lines would then push each other out."""
    return rows + (rows % 16 == 0)


class NativeGround(Emitter):
    """Emits what a plan says. `Vectors` hold one value for each vector of a block of columns."""

    def __init__(
        self, plan: Plan, want_x: bool, keep_all: bool, dtype: str, width: int, vectors: int, learn: bool
    ) -> None:
        super().__init__("cell", dtype, width)
        self.again = {} if keep_all else recomputed(plan)  # what the way back does not find stored
        plan = replace(plan, kept=plan.kept - set(self.again))
        self.plan, self.want_x, self.vectors, self.learn = plan, want_x, vectors, learn
        self.storage = Storage(plan, want_x, keep_all)
        self.storage.place()
        stored = self.storage.code.stored
        stored.update({name: (extra, self._room(rows)) for name, (extra, rows) in stored.items()})
        self.panels = 0  # numbers that weights take which are laid out anew
        self.begin_of_chunk = self._int(0)  # the first step whose deltas are there
        self.arrays: list[str] = []
        self.gradients = [*plan.packed, "pack"]

    def _room(self, rows: int) -> int:
        """How many rows a step of so many is given."""
        return spread(rows)

    def _columns(self, body: Callable[[ir.Value], None]) -> None:
        """body(first column) for every block of columns."""
        self._each(self._int(0), self.N, self.width * self.vectors, body)

    def _units(self, size: int, body: Callable[[ir.Value], None]) -> None:
        """body(row) for all rows of a value."""
        self._each(self._int(0), self._int(size), 1, body)

    def _function(self, name: str, body: Callable[[], None]) -> None:
        table = ir.PointerType(ir.PointerType(self.scalar))
        function = self.begin(name, [table, table, I64, I64, I64])
        self.table, self.gradient_table, self.T, self.N, self.chunk = function.args
        self.pointers: dict[str, ir.Value] = {}
        body()
        self.end()

    def _pointer(self, name: str, gradient: bool = False) -> ir.Value:
        """The start of an array, or of the gradient of one, read from its table once."""
        key = f"gradient:{name}" if gradient else name
        if key not in self.pointers:
            if gradient:
                table, place = self.gradient_table, self.gradients.index(name)
            else:
                if name not in self.arrays:
                    self.arrays.append(name)
                table, place = self.table, self.arrays.index(name)
            self.pointers[key] = self.entry.load(self.entry.gep(table, [self._int(place)]))
        return self.pointers[key]

    def _row(self, name: str, t: ir.Value, row: ir.Value) -> ir.Value:
        """Address of the first column of a row of a value at step t (`home` values) or of scratch."""
        view: View | None = self.storage.home.get(name)
        if view is None:
            return self.b.gep(self._pointer(f"scratch:{name}"), [self.b.mul(row, self.N)])
        rows = self.storage.code.stored[view.storage][1]
        at = self.b.add(t, self._int(view.late)) if view.late else self._slot(view.storage, t)
        line = self.b.add(self.b.mul(at, self._int(rows)), self.b.add(row, self._int(view.start)))
        return self.b.gep(self._pointer(view.storage), [self.b.mul(line, self.N)])

    def _slot(self, storage: str, t: ir.Value) -> ir.Value:
        """Where step t lies in an array that has no slot for a start value."""
        return self.b.sub(t, self.begin_of_chunk) if storage == "delta" and not self.storage.keep_all else t

    def _load(self, name: str, t: ir.Value, row: ir.Value, column: ir.Value) -> Vectors:
        pointer = self._row(name, t, row)
        align = BYTES[self.dtype]
        return [self.b.load(self._vector_at(pointer, column, k), align=align) for k in range(self.vectors)]

    def _store(self, name: str, t: ir.Value, row: ir.Value, column: ir.Value, values: Vectors) -> None:
        pointer = self._row(name, t, row)
        for k, value in enumerate(values):
            self.b.store(value, self._vector_at(pointer, column, k), align=BYTES[self.dtype])

    def _weights(self, packed: str, row: ir.Value) -> Vectors:
        """What a row is multiplied by: one of the numbers of a packed array."""
        return [self.math.splat(self.b.load(self.b.gep(self._pointer(packed), [row])))] * self.vectors

    def _bank_row(self, storage: str, t: ir.Value, row: ir.Value) -> ir.Value:
        """Address of a row of the whole bank ("gates", one step late, or "delta")."""
        at = self.b.add(t, self._int(1)) if storage == "gates" else self._slot(storage, t)
        line = self.b.add(self.b.mul(at, self._int(self.storage.code.stored[storage][1])), row)
        return self.b.gep(self._pointer(storage), [self.b.mul(line, self.N)])
