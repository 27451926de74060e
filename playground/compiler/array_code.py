"""Plan → readable source for array libraries (NumPy, CuPy): one function forward, one backward.

Arrays of the time loop are [T, size, B], so that a gate's rows are contiguous and a step's products are plain
`weight @ state`. `steps` is a list with one tuple of views per time step, made once with the buffers, so that the loop
does no indexing. Every call writes into a buffer that exists.
"""

from playground.compiler.array_storage import ArrayCode, Storage, View
from playground.compiler.expressions import Call, Const, Expr, Ref, names, substitute
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


def emit(plan: Plan, want_input_gradient: bool = True, keep_all: bool = False) -> ArrayCode:
    """The code of a plan. keep_all: store every value and every `d:` for every step, for traces."""
    return _Emitter(plan, want_input_gradient, keep_all).emit()


class _Emitter(Storage):
    # -- expressions -------------------------------------------------------------------------------------------

    def temporary(self, size: int) -> str:
        number = self.pool.get(size, 0)
        self.pool[size] = number + 1
        return self.scratch(f"scratch_{size}_{number}", size)

    def operand(self, expr: Expr) -> str:
        return repr(expr.value) if isinstance(expr, Const) else self.ref(expr.name)  # type: ignore[attr-defined]

    def compute(self, expr: Expr, out: str, size: int, variables: dict[str, str]) -> None:
        """Statements that leave the expression's value in `out`. variables: names that are not values of the plan."""
        self.pool = {}
        if isinstance(expr, Const | Ref):
            value = self._leaf(expr, variables)
            if value != out:
                self.lines.append(f"copyto({out}, {value})")
            return
        self._call(expr, out, size, variables)

    def _leaf(self, expr: Expr, variables: dict[str, str]) -> str:
        if isinstance(expr, Ref) and expr.name in variables:
            return variables[expr.name]
        return self.operand(expr)

    def _mentions(self, expr: Expr, out: str, variables: dict[str, str]) -> bool:
        return out in {self._leaf(Ref(name), variables) for name in names(expr)}

    def _call(self, expr: Expr, out: str, size: int, variables: dict[str, str], busy: bool = False) -> None:
        assert isinstance(expr, Call)
        texts: list[str] = []
        out_used = busy
        for index, argument in enumerate(expr.arguments):
            if not isinstance(argument, Call):
                texts.append(self._leaf(argument, variables))
                continue
            others = [*expr.arguments[:index], *expr.arguments[index + 1 :]]
            free = not out_used and not any(self._mentions(other, out, variables) for other in others)
            target = out if free else self.temporary(size)
            self._call(argument, target, size, variables)
            out_used = out_used or free
            texts.append(target)
        self.lines.append(f"{expr.primitive}({', '.join(texts)}, out={out})")

    # -- statements --------------------------------------------------------------------------------------------

    def statement(self, statement: Statement) -> None:
        plan = self.plan
        match statement:
            case Product(source):
                product = plan.products[source]
                operand = self.ref(source)
                weight = self.weight(product.weight)
                rows = plan.packed[product.weight][0]
                scratch = self.scratch(f"from:{source}", rows)
                self.lines.append(f"matmul({weight}, {operand}, out={scratch})")
                for run in product.rows:
                    target = self.run("gates", 1, run.start, run.stop)
                    length = run.stop - run.start
                    part = _rows(scratch, run.weight, run.weight + length, rows)
                    self.lines.append(f"add({target}, {part}, out={target})")
            case Add(gate, source, weight_name):
                start, stop = plan.bank[gate]
                target = self.run("gates", 1, start, stop)
                if weight_name is None:
                    self.lines.append(f"add({target}, {self.ref(source)}, out={target})")
                else:
                    self.pool = {}
                    part = self.temporary(stop - start)
                    self.lines.append(f"multiply({self.column(weight_name)}, {self.ref(source)}, out={part})")
                    self.lines.append(f"add({target}, {part}, out={target})")
            case Activate(gates, activation):
                if activation != "identity":
                    start, stop = plan.bank[gates[0]][0], plan.bank[gates[-1]][1]
                    target = self.run("gates", 1, start, stop)
                    self.compute(ACTIVATIONS[activation].value, target, stop - start, {"a": target})
            case Apply(target_name):
                self.compute(statement.expression(), self.ref(target_name), self.size(target_name), {})
            case Assign(target_name, expr):
                self.compute(expr, self.ref(target_name), self.size(target_name), {})
            case Repeat(target_name, source, times):
                size = self.size(source)
                out = self.ref(target_name)
                self.lines.append(f"copyto({out}.reshape({size}, {times}, -1), {self.ref(source)}[:, None])")
            case Fold(target_name, source, times):
                size = self.size(target_name)
                out = self.ref(target_name)
                self.lines.append(f"total({self.ref(source)}.reshape({size}, {times}, -1), axis=1, out={out})")
            case ActivateBack(gates, activation):
                start, stop = plan.bank[gates[0]][0], plan.bank[gates[-1]][1]
                delta = self.run("delta", 0, start, stop)
                y = self.run("gates", 1, start, stop)
                factor = substitute(ACTIVATIONS[activation].derivatives[0], {"y": Ref("y")})
                self.compute(Ref("delta") * factor, delta, stop - start, {"y": y, "delta": delta})
            case ProductBack(target_name, source, more):
                product = plan.products[source]
                weight = self.weight(product.weight)
                out = self.ref(target_name)
                for index, run in enumerate(product.back):
                    delta = self.run("delta", 0, run.start, run.stop)
                    length = run.stop - run.start
                    part = _rows(weight, run.weight, run.weight + length, plan.packed[product.weight][0]) + ".T"
                    if index == 0 and not more:
                        self.lines.append(f"matmul({part}, {delta}, out={out})")
                    else:
                        scratch = self.scratch(f"to:{source}", product.size)
                        self.lines.append(f"matmul({part}, {delta}, out={scratch})")
                        self.lines.append(f"add({out}, {scratch}, out={out})")

    # -- functions ---------------------------------------------------------------------------------------------

    def emit(self) -> ArrayCode:
        self.place()
        self.code.forward = self._forward()
        self.code.backward = self._backward()
        return self.code

    def _forward(self) -> str:
        plan = self.plan
        before: list[str] = []
        self.need("gates")
        if plan.x is not None:
            self.need("x")
            weight = self.weight(plan.x.weight)
            for run in plan.x.rows:
                length = run.stop - run.start
                part = _rows(weight, run.weight, run.weight + length, plan.packed[plan.x.weight][0])
                before.append(f"matmul({part}, x, out={_steps('gates[1:]', run.start, run.stop, plan.bank_size)})")
        touched = [False] * plan.bank_size
        for run in plan.x.rows if plan.x is not None else ():
            touched[run.start : run.stop] = [True] * (run.stop - run.start)
        before += [f"copyto({_steps('gates[1:]', a, b, plan.bank_size)}, 0.0)" for a, b in _gaps(touched)]
        for run in plan.biased:
            weight = self.weight("bias")
            length = run.stop - run.start
            part = _rows(weight, run.weight, run.weight + length, plan.packed["bias"][0])
            target = _steps("gates[1:]", run.start, run.stop, plan.bank_size)
            before.append(f"add({target}, {part}[:, None], out={target})")
        for statement in plan.forward:
            self.statement(statement)
        self._copy_memories()
        comment = "# all steps at once: what the input adds to every gate"
        return self._function("forward", [comment, *before], self.code.forward_steps, "steps", [])

    def _copy_memories(self) -> None:
        """Memories that cannot be seen in their source's own storage take a copy for the step after."""
        for slot in self.plan.memories:
            if not slot.direct:
                home = self.home[slot.name]
                text = self.python(f"after:{slot.name}")
                self.code.views[text] = View(home.storage, 1, 0, slot.size)
                self.reads.append(text)
                self.lines.append(f"copyto({text}, {self.ref(slot.source)})")

    def _backward(self) -> str:
        plan = self.plan
        before = [f"copyto({self.scratch(f'carry:{slot.name}', slot.size)}, 0.0)" for slot in plan.memories]
        for statement in plan.backward:
            self.statement(statement)
        loop_lines, self.lines = self.lines, []
        self._weight_gradients()
        after, self.lines = self.lines, loop_lines
        return self._function("backward", before, self.code.backward_steps, "reversed(steps)", after)

    def _weight_gradients(self) -> None:
        plan, lines = self.plan, self.lines
        for packed, parts in uncovered(plan).items():
            lines += [f"copyto({_rows(self._gradient(packed), *part, plan.packed[packed][0])}, 0.0)" for part in parts]
        if plan.bank_size:
            self.need("delta")
            flat = self._flat("flat_delta", plan.bank_size)
            lines.append("# the weights' gradients: one product over all steps and sequences")
            lines.append(f"copyto({flat}, delta.transpose(1, 0, 2))")
            lines.append(f"{flat}_rows = {flat}.reshape({plan.bank_size}, -1)")
            for product in [*([plan.x] if plan.x else []), *plan.products.values()]:
                source = self._flat(f"flat_{product.source}", product.size)
                lines.append(f"copyto({source}, {self._series(product.source)}.transpose(1, 0, 2))")
                gradient = self._gradient(product.weight)
                for run in product.rows:
                    length = run.stop - run.start
                    out = _rows(gradient, run.weight, run.weight + length, plan.packed[product.weight][0])
                    rows = _rows(f"{flat}_rows", run.start, run.stop, plan.bank_size)
                    lines.append(f"matmul({rows}, {source}.reshape({product.size}, -1).T, out={out})")
            for run in plan.biased:
                out = _rows(
                    self._gradient("bias"), run.weight, run.weight + run.stop - run.start, plan.packed["bias"][0]
                )
                rows = _rows(f"{flat}_rows", run.start, run.stop, plan.bank_size)
                lines.append(f"total({rows}, axis=1, out={out})")
        for add in plan.diagonals:
            if add.weight is None:
                continue
            start, stop = plan.bank[add.gate]
            product_text = self._flat(f"flat_{add.weight.replace('.', '_')}", stop - start)
            series = self._series(plan.seen(add))
            lines.append(f"multiply(delta[:, {start}:{stop}], {series}, out={product_text}.transpose(1, 0, 2))")
            lines.append(f"total({product_text}, axis=(1, 2), out={self._gradient(add.weight)})")
        for slot in plan.memories:
            if isinstance(slot.start, str):
                carry = self.scratch(f"carry:{slot.name}", slot.size)
                lines.append(f"total({carry}, axis=1, out={self._gradient(slot.start)})")
        if self.want_x and plan.x is not None and plan.x.back:
            more = "d:x" in {s.target for s in plan.backward if isinstance(s, Assign)}
            self.need("d_x")
            lines.append("# what the layer below receives")
            for index, run in enumerate(plan.x.back):
                length = run.stop - run.start
                weight = _rows(
                    self.weight(plan.x.weight), run.weight, run.weight + length, plan.packed[plan.x.weight][0]
                )
                rows = _steps("delta", run.start, run.stop, plan.bank_size)
                if index == 0 and not more:
                    lines.append(f"matmul({weight}.T, {rows}, out=d_x)")
                else:
                    lines.append(f"add(d_x, matmul({weight}.T, {rows}), out=d_x)")
        elif self.want_x and "d:x" not in {s.target for s in plan.backward if isinstance(s, Assign)}:
            lines.append(f"copyto({self.need('d_x')}, 0.0)")

    def _flat(self, name: str, size: int) -> str:
        text = self.python(name)
        self.code.flat[text] = size
        return self.need(text)

    def _gradient(self, packed: str) -> str:
        text = self.python(f"gradient:{packed}", f"d_{packed.replace('.', '_')}")
        self.code.weights[text] = f"d:{packed}"
        return self.need(text)

    def _series(self, name: str) -> str:
        """A stored value over all steps, [T, size, B]."""
        view = self.home[name]
        extra, size = self.code.stored[view.storage]
        text = self.need(view.storage)
        if extra:
            text = f"{text}[1:]" if view.late else f"{text}[:-1]"
        return text if (view.start, view.stop) == (0, size) else f"{text}[:, {view.start}:{view.stop}]"

    def _function(self, name: str, before: list[str], steps: list[str], loop: str, after: list[str]) -> str:
        steps.extend(self.reads)
        arguments = ", ".join([*self.globals, "steps"])
        variables = ", ".join(self.reads)
        comma = "," if len(self.reads) == 1 else ""
        body = [f"    {line}" for line in before]
        if self.lines:
            body.append(f"    for {variables}{comma} in {loop}:")
            body += [f"        {line}" for line in self.lines]
        body += [f"    {line}" for line in after]
        text = "\n".join([f"def {name}({arguments}):", *(body or ["    pass"])]) + "\n"
        self.lines, self.reads, self.globals = [], [], []
        return text


def uncovered(plan: Plan) -> dict[str, list[tuple[int, int]]]:
    """Packed array → rows that no wire reads, because it is cut: their gradient is 0."""
    covered = {packed: [False] * shape[0] for packed, shape in plan.packed.items()}
    runs = [(p.weight, run) for p in (*([plan.x] if plan.x else ()), *plan.products.values()) for run in p.rows]
    runs += [("bias", run) for run in plan.biased]
    for packed, run in runs:
        covered[packed][run.weight : run.weight + run.stop - run.start] = [True] * (run.stop - run.start)
    for whole in [add.weight for add in plan.diagonals] + [slot.start for slot in plan.memories]:
        if isinstance(whole, str):
            covered[whole] = []
    return {packed: gaps for packed, flags in covered.items() if (gaps := _gaps(flags))}


def _rows(array: str, start: int, stop: int, size: int) -> str:
    """Rows of an array [size, …]."""
    return array if (start, stop) == (0, size) else f"{array}[{start}:{stop}]"


def _steps(array: str, start: int, stop: int, size: int) -> str:
    """Rows of an array [T, size, …], at all steps."""
    return array if (start, stop) == (0, size) else f"{array}[:, {start}:{stop}]"


def _gaps(touched: list[bool]) -> list[tuple[int, int]]:
    """Runs of False."""
    gaps: list[tuple[int, int]] = []
    for index, flag in enumerate(touched):
        if flag:
            continue
        if gaps and gaps[-1][1] == index:
            gaps[-1] = (gaps[-1][0], index + 1)
        else:
            gaps.append((index, index + 1))
    return gaps
