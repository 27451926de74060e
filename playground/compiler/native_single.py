"""Plan → LLVM for one sequence alone: vectors lie along the units, where `native_code` lays them along the batch.

Arrays are [T, rows, 1], so that the numbers of a step lie side by side. Forward, a gate's row of weights would have to
be summed across a vector; so the weights are first laid out in panels, whose vectors hold a column of many rows. On the
way back, and in the weights' gradients, the rows of weights are such vectors already.
"""

from collections.abc import Callable

import llvmlite.ir as ir

from playground.compiler.native_code import Native, NativeCode
from playground.compiler.native_emitter import Vectors
from playground.compiler.native_math import BYTES
from playground.compiler.native_products import REGISTERS
from playground.compiler.native_single_sums import FUNCTIONS, arguments_of, symbol
from playground.compiler.plan import Fold, Plan, Repeat, Rows, SourceProduct

Masks = list[ir.Value | None]  # of the vectors of a block

MASKED = 64  # bytes of vectors that can be masked without cost: those of AVX-512
SUMS, CHAINS = 16, 4  # sums that grow side by side, and how many of one number: one alone would wait at every addition


def emit_single(
    plan: Plan, want_input_gradient: bool, keep_all: bool, dtype: str, width: int, learn: bool
) -> NativeCode:
    """LLVM text for vectors of `width` numbers; see `emit_native`. N is 1."""
    return _Single(plan, want_input_gradient, keep_all, dtype, width, 1, learn).emit()


class _Single(Native):
    mask: ir.Value | None = None  # of the lanes of a value's vector that count; None: all
    laid: dict[tuple[str, int, int, int], int]  # (weight, first row, rows, size of the source) → place among the panels

    def _room(self, rows: int) -> int:
        """Whole vectors: then a step begins where a vector does."""
        return -(-rows // self.width) * self.width

    def _columns(self, body: Callable[[ir.Value], None]) -> None:
        body(self._int(0))

    def _function(self, name: str, body: Callable[[], None]) -> None:
        def alone() -> None:
            self.N = self._int(1)
            if name == "forward":  # what has to be laid out is known when all else is written
                self.laid = {}
                kind = ir.FunctionType(ir.VoidType(), [self.table.type])
                lay = ir.Function(self.module, kind, "lay")
                lay.linkage = "internal"
                self.b.call(lay, [self.table])
            body()

        super()._function(name, alone)
        if name == "forward":
            self._lay()

    # -- rows --------------------------------------------------------------------------------------------------

    def _units(self, size: int, body: Callable[[ir.Value], None]) -> None:
        whole = size // self.width * self.width

        def partly(row: ir.Value) -> None:
            self.mask = self.math.lanes_below(self.b.sub(self._int(size), row))
            body(row)
            self.mask = None

        if size > whole > 0 and self.width * BYTES[self.dtype] == MASKED:
            self._each(self._int(0), self._int(size), self.width, partly)
            return
        if whole == self.width:
            body(self._int(0))
        elif whole:
            self._each(self._int(0), self._int(whole), self.width, body)
        if size > whole:
            self.mask = self._lanes(size - whole)
            body(self._int(whole))
            self.mask = None

    def _lanes(self, count: int) -> ir.Value | None:
        """The mask of the first lanes; None: all."""
        if count >= self.width:
            return None
        kind = ir.IntType(1)
        bits = [ir.Constant(kind, int(lane < count)) for lane in range(self.width)]
        return ir.Constant(ir.VectorType(kind, self.width), bits)

    def _read(self, pointer: ir.Value, offset: int = 0, mask: ir.Value | None = None) -> ir.Value:
        """The vector at an address; with a mask only those numbers, and no memory beyond them."""
        place = self._vector_at(pointer, self._int(0), offset)
        return self.b.load(place, align=BYTES[self.dtype]) if mask is None else self.math.masked_load(place, mask)

    def _write(self, value: ir.Value, pointer: ir.Value, offset: int = 0, mask: ir.Value | None = None) -> None:
        place = self._vector_at(pointer, self._int(0), offset)
        if mask is None:
            self.b.store(value, place, align=BYTES[self.dtype])
        else:
            self.math.masked_store(value, place, mask)

    def _load(self, name: str, t: ir.Value, row: ir.Value, column: ir.Value) -> Vectors:
        return [self._read(self._row(name, t, row), mask=self.mask)]

    def _store(self, name: str, t: ir.Value, row: ir.Value, column: ir.Value, values: Vectors) -> None:
        self._write(values[0], self._row(name, t, row), mask=self.mask)

    def _weights(self, packed: str, row: ir.Value) -> Vectors:
        return [self._read(self.b.gep(self._pointer(packed), [row]), mask=self.mask)]

    def _repeat(self, statement: Repeat, t: ir.Value, column: ir.Value) -> None:
        b, times = self.b, self._int(statement.times)

        def spread(row: ir.Value) -> None:
            value = b.load(self._row(statement.source, t, row))
            first = self._row(statement.target, t, b.mul(row, times))
            for k in range(statement.times):
                b.store(value, b.gep(first, [self._int(k)]))

        self._each(self._int(0), self._int(self.storage.size(statement.source)), 1, spread)

    def _fold(self, statement: Fold, t: ir.Value, column: ir.Value) -> None:
        b, times = self.b, self._int(statement.times)

        def gather(row: ir.Value) -> None:
            first = self._row(statement.source, t, b.mul(row, times))
            total = b.load(first)
            for k in range(1, statement.times):
                total = b.fadd(total, b.load(b.gep(first, [self._int(k)])))
            b.store(total, self._row(statement.target, t, row))

        self._each(self._int(0), self._int(self.storage.size(statement.target)), 1, gather)

    # -- products ----------------------------------------------------------------------------------------------

    def _cut(self, rows: int, body: Callable[[ir.Value, Masks], None]) -> None:
        """body(first row, mask of each vector) for blocks of rows as even as can be."""
        vectors = -(-rows // self.width)
        height = -(-vectors // -(-vectors // REGISTERS))
        size = height * self.width
        whole = rows // size * size
        if whole == size:
            body(self._int(0), [None] * height)
        elif whole:
            self._each(self._int(0), self._int(whole), size, lambda row: body(row, [None] * height))
        if rows > whole:
            body(self._int(whole), [self._lanes(rows - low) for low in range(whole, rows, self.width)])

    def _sum(self, sums: Vectors, count: int, term: Callable[[ir.Value, Vectors], Vectors]) -> Vectors:
        """sums + Σ term(k), k in 0..count; several sums of every vector where there are few vectors."""
        b, vectors = self.b, len(sums)
        chains = max(1, min(CHAINS, SUMS // vectors))
        whole = count // chains * chains if count > chains else 0
        if whole:
            zeros = [self.math.const(0.0)] * (vectors * (chains - 1))

            def several(k: ir.Value, found: Vectors) -> Vectors:
                result: Vectors = []
                for chain in range(chains):
                    part = found[chain * vectors : (chain + 1) * vectors]
                    result += term(b.add(k, self._int(chain)), part)
                return result

            found = self._loop(self._int(0), self._int(whole), chains, [*sums, *zeros], several)
            sums = found[:vectors]
            for chain in range(1, chains):
                part = found[chain * vectors : (chain + 1) * vectors]
                sums = [b.fadd(total, more) for total, more in zip(sums, part, strict=True)]
        for k in range(whole, count):
            sums = term(self._int(k), sums)
        return sums

    def _gate_product(self, t: ir.Value, column: ir.Value, first: bool, sources: list[SourceProduct]) -> None:
        for low, high, parts, bias in self._ranges(first, sources):

            def block(
                row: ir.Value,
                masks: Masks,
                low: int = low,
                high: int = high,
                parts: list[tuple[SourceProduct, Rows]] = parts,
                bias: list[Rows] = bias,
            ) -> None:
                b = self.b
                target = self._bank_row("gates", t, b.add(row, self._int(low)))
                if not first:
                    sums = [self._read(target, v, mask) for v, mask in enumerate(masks)]
                elif bias:
                    place = b.add(row, self._int(low - bias[0].start + bias[0].weight))
                    start = b.gep(self._pointer("weight:bias"), [place])
                    sums = [self._read(start, v, mask) for v, mask in enumerate(masks)]
                else:
                    sums = [self.math.const(0.0)] * len(masks)
                for product, run in parts:
                    panel = self._panel(product, low - run.start + run.weight, high - low, row)
                    source = self._row(product.source, t, self._int(0))

                    def term(k: ir.Value, sums: Vectors, panel: ir.Value = panel, source: ir.Value = source) -> Vectors:
                        factor = self.math.splat(b.load(b.gep(source, [k])))
                        line = b.gep(panel, [b.mul(k, self._int(len(masks) * self.width))])
                        return [self.math.fma(factor, self._read(line, v), total) for v, total in enumerate(sums)]

                    sums = self._sum(sums, product.size, term)
                for v, mask in enumerate(masks):
                    self._write(sums[v], target, v, mask)

            self._cut(high - low, block)

    def _panel(self, product: SourceProduct, first: int, rows: int, row: ir.Value) -> ir.Value:
        """Where the panel of a block lies that begins at a row of these rows of weights."""
        key = (product.weight, first, rows, product.size)
        if key not in self.laid:
            self.laid[key] = self.panels
            self.panels += -(-rows // self.width) * self.width * product.size
        place = self.b.add(self._int(self.laid[key]), self.b.mul(row, self._int(product.size)))
        return self.b.gep(self._pointer("panels"), [place])

    def _lay(self) -> None:
        """The function that lays the weights out, for the panels that were asked for."""
        self.table = self.begin("lay", [self.table.type]).args[0]
        self.pointers = {}
        for (packed, first, rows, size), offset in self.laid.items():
            weight = self.b.gep(self._pointer(f"weight:{packed}"), [self._int(first * size)])
            panels = self.b.gep(self._pointer("panels"), [self._int(offset)])

            def block(
                row: ir.Value,
                masks: Masks,
                weight: ir.Value = weight,
                panels: ir.Value = panels,
                rows: int = rows,
                size: int = size,
            ) -> None:
                place = self.b.mul(row, self._int(size))
                given = {
                    "source": self.b.gep(weight, [place]),
                    "pack": self.b.gep(panels, [place]),
                    "rows": self.b.sub(self._int(rows), row),
                    "size": self._int(size),
                    "vectors": self._int(len(masks)),
                }
                self._call("lay_panel", given)

            self._cut(rows, block)
        self.end()

    def _product_back(self, t: ir.Value, column: ir.Value, target: str, product: SourceProduct, more: bool) -> None:
        def block(row: ir.Value, masks: Masks) -> None:
            b = self.b
            place = self._row(target, t, row)
            if more:
                sums = [self._read(place, v, mask) for v, mask in enumerate(masks)]
            else:
                sums = [self.math.const(0.0)] * len(masks)
            for run in product.back:
                start = b.add(row, self._int(run.weight * product.size))
                base = b.gep(self._pointer(f"weight:{product.weight}"), [start])
                delta = self._bank_row("delta", t, self._int(run.start))

                def term(k: ir.Value, sums: Vectors, base: ir.Value = base, delta: ir.Value = delta) -> Vectors:
                    factor = self.math.splat(b.load(b.gep(delta, [k])))
                    line = b.gep(base, [b.mul(k, self._int(product.size))])
                    return [self.math.fma(factor, self._read(line, v, mask), sums[v]) for v, mask in enumerate(masks)]

                sums = self._sum(sums, run.stop - run.start, term)
            for v, mask in enumerate(masks):
                self._write(sums[v], place, v, mask)

        self._cut(product.size, block)

    # -- the weights' gradients --------------------------------------------------------------------------------

    def _pack_size(self) -> int:
        return 0

    def _product_gradient(self, product: SourceProduct, steps: dict[str, ir.Value]) -> None:
        source = {**self._source(product.source), "size": self._int(product.size)}
        for run in product.rows:
            self._call("product_gradient", {**self._deltas(run, product.weight, product.size), **source, **steps})

    def _call(self, name: str, given: dict[str, ir.Value]) -> None:
        full = symbol(name, self.dtype, self.width)
        kind = ir.FunctionType(ir.VoidType(), arguments_of(name, self.dtype))
        function = self.module.globals.get(full) or ir.Function(self.module, kind, full)
        self.b.call(function, [given[each] for each in FUNCTIONS[name]])
