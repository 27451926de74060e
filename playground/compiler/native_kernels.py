"""Native code for what stands around the layers: loading a batch, moving rows, the loss with its gradient.

Every function has the arguments of a layer's own, (numbers, unused, T, N, unused), so that
one `drive` (`playground.compiler.native_team`) can run a list of calls. `numbers` is a list of integers of 64 bits:
addresses, and strides counted in elements; arrays are [T, rows, N], columns side by side.
"""

from collections.abc import Callable

import llvmlite.ir as ir

from playground.compiler.native_emitter import Emitter
from playground.compiler.native_math import BYTES, FLOATS, I64

NUMBERS = ir.PointerType(I64)
ARGUMENTS = [NUMBERS, NUMBERS, I64, I64, I64]
CALL = 1 + len(ARGUMENTS)  # numbers of a call: the function's address and its arguments
SOURCES: dict[str, ir.Type] = {"float32": FLOATS["float32"], "float64": FLOATS["float64"], "int64": I64}
LOSSES = ("mse", "binary_cross_entropy", "cross_entropy")


def emit_moves(dtype: str, width: int) -> str:
    """LLVM text of `move` and `load_TYPE` for every type of `SOURCES`."""
    return _Moves("moves", dtype, width).emit()


def emit_loss(kind: str, dtype: str, width: int) -> str:
    """LLVM text of `loss`, one of `LOSSES`."""
    return _Loss("loss", dtype, width).emit(kind)


class _Kernels(Emitter):
    def kernel(self, name: str, names: str, body: Callable[[], None]) -> None:
        """A function; names: of `numbers`, in their order, for `number` and `pointer`."""
        numbers, _, self.T, self.N, _ = self.begin(name, ARGUMENTS).args
        self.numbers = {
            each: self.entry.load(self.entry.gep(numbers, [self._int(place)]))
            for place, each in enumerate(names.split())
        }
        body()
        self.end()

    def pointer(self, name: str, kind: ir.Type | None = None) -> ir.Value:
        return self.entry.inttoptr(self.numbers[name], ir.PointerType(kind or self.scalar))

    def at(self, *products: tuple[ir.Value, str]) -> ir.Value:
        """Σ index · stride."""
        total = self._int(0)
        for index, stride in products:
            total = self.b.add(total, self.b.mul(index, self.numbers[stride]))
        return total


class _Moves(_Kernels):
    def emit(self) -> str:
        self.kernel(
            "move", "target source factor more rows target_t target_r source_t source_r factor_t factor_r", self._move
        )
        for source, kind in SOURCES.items():
            self.kernel(
                f"load_{source}",
                "target rows target_t target_r source source_t source_b source_d batch",
                lambda kind=kind: self._load(kind),  # type: ignore[misc]
            )
        return str(self.module)

    def _move(self) -> None:
        """target = source, times a factor if its address is not 0; added to what is there if `more`."""
        b = self.b
        target, source, factor = (self.pointer(name) for name in ("target", "source", "factor"))
        has_factor = b.icmp_signed("!=", self.numbers["factor"], self._int(0))
        more = b.icmp_signed("!=", self.numbers["more"], self._int(0))
        # the source itself stands in for a factor that is not there: read, and not used
        other = b.select(has_factor, factor, source)
        stride_t = b.select(has_factor, self.numbers["factor_t"], self.numbers["source_t"])
        stride_r = b.select(has_factor, self.numbers["factor_r"], self.numbers["source_r"])
        one, zero = self.math.const(1.0), self.math.const(0.0)

        def row(t: ir.Value, r: ir.Value) -> None:
            into = b.gep(target, [self.at((t, "target_t"), (r, "target_r"))])
            out = b.gep(source, [self.at((t, "source_t"), (r, "source_r"))])
            by = b.gep(other, [b.add(b.mul(t, stride_t), b.mul(r, stride_r))])

            def columns(column: ir.Value) -> None:
                times = b.select(has_factor, self._get(by, column), one)
                value = b.fmul(self._get(out, column), times)
                before = b.select(more, self._get(into, column), zero)
                self._put(b.fadd(before, value), into, column)

            self._each(self._int(0), self.N, self.width, columns)

        self._rows(self._int(0), self.numbers["rows"], 1, row)

    def _rows(self, start: ir.Value, stop: ir.Value, step: int, body: Callable[[ir.Value, ir.Value], None]) -> None:
        """body(t, row) at every time step, for rows start..stop."""

        def at(t: ir.Value) -> None:
            self._each(start, stop, step, lambda row: body(t, row))

        self._each(self._int(0), self.T, 1, at)

    def _load(self, kind: ir.Type) -> None:
        """target[t, row, column] = source[t, column, row], converted, for the columns that are sequences."""
        b = self.b
        batch = self.numbers["batch"]
        everywhere, rows = self._int(0), self.numbers["rows"]
        if kind is not I64:
            # where a sequence's numbers lie side by side: squares of them at once
            beside = b.icmp_signed("==", self.numbers["source_d"], self._int(1))
            whole = b.select(beside, b.mul(b.sdiv(rows, self._int(self.width)), self._int(self.width)), everywhere)
            edge = b.mul(b.sdiv(batch, self._int(self.width)), self._int(self.width))
            self._rows(everywhere, whole, self.width, lambda t, row: self._squares(kind, t, row, edge))
            self._rows(everywhere, whole, 1, lambda t, row: self._line(kind, t, row, edge, batch))
            everywhere = whole
        self._rows(everywhere, rows, 1, lambda t, row: self._line(kind, t, row, self._int(0), batch))

    def _from(self, kind: ir.Type, t: ir.Value, row: ir.Value, column: ir.Value) -> ir.Value:
        place = self.at((t, "source_t"), (row, "source_d"), (column, "source_b"))
        return self.b.gep(self.pointer("source", kind), [place])

    def _to(self, t: ir.Value, row: ir.Value) -> ir.Value:
        return self.b.gep(self.pointer("target"), [self.at((t, "target_t"), (row, "target_r"))])

    def _converted(self, value: ir.Value, kind: ir.Type, into: ir.Type) -> ir.Value:
        if kind is I64:
            return self.b.sitofp(value, into)
        if kind is self.scalar:
            return value
        return self.b.fptrunc(value, into) if self.dtype == "float32" else self.b.fpext(value, into)

    def _line(self, kind: ir.Type, t: ir.Value, row: ir.Value, first: ir.Value, last: ir.Value) -> None:
        """One row, number by number."""
        b, into, out = self.b, self._to(t, row), self._from(kind, t, row, self._int(0))

        def column(c: ir.Value) -> None:
            value = b.load(b.gep(out, [self.at((c, "source_b"))]))
            b.store(self._converted(value, kind, self.scalar), b.gep(into, [c]))

        self._each(first, last, 1, column)

    def _squares(self, kind: ir.Type, t: ir.Value, row: ir.Value, edge: ir.Value) -> None:
        """`width` rows, as far as whole vectors go."""
        b = self.b
        wide = ir.PointerType(ir.VectorType(kind, self.width))
        bytes_of = next(size for name, size in BYTES.items() if FLOATS[name] is kind)

        def columns(column: ir.Value) -> None:
            lines = []
            for k in range(self.width):
                place = b.bitcast(self._from(kind, t, row, b.add(column, self._int(k))), wide)
                lines.append(self._converted(b.load(place, align=bytes_of), kind, self.math.type))
            for k, line in enumerate(self.math.transpose(lines)):
                self._put(line, self._to(t, b.add(row, self._int(k))), column)

        self._each(self._int(0), edge, self.width, columns)


class _Loss(_Kernels):
    """The losses of `playground.network.losses`, of raw scores, with their gradient."""

    def emit(self, kind: str) -> str:
        names = "scores scores_t gradient gradient_t targets targets_t mask mask_t outputs counted total"
        self.kernel("loss", names, lambda: self._loss(kind))
        return str(self.module)

    def _loss(self, kind: str) -> None:
        """total = these sequences' share of the mean; gradient = ∂L/∂scores, 0 where the mask is 0."""
        b, double = self.b, FLOATS["float64"]
        scores, gradient = self.pointer("scores"), self.pointer("gradient")
        targets, mask = self.pointer("targets"), self.pointer("mask")
        outputs = self.numbers["outputs"]
        counted = self.entry.bitcast(self.numbers["counted"], double)
        if self.dtype == "float32":
            counted = self.entry.fptrunc(counted, self.scalar)
        self.counted = self.math.splat(counted)
        self.mean = self.math.splat(b.sitofp(outputs, self.scalar))  # the mean over outputs, but for classes
        doubles = ir.VectorType(double, self.width)
        rule = getattr(self, f"_{kind}")

        def step(t: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
            rows = [
                b.gep(pointer, [self.at((t, f"{name}_t"))])
                for name, pointer in (("scores", scores), ("gradient", gradient), ("targets", targets), ("mask", mask))
            ]

            def columns(column: ir.Value, inner: list[ir.Value]) -> list[ir.Value]:
                shown = self._get(rows[3], column)
                self.shown = b.fcmp_ordered(">", shown, self.math.const(0.0))
                self.weight = b.fdiv(shown, self.counted)
                share = rule(rows[0], rows[1], rows[2], outputs, column)
                return [b.fadd(inner[0], share if self.dtype == "float64" else b.fpext(share, doubles))]

            return self._loop(self._int(0), self.N, self.width, sums, columns)

        zero = ir.Constant(doubles, None)
        total = self._loop(self._int(0), self.T, 1, [zero], step)[0]
        lanes = [b.extract_element(total, ir.Constant(ir.IntType(32), k)) for k in range(self.width)]
        while len(lanes) > 1:
            lanes = [b.fadd(lanes[k], lanes[k + len(lanes) // 2]) for k in range(len(lanes) // 2)]
        b.store(lanes[0], self.pointer("total", double))

    def _line(self, pointer: ir.Value, row: ir.Value) -> ir.Value:
        return self.b.gep(pointer, [self.b.mul(row, self.N)])

    def _over(self, outputs: ir.Value, start: ir.Value, body: Callable[[ir.Value, ir.Value], ir.Value]) -> ir.Value:
        """Carry a vector through all outputs."""
        return self._loop(self._int(0), outputs, 1, [start], lambda row, carried: [body(row, carried[0])])[0]

    def _mse(
        self, scores: ir.Value, gradient: ir.Value, targets: ir.Value, outputs: ir.Value, column: ir.Value
    ) -> ir.Value:
        b, zero = self.b, self.math.const(0.0)
        share = b.fdiv(self.weight, self.mean)

        def one(row: ir.Value, total: ir.Value) -> ir.Value:
            score, target = (self._get(self._line(p, row), column) for p in (scores, targets))
            error = b.select(self.shown, b.fsub(score, target), zero)
            part = b.fmul(error, share)
            self._put(b.fadd(part, part), self._line(gradient, row), column)
            return self.math.fma(error, part, total)

        return self._over(outputs, zero, one)

    def _binary_cross_entropy(
        self, scores: ir.Value, gradient: ir.Value, targets: ir.Value, outputs: ir.Value, column: ir.Value
    ) -> ir.Value:
        b, zero = self.b, self.math.const(0.0)
        share = b.fdiv(self.weight, self.mean)

        def one(row: ir.Value, total: ir.Value) -> ir.Value:
            score, target = (
                b.select(self.shown, self._get(self._line(p, row), column), zero) for p in (scores, targets)
            )
            part = b.fmul(b.fsub(self.math.sigmoid(score), target), share)
            self._put(part, self._line(gradient, row), column)
            # log(1 + eˢ) - s y
            return self.math.fma(b.fsub(self.math.softplus(score), b.fmul(score, target)), share, total)

        return self._over(outputs, zero, one)

    def _cross_entropy(
        self, scores: ir.Value, gradient: ir.Value, targets: ir.Value, outputs: ir.Value, column: ir.Value
    ) -> ir.Value:
        """targets: class numbers [T, 1, N]. The exponentials wait in the gradient's place."""
        b, zero = self.b, self.math.const(0.0)

        def score(row: ir.Value) -> ir.Value:
            return b.select(self.shown, self._get(self._line(scores, row), column), zero)

        top = self._over(outputs, score(self._int(0)), lambda row, top: self.math.call("maximum", [top, score(row)]))
        chosen = b.select(self.shown, self._get(targets, column), zero)

        def power(row: ir.Value, total: ir.Value) -> ir.Value:
            value = self.math.exp(b.fsub(score(row), top))
            self._put(value, self._line(gradient, row), column)
            return b.fadd(total, value)

        total = self._over(outputs, zero, power)
        logarithm = self.math.log(total)

        def one(row: ir.Value, loss: ir.Value) -> ir.Value:
            number = self.math.splat(b.sitofp(row, self.scalar))
            hit = b.fcmp_ordered("==", number, chosen)
            part = b.fdiv(self._get(self._line(gradient, row), column), total)
            part = b.fsub(part, b.select(hit, self.math.const(1.0), zero))
            self._put(b.fmul(part, self.weight), self._line(gradient, row), column)
            missed = b.fsub(logarithm, b.fsub(score(row), top))
            return self.math.fma(b.select(hit, missed, zero), self.weight, loss)

        return self._over(outputs, zero, one)
