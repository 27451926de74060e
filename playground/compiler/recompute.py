"""Which values the way back computes again instead of reading what forward stored: where that takes a few additions,
multiplications or divisions of values that it reads anyway, arithmetic is cheaper than memory."""

from playground.compiler.expressions import Call, Expr, names
from playground.compiler.operations import ACTIVATIONS
from playground.compiler.plan import ActivateBack, Apply, Assign, Fold, Plan, Repeat

CHEAP = {"add", "subtract", "multiply", "divide", "negative", "maximum", "minimum"}


def recomputed(plan: Plan) -> dict[str, Expr]:
    """Value → its expression, in terms of stored values and of others of these, for values that need not be stored."""
    needed = {slot.source for slot in plan.memories} | set(plan.outputs) | set(plan.products)
    needed |= {add.source for add in plan.diagonals} | {s.source for s in plan.forward if isinstance(s, Repeat)}
    read = _read_back(plan)
    found: dict[str, Expr] = {}
    for statement in plan.forward:
        if not isinstance(statement, Apply) or statement.target not in plan.kept - needed:
            continue
        expr = statement.expression()
        sources = names(expr)
        equal = all(_size(plan, name) == plan.sizes[statement.target] for name in sources)
        if sources and equal and sources <= read | set(found) and _cheap(expr):
            found[statement.target] = expr
            read.discard(statement.target)
    return found


def _read_back(plan: Plan) -> set[str]:
    """Forward values that elementwise code reads on the way back."""
    found: set[str] = set()
    for statement in plan.backward:
        if isinstance(statement, Assign):
            found |= names(statement.expr)
        elif isinstance(statement, ActivateBack) and names(ACTIVATIONS[statement.activation].derivatives[0]):
            found |= {f"raw:{gate}" if f"raw:{gate}" in plan.sizes else gate for gate in statement.gates}
        else:
            assert not isinstance(statement, Fold) or ":" in statement.source, "only gradients are folded"
    stored = {f"raw:{gate}" if f"raw:{gate}" in plan.sizes else gate for gate in plan.bank} | plan.kept
    return found & (stored | {slot.name for slot in plan.memories} | {plan.input})


def _size(plan: Plan, name: str) -> int:
    return plan.inputs if name == plan.input else plan.sizes.get(name, -1)


def _cheap(expr: Expr) -> bool:
    return not isinstance(expr, Call) or (expr.primitive in CHEAP and all(map(_cheap, expr.arguments)))
