"""Native code for the optimizers: one loop over all parameters each, which reads and writes every number once."""

from collections.abc import Callable

import llvmlite.ir as ir

from playground.compiler.native_emitter import Emitter
from playground.compiler.native_math import FLOATS, I64

ADDRESSES = ("values", "gradients", "first", "second", "trainable", "count")
SETTINGS = ("rate", "first_rate", "second_rate", "epsilon", "scale", "decay")
KINDS = ("sgd", "momentum", "rmsprop", "adam", "adamw")


def emit_update(kind: str, dtype: str, width: int) -> str:
    """LLVM text of `update`(addresses, settings), in the order of `ADDRESSES` (`trainable` 0: all are) and `SETTINGS`.

    kind: of an optimizer, whose memories are `first` and `second`; or "scale", gradients times `scale`; or "squares",
    which leaves Σ gradient² in settings[0].
    """
    return _Updates("updates", dtype, width).emit(kind)


class _Updates(Emitter):
    def emit(self, kind: str) -> str:
        double = FLOATS["float64"]
        addresses, settings = self.begin("update", [ir.PointerType(I64), ir.PointerType(double)]).args
        self.settings = settings
        loads = {name: self.entry.load(self.entry.gep(addresses, [self._int(k)])) for k, name in enumerate(ADDRESSES)}
        self.count = loads.pop("count")
        self.all_train = self.entry.icmp_signed("==", loads["trainable"], self._int(0))
        pointer = ir.PointerType(self.scalar)
        self.arrays = {name: self.entry.inttoptr(value, pointer) for name, value in loads.items()}
        if kind == "squares":
            self._squares()
        else:
            rule: Callable[[Callable, Callable], None] = getattr(self, f"_{kind}")
            self._all(rule)
        self.end()
        return str(self.module)

    def _setting(self, name: str) -> ir.Value:
        value = self.b.load(self.b.gep(self.settings, [self._int(SETTINGS.index(name))]))
        return self.math.splat(value if self.dtype == "float64" else self.b.fptrunc(value, self.scalar))

    def _all(self, rule: Callable[[Callable, Callable], None]) -> None:
        """rule(get, put) for whole vectors of all arrays, and once for the numbers left over."""
        b = self.b
        self.given = {name: self._setting(name) for name in SETTINGS}
        whole = b.mul(b.sdiv(self.count, self._int(self.width)), self._int(self.width))

        def block(place: ir.Value) -> None:
            rule(
                lambda name: self._get(self.arrays[name], place),
                lambda name, value: self._put(value, self.arrays[name], place),
            )

        self._each(self._int(0), whole, self.width, block)

        def rest() -> None:
            mask = self.math.lanes_below(b.sub(self.count, whole))
            rule(
                lambda name: self.math.masked_load(self._vector_at(self.arrays[name], whole), mask),
                lambda name, value: self.math.masked_store(value, self._vector_at(self.arrays[name], whole), mask),
            )

        self._when(b.icmp_signed("<", whole, self.count), rest)

    def _squares(self) -> None:
        b, double = self.b, FLOATS["float64"]
        doubles = ir.VectorType(double, self.width)
        zero = ir.Constant(doubles, None)

        def add(value: ir.Value, total: ir.Value) -> ir.Value:
            wide = value if self.dtype == "float64" else b.fpext(value, doubles)
            return b.fadd(total, b.fmul(wide, wide))

        stride = 2 * self.width
        whole = b.mul(b.sdiv(self.count, self._int(stride)), self._int(stride))

        def pair(place: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
            second = b.add(place, self._int(self.width))
            return [
                add(self._get(self.arrays["gradients"], at), total)
                for at, total in zip((place, second), sums, strict=True)
            ]

        sums = self._loop(self._int(0), whole, stride, [zero, zero], pair)
        lanes = [b.extract_element(total, ir.Constant(ir.IntType(32), k)) for total in sums for k in range(self.width)]

        def one(place: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
            value = b.load(b.gep(self.arrays["gradients"], [place]))
            wide = value if self.dtype == "float64" else b.fpext(value, double)
            return [b.fadd(sums[0], b.fmul(wide, wide))]

        lanes += self._loop(whole, self.count, 1, [ir.Constant(double, 0.0)], one)
        total = lanes[0]
        for lane in lanes[1:]:
            total = b.fadd(total, lane)
        b.store(total, self.settings)

    # -- rules: what becomes of a vector -----------------------------------------------------------------------

    def _scale(self, get: Callable, put: Callable) -> None:
        put("gradients", self.b.fmul(get("gradients"), self.given["scale"]))

    def _move(self, get: Callable, put: Callable, values: ir.Value, part: ir.Value) -> None:
        """values - rate · part, where they learn."""
        step = self.b.fmul(self.b.fmul(part, self.given["rate"]), self._trains(get))
        put("values", self.b.fsub(values, step))

    def _trains(self, get: Callable) -> ir.Value:
        """1 and 0. Where there is no such array the values are read in its stead, and not used."""
        kept = self.arrays["trainable"]
        self.arrays["trainable"] = self.b.select(self.all_train, self.arrays["values"], kept)
        found = get("trainable")
        self.arrays["trainable"] = kept
        return self.b.select(self.all_train, self.math.const(1.0), found)

    def _average(self, old: ir.Value, new: ir.Value, rate: str) -> ir.Value:
        """rate · old + (1 - rate) · new."""
        b = self.b
        rest = b.fsub(self.math.const(1.0), self.given[rate])
        return b.fadd(b.fmul(old, self.given[rate]), b.fmul(new, rest))

    def _sgd(self, get: Callable, put: Callable) -> None:
        self._move(get, put, get("values"), get("gradients"))

    def _momentum(self, get: Callable, put: Callable) -> None:
        velocity = self.b.fadd(self.b.fmul(get("first"), self.given["first_rate"]), get("gradients"))
        put("first", velocity)
        self._move(get, put, get("values"), velocity)

    def _rmsprop(self, get: Callable, put: Callable) -> None:
        b, gradient = self.b, get("gradients")
        square = self._average(get("first"), b.fmul(gradient, gradient), "first_rate")
        put("first", square)
        part = b.fdiv(gradient, b.fadd(self.math.sqrt(square), self.given["epsilon"]))
        self._move(get, put, get("values"), part)

    def _adam(self, get: Callable, put: Callable) -> None:
        """rate: over 1 - β₁ᵏ. scale: 1 / √(1 - β₂ᵏ). decay: 0 for adam itself."""
        b, gradient, values, one = self.b, get("gradients"), get("values"), self.math.const(1.0)
        values = b.fmul(values, b.fsub(one, b.fmul(self.given["decay"], self._trains(get))))
        mean = self._average(get("first"), gradient, "first_rate")
        square = self._average(get("second"), b.fmul(gradient, gradient), "second_rate")
        put("first", mean)
        put("second", square)
        root = b.fadd(b.fmul(self.math.sqrt(square), self.given["scale"]), self.given["epsilon"])
        self._move(get, put, values, b.fdiv(mean, root))

    _adamw = _adam
