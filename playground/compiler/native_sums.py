"""Native code for weight gradients: sums over steps and sequences, for arrays of any size.

It is compiled once for all cells, which call it by the names of `FUNCTIONS`. A chunk of time at a time, so that what is
read stays in the cache. A source as wide as a vector or wider is first laid out with its numbers side by side, in
panels of up to `PANEL` vectors; a block of the gradient then grows by broadcast deltas times whole vectors of the
source. Narrower sources multiply vectors of sequences, and the lanes are added up at the end.
"""

from collections.abc import Callable, Sequence
from functools import partial

import llvmlite.ir as ir

from playground.compiler.native_emitter import Emitter, Vectors
from playground.compiler.native_math import BYTES, FLOATS, I64
from playground.compiler.plan import SourceProduct

PANEL = 4  # vectors of a source that a block of the gradient covers
BLOCK = 24  # vectors of a block; a wide machine has 32 registers
TALL = 8  # rows of a block at the most: each needs an address of its own

# What every function begins with: deltas [T, rows, N] with `delta_t` numbers between steps, the gradient, how many
# rows, and which columns and steps count. The gradient is added to where `more` is 1, written where it is 0.
SHARED = ("delta", "delta_t", "gradient", "rows", "more", "N", "begin", "end")
FUNCTIONS = {
    "lay_out": ("source", "source_t", "size", "pack", "N", "begin", "end"),
    "wide_gradient": (*SHARED, "size", "pack"),
    "narrow_gradient": (*SHARED, "source", "source_t", "size"),
    "row_sums": SHARED,
    "weighted_sums": (*SHARED, "source", "source_t"),
}
POINTERS = ("delta", "gradient", "source", "pack")


def arguments_of(name: str, dtype: str) -> list[ir.Type]:
    """The types of a function's arguments."""
    return [ir.PointerType(FLOATS[dtype]) if each in POINTERS else I64 for each in FUNCTIONS[name]]


def symbol(name: str, dtype: str, width: int) -> str:
    """What the linker calls a function for vectors of `width` numbers."""
    return f"playground_{name}_{dtype}_{width}"


def is_wide(size: int, width: int) -> bool:
    """Whether a source is laid out anew, for vectors of `width` numbers."""
    return 2 * size >= width


def packed_size(products: Sequence[SourceProduct], width: int) -> int:
    """Numbers that the widest source takes per step and sequence once it is laid out."""
    return max((-(-p.size // width) * width for p in products if is_wide(p.size, width)), default=0)


def emit_sums(dtype: str, width: int) -> str:
    """LLVM text of all `FUNCTIONS`."""
    return NativeSums("sums", dtype, width).emit()


class NativeSums(Emitter):
    def emit(self) -> str:
        lanes = ir.VectorType(self.scalar, self.width)
        self.grow_lanes = self._helper("grow_lanes", lanes, self._store_lanes)
        self.grow_sum = self._helper("grow_sum", lanes, self._store_sum)
        for name, names in FUNCTIONS.items():
            function = self.begin(symbol(name, self.dtype, self.width), arguments_of(name, self.dtype))
            self.given = dict(zip(names, function.args, strict=True))
            self.samples = self.entry.mul(self.given["N"], self.entry.sub(self.given["end"], self.given["begin"]))
            getattr(self, f"_{name}")()
            self.end()
        return str(self.module)

    def _line(self, name: str, t: ir.Value, row: ir.Value) -> ir.Value:
        """Address of the first column of a row at step t."""
        b = self.b
        return b.gep(self.given[name], [b.add(b.mul(t, self.given[f"{name}_t"]), b.mul(row, self.given["N"]))])

    def _over_time(self, sums: Vectors, body: Callable[[ir.Value, Vectors], Vectors]) -> Vectors:
        return self._loop(self.given["begin"], self.given["end"], 1, sums, body)

    def _over_columns(self, sums: Vectors, body: Callable[[ir.Value, Vectors], Vectors]) -> Vectors:
        return self._loop(self._int(0), self.given["N"], self.width, sums, body)

    def _pieces(self, count: ir.Value, sizes: Sequence[int], body: Callable[..., None]) -> None:
        """body(first, size=size) for as many of the first size as fit, then of the next; the last one is 1."""
        b, done = self.b, self._int(0)
        for size in sizes:
            stop = b.add(done, b.mul(b.sdiv(b.sub(count, done), self._int(size)), self._int(size)))
            self._each(done, stop, size, partial(body, size=size))
            done = stop

    # -- into the gradient -------------------------------------------------------------------------------------

    def _helper(self, name: str, value: ir.Type, body: Callable[[ir.Value, ir.Value, ir.Value], None]) -> ir.Function:
        """A function(place, value, lanes that count, whether to add), because its text would stand in many places."""
        kinds = [ir.PointerType(self.scalar), value, I64, ir.IntType(1)]
        function = self.begin(name, kinds)
        function.linkage = "internal"
        function.attributes.add("noinline")
        place, values, inside, self.more = function.args
        body(place, values, inside)
        self.end()
        return function

    def _store_lanes(self, place: ir.Value, value: ir.Value, inside: ir.Value) -> None:
        mask = self.math.lanes_below(inside)
        place = self.b.bitcast(place, ir.PointerType(self.math.type))
        old = self.math.masked_load(place, mask)
        old = self.b.select(self.more, old, self.math.const(0.0))
        self.math.masked_store(self.b.fadd(old, value), place, mask)

    def _store_sum(self, place: ir.Value, value: ir.Value, _: ir.Value) -> None:
        old = self.b.select(self.more, self.b.load(place), ir.Constant(self.scalar, 0.0))
        self.b.store(self.b.fadd(old, self.math.sum(value)), place)

    def _grow(self, place: ir.Value, value: ir.Value, inside: ir.Value | None = None) -> None:
        """The lanes of a vector into the gradient, as many as are `inside`; or, if None, their sum."""
        more = self.b.icmp_signed("!=", self.given["more"], self._int(0))
        if inside is None:
            self.b.call(self.grow_sum, [place, value, self._int(1), more])
        else:
            self.b.call(self.grow_lanes, [place, value, inside, more])

    # -- wide sources ------------------------------------------------------------------------------------------

    def _vectors(self) -> ir.Value:
        b = self.b
        return b.sdiv(b.add(self.given["size"], self._int(self.width - 1)), self._int(self.width))

    def _panel(self, first: ir.Value) -> ir.Value:
        """Where the panel that begins with vector `first` lies: one after the other."""
        return self.b.gep(self.given["pack"], [self.b.mul(self.samples, self.b.mul(first, self._int(self.width)))])

    def _lay_out(self) -> None:
        """panel[sample, number] = source[number, sample]. What lies beyond the source's size is never used."""
        b, width, align = self.b, self.width, BYTES[self.dtype]
        vectors, most = self._vectors(), self._int(PANEL)
        last = b.sub(self.given["size"], self._int(1))

        def vector(v: ir.Value) -> None:
            first = b.mul(b.sdiv(v, most), most)
            left = b.sub(vectors, first)
            breadth = b.select(b.icmp_signed("<", left, most), left, most)
            panel = b.gep(self._panel(first), [b.mul(b.sub(v, first), self._int(width))])
            stride = b.mul(breadth, self._int(width))
            rows = [b.add(b.mul(v, self._int(width)), self._int(r)) for r in range(width)]
            rows = [b.select(b.icmp_signed("<", row, last), row, last) for row in rows]
            offsets = [b.mul(row, self.given["N"]) for row in rows]

            def step(t: ir.Value) -> None:
                base = b.mul(b.sub(t, self.given["begin"]), self.given["N"])
                start = b.gep(self.given["source"], [b.mul(t, self.given["source_t"])])

                def columns(column: ir.Value) -> None:
                    lines = [b.load(self._vector_at(b.gep(start, [offset]), column), align=align) for offset in offsets]
                    sample = b.add(base, column)
                    for k, line in enumerate(self.math.transpose(lines)):
                        self._put(line, panel, b.mul(b.add(sample, self._int(k)), stride))

                self._each(self._int(0), self.given["N"], width, columns)

            self._each(self.given["begin"], self.given["end"], 1, step)

        self._each(self._int(0), vectors, 1, vector)

    def _wide_gradient(self) -> None:
        """gradient[rows, size] += Σ delta · source, laid out in `pack`."""
        b, vectors = self.b, self._vectors()
        full = b.mul(b.sdiv(vectors, self._int(PANEL)), self._int(PANEL))
        rest = b.sub(vectors, full)

        def rows(row: ir.Value, size: int) -> None:
            self._each(self._int(0), full, PANEL, lambda first: self._wide_block(row, size, first, PANEL))
            for count in range(1, PANEL):
                left = b.icmp_signed("==", rest, self._int(count))
                self._when(left, partial(self._wide_block, row, size, full, count))

        self._pieces(self.given["rows"], (BLOCK // PANEL, 2, 1), rows)

    def _wide_block(self, row: ir.Value, height: int, first: ir.Value, count: int) -> None:
        b, width, align = self.b, self.width, BYTES[self.dtype]
        panel = self._panel(first)

        def over_time(t: ir.Value, sums: Vectors) -> Vectors:
            deltas = [self._line("delta", t, b.add(row, self._int(r))) for r in range(height)]
            sample = b.mul(b.sub(t, self.given["begin"]), self.given["N"])
            there = b.gep(panel, [b.mul(sample, self._int(count * width))])

            def over_samples(column: ir.Value, inner: Vectors) -> Vectors:
                place = b.mul(column, self._int(count * width))
                values = [b.load(self._vector_at(there, place, v), align=align) for v in range(count)]
                factors = [self.math.splat(b.load(b.gep(delta, [column]))) for delta in deltas]
                return [
                    self.math.fma(factor, value, inner[r * count + v])
                    for r, factor in enumerate(factors)
                    for v, value in enumerate(values)
                ]

            return self._loop(self._int(0), self.given["N"], 1, sums, over_samples)

        sums = self._over_time([self.math.const(0.0)] * (height * count), over_time)
        for r in range(height):
            line = b.gep(self.given["gradient"], [b.mul(b.add(row, self._int(r)), self.given["size"])])
            for v in range(count):
                low = b.mul(b.add(first, self._int(v)), self._int(width))
                self._grow(b.gep(line, [low]), sums[r * count + v], b.sub(self.given["size"], low))

    # -- narrow sources, and sums over rows --------------------------------------------------------------------

    def _narrow_gradient(self) -> None:
        """gradient[rows, size] += Σ delta · source."""

        def rows(row: ir.Value, size: int) -> None:
            self._pieces(self.given["size"], (4, 2, 1), partial(self._narrow_block, row, size))

        self._pieces(self.given["rows"], (4, 1), rows)

    def _narrow_block(self, row: ir.Value, rows: int, col: ir.Value, size: int) -> None:
        b, cols = self.b, size

        def over_time(t: ir.Value, sums: Vectors) -> Vectors:
            deltas = [self._line("delta", t, b.add(row, self._int(r))) for r in range(rows)]
            sources = [self._line("source", t, b.add(col, self._int(c))) for c in range(cols)]

            def over_columns(column: ir.Value, inner: Vectors) -> Vectors:
                left = [self._get(pointer, column) for pointer in deltas]
                right = [self._get(pointer, column) for pointer in sources]
                return [self.math.fma(left[r], right[c], inner[r * cols + c]) for r in range(rows) for c in range(cols)]

            return self._over_columns(sums, over_columns)

        sums = self._over_time([self.math.const(0.0)] * (rows * cols), over_time)
        for r in range(rows):
            for c in range(cols):
                line = b.mul(b.add(row, self._int(r)), self.given["size"])
                place = b.gep(self.given["gradient"], [b.add(line, b.add(col, self._int(c)))])
                self._grow(place, sums[r * cols + c])

    def _row_sums(self, weighted: bool = False) -> None:
        """gradient[row] += Σ delta (· source)."""
        b = self.b

        def lines(row: ir.Value, size: int) -> None:
            places = [b.add(row, self._int(r)) for r in range(size)]

            def over_time(t: ir.Value, sums: Vectors) -> Vectors:
                deltas = [self._line("delta", t, place) for place in places]
                others = [self._line("source", t, place) for place in places] if weighted else []

                def over_columns(column: ir.Value, inner: Vectors) -> Vectors:
                    values = [self._get(delta, column) for delta in deltas]
                    if not weighted:
                        return [b.fadd(total, value) for total, value in zip(inner, values, strict=True)]
                    factors = [self._get(other, column) for other in others]
                    return [self.math.fma(*numbers) for numbers in zip(values, factors, inner, strict=True)]

                return self._over_columns(sums, over_columns)

            totals = self._over_time([self.math.const(0.0)] * size, over_time)
            for place, total in zip(places, totals, strict=True):
                self._grow(b.gep(self.given["gradient"], [place]), total)

        self._pieces(self.given["rows"], (4, 1), lines)

    def _weighted_sums(self) -> None:
        self._row_sums(weighted=True)
