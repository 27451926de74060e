"""Plan → LLVM: the whole time loop of a cell, forward and backward, as one function each.

Arrays are those of the array code, [T, size, N], with N the batch rounded up to whole vectors; a thread is given columns of
its own, and since sequences never meet, it needs no barrier. Products keep blocks of about 24 vectors in registers;
everything elementwise between two products is one loop over the units.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import llvmlite.ir as ir

from playground.compiler.array_storage import Storage, View
from playground.compiler.expressions import Call, Const, Expr, Ref, names, substitute
from playground.compiler.native_math import BYTES, FLOATS, I64, VectorMath
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
    Rows,
    SourceProduct,
    Statement,
)

REGISTERS = 24  # vectors that a product's block keeps; a wide machine has 32 registers
Vectors = list[ir.Value]  # one for each vector of a block of columns


@dataclass(frozen=True)
class NativeCode:
    """text: of the module, with functions `forward` and `backward`
    (arrays, partial gradients, T, N, first column, last column, time steps per chunk of weight gradients).

    arrays: what the table of pointers holds, in order: names of `storage`, "scratch:NAME" [size, N], "weight:PACKED".
    partials: packed names of the weight gradients, in the order of the second table.
    """

    text: str
    storage: Storage
    arrays: tuple[str, ...]
    partials: tuple[str, ...]
    width: int
    columns: int


def emit_native(plan: Plan, want_input_gradient: bool, dtype: str, width: int, vectors: int) -> NativeCode:
    """LLVM text for vectors of `width` numbers, `vectors` of them side by side in a block of columns."""
    return _Native(plan, want_input_gradient, dtype, width, vectors).emit()


class _Native:
    def __init__(self, plan: Plan, want_x: bool, dtype: str, width: int, vectors: int) -> None:
        self.plan, self.want_x, self.dtype, self.width, self.vectors = plan, want_x, dtype, width, vectors
        self.storage = Storage(plan, want_x, False)
        self.storage.place()
        self.module = ir.Module("cell")
        self.scalar = FLOATS[dtype]
        self.arrays: list[str] = []
        self.partials = list(plan.packed)

    def emit(self) -> NativeCode:
        self._function("forward", self._forward)
        self._function("backward", self._backward)
        return NativeCode(
            str(self.module),
            self.storage,
            tuple(self.arrays),
            tuple(self.partials),
            self.width,
            self.width * self.vectors,
        )

    # -- functions, loops, memory ------------------------------------------------------------------------------

    def _function(self, name: str, body: Callable[[], None]) -> None:
        table = ir.PointerType(ir.PointerType(self.scalar))
        kind = ir.FunctionType(ir.VoidType(), [table, table, I64, I64, I64, I64, I64])
        function = ir.Function(self.module, kind, name)
        self.table, self.partial_table, self.T, self.N, self.first, self.last, self.chunk = function.args
        entry = function.append_basic_block("entry")
        self.entry = ir.IRBuilder(entry)
        start = function.append_basic_block("start")
        self.b = ir.IRBuilder(start)
        self.math = VectorMath(self.module, self.b, self.dtype, self.width)
        self.pointers: dict[str, ir.Value] = {}
        body()
        self.b.ret_void()
        self.entry.branch(start)

    def _int(self, value: int) -> ir.Value:
        return ir.Constant(I64, value)

    def _loop(
        self,
        start: ir.Value,
        stop: ir.Value,
        step: int,
        carried: Sequence[ir.Value],
        body: Callable[[ir.Value, Vectors], Vectors],
    ) -> Vectors:
        """for i in start..stop: carried = body(i, carried). Returns what is carried out."""
        b = self.b
        before = b.block
        head, inside, after = (b.append_basic_block(name) for name in ("head", "body", "after"))
        b.branch(head)
        b.position_at_end(head)
        index = b.phi(I64)
        index.add_incoming(start, before)
        phis = [b.phi(value.type) for value in carried]
        for phi, value in zip(phis, carried, strict=True):
            phi.add_incoming(value, before)
        b.cbranch(b.icmp_signed("<", index, stop), inside, after)
        b.position_at_end(inside)
        results = body(index, list(phis))
        following = b.add(index, self._int(step))
        index.add_incoming(following, b.block)
        for phi, value in zip(phis, results, strict=True):
            phi.add_incoming(value, b.block)
        b.branch(head)
        b.position_at_end(after)
        return list(phis)

    def _each(self, start: ir.Value, stop: ir.Value, step: int, body: Callable[[ir.Value], None]) -> None:
        def run(index: ir.Value, _: Vectors) -> Vectors:
            body(index)
            return []

        self._loop(start, stop, step, (), run)

    def _pointer(self, name: str, partial: bool = False) -> ir.Value:
        """The start of an array, read from its table once."""
        key = f"partial:{name}" if partial else name
        if key not in self.pointers:
            if partial:
                table, place = self.partial_table, self.partials.index(name)
            else:
                if name not in self.arrays:
                    self.arrays.append(name)
                table, place = self.table, self.arrays.index(name)
            self.pointers[key] = self.entry.load(self.entry.gep(table, [self._int(place)]))
        return self.pointers[key]

    def _row(self, name: str, t: ir.Value, row: ir.Value) -> ir.Value:
        """Address of the first column of a row of a value at step t (`home` values) or of scratch."""
        view: View | None = self.storage.home.get(name)
        if view is None:
            return self.b.gep(self._pointer(f"scratch:{name}"), [self.b.mul(row, self.N)])
        rows = self.storage.code.stored[view.storage][1]
        at = self.b.add(t, self._int(view.late)) if view.late else t
        line = self.b.add(self.b.mul(at, self._int(rows)), self.b.add(row, self._int(view.start)))
        return self.b.gep(self._pointer(view.storage), [self.b.mul(line, self.N)])

    def _vector_at(self, pointer: ir.Value, column: ir.Value, offset: int) -> ir.Value:
        place = self.b.gep(pointer, [self.b.add(column, self._int(offset * self.width))])
        return self.b.bitcast(place, ir.PointerType(self.math.type))

    def _load(self, name: str, t: ir.Value, row: ir.Value, column: ir.Value) -> Vectors:
        pointer = self._row(name, t, row)
        align = BYTES[self.dtype]
        return [self.b.load(self._vector_at(pointer, column, k), align=align) for k in range(self.vectors)]

    def _store(self, name: str, t: ir.Value, row: ir.Value, column: ir.Value, values: Vectors) -> None:
        pointer = self._row(name, t, row)
        for k, value in enumerate(values):
            self.b.store(value, self._vector_at(pointer, column, k), align=BYTES[self.dtype])

    def _bank_row(self, storage: str, t: ir.Value, row: ir.Value) -> ir.Value:
        """Address of a row of the whole bank ("gates", one step late, or "delta")."""
        at = self.b.add(t, self._int(1)) if storage == "gates" else t
        line = self.b.add(self.b.mul(at, self._int(max(self.plan.bank_size, 1))), row)
        return self.b.gep(self._pointer(storage), [self.b.mul(line, self.N)])

    # -- products ----------------------------------------------------------------------------------------------

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
        cuts = {0, self.plan.bank_size} if first else set()
        runs = [run for product in sources for run in product.rows] + list(self.plan.biased if first else ())
        cuts |= {edge for run in runs for edge in (run.start, run.stop)}
        edges = sorted(cuts)
        for low, high in zip(edges, edges[1:], strict=False):
            parts = [(p, run) for p in sources for run in p.rows if run.start <= low and high <= run.stop]
            if not parts and not first:
                continue
            bias = [run for run in self.plan.biased if first and run.start <= low and high <= run.stop]
            self._blocks(
                high - low,
                REGISTERS // self.vectors,
                lambda row, count, low=low, parts=parts, bias=bias: self._gate_block(
                    t, column, first, low, row, count, parts, bias
                ),
            )

    def _gate_block(
        self,
        t: ir.Value,
        column: ir.Value,
        first: bool,
        low: int,
        row: ir.Value,
        count: int,
        parts: list[tuple[SourceProduct, Rows]],
        bias: list[Rows],
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
            sums = self._multiply(
                sums,
                count,
                product.size,
                lambda k, r, base=base, product=product: b.gep(base, [b.add(k, self._int(r * product.size))]),
                lambda k, product=product: self._load(product.source, t, k, column),
            )
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

    # -- elementwise -------------------------------------------------------------------------------------------

    def _elementwise(self, statements: list[Statement], later: set[str], t: ir.Value, column: ir.Value) -> None:
        """Statements on values of one size, as one loop over the units. later: names that are read after them."""
        size = self._size(statements[0])

        def unit(row: ir.Value) -> None:
            known: dict[str, Vectors] = {}

            def value(name: str) -> Vectors:
                if name not in known:
                    if name.startswith("weight:"):
                        scalar = self.b.load(self.b.gep(self._pointer(name), [row]))
                        known[name] = [self.math.splat(scalar)] * self.vectors
                    else:
                        known[name] = self._load(name, t, row, column)
                return known[name]

            for statement in statements:
                target, expr = self._meaning(statement)
                result = [self._evaluate(expr, value, v) for v in range(self.vectors)]
                known[target] = result
                if target in self.storage.home or target in later:
                    self._store(target, t, row, column, result)

        self._each(self._int(0), self._int(size), 1, unit)

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
        for index, statement in enumerate([*flat, None]):
            single = isinstance(statement, Add | Activate | Apply | Assign | ActivateBack)
            if group and not (single and statement is not None and self._size(statement) == self._size(group[0])):
                later = set().union(*(self._reads(other) for other in flat[index:])) if index < len(flat) else set()
                carried = {self._meaning(s)[0] for s in group if self._meaning(s)[0].startswith("carry:")}
                self._elementwise(group, later | carried, t, column)
                group = []
            if statement is None:
                break
            if single:
                group.append(statement)
            else:
                self._other(statement, t, column)

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
        b = self.b
        match statement:
            case Product(source):
                self._gate_product(t, column, False, [self.plan.products[source]])
            case ProductBack(target, source, more):
                self._product_back(t, column, target, self.plan.products[source], more)
            case Repeat(target, source, times):

                def spread(row: ir.Value) -> None:
                    values = self._load(source, t, row, column)
                    for k in range(times):
                        place = b.add(b.mul(row, self._int(times)), self._int(k))
                        self._store(target, t, place, column, values)

                self._each(self._int(0), self._int(self.storage.size(source)), 1, spread)
            case Fold(target, source, times):

                def gather(row: ir.Value) -> None:
                    first = b.mul(row, self._int(times))
                    total = self._load(source, t, first, column)
                    for k in range(1, times):
                        more = self._load(source, t, b.add(first, self._int(k)), column)
                        total = [b.fadd(x, y) for x, y in zip(total, more, strict=True)]
                    self._store(target, t, row, column, total)

                self._each(self._int(0), self._int(self.storage.size(target)), 1, gather)

    # -- the two functions -------------------------------------------------------------------------------------

    def _forward(self) -> None:
        plan = self.plan
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

        self._each(self.first, self.last, self.width * self.vectors, columns)

    def _copy(self, source: str, target: str, size: int, t: ir.Value, column: ir.Value) -> None:
        self._each(
            self._int(0),
            self._int(size),
            1,
            lambda row: self._store(target, t, row, column, self._load(source, t, row, column)),
        )

    def _backward(self) -> None:
        plan = self.plan
        zero = [self.math.const(0.0)] * self.vectors
        assigns_x = any(isinstance(s, Assign) and s.target == "d:x" for s in plan.backward)

        def columns(column: ir.Value) -> None:
            for slot in plan.memories:
                self._each(
                    self._int(0),
                    self._int(slot.size),
                    1,
                    lambda row, slot=slot: self._store(f"carry:{slot.name}", self._int(0), row, column, zero),
                )

            def step(back: ir.Value) -> None:
                t = self.b.sub(self.b.sub(self.T, self._int(1)), back)
                self._run(plan.backward, t, column)
                if self.want_x and plan.x is not None and plan.x.back:
                    self._product_back(t, column, "d:x", plan.x, assigns_x)

            self._each(self._int(0), self.T, 1, step)

        self._each(self.first, self.last, self.width * self.vectors, columns)
        self._weight_gradients()

    # -- weight gradients --------------------------------------------------------------------------------------

    def _weight_gradients(self) -> None:
        plan = self.plan

        def chunk(begin: ir.Value) -> None:
            end = self.b.add(begin, self.chunk)
            end = self.b.select(self.b.icmp_signed("<", end, self.T), end, self.T)
            for product in [*([plan.x] if plan.x else []), *plan.products.values()]:
                for run in product.rows:
                    self._outer(product, run, begin, end)
            for run in plan.biased:
                self._row_sums(run, "bias", None, begin, end)
            for add in plan.diagonals:
                if add.weight is not None:
                    start, stop = plan.bank[add.gate]
                    size = plan.sizes[add.source]
                    wide = f"wide:{add.source}:{(stop - start) // size}"
                    source = add.source if size == stop - start else wide
                    self._row_sums(Rows(start, stop, 0), add.weight, source, begin, end)

        # chunks of time whose states stay in the cache while all weights pass by
        b = self.b
        count = b.sdiv(b.add(self.T, b.sub(self.chunk, self._int(1))), self.chunk)
        self._each(self._int(0), count, 1, lambda number: chunk(b.mul(number, self.chunk)))
        for slot in plan.memories:
            if isinstance(slot.start, str):
                self._start_gradient(slot.name, slot.start, slot.size)

    def _outer(self, product: SourceProduct, run: Rows, begin: ir.Value, end: ir.Value) -> None:
        """partial[rows, source] += Σ over steps and columns of delta · source, in blocks of 4 by 6."""
        b, tall, wide = self.b, 4, 6

        def block(row: ir.Value, rows: int, col: ir.Value, cols: int) -> None:
            def over_time(t: ir.Value, sums: Vectors) -> Vectors:
                deltas = [
                    self._bank_row("delta", t, b.add(row, self._int(run.start + r))) for r in range(rows)
                ]
                sources = [self._row(product.source, t, b.add(col, self._int(c))) for c in range(cols)]

                def over_columns(column: ir.Value, inner: Vectors) -> Vectors:
                    align = BYTES[self.dtype]
                    left = [b.load(self._vector_at(p, column, 0), align=align) for p in deltas]
                    right = [b.load(self._vector_at(p, column, 0), align=align) for p in sources]
                    return [
                        self.math.fma(left[r], right[c], inner[r * cols + c]) for r in range(rows) for c in range(cols)
                    ]

                return self._loop(self.first, self.last, self.width, sums, over_columns)

            sums = self._loop(begin, end, 1, [self.math.const(0.0)] * (rows * cols), over_time)
            pointer = self._pointer(product.weight, partial=True)
            for r in range(rows):
                for c in range(cols):
                    line = b.mul(b.add(row, self._int(run.weight + r)), self._int(product.size))
                    place = b.gep(pointer, [b.add(line, b.add(col, self._int(c)))])
                    b.store(b.fadd(b.load(place), self.math.sum(sums[r * cols + c])), place)

        self._blocks(
            run.stop - run.start,
            tall,
            lambda row, rows: self._blocks(product.size, wide, lambda col, cols: block(row, rows, col, cols)),
        )

    def _row_sums(self, run: Rows, packed: str, source: str | None, begin: ir.Value, end: ir.Value) -> None:
        """partial[row] += Σ over steps and columns of delta (· source)."""
        b = self.b

        def line(row: ir.Value) -> None:
            def over_time(t: ir.Value, sums: Vectors) -> Vectors:
                delta = self._bank_row("delta", t, b.add(row, self._int(run.start)))
                other = None if source is None else self._row(source, t, row)

                def over_columns(column: ir.Value, inner: Vectors) -> Vectors:
                    align = BYTES[self.dtype]
                    value = b.load(self._vector_at(delta, column, 0), align=align)
                    if other is None:
                        return [b.fadd(inner[0], value)]
                    factor = b.load(self._vector_at(other, column, 0), align=align)
                    return [self.math.fma(value, factor, inner[0])]

                return self._loop(self.first, self.last, self.width, sums, over_columns)

            total = self._loop(begin, end, 1, [self.math.const(0.0)], over_time)
            place = b.gep(self._pointer(packed, partial=True), [b.add(row, self._int(run.weight))])
            b.store(b.fadd(b.load(place), self.math.sum(total[0])), place)

        self._each(self._int(0), self._int(run.stop - run.start), 1, line)

    def _start_gradient(self, memory: str, packed: str, size: int) -> None:
        b = self.b

        def line(row: ir.Value) -> None:
            pointer = self._row(f"carry:{memory}", self._int(0), row)

            def over_columns(column: ir.Value, inner: Vectors) -> Vectors:
                value = b.load(self._vector_at(pointer, column, 0), align=BYTES[self.dtype])
                return [b.fadd(inner[0], value)]

            total = self._loop(self.first, self.last, self.width, [self.math.const(0.0)], over_columns)
            place = b.gep(self._pointer(packed, partial=True), [row])
            b.store(b.fadd(b.load(place), self.math.sum(total[0])), place)

        self._each(self._int(0), self._int(size), 1, line)
