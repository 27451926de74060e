"""Plan → LLVM: the whole time loop of a cell, forward and backward, as one function each.

Arrays are those of the array code, [T, size, N], with N the batch rounded up to whole vectors; each thread has its own
sequences, which never meet, so that none needs a barrier. Products keep blocks of about 24 vectors in
registers; everything elementwise between two products is one loop over the units. On the way back the weights'
gradients are summed after every few steps, by functions that all cells share (`native_sums`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import llvmlite.ir as ir

from playground.compiler.array_storage import Storage, View
from playground.compiler.expressions import Call, Const, Expr, Ref, names, substitute
from playground.compiler.native_emitter import Vectors
from playground.compiler.native_gradients import NativeGradients
from playground.compiler.native_sums import packed_size
from playground.compiler.operations import ACTIVATIONS
from playground.compiler.plan import (
    Activate,
    ActivateBack,
    Add,
    Apply,
    Assign,
    Fold,
    Plan,
    Product,
    ProductBack,
    Repeat,
    Statement,
)


@dataclass(frozen=True)
class NativeCode:
    """text: of the module, with functions `forward` and `backward`
    (arrays, gradients, T, N, time steps per chunk of weight gradients). The array
    "delta" has room for one chunk, unless every value is kept.

    arrays: what the table of pointers holds, in order: names of `storage`, "scratch:NAME" [size, N], "weight:PACKED",
    "panels" [panels].
    gradients: packed names of the weights, in the order of the second table; last comes "pack", where `pack` numbers
    per step and sequence of a chunk are laid out.
    """

    text: str
    storage: Storage
    arrays: tuple[str, ...]
    gradients: tuple[str, ...]
    pack: int
    panels: int = 0


def emit_native(
    plan: Plan, want_input_gradient: bool, keep_all: bool, dtype: str, width: int, vectors: int, learn: bool = True
) -> NativeCode:
    """LLVM text for vectors of `width` numbers, `vectors` of them side by side in a block of columns. keep_all: store
    every value and every `d:` for every step, for traces. learn: with the weights' gradients."""
    return Native(plan, want_input_gradient, keep_all, dtype, width, vectors, learn).emit()


class Native(NativeGradients):
    def emit(self) -> NativeCode:
        self._function("forward", self._forward)
        self._function("backward", self._backward)
        return NativeCode(
            str(self.module),
            self.storage,
            tuple(self.arrays),
            tuple(self.gradients),
            self._pack_size(),
            self.panels,
        )

    def _pack_size(self) -> int:
        return packed_size([*([self.plan.x] if self.plan.x else []), *self.plan.products.values()], self.width)

    # -- elementwise -------------------------------------------------------------------------------------------

    def _elementwise(self, statements: list[Statement], later: set[str], t: ir.Value, column: ir.Value) -> None:
        """Statements on values of one size, as one loop over the units. later: names that are read after them."""

        def unit(row: ir.Value) -> None:
            known: dict[str, Vectors] = {}

            def value(name: str) -> Vectors:
                if name not in known:
                    if name.startswith("weight:"):
                        known[name] = self._weights(name, row)
                    elif self.back and name in self.again:
                        known[name] = [self._evaluate(self.again[name], value, v) for v in range(self.vectors)]
                    else:
                        known[name] = self._load(name, t, row, column)
                return known[name]

            for statement in statements:
                target, expr = self._meaning(statement)
                result = [self._evaluate(expr, value, v) for v in range(self.vectors)]
                known[target] = result
                if target in self.storage.home or target in later:
                    self._store(target, t, row, column, result)

        self._units(self._size(statements[0]), unit)

    def _meaning(self, statement: Statement) -> tuple[str, Expr]:
        """The target of an elementwise statement and its value as an expression of names."""
        match statement:
            case Apply(target):
                return target, statement.expression()
            case Assign(target, expr):
                return target, expr
            case Add(gate, source, weight):
                raw = self._raw(gate)
                term: Expr = Ref(source) if weight is None else Ref(source) * Ref(f"weight:{weight}")
                return raw, Ref(raw) + term
            case Activate((gate,), activation):
                raw = self._raw(gate)
                return raw, substitute(ACTIVATIONS[activation].value, {"a": Ref(raw)})
            case ActivateBack((gate,), activation):
                factor = substitute(ACTIVATIONS[activation].derivatives[0], {"y": Ref(self._raw(gate))})
                return f"delta:{gate}", Ref(f"delta:{gate}") * factor
        raise AssertionError(statement)

    def _raw(self, gate: str) -> str:
        return f"raw:{gate}" if f"raw:{gate}" in self.plan.sizes else gate

    def _evaluate(self, expr: Expr, value: Callable[[str], Vectors], v: int) -> ir.Value:
        if isinstance(expr, Const):
            return self.math.const(expr.value)
        if isinstance(expr, Ref):
            return value(expr.name)[v]
        assert isinstance(expr, Call)
        return self.math.call(expr.primitive, [self._evaluate(argument, value, v) for argument in expr.arguments])

    def _size(self, statement: Statement) -> int:
        match statement:
            case Add(gate) | Activate((gate,)) | ActivateBack((gate,)):
                start, stop = self.plan.bank[gate]
                return stop - start
            case Apply(target) | Assign(target):
                return self.storage.size(target)
        raise AssertionError(statement)

    def _run(self, statements: Sequence[Statement], t: ir.Value, column: ir.Value) -> None:
        """Statements in order, elementwise ones of one size together."""
        flat: list[Statement] = []
        for statement in statements:
            if isinstance(statement, Activate | ActivateBack):
                flat += [type(statement)((gate,), statement.activation) for gate in statement.gates]
            else:
                flat.append(statement)
        group: list[Statement] = []

        def flush(rest: Sequence[Statement]) -> None:
            if group:
                later = set().union(*(self._reads(other) for other in rest))
                carried = {self._meaning(s)[0] for s in group if self._meaning(s)[0].startswith("carry:")}
                self._elementwise(group, later | carried, t, column)
                group.clear()

        for index, statement in enumerate(flat):
            single = isinstance(statement, Add | Activate | Apply | Assign | ActivateBack)
            if not single or (group and self._size(statement) != self._size(group[0])):
                flush(flat[index:])
            if single:
                group.append(statement)
            else:
                self._other(statement, t, column)
        flush(())

    def _reads(self, statement: Statement) -> set[str]:
        match statement:
            case Product(source):
                return {source}
            case Repeat(_, source, _) | Fold(_, source, _):
                return {source}
            case ProductBack(target, _, more):
                return {target} if more else set()
        return names(self._meaning(statement)[1])

    def _other(self, statement: Statement, t: ir.Value, column: ir.Value) -> None:
        match statement:
            case Product(source):
                self._gate_product(t, column, False, [self.plan.products[source]])
            case ProductBack(target, source, more):
                self._product_back(t, column, target, self.plan.products[source], more)
            case Repeat():
                self._repeat(statement, t, column)
            case Fold():
                self._fold(statement, t, column)

    def _repeat(self, statement: Repeat, t: ir.Value, column: ir.Value) -> None:
        b = self.b

        def spread(row: ir.Value) -> None:
            values = self._load(statement.source, t, row, column)
            for k in range(statement.times):
                place = b.add(b.mul(row, self._int(statement.times)), self._int(k))
                self._store(statement.target, t, place, column, values)

        self._each(self._int(0), self._int(self.storage.size(statement.source)), 1, spread)

    def _fold(self, statement: Fold, t: ir.Value, column: ir.Value) -> None:
        b = self.b

        def gather(row: ir.Value) -> None:
            first = b.mul(row, self._int(statement.times))
            total = self._load(statement.source, t, first, column)
            for k in range(1, statement.times):
                more = self._load(statement.source, t, b.add(first, self._int(k)), column)
                total = [b.fadd(x, y) for x, y in zip(total, more, strict=True)]
            self._store(statement.target, t, row, column, total)

        self._each(self._int(0), self._int(self.storage.size(statement.target)), 1, gather)

    # -- the two functions -------------------------------------------------------------------------------------

    def _forward(self) -> None:
        plan, self.back = self.plan, False
        body = list(plan.forward)
        at_once = [plan.x] if plan.x else []
        while body and isinstance(body[0], Product):
            at_once.append(plan.products[body.pop(0).source])  # type: ignore[union-attr]

        def columns(column: ir.Value) -> None:
            def step(t: ir.Value) -> None:
                if plan.bank_size:
                    self._gate_product(t, column, True, at_once)
                self._run(body, t, column)
                for slot in plan.memories:
                    if not slot.direct:
                        late = View(self.storage.home[slot.name].storage, 1, 0, slot.size)
                        self.storage.home[f"after:{slot.name}"] = late
                        self._copy(slot.source, f"after:{slot.name}", slot.size, t, column)

            self._each(self._int(0), self.T, 1, step)

        self._columns(columns)

    def _copy(self, source: str, target: str, size: int, t: ir.Value, column: ir.Value) -> None:
        self._units(size, lambda row: self._store(target, t, row, column, self._load(source, t, row, column)))

    def _backward(self) -> None:
        plan, self.back = self.plan, True
        zero = [self.math.const(0.0)] * self.vectors
        assigns_x = any(isinstance(s, Assign) and s.target == "d:x" for s in plan.backward)

        def clear(column: ir.Value) -> None:
            for slot in plan.memories:

                def line(row: ir.Value, carry: str = f"carry:{slot.name}") -> None:
                    self._store(carry, self._int(0), row, column, zero)

                self._units(slot.size, line)

        def chunk(done: ir.Value) -> None:
            # the weights' gradients are taken while the deltas of these steps are still in the cache
            b = self.b
            end = b.sub(self.T, b.mul(done, self.chunk))
            begin = b.sub(end, self.chunk)
            begin = b.select(b.icmp_signed(">", begin, self._int(0)), begin, self._int(0))
            self.begin_of_chunk = begin

            def columns(column: ir.Value) -> None:
                def step(back: ir.Value) -> None:
                    t = b.sub(b.sub(end, self._int(1)), back)
                    self._run(plan.backward, t, column)
                    if self.want_x and plan.x is not None and plan.x.back:
                        self._product_back(t, column, "d:x", plan.x, assigns_x)

                self._each(self._int(0), b.sub(end, begin), 1, step)

            self._columns(columns)
            if self.learn:
                self.weight_gradients(begin, end)

        if self.learn:
            self.cut_gradients()
        if plan.memories:
            self._columns(clear)
        count = self.b.sdiv(self.b.add(self.T, self.b.sub(self.chunk, self._int(1))), self.chunk)
        self._each(self._int(0), count, 1, chunk)
        if self.learn:
            self.start_gradients()
