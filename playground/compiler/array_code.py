"""Plan → readable source for array libraries (NumPy, CuPy): one function forward, one backward.

Arrays of the time loop are [T, size, B], so that a gate's rows are contiguous and a step's products are plain
`weight @ state`. `steps` is a list with one tuple of views per time step, made once with the buffers, so that the loop
does no indexing. Every call writes into a buffer that exists.
"""

import keyword
from dataclasses import dataclass, field

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

FUNCTIONS = (
    "add", "subtract", "multiply", "divide", "maximum", "minimum", "negative", "exp", "expm1", "tanh", "sigmoid",
    "softplus", "positive", "at_least", "matmul", "copyto", "total",
)  # fmt: skip


@dataclass(frozen=True)
class View:
    """What a name of the time loop shows at step t: rows start:stop of storage[t + late] (late: 0 or 1)."""

    storage: str
    late: int
    start: int
    stop: int


@dataclass
class ArrayCode:
    """The source of both directions and what has to be allocated for it.

    stored: name → (slots beyond T, size): arrays [T + slots, size, B]. scratch: name → size: arrays [size, B].
    flat: name → size: arrays [size, T, B]. views: name → View, in the order of `forward_steps` and `backward_steps`.
    series: value → (storage, first slot, start, stop): where [T, size, B] of any stored value lies.
    """

    forward: str = ""
    backward: str = ""
    stored: dict[str, tuple[int, int]] = field(default_factory=dict)
    scratch: dict[str, int] = field(default_factory=dict)
    flat: dict[str, int] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    forward_steps: list[str] = field(default_factory=list)
    backward_steps: list[str] = field(default_factory=list)
    series: dict[str, tuple[str, int, int, int]] = field(default_factory=dict)
    weights: dict[str, str] = field(default_factory=dict)


def emit(plan: Plan, want_input_gradient: bool = True, keep_all: bool = False) -> ArrayCode:
    """The code of a plan. keep_all: store every value and every `d:` for every step, for traces."""
    return _Emitter(plan, want_input_gradient, keep_all).emit()


class _Emitter:
    def __init__(self, plan: Plan, want_input_gradient: bool, keep_all: bool) -> None:
        self.plan, self.want_x, self.keep_all = plan, want_input_gradient, keep_all
        self.code = ArrayCode()
        self.taken: dict[str, str] = {}
        self.used: set[str] = {*FUNCTIONS, "steps", "x", "gates", "delta", "d_x", "d_out", "bias"}
        self.pool: dict[int, int] = {}
        self.lines: list[str] = []
        self.reads: list[str] = []
        self.globals: list[str] = []

    # -- names and where they live -----------------------------------------------------------------------------

    def python(self, name: str, prefer: str = "") -> str:
        """A valid, unused identifier that resembles the name."""
        if name not in self.taken:
            text = prefer or name.replace(".", "_")
            if ":" in name and not prefer:
                head, *tail = name.split(":")
                text = f"{head}_{'_'.join(tail)}" if head in ("d", "delta", "carry", "back", "next", "fold") else "_".join(
                    [*tail, head]
                )
            while text in self.used or keyword.iskeyword(text):
                text += "_"
            self.used.add(text)
            self.taken[name] = text
        return self.taken[name]

    def weight(self, packed: str) -> str:
        """A weight array as a global of the functions."""
        text = self.python(f"weight:{packed}", packed.replace(".", "_") if packed != "bias" else "bias_")
        self.code.weights[text] = packed
        return self.need(text)

    def need(self, text: str) -> str:
        if text not in self.globals:
            self.globals.append(text)
        return text

    def scratch(self, name: str, size: int) -> str:
        text = self.python(name)
        self.code.scratch[text] = size
        return self.need(text)

    def place(self) -> None:
        """Decide where every value of a step lives."""
        plan, code = self.plan, self.code
        code.stored["gates"] = (1, max(plan.bank_size, 1))
        code.stored["delta"] = (0, max(plan.bank_size, 1))
        code.stored["x"] = (0, plan.inputs)
        self.home: dict[str, View] = {}
        for gate, (start, stop) in plan.bank.items():
            raw = f"raw:{gate}" if f"raw:{gate}" in plan.sizes else gate
            self.home[raw] = View("gates", 1, start, stop)
            self.home[f"delta:{gate}"] = View("delta", 0, start, stop)
        self.home[plan.input] = View("x", 0, 0, plan.inputs)
        slots = {slot.name: slot for slot in plan.memories}
        stored = {slot.source for slot in plan.memories} | plan.kept
        for name, size in plan.sizes.items():
            if name in self.home or name in slots:
                continue
            if self.keep_all or name in stored:
                storage = self.python(f"all:{name}")
                code.stored[storage] = (1, size)
                self.home[name] = View(storage, 1, 0, size)
        for slot in plan.memories:
            if slot.direct:
                source = self.home[slot.source]
                self.home[slot.name] = View(source.storage, 0, source.start, source.stop)
            else:
                storage = self.python(f"all:{slot.name}")
                code.stored[storage] = (1, slot.size)
                self.home[slot.name] = View(storage, 0, 0, slot.size)
        for index, output in enumerate(plan.outputs):
            start = sum(plan.sizes[name] for name in plan.outputs[:index])
            self.home[f"d:out:{index}"] = View("d_out", 0, start, start + plan.sizes[output])
        code.stored["d_out"] = (0, plan.output_size)
        if self.want_x or any(isinstance(s, Assign) and s.target == "d:x" for s in plan.backward):
            code.stored["d_x"] = (0, plan.inputs)
            self.home["d:x"] = View("d_x", 0, 0, plan.inputs)
        if self.keep_all:
            for name in [s.target for s in plan.backward if isinstance(s, Assign) and s.target.startswith("d:")]:
                node = name[2:]
                if name not in self.home and node in plan.sizes:
                    storage = self.python(f"all:{name}")
                    code.stored[storage] = (0, plan.sizes[node])
                    self.home[name] = View(storage, 0, 0, plan.sizes[node])
        for name, view in self.home.items():
            code.series[name] = (view.storage, view.late, view.start, view.stop)

    def size(self, name: str) -> int:
        if name in self.home:
            return self.home[name].stop - self.home[name].start
        head, _, rest = name.partition(":")
        if head in ("d", "back", "carry", "next"):
            return self.plan.sizes[rest]
        if head == "fold":
            return self.plan.sizes[rest] // int(rest.rpartition(":")[2])
        return self.plan.sizes[name]

    def ref(self, name: str) -> str:
        """The variable for a value inside the loop."""
        if name.startswith("weight:"):
            # a vector of weights beside [size, B]
            return self.column(name[7:])
        if name in self.home:
            text = self.python(name)
            if text not in self.code.views:
                self.code.views[text] = self.home[name]
            if text not in self.reads:
                self.reads.append(text)
            return text
        return self.scratch(name, self.size(name))

    def column(self, packed: str) -> str:
        text = self.weight(packed)
        return f"{text}[:, None]"

    def run(self, storage: str, late: int, start: int, stop: int) -> str:
        """A view of several neighbouring gates, or of the whole bank."""
        name = f"run:{storage}:{start}:{stop}"
        gates = [g for g, (a, b) in self.plan.bank.items() if start <= a and b <= stop]
        if len(gates) == 1:
            raw = f"raw:{gates[0]}" if f"raw:{gates[0]}" in self.plan.sizes else gates[0]
            return self.ref(raw if storage == "gates" else f"delta:{gates[0]}")
        whole = (start, stop) == (0, self.plan.bank_size)
        text = self.python(name, f"{storage}_t" if whole else f"{storage}_" + "_".join(g[:12] for g in gates[:4]))
        self.code.views[text] = View(storage, late, start, stop)
        if text not in self.reads:
            self.reads.append(text)
        return text

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
                    part = scratch if length == rows else f"{scratch}[{run.weight}:{run.weight + length}]"
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
                    whole = length == plan.packed[product.weight][0]
                    part = f"{weight}.T" if whole else f"{weight}[{run.weight}:{run.weight + length}].T"
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
                part = weight if length == plan.packed[plan.x.weight][0] else f"{weight}[{run.weight}:{run.weight + length}]"
                before.append(f"matmul({part}, x, out={_rows('gates[1:]', run.start, run.stop, plan.bank_size)})")
        touched = [False] * plan.bank_size
        for run in plan.x.rows if plan.x is not None else ():
            touched[run.start : run.stop] = [True] * (run.stop - run.start)
        before += [f"copyto({_rows('gates[1:]', a, b, plan.bank_size)}, 0.0)" for a, b in _gaps(touched)]
        for run in plan.biased:
            weight = self.weight("bias")
            length = run.stop - run.start
            part = weight if length == plan.packed["bias"][0] else f"{weight}[{run.weight}:{run.weight + length}]"
            target = _rows("gates[1:]", run.start, run.stop, plan.bank_size)
            before.append(f"add({target}, {part}[:, None], out={target})")
        for statement in plan.forward:
            self.statement(statement)
        self._copy_memories()
        comment = f"# {plan.cell}: all steps at once, what the input adds to every gate"
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
                    out = _rows(gradient, run.weight, run.weight + length, plan.packed[product.weight][0], time=False)
                    rows = _rows(f"{flat}_rows", run.start, run.stop, plan.bank_size, time=False)
                    lines.append(f"matmul({rows}, {source}.reshape({product.size}, -1).T, out={out})")
            for run in plan.biased:
                out = _rows(
                    self._gradient("bias"), run.weight, run.weight + run.stop - run.start, plan.packed["bias"][0], time=False
                )
                rows = _rows(f"{flat}_rows", run.start, run.stop, plan.bank_size, time=False)
                lines.append(f"total({rows}, axis=1, out={out})")
        for add in plan.diagonals:
            if add.weight is None:
                continue
            start, stop = plan.bank[add.gate]
            size = plan.sizes[add.source]
            product_text = self._flat(f"flat_{add.weight.replace('.', '_')}", stop - start)
            series = self._series(add.source)
            if size != stop - start:
                wide = f"wide:{add.source}:{(stop - start) // size}"
                series = self._series(wide)
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
                    self.weight(plan.x.weight), run.weight, run.weight + length, plan.packed[plan.x.weight][0], time=False
                )
                rows = _rows("delta", run.start, run.stop, plan.bank_size)
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


def _rows(array: str, start: int, stop: int, size: int, time: bool = True) -> str:
    if (start, stop) == (0, size):
        return array
    return f"{array}[:, {start}:{stop}]" if time else f"{array}[{start}:{stop}]"


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
