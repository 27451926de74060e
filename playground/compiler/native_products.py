"""Matrix products of a time step in native code: blocks of about 24 vectors stay in registers."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import llvmlite.ir as ir

from playground.compiler.native_emitter import Vectors
from playground.compiler.native_ground import NativeGround
from playground.compiler.native_math import BYTES
from playground.compiler.plan import Rows, SourceProduct

REGISTERS = 24  # vectors that a product's block keeps; a wide machine has 32 registers


class NativeProducts(NativeGround):
    """Weights times states, forward and back."""

    def _blocks(self, count: int, size: int, body: Callable[[ir.Value, int], None]) -> None:
        """body(first row, rows) for blocks of `size` rows and the rest."""
        whole = count // size * size
        if whole == size:
            body(self._int(0), size)
        elif whole:
            self._each(self._int(0), self._int(whole), size, lambda row: body(row, size))
        if count > whole:
            body(self._int(whole), count - whole)

    def _multiply(
        self,
        accumulators: Vectors,
        rows: int,
        inner: int,
        weight: Callable[[ir.Value, int], ir.Value],
        operand: Callable[[ir.Value], Vectors],
    ) -> Vectors:
        """accumulators[row, vector] += weight(k, row) · operand(k)[vector], summed over k in 0..inner."""

        def step(k: ir.Value, sums: Vectors) -> Vectors:
            values = operand(k)
            result = []
            for row in range(rows):
                factor = self.math.splat(self.b.load(weight(k, row)))
                for v in range(self.vectors):
                    result.append(self.math.fma(factor, values[v], sums[row * self.vectors + v]))
            return result

        return self._loop(self._int(0), self._int(inner), 1, accumulators, step)

    def _gate_product(self, t: ir.Value, column: ir.Value, first: bool, sources: list[SourceProduct]) -> None:
        """bank rows = bias + Σ weight @ source (first), or += weight @ source."""
        for low, high, parts, bias in self._ranges(first, sources):
            block = partial(self._gate_block, t, column, first, low, parts, bias)
            self._blocks(high - low, REGISTERS // self.vectors, block)

    def _ranges(
        self, first: bool, sources: list[SourceProduct]
    ) -> Iterator[tuple[int, int, list[tuple[SourceProduct, Rows]], list[Rows]]]:
        """Bank rows from … to before …, which are the sum of the same products, and their biases."""
        cuts = {0, self.plan.bank_size} if first else set()
        runs = [run for product in sources for run in product.rows] + list(self.plan.biased if first else ())
        cuts |= {edge for run in runs for edge in (run.start, run.stop)}
        edges = sorted(cuts)
        for low, high in pairwise(edges):
            parts = [(p, run) for p in sources for run in p.rows if run.start <= low and high <= run.stop]
            if parts or first:
                bias = [run for run in self.plan.biased if first and run.start <= low and high <= run.stop]
                yield low, high, parts, bias

    def _gate_block(
        self,
        t: ir.Value,
        column: ir.Value,
        first: bool,
        low: int,
        parts: list[tuple[SourceProduct, Rows]],
        bias: list[Rows],
        row: ir.Value,
        count: int,
    ) -> None:
        b = self.b
        align = BYTES[self.dtype]
        targets = [self._bank_row("gates", t, b.add(row, self._int(low + r))) for r in range(count)]
        sums: Vectors = []
        for r in range(count):
            if not first:
                sums += [b.load(self._vector_at(targets[r], column, v), align=align) for v in range(self.vectors)]
            elif bias:
                place = b.add(row, self._int(low - bias[0].start + bias[0].weight + r))
                value = self.math.splat(b.load(b.gep(self._pointer("weight:bias"), [place])))
                sums += [value] * self.vectors
            else:
                sums += [self.math.const(0.0)] * self.vectors
        for product, run in parts:
            start = b.mul(b.add(row, self._int(low - run.start + run.weight)), self._int(product.size))
            base = b.gep(self._pointer(f"weight:{product.weight}"), [start])

            def weight(k: ir.Value, r: int, base: ir.Value = base, size: int = product.size) -> ir.Value:
                return b.gep(base, [b.add(k, self._int(r * size))])

            def operand(k: ir.Value, source: str = product.source) -> Vectors:
                return self._load(source, t, k, column)

            sums = self._multiply(sums, count, product.size, weight, operand)
        for r in range(count):
            for v in range(self.vectors):
                b.store(sums[r * self.vectors + v], self._vector_at(targets[r], column, v), align=align)

    def _product_back(self, t: ir.Value, column: ir.Value, target: str, product: SourceProduct, more: bool) -> None:
        """target (+)= weightᵀ @ delta, over the rows through which the gradient returns."""

        def block(row: ir.Value, count: int) -> None:
            b = self.b
            sums: Vectors = []
            for r in range(count):
                if more:
                    sums += self._load(target, t, b.add(row, self._int(r)), column)
                else:
                    sums += [self.math.const(0.0)] * self.vectors
            for run in product.back:
                start = b.add(row, self._int(run.weight * product.size))
                base = b.gep(self._pointer(f"weight:{product.weight}"), [start])

                def weight(k: ir.Value, r: int, base: ir.Value = base) -> ir.Value:
                    return b.gep(base, [b.add(b.mul(k, self._int(product.size)), self._int(r))])

                def delta(k: ir.Value, run: Rows = run) -> Vectors:
                    pointer = self._bank_row("delta", t, b.add(k, self._int(run.start)))
                    align = BYTES[self.dtype]
                    return [b.load(self._vector_at(pointer, column, v), align=align) for v in range(self.vectors)]

                sums = self._multiply(sums, count, run.stop - run.start, weight, delta)
            for r in range(count):
                values = sums[r * self.vectors : (r + 1) * self.vectors]
                self._store(target, t, b.add(row, self._int(r)), column, values)

        self._blocks(product.size, REGISTERS // self.vectors, block)
