"""The ground native code stands on: functions, loops, and where in memory the values of a plan lie."""

from collections.abc import Callable, Sequence

import llvmlite.ir as ir

from playground.compiler.array_storage import Storage, View
from playground.compiler.native_math import BYTES, FLOATS, I64, VectorMath
from playground.compiler.plan import Plan

Vectors = list[ir.Value]  # one for each vector of a block of columns


class NativeGround:
    """Emits into `module`; `b` is the builder of the function at hand."""

    def __init__(self, plan: Plan, want_x: bool, keep_all: bool, dtype: str, width: int, vectors: int) -> None:
        self.plan, self.want_x, self.dtype, self.width, self.vectors = plan, want_x, dtype, width, vectors
        self.storage = Storage(plan, want_x, keep_all)
        self.storage.place()
        self.module = ir.Module("cell")
        self.scalar = FLOATS[dtype]
        self.arrays: list[str] = []
        self.partials = list(plan.packed)

    def _function(self, name: str, body: Callable[[], None]) -> None:
        table = ir.PointerType(ir.PointerType(self.scalar))
        kind = ir.FunctionType(ir.VoidType(), [table, table, I64, I64, I64, I64, I64])
        function = ir.Function(self.module, kind, name)
        self.table, self.partial_table, self.T, self.N, self.first, self.last, self.chunk = function.args
        entry = function.append_basic_block("entry")
        self.entry = ir.IRBuilder(entry)
        start = function.append_basic_block("start")
        self.b = ir.IRBuilder(start)
        self.math = VectorMath(self.module, self.b, self.dtype, self.width)
        self.pointers: dict[str, ir.Value] = {}
        body()
        self.b.ret_void()
        self.entry.branch(start)

    def _int(self, value: int) -> ir.Value:
        return ir.Constant(I64, value)

    def _loop(
        self,
        start: ir.Value,
        stop: ir.Value,
        step: int,
        carried: Sequence[ir.Value],
        body: Callable[[ir.Value, Vectors], Vectors],
    ) -> Vectors:
        """for i in start..stop: carried = body(i, carried). Returns what is carried out."""
        b = self.b
        before = b.block
        head, inside, after = (b.append_basic_block(name) for name in ("head", "body", "after"))
        b.branch(head)
        b.position_at_end(head)
        index = b.phi(I64)
        index.add_incoming(start, before)
        phis = [b.phi(value.type) for value in carried]
        for phi, value in zip(phis, carried, strict=True):
            phi.add_incoming(value, before)
        b.cbranch(b.icmp_signed("<", index, stop), inside, after)
        b.position_at_end(inside)
        results = body(index, list(phis))
        following = b.add(index, self._int(step))
        index.add_incoming(following, b.block)
        for phi, value in zip(phis, results, strict=True):
            phi.add_incoming(value, b.block)
        b.branch(head)
        b.position_at_end(after)
        return list(phis)

    def _each(self, start: ir.Value, stop: ir.Value, step: int, body: Callable[[ir.Value], None]) -> None:
        def run(index: ir.Value, _: Vectors) -> Vectors:
            body(index)
            return []

        self._loop(start, stop, step, (), run)

    def _pointer(self, name: str, partial: bool = False) -> ir.Value:
        """The start of an array, read from its table once."""
        key = f"partial:{name}" if partial else name
        if key not in self.pointers:
            if partial:
                table, place = self.partial_table, self.partials.index(name)
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
        at = self.b.add(t, self._int(view.late)) if view.late else t
        line = self.b.add(self.b.mul(at, self._int(rows)), self.b.add(row, self._int(view.start)))
        return self.b.gep(self._pointer(view.storage), [self.b.mul(line, self.N)])

    def _vector_at(self, pointer: ir.Value, column: ir.Value, offset: int) -> ir.Value:
        place = self.b.gep(pointer, [self.b.add(column, self._int(offset * self.width))])
        return self.b.bitcast(place, ir.PointerType(self.math.type))

    def _load(self, name: str, t: ir.Value, row: ir.Value, column: ir.Value) -> Vectors:
        pointer = self._row(name, t, row)
        align = BYTES[self.dtype]
        return [self.b.load(self._vector_at(pointer, column, k), align=align) for k in range(self.vectors)]

    def _store(self, name: str, t: ir.Value, row: ir.Value, column: ir.Value, values: Vectors) -> None:
        pointer = self._row(name, t, row)
        for k, value in enumerate(values):
            self.b.store(value, self._vector_at(pointer, column, k), align=BYTES[self.dtype])

    def _bank_row(self, storage: str, t: ir.Value, row: ir.Value) -> ir.Value:
        """Address of a row of the whole bank ("gates", one step late, or "delta")."""
        at = self.b.add(t, self._int(1)) if storage == "gates" else t
        line = self.b.add(self.b.mul(at, self._int(max(self.plan.bank_size, 1))), row)
        return self.b.gep(self._pointer(storage), [self.b.mul(line, self.N)])
