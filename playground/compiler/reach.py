"""Reaching into a cell: which of its values can be replaced while it runs, and which of its wires are cut.

This changes what a step computes, never how the weights lie in memory: a plan with interventions has the same packed
arrays as the plan without, so nothing has to be moved when they come and go.

For a clamped node N a step reads `seen:N` in place of N:

    seen:N = N where keep:N, else held:N where hold:N, else value:N

`keep:N`, `hold:N` (1 or 0) and `value:N` are arrays [T, size, B] that the runner is given; `held:N` is a hidden memory
of `seen:N`, so a node that is held keeps the value it had one step before. A select, not a product with a mask: what is
not finite does not leak through.
"""

from dataclasses import dataclass

from playground.compiler.expressions import Call, Expr, Ref, call

Wire = tuple[str, str]  # the node that reads, the node that is read

KEEP, VALUE, HOLD, HELD, SEEN = "keep:", "value:", "hold:", "held:", "seen:"
STOP, NEUTRAL = "stop:", "neutral:"
GIVEN = (KEEP, VALUE, HOLD)  # prefixes of arrays that the runner is given
MADE = (*GIVEN, SEEN, STOP, NEUTRAL)
LARGE = 3e38  # beyond what any unit gives, and still a number in 32 bits


@dataclass(frozen=True)
class Reach:
    """clamped: nodes whose value can be replaced, at any step and unit. held: those of them that can also keep the
    value of the step before. cut: wires that carry nothing (see `neutral`). stopped: wires that carry values forward
    and no gradient back.
    """

    clamped: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    cut: frozenset[Wire] = frozenset()
    stopped: frozenset[Wire] = frozenset()

    def within(self, nodes: set[str]) -> "Reach":
        """What concerns these nodes only: nothing is computed of a node that leads nowhere."""
        return Reach(
            self.clamped & nodes,
            self.held & self.clamped & nodes,
            frozenset(wire for wire in self.cut if wire[0] in nodes),
            frozenset(wire for wire in self.stopped - self.cut if wire[0] in nodes),
        )

    def changes(self, node: str, source: str) -> str:
        """ "cut", "stopped" or nothing: what became of a wire."""
        return "cut" if (node, source) in self.cut else "stopped" if (node, source) in self.stopped else ""


UNTOUCHED = Reach()


def neutral(operation: str, alone: bool = False) -> float:
    """What an operation reads from a wire that was cut: the number that leaves its other argument as it is, where there
    is one; otherwise 0. alone: nothing else comes in."""
    factors = {"multiply": 1.0, "divide": 1.0}
    ends = {} if alone else {"maximum": -LARGE, "minimum": LARGE}
    return {**factors, **ends}.get(operation, 0.0)


def clamp_expression(node: str, computed: str, hold: bool) -> Expr:
    """The value of `seen:node`. computed: the name of what the node itself computes."""
    other: Expr = Ref(VALUE + node)
    if hold:
        other = call("select", Ref(HOLD + node), Ref(HELD + node), other)
    return call("select", Ref(KEEP + node), Ref(computed), other)


def clamp_shares(expr: Call, gradient: Expr) -> list[tuple[str, Expr]]:
    """(name, share of the gradient) for all that a `clamp_expression` reads and that a gradient flows back to."""
    keep, computed, other = expr.arguments
    assert isinstance(computed, Ref)
    shares: list[tuple[str, Expr]] = [(computed.name, call("select", keep, gradient, 0.0))]
    if isinstance(other, Call):
        hold, held, _ = other.arguments
        assert isinstance(held, Ref)
        shares.append((held.name, call("select", keep, 0.0, call("select", hold, gradient, 0.0))))
    return shares
