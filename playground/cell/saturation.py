"""Where a gate is nearly shut or nearly open: the ends of the range of its activation."""

from playground.cell.graph import AnyNode, Gate, Operation

SHUT, OPEN = 0.05, 0.95  # of a gate between 0 and 1 (Karpathy, Johnson and Fei-Fei 2015 take 0.1 and 0.9)
FULL = 0.95  # of an activation between −1 and 1, on either side
_UNIT, _SIGNED = ("sigmoid", "hard_sigmoid"), ("tanh",)


def saturation(node: AnyNode) -> tuple[float, float] | None:
    """At or below the first number the node is saturated low, at or above the second high; None for a node whose values
    have no bounds on both sides. 0.05 and 0.95 between 0 and 1, ±0.95 between −1 and 1, and the same shares of a scaled
    form such as 4σ − 2."""
    kind = node.activation if isinstance(node, Gate) else node.operation if isinstance(node, Operation) else ""
    if kind in _UNIT:
        ends = SHUT, OPEN
    elif kind in _SIGNED:
        ends = -FULL, FULL
    else:
        return None
    if isinstance(node, Gate):
        low, high = sorted(node.scale * end + node.shift for end in ends)
        return (low, high) if node.scale else None
    return ends


def between_0_and_1(node: AnyNode) -> bool:
    """Whether it opens and shuts, rather than going both ways."""
    return (node.activation if isinstance(node, Gate) else getattr(node, "operation", "")) in _UNIT
