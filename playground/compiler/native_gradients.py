"""Weight gradients in native code: sums over all steps and sequences, after the loop."""

import llvmlite.ir as ir

from playground.compiler.native_ground import Vectors
from playground.compiler.native_math import BYTES
from playground.compiler.native_products import NativeProducts
from playground.compiler.plan import Rows, SourceProduct


class NativeGradients(NativeProducts):
    """Adds to this thread's own partial gradients."""

    def weight_gradients(self) -> None:
        plan = self.plan

        def chunk(begin: ir.Value) -> None:
            end = self.b.add(begin, self.chunk)
            end = self.b.select(self.b.icmp_signed("<", end, self.T), end, self.T)
            for product in [*([plan.x] if plan.x else []), *plan.products.values()]:
                for run in product.rows:
                    self._outer(product, run, begin, end)
            for run in plan.biased:
                self._row_sums(run, "bias", None, begin, end)
            for add in plan.diagonals:
                if add.weight is not None:
                    start, stop = plan.bank[add.gate]
                    size = plan.sizes[add.source]
                    wide = f"wide:{add.source}:{(stop - start) // size}"
                    source = add.source if size == stop - start else wide
                    self._row_sums(Rows(start, stop, 0), add.weight, source, begin, end)

        # chunks of time whose states stay in the cache while all weights pass by
        b = self.b
        count = b.sdiv(b.add(self.T, b.sub(self.chunk, self._int(1))), self.chunk)
        self._each(self._int(0), count, 1, lambda number: chunk(b.mul(number, self.chunk)))
        for slot in plan.memories:
            if isinstance(slot.start, str):
                self._start_gradient(slot.name, slot.start, slot.size)

    def _outer(self, product: SourceProduct, run: Rows, begin: ir.Value, end: ir.Value) -> None:
        """partial[rows, source] += Σ over steps and columns of delta · source, in blocks of 4 by 6."""
        b, tall, wide = self.b, 4, 6

        def block(row: ir.Value, rows: int, col: ir.Value, cols: int) -> None:
            def over_time(t: ir.Value, sums: Vectors) -> Vectors:
                deltas = [self._bank_row("delta", t, b.add(row, self._int(run.start + r))) for r in range(rows)]
                sources = [self._row(product.source, t, b.add(col, self._int(c))) for c in range(cols)]

                def over_columns(column: ir.Value, inner: Vectors) -> Vectors:
                    align = BYTES[self.dtype]
                    left = [b.load(self._vector_at(p, column, 0), align=align) for p in deltas]
                    right = [b.load(self._vector_at(p, column, 0), align=align) for p in sources]
                    return [
                        self.math.fma(left[r], right[c], inner[r * cols + c]) for r in range(rows) for c in range(cols)
                    ]

                return self._loop(self.first, self.last, self.width, sums, over_columns)

            sums = self._loop(begin, end, 1, [self.math.const(0.0)] * (rows * cols), over_time)
            pointer = self._pointer(product.weight, partial=True)
            for r in range(rows):
                for c in range(cols):
                    line = b.mul(b.add(row, self._int(run.weight + r)), self._int(product.size))
                    place = b.gep(pointer, [b.add(line, b.add(col, self._int(c)))])
                    b.store(b.fadd(b.load(place), self.math.sum(sums[r * cols + c])), place)

        self._blocks(
            run.stop - run.start,
            tall,
            lambda row, rows: self._blocks(product.size, wide, lambda col, cols: block(row, rows, col, cols)),
        )

    def _row_sums(self, run: Rows, packed: str, source: str | None, begin: ir.Value, end: ir.Value) -> None:
        """partial[row] += Σ over steps and columns of delta (· source)."""
        b = self.b

        def line(row: ir.Value) -> None:
            def over_time(t: ir.Value, sums: Vectors) -> Vectors:
                delta = self._bank_row("delta", t, b.add(row, self._int(run.start)))
                other = None if source is None else self._row(source, t, row)

                def over_columns(column: ir.Value, inner: Vectors) -> Vectors:
                    align = BYTES[self.dtype]
                    value = b.load(self._vector_at(delta, column, 0), align=align)
                    if other is None:
                        return [b.fadd(inner[0], value)]
                    factor = b.load(self._vector_at(other, column, 0), align=align)
                    return [self.math.fma(value, factor, inner[0])]

                return self._loop(self.first, self.last, self.width, sums, over_columns)

            total = self._loop(begin, end, 1, [self.math.const(0.0)], over_time)
            place = b.gep(self._pointer(packed, partial=True), [b.add(row, self._int(run.weight))])
            b.store(b.fadd(b.load(place), self.math.sum(total[0])), place)

        self._each(self._int(0), self._int(run.stop - run.start), 1, line)

    def _start_gradient(self, memory: str, packed: str, size: int) -> None:
        b = self.b

        def line(row: ir.Value) -> None:
            pointer = self._row(f"carry:{memory}", self._int(0), row)

            def over_columns(column: ir.Value, inner: Vectors) -> Vectors:
                value = b.load(self._vector_at(pointer, column, 0), align=BYTES[self.dtype])
                return [b.fadd(inner[0], value)]

            total = self._loop(self.first, self.last, self.width, [self.math.const(0.0)], over_columns)
            place = b.gep(self._pointer(packed, partial=True), [row])
            b.store(b.fadd(b.load(place), self.math.sum(total[0])), place)

        self._each(self._int(0), self._int(size), 1, line)
