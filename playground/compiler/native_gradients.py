"""Weight gradients of a plan in native code: which sums there are to take (`native_sums`)."""

import math

import llvmlite.ir as ir

from playground.compiler.array_code import uncovered
from playground.compiler.native_math import I64
from playground.compiler.native_products import NativeProducts
from playground.compiler.native_sums import FUNCTIONS, arguments_of, is_wide, symbol
from playground.compiler.plan import Rows, SourceProduct


class NativeGradients(NativeProducts):
    """Sums over a share of the batch."""

    def cut_gradients(self) -> None:
        """Zeros where wires are cut: those learn nothing."""
        plan = self.plan
        for packed, gaps in uncovered(plan).items():
            for low, high in gaps:
                numbers = math.prod(plan.packed[packed][1:])
                self._clear(packed, low * numbers, high * numbers)

    def weight_gradients(self, begin: ir.Value, end: ir.Value) -> None:
        """What the steps from `begin` to before `end` add, once their deltas are there. The last steps come first."""
        plan = self.plan
        more = self.b.zext(self.b.icmp_signed("<", end, self.T), I64)
        steps = {"begin": begin, "end": end, "more": more}
        for product in [*([plan.x] if plan.x else []), *plan.products.values()]:
            self._product_gradient(product, steps)
        for run in plan.biased:
            self._call("row_sums", {**self._deltas(run, "bias", 1), **steps})
        for add in plan.diagonals:
            if add.weight is not None:
                start, stop = plan.bank[add.gate]
                source = self._source(plan.seen(add))
                self._call("weighted_sums", {**self._deltas(Rows(start, stop, 0), add.weight, 1), **source, **steps})

    def start_gradients(self) -> None:
        """Of learned start values, after the first step."""
        once = {"begin": self._int(0), "end": self._int(1), "more": self._int(0), "delta_t": self._int(0)}
        for slot in self.plan.memories:
            if isinstance(slot.start, str):
                given = {"delta": self._row(f"carry:{slot.name}", self._int(0), self._int(0)), **once}
                given |= {"gradient": self._pointer(slot.start, gradient=True), "rows": self._int(slot.size)}
                self._call("row_sums", given)

    def _clear(self, packed: str, low: int, high: int) -> None:
        zero = ir.Constant(self.scalar, 0.0)
        pointer = self._pointer(packed, gradient=True)
        self._each(self._int(low), self._int(high), 1, lambda k: self.b.store(zero, self.b.gep(pointer, [k])))

    def _product_gradient(self, product: SourceProduct, steps: dict[str, ir.Value]) -> None:
        source = {**self._source(product.source), "size": self._int(product.size)}
        wide = is_wide(product.size, self.width)
        pack = {"pack": self._pointer("pack", gradient=True)} if wide else {}
        if wide:
            self._call("lay_out", {**source, **pack, **steps})
        for run in product.rows:
            given = {**self._deltas(run, product.weight, product.size), **source, **pack, **steps}
            self._call("wide_gradient" if wide else "narrow_gradient", given)

    def _deltas(self, run: Rows, packed: str, size: int) -> dict[str, ir.Value]:
        """The deltas of some rows, and where their gradient belongs."""
        return {
            "delta": self._bank_row("delta", self._int(0), self._int(run.start)),
            "delta_t": self._stride("delta"),
            "gradient": self.b.gep(self._pointer(packed, gradient=True), [self._int(run.weight * size)]),
            "rows": self._int(run.stop - run.start),
        }

    def _source(self, name: str) -> dict[str, ir.Value]:
        view = self.storage.home[name]
        return {"source": self._row(name, self._int(0), self._int(0)), "source_t": self._stride(view.storage)}

    def _stride(self, storage: str) -> ir.Value:
        """Numbers between two steps."""
        return self.b.mul(self.N, self._int(self.storage.code.stored[storage][1]))

    def _call(self, name: str, given: dict[str, ir.Value]) -> None:
        given = {"N": self.N, **given}
        full = symbol(name, self.dtype, self.width)
        kind = ir.FunctionType(ir.VoidType(), arguments_of(name, self.dtype))
        function = self.module.globals.get(full) or ir.Function(self.module, kind, full)
        self.b.call(function, [given[each] for each in FUNCTIONS[name]])
