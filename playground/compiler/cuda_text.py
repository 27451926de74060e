"""CUDA C++ for what a single thread does: where values lie in memory, expressions, and the statements of a stage.

Arrays are [rows, T or T + 1, B] (a value's own storage over time), so that products over all steps at once, and the
sums for the weights' gradients, are single matrix products without a transposition, and neighbouring threads read
neighbouring sequences.
"""

from dataclasses import dataclass, field

from playground.compiler.cuda_program import (
    BackProduct,
    Elementwise,
    GateProduct,
    Gather,
    Op,
    Program,
    Spread,
    Stage,
)
from playground.compiler.expressions import Call, Const, Expr, Ref

REALS = {"float32": "float", "float64": "double"}
INFIX = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}


@dataclass
class CudaText:
    """Prints statements for one thread, which owns unit `u` of sequence `c` at step `t`.

    arrays: what the kernels of this text read and write, in the order of their arguments: names of storage,
    "weight:PACKED", "gradient:PACKED".
    """

    program: Program
    arrays: list[str] = field(default_factory=list)

    # -- memory ------------------------------------------------------------------------------------------------

    def array(self, name: str) -> str:
        """The argument that holds an array."""
        if name not in self.arrays:
            self.arrays.append(name)
        return f"a{self.arrays.index(name)}"

    def address(self, name: str, row: str, column: str = "c") -> str:
        """Where a value's unit `row` of a sequence lies at step t."""
        view = self.program.home.get(name)
        if view is None:
            start = self.program.scratch[name]
            return f"scratch + (long long)({start} + {row}) * B + {column}"
        extra = self.program.storage.code.stored[view.storage][0]
        stride = "LX" if view.storage == "x" else f"L{extra}"
        slot = "(t + 1)" if view.late else "t"
        line = row if view.start == 0 else f"{view.start} + {row}"
        return f"{self.array(view.storage)} + ({line}) * {stride} + (long long){slot} * B + {column}"

    def signature(self, name: str, before: str = "") -> str:
        """The head of a kernel that is given all arrays. To be asked for when its body is done."""
        pointers = "".join(f", real* a{k}" for k in range(len(self.arrays)))
        return (
            f'extern "C" __global__ void {before}{name}(int T, int B, long long LX, int now, unsigned int* counters, '
            f"real* scratch{pointers}) {{\n"
            "    const long long L0 = (long long)T * B, L1 = L0 + B;\n"
        )

    # -- expressions -------------------------------------------------------------------------------------------

    def _leaf(self, name: str, known: dict[str, str], lines: list[str]) -> str:
        if name not in known:
            if name.startswith("bias:"):
                row = self.program.bias_row(name[5:])
                text = f"{self.array('weight:bias')}[{row} + u]"
            elif name.startswith("weight:"):
                text = f"{self.array(name)}[u]"
            else:
                text = f"*({self.address(name, 'u')})"
            known[name] = f"v{self._fresh(known)}"
            lines.append(f"const real {known[name]} = {text};")
        return known[name]

    def _fresh(self, known: dict[str, str]) -> int:
        number = int(known.get("", "0")) + 1
        known[""] = str(number)
        return number

    def expression(self, expr: Expr, known: dict[str, str], lines: list[str]) -> str:
        """C++ for an expression; what it reads is loaded by `lines` before it and then `known` by a variable."""
        if isinstance(expr, Const):
            return f"real({expr.value!r})"
        if isinstance(expr, Ref):
            return self._leaf(expr.name, known, lines)
        assert isinstance(expr, Call)
        texts = [self.expression(argument, known, lines) for argument in expr.arguments]
        if expr.primitive in INFIX:
            return f"({texts[0]} {INFIX[expr.primitive]} {texts[1]})"
        if expr.primitive == "negative":
            return f"(-{texts[0]})"
        name = {"maximum": "larger", "minimum": "smaller"}.get(expr.primitive, expr.primitive)
        return f"{name}({', '.join(texts)})"

    # -- statements --------------------------------------------------------------------------------------------

    def statements(self, stage: Stage, ops: list[Op], sums: dict[Op, str]) -> list[str]:
        """What the owner of (u, c) does for `ops`, which belong to `stage`. sums: product → the array of its sums."""
        known: dict[str, str] = {}
        lines: list[str] = []
        for op in ops:
            match op:
                case Elementwise(_, target, expr):
                    self._set(target, self.expression(expr, known, lines), known, lines)
                case GateProduct(_, gates, _, _, more):
                    for number, gate in enumerate(gates):
                        raw = self.program.raw(gate)
                        before = f"{self._leaf(raw, known, lines)} + " if more else ""
                        self._set(raw, f"{before}{sums[op]}[{number}]", known, lines)
                case BackProduct(_, target, _, more):
                    before = f"{self._leaf(target, known, lines)} + " if more else ""
                    self._set(target, f"{before}{sums[op]}[0]", known, lines)
                case Spread(_, target, source, times):
                    place = self.address(source, f"u / {times}")
                    self._set(target, f"load_far({place})", known, lines)
                case Gather(_, target, source, times):
                    parts = [f"load_far({self.address(source, f'(u * {times} + {k})')})" for k in range(times)]
                    self._set(target, " + ".join(parts), known, lines)
        written: dict[str, None] = {name: None for op in ops for name in self.program.writes(op)}
        for name in written:
            if name in self.program.home or name in self.program.scratch:
                lines.append(f"*({self.address(name, 'u')}) = {known[name]};")
        return lines

    def _set(self, target: str, text: str, known: dict[str, str], lines: list[str]) -> None:
        variable = f"v{self._fresh(known)}"
        lines.append(f"const real {variable} = {text};")
        known[target] = variable
