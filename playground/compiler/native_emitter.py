"""What all native code is written with: functions, loops, and vectors at addresses."""

from collections.abc import Callable, Sequence

import llvmlite.ir as ir

from playground.compiler.native_math import BYTES, FLOATS, I64, VectorMath

Vectors = list[ir.Value]


class Emitter:
    """Emits functions into `module`; `b` is the builder of the one at hand, `entry` that of its first block."""

    def __init__(self, name: str, dtype: str, width: int) -> None:
        self.module = ir.Module(name)
        self.dtype, self.width, self.scalar = dtype, width, FLOATS[dtype]

    def begin(self, name: str, arguments: Sequence[ir.Type], result: ir.Type | None = None) -> ir.Function:
        """A new function, or one that was only declared; what follows is emitted into it, until `end` (where it
        returns nothing)."""
        kind = ir.FunctionType(result or ir.VoidType(), arguments)
        function = self.module.globals.get(name) or ir.Function(self.module, kind, name)
        self.entry = ir.IRBuilder(function.append_basic_block("entry"))
        self._start = function.append_basic_block("start")
        self.b = ir.IRBuilder(self._start)
        self.math = VectorMath(self.module, self.b, self.dtype, self.width)
        return function

    def end(self) -> None:
        """Close the function that was begun."""
        self.b.ret_void()
        self.entry.branch(self._start)

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

    def _when(self, condition: ir.Value, body: Callable[[], None]) -> None:
        with self.b.if_then(condition):
            body()

    def _vector_at(self, pointer: ir.Value, column: ir.Value, offset: int = 0) -> ir.Value:
        place = self.b.gep(pointer, [self.b.add(column, self._int(offset * self.width))])
        return self.b.bitcast(place, ir.PointerType(self.math.type))

    def _get(self, pointer: ir.Value, column: ir.Value) -> ir.Value:
        """The vector that begins at a column."""
        return self.b.load(self._vector_at(pointer, column), align=BYTES[self.dtype])

    def _put(self, value: ir.Value, pointer: ir.Value, column: ir.Value) -> None:
        self.b.store(value, self._vector_at(pointer, column), align=BYTES[self.dtype])
