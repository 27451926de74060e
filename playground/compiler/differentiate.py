"""Back-propagation, derived: walks a forward step from its end and collects each value's share of the gradient.

The walk is reverse-mode differentiation (Linnainmaa 1970) of one step; the memories' `carry:` values tie the steps
together, which makes it back-propagation through time (Werbos 1990).
"""

from playground.compiler.expressions import Call, Const, Expr, Ref, call, names
from playground.compiler.operations import ELEMENTWISE
from playground.compiler.plan import (
    Activate,
    ActivateBack,
    Add,
    Apply,
    Assign,
    Fold,
    MemorySlot,
    Product,
    ProductBack,
    Repeat,
    SourceProduct,
    Statement,
    bind,
)
from playground.compiler.reach import KEEP, MADE, clamp_shares

KEPT = ("raw:", "part:", "wide:", *MADE)  # what forward leaves for backward, besides the nodes themselves


def differentiate(
    forward: tuple[Statement, ...],
    x: str,
    products: dict[str, SourceProduct],
    memories: tuple[MemorySlot, ...],
    outputs: tuple[str, ...],
    raw: dict[str, str],
    watch: bool = False,
    clamped: frozenset[str] = frozenset(),
) -> tuple[tuple[Statement, ...], frozenset[str]]:
    """The statements of a step backward, and the forward values that they (and the weight gradients) read.

    raw: gate → the name of its rows in the bank. On entry to a step the engine provides `d:out:K` for the K-th
    output and
    `carry:M` for every memory; at its end `carry:M` holds what the step before receives. `d:x` is assigned only
    where x, the input, is read by something else than a gate's full wire. clamped: nodes that may be replaced; through
    those no gradient flows, even where what they would have been is not finite.
    """
    walk = _Walk(products, raw, [slot.name for slot in memories], watch, clamped)
    for index, output in enumerate(outputs):
        walk.give(output, Ref(f"d:out:{index}"))
    for slot in memories:
        walk.give(slot.source, Ref(f"carry:{slot.name}"))
    for statement in reversed(forward):
        walk.back(statement)
    walk.finish(x)
    kept = walk.kept | {slot.source for slot in memories} | set(outputs) | set(products)
    return tuple(walk.statements), frozenset(kept)


class _Walk:
    def __init__(
        self,
        products: dict[str, SourceProduct],
        raw: dict[str, str],
        memories: list[str],
        watch: bool,
        clamped: frozenset[str],
    ) -> None:
        self.products, self.raw, self.memories, self.watch, self.clamped = products, raw, memories, watch, clamped
        self.pending: dict[str, list[Expr]] = {}
        self.statements: list[Statement] = []
        self.deferred: list[str] = []
        self.kept: set[str] = set()

    def give(self, name: str, gradient: Expr) -> None:
        """Add a share to what flows back into the value `name`."""
        self.pending.setdefault(name, []).append(gradient)

    def total(self, name: str) -> Expr | None:
        """Everything that flows back into `name`, or None when nothing does."""
        shares = self.pending.pop(name, [])
        if not shares:
            return None
        total = shares[0]
        for share in shares[1:]:
            total = total + share
        return total

    def assign(self, target: str, expr: Expr) -> Ref:
        self.kept |= {name for name in names(expr) if ":" not in name or name.startswith(KEPT)}
        self.statements.append(Assign(target, expr))
        return Ref(target)

    def named(self, name: str) -> Ref | None:
        """Like `total`, but as a name, so that it can be used more than once."""
        total = self.total(name)
        if total is None or (isinstance(total, Ref) and not self.watch):
            return total  # type: ignore[return-value]
        return self.assign(f"d:{name}", total)

    def kept_out(self, node: str, share: Expr) -> Expr:
        """The share, and 0 where the node is clamped: 0 times a derivative that is not finite would be none. node: its
        id, or the name of a part of it."""
        id = node.split(":")[1] if ":" in node else node
        return call("select", Ref(KEEP + id), share, 0.0) if id in self.clamped else share

    def back(self, statement: Statement) -> None:
        """One forward statement, backward."""
        match statement:
            case Apply(target, operation, sources):
                gradient = self.named(target)
                if gradient is None or operation == "constant":
                    return
                for source, derivative in zip(sources, ELEMENTWISE[operation].derivatives, strict=True):
                    share = _times(gradient, bind(derivative, statement))
                    self.give(source, self.kept_out(target, share) if derivative != Const(1.0) else share)
            case Assign(target, Call() as clamp):
                gradient = self.named(target)
                for source, share in clamp_shares(clamp, gradient) if gradient is not None else ():
                    self.give(source, share)
            case Assign(target):
                self.total(target)  # a copy that lets no gradient through
            case Repeat(target, source, times):
                gradient = self.named(target)
                if gradient is not None:
                    self.statements.append(Fold(f"fold:{target}", gradient.name, times))
                    self.give(source, Ref(f"fold:{target}"))
            case Activate(gates, activation):
                for gate in gates:
                    total = self.named(self.raw[gate]) if self.watch else self.total(self.raw[gate])
                    self.assign(f"delta:{gate}", total or Const(0.0))
                if activation != "identity":
                    self.statements.append(ActivateBack(gates, activation))
                for gate in gates:
                    if gate in self.clamped and activation != "identity":
                        self.assign(f"delta:{gate}", self.kept_out(gate, Ref(f"delta:{gate}")))
            case Add(gate, source, weight, stop_gradient):
                self.kept.add(source)
                if not stop_gradient:
                    delta = Ref(f"delta:{gate}")
                    self.give(source, delta if weight is None else delta * Ref(f"weight:{weight}"))
            case Product(source):
                if not self.products[source].back:
                    return
                if source in self.memories:
                    self.deferred.append(source)
                else:
                    self.statements.append(ProductBack(f"back:{source}", source, False))
                    self.give(source, Ref(f"back:{source}"))

    def finish(self, x: str) -> None:
        """Hand over to the step before. Carries that read each other's old values go through `next:`; products come
        last, because they overwrite or add to a carry that nothing reads any more."""
        gradient = self.total(x)
        if gradient is not None:
            self.assign("d:x", gradient)
        totals = {name: self.total(name) for name in self.memories}
        carries = {f"carry:{name}" for name in self.memories}
        late: list[Assign] = []
        for name, total in totals.items():
            carry = f"carry:{name}"
            if total is None:
                if name not in self.deferred:
                    late.append(Assign(carry, Const(0.0)))
            elif names(total) & (carries - {carry}):
                late.append(Assign(carry, self.assign(f"next:{name}", total)))
            else:
                late.append(Assign(carry, total))
        for assign in late:
            self.assign(assign.target, assign.expr)
        for name in self.deferred:
            # a product into a memory's carry comes after every statement that still reads it
            self.statements.append(ProductBack(f"carry:{name}", name, totals[name] is not None))


def _times(gradient: Expr, derivative: Expr) -> Expr:
    """gradient · derivative, without factors of 1 and -1."""
    if derivative == Const(1.0):
        return gradient
    if derivative == Const(-1.0):
        return -gradient
    return gradient * derivative
