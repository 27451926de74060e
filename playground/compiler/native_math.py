"""Vector arithmetic for native code: the primitives of `expressions`, written with LLVM's own instructions.

exp goes by x = n ln 2 + r with |r| ≤ ln 2 / 2 and a Taylor sum for eʳ - 1 (Cody and Waite 1980 for the reduction);
tanh, the logistic function and softplus follow from expm1 and from the series of artanh, without cancellation anywhere.
Limits are exact: exp(-∞) = 0, tanh(±∞) = ±1, and a NaN stays a NaN.
"""

import math

import llvmlite.ir as ir

I32, I64 = ir.IntType(32), ir.IntType(64)
FLOATS = {"float32": ir.FloatType(), "float64": ir.DoubleType()}
BYTES = {"float32": 4, "float64": 8}


class VectorMath:
    """Emits arithmetic on vectors of `width` numbers of one type at the builder's place."""

    def __init__(self, module: ir.Module, builder: ir.IRBuilder, dtype: str, width: int) -> None:
        self.module, self.b, self.dtype, self.width = module, builder, dtype, width
        self.type = ir.VectorType(FLOATS[dtype], width)
        self.ints = ir.VectorType(I32 if dtype == "float32" else I64, width)
        self.double = dtype == "float64"

    def const(self, value: float) -> ir.Value:
        """A vector of equal numbers."""
        return ir.Constant(self.type, [ir.Constant(FLOATS[self.dtype], float(value))] * self.width)

    def splat(self, scalar: ir.Value) -> ir.Value:
        """A scalar in every lane."""
        undefined = ir.Constant(self.type, ir.Undefined)
        first = self.b.insert_element(undefined, scalar, ir.Constant(I32, 0))
        zeros = ir.Constant(ir.VectorType(I32, self.width), [ir.Constant(I32, 0)] * self.width)
        return self.b.shuffle_vector(first, undefined, zeros)

    def fma(self, a: ir.Value, b: ir.Value, c: ir.Value) -> ir.Value:
        """a·b + c, rounded once."""
        return self.b.call(self._intrinsic("llvm.fma", 3), [a, b, c])

    def _intrinsic(self, name: str, arguments: int) -> ir.Function:
        letter = "f64" if self.double else "f32"
        full = f"{name}.v{self.width}{letter}"
        found = self.module.globals.get(full)
        return found or ir.Function(self.module, ir.FunctionType(self.type, [self.type] * arguments), full)

    def _select(self, relation: str, a: ir.Value, b: ir.Value, yes: ir.Value, no: ir.Value) -> ir.Value:
        return self.b.select(self.b.fcmp_ordered(relation, a, b), yes, no)

    def _keep_nan(self, x: ir.Value, result: ir.Value) -> ir.Value:
        return self.b.select(self.b.fcmp_unordered("uno", x, x), x, result)

    def _reduce(self, x: ir.Value) -> tuple[ir.Value, ir.Value]:
        """eˣ as (2ⁿ, eʳ - 1), for x within the clamped range. A NaN becomes one of the second."""
        b = self.b
        kind, places, bias = (I64, 52, 1023) if self.double else (I32, 23, 127)
        # added to 1.5 · 2^places a number is rounded to a whole one, which then stands in the lowest bits
        magic = self.const(1.5 * 2.0**places)
        shifted = self.fma(x, self.const(1 / math.log(2)), magic)
        n = b.fsub(shifted, magic)
        # ln 2 in two parts, the first with so few digits that n times it is exact
        high = 0.693145751953125 if not self.double else 0.693147180369123816490
        low = 1.42860682030941723212e-6 if not self.double else 1.90821492927058770002e-10
        r = self.fma(n, self.const(-low), self.fma(n, self.const(-high), x))
        last = 13 if self.double else 7
        total = self.const(1 / math.factorial(last))
        for k in range(last - 1, 1, -1):
            total = self.fma(total, r, self.const(1 / math.factorial(k)))
        part = self.fma(b.fmul(total, r), r, r)
        shift, one = (
            ir.Constant(self.ints, [ir.Constant(kind, value)] * self.width) for value in (places, bias << places)
        )
        power = b.bitcast(b.add(b.shl(b.bitcast(shifted, self.ints), shift), one), self.type)
        return power, part

    def _limits(self) -> tuple[float, float]:
        """Between these the powers of 2 in `_reduce` are normal numbers; from the upper one on eˣ is infinite."""
        return (-708.0, 710.0) if self.double else (-87.0, 89.0)

    def _clamped(self, x: ir.Value) -> ir.Value:
        low, high = self._limits()
        x = self._select(">", x, self.const(high), self.const(high), x)
        return self._select("<", x, self.const(low), self.const(low), x)

    def _power(self, x: ir.Value) -> ir.Value:
        """eˣ, but never less than the smallest normal number."""
        power, part, again = self._halved(*self._reduce(self._clamped(x)))
        result = self.fma(power, part, power)
        return self.b.fmul(result, again)

    def _halved(self, power: ir.Value, part: ir.Value) -> tuple[ir.Value, ir.Value, ir.Value]:
        """The same with a finite power, and what to multiply by in the end: with a negative `part` eˣ can be finite
        where 2ⁿ is not."""
        largest = 2.0**1023 if self.double else 2.0**127
        beyond = self.b.fcmp_ordered("==", power, self.const(math.inf))
        again = self.b.select(beyond, self.const(2.0), self.const(1.0))
        return self.b.select(beyond, self.const(largest), power), part, again

    def exp(self, x: ir.Value) -> ir.Value:
        low, _ = self._limits()
        return self._select("<", x, self.const(low), self.const(0.0), self._power(x))

    def expm1(self, x: ir.Value) -> ir.Value:
        power, part, again = self._halved(*self._reduce(self._clamped(x)))
        one = self.b.select(self.b.fcmp_ordered(">", again, self.const(1.0)), self.const(0.0), self.const(1.0))
        return self.b.fmul(self.fma(power, part, self.b.fsub(power, one)), again)

    def tanh(self, x: ir.Value) -> ir.Value:
        size = self.b.call(self._intrinsic("llvm.fabs", 1), [x])
        twice = self.b.fadd(size, size)
        top = self._select(">", twice, self.const(44.0), self.const(44.0), twice)
        power, part = self._reduce(top)
        e = self.fma(power, part, self.b.fsub(power, self.const(1.0)))
        result = self.b.fdiv(e, self.b.fadd(e, self.const(2.0)))
        return self.b.call(self._intrinsic("llvm.copysign", 2), [result, x])

    def sigmoid(self, x: ir.Value) -> ir.Value:
        one = self.const(1.0)
        return self.b.fdiv(one, self.b.fadd(one, self._power(self.b.fneg(x))))

    def softplus(self, x: ir.Value) -> ir.Value:
        """max(x, 0) + log(1 + e^-|x|), the logarithm as 2 artanh(y / (2 + y))."""
        size = self.b.call(self._intrinsic("llvm.fabs", 1), [x])
        y = self.exp(self.b.fneg(size))
        s = self.b.fdiv(y, self.b.fadd(y, self.const(2.0)))
        square = self.b.fmul(s, s)
        last = 35 if self.double else 15
        total = self.const(1 / last)
        for k in range(last - 2, 0, -2):
            total = self.fma(total, square, self.const(1 / k))
        above = self._select(">", x, self.const(0.0), x, self.const(0.0))
        return self._keep_nan(x, self.fma(self.b.fadd(s, s), total, above))

    def sqrt(self, x: ir.Value) -> ir.Value:
        return self.b.call(self._intrinsic("llvm.sqrt", 1), [x])

    def log(self, x: ir.Value) -> ir.Value:
        """Of normal positive numbers: k ln 2 + log m with m around 1, the latter as 2 artanh((m - 1) / (m + 1))."""
        b = self.b
        kind, shift = (I64, 52) if self.double else (I32, 23)

        def all_lanes(value: int) -> ir.Value:
            return ir.Constant(self.ints, [ir.Constant(kind, value)] * self.width)

        # from what exponent bits on m lies between √½ and √2
        half = 0x3FE6A09E667F3BCD if self.double else 0x3F3504F3
        bits = b.bitcast(x, self.ints)
        k = b.ashr(b.sub(bits, all_lanes(half)), all_lanes(shift))
        m = b.bitcast(b.sub(bits, b.shl(k, all_lanes(shift))), self.type)
        s = b.fdiv(b.fsub(m, self.const(1.0)), b.fadd(m, self.const(1.0)))
        square = b.fmul(s, s)
        last = 23 if self.double else 11
        total = self.const(1 / last)
        for power in range(last - 2, 0, -2):
            total = self.fma(total, square, self.const(1 / power))
        small = b.fmul(b.fadd(s, s), total)
        result = self.fma(b.sitofp(k, self.type), self.const(math.log(2)), small)
        infinite = b.fcmp_ordered("==", x, self.const(math.inf))
        return self._keep_nan(x, b.select(infinite, x, result))

    def call(self, primitive: str, arguments: list[ir.Value]) -> ir.Value:
        """A primitive of `playground.compiler.expressions.PRIMITIVES`."""
        b = self.b
        match primitive, arguments:
            case "add", [x, y]:
                return b.fadd(x, y)
            case "subtract", [x, y]:
                return b.fsub(x, y)
            case "multiply", [x, y]:
                return b.fmul(x, y)
            case "divide", [x, y]:
                return b.fdiv(x, y)
            case "negative", [x]:
                return b.fneg(x)
            case "maximum", [x, y]:
                return self._select("<", x, y, y, self._keep_nan(y, x))
            case "minimum", [x, y]:
                return self._select(">", x, y, y, self._keep_nan(y, x))
            case "positive", [x]:
                return self._select(">", x, self.const(0.0), self.const(1.0), self.const(0.0))
            case "at_least", [x, y]:
                return self._select(">=", x, y, self.const(1.0), self.const(0.0))
            case "select", [m, x, y]:
                return self._select(">", m, self.const(0.0), x, y)
        return getattr(self, primitive)(*arguments)

    def lanes_below(self, count: ir.Value) -> ir.Value:
        """A mask of the first `count` (an I64) lanes."""
        kind = ir.VectorType(I64, self.width)
        undefined = ir.Constant(kind, ir.Undefined)
        zeros = ir.Constant(ir.VectorType(I32, self.width), [ir.Constant(I32, 0)] * self.width)
        first = self.b.insert_element(undefined, count, ir.Constant(I32, 0))
        lanes = ir.Constant(kind, [ir.Constant(I64, lane) for lane in range(self.width)])
        return self.b.icmp_signed("<", lanes, self.b.shuffle_vector(first, undefined, zeros))

    def _masked(self, name: str, result: ir.Type, arguments: list[ir.Value]) -> ir.Value:
        kind = "f64" if self.double else "f32"
        full = f"llvm.masked.{name}.v{self.width}{kind}.p0"
        found = self.module.globals.get(full)
        function = found or ir.Function(
            self.module, ir.FunctionType(result, [argument.type for argument in arguments]), full
        )
        return self.b.call(function, arguments)

    def masked_load(self, place: ir.Value, mask: ir.Value) -> ir.Value:
        """The lanes of the mask, zero elsewhere; memory beyond them is not touched."""
        align = ir.Constant(I32, BYTES[self.dtype])
        return self._masked("load", self.type, [place, align, mask, ir.Constant(self.type, None)])

    def masked_store(self, value: ir.Value, place: ir.Value, mask: ir.Value) -> None:
        """Stores the lanes of the mask."""
        self._masked("store", ir.VoidType(), [value, place, ir.Constant(I32, BYTES[self.dtype]), mask])

    def transpose(self, lines: list[ir.Value]) -> list[ir.Value]:
        """A square of numbers, `width` vectors of `width`, mirrored at its diagonal."""
        span = self.width // 2
        while span:
            swapped = list(lines)
            for first in range(self.width):
                if first & span:
                    continue
                # the blocks of `span` numbers off the diagonal change places
                low, high = [], []
                for lane in range(self.width):
                    inside = bool(lane & span)
                    low.append(self.width + lane - span if inside else lane)
                    high.append(self.width + lane if inside else lane + span)
                pair = lines[first], lines[first + span]
                for place, lanes in ((first, low), (first + span, high)):
                    mask = ir.Constant(ir.VectorType(I32, self.width), [ir.Constant(I32, lane) for lane in lanes])
                    swapped[place] = self.b.shuffle_vector(*pair, mask)
            lines = swapped
            span //= 2
        return lines

    def sum(self, x: ir.Value) -> ir.Value:
        """All lanes added up, halves first: always in the same order."""
        width = self.width
        while width > 1:
            half = width // 2
            lanes = [ir.Constant(I32, (k + half) if k < half else 0) for k in range(self.width)]
            mask = ir.Constant(ir.VectorType(I32, self.width), lanes)
            x = self.b.fadd(x, self.b.shuffle_vector(x, ir.Constant(self.type, ir.Undefined), mask))
            width = half
        return self.b.extract_element(x, ir.Constant(I32, 0))
