"""Plan → stages for a GPU: which statements may run side by side in one pass over the units, and where all must wait.

A *team* of threads works on the same sequences. Unit u of sequence c of any value of size S always belongs to the same
thread of the team, so a chain of elementwise statements needs no barrier. Only three kinds of statement read what
other threads wrote: a product (all units of its source), a `Spread` and a `Gather` (other sizes). A stage ends where
such a read meets a value that the same stage writes; a barrier stands before a stage only where a far read and a write
meet since the last one. For the LSTM that is one barrier per time step in each direction, for the GRU of 2014 two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from playground.compiler.array_storage import Storage, View
from playground.compiler.expressions import Const, Expr, Ref, names, substitute
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
)


@dataclass(frozen=True)
class Elementwise:
    """target = expr, for each unit from its own units. `bias:G` is the bias of gate G."""

    size: int
    target: str
    expr: Expr


@dataclass(frozen=True)
class GateProduct:
    """Rows of gates of one size (+)= weight @ source. rows: for each gate its rows of the packed weight; more: add to
    what is in the bank already."""

    size: int
    gates: tuple[str, ...]
    rows: tuple[int, ...]
    source: str
    more: bool

    @property
    def width(self) -> int:
        """Sums for each unit."""
        return len(self.gates)


@dataclass(frozen=True)
class BackProduct:
    """target (+)= weightᵀ @ delta, over the rows through which the gradient of `source` returns."""

    size: int
    target: str
    source: str
    more: bool
    width = 1


@dataclass(frozen=True)
class Spread:
    """target[u] = source[u // times]."""

    size: int
    target: str
    source: str
    times: int


@dataclass(frozen=True)
class Gather:
    """target[u] = Σ source[u · times + k] over k < times."""

    size: int
    target: str
    source: str
    times: int


Op = Elementwise | GateProduct | BackProduct | Spread | Gather
Key = tuple[str, int, int]  # storage, slot, first row: what two accesses must share to meet


@dataclass
class Stage:
    """Statements on values of one size, in order. barrier: all threads of the team wait before it."""

    size: int
    ops: list[Op] = field(default_factory=list)
    barrier: bool = False

    @property
    def products(self) -> list[GateProduct | BackProduct]:
        """What has to be multiplied in this stage."""
        return [op for op in self.ops if isinstance(op, GateProduct | BackProduct)]


class Program:
    """The stages of both directions of a plan.

    home: value → where it is stored for every step, with `after:M` for a memory's copy of the next step. scratch:
    value without a home that outlives its stage → first row of an array of `scratch_rows` rows, [rows, B].
    """

    def __init__(self, plan: Plan, want_x: bool, keep_all: bool) -> None:
        self.plan, self.want_x, self.keep_all = plan, want_x, keep_all
        self.storage = Storage(plan, want_x, keep_all)
        self.storage.place()
        self.home = dict(self.storage.home)
        for slot in plan.memories:
            if not slot.direct:
                self.home[f"after:{slot.name}"] = View(self.home[slot.name].storage, 1, 0, slot.size)
        self.forward = self._stages(self._forward(), 1)
        self.backward = self._stages(self._backward(), -1)
        self.scratch = self._scratch()

    # -- names -------------------------------------------------------------------------------------------------

    def raw(self, gate: str) -> str:
        """The name of a gate's rows in the bank."""
        return f"raw:{gate}" if f"raw:{gate}" in self.plan.sizes else gate

    def gates(self, rows: Rows) -> list[str]:
        """The gates within rows of the bank, in its order."""
        inside = [gate for gate, (start, stop) in self.plan.bank.items() if rows.start <= start and stop <= rows.stop]
        return sorted(inside, key=lambda gate: self.plan.bank[gate][0])

    def product(self, op: GateProduct | BackProduct) -> SourceProduct:
        return self.plan.products[op.source]

    def inner(self, op: GateProduct | BackProduct) -> int:
        """How many numbers each sum of a product has."""
        if isinstance(op, GateProduct):
            return self.product(op).size
        return sum(rows.stop - rows.start for rows in self.product(op).back)

    def bias_row(self, gate: str) -> int | None:
        """The gate's first row in the packed bias, None for a gate without one."""
        start, stop = self.plan.bank[gate]
        for rows in self.plan.biased:
            if rows.start <= start and stop <= rows.stop:
                return rows.weight + start - rows.start
        return None

    # -- statements --------------------------------------------------------------------------------------------

    def _gate_size(self, gate: str) -> int:
        start, stop = self.plan.bank[gate]
        return stop - start

    def _forward(self) -> list[Op]:
        """The bank already holds what x adds; the bias is added at the first use of a gate after its products."""
        plan = self.plan
        ops: list[Op] = []
        filled = {gate for rows in (plan.x.rows if plan.x else ()) for gate in self.gates(rows)}
        begun: set[str] = set()

        def begin(gate: str) -> None:
            if gate in begun:
                return
            begun.add(gate)
            biased = self.bias_row(gate) is not None
            raw, bias = Ref(self.raw(gate)), Ref(f"bias:{gate}")
            if gate in filled and not biased:
                return
            expr: Expr = raw + bias if gate in filled else bias if biased else Const(0.0)
            ops.append(Elementwise(self._gate_size(gate), raw.name, expr))
            filled.add(gate)

        for statement in plan.forward:
            match statement:
                case Product(source):
                    ops += self._gate_products(source, filled)
                case Add(gate, source, weight):
                    begin(gate)
                    term: Expr = Ref(source) if weight is None else Ref(source) * Ref(f"weight:{weight}")
                    ops.append(Elementwise(self._gate_size(gate), self.raw(gate), Ref(self.raw(gate)) + term))
                case Activate(gates, activation):
                    for gate in gates:
                        begin(gate)
                        if activation != "identity":
                            expr = substitute(ACTIVATIONS[activation].value, {"a": Ref(self.raw(gate))})
                            ops.append(Elementwise(self._gate_size(gate), self.raw(gate), expr))
                case Apply(target):
                    ops.append(Elementwise(plan.sizes[target], target, statement.expression()))
                case Assign(target, expr):
                    ops.append(Elementwise(plan.sizes[target], target, expr))
                case Repeat(target, source, times):
                    ops.append(Spread(plan.sizes[target], target, source, times))
                case _:
                    raise AssertionError(statement)
        for slot in plan.memories:
            if not slot.direct:
                ops.append(Elementwise(slot.size, f"after:{slot.name}", Ref(slot.source)))
        return ops

    def _gate_products(self, source: str, filled: set[str]) -> list[Op]:
        """One op for gates of one size; a gate that reads the source twice has two."""
        waiting: list[tuple[str, int]] = []
        for rows in self.plan.products[source].rows:
            for gate in self.gates(rows):
                waiting.append((gate, rows.weight + self.plan.bank[gate][0] - rows.start))
        ops: list[Op] = []
        while waiting:
            size, more = self._gate_size(waiting[0][0]), waiting[0][0] in filled
            taken: list[tuple[str, int]] = []
            for gate, row in waiting:
                alike = self._gate_size(gate) == size and (gate in filled) == more
                if alike and gate not in {name for name, _ in taken}:
                    taken.append((gate, row))
            waiting = [pair for pair in waiting if pair not in taken]
            ops.append(GateProduct(size, tuple(g for g, _ in taken), tuple(r for _, r in taken), source, more))
            filled |= {gate for gate, _ in taken}
        return ops

    def _backward(self) -> list[Op]:
        ops: list[Op] = []
        for statement in self.plan.backward:
            match statement:
                case Assign(target, expr):
                    ops.append(Elementwise(self._size(target), target, expr))
                case ActivateBack(gates, activation):
                    for gate in gates:
                        delta = Ref(f"delta:{gate}")
                        factor = substitute(ACTIVATIONS[activation].derivatives[0], {"y": Ref(self.raw(gate))})
                        ops.append(Elementwise(self._gate_size(gate), delta.name, delta * factor))
                case Fold(target, source, times):
                    ops.append(Gather(self._size(target), target, source, times))
                case ProductBack(target, source, more):
                    ops.append(BackProduct(self.plan.products[source].size, target, source, more))
                case _:
                    raise AssertionError(statement)
        return ops

    def _size(self, name: str) -> int:
        if name.startswith("delta:"):
            return self._gate_size(name[6:])
        return self.plan.inputs if name == "d:x" else self.storage.size(name)

    # -- stages and barriers -----------------------------------------------------------------------------------

    def _key(self, name: str, step: int) -> Key:
        view = self.home.get(name)
        return (name, 0, 0) if view is None else (view.storage, step + view.late, view.start)

    def _far(self, op: Op) -> list[str]:
        """Names that an op reads from other units than its own."""
        match op:
            case GateProduct(source=source) | Spread(source=source) | Gather(source=source):
                return [source]
            case BackProduct():
                return [f"delta:{gate}" for rows in self.product(op).back for gate in self.gates(rows)]
        return []

    def reads(self, op: Op) -> set[str]:
        """Names whose own units an op reads."""
        match op:
            case Elementwise(expr=expr):
                return {name for name in names(expr) if not name.startswith(("bias:", "weight:"))}
            case GateProduct(gates=gates, more=True):
                return {self.raw(gate) for gate in gates}
            case BackProduct(target=target, more=True):
                return {target}
        return set()

    def writes(self, op: Op) -> list[str]:
        """Names whose own units an op writes."""
        return [self.raw(gate) for gate in op.gates] if isinstance(op, GateProduct) else [op.target]

    def _stages(self, ops: Sequence[Op], direction: int) -> list[Stage]:
        stages: list[Stage] = []
        written: set[Key] = set()
        far: set[Key] = set()
        for op in ops:
            reads = {self._key(name, 0) for name in self._far(op)}
            writes = {self._key(name, 0) for name in self.writes(op)}
            if not stages or stages[-1].size != op.size or reads & written or writes & far:
                stages.append(Stage(op.size))
                written, far = set(), set()
            stages[-1].ops.append(op)
            written |= writes
            far |= reads
        self._place_barriers(stages, direction)
        return stages

    def _place_barriers(self, stages: list[Stage], direction: int) -> None:
        """Walk over three time steps until no far read meets a write, in either order, without a barrier between."""
        changed = True
        while changed:
            changed = False
            written: set[Key] = set()
            far: set[Key] = set()
            for step in range(0, 3 * direction, direction):
                for stage in stages:
                    reads = {self._key(name, step) for op in stage.ops for name in self._far(op)}
                    writes = {self._key(name, step) for op in stage.ops for name in self.writes(op)}
                    if stage.barrier:
                        written, far = set(), set()
                    elif reads & written or writes & far:
                        stage.barrier = changed = True
                        written, far = set(), set()
                    written |= writes
                    far |= reads

    def _scratch(self) -> dict[str, int]:
        """Values without a home that outlive the stage that writes them → their first row in the scratch array."""
        found: dict[str, int] = {}
        top = 0
        for stages in (self.forward, self.backward):
            for stage in stages:
                known: set[str] = set()
                for op in stage.ops:
                    elsewhere = [name for name in self.reads(op) if name not in known] + self._far(op)
                    for name in elsewhere:
                        if name not in self.home and name not in found:
                            found[name] = top
                            top += self._size(name)
                    known |= set(self.writes(op))
        for slot in self.plan.memories:
            name = f"carry:{slot.name}"
            if name not in found:
                found[name] = top
                top += slot.size
        self.scratch_rows = max(top, 1)
        return found
