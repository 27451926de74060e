"""Native code for one sequence alone that all cells call (`native_single`): weights laid out for the way forward, and
the weights' gradients, as sums over steps of vectors that lie along the units."""

from functools import partial

import llvmlite.ir as ir

from playground.compiler import native_sums
from playground.compiler.native_emitter import Vectors
from playground.compiler.native_math import FLOATS, I64
from playground.compiler.native_sums import BLOCK, PANEL, POINTERS, NativeSums

# What a gradient begins with: deltas [T, rows] with `delta_t` numbers between steps, the gradient, how many rows, and
# which steps count. The gradient is added to where `more` is 1, written where it is 0.
SHARED = ("delta", "delta_t", "gradient", "rows", "more", "begin", "end")
FUNCTIONS = {
    "lay_panel": ("source", "rows", "size", "pack", "vectors"),
    "product_gradient": (*SHARED, "source", "source_t", "size"),
    "row_sums": SHARED,
    "weighted_sums": (*SHARED, "source", "source_t"),
}


def arguments_of(name: str, dtype: str) -> list[ir.Type]:
    """The types of a function's arguments."""
    return [ir.PointerType(FLOATS[dtype]) if each in POINTERS else I64 for each in FUNCTIONS[name]]


def symbol(name: str, dtype: str, width: int) -> str:
    """What the linker calls a function for vectors of `width` numbers."""
    return native_sums.symbol(f"single_{name}", dtype, width)


def emit_single_sums(dtype: str, width: int) -> str:
    """LLVM text of all `FUNCTIONS`."""
    return _SingleSums("single_sums", dtype, width).emit()


class _SingleSums(NativeSums):
    def emit(self) -> str:
        lanes = ir.VectorType(self.scalar, self.width)
        self.grow_lanes = self._helper("grow_lanes", lanes, self._store_lanes)
        for name, names in FUNCTIONS.items():
            function = self.begin(symbol(name, self.dtype, self.width), arguments_of(name, self.dtype))
            self.given = dict(zip(names, function.args, strict=True))
            getattr(self, f"_{name}")()
            self.end()
        return str(self.module)

    def _line(self, name: str, t: ir.Value, row: ir.Value) -> ir.Value:
        """Address of a row at step t."""
        return self.b.gep(self.given[name], [self.b.add(self.b.mul(t, self.given[f"{name}_t"]), row)])

    def _lay_panel(self) -> None:
        """pack[number, row] = source[row, number], for a panel of so many vectors of rows. Rows beyond the last one are
        that one again: nobody uses what comes of them."""
        b, width = self.b, self.width
        size, last = self.given["size"], b.sub(self.given["rows"], self._int(1))
        stride = b.mul(self.given["vectors"], self._int(width))

        def vector(v: ir.Value) -> None:
            first = b.mul(v, self._int(width))
            rows = [b.add(first, self._int(r)) for r in range(width)]
            rows = [b.select(b.icmp_signed("<", row, last), row, last) for row in rows]
            starts = [b.gep(self.given["source"], [b.mul(row, size)]) for row in rows]
            column = b.gep(self.given["pack"], [first])

            def square(k: ir.Value) -> None:
                mask = self.math.lanes_below(b.sub(size, k))
                lines = [self.math.masked_load(self._vector_at(start, k), mask) for start in starts]
                final = b.sub(size, self._int(1))
                # from the last to the first: what lies beyond the source is written over
                for number, line in reversed(list(enumerate(self.math.transpose(lines)))):
                    place = b.add(k, self._int(number))
                    place = b.select(b.icmp_signed("<", place, final), place, final)
                    self._put(line, column, b.mul(place, stride))

            self._each(self._int(0), size, width, square)

        self._each(self._int(0), self.given["vectors"], 1, vector)

    def _product_gradient(self) -> None:
        """gradient[rows, size] += Σ delta · source."""
        b, width = self.b, self.width
        vectors = b.sdiv(b.add(self.given["size"], self._int(width - 1)), self._int(width))

        def rows(row: ir.Value, size: int) -> None:
            self._pieces(vectors, (PANEL, 2, 1), partial(self._product_block, row, size))

        self._pieces(self.given["rows"], (BLOCK // PANEL, 2, 1), rows)

    def _product_block(self, row: ir.Value, height: int, first: ir.Value, size: int) -> None:
        b = self.b
        lows = [b.mul(b.add(first, self._int(v)), self._int(self.width)) for v in range(size)]
        left = [b.sub(self.given["size"], low) for low in lows]
        masks = [self.math.lanes_below(count) for count in left]

        def step(t: ir.Value, sums: Vectors) -> Vectors:
            source, delta = self._line("source", t, self._int(0)), self._line("delta", t, row)
            values = [self.math.masked_load(self._vector_at(source, lows[v]), masks[v]) for v in range(size)]
            result = []
            for r in range(height):
                factor = self.math.splat(b.load(b.gep(delta, [self._int(r)])))
                result += [self.math.fma(factor, value, sums[r * size + v]) for v, value in enumerate(values)]
            return result

        sums = self._over_time([self.math.const(0.0)] * (height * size), step)
        for r in range(height):
            line = b.gep(self.given["gradient"], [b.mul(b.add(row, self._int(r)), self.given["size"])])
            for v in range(size):
                self._grow(b.gep(line, [lows[v]]), sums[r * size + v], left[v])

    def _row_sums(self, weighted: bool = False) -> None:
        """gradient[row] += Σ delta (· source)."""
        b = self.b
        vectors = b.sdiv(b.add(self.given["rows"], self._int(self.width - 1)), self._int(self.width))

        def block(first: ir.Value, size: int) -> None:
            lows = [b.mul(b.add(first, self._int(v)), self._int(self.width)) for v in range(size)]
            left = [b.sub(self.given["rows"], low) for low in lows]
            masks = [self.math.lanes_below(count) for count in left]

            def read(name: str, t: ir.Value, v: int) -> ir.Value:
                return self.math.masked_load(self._vector_at(self._line(name, t, lows[v]), self._int(0)), masks[v])

            def step(t: ir.Value, sums: Vectors) -> Vectors:
                deltas = [read("delta", t, v) for v in range(size)]
                if not weighted:
                    return [b.fadd(total, delta) for total, delta in zip(sums, deltas, strict=True)]
                sources = [read("source", t, v) for v in range(size)]
                return [self.math.fma(*numbers) for numbers in zip(deltas, sources, sums, strict=True)]

            totals = self._over_time([self.math.const(0.0)] * size, step)
            for v, total in enumerate(totals):
                self._grow(b.gep(self.given["gradient"], [lows[v]]), total, left[v])

        self._pieces(vectors, (4, 1), block)
