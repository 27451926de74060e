"""Vector arithmetic for native code: the primitives of `expressions`, written with LLVM's own instructions.

exp goes by x = n ln 2 + r with |r| ≤ ln 2 / 2 and a Taylor sum for eʳ - 1 (Cody and Waite 1980 for the reduction);
tanh,
the logistic function and softplus follow from expm1 and from the series of artanh, without cancellation anywhere.
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
        """eˣ as (2ⁿ, eʳ - 1), for x within the clamped range."""
        n = self.b.call(self._intrinsic("llvm.rint", 1), [self.b.fmul(x, self.const(1 / math.log(2)))])
        # ln 2 in two parts, the first with so few digits that n times it is exact
        high = 0.693145751953125 if not self.double else 0.693147180369123816490
        low = 1.42860682030941723212e-6 if not self.double else 1.90821492927058770002e-10
        r = self.fma(n, self.const(-low), self.fma(n, self.const(-high), x))
        last = 13 if self.double else 7
        total = self.const(1 / math.factorial(last))
        for k in range(last - 1, 1, -1):
            total = self.fma(total, r, self.const(1 / math.factorial(k)))
        part = self.fma(self.b.fmul(total, r), r, r)
        bits, shift = (1023, 52) if self.double else (127, 23)
        whole = self.b.fptosi(n, self.ints)
        width = 64 if self.double else 32
        kind = ir.IntType(width)
        lift = ir.Constant(self.ints, [ir.Constant(kind, bits)] * self.width)
        places = ir.Constant(self.ints, [ir.Constant(kind, shift)] * self.width)
        power = self.b.bitcast(self.b.shl(self.b.add(whole, lift), places), self.type)
        return power, part

    def _clamped(self, x: ir.Value, low: float, high: float) -> ir.Value:
        x = self._select(">", x, self.const(high), self.const(high), x)
        return self._select("<", x, self.const(low), self.const(low), x)

    def exp(self, x: ir.Value) -> ir.Value:
        low, high = (-708.0, 710.0) if self.double else (-87.0, 89.0)
        power, part = self._reduce(self._clamped(x, low, high))
        result = self.fma(power, part, power)
        result = self._select("<", x, self.const(low), self.const(0.0), result)
        return self._keep_nan(x, result)

    def expm1(self, x: ir.Value) -> ir.Value:
        low, high = (-708.0, 710.0) if self.double else (-87.0, 89.0)
        power, part = self._reduce(self._clamped(x, low, high))
        return self._keep_nan(x, self.fma(power, part, self.b.fsub(power, self.const(1.0))))

    def tanh(self, x: ir.Value) -> ir.Value:
        size = self.b.call(self._intrinsic("llvm.fabs", 1), [x])
        twice = self.b.fadd(size, size)
        top = self._select(">", twice, self.const(44.0), self.const(44.0), twice)
        power, part = self._reduce(top)
        e = self.fma(power, part, self.b.fsub(power, self.const(1.0)))
        result = self.b.fdiv(e, self.b.fadd(e, self.const(2.0)))
        return self._keep_nan(x, self.b.call(self._intrinsic("llvm.copysign", 2), [result, x]))

    def sigmoid(self, x: ir.Value) -> ir.Value:
        return self.b.fdiv(self.const(1.0), self.b.fadd(self.const(1.0), self.exp(self.b.fneg(x))))

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
        return getattr(self, primitive)(*arguments)

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
